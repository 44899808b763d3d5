"""For tests: a shop without a server, its line, its levers and purchases.

shop = TestedShop(tmp_path)
Oxatis(settings(shop), transport=shop.line())     # the connector's calls reach the shop in this process
shop.add({"ItemSKU": "VASE", "Name": "Vase", …})   # as the back office would
shop.buy({item: 2}, coupon="BIENVENUE10")
"""

import urllib.parse
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import httpx

from sandbox.oxatis.checkout import Purchase
from sandbox.oxatis.shop import OxatisShop
from sandbox.oxatis.trees import Tree


class Line(httpx.BaseTransport):
    """A line that ends in the shop itself; it can be cut, and faults hit it as they hit the server."""

    def __init__(self, tested: "TestedShop") -> None:
        self._tested = tested

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        tested = self._tested
        if tested.down:
            raise httpx.ConnectError("the line is cut")
        form = dict(urllib.parse.parse_qsl(request.read().decode(), keep_blank_values=True))
        service = request.url.path.rsplit("/", 1)[-1].removesuffix(".aspx")
        path = f"{service}/{form.get('Method', '')}"
        tested.calls.append(path)
        fault = tested.shop.faults.next("POST", path)
        kind = "" if fault is None else fault.kind
        if fault is not None and kind == "status":
            return httpx.Response(fault.status, request=request)
        if kind == "html":
            page = b"<!doctype html><html><title>Maintenance</title></html>"
            return httpx.Response(200, headers={"content-type": "text/html"}, content=page, request=request)
        if kind == "cut_before":
            raise httpx.ReadError("cut before")
        body = tested.shop.answer(service, form)
        if kind == "cut_after":
            raise httpx.ReadError("cut after")
        return httpx.Response(200, headers={"content-type": "text/xml"}, content=body, request=request)


class TestedShop:
    """A shop as its owner and its customers see it. `calls`: `Service/Method` of all calls so far."""

    __test__ = False

    def __init__(self, folder: Path) -> None:
        self.shop = OxatisShop(folder)
        self.down = False
        self.calls: list[str] = []

    def line(self) -> Line:
        return Line(self)

    def settings(self, **others: Any) -> dict[str, Any]:
        """Settings of a connection to this shop."""
        states = {
            "preparing": "PREPARATION",
            "shipped": "EXPEDIEE",
            "invoiced": "FACTUREE",
            "cancelled": "ANNULEE",
        }
        chosen = {f"state_{name}": code for name, code in states.items()}
        return {**self.shop.keys, "url": "https://oxatis.example/httpservices", **chosen, **others}

    def reset(self) -> None:
        self.down = False
        self.calls.clear()
        self.shop.reset()

    def add(self, product: Tree, stock: int = 0) -> int:
        made = int(self.shop.catalogue.add({"TaxRate": "20", **product})["OxID"])
        self.shop.catalogue.quantity({"OxID": str(made), "QuantityInStock": {"Value": str(stock)}})
        return made

    def buy(self, wishes: Mapping[int, int], **others: Any) -> int:
        return self.shop.checkout.place(Purchase(wishes, **others))
