"""What this Vendure installation offers to the mapping editor."""

from typing import Literal

from raccord_connectors.contract import Choice, CustomField, Discovery
from raccord_connectors.shop.vendure.client import Graph, Json
from raccord_connectors.shop.vendure.installation import FieldType, Installation

QUERY = """{
  activeChannel { code seller { name } }
  globalSettings { serverConfig { orderProcess { name } } }
  paymentMethods(options: { take: 1000 }) { items { code name } }
  shippingMethods(options: { take: 1000 }) { items { code name } } }"""
FIELDS = (
    ("Product", "listings", ""),
    ("ProductVariant", "listings", "offers."),
    ("Order", "orders", ""),
    ("Customer", "orders", "customer."),
)
"""Entity → stream, and what stands before its names: "offers." for `Offer.custom`, "customer." in `Order.custom`."""
TYPES: dict[str, Literal["text", "number", "date", "boolean"]] = {
    "int": "number",
    "float": "number",
    "boolean": "boolean",
    "datetime": "date",
}


def discover(graph: Graph, installation: Installation) -> Discovery:
    data = graph.ask(QUERY)
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
    )


def _custom_field(stream: str, name: str, field: FieldType) -> CustomField:
    return CustomField(stream, name, field.title, TYPES.get(field.type, "text"))


def _choices(listed: Json) -> tuple[Choice, ...]:
    """Payments and shipping lines name their method by its code."""
    return tuple(
        {
            item["code"]: Choice(item["code"], item["name"] or item["code"]) for item in listed["items"]
        }.values()
    )
