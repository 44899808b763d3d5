"""Reading orders: a page of them, and all that hangs on them, in ten questions for the whole page."""

import html
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from decimal import InvalidOperation

from msgspec.structs import replace

from raccord_connectors.canonical import Order
from raccord_connectors.contract import Page, Problem, Rejection, Selection
from raccord_connectors.shop.prestashop import keys, texts, windows
from raccord_connectors.shop.prestashop.client import Webservice
from raccord_connectors.shop.prestashop.facts import Facts
from raccord_connectors.shop.prestashop.order_record import Beside, order
from raccord_connectors.shop.prestashop.rows import Row, number


class OrderReader:
    def __init__(self, client: Webservice, facts: Facts) -> None:
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
        seen: set[int] = set()
        for rows, after in windows.read(self._client, "orders", cursor, self._facts.zone, size):
            if not rows and cursor.since is not None:
                yield from self._with_new_slips(cursor, seen, size)
            seen.update(number(row) for row in rows)
            yield self._page(rows, after.text())

    def _with_new_slips(self, cursor: windows.Cursor, seen: set[int], size: int) -> Iterator[Page]:
        """A credit slip does not always touch its order's stamp."""
        fresh = windows.Cursor(cursor.since)
        for slips, _ in windows.read(
            self._client, "order_slip", fresh, self._facts.zone, 100, display="[id,id_order,date_upd]"
        ):
            numbers = sorted({int(slip["id_order"]) for slip in slips} - seen)
            seen.update(numbers)
            for start in range(0, len(numbers), size):
                yield self._page(self._client.by("orders", "id", numbers[start : start + size]), None)

    def _latest(self, count: int, size: int) -> Iterator[Page]:
        for offset in range(0, count, size):
            limit = min(size, count - offset)
            rows = self._client.rows("orders", sort="[id_DESC]", limit=f"{offset},{limit}")
            yield self._page(rows, None)
            if len(rows) < limit:
                return

    def _named(self, numbers: Sequence[int]) -> Page:
        rows = self._client.by("orders", "id", numbers)
        found = {number(row) for row in rows}
        return replace(self._page(rows, None), deleted=[str(one) for one in numbers if one not in found])

    def _page(self, rows: Sequence[Row], cursor: str | None) -> Page:
        records: list[Order] = []
        rejected: list[Rejection] = []
        beside = self._beside(rows) if rows else {}
        for row in rows:
            try:
                records.append(order(row, beside[number(row)], self._facts))
            except (KeyError, TypeError, ValueError, InvalidOperation) as error:
                # An order that a module left half-written is held by name, and the others are read.
                reason = f"{type(error).__name__}: {error}"
                said = texts.ORDER_UNREADABLE.fill(
                    number=row.get("reference") or row.get("id"), reason=reason
                )
                rejected.append(Rejection(str(number(row)), Problem("rejected", said, detail=reason)))
        return Page(records=records, rejected=rejected, cursor=cursor)

    def _beside(self, rows: Sequence[Row]) -> dict[int, Beside]:
        ids = [number(row) for row in rows]
        references = [row["reference"].strip() for row in rows if row.get("reference", "").strip()]
        by = self._client.by
        details = _grouped(by("order_details", "id_order", ids), lambda row: row["id_order"].strip())
        rules = _grouped(by("order_cart_rules", "id_order", ids), lambda row: row["id_order"].strip())
        slips = _grouped(by("order_slip", "id_order", ids), lambda row: row["id_order"].strip())
        payments = _grouped(
            by("order_payments", "order_reference", references), lambda row: row["order_reference"].strip()
        )
        sisters = _grouped(
            by("orders", "reference", references, display="[id,reference]"),
            lambda row: row["reference"].strip(),
        )
        customers = {str(number(row)): row for row in by("customers", "id", _ids(rows, "id_customer"))}
        addresses = {
            str(number(row)): row
            for row in by("addresses", "id", _ids(rows, "id_address_invoice", "id_address_delivery"))
        }
        messages = self._messages(ids)
        return {
            number(row): Beside(
                details.get(str(number(row)), []),
                rules.get(str(number(row)), []),
                payments.get(row["reference"].strip(), []),
                slips.get(str(number(row)), []),
                sisters.get(row["reference"].strip(), []),
                customers.get(row["id_customer"].strip()),
                addresses,
                messages.get(number(row), []),
            )
            for row in rows
        }

    def _messages(self, orders: Sequence[int]) -> dict[int, list[str]]:
        """What customers wrote: not the shop's people, not we."""
        threads = self._client.by("customer_threads", "id_order", orders, display="[id,id_order]")
        if not threads:
            return {}
        owner = {str(number(row)): int(row["id_order"]) for row in threads}
        found: dict[int, list[str]] = defaultdict(list)
        rows = self._client.by("customer_messages", "id_customer_thread", owner)
        for row in sorted(rows, key=number):
            if row["id_employee"].strip() in ("", "0") and row["private"].strip() != "1":
                found[owner[row["id_customer_thread"].strip()]].append(html.unescape(row["message"]).strip())
        return found


def _grouped(rows: Sequence[Row], owner: Callable[[Row], str]) -> dict[str, list[Row]]:
    found: dict[str, list[Row]] = defaultdict(list)
    for row in sorted(rows, key=number):
        found[owner(row)].append(row)
    return found


def _ids(rows: Sequence[Row], *names: str) -> list[str]:
    found = [row[name].strip() for row in rows for name in names]
    return [one for one in dict.fromkeys(found) if one not in ("", "0")]
