"""A customer of the test shop: looks at products and buys, through Vendure's Shop API, as a storefront would."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from types import TracebackType
from typing import Any, Self

from support.vendure.furnish import PAYMENT
from support.vendure.graph import Graph, Refused

ADDRESS = {
    "fullName": "Zoé Martin",
    "company": "Martin & Filles",
    "streetLine1": "12 rue de l’Église",
    "streetLine2": "Bâtiment B",
    "city": "Strasbourg",
    "postalCode": "67000",
    "countryCode": "FR",
    "phoneNumber": "+33 6 12 34 56 78",
}
ORDER = (
    "__typename ... on Order { id code state total totalWithTax } ... on ErrorResult { errorCode message }"
)


@dataclass(frozen=True)
class Placed:
    """An order that went through: what the customer's confirmation page shows."""

    id: str
    code: str
    state: str
    net: Decimal
    gross: Decimal


class ShopCustomer:
    """One visitor with a basket of their own. Raises `Refused` where the storefront would show an error."""

    def __init__(self, shop_url: str, channel_token: str = "") -> None:
        self.shop = Graph(shop_url, channel_token)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.shop.__exit__(kind, error, trace)

    def see(self, slug: str) -> dict[str, Any] | None:
        """The product page, or None when there is none: names, prices in cents, `stockLevel` = the number on sale."""
        found = self.shop(
            "query($slug: String!) { product(slug: $slug) { id name slug description"
            " assets { name } facetValues { name facet { name } } collections { name }"
            " variants { id sku name price priceWithTax stockLevel options { name group { name } } } } }",
            slug=slug,
        )
        product: dict[str, Any] | None = found["product"]
        return product

    def add(self, variant_id: str, quantity: int = 1) -> None:
        self._order(
            "addItemToOrder(productVariantId: $id, quantity: $n)",
            "$id: ID!, $n: Int!",
            id=variant_id,
            n=quantity,
        )

    def apply_coupon(self, code: str) -> None:
        self._order("applyCouponCode(couponCode: $code)", "$code: String!", code=code)

    def introduce(self, email: str, *, first: str = "Zoé", last: str = "Martin") -> None:
        person = {
            "emailAddress": email,
            "firstName": first,
            "lastName": last,
            "phoneNumber": "+33 6 12 34 56 78",
        }
        self._order("setCustomerForOrder(input: $in)", "$in: CreateCustomerInput!", **{"in": person})

    def send_to(self, address: Mapping[str, str] = ADDRESS, billing: Mapping[str, str] | None = None) -> None:
        places = {"setOrderShippingAddress": address, "setOrderBillingAddress": billing or address}
        for field, place in places.items():
            self._order(f"{field}(input: $in)", "$in: CreateAddressInput!", **{"in": dict(place)})
        method = self.shop("{ eligibleShippingMethods { id } }")["eligibleShippingMethods"][0]["id"]
        self._order("setOrderShippingMethod(shippingMethodId: $id)", "$id: [ID!]!", id=[method])

    def pay(self, method: str = PAYMENT, **metadata: Any) -> Placed:
        """`shouldDecline=True` makes the bank refuse."""
        self._order("transitionOrderToState(state: $state)", "$state: String!", state="ArrangingPayment")
        payment = {"method": method, "metadata": metadata}
        order = self._order("addPaymentToOrder(input: $in)", "$in: PaymentInput!", **{"in": payment})
        return Placed(
            order["id"],
            order["code"],
            order["state"],
            Decimal(order["total"]).scaleb(-2),
            Decimal(order["totalWithTax"]).scaleb(-2),
        )

    def _order(self, call: str, declared: str, **variables: Any) -> dict[str, Any]:
        (answer,) = self.shop(f"mutation({declared}) {{ {call} {{ {ORDER} }} }}", **variables).values()
        if not answer:
            raise Refused(call)
        order: dict[str, Any] = answer
        return order
