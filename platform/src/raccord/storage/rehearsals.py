"""Rehearsals as the workers see them: where one stands, what it found, the codes it has met. Inside the tenant's transaction."""

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any, NamedTuple
from uuid import UUID

import msgspec

from raccord.core.rehearsal.findings import Finding, gathered
from raccord.storage.engine import current_connection
from raccord.storage.text import storable, storable_json

EXAMPLES = 100
"""Of a kind, that are kept; the others are counted."""


class Row(NamedTuple):
    """One rehearsal; JSON where the column is."""

    id: UUID
    channel: UUID
    state: str
    rules: str
    settings: str
    step: str
    cursor: str
    done: int
    of: int
    sides: str | None
    counts: str
    figures: str
    attempts: int
    started_at: datetime


_COLUMNS = 'id, channel, state, rules, settings, step, cursor, done, "of", sides, counts, figures, attempts, started_at'


async def begin(
    tenant: UUID, id_: UUID, channel: UUID, rules: str, settings: str, *, of_draft: bool, step: str, account: UUID | None
) -> bool:  # fmt: skip
    """False when one of this channel is running already."""
    made = await current_connection().fetchval(
        """
        INSERT INTO rehearsal (tenant, id, channel, rules, settings, of_draft, step, account)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
        ON CONFLICT (tenant, channel) WHERE state = 'running' DO NOTHING RETURNING id
        """,
        tenant, id_, channel, rules, settings, of_draft, step, account,
    )  # fmt: skip
    return made is not None


async def running(id_: UUID) -> Row | None:
    row = await current_connection().fetchrow(
        f"SELECT {_COLUMNS} FROM rehearsal WHERE id = $1 AND state = 'running'",  # noqa: S608
        id_,
    )
    return Row(*row) if row else None


async def try_once_more(id_: UUID) -> int:
    """Counts a slice that begins; progress sets the count back. What always dies at the same place must not do so for ever."""
    found: int = await current_connection().fetchval(
        "UPDATE rehearsal SET attempts = attempts + 1, retry_at = now() WHERE id = $1 RETURNING attempts", id_
    )
    return found


async def move(
    id_: UUID, *, step: str, cursor: str, done: int, of: int, counts: dict[str, int], figures: dict[str, Any]
) -> bool:
    """How far it has come. False when it was ended by a person in the meantime."""
    found = await current_connection().fetchval(
        """
        UPDATE rehearsal SET step = $2, cursor = $3, done = $4, "of" = $5, counts = $6, figures = $7, attempts = 0,
               problem = NULL
         WHERE id = $1 AND state = 'running' RETURNING id
        """,
        id_, step, storable(cursor), done, of, msgspec.json.encode(counts).decode(), msgspec.json.encode(figures).decode(),
    )  # fmt: skip
    return found is not None


async def keep_sides(id_: UUID, sides: str) -> None:
    await current_connection().execute(
        "UPDATE rehearsal SET sides = $2 WHERE id = $1", id_, storable_json(sides)
    )


async def put_off(id_: UUID, pause: timedelta, problem: str) -> None:
    await current_connection().execute(
        "UPDATE rehearsal SET retry_at = now() + $2, problem = $3 WHERE id = $1 AND state = 'running'",
        id_,
        pause,
        storable_json(problem),
    )


async def close(id_: UUID, state: str, problem: str | None = None) -> bool:
    """`done`, `failed` or `ended`. The codes are not needed any more."""
    found = await current_connection().fetchval(
        "UPDATE rehearsal SET state = $2, problem = $3, ended_at = now() WHERE id = $1 AND state = 'running' RETURNING id",
        id_,
        state,
        None if problem is None else storable_json(problem),
    )
    if found is not None:
        await current_connection().execute("DELETE FROM rehearsal_code WHERE rehearsal = $1", id_)
    return found is not None


async def forget_older(channel: UUID, keep: int) -> None:
    await current_connection().execute(
        """
        DELETE FROM rehearsal WHERE channel = $1 AND state <> 'running' AND id NOT IN (
          SELECT id FROM rehearsal WHERE channel = $1 ORDER BY started_at DESC LIMIT $2)
        """,
        channel,
        keep,
    )


# ------------------------------------------------------------------------------------------------ findings


async def save_findings(
    tenant: UUID, rehearsal: UUID, findings: Iterable[Finding], counts: dict[str, int]
) -> None:
    """Adds to `counts` (kind → how many), and keeps the first examples of each kind. What was met before is counted on it."""
    found = gathered(findings)
    if not found:
        return
    for one in found:
        counts[one.kind] = counts.get(one.kind, 0) + one.many
    columns: list[list[Any]] = [
        [one.kind for one in found],
        [one.stream for one in found],
        [storable(one.key) for one in found],
        [storable(one.part) for one in found],
        [storable_json(msgspec.json.encode(one.message).decode()) for one in found],
        [one.many for one in found],
    ]
    await current_connection().execute(
        """
        WITH new AS (
          SELECT * FROM unnest($3::text[], $4::text[], $5::text[], $6::text[], $7::json[], $8::int[])
            WITH ORDINALITY AS n (kind, stream, key, part, message, many, place)
        ), known AS (
          SELECT kind, count(*) AS kept FROM rehearsal_finding WHERE rehearsal = $2 AND kind = ANY($3) GROUP BY kind
        ), numbered AS (
          SELECT new.*, row_number() OVER (PARTITION BY new.kind ORDER BY place) + coalesce(kept, 0) AS rank,
                 EXISTS (SELECT 1 FROM rehearsal_finding f WHERE f.rehearsal = $2 AND f.kind = new.kind
                            AND f.stream = new.stream AND f.key = new.key AND f.part = new.part) AS met
            FROM new LEFT JOIN known USING (kind)
        )
        INSERT INTO rehearsal_finding AS f (tenant, rehearsal, kind, stream, key, part, message, many)
        SELECT $1, $2, kind, stream, key, part, message, many FROM numbered WHERE met OR rank <= $9 ORDER BY place
        ON CONFLICT (tenant, rehearsal, kind, stream, key, part) DO UPDATE SET many = f.many + excluded.many
        """,
        tenant,
        rehearsal,
        *columns,
        EXAMPLES,
    )


# --------------------------------------------------------------------------------------------------- codes


class CodeRow(NamedTuple):
    """A thing to buy by its codes; of a customer, an identity in `sku`."""

    owner: str
    item: str
    sku: str
    ean: str | None = None
    shown_sku: str = ""
    shown_ean: str = ""
    title: str = ""


async def save_codes(tenant: UUID, rehearsal: UUID, side: str, codes: Sequence[CodeRow]) -> None:
    """The last that is said of an item counts."""
    unique = {(storable(one.owner), storable(one.item)): one for one in codes}
    if not unique:
        return
    rows = list(unique.items())
    await current_connection().execute(
        """
        INSERT INTO rehearsal_code (tenant, rehearsal, side, owner, item, sku, ean, shown_sku, shown_ean, title)
        SELECT $1, $2, $3, * FROM unnest($4::text[], $5::text[], $6::text[], $7::text[], $8::text[], $9::text[], $10::text[])
        ON CONFLICT (tenant, rehearsal, side, owner, item) DO UPDATE
           SET sku = excluded.sku, ean = excluded.ean, shown_sku = excluded.shown_sku, shown_ean = excluded.shown_ean,
               title = excluded.title
        """,
        tenant,
        rehearsal,
        side,
        [name[0] for name, _ in rows],
        [name[1] for name, _ in rows],
        [storable(one.sku) for _, one in rows],
        [one.ean for _, one in rows],
        [storable(one.shown_sku) for _, one in rows],
        [storable(one.shown_ean) for _, one in rows],
        [storable(one.title[:200]) for _, one in rows],
    )


async def owners_among(rehearsal: UUID, side: str, keys: Collection[str]) -> set[str]:
    """Those of these whose codes are kept already: a page may come again."""
    rows = await current_connection().fetch(
        "SELECT DISTINCT owner FROM rehearsal_code WHERE rehearsal = $1 AND side = $2 AND owner = ANY($3::text[])",
        rehearsal,
        side,
        [storable(key) for key in keys],
    )
    return {row["owner"] for row in rows}


async def codes(rehearsal: UUID, side: str) -> list[CodeRow]:
    """All of one side: a few hundred bytes each."""
    rows = await current_connection().fetch(
        "SELECT owner, item, sku, ean, shown_sku, shown_ean, title FROM rehearsal_code "
        "WHERE rehearsal = $1 AND side = $2 ORDER BY owner, item",
        rehearsal,
        side,
    )
    return [CodeRow(*row) for row in rows]


async def bound_listings(channel: UUID) -> dict[str, str]:
    """Article → listing, of what the channel follows already."""
    rows = await current_connection().fetch(
        "SELECT key, target FROM binding WHERE channel = $1 AND stream = 'listings' AND target IS NOT NULL",
        channel,
    )
    return {row["key"]: row["target"] for row in rows}


async def save_matched(rehearsal: UUID, items: dict[str, str]) -> None:
    """The ERP's item → the shop's."""
    await current_connection().execute(
        """
        UPDATE rehearsal_code c SET other = n.erp FROM unnest($2::text[], $3::text[]) AS n (erp, shop)
         WHERE c.rehearsal = $1 AND c.side = 'shop' AND c.item = n.shop
        """,
        rehearsal,
        list(items),
        list(items.values()),
    )


async def items_of(rehearsal: UUID, channel: UUID, shop_items: Collection[str]) -> dict[str, str]:
    """The shop's item → the ERP's: as the channel follows it, else as a person chose, else as it was just matched."""
    rows = await current_connection().fetch(
        """
        SELECT item, other FROM rehearsal_code
         WHERE rehearsal = $1 AND side = 'shop' AND item = ANY($3::text[]) AND other IS NOT NULL
        UNION ALL
        SELECT shop_item, item FROM article_link WHERE channel = $2 AND shop_item = ANY($3::text[])
        UNION ALL
        SELECT target, key FROM binding WHERE channel = $2 AND stream = 'availability' AND target = ANY($3::text[])
        """,
        rehearsal,
        channel,
        list(shop_items),
    )
    return {row["item"]: row["other"] for row in rows}


async def shared_identities(rehearsal: UUID, after: str, limit: int) -> list[tuple[str, list[str]]]:
    """Identities that several customers have, and those customers."""
    rows = await current_connection().fetch(
        """
        SELECT sku, array_agg(DISTINCT owner ORDER BY owner) AS owners FROM rehearsal_code
         WHERE rehearsal = $1 AND side = 'customer' AND sku > $2
         GROUP BY sku HAVING count(DISTINCT owner) > 1 ORDER BY sku LIMIT $3
        """,
        rehearsal,
        after,
        limit,
    )
    return [(row["sku"], row["owners"]) for row in rows]


async def customers_with(rehearsal: UUID, identities: Collection[str]) -> dict[str, set[str]]:
    """Customer → those of these identities that it has."""
    rows = await current_connection().fetch(
        "SELECT DISTINCT owner, sku FROM rehearsal_code WHERE rehearsal = $1 AND side = 'customer' AND sku = ANY($2::text[])",
        rehearsal,
        list(identities),
    )
    found: dict[str, set[str]] = {}
    for row in rows:
        found.setdefault(row["owner"], set()).add(row["sku"])
    return found
