"""The running test shop: its addresses and credentials, its own log, and customers who buy in it."""

import json
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from support.vendure.customer import ADDRESS, Placed, ShopCustomer
from support.vendure.furnish import PAYMENT
from support.vendure.graph import Graph
from support.vendure.staff import Staff


class Shop(Staff):
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

    def customer(self, channel_token: str = "") -> ShopCustomer:
        """A new visitor with an empty basket; use with `with`."""
        return ShopCustomer(self.shop_url, channel_token)

    def page_of(self, sku: str) -> dict[str, Any]:
        """The product page that a visitor of the storefront sees."""
        with self.customer() as customer:
            page = customer.see(self.variant(sku).raw["product"]["slug"])
        assert page is not None, f"{sku} is not on the storefront"
        return page

    def place_order(
        self,
        quantities: Mapping[str, int],
        *,
        email: str = "zoe.martin@example.test",
        coupon: str | None = None,
        payment: str = PAYMENT,
        address: Mapping[str, str] = ADDRESS,
        billing: Mapping[str, str] | None = None,
    ) -> Placed:
        """SKU → quantity, bought and paid by a guest through the Shop API."""
        with self.customer() as customer:
            for sku, quantity in quantities.items():
                customer.add(self.variant(sku).id, quantity)
            if coupon:
                customer.apply_coupon(coupon)
            customer.introduce(email)
            customer.send_to(address, billing)
            return customer.pay(payment)

    def set_prices_include_tax(self, included: bool) -> None:
        channel = self.admin("{ activeChannel { id } }")["activeChannel"]["id"]
        self.admin(
            "mutation($in: UpdateChannelInput!) { updateChannel(input: $in)"
            " { __typename ... on ErrorResult { errorCode message } } }",
            **{"in": {"id": channel, "pricesIncludeTax": included}},
        )
