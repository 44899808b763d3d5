"""For tests: a shop on a free port, its levers, and purchases, by the storefront's own forms or directly.

with prestashop(tmp_path) as shop:
    shop.settings()                     # what the PrestaShop connector needs
    shop.add("products", name=…)        # as its people would, behind everybody's back
    shop.buy({(12, 0): 2})
    shop.fault(kind="status", status=503, count=2)
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx

from sandbox.prestashop import effects, seed
from sandbox.prestashop.buying import Purchase, Wish, place
from sandbox.prestashop.database import Values, find, get, insert, update
from sandbox.prestashop.schema import RESOURCES
from sandbox.prestashop.server import ShopServer
from sandbox.prestashop.shop import Shop

CUSTOMER = {
    "firstname": "Élodie", "lastname": "Lefèvre", "email": "elodie.lefevre@example.org", "address1": "3 rue Crébillon",
    "postcode": "44000", "city": "Nantes", "country": "FR", "phone": "02 40 00 00 00",
}  # fmt: skip


class Line(httpx.HTTPTransport):
    """The line to a shop, which can be cut."""

    def __init__(self, shop: "DemoPrestaShop") -> None:
        super().__init__(verify=False)  # plain HTTP: loading certificates would take longer than the test
        self._shop = shop

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        if self._shop.down:
            raise httpx.ConnectError("the line is cut")
        return super().handle_request(request)


class DemoPrestaShop:
    """A running shop as its owner, its customers and other programs see it."""

    def __init__(self, server: ShopServer) -> None:
        self.server = server
        self.url = server.url
        self.down = False

    @property
    def shop(self) -> Shop:
        return self.server.shop

    def settings(self, **others: Any) -> dict[str, Any]:
        """Settings of a connection to this shop."""
        return {"url": self.url, "key": self.shop.key, "allow_private_address": True, **others}

    def transport(self) -> Line:
        return Line(self)

    def reset(self) -> None:
        """A fresh shop, ids from the beginning."""
        self.down = False
        self.shop.reset()

    # ------------------------------------------------------------------------------ behind everybody's back

    def add(self, resource: str, **values: Any) -> int:
        """A row with its effects, stamped now. Texts of translated fields are given in both languages."""
        kind = RESOURCES[resource]
        filled: Values = {
            name: seed.both(value)
            if (f := kind.field(name)) and f.kind == "lang" and isinstance(value, str)
            else value
            for name, value in values.items()
        }
        stamps = {name: self.shop.now() for name in ("date_add", "date_upd") if kind.field(name)}
        filled = {"associations": {}, **stamps, **{f.name: f.default or f.empty for f in kind.fields if f.kind != "lang"
                  and f.name not in stamps}, **filled}  # fmt: skip
        with self.shop.database.write() as db:
            number = insert(db, kind, filled)
            effects.after(self.shop, db, kind, number, {**filled}, None, mail=False)
        return number

    def set(self, resource: str, number: int, **values: Any) -> None:
        """As its people change a row, stamped now."""
        kind = RESOURCES[resource]
        stamp = {"date_upd": self.shop.now()} if kind.stamped else {}
        with self.shop.database.write() as db:
            before = get(db, kind, number)
            assert before is not None, f"{resource} has no {number}"
            for name, value in values.items():
                field = kind.field(name)
                if field is not None and field.kind == "lang" and isinstance(value, str):
                    values[name] = {**before[name], "1": value}
            update(db, kind, number, {**values, **stamp})
            effects.after(self.shop, db, kind, number, {**before, **values}, before, mail=False)

    def remove(self, resource: str, number: int) -> None:
        kind = RESOURCES[resource]
        with self.shop.database.write() as db:
            effects.deleted(self.shop, db, kind, number)
            db.execute(f'DELETE FROM "{resource}" WHERE id = ?', (number,))

    def row(self, resource: str, number: int) -> Values:
        """With what is computed."""
        db, kind = self.shop.database.read(), RESOURCES[resource]
        found = get(db, kind, number)
        assert found is not None, f"{resource} has no {number}"
        return self.shop.shown(db, kind, [found])[0]

    def rows(self, resource: str, **wanted: Any) -> list[Values]:
        return find(self.shop.database.read(), RESOURCES[resource], **wanted)

    def product(self, reference: str) -> Values:
        (found,) = self.rows("products", reference=reference)
        return self.row("products", int(found["id"]))

    def stock(self, product: int, combination: int = 0) -> Values:
        (found,) = self.rows("stock_availables", id_product=product, id_product_attribute=combination)
        return found

    def set_stock(self, product: int, quantity: int, combination: int = 0) -> None:
        self.set("stock_availables", int(self.stock(product, combination)["id"]), quantity=quantity)

    def mails(self) -> int:
        """How many the shop has sent."""
        return int(self.shop.database.read().execute("SELECT count(*) FROM mails").fetchone()[0])

    # -------------------------------------------------------------------------------------------- levers

    def configure(self, **values: object) -> None:
        self.shop.configure(**values)

    def fault(self, **fault: Any) -> None:
        """See `sandbox.shop.faults.Fault`."""
        self.shop.faults.arm(**fault)

    def log(self, last: int = 200) -> dict[str, Any]:
        return self.shop.journal.summary(last)

    def reset_log(self) -> None:
        self.shop.journal.reset()

    # ----------------------------------------------------------------------------------------- purchases

    def buy(self, items: Mapping[tuple[int, int], int], **others: Any) -> int:
        """(product, combination or 0) → quantity. `others` are fields of `buying.Purchase`. The order's id."""
        wishes = [Wish(product, combination, quantity) for (product, combination), quantity in items.items()]
        return place(self.shop, Purchase(wishes, **{"customer": CUSTOMER, **others}))

    def change_state(self, order: int, state: int) -> None:
        """As its people do in the back office."""
        with self.shop.database.write() as db:
            values = {
                "id_order": order,
                "id_order_state": state,
                "id_employee": 1,
                "date_add": self.shop.now(),
            }
            insert(db, RESOURCES["order_histories"], values)
            effects.change_state(self.shop, db, order, state, mail=False)


@contextmanager
def prestashop(folder: Path, **configuration: object) -> Iterator[DemoPrestaShop]:
    """A shop in a thread of this process, on a free port of loopback."""
    with ShopServer(folder) as server:
        shop = DemoPrestaShop(server)
        if configuration:
            shop.configure(**configuration)
        yield shop
