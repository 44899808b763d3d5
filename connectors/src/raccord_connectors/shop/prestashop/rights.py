"""What the key must be allowed, and finding out right by right: the webservice itself lists what a key may do."""

from collections.abc import Mapping
from dataclasses import dataclass

from raccord_connectors.contract import ConfigError, TransientError
from raccord_connectors.kit.http import HttpFailure
from raccord_connectors.shop.prestashop import texts
from raccord_connectors.shop.prestashop.client import Webservice
from raccord_connectors.shop.prestashop.facts import Facts
from raccord_connectors.shop.prestashop.settings import PrestaShopSettings

WORDS = {"get": "GET", "post": "POST", "put": "PUT", "delete": "DELETE"}
READ, CHANGE, MAKE, ALL = ("get",), ("get", "put"), ("get", "post"), ("get", "post", "put", "delete")
"""PUT stands for PATCH too: either will do."""


@dataclass(frozen=True)
class Right:
    resource: str
    verbs: tuple[str, ...]
    fr: str
    en: str


RIGHTS = (
    Right("products", ALL, "publier les articles", "publishing articles"),
    Right("combinations", ALL, "publier les déclinaisons", "publishing variants"),
    Right("stock_availables", CHANGE, "tenir le stock", "keeping the stock"),
    Right(
        "specific_prices", ALL, "les promotions et les tarifs par groupe", "promotions and prices by group"
    ),
    Right("categories", MAKE, "ranger les articles", "sorting articles"),
    Right("manufacturers", MAKE, "les marques", "brands"),
    Right("product_features", MAKE, "les caractéristiques", "characteristics"),
    Right("product_feature_values", MAKE, "les valeurs des caractéristiques", "values of characteristics"),
    Right("product_options", MAKE, "les axes des déclinaisons", "axes of variants"),
    Right("product_option_values", MAKE, "les valeurs des déclinaisons", "values of variants"),
    Right("tags", MAKE, "les mots-clés", "tags"),
    Right("images", ("get", "post", "delete"), "les images", "pictures"),
    Right("orders", READ, "lire les commandes", "reading orders"),
    Right("order_details", READ, "lire les lignes des commandes", "reading order lines"),
    Right("order_cart_rules", READ, "lire les bons de réduction", "reading vouchers"),
    Right("order_payments", READ, "lire les paiements", "reading payments"),
    Right("order_slip", READ, "lire les avoirs", "reading credit slips"),
    Right("order_states", READ, "lire les états des commandes", "reading order states"),
    Right("order_histories", MAKE, "faire avancer les commandes", "moving orders on"),
    Right("order_carriers", CHANGE, "donner les n° de suivi", "giving tracking numbers"),
    Right(
        "customers",
        CHANGE,
        "reconnaître les clients et tenir leur compte",
        "recognising customers and keeping their account",
    ),
    Right("addresses", READ, "lire les adresses", "reading addresses"),
    Right("groups", READ, "lire les groupes de clients", "reading customer groups"),
    Right("customer_threads", MAKE, "les messages des commandes", "messages of orders"),
    Right("customer_messages", MAKE, "les messages des commandes", "messages of orders"),
    Right("carriers", READ, "lire les transporteurs", "reading carriers"),
    Right("countries", READ, "lire les pays", "reading countries"),
    Right("states", READ, "lire les régions", "reading regions"),
    Right("currencies", READ, "lire les devises", "reading currencies"),
    Right("languages", READ, "lire les langues", "reading languages"),
    Right("taxes", READ, "lire les taux de TVA", "reading VAT rates"),
    Right("tax_rules", READ, "lire les règles de taxes", "reading tax rules"),
    Right("tax_rule_groups", READ, "lire les groupes de règles de taxes", "reading tax rule groups"),
    Right(
        "configurations",
        READ,
        "lire les réglages (fuseau, arrondis, unités)",
        "reading settings (time zone, rounding, units)",
    ),
)


def check(client: Webservice, facts: Facts, settings: PrestaShopSettings) -> None:
    """Nothing, or everything that is missing at once: `findings` of the `ConfigError`."""
    try:
        granted = client.rights(anew=True)
    except HttpFailure as failure:
        if failure.status in (400, 404, 405):
            raise ConfigError(
                texts.NO_WEBSERVICE.fill(host=client.host), detail=failure.detail, field="url"
            ) from None
        raise
    except TransientError as error:
        if error.message.code == "connection.not_an_api":
            raise ConfigError(
                texts.NO_WEBSERVICE.fill(host=client.host), detail=error.detail, field="url"
            ) from None
        raise
    _demand_rights(granted)
    _demand_states(facts, settings)
    if facts.advanced_stock:
        raise ConfigError(texts.ADVANCED_STOCK.fill())
    _ = facts.languages  # a shop without an active language cannot hold a text


def _demand_rights(granted: Mapping[str, frozenset[str]]) -> None:
    missing = [
        (right, verbs)
        for right in RIGHTS
        if (verbs := _missing(right, granted.get(right.resource, frozenset())))
    ]
    if not missing:
        return
    findings = [
        texts.RIGHT_MISSING.fill(
            verbs=", ".join(verbs), resource=right.resource, purpose_fr=right.fr, purpose_en=right.en
        )
        for right, verbs in missing
    ]
    rights = " ; ".join(f"{right.resource} ({', '.join(verbs)})" for right, verbs in missing)
    raise ConfigError(texts.RIGHTS_MISSING.fill(rights=rights), findings=findings, field="key")


def _missing(right: Right, held: frozenset[str]) -> list[str]:
    return [
        WORDS[verb] for verb in right.verbs if verb not in held and not (verb == "put" and "patch" in held)
    ]


def _demand_states(facts: Facts, settings: PrestaShopSettings) -> None:
    for field in ("state_preparing", "state_shipped"):
        wanted = getattr(settings, field).strip()
        if wanted not in ("", "-") and wanted not in facts.states:
            known = ", ".join(f"{state.key} {state.name}" for state in facts.states.values())
            raise ConfigError(texts.STATE_UNKNOWN.fill(state=wanted, known=known), field=field)
