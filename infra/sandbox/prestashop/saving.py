"""POST, PUT, PATCH and DELETE of rows, with what PrestaShop does to what it is not told.

- PUT replaces the whole row: a field that is absent becomes empty. PATCH (from 8.0) changes only what is named.
- One body may hold several rows. They are saved one by one, and the first that fails ends it: those before it stay.
- An association that is present replaces its whole set; `stock_availables` and its like have no setter and are ignored.
"""

import sqlite3
from collections.abc import Sequence

from sandbox.prestashop import effects, rules
from sandbox.prestashop.database import Values, get, insert, update
from sandbox.prestashop.nodes import Node, values_of
from sandbox.prestashop.refusals import Refusal, invalid, missing, unknown
from sandbox.prestashop.schema import Field, Resource
from sandbox.prestashop.shop import Shop

LARGEST = 2_147_483_647


class Saving:
    """One request that writes."""

    def __init__(self, shop: Shop, resource: Resource, verb: str, *, mail: bool) -> None:
        self.shop = shop
        self.resource = resource
        self.verb = verb
        self.mail = mail
        """`sendemail=1` was asked for."""
        self.saved: list[int] = []

    def all(self, nodes: Sequence[Node], addressed: int | None) -> None:
        """Saves each; `saved` has those that were, also after a refusal."""
        wanted = [(node, self._number(node)) for node in nodes]
        if self.verb != "POST":
            numbers = [number for _, number in wanted]
            if any(number is None for number in numbers):
                raise Refusal(400, 90, "id is required when modifying a resource")
            if len(set(numbers)) != len(numbers):
                raise Refusal(400, 89, "id is duplicate in request")
            if addressed is not None and numbers != [addressed]:
                raise Refusal(400, 90, "id in the address and in the body differ")
        for node, number in wanted:
            with self.shop.database.write() as db:
                self.saved.append(self._one(db, node, number))

    def _number(self, node: Node) -> int | None:
        child = node.child("id")
        if child is None or not child.text.strip():
            return None
        if self.verb == "POST":
            raise Refusal(400, 91, "id is forbidden when adding a new resource")
        if not child.text.strip().isdigit():
            raise Refusal(400, 90, "id is not a number")
        return int(child.text)

    def _one(self, db: sqlite3.Connection, node: Node, number: int | None) -> int:
        before = None
        if number is not None:
            before = get(db, self.resource, number)
            if before is None:
                raise unknown(number)
        sent, linked = values_of(node)
        values = self._values(sent, before)
        values["associations"] = self._associations(linked, before)
        effects.prepare(self.shop, db, self.resource, values, before)
        self._check(values)
        for field in self.resource.fields:
            if field.kind == "lang":  # there is a text in every language, be it empty
                values[field.name] = {key: values[field.name].get(key, "") for key in self.shop.languages}
        if number is None:
            number = insert(db, self.resource, values)
        else:
            update(db, self.resource, number, values)
        effects.after(self.shop, db, self.resource, number, values, before, mail=self.mail)
        return number

    def _values(self, sent: Values, before: Values | None) -> Values:
        # The real one refuses these two by name; what else is computed it ignores.
        for name in ("manufacturer_name", "quantity"):
            if name in sent and name in self.resource.computed:
                message = f'parameter "{name}" not writable. Please remove this attribute of this XML'
                raise Refusal(400, 93, message)
        values: Values = {}
        for field in self.resource.fields:
            if field.name in sent:
                values[field.name] = self._translated(field, sent[field.name], before)
            elif before is not None:
                values[field.name] = (
                    before[field.name] if self.verb == "PATCH" else self._emptied(field, before)
                )
            else:
                values[field.name] = {} if field.kind == "lang" else field.default or field.empty
        return values

    def _emptied(self, field: Field, before: Values) -> object:
        if field.name in ("date_add", "date_upd"):
            return before[field.name]
        return {} if field.kind == "lang" else field.empty

    def _translated(self, field: Field, value: object, before: Values | None) -> object:
        if field.kind != "lang":
            if isinstance(value, dict):
                raise invalid(field.name, "not a translated field")
            return value
        kept = dict(before[field.name]) if before is not None and self.verb == "PATCH" else {}
        if isinstance(value, dict):
            return {**kept, **value}
        # A bare text in a translated field is taken for every language.
        return {number: str(value) for number in self.shop.languages}

    def _associations(self, sent: Values, before: Values | None) -> Values:
        settable = dict(self.resource.associations)
        kept = dict(before["associations"]) if before is not None else {}
        return {**kept, **{name: rows for name, rows in sent.items() if name in settable}}

    def _check(self, values: Values) -> None:
        for field in self.resource.fields:
            value = values[field.name]
            texts = list(value.values()) if isinstance(value, dict) else [str(value)]
            if field.required and not any(text.strip() for text in texts):
                raise missing(field.name)
            for text in texts:
                self._check_text(field, text)

    def _check_text(self, field: Field, text: str) -> None:
        kind = rules.KINDS.get(field.kind)
        if kind is not None and not kind(text):
            raise invalid(field.name, f"{field.kind} expected, {text!r} given")
        if field.kind == "int" and abs(int(text)) > LARGEST:
            raise invalid(field.name, "out of range")
        if field.size and len(text) > field.size:
            raise invalid(field.name, f"length ({len(text)}) must be between 0 and {field.size}")
        if field.check and text and not rules.CHECKS[field.check](text):
            raise invalid(field.name, field.check)


def delete(shop: Shop, resource: Resource, numbers: Sequence[int]) -> None:
    """All or nothing where one is unknown."""
    with shop.database.write() as db:
        lost = [number for number in numbers if get(db, resource, number) is None]
        if lost:
            raise Refusal(404, 87, f"Id(s) not exists: {', '.join(map(str, lost))}")
        for number in numbers:
            effects.deleted(shop, db, resource, number)
            db.execute(f'DELETE FROM "{resource.name}" WHERE id = ?', (number,))
