"""What the shop's own people do in its admin, behind the connector's back."""

from collections.abc import Sequence
from decimal import Decimal
from itertools import count
from typing import Any

import httpx

from support.vendure.views import Views

_numbers = count(1)


class Staff(Views):
    """Acts with `admin`, a session of the superadmin."""

    admin_url: str

    def rename(self, product_id: str, name: str) -> None:
        self._translate(product_id, name=name)

    def describe(self, product_id: str, description: str, *, slug: str) -> None:
        self._translate(product_id, description=description, slug=slug)

    def _translate(self, product_id: str, **texts: str) -> None:
        self.admin(
            "mutation($in: UpdateProductInput!) { updateProduct(input: $in) { id } }",
            **{"in": {"id": product_id, "translations": [{"languageCode": "fr", **texts}]}},
        )

    def make_account(self, email: str, **fields: Any) -> str:
        """A customer who has a user; the id."""
        person = {"emailAddress": email, "firstName": "Zoé", "lastName": "Martin", **fields}
        made = self.admin(
            'mutation($in: CreateCustomerInput!) { createCustomer(input: $in, password: "secret-de-test")'
            " { __typename ... on Customer { id } ... on ErrorResult { message } } }",
            **{"in": person},
        )
        return str(made["createCustomer"]["id"])

    def customer_account(self, account: str) -> dict[str, Any]:
        """As the admin shows it, custom fields and addresses included."""
        found: dict[str, Any] = self.admin(
            "query($id: ID!) { customer(id: $id) { id title firstName lastName emailAddress phoneNumber customFields {"
            " siret vatNumber priceCategory creditLimit discount onAccount birthday newsletter job }"
            " addresses { fullName company streetLine1 city defaultBillingAddress } } }",
            id=account,
        )["customer"]
        return found

    def change_account(self, account: str, **fields: Any) -> None:
        self.admin(
            "mutation($in: UpdateCustomerInput!) { updateCustomer(input: $in)"
            " { __typename ... on ErrorResult { message } } }",
            **{"in": {"id": account, **fields}},
        )

    def add_place(self, account: str, **fields: Any) -> None:
        place = {
            "streetLine1": "3 rue Haute",
            "city": "Lyon",
            "postalCode": "69002",
            "countryCode": "FR",
            **fields,
        }
        self.admin(
            "mutation($id: ID!, $in: CreateAddressInput!) { createCustomerAddress(customerId: $id, input: $in) { id } }",
            id=account,
            **{"in": place},
        )

    def delete_account(self, account: str) -> None:
        self.admin("mutation($id: ID!) { deleteCustomer(id: $id) { result } }", id=account)

    def delete_products_of(self, skus: Sequence[str]) -> None:
        found = self.admin(
            "query($skus: [String!]!) { productVariants(options: { take: 1000, filter: { sku: { in: $skus } } })"
            " { items { productId } } }",
            skus=list(skus),
        )
        ids = sorted({item["productId"] for item in found["productVariants"]["items"]})
        if ids:
            self.admin("mutation($ids: [ID!]!) { deleteProducts(ids: $ids) { result } }", ids=ids)

    def delete_product(self, product_id: str) -> None:
        self.admin("mutation($id: ID!) { deleteProduct(id: $id) { result } }", id=product_id)

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

    def set_price(self, variant_id: str, price: Decimal) -> None:
        self._update_variant(id=variant_id, price=int(price.scaleb(2)))

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

    def add_channel(self, code: str, *, prices_include_tax: bool) -> str:
        """The token of a new channel, which ships, is paid and keeps its stock as the default one does."""
        zone = self.admin("{ activeChannel { defaultTaxZone { id } } }")["activeChannel"]["defaultTaxZone"][
            "id"
        ]
        channel = {
            "code": code,
            "token": f"jeton-{code}",
            "defaultLanguageCode": "fr",
            "availableLanguageCodes": ["fr"],
            "defaultCurrencyCode": "EUR",
            "pricesIncludeTax": prices_include_tax,
            "defaultTaxZoneId": zone,
            "defaultShippingZoneId": zone,
        }
        made = self.admin(
            "mutation($in: CreateChannelInput!) { createChannel(input: $in)"
            " { __typename ... on Channel { id } ... on ErrorResult { errorCode message } } }",
            **{"in": channel},
        )["createChannel"]["id"]
        for field, ids in (
            ("assignStockLocationsToChannel", "stockLocationIds"),
            ("assignShippingMethodsToChannel", "shippingMethodIds"),
            ("assignPaymentMethodsToChannel", "paymentMethodIds"),
        ):
            self.admin(f'mutation {{ {field}(input: {{ channelId: "{made}", {ids}: ["1"] }}) {{ id }} }}')
        return str(channel["token"])

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

    def end_session(self, authorization: str) -> None:
        """Signs out the owner of this token, everywhere (so says Vendure's `logout`)."""
        document = {"query": "mutation { logout { success } }"}
        httpx.post(self.admin_url, json=document, headers={"Authorization": authorization}).raise_for_status()

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
