"""For tests: a shop on a free port, its levers, and purchases, by the storefront's own forms or directly.

with demo_shop(tmp_path) as shop:
    shop.settings()                       # what the WooCommerce connector needs
    shop.post("products", {...})          # as another program with a key would
    shop.buy({item: 2}, coupon="BIENVENUE10")
    shop.fault(kind="status", status=503, count=2)
    shop.log()["writes"]
"""

import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx

from sandbox.shop.checkout import Purchase, Wish
from sandbox.shop.server import ShopServer
from sandbox.shop.shop import Shop

CUSTOMER = {
    "first_name": "Élodie",
    "last_name": "Lefèvre",
    "company": "",
    "address_1": "3 rue Crébillon",
    "address_2": "",
    "postcode": "44000",
    "city": "Nantes",
    "country": "FR",
    "state": "",
    "email": "elodie.lefevre@example.org",
    "phone": "02 40 00 00 00",
}
JsonDict = dict[str, Any]


class Line(httpx.HTTPTransport):
    """The line to a shop, which can be cut."""

    def __init__(self, shop: "DemoShop") -> None:
        super().__init__(verify=False)  # plain HTTP: loading certificates would take longer than the test
        self._shop = shop

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        if self._shop.down:
            raise httpx.ConnectError("the line is cut")
        return super().handle_request(request)


class DemoShop:
    """A running shop as its owner, its customers and other programs see it."""

    def __init__(self, server: ShopServer) -> None:
        self.server = server
        self.url = server.url
        self.down = False
        key = server.shop.key
        # The proxy in front of the shop speaks TLS: that is what this header says.
        self._api = httpx.Client(
            base_url=f"{self.url}/wp-json/wc/v3/",
            auth=(key.consumer_key, key.consumer_secret),
            headers={"X-Forwarded-Proto": "https"},
            transport=httpx.HTTPTransport(verify=False),
        )

    @property
    def shop(self) -> Shop:
        return self.server.shop

    def settings(self, **others: Any) -> JsonDict:
        """Settings of a connection to this shop."""
        key = self.shop.key
        pair = {"consumer_key": key.consumer_key, "consumer_secret": key.consumer_secret}
        return {"url": self.url, **pair, "allow_private_address": True, **others}

    def transport(self) -> Line:
        return Line(self)

    def reset(self) -> None:
        """A fresh shop, ids from the beginning."""
        self.down = False
        self.shop.reset()

    # ---------------------------------------------------------------------------------------- the REST API

    def get(self, path: str, **params: Any) -> Any:
        return self._answer(self._api.get(path, params=params))

    def post(self, path: str, body: Mapping[str, Any]) -> Any:
        return self._answer(self._api.post(path, json=body))

    def put(self, path: str, body: Mapping[str, Any]) -> Any:
        return self._answer(self._api.put(path, json=body))

    def delete(self, path: str, **params: Any) -> Any:
        return self._answer(self._api.delete(path, params=params))

    def _answer(self, response: httpx.Response) -> Any:
        if response.is_error:
            raise AssertionError(
                f"{response.request.method} {response.request.url.path}: {response.text[:500]}"
            )
        return response.json()

    # -------------------------------------------------------------------------------------------- levers

    def option(self, **values: Any) -> None:
        """What the owner would set in the shop's settings screens."""
        self.shop.options.set(**values)

    def fault(self, **fault: Any) -> None:
        """See `sandbox.shop.faults.Fault`."""
        self.shop.faults.arm(**fault)

    def log(self, last: int = 200) -> JsonDict:
        return self.shop.journal.summary(last)

    def reset_log(self) -> None:
        self.shop.journal.reset()

    # ----------------------------------------------------------------------------------------- purchases

    def buy(self, items: Mapping[int, int], **others: Any) -> JsonDict:
        """Places an order: item id → quantity. `others` are fields of `checkout.Purchase`. Returns the REST order."""
        wishes = [Wish(item, quantity) for item, quantity in items.items()]
        return self.shop.buy(Purchase(wishes, **{"billing": CUSTOMER, **others}))

    def buy_by_hand(
        self, items: Mapping[int, int], *, gateway: str = "carte_demo", coupon: str = "", **typed: str
    ) -> int:
        """The same through the pages of the storefront, with a browser's cookies. Returns the order's number."""
        with httpx.Client(base_url=self.url, follow_redirects=True, trust_env=False) as browser:
            for item, quantity in items.items():
                browser.post(
                    "/panier/ajouter", data={"item": str(item), "quantity": str(quantity), "slug": "x"}
                )
            if coupon:
                browser.post("/panier/changer", data={"coupon": coupon})
            form = {**CUSTOMER, "method": "1", "gateway": gateway, **typed}
            page = browser.post("/commande", data=form)
        match = re.search(r"/commande/recue/(\d+)", str(page.url))
        if match is None or page.is_error:
            told = re.search(r'role="alert">([^<]+)', page.text)
            raise AssertionError(f"the checkout refused: {told.group(1) if told else page.status_code}")
        return int(match.group(1))

    def close(self) -> None:
        self._api.close()


@contextmanager
def demo_shop(folder: Path, **options: Any) -> Iterator[DemoShop]:
    """A shop in a thread of this process, on a free port of loopback."""
    with ShopServer(folder) as server:
        shop = DemoShop(server)
        shop.option(**options)
        try:
            yield shop
        finally:
            shop.close()
