"""What this Vendure installation offers to the mapping editor."""

from typing import Literal

from raccord_connectors.contract import Choice, CustomField, Discovery, Feature
from raccord_connectors.shop.vendure.client import Graph, Json
from raccord_connectors.shop.vendure.customers import held_fields
from raccord_connectors.shop.vendure.facets import OWN
from raccord_connectors.shop.vendure.installation import FieldType, Installation
from raccord_connectors.shop.vendure.settings import VendureSettings

QUERY = """{
  activeChannel { code seller { name } }
  globalSettings { serverConfig { orderProcess { name } } }
  paymentMethods(options: { take: 1000 }) { items { code name } }
  shippingMethods(options: { take: 1000 }) { items { code name } } }"""
VALUES = """query($take: Int!, $skip: Int!) {
  facetValues(options: { take: $take, skip: $skip, sort: { id: ASC } }) { items { id name facet { code name } } } }"""
LARGEST_LIST = 3_000
"""Values told of one facet at most."""
FIELDS = (
    ("Product", "listings", ""),
    ("ProductVariant", "listings", "offers."),
    ("Order", "orders", ""),
    ("Customer", "orders", "customer."),
    ("Customer", "customers", ""),
)
"""Entity → stream, and what stands before its names: "offers." for `Offer.custom`, "customer." in `Order.custom`."""
TYPES: dict[str, Literal["text", "number", "date", "boolean"]] = {
    "int": "number",
    "float": "number",
    "boolean": "boolean",
    "datetime": "date",
}


def discover(graph: Graph, installation: Installation, settings: VendureSettings) -> Discovery:
    data = graph.ask(QUERY)
    facets = _facets(graph)
    return Discovery(
        company=(data["activeChannel"]["seller"] or {}).get("name") or data["activeChannel"]["code"],
        currency=installation.currency,
        prices_include_tax=installation.prices_include_tax,
        languages=installation.languages,
        custom_fields=tuple(
            _custom_field(stream, f"{prefix}{name}", field)
            for entity, stream, prefix in FIELDS
            for name, field in installation.fields(entity).items()
        ),
        depots=tuple(Choice(key, name) for key, name in installation.locations.items()),
        order_statuses=tuple(
            Choice(state["name"], state["name"])
            for state in data["globalSettings"]["serverConfig"]["orderProcess"]
        ),
        tax_classes=tuple(
            Choice(tax.key, tax.name, {"rate": str(tax.rates[0])} if len(tax.rates) == 1 else {})
            for tax in installation.taxes
        ),
        payment_methods=_choices(data["paymentMethods"]),
        carriers=_choices(data["shippingMethods"]),
        categories=_values(facets, "category"),
        brands=_values(facets, "brand"),
        features=tuple(
            Feature(values[0]["facet"]["name"], tuple(value["name"] for value in values))
            for code, values in facets.items()
            if code not in OWN
        ),
        missing_fields=_missing(settings),
        customer_fields=tuple(held_fields(settings)),
    )


def _facets(graph: Graph) -> dict[str, list[Json]]:
    """Facet code → its values, by name. Categories are the values of our own facet, titled by their path."""
    found: dict[str, list[Json]] = {}
    for page in graph.everything(VALUES, "facetValues", size=1000):
        for value in page:
            found.setdefault(value["facet"]["code"], []).append(value)
    by_name = {code: sorted(values, key=lambda value: str(value["name"])) for code, values in found.items()}
    return {code: values[:LARGEST_LIST] for code, values in by_name.items()}


def _values(facets: dict[str, list[Json]], code: str) -> tuple[Choice, ...]:
    return tuple(Choice(value["id"], value["name"]) for value in facets.get(code, ()))


def _missing(settings: VendureSettings) -> tuple[str, ...]:
    """What Vendure holds in custom fields only, as long as the settings name none for it."""
    held = {
        "summary": settings.summary_field,
        "seo_title": settings.seo_title_field,
        "seo_description": settings.seo_description_field,
        "offer.ean": settings.ean_field,
        "offer.mpn": settings.mpn_field,
        "offer.weight_g": settings.weight_field,
        "offer.dimensions_mm": settings.sides,
    }
    return tuple(path for path, named in held.items() if not named)


def _custom_field(stream: str, name: str, field: FieldType) -> CustomField:
    return CustomField(stream, name, field.title, TYPES.get(field.type, "text"))


def _choices(listed: Json) -> tuple[Choice, ...]:
    """Payments and shipping lines name their method by its code."""
    return tuple(
        {
            item["code"]: Choice(item["code"], item["name"] or item["code"]) for item in listed["items"]
        }.values()
    )
