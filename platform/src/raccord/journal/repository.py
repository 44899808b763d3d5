"""The journal's statements. Row-level security forbids `COPY` into it; arrays are as quick for what is written here."""

from collections.abc import Sequence
from uuid import UUID

import msgspec

from raccord.journal.models import Entry
from raccord.storage.engine import current_connection
from raccord.storage.text import storable, storable_json

_INSERT = """
INSERT INTO journal (tenant, connection, channel, stream, key, event, run, before, after, problem, account, took_ms)
SELECT $1, * FROM unnest($2::uuid[], $3::uuid[], $4::text[], $5::text[], $6::text[], $7::uuid[], $8::json[], $9::json[],
                         $10::jsonb[], $11::uuid[], $12::int[])
"""


async def insert(tenant: UUID, entries: Sequence[Entry]) -> None:
    """In the order given. Inside the transaction of what the entries tell."""
    columns = zip(*(_row(entry) for entry in entries), strict=True)
    await current_connection().execute(_INSERT, tenant, *(list(column) for column in columns))


def _row(entry: Entry) -> tuple[object, ...]:
    return (
        entry.connection,
        entry.channel,
        entry.stream,
        storable(entry.key),
        entry.event.value,
        entry.run,
        entry.before.decode() if entry.before is not None else None,
        entry.after.decode() if entry.after is not None else None,
        storable_json(msgspec.json.encode(entry.problem).decode()) if entry.problem is not None else None,
        entry.account,
        entry.took_ms,
    )
