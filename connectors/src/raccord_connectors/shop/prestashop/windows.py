"""Reading what changed since a cursor.

The shop's clock makes the watermark, taken before the rows are read, and a window overlaps the one before it: stamps are made
before rows are saved. TRAP: stamps are in the shop's local time. When summer time ends, an hour comes twice: what is stamped
02:10 may be later than what is stamped 02:50. So a window that spans the change begins an hour earlier.
"""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta, tzinfo

import msgspec
from msgspec import Struct

from raccord_connectors.contract import ConfigError
from raccord_connectors.shop.prestashop import texts
from raccord_connectors.shop.prestashop.client import Webservice
from raccord_connectors.shop.prestashop.rows import Row, number

OVERLAP = timedelta(minutes=5)


class Cursor(Struct, frozen=True, omit_defaults=True):
    """`since` and `mark` in seconds since 1970, by the shop's clock. `last` only while a window is not read to its end: the id
    after which to go on in it."""

    since: int | None = None
    mark: int | None = None
    last: int = 0

    def text(self) -> str:
        return msgspec.json.encode(self).decode()


def cursor_from(text: str | None) -> Cursor:
    if text is None:
        return Cursor()
    try:
        return msgspec.json.decode(text, type=Cursor)
    except msgspec.DecodeError as error:
        raise ConfigError(texts.BAD_CURSOR.fill(), detail=f"{text[:40]!r}") from error


def beginning(since: int, now: int, zone: tzinfo) -> str:
    """The local stamp from which on to read, so that nothing after `since` is missed."""
    start = datetime.fromtimestamp(since, UTC) - OVERLAP
    then, today = (
        moment.astimezone(zone).utcoffset() or timedelta()
        for moment in (start, datetime.fromtimestamp(now, UTC))
    )
    local = start.replace(tzinfo=None) + min(then, today)
    return local.strftime("%Y-%m-%d %H:%M:%S")


def read(
    client: Webservice, resource: str, cursor: Cursor, zone: tzinfo, size: int, display: str = "full"
) -> Iterator[tuple[list[Row], Cursor]]:
    """Rows in the order of their ids, with the cursor after them; at last no rows and the cursor of what comes next.

    No upper bound is set on purpose: a row that changes while we read is met again in the next window.
    """
    mark, last = cursor.mark, cursor.last
    while True:
        wanted = {"filter[id]": f">[{last}]", "sort": "[id_ASC]", "limit": str(size)}
        if cursor.since is not None:
            began = beginning(cursor.since, int(client.now()), zone)
            wanted |= {"date": "1", "filter[date_upd]": f">[{_before(began)}]"}
        rows, moment = client.page(resource, display=display, **wanted)
        # The answer was made after the reading began, by less than the overlap.
        mark = int(moment) if mark is None else mark
        if rows:
            last = number(rows[-1])
            yield rows, Cursor(cursor.since, mark, last)
        if len(rows) < size:
            break
    yield [], Cursor(mark)


def _before(stamp: str) -> str:
    """`>` excludes its moment, and stamps are whole seconds."""
    moment = datetime.fromisoformat(stamp) - timedelta(seconds=1)
    return moment.strftime("%Y-%m-%d %H:%M:%S")
