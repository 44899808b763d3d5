"""Customers, by e-mail address."""

import re

from sandbox.oxatis.replies import INVALID, NOT_FOUND, Refused, listed
from sandbox.oxatis.store import Store
from sandbox.oxatis.times import moment
from sandbox.oxatis.trees import Tree, text

LONGEST = {
    "Email": 255, "FirstName": 30, "LastName": 50, "Company": 50, "VATNumber": 16, "FiscalCode": 30, "NAFCode": 20,
    "LegalForm": 40, "CustomerCode": 50,
}  # fmt: skip
SILENT = ("SalesRepCode", "DiscountGridCode")
"""Codes that the shop does not know are dropped without a word."""


class People:
    def __init__(self, store: Store) -> None:
        self._store = store

    def import_(self, asked: Tree) -> Tree:
        found = self.find(asked)
        if found is None and text(asked, "OxID"):
            raise Refused(NOT_FOUND, "client introuvable")
        if found is not None:
            return self._change(found, asked)
        _check(asked)
        if not re.fullmatch(r"[^@\s]+@[^@\s]+\.[^@\s]+", text(asked, "Email")):
            raise Refused(INVALID, "Email invalide")
        return {
            "OxID": self._store.add(
                "user", text(asked, "Email").lower(), {"PriceIndex": "-1", **self._known(asked)}
            )
        }

    def update(self, asked: Tree) -> Tree:
        return self._change(self.needed(asked), asked)

    def get(self, asked: Tree) -> Tree:
        return {"User": self.needed(asked)}

    def ids(self, asked: Tree) -> Tree:
        since = moment(text(asked, "LatestModifiedDateStart"))
        return listed("UserList", [{"OxID": n} for n in self._store.ids("user", since)], asked, "User")

    def find(self, asked: Tree) -> Tree | None:
        number = text(asked, "OxID")
        if number:
            return self._store.get("user", int(number)) if number.isdigit() else None
        return self._store.by_natural("user", text(asked, "Email").lower())

    def needed(self, asked: Tree) -> Tree:
        found = self.find(asked)
        if found is None:
            raise Refused(NOT_FOUND, "client introuvable")
        return found

    def _change(self, found: Tree, asked: Tree) -> Tree:
        _check(asked)
        data = {**found, **self._known(asked)}
        natural = text(data, "Email").lower()
        self._store.save(int(found["OxID"]), natural, {k: v for k, v in data.items() if k != "OxID"})
        return {"OxID": found["OxID"]}

    def _known(self, asked: Tree) -> Tree:
        known = self._store.option("sales_reps").split(",")
        dropped = [name for name in SILENT if text(asked, name) and text(asked, name) not in known]
        return {name: value for name, value in asked.items() if name not in (*dropped, "OxID")}


def _check(asked: Tree) -> None:
    for name, most in LONGEST.items():
        if len(text(asked, name)) > most:
            raise Refused(INVALID, f"{name} : {most} caractères au plus")
    level = text(asked, "PriceIndex") or "-1"
    if not level.lstrip("-").isdigit() or not -1 <= int(level) <= 9:
        raise Refused(INVALID, "PriceIndex")
