"""All that the pages read of rehearsals. Every function runs inside the caller's tenant transaction."""

from typing import Any
from uuid import UUID

import msgspec

from raccord.rehearsals.models import Example, Rehearsal
from raccord.storage.engine import current_connection
from raccord_connectors.contract import Message, Problem

_COLUMNS = (
    'id, channel, state, of_draft, step, done, "of", counts, figures, problem, account, started_at, ended_at'
)


async def latest(channel: UUID) -> Rehearsal | None:
    row = await current_connection().fetchrow(
        f"SELECT {_COLUMNS} FROM rehearsal WHERE channel = $1 ORDER BY started_at DESC LIMIT 1",  # noqa: S608
        channel,
    )
    return _rehearsal(row) if row else None


async def by_id(rehearsal: UUID) -> Rehearsal | None:
    row = await current_connection().fetchrow(f"SELECT {_COLUMNS} FROM rehearsal WHERE id = $1", rehearsal)  # noqa: S608
    return _rehearsal(row) if row else None


async def examples(rehearsal: UUID) -> list[Example]:
    """In the order in which they were met."""
    rows = await current_connection().fetch(
        "SELECT kind, stream, key, part, message, many FROM rehearsal_finding WHERE rehearsal = $1 ORDER BY number",
        rehearsal,
    )
    return [
        Example(
            row["kind"],
            row["stream"],
            row["key"],
            row["part"],
            msgspec.json.decode(row["message"], type=Message),
            row["many"],
        )
        for row in rows
    ]


def _rehearsal(row: Any) -> Rehearsal:
    return Rehearsal(
        id=row["id"],
        channel=row["channel"],
        state=row["state"],
        of_draft=row["of_draft"],
        step=row["step"],
        done=row["done"],
        of=row["of"],
        counts=msgspec.json.decode(row["counts"]),
        figures=msgspec.json.decode(row["figures"]),
        problem=msgspec.json.decode(row["problem"], type=Problem) if row["problem"] else None,
        account=row["account"],
        started_at=row["started_at"],
        ended_at=row["ended_at"],
    )
