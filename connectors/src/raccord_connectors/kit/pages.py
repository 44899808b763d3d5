"""Reading a long list page by page from a system that only counts (`offset`), while it changes under our hands."""

from collections.abc import Callable, Iterator, Sequence
from typing import Any, TypeVar

T = TypeVar("T")


def walk(
    fetch: Callable[[int, int], Sequence[T]],
    number: Callable[[T], Any],
    *,
    size: int,
    offset: int = 0,
    last: Any = None,
) -> Iterator[tuple[list[T], int]]:
    """All rows in the order of `number`, each once: a page of them, and the `offset` at which to go on. With that
    offset and the number of the `last` row read, a walk that was interrupted is resumed.

    `fetch(offset, limit)` gives rows sorted by `number`, ascending. Counting alone loses rows: when one that was
    already read leaves the list (deleted, or changed again and now outside the window), all later ones move up and
    the next page begins too late. So each page begins with the last row of the page before. If something else stands
    there, we step back until the pages overlap again; rows met twice are dropped.
    """
    while True:
        rows = fetch(offset, size)
        if last is not None and offset > 0 and (not rows or number(rows[0]) > last):
            offset = max(0, offset - size + 1)
            continue
        fresh = [row for row in rows if last is None or number(row) > last]
        offset += max(0, len(rows) - 1)
        if fresh:
            last = number(fresh[-1])
            yield fresh, offset
        if len(rows) < size:
            return
