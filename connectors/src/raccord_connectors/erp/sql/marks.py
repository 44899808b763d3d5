"""How far a table was read: the greatest stamp that was in it, and since when we know that one.

Stamps may be written late: a row that was stamped at ten is seen once its transaction ends. So each look goes back over the last
stamp by the overlap. Once the greatest stamp has been the same for longer than the overlap *by our own clock*, whatever it marks
has been read, and only greater ones are asked for: a bulk import, whose rows all have one stamp, is not read at every look. No
clock is compared with another one.
"""

from collections.abc import Callable, Mapping
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

import msgspec
from msgspec import Struct

GRAIN = timedelta(minutes=1)
"""Of stamps with a time: SQL Server's `smalldatetime` has no seconds."""
DAY = timedelta(days=1)
DAY_CHARACTERS = len("2026-11-24")


class Mark(Struct, frozen=True):
    value: Any
    seen: float
    """When it was first the greatest, in seconds of our clock."""
    settled: bool = False
    """Everything up to it, itself included, was read."""

    def lower(self, overlap: timedelta) -> Any:
        """Where to look from. Counters and rowversions have no time to go back in."""
        mark = self.value
        if isinstance(mark, datetime):
            return mark - overlap
        if isinstance(mark, date):
            return mark - max(overlap, DAY)
        if not isinstance(mark, str):
            return mark
        try:
            moved = datetime.fromisoformat(mark) - overlap
        except ValueError:
            return mark
        if len(mark) == DAY_CHARACTERS:
            return moved.date().isoformat()
        return moved.isoformat(sep="T" if "T" in mark else " ", timespec="seconds")

    def span(self, overlap: timedelta) -> timedelta:
        """After which nothing more comes with this stamp or an earlier one."""
        by_day = isinstance(self.value, str) and len(self.value) == DAY_CHARACTERS
        if by_day or (isinstance(self.value, date) and not isinstance(self.value, datetime)):
            return overlap + DAY
        return overlap + GRAIN


def following(known: Mark | None, latest: Any, now: float, overlap: timedelta) -> Mark:
    """The mark of a reading that begins now, the one before having had `known`."""
    if known is None or known.value != latest:
        return Mark(latest, now)
    settled = known.settled or now - known.seen > known.span(overlap).total_seconds()
    return Mark(latest, known.seen, settled)


# ------------------------------------------------------------------------------------------------ as a cursor


def packed(mark: Mark | None) -> str | None:
    """With the kind of the value: a date is not compared as text."""
    if mark is None:
        return None
    kind, said = _written(mark.value)
    told = {kind: said, "seen": repr(mark.seen), **({"settled": "1"} if mark.settled else {})}
    return msgspec.json.encode(told).decode()


def unpacked(cursor: str | None) -> Mark | None:
    """None: it is none of ours, and everything is read."""
    if cursor is None:
        return None
    try:
        told = msgspec.json.decode(cursor, type=dict[str, str])
        kind = next(kind for kind in _KINDS if kind in told)
        return Mark(_KINDS[kind](told[kind]), float(told["seen"]), "settled" in told)
    except (msgspec.DecodeError, ValueError, KeyError, ArithmeticError, StopIteration):
        return None


def _written(value: Any) -> tuple[str, str]:
    match value:
        case datetime():
            return "datetime", value.isoformat()
        case date():
            return "date", value.isoformat()
        case bool() | int() | float() | Decimal():
            return "number", str(value)
        case bytes():
            return "bytes", value.hex()
        case _:
            return "text", str(value)


def _number(value: str) -> int | float:
    found = Decimal(value)
    return int(found) if found == found.to_integral_value() else float(found)


_KINDS: Mapping[str, Callable[[str], Any]] = {
    "datetime": datetime.fromisoformat,
    "date": date.fromisoformat,
    "number": _number,
    "bytes": bytes.fromhex,
    "text": str,
}
