"""The running test shop as tests see it: its addresses and credentials, its state by the Admin API, and customers."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from itertools import count
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import httpx

from support.vendure.customer import ADDRESS, Placed, ShopCustomer
from support.vendure.furnish import PAYMENT
from support.vendure.graph import Graph

_numbers = count(1)
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
        payment: str = PAYMENT,
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
            return customer.pay(payment)

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

    def delete_products_of(self, skus: Sequence[str]) -> None:
        found = self.admin(
            "query($skus: [String!]!) { productVariants(options: { take: 1000, filter: { sku: { in: $skus } } })"
            " { items { productId } } }",
            skus=list(skus),
        )
        ids = sorted({item["productId"] for item in found["productVariants"]["items"]})
        if ids:
            self.admin("mutation($ids: [ID!]!) { deleteProducts(ids: $ids) { result } }", ids=ids)

    def make_product(self, name: str, *, sku: str, description: str = "", price: int = 1000) -> str:
        """A simple product as a person makes it in the admin; its id. Price in cents."""
        translation = {"languageCode": "fr", "name": name, "slug": name, "description": description}
        made = self.admin(
            "mutation($in: CreateProductInput!) { createProduct(input: $in) { id } }",
            **{"in": {"enabled": True, "translations": [translation]}},
        )["createProduct"]["id"]
        variant = {
            "productId": made,
            "sku": sku,
            "price": price,
            "translations": [{"languageCode": "fr", "name": name}],
        }
        self.admin(
            "mutation($in: [CreateProductVariantInput!]!) { createProductVariants(input: $in) { id } }",
            **{"in": [variant]},
        )
        return str(made)

    def add_facet_value(self, product_id: str, *, facet: str, value: str) -> None:
        def named(name: str) -> dict[str, Any]:
            return {"code": name, "translations": [{"languageCode": "fr", "name": name}]}

        made = self.admin(
            "mutation($in: CreateFacetInput!) { createFacet(input: $in) { values { id } } }",
            **{"in": {**named(facet), "isPrivate": False, "values": [named(value)]}},
        )["createFacet"]["values"][0]["id"]
        held = self.admin("query($id: ID!) { product(id: $id) { facetValues { id } } }", id=product_id)
        ids = [item["id"] for item in held["product"]["facetValues"]]
        self.admin(
            "mutation($in: UpdateProductInput!) { updateProduct(input: $in) { id } }",
            **{"in": {"id": product_id, "facetValueIds": [*ids, made]}},
        )

    def add_picture(self, product_id: str, name: str, content: bytes) -> None:
        """Before those that are there."""
        held = self.admin("query($id: ID!) { product(id: $id) { assets { id } } }", id=product_id)
        ids = [self.admin.upload(name, content), *(asset["id"] for asset in held["product"]["assets"])]
        self.admin(
            "mutation($in: UpdateProductInput!) { updateProduct(input: $in) { id } }",
            **{"in": {"id": product_id, "assetIds": ids}},
        )

    def add_axis(self, product_id: str, title: str, values: tuple[str, ...]) -> None:
        def named(name: str) -> dict[str, Any]:
            return {"code": name, "translations": [{"languageCode": "fr", "name": name}]}

        group = self.admin(
            "mutation($in: CreateProductOptionGroupInput!) { createProductOptionGroup(input: $in) { id } }",
            **{"in": {**named(title), "options": [named(value) for value in values]}},
        )["createProductOptionGroup"]["id"]
        self.admin(
            "mutation($p: ID!, $g: ID!) { addOptionGroupToProduct(productId: $p, optionGroupId: $g) { id } }",
            p=product_id,
            g=group,
        )

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

    def delete_product(self, product_id: str) -> None:
        self.admin("mutation($id: ID!) { deleteProduct(id: $id) { result } }", id=product_id)

    def set_price(self, variant_id: str, price: Decimal) -> None:
        self._update_variant(id=variant_id, price=int(price.scaleb(2)))

    def api_key(self, *permissions: str) -> str:
        """A new API key; with `permissions`, one that has only these."""
        role = self.role(*permissions) if permissions else "1"
        key = {"roleIds": [role], "translations": [{"languageCode": "fr", "name": "Raccord"}]}
        made = self.admin(
            "mutation($in: CreateApiKeyInput!) { createApiKey(input: $in) { apiKey } }", **{"in": key}
        )
        return str(made["createApiKey"]["apiKey"])

    def role(self, *permissions: str) -> str:
        """The id of a new role."""
        code = f"role-{next(_numbers)}"
        made = self.admin(
            "mutation($in: CreateRoleInput!) { createRole(input: $in) { id } }",
            **{"in": {"code": code, "description": code, "permissions": list(permissions)}},
        )
        return str(made["createRole"]["id"])

    def end_session(self, authorization: str) -> None:
        """Signs out the owner of this token, everywhere (so says Vendure's `logout`)."""
        document = {"query": "mutation { logout { success } }"}
        httpx.post(self.admin_url, json=document, headers={"Authorization": authorization}).raise_for_status()

    def account(self, *permissions: str) -> tuple[str, str]:
        """User name and password of a new administrator with only these permissions."""
        user, password = f"raccord-{next(_numbers)}@example.test", "mot-de-passe"
        person = {
            "firstName": "Raccord",
            "lastName": "Connecteur",
            "emailAddress": user,
            "password": password,
        }
        self.admin(
            "mutation($in: CreateAdministratorInput!) { createAdministrator(input: $in) { id } }",
            **{"in": {**person, "roleIds": [self.role(*permissions)]}},
        )
        return user, password

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

    def ship(self, order_id: str) -> None:
        """All of it, as a person does in the admin."""
        lines = [{"orderLineId": x["id"], "quantity": x["quantity"]} for x in self.order(order_id)["lines"]]
        arguments = [{"name": "method", "value": "à la main"}, {"name": "trackingCode", "value": ""}]
        handler = {"code": "manual-fulfillment", "arguments": arguments}
        made = self.admin(
            "mutation($in: FulfillOrderInput!) { addFulfillmentToOrder(input: $in)"
            " { __typename ... on Fulfillment { id } ... on ErrorResult { errorCode message } } }",
            **{"in": {"lines": lines, "handler": handler}},
        )
        self.admin(
            'mutation($id: ID!) { transitionFulfillmentToState(id: $id, state: "Shipped")'
            " { __typename ... on ErrorResult { errorCode message } } }",
            id=made["addFulfillmentToOrder"]["id"],
        )

    def cancel(self, order_id: str) -> None:
        self.admin(
            "mutation($in: CancelOrderInput!) { cancelOrder(input: $in)"
            " { __typename ... on ErrorResult { errorCode message } } }",
            **{"in": {"orderId": order_id, "cancelShipping": True, "reason": "client"}},
        )

    def notes(self, order_id: str) -> list[str]:
        """Notes of an order, oldest first."""
        entries = self.order(order_id)["history"]["items"]
        return [entry["data"]["note"] for entry in entries if entry["type"] == "ORDER_NOTE"]

    def later(self, cursor: str, *, minutes: float = 2.0) -> str:
        """A cursor of orders as if that many minutes had passed, without the overlap of the connector."""
        ahead = timedelta(minutes=minutes)
        moments = (datetime.fromisoformat(part) + ahead for part in cursor.split("|"))
        return "|".join(
            moment.isoformat(timespec="milliseconds").replace("+00:00", "Z") for moment in moments
        )

    def set_threshold(self, sku: str, threshold: int) -> None:
        variant = self.variant(sku).id
        self._update_variant(id=variant, useGlobalOutOfStockThreshold=False, outOfStockThreshold=threshold)

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
