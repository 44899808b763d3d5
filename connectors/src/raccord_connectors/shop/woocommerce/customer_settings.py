"""In which custom values (meta keys) of an account a WooCommerce shop keeps what WooCommerce itself has no field for."""

from collections.abc import Mapping
from typing import Annotated

from raccord_connectors.contract import label
from raccord_connectors.kit.settings import Settings

HELP_FR = "Clé de la valeur (meta) du compte client que votre extension ou votre thème lit. Vide : non envoyé et non lu."
HELP_EN = (
    "Key of the account’s custom value (meta) that your plug-in or theme reads. Empty: neither sent nor read."
)


class CustomerFieldSettings(Settings, kw_only=True, frozen=True):
    """Inherited by `WooCommerceSettings`. Those with a key from the start are Raccord's own, for a theme to show."""

    customer_siret: Annotated[
        str,
        label(
            "Compte client : SIRET",
            "Customer account: SIRET",
            help_fr=HELP_FR,
            help_en=HELP_EN,
            advanced=True,
        ),
    ] = ""
    customer_vat_number: Annotated[
        str, label("Compte client : n° de TVA", "Customer account: VAT number", advanced=True)
    ] = ""
    customer_civility: Annotated[
        str, label("Compte client : civilité", "Customer account: civility", advanced=True)
    ] = ""
    customer_mobile: Annotated[
        str, label("Compte client : portable", "Customer account: mobile", advanced=True)
    ] = ""
    customer_fax: Annotated[str, label("Compte client : fax", "Customer account: fax", advanced=True)] = ""
    customer_birthday: Annotated[
        str, label("Compte client : date de naissance", "Customer account: birthday", advanced=True)
    ] = ""
    customer_subscriptions: Annotated[
        str,
        label(
            "Compte client : abonnements",
            "Customer account: subscriptions",
            help_fr="Les clés de vos extensions, séparées par des virgules ; chacune vaut oui ou non.",
            help_en="Your plug-ins’ keys, separated by commas; each is yes or no.",
            advanced=True,
        ),
    ] = ""
    customer_price_category: Annotated[
        str,
        label(
            "Compte client : catégorie tarifaire",
            "Customer account: price category",
            help_fr="Lue par une extension de prix par groupe, ou par votre thème.",
            help_en="Read by a plug-in of prices by group, or by your theme.",
            advanced=True,
        ),
    ] = "_raccord_price_category"
    customer_discount_percent: Annotated[
        str,
        label("Compte client : remise globale (%)", "Customer account: overall discount (%)", advanced=True),
    ] = "_raccord_discount_percent"
    customer_payment_terms: Annotated[
        str, label("Compte client : conditions de paiement", "Customer account: payment terms", advanced=True)
    ] = "_raccord_payment_terms"
    customer_on_account: Annotated[
        str, label("Compte client : client en compte", "Customer account: pays by statement", advanced=True)
    ] = "_raccord_on_account"
    customer_credit_limit: Annotated[
        str, label("Compte client : encours autorisé", "Customer account: credit limit", advanced=True)
    ] = "_raccord_credit_limit"
    customer_outstanding: Annotated[
        str, label("Compte client : encours", "Customer account: outstanding amount", advanced=True)
    ] = "_raccord_outstanding"
    customer_category: Annotated[
        str, label("Compte client : catégorie", "Customer account: category", advanced=True)
    ] = ""
    customer_custom: Annotated[
        str,
        label(
            "Compte client : autres valeurs",
            "Customer account: other values",
            help_fr="D’autres clés à faire correspondre avec des champs de la gestion, séparées par des virgules.",
            help_en="Other keys to map to fields of the ERP, separated by commas.",
            advanced=True,
        ),
    ] = ""

    @property
    def customer_meta(self) -> Mapping[str, str]:
        """Field of `Customer` → the key that holds it."""
        named = {name: getattr(self, f"customer_{name}").strip() for name in HELD_IN_META}
        return {name: key for name, key in named.items() if key}

    @property
    def customer_keys(self) -> tuple[list[str], list[str]]:
        """Keys of subscriptions, and of other values."""
        return _listed(self.customer_subscriptions), _listed(self.customer_custom)


HELD_IN_META = (
    "siret", "vat_number", "civility", "mobile", "fax", "birthday", "price_category", "discount_percent", "payment_terms",
    "on_account", "credit_limit", "outstanding", "category",
)  # fmt: skip


def _listed(text: str) -> list[str]:
    return [key for key in (part.strip() for part in text.split(",")) if key]
