"""Stock of variants at the location that we keep.

What Vendure calls saleable is `stockOnHand − stockAllocated` (minus a threshold that is the merchant's affair): it
subtracts by itself what customers have ordered and nobody has shipped. The platform's quantity has those orders
subtracted *already* (ERP stock − open reservations). So what is sent is

    stockOnHand = quantity + stockAllocated        → saleable = quantity

with the allocation read just before. Sending the quantity alone would subtract each open order twice; sending the ERP's
physical stock would sell again what other shops have sold. Around it:

- An order placed between our reading and our writing: we add the old allocation, Vendure subtracts the new one, so
  saleable = quantity − what was just sold. Right, as the quantity did not know of it.
- An order placed before our reading that the platform has not collected yet: until it has, saleable is too high by that
  order, as in any shop whose stock is set from outside. The next push, which its reservation brings, corrects it.
- An order shipped: Vendure lowers both numbers by the same amount, saleable stays. Nothing has to be sent.

Vendure counts whole units from zero: part of a unit cannot be promised and is cut off, a negative quantity means that
nothing is for sale.
"""

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
    TransientError,
)
from raccord_connectors.shop.vendure import texts
from raccord_connectors.shop.vendure.bulk import Row, send
from raccord_connectors.shop.vendure.client import Graph, Json, Refused, in_parts
from raccord_connectors.shop.vendure.cursors import readable
from raccord_connectors.shop.vendure.installation import LARGEST_MINOR, Installation

FIELDS = """id productId outOfStockThreshold useGlobalOutOfStockThreshold
  stockLevels { stockLocationId stockOnHand stockAllocated }"""
ALL = f"""query($take: Int!, $skip: Int!) {{
  productVariants(options: {{ take: $take, skip: $skip, sort: {{ id: ASC }} }}) {{ items {{ {FIELDS} }} }} }}"""
SOME = f"""query($ids: [String!]!) {{
  productVariants(options: {{ take: 1000, filter: {{ id: {{ in: $ids }} }} }}) {{ items {{ {FIELDS} }} }} }}"""
UPDATE = "mutation($input: [UpdateProductVariantInput!]!) { updateProductVariants(input: $input) { id } }"
AT_ONCE = 200
BACKORDERS = -1_000_000
"""Threshold of a variant that may be sold without stock."""


class Stock:
    def __init__(self, graph: Graph, installation: Installation) -> None:
        self._graph = graph
        self._location = installation.location

    # ------------------------------------------------------------------------------------------------ reading

    def read(self, wanted: Selection, size: int) -> Iterator[Page]:
        """What can be sold of each variant, keyed by its id."""
        if wanted.keys is None:
            for rows in self._graph.everything(ALL, "productVariants", size=size):
                yield Page(records=[self._availability(row) for row in rows])
            return
        for part in in_parts(readable(wanted.keys), size):
            rows = self._graph.ask(SOME, ids=part)["productVariants"]["items"]
            if rows:
                yield Page(records=[self._availability(row) for row in rows])

    def _availability(self, row: Json) -> Availability:
        on_hand, allocated = self._level(row)
        return Availability(
            key=row["id"],
            quantity=Decimal(on_hand - allocated),
            product=row["productId"],
            backorders=_sold_without_stock(row),
        )

    def _level(self, row: Json) -> tuple[int, int]:
        for level in row["stockLevels"]:
            if level["stockLocationId"] == self._location:
                return level["stockOnHand"], level["stockAllocated"]
        return 0, 0

    # ------------------------------------------------------------------------------------------------ writing

    def write(self, changes: Sequence[Change]) -> Iterator[Outcome]:
        for start in range(0, len(changes), AT_ONCE):
            yield from self._write(changes[start : start + AT_ONCE])

    def _write(self, changes: Sequence[Change]) -> list[Outcome]:
        problems: dict[int, Problem] = {}
        wanted: dict[int, Change] = {}
        for number, change in enumerate(changes):
            try:
                _demand_good(change)
                wanted[number] = change
            except RecordRejected as error:
                problems[number] = error.problem()
        ids = readable(list({str(change.target) for change in wanted.values()}))
        held: dict[str, Json] = {}
        if ids:
            held = {row["id"]: row for row in self._graph.ask(SOME, ids=ids)["productVariants"]["items"]}
        rows: list[Row[int]] = []
        for number, change in wanted.items():
            row = held.get(str(change.target))
            if row is None:
                problems[number] = _gone(change)
            elif (difference := self._difference(change, row)) is not None:
                rows.append(Row(number, difference))
        self._send(rows, changes, problems)
        return [
            Outcome(change.key, change.target, problem=problems.get(number))
            for number, change in enumerate(changes)
        ]

    def _send(
        self, rows: Sequence[Row[int]], changes: Sequence[Change], problems: dict[int, Problem]
    ) -> None:
        sent = send(
            rows,
            # Absolute numbers: sending them twice changes nothing.
            lambda inputs: self._graph.change(UPDATE, repeat=True, input=inputs)["updateProductVariants"],
            limit=self._graph.body_limit,
            match=lambda row: row["id"],
            answer=lambda variant: variant["id"],
        )
        for row, refusal in sent.refused:
            problems[row.owner] = _problem(changes[row.owner], refusal)

    def _difference(self, change: Change, row: Json) -> Json | None:
        """What to send for a variant; None when it stands as wanted."""
        assert isinstance(change.record, Availability), "stock is written from an Availability"
        on_hand, allocated = self._level(row)
        wanted = _whole(change.record.quantity) + allocated
        fields: Json = {}
        if wanted != on_hand:
            fields["stockLevels"] = [{"stockLocationId": self._location, "stockOnHand": wanted}]
        if change.record.backorders and not _sold_without_stock(row):
            fields |= {"useGlobalOutOfStockThreshold": False, "outOfStockThreshold": BACKORDERS}
        elif not change.record.backorders and row["outOfStockThreshold"] == BACKORDERS:
            # Only what we set ourselves is taken back: another threshold is the merchant's safety stock.
            fields |= {"useGlobalOutOfStockThreshold": True, "outOfStockThreshold": 0}
        return {"id": row["id"], **fields} if fields else None


def _demand_good(change: Change) -> None:
    assert isinstance(change.record, Availability), "stock is written from an Availability"
    if change.target is None:
        raise RecordRejected(texts.NOT_IN_SHOP.fill(key=change.key), field="key")
    if not -LARGEST_MINOR <= change.record.quantity <= LARGEST_MINOR // 2:
        message = texts.BAD_QUANTITY.fill(key=change.key, quantity=change.record.quantity)
        raise RecordRejected(message, field="quantity")


def _whole(quantity: Decimal) -> int:
    return max(0, int(quantity.to_integral_value(ROUND_FLOOR)))


def _sold_without_stock(row: Json) -> bool:
    return not row["useGlobalOutOfStockThreshold"] and row["outOfStockThreshold"] < 0


def _gone(change: Change) -> Problem:
    message = texts.GONE.fill(what_fr=f"L’article {change.key}", what_en=f"Article {change.key}")
    return RecordRejected(message, field="key").problem()


def _problem(change: Change, refusal: Refused) -> Problem:
    if refusal.code == "ENTITY_NOT_FOUND":
        return _gone(change)
    if refusal.code == "INTERNAL_SERVER_ERROR":
        return TransientError(texts.FAULT.fill(words=refusal.words), detail=refusal.code).problem()
    message = texts.REFUSED.fill(name=change.key, words=refusal.words)
    return RecordRejected(message, field="quantity", detail=refusal.code).problem()
