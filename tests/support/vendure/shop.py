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
PRODUCT = (
    "id name slug enabled description translations { languageCode name slug description }"
    " customFields { seoTitle seoDescription } facetValues { code name facet { code name } }"
    " optionGroups { code name options { name } } assets { name tags { value } }"
    f" variants {{ {VARIANT} }}"
)
VARIANTS = (
    "query($sku: String!) { productVariants(options: { filter: { sku: { eq: $sku } } })"
    f" {{ items {{ {VARIANT} }} }} }}"
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

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
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

    def order(self, order_id: str) -> dict[str, Any]:
        """An order with its state, lines, fulfilments and history, in Vendure's own words."""
        order: dict[str, Any] = self.admin(
            f"query($id: ID!) {{ order(id: $id) {{ {ORDER} }} }}", id=order_id
        )["order"]
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

    # -------------------------------------------------------------------------- what its people do by hand

    def rename(self, product_id: str, name: str) -> None:
        self._translate(product_id, name=name)

    def describe(self, product_id: str, description: str, *, slug: str) -> None:
        self._translate(product_id, description=description, slug=slug)

    def _translate(self, product_id: str, **texts: str) -> None:
        self.admin(
            "mutation($in: UpdateProductInput!) { updateProduct(input: $in) { id } }",
            **{"in": {"id": product_id, "translations": [{"languageCode": "fr", **texts}]}},
        )

    def delete_product(self, product_id: str) -> None:
        self.admin("mutation($id: ID!) { deleteProduct(id: $id) { result } }", id=product_id)

    def set_price(self, variant_id: str, price: Decimal) -> None:
        self._update_variant(id=variant_id, price=int(price.scaleb(2)))

    def note(self, order_id: str, text: str) -> None:
        note = {"id": order_id, "note": text, "isPublic": False}
        self.admin(
            "mutation($in: AddNoteToOrderInput!) { addNoteToOrder(input: $in) { id } }", **{"in": note}
        )

    def refund(self, order_id: str, amount: Decimal) -> None:
        """Money given back on the order's first payment, and given indeed."""
        payment = self.order(order_id)["payments"][0]["id"]
        refund = {"paymentId": payment, "amount": int(amount.scaleb(2)), "reason": "geste commercial"}
        nothing = {"lines": [], "shipping": 0, "adjustment": 0}  # Vendure 3.7 demands them in its database
        made = self.admin(
            "mutation($in: RefundOrderInput!) { refundOrder(input: $in)"
            " { __typename ... on Refund { id } ... on ErrorResult { errorCode message } } }",
            **{"in": {**refund, **nothing}},
        )
        self.admin(
            "mutation($in: SettleRefundInput!) { settleRefund(input: $in)"
            " { __typename ... on ErrorResult { errorCode message } } }",
            **{"in": {"id": made["refundOrder"]["id"], "transactionId": "R"}},
        )

    def set_stock(self, sku: str, on_hand: int) -> None:
        self._update_variant(id=self.variant(sku).id, stockOnHand=on_hand)

    def _update_variant(self, **fields: Any) -> None:
        self.admin(
            "mutation($in: [UpdateProductVariantInput!]!) { updateProductVariants(input: $in) { id } }",
            **{"in": [fields]},
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
