"""What this shop has that the mapping may use."""

from collections.abc import Iterable, Mapping

from raccord_connectors.contract import Choice, CustomField, Discovery, Feature
from raccord_connectors.shop.prestashop import bodies
from raccord_connectors.shop.prestashop.client import Webservice
from raccord_connectors.shop.prestashop.facts import Facts
from raccord_connectors.shop.prestashop.rows import Row
from raccord_connectors.shop.prestashop.terms import Terms

LARGEST_LIST = 3_000
"""Categories, brands or values told at most."""
LATEST_ORDERS = "200"
"""Looked at for means of payment: they are modules, and no list of the webservice has them."""
NUMBERS = frozenset(
    (
        "unit_price",
        "wholesale_price",
        "additional_shipping_cost",
        "minimal_quantity",
        "low_stock_threshold",
        "ecotax",
    )
)
YES_OR_NO = frozenset(("available_for_order", "show_price", "online_only", "on_sale"))
CHOICES: Mapping[str, tuple[str, ...]] = {
    "condition": ("new", "used", "refurbished"), "visibility": ("both", "catalog", "search", "none"),
    "additional_delivery_times": ("0", "1", "2"),
}  # fmt: skip
TITLES = {
    "unity": "Unité du prix (« kg », « le lot »)", "unit_price": "Prix à l’unité (HT)", "wholesale_price": "Prix d’achat (HT)",
    "additional_shipping_cost": "Frais de port supplémentaires", "condition": "État du produit", "visibility": "Visibilité",
    "available_for_order": "Disponible à la vente", "show_price": "Afficher le prix", "online_only": "Exclusivité web",
    "on_sale": "Bandeau « Promo ! »", "minimal_quantity": "Quantité minimale", "low_stock_threshold": "Seuil de stock bas",
    "additional_delivery_times": "Délais de livraison", "delivery_in_stock": "Délai si en stock",
    "delivery_out_stock": "Délai si hors stock", "available_now": "Texte si en stock", "available_later": "Texte si hors stock",
    "supplier_reference": "Référence fournisseur", "isbn": "ISBN", "upc": "UPC", "location": "Emplacement",
    "ecotax": "Écotaxe (HT)",
}  # fmt: skip


def discover(client: Webservice, facts: Facts, terms: Terms) -> Discovery:
    return Discovery(
        company=facts.shop_name,
        version=client.version,
        currency=facts.currency,
        prices_include_tax=False,
        net_price_decimals=6,
        languages=tuple(dict.fromkeys(facts.languages.values())),
        custom_fields=tuple(_custom_fields()),
        order_statuses=tuple(Choice(state.key, state.name) for state in facts.states.values()),
        tax_classes=tuple(
            Choice(
                group.key,
                group.name.strip() or group.key,
                {} if group.rate is None else {"rate": str(group.rate)},
            )
            for group in facts.tax_groups
        ),
        payment_methods=_payment_methods(client),
        carriers=_carriers(facts),
        customer_groups=tuple(
            Choice(key, facts.text(row["name"]).strip() or key) for key, row in facts.customer_groups.items()
        ),
        categories=tuple(
            Choice(str(category), " > ".join(path))
            for category, path in sorted(terms.category_paths().items(), key=lambda one: one[1])[
                :LARGEST_LIST
            ]
        ),
        brands=tuple(
            Choice(str(row["id"]).strip(), row["name"].strip())
            for row in client.all("manufacturers", display="[id,name]")[:LARGEST_LIST]
            if row["name"].strip()
        ),
        features=tuple(_features(client, facts, terms)),
    )


def _custom_fields() -> Iterable[CustomField]:
    for name in (*bodies.PRODUCT_CUSTOM, *(f"offers.{name}" for name in bodies.OFFER_CUSTOM)):
        bare = name.rpartition(".")[2]
        title = TITLES[bare]
        if bare in NUMBERS:
            yield CustomField("listings", name, title, "number")
        elif bare in YES_OR_NO:
            yield CustomField("listings", name, title, "boolean")
        elif bare in CHOICES:
            yield CustomField("listings", name, title, "choice", CHOICES[bare])
        else:
            yield CustomField("listings", name, title)


def _features(client: Webservice, facts: Facts, terms: Terms) -> Iterable[Feature]:
    values: dict[int, list[str]] = {}
    for rows in client.everything("product_feature_values", display="[id,id_feature,custom,value]"):
        for row in rows:
            if row["custom"].strip() != "1":  # those that were typed on one product only
                values.setdefault(int(row["id_feature"]), []).append(facts.text(row["value"]).strip())
        if sum(map(len, values.values())) > LARGEST_LIST:
            break
    for key, title in terms.feature_titles.items():
        if title:
            yield Feature(title, tuple(dict.fromkeys(values.get(key, []))))


def _payment_methods(client: Webservice) -> tuple[Choice, ...]:
    """Keyed by the module, which stays when its title is translated."""
    rows = client.rows("orders", display="[id,module,payment]", sort="[id_DESC]", limit=LATEST_ORDERS)
    found: dict[str, Choice] = {}
    for row in rows:
        module = row["module"].strip()
        if module:
            found.setdefault(module, Choice(module, row["payment"].strip() or module))
    return tuple(found.values())


def _carriers(facts: Facts) -> tuple[Choice, ...]:
    """By the number that stays when a carrier is edited."""
    found: dict[str, Choice] = {}
    for row in facts.carriers.values():
        if row.get("deleted", "0").strip() != "1":
            key = carrier_key(row)
            found[key] = Choice(key, _carrier_name(row, facts))
    return tuple(found.values())


def carrier_key(row: Row) -> str:
    reference = str(row.get("id_reference", "")).strip()
    return reference if reference not in ("", "0") else str(row["id"]).strip()


def _carrier_name(row: Row, facts: Facts) -> str:
    """« 0 » is how PrestaShop names the carrier of the shop itself."""
    name = str(row.get("name", "")).strip()
    return facts.shop_name or carrier_key(row) if name in ("", "0") else name
