"""The shop as one object: its database, rules and parts, without any HTTP. Tests may use it directly."""

from pathlib import Path
from typing import Any

from sandbox.shop import accounts, order_view
from sandbox.shop.accounts import Accounts
from sandbox.shop.catalogue import Catalogue
from sandbox.shop.checkout import Checkout, Purchase
from sandbox.shop.database import Database, dump, load
from sandbox.shop.faults import Faults
from sandbox.shop.gate import Gate, Key, new_key
from sandbox.shop.journal import Journal
from sandbox.shop.media import Media
from sandbox.shop.options import Options
from sandbox.shop.orders import Orders
from sandbox.shop.product_fields import Fields
from sandbox.shop.product_view import View, decode
from sandbox.shop.webhooks import Webhooks


class Shop:
    def __init__(self, folder: Path, consumer_key: str = "", consumer_secret: str = "") -> None:
        self.database = Database(folder)
        self.options = Options(self.database)
        self.journal = Journal(folder)
        self.faults = Faults()
        self.gate = Gate(self.database)
        self.media = Media(folder)
        self.view = View(self.options, "")
        self.webhooks = Webhooks(self.database, self.options, self.show)
        self.catalogue = Catalogue(Fields(self.options, self.media), self.webhooks.announce)
        self.orders = Orders(self.options, self.webhooks.announce)
        self.accounts = Accounts(self.webhooks.announce)
        self.checkout = Checkout(self.database, self.orders)
        self.key = self._keys(folder / "keys.json", consumer_key, consumer_secret)

    @property
    def home(self) -> str:
        return self.view.home

    def serve_at(self, home: str) -> None:
        """The shop's own configured address: signatures and links are made with it."""
        self.view.home = home.rstrip("/")
        self.webhooks.home = self.view.home

    def show(self, resource: str, number: int) -> dict[str, Any] | None:
        """A product, variation, order or account as the REST API shows it; None when it does not exist."""
        db = self.database.read()
        table = {"order": "orders", "customer": "customers"}.get(resource, "products")
        row = db.execute(f"SELECT * FROM {table} WHERE id = ?", (number,)).fetchone()
        if row is None:
            return None
        if resource == "customer":
            return accounts.show(decode(row))
        if resource == "order":
            return order_view.order(db, decode(row), int(self.options.get("price_num_decimals")))
        found = decode(row)
        return self.view.variation(db, found, True) if found["parent_id"] else self.view.product(db, found)

    def buy(self, purchase: Purchase) -> dict[str, Any]:
        """As the storefront's last button does; returns the order as the REST API shows it."""
        shown = self.show("order", self.checkout.place(purchase)["id"])
        assert shown is not None
        return shown

    def reset(self) -> None:
        """Everything as at the first start; only the key and the pictures' files stay."""
        self.webhooks.wait()
        self.database.empty(keep=("api_keys",))
        self.options.forget()
        self.faults.clear()
        self.journal.reset()
        self.webhooks.look()

    def close(self) -> None:
        self.webhooks.stop()
        self.journal.close()
        self.database.close()

    def _keys(self, file: Path, key: str, secret: str) -> Key:
        """The key that was made at the first start, or the one asked for; kept in a file beside the database."""
        if not key and file.exists():
            known = load(file.read_text("utf-8"))
            return Key(known["consumer_key"], known["consumer_secret"], known["permissions"])
        made = new_key(self.database, "Raccord (démonstration)", key=key, secret=secret)
        file.touch(mode=0o600)
        file.write_text(dump(made.__dict__), "utf-8")
        return made
