"""What the test shop holds, as its Admin API shows it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from support.vendure.graph import Graph

VARIANT = (
    "id sku name enabled price priceWithTax trackInventory outOfStockThreshold useGlobalOutOfStockThreshold"
    " taxCategory { id name } customFields { ean mpn weight } options { name group { name } }"
    " stockLevels { stockLocationId stockOnHand stockAllocated } assets { name }"
    " product { id slug name enabled }"
)
PRODUCT = (
    "id name slug enabled description translations { languageCode name slug description }"
    " customFields { seoTitle seoDescription } facetValues { code name facet { code name } }"
    " optionGroups { code name options { name } } assets { name mimeType width tags { value } }"
    f" variants {{ {VARIANT} }}"
)
VARIANTS = (
    "query($sku: String!) { productVariants(options: { filter: { sku: { eq: $sku } } })"
    f" {{ items {{ {VARIANT} }} }} }}"
)
ORDER = (
    "id code state nextStates totalWithTax updatedAt orderPlacedAt"
    " lines { id quantity orderPlacedQuantity productVariant { id sku } }"
    " fulfillments { id state method trackingCode lines { orderLineId quantity } }"
    " payments { id state amount } history { items { type data isPublic } }"
)


@dataclass(frozen=True)
class ShopVariant:
    """A variant in the admin. Prices in the shop's currency."""

    id: str
    product_id: str
    sku: str
    name: str
    enabled: bool
    price: Decimal
    price_with_tax: Decimal
    on_hand: int
    allocated: int
    raw: Mapping[str, Any]
    """Everything that was read (`VARIANT`)."""


class Views:
    """Reads with `admin`, a signed-in session."""

    admin: Graph

    def variants(self, sku: str) -> list[ShopVariant]:
        """All variants with this SKU: more than one means that something was doubled."""
        found = self.admin(VARIANTS, sku=sku)
        return [_variant(item) for item in found["productVariants"]["items"]]

    def variant(self, sku: str) -> ShopVariant:
        (only,) = self.variants(sku)
        return only

    def variant_by_id(self, variant_id: str) -> ShopVariant:
        document = f"query($id: ID!) {{ productVariant(id: $id) {{ {VARIANT} }} }}"
        return _variant(self.admin(document, id=variant_id)["productVariant"])

    def product(self, product_id: str) -> dict[str, Any]:
        """A product as the admin shows it, with its variants."""
        document = f"query($id: ID!) {{ product(id: $id) {{ {PRODUCT} }} }}"
        found: dict[str, Any] = self.admin(document, id=product_id)["product"]
        return found

    def products(self, name: str) -> list[dict[str, Any]]:
        """Products of this name in the admin, half-made ones included."""
        found = self.admin(
            "query($name: String!) { products(options: { filter: { name: { eq: $name } } })"
            f" {{ items {{ {PRODUCT} }} }} }}",
            name=name,
        )
        items: list[dict[str, Any]] = found["products"]["items"]
        return items

    def only_product(self, name: str) -> dict[str, Any]:
        (only,) = self.products(name)
        return only

    def order(self, order_id: str) -> dict[str, Any]:
        """An order with its state, lines, fulfilments and history, in Vendure's own words."""
        order: dict[str, Any] = self.admin(
            f"query($id: ID!) {{ order(id: $id) {{ {ORDER} }} }}", id=order_id
        )["order"]
        return order

    def option_groups(self, codes: Sequence[str]) -> int:
        """How many option groups bear these codes, attached to a product or not."""
        found = self.admin(
            "query($codes: [String!]!) { productOptionGroups(options: { filter: { code: { in: $codes } } })"
            " { totalItems } }",
            codes=list(codes),
        )
        return int(found["productOptionGroups"]["totalItems"])

    def active_order(self) -> str:
        """The id of the basket that was begun last."""
        found = self.admin(
            "{ orders(options: { sort: { id: DESC }, take: 1, filter: { active: { eq: true } } }) { items { id } } }"
        )
        return str(found["orders"]["items"][0]["id"])

    def tax_classes(self) -> dict[str, str]:
        """Name → id."""
        items = self.admin("{ taxCategories { items { id name } } }")["taxCategories"]["items"]
        return {item["name"]: item["id"] for item in items}

    def collections_under(self, name: str) -> dict[str, str | None]:
        """The collection of this name and all below it: name → name of its parent (None at the top)."""
        items = self.admin(
            "{ collections(options: { take: 1000 }) { items { id name parent { id name } } } }"
        )["collections"]["items"]
        found: dict[str, str | None] = {}
        inside = {item["id"] for item in items if item["name"] == name}
        while True:
            more = {item["id"] for item in items if (item["parent"] or {}).get("id") in inside} - inside
            if not more:
                break
            inside |= more
        for item in items:
            if item["id"] in inside:
                found[item["name"]] = None if item["name"] == name else item["parent"]["name"]
        return found

    def count_assets(self) -> int:
        """All pictures of its library."""
        return int(self.admin("{ assets { totalItems } }")["assets"]["totalItems"])

    def notes(self, order_id: str) -> list[str]:
        """Notes of an order, oldest first."""
        entries = self.order(order_id)["history"]["items"]
        return [entry["data"]["note"] for entry in entries if entry["type"] == "ORDER_NOTE"]


def _variant(item: Mapping[str, Any]) -> ShopVariant:
    levels = item["stockLevels"]
    return ShopVariant(
        id=item["id"],
        product_id=item["product"]["id"],
        sku=item["sku"],
        name=item["name"],
        enabled=item["enabled"],
        price=Decimal(item["price"]).scaleb(-2),
        price_with_tax=Decimal(item["priceWithTax"]).scaleb(-2),
        on_hand=sum(level["stockOnHand"] for level in levels),
        allocated=sum(level["stockAllocated"] for level in levels),
        raw=item,
    )
