"""Finding orders that are new or changed, at few calls: lists tell ids, summaries a little more, and each order that is read
costs a call.

Oxatis has three windows, and none of them alone misses nothing: the order's date (the guide says last modification, the name
says creation), the date of its payment's state, and the log of progress states. All three are asked, each overlapping; the
bookmark keeps a fingerprint of what they told, so that only what tells something new is read.
"""

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from datetime import timedelta
from decimal import InvalidOperation
from xml.etree.ElementTree import Element, tostring

from raccord_connectors.canonical import Order
from raccord_connectors.contract import Page, Problem, Rejection, Selection
from raccord_connectors.kit import xml
from raccord_connectors.shop.oxatis import assumed, client, texts
from raccord_connectors.shop.oxatis.client import OxatisClient, Refusal, entity, identity
from raccord_connectors.shop.oxatis.order_records import order_of
from raccord_connectors.shop.oxatis.settings import OxatisSettings
from raccord_connectors.shop.oxatis.states import States
from raccord_connectors.shop.oxatis.windows import OVERLAP, Cursor, cursor_from

ORDERS = "OrderServices"
DATE_OVERLAP = int(timedelta(hours=48).total_seconds())
ALL = {"OrderStatus": 2, "SetOrderDesc": False}
"""Invoiced or not. TRAP: 0 and 1 are not false and true here."""


class OrderReader:
    def __init__(self, shop: OxatisClient, settings: OxatisSettings, states: States) -> None:
        self._shop = shop
        self._settings = settings
        self._states = states

    def read(self, wanted: Selection, size: int) -> Iterator[Page]:
        if wanted.keys is not None:
            for start in range(0, len(wanted.keys), size):
                yield self._page(wanted.keys[start : start + size], None, named=True)
        elif wanted.latest is not None:
            yield from self._latest(wanted.latest, size)
        else:
            yield from self._since(cursor_from(wanted.since), size)

    def _since(self, cursor: Cursor, size: int) -> Iterator[Page]:
        now = int(self._shop.now())
        mark = now if cursor.mark is None else cursor.mark
        told = self._told(cursor.since, now)
        done = set(cursor.read)
        fresh: dict[str, None] = {}
        for key, print_ in told.items():
            if cursor.seen.get(key) != print_ and key[1:] not in done:
                fresh[key[1:]] = None
        numbers = sorted(fresh, key=int)
        for start in range(0, len(numbers), size):
            part = numbers[start : start + size]
            done.update(part)
            yield self._page(part, Cursor(cursor.since, mark, tuple(sorted(done)), cursor.seen))
        # What changed between the lists and the last order of a pass is told by the next lists.
        yield Page(cursor=Cursor(mark, seen=told).text())

    def _latest(self, count: int, size: int) -> Iterator[Page]:
        """Ids grow with time."""
        numbers = sorted({key[1:] for key in self._told(None, int(self._shop.now()))}, key=int, reverse=True)
        for start in range(0, min(count, len(numbers)), size):
            yield self._page(numbers[start : min(start + size, count)], None)

    def _told(self, since: int | None, now: int) -> dict[str, str]:
        """What the windows tell: kind of window and OxID → fingerprint of what is told."""
        begin = now - 86_400 * self._settings.history_days
        dated = begin if since is None else since - DATE_OVERLAP
        windows = {"o": {"OrderDateStart": self._shop.local(dated)}}
        if since is not None:
            windows["p"] = {"PaymentStatusDateStart": self._shop.local(since - OVERLAP)}
        found: dict[str, str] = {}
        for kind, window in windows.items():
            pages = self._shop.rows(ORDERS, "OrderGetSummaryList", "OrderList", {**window, **ALL}, "orders")
            found |= _prints(kind, pages)
        if since is not None:
            period = {"StartDate": self._shop.local(since - OVERLAP), "EndDate": self._shop.local(now + 60)}
            service, method = "ProgressStateLogServices", "GetUpdatedOrderList"
            log = self._shop.rows(service, method, assumed.STATE_LOG_LIST, period, "orders")
            found |= _prints("l", log)
        return found

    def _page(self, numbers: Sequence[str], cursor: Cursor | None, *, named: bool = False) -> Page:
        records: list[Order] = []
        rejected: list[Rejection] = []
        deleted: list[str] = []
        for number in numbers:
            found = details(self._shop, number)
            if found is None:
                if named and identity(number):
                    deleted.append(number)
                continue
            try:
                records.append(order_of(found, self._shop.moment, self._states.meaning(found)))
            except (ValueError, InvalidOperation) as error:
                reason = f"{type(error).__name__}: {error}"
                said = texts.UNREADABLE.fill(key=number, reason=type(error).__name__)
                rejected.append(Rejection(number, Problem("rejected", said, detail=reason)))
        return Page(
            records=records, rejected=rejected, deleted=deleted, cursor=cursor.text() if cursor else None
        )


def details(shop: OxatisClient, key: str) -> Element | None:
    number = identity(key)
    if number is None:
        return None
    try:
        data = shop.call(ORDERS, "OrderGetDetails", "Order", {"OxID": number}, "orders")
    except Refusal as refusal:
        if refusal.code != client.NOT_FOUND:
            raise
        return None
    return entity(data, "Order")


def _prints(kind: str, pages: Iterator[list[Element]]) -> Mapping[str, str]:
    """One order may stand in several rows of a log."""
    found: dict[str, str] = {}
    for row in (row for page in pages for row in page):
        key = f"{kind}{xml.text_of(row, 'OrderID') or xml.text_of(row, 'OxID')}"
        if identity(key[1:]):
            told = found.get(key, "").encode() + tostring(row)
            found[key] = hashlib.blake2b(told, digest_size=6).hexdigest()
    return found
