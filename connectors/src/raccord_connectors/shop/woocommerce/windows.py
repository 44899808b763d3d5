"""Reading what changed since a cursor. The shop's own clock makes the watermark, taken before the rows are read, and a
window overlaps the one before it: changes are stamped before they are saved."""

from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec
from msgspec import Struct

from raccord_connectors.contract import ConfigError
from raccord_connectors.kit import pages
from raccord_connectors.shop.woocommerce import texts
from raccord_connectors.shop.woocommerce.client import Row, ShopClient

OVERLAP = timedelta(seconds=120)


class Cursor(Struct, frozen=True, omit_defaults=True):
    """`since` and `mark` in whole seconds since 1970, by the shop's clock. `offset` and `last` only while a window is
    not read to its end: where to go on in it."""

    since: int | None = None
    mark: int | None = None
    offset: int = 0
    last: int | None = None

    def text(self) -> str:
        return msgspec.json.encode(self).decode()


def cursor_from(text: str | None) -> Cursor:
    if text is None:
        return Cursor()
    try:
        return msgspec.json.decode(text, type=Cursor)
    except msgspec.DecodeError as error:
        raise ConfigError(texts.BAD_CURSOR.fill(), detail=f"{text[:40]!r}") from error


def read(
    client: ShopClient, path: str, params: Mapping[str, Any], cursor: Cursor, size: int
) -> Iterator[tuple[list[Row], Cursor]]:
    """Rows in the order of their ids, with the cursor after them; at last no rows and the cursor of what comes next.

    No upper bound is set on purpose: a row that changes while we read stays in the window and may be met again later,
    while with a bound it would leave, and make others be passed over.
    """
    mark = cursor.mark
    wanted: dict[str, Any] = {**params, "orderby": "id", "order": "asc"}
    if cursor.since is not None:
        # « after » excludes its moment, and stamps are whole seconds: one second earlier includes it.
        moment = datetime.fromtimestamp(cursor.since, UTC) - OVERLAP - timedelta(seconds=1)
        wanted |= {"modified_after": moment.strftime("%Y-%m-%dT%H:%M:%S"), "dates_are_gmt": "true"}

    def fetch(offset: int, limit: int) -> list[Row]:
        nonlocal mark
        asked = client.page(path, {**wanted, "offset": offset, "per_page": limit})
        mark = int(asked[1]) if mark is None else mark
        return asked[0]

    number: Callable[[Row], int] = lambda row: int(row["id"])  # noqa: E731
    for rows, offset in pages.walk(fetch, number, size=size, offset=cursor.offset, last=cursor.last):
        yield rows, Cursor(cursor.since, mark, offset, number(rows[-1]))
    yield [], Cursor(mark)
