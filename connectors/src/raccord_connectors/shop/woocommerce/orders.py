"""Reading orders, with the shop's own amounts: `amounts` converts one."""

from collections.abc import Iterator, Sequence
from decimal import InvalidOperation

from msgspec.structs import replace

from raccord_connectors.canonical import Order
from raccord_connectors.contract import Page, Problem, Rejection, Selection
from raccord_connectors.shop.woocommerce import keys, texts, windows
from raccord_connectors.shop.woocommerce.amounts import Rates, order
from raccord_connectors.shop.woocommerce.client import Row, ShopClient
from raccord_connectors.shop.woocommerce.facts import Facts

PARAMS = {"status": "any", "dp": "6"}
"""Without `dp` taxes are cut to cents and cannot be added up again."""


class OrderReader:
    def __init__(self, client: ShopClient, facts: Facts) -> None:
        self._client = client
        self._facts = facts

    def read(self, wanted: Selection, size: int) -> Iterator[Page]:
        if wanted.keys is not None:
            numbers = keys.numbers(wanted.keys)
            for start in range(0, len(numbers), size):
                yield self._named(numbers[start : start + size])
            return
        if wanted.latest is not None:
            yield from self._latest(wanted.latest, size)
            return
        cursor = windows.cursor_from(wanted.since)
        for rows, after in windows.read(self._client, "orders", PARAMS, cursor, size):
            yield self._page(rows, after.text())

    def _latest(self, count: int, size: int) -> Iterator[Page]:
        for offset in range(0, count, size):
            params = {**PARAMS, "orderby": "date", "order": "desc", "offset": offset}
            rows = self._client.get("orders", per_page=min(size, count - offset), **params)
            yield self._page(rows, None)
            if len(rows) < size:
                return

    def _named(self, numbers: Sequence[int]) -> Page:
        """These orders, those in the trash included: `any` leaves them out, and they hold no stock any more."""
        rows = self._client.by_ids("orders", numbers, **PARAMS)
        left = _without(numbers, rows)
        if left:
            rows += self._client.by_ids("orders", left, **{**PARAMS, "status": "trash"})
        return replace(self._page(rows, None), deleted=[str(number) for number in _without(left, rows)])

    def _page(self, rows: Sequence[Row], cursor: str | None) -> Page:
        records: list[Order] = []
        rejected: list[Rejection] = []
        for row in rows:
            try:
                records.append(self._order(row))
            except (KeyError, TypeError, ValueError, InvalidOperation) as error:
                # An order that a plug-in left half-written is held by name, and the others are read.
                reason = f"{type(error).__name__}: {error}"
                said = texts.ORDER_UNREADABLE.fill(number=row.get("number") or row.get("id"), reason=reason)
                rejected.append(Rejection(str(row.get("id")), Problem("rejected", said, detail=reason)))
        return Page(records=records, rejected=rejected, cursor=cursor)

    def _order(self, row: Row) -> Order:
        refunds = self._client.all(f"orders/{row['id']}/refunds", dp="6") if row.get("refunds") else []
        known: Rates = {
            line["rate_id"]: line["rate_percent"]
            for line in row["tax_lines"]
            if line.get("rate_percent") is not None
        }
        if any(
            line["rate_id"] not in known for line in row["tax_lines"]
        ):  # shops before 8.x do not tell percents here
            known = {number: percent for number, (_, percent) in self._facts.rates.items()} | known
        return order(row, refunds, known, self._facts.decimals)


def _without(numbers: Sequence[int], rows: Sequence[Row]) -> list[int]:
    found = {int(row["id"]) for row in rows}
    return [number for number in numbers if number not in found]
