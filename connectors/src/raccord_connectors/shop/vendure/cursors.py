"""Where a reading goes on: moments of the server's own clock, read with an overlap."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

OVERLAP = timedelta(minutes=2)
"""A transaction stamps its rows when it starts and shows them when it ends; stamps come from the database's clock, the
cursor from the web server's."""
LARGEST_ID = 2**31 - 1


def moment(time: datetime) -> str:
    """ISO 8601 in UTC, to the millisecond, as Vendure writes it."""
    text = time.astimezone(UTC).isoformat(timespec="milliseconds")
    return text.replace("+00:00", "Z")


def since(cursor: str) -> str:
    """The moment from which to read again."""
    return moment(datetime.fromisoformat(cursor) - OVERLAP)


def readable(keys: Sequence[str]) -> list[str]:
    """Without what cannot be an id. A number that PostgreSQL cannot hold would fail the whole query."""
    return [key for key in keys if not (key.replace(".", "", 1).isdigit() and not _fits(key))]


def _fits(key: str) -> bool:
    return key.isdigit() and int(key) <= LARGEST_ID
