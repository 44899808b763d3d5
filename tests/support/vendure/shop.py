"""The running test shop as tests see it: its addresses and credentials, its state by the Admin API, and customers."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from support.vendure.customer import ADDRESS, Placed, ShopCustomer
from support.vendure.graph import Graph

VARIANT = (
    "id sku name enabled price priceWithTax trackInventory outOfStockThreshold useGlobalOutOfStockThreshold"
    " taxCategory { id name } customFields { ean mpn weight } options { name group { name } }"
    " stockLevels { stockLocationId stockOnHand stockAllocated } assets { name }"
    " product { id slug name enabled }"
)
ORDER = (
    "id code state nextStates totalWithTax updatedAt lines { id quantity orderPlacedQuantity productVariant { id sku } }"
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


class Shop:
    """A shop on loopback. `admin` is signed in as its superadmin; `pid` is the server's process."""

    def __init__(self, port: int, journal: Path, user: str, password: str, pid: int) -> None:
        self.admin_url = f"http://127.0.0.1:{port}/admin-api"
        self.shop_url = f"http://127.0.0.1:{port}/shop-api"
        self.user, self.password, self.pid = user, password, pid
        self.admin = Graph(self.admin_url)
        self._journal = journal

    def __enter__(self) -> Self:
        self.admin.login(self.user, self.password)
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.admin.__exit__(kind, error, trace)

    @property
    def channel_token(self) -> str:
        return str(self.admin("{ activeChannel { token } }")["activeChannel"]["token"])

    def settings(self, **changes: Any) -> dict[str, Any]:
        """Settings of the `vendure` connector for this shop, as a person would enter them."""
        return {
            "url": self.admin_url,
            "user": self.user,
            "password": self.password,
            "allow_private_address": True,
            **changes,
        }

    # ------------------------------------------------------------------------------------- what it holds

    def variants(self, sku: str) -> list[ShopVariant]:
        """All variants with this SKU: more than one means that something was doubled."""
        found = self.admin(
            f"query($sku: String!) {{ productVariants(options: {{ filter: {{ sku: {{ eq: $sku }} }} }}) {{ items {{ {VARIANT} }} }} }}",
            sku=sku,
        )
        return [_variant(item) for item in found["productVariants"]["items"]]

    def variant(self, sku: str) -> ShopVariant:
        (only,) = self.variants(sku)
        return only

    def products(self, name: str) -> list[dict[str, Any]]:
        """Products of this name in the admin, half-made ones included."""
        found = self.admin(
            "query($name: String!) { products(options: { filter: { name: { eq: $name } } }) { items { id name slug enabled"
            " description facetValues { code name facet { code name } } optionGroups { code name options { name } }"
            " assets { name tags { value } } variants { id sku } translations { languageCode name slug description } } } }",
            name=name,
        )
        items: list[dict[str, Any]] = found["products"]["items"]
        return items

    def order(self, order_id: str) -> dict[str, Any]:
        """An order with its state, lines, fulfilments and history, in Vendure's own words."""
        order: dict[str, Any] = self.admin(f"query($id: ID!) {{ order(id: $id) {{ {ORDER} }} }}", id=order_id)["order"]
        return order

    def tax_classes(self) -> dict[str, str]:
        """Name → id."""
        items = self.admin("{ taxCategories { items { id name } } }")["taxCategories"]["items"]
        return {item["name"]: item["id"] for item in items}

    def writes(self) -> list[str]:
        """Names of all mutations that reached the admin, in order, sign-ins left out: the shop's own log."""
        lines = [json.loads(line) for line in self._journal.read_text().splitlines()]
        return [
            field
            for line in lines
            if line["api"] == "admin" and line["operation"] == "mutation"
            for field in line["fields"]
            if field != "login"
        ]

    # ----------------------------------------------------------------------------------- what one does in it

    def customer(self) -> ShopCustomer:
        """A new visitor with an empty basket; use with `with`."""
        return ShopCustomer(self.shop_url)

    def place_order(
        self,
        quantities: Mapping[str, int],
        *,
        email: str = "zoe.martin@example.test",
        coupon: str | None = None,
        address: Mapping[str, str] = ADDRESS,
    ) -> Placed:
        """SKU → quantity, bought and paid by a guest through the Shop API."""
        with self.customer() as customer:
            for sku, quantity in quantities.items():
                customer.add(self.variant(sku).id, quantity)
            if coupon:
                customer.apply_coupon(coupon)
            customer.introduce(email)
            customer.send_to(address)
            return customer.pay()

    def set_prices_include_tax(self, included: bool) -> None:
        channel = self.admin("{ activeChannel { id } }")["activeChannel"]["id"]
        self.admin(
            "mutation($in: UpdateChannelInput!) { updateChannel(input: $in)"
            " { __typename ... on ErrorResult { errorCode message } } }",
            **{"in": {"id": channel, "pricesIncludeTax": included}},
        )

    def set_stock(self, sku: str, on_hand: int) -> None:
        """As a person would, in the admin."""
        self.admin(
            "mutation($in: [UpdateProductVariantInput!]!) { updateProductVariants(input: $in) { id } }",
            **{"in": [{"id": self.variant(sku).id, "stockOnHand": on_hand}]},
        )


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
