"""Quantities on sale: rows that PrestaShop makes by itself for each product and combination, looked up and written by fifty."""

from collections.abc import Iterator, Sequence
from decimal import ROUND_FLOOR, Decimal

from raccord_connectors.canonical import Availability
from raccord_connectors.contract import (
    Change,
    Outcome,
    Page,
    Problem,
    RecordRejected,
    Selection,
    Text,
    TransientError,
)
from raccord_connectors.shop.prestashop import keys, texts
from raccord_connectors.shop.prestashop.client import Webservice
from raccord_connectors.shop.prestashop.facts import Facts
from raccord_connectors.shop.prestashop.refusals import Refused
from raccord_connectors.shop.prestashop.rows import Fields, Row, number

BATCH = 50
LARGEST = 2_147_483_647
FIELDS = "[id,id_product,id_product_attribute,quantity,out_of_stock,depends_on_stock]"
DENIED, ALLOWED, SHOPS = "0", "1", "2"
"""`out_of_stock`: whether one may buy what is not there; the last leaves it to the shop's own setting."""
ADVANCED = 133


class AvailabilityStream:
    def __init__(self, client: Webservice, facts: Facts) -> None:
        self._client = client
        self._facts = facts

    # ----------------------------------------------------------------------------------------------- reading

    def read(self, wanted: Selection, size: int) -> Iterator[Page]:
        if wanted.keys is not None:
            targets = [target for target in map(keys.split, wanted.keys) if target is not None]
            for start in range(0, len(targets), size):
                part = set(targets[start : start + size])
                rows = self._rows({product for product, _ in part})
                yield Page(records=[self._record(row) for row in _told(rows) if _place(row) in part])
            return
        yield from self._all(size)

    def _all(self, size: int) -> Iterator[Page]:
        """By products, so that the row of a product is known as a sum as soon as one of its combinations is."""
        for products in self._client.everything("products", display="[id]", size=size):
            records = [self._record(row) for row in _told(self._rows({number(row) for row in products}))]
            for start in range(0, len(records), size):
                yield Page(records=records[start : start + size])

    def _rows(self, products: set[int]) -> list[Row]:
        return sorted(
            self._client.by("stock_availables", "id_product", sorted(products), display=FIELDS), key=number
        )

    def _record(self, row: Row) -> Availability:
        product, combination = _place(row)
        return Availability(
            key=keys.target_of(product, combination),
            quantity=Decimal(row["quantity"].strip() or "0"),
            product=str(product),
            backorders=self._anyway(row),
        )

    def _anyway(self, row: Row) -> bool:
        rule = row["out_of_stock"].strip()
        return rule == ALLOWED or (rule == SHOPS and self._facts.sold_without_stock)

    # ----------------------------------------------------------------------------------------------- writing

    def write(self, changes: Sequence[Change]) -> Iterator[Outcome]:
        for start in range(0, len(changes), BATCH):
            yield from self._write(changes[start : start + BATCH])

    def _write(self, changes: Sequence[Change]) -> Iterator[Outcome]:
        """One reading for all, one call that writes those that differ."""
        targets = {place: keys.split(change.target) for place, change in enumerate(changes)}
        products = {target[0] for target in targets.values() if target is not None}
        held = {_place(row): row for row in self._rows(products)} if products else {}
        problems: dict[int, Problem] = {}
        todo: list[tuple[int, Fields]] = []
        owners: dict[int, list[int]] = {}
        for place, change in enumerate(changes):
            target = targets[place]
            row = held.get(target) if target is not None else None
            refusal = _refusal(change, target, row)
            if refusal is not None:
                problems[place] = refusal
            elif row is not None and (fields := self._difference(change, row)):
                if number(row) not in owners:
                    todo.append((number(row), fields))
                owners.setdefault(number(row), []).append(place)
        for key, refused in self._client.update_each("stock_availables", todo, BATCH).items():
            for place in owners[key]:
                problems[place] = _problem(changes[place], refused)
        for place, change in enumerate(changes):
            yield Outcome(change.key, change.target, problem=problems.get(place))

    def _difference(self, change: Change, row: Row) -> Fields:
        """What to write; nothing where the row says so already."""
        record, before = change.record, change.previous
        assert isinstance(record, Availability), "stock is written from an Availability"
        fields: dict[str, str] = {}
        quantity = str(_whole(record))
        told_before = isinstance(before, Availability) and _whole(before) == _whole(record)
        if row["quantity"].strip() != quantity and not told_before:
            fields["quantity"] = quantity
        known = isinstance(before, Availability) and before.backorders == record.backorders
        if not known and self._anyway(row) != record.backorders:
            fields["out_of_stock"] = ALLOWED if record.backorders else DENIED
        return fields


def _whole(record: Availability) -> int:
    """Whole pieces only, rounded down, because nobody may buy what is not there; less than nothing is nothing, unless one may
    order in advance."""
    quantity = int(record.quantity.to_integral_value(ROUND_FLOOR))
    return quantity if record.backorders else max(0, quantity)


def _place(row: Row) -> tuple[int, int]:
    return int(row["id_product"]), int(row["id_product_attribute"] or 0)


def _told(rows: Sequence[Row]) -> list[Row]:
    """Without the sums: a product with combinations has a row of its own that the shop computes."""
    summed = {_place(row)[0] for row in rows if _place(row)[1]}
    return [row for row in rows if _place(row)[1] or _place(row)[0] not in summed]


def _refusal(change: Change, target: tuple[int, int] | None, row: Row | None) -> Problem | None:
    assert isinstance(change.record, Availability), "stock is written from an Availability"
    if target is None:
        return _rejected(texts.NOT_PUBLISHED, change, "product")
    if row is None:
        return _rejected(texts.GONE, change, "key")
    if row["depends_on_stock"].strip() == "1":
        return _rejected(texts.STOCK_ELSEWHERE, change, "quantity")
    if abs(change.record.quantity) > LARGEST:
        said = texts.BAD_QUANTITY.fill(key=change.key, quantity=change.record.quantity)
        return RecordRejected(said, field="quantity").problem()
    return None


def _problem(change: Change, refused: Refused) -> Problem:
    if refused.missing:
        return _rejected(texts.GONE, change, "key")
    if refused.code == ADVANCED:
        return _rejected(texts.STOCK_ELSEWHERE, change, "quantity")
    if refused.status >= 500:
        return TransientError(
            texts.FAULT.fill(name=change.key, words=refused.words), detail=str(refused)
        ).problem()
    return RecordRejected(
        texts.REFUSED.fill(name=change.key, words=refused.words), field="quantity"
    ).problem()


def _rejected(text: Text, change: Change, field: str) -> Problem:
    return RecordRejected(text.fill(key=change.key), field=field).problem()
