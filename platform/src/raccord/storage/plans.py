"""Plans while they are made: what is walked, the lines that come of it, the references under the plan's rules, the sums.

Statements on sets, inside the tenant's transaction. JSON where the column is.
"""

from collections.abc import Collection, Sequence
from datetime import timedelta
from typing import Any, NamedTuple
from uuid import UUID

from raccord.storage.engine import current_connection
from raccord.storage.item_codes import ItemCode
from raccord.storage.text import storable, storable_json

# ------------------------------------------------------------------------------------------------ the plan


class PlanRow(NamedTuple):
    """A plan that is being made."""

    id: UUID
    channel: UUID
    rules: str
    settings: str
    stage: str
    after: str
    done: int
    tally: str
    attempts: int


async def supersede(channel: UUID) -> None:
    """Its plans that were not applied are done with; one that articles are trying stays."""
    await current_connection().execute(
        """
        UPDATE plan SET state = 'superseded', ended_at = coalesce(ended_at, now())
         WHERE channel = $1 AND state IN ('making', 'ready', 'failed')
           AND NOT EXISTS (SELECT 1 FROM trial t WHERE t.channel = plan.channel AND t.plan = plan.id)
        """,
        channel,
    )


async def insert(
    tenant: UUID, plan: UUID, channel: UUID, rules: str, settings: str, *, based_on: int, revision: int,
    author: UUID | None, note: str,
) -> None:  # fmt: skip
    """Takes the place of the channel's plans that were not applied; one that articles are trying stays."""
    await supersede(channel)
    await current_connection().execute(
        """
        INSERT INTO plan (tenant, id, channel, rules, settings, based_on, revision, author, note)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)
        """,
        tenant, plan, channel, rules, settings, based_on, revision, author, storable(note),
    )  # fmt: skip


async def begin(plan: UUID) -> PlanRow | None:
    """Counts an attempt. None when it is not being made any more."""
    row = await current_connection().fetchrow(
        """
        UPDATE plan SET attempts = attempts + 1 WHERE id = $1 AND state = 'making'
        RETURNING id, channel, rules, settings, stage, after, done, tally, attempts
        """,
        plan,
    )
    return PlanRow(*row) if row else None


async def advance(plan: UUID, stage: str, after: str, done: int, tally: str) -> bool:
    """In the transaction of what was done. False, and nothing of it may be kept, when a newer plan has taken its place."""
    moved: str = await current_connection().execute(
        "UPDATE plan SET stage = $2, after = $3, done = $4, tally = $5, attempts = 0 WHERE id = $1 AND state = 'making'",
        plan, stage, after, done, tally,
    )  # fmt: skip
    return moved == "UPDATE 1"


async def set_total(plan: UUID, total: int) -> None:
    await current_connection().execute('UPDATE plan SET "of" = $2 WHERE id = $1', plan, total)


async def finish(plan: UUID, summary: str) -> None:
    await current_connection().execute(
        "UPDATE plan SET state = 'ready', summary = $2, done = \"of\", ended_at = now() WHERE id = $1 AND state = 'making'",
        plan,
        storable_json(summary),
    )


async def fail(plan: UUID, problem: str) -> None:
    await current_connection().execute(
        "UPDATE plan SET state = 'failed', problem = $2, ended_at = now() WHERE id = $1 AND state = 'making'",
        plan,
        storable_json(problem),
    )


# ------------------------------------------------------------------------------------------------- walking


async def articles(erp: UUID, channel: UUID, after: str, limit: int) -> list[str]:
    """Keys of what the ERP has or the channel has bound, in the database's order, beginning after one of them."""
    rows = await current_connection().fetch(
        """
        SELECT key FROM (
          (SELECT key FROM snapshot
            WHERE connection = $1 AND stream = 'products' AND deleted_at IS NULL AND key > $3 ORDER BY key LIMIT $4)
          UNION
          (SELECT key FROM binding WHERE channel = $2 AND stream = 'listings' AND key > $3 ORDER BY key LIMIT $4)
        ) AS both_sides ORDER BY key LIMIT $4
        """,
        erp, channel, after, limit,
    )  # fmt: skip
    return [row["key"] for row in rows]


async def items(channel: UUID, after: str, limit: int) -> list[str]:
    """Keys of the items that the shop has."""
    rows = await current_connection().fetch(
        """
        SELECT key FROM binding
         WHERE channel = $1 AND stream = 'availability' AND target IS NOT NULL AND key > $2 ORDER BY key LIMIT $3
        """,
        channel, after, limit,
    )  # fmt: skip
    return [row["key"] for row in rows]


async def count(erp: UUID, channel: UUID, *, with_stock: bool) -> int:
    """Of what the two above walk through."""
    total: int = await current_connection().fetchval(
        """
        SELECT (SELECT count(*) FROM (
                  SELECT key FROM snapshot WHERE connection = $1 AND stream = 'products' AND deleted_at IS NULL
                  UNION SELECT key FROM binding WHERE channel = $2 AND stream = 'listings') AS both_sides)
             + (SELECT count(*) FROM binding
                 WHERE channel = $2 AND stream = 'availability' AND target IS NOT NULL AND $3)
        """,
        erp, channel, with_stock,
    )  # fmt: skip
    return total


# --------------------------------------------------------------------------------------------------- lines


class Line(NamedTuple):
    stream: str
    key: str
    action: str
    fields: list[str]
    changes: str | None
    problem: str | None
    reason: str | None


async def save_lines(tenant: UUID, plan: UUID, lines: Sequence[Line]) -> None:
    """New ones, or in place of those with the same key. One statement: a slice has some hundreds of lines, and a `COPY` would ask
    for three."""
    if not lines:
        return
    columns: list[list[Any]] = [list(column) for column in zip(*lines, strict=True)]
    columns[3] = [_BETWEEN.join(fields) if fields else None for fields in columns[3]]
    for number in (4, 5, 6):
        columns[number] = [None if value is None else storable_json(value) for value in columns[number]]
    await current_connection().execute(
        """
        INSERT INTO plan_line (tenant, plan, stream, key, action, fields, changes, problem, reason)
        SELECT $1, $2, stream, key, action, coalesce(string_to_array(fields, $10), '{}'), changes, problem, reason
          FROM unnest($3::text[], $4::text[], $5::text[], $6::text[], $7::json[], $8::jsonb[], $9::jsonb[])
               AS n (stream, key, action, fields, changes, problem, reason)
        ON CONFLICT (tenant, plan, stream, key) DO UPDATE
           SET action = excluded.action, fields = excluded.fields, changes = excluded.changes,
               problem = excluded.problem, reason = excluded.reason
        """,
        tenant,
        plan,
        *columns,
        _BETWEEN,
    )


_BETWEEN = "\x1f"
"""Of the fields of one line, on their way: no name of a field holds it."""


async def remove_lines(plan: UUID, stream: str, keys: Collection[str]) -> int:
    """Returns how many there were."""
    done: str = await current_connection().execute(
        "DELETE FROM plan_line WHERE plan = $1 AND stream = $2 AND key = ANY($3::text[])",
        plan,
        stream,
        list(keys),
    )
    return int(done.rpartition(" ")[2])


# ---------------------------------------------------------------------------------------------- references


async def save_codes(tenant: UUID, plan: UUID, new: Collection[ItemCode], gone: Collection[ItemCode]) -> None:
    """Where the references under the plan's rules differ from those of `item_code`."""
    rows = [
        *((code.item, code.product, code.sku) for code in new),
        *((c.item, c.product, None) for c in gone),
    ]
    if not rows:
        return
    columns: list[list[Any]] = [
        list(column) for column in zip(*sorted(rows, key=lambda r: r[0]), strict=True)
    ]
    await current_connection().execute(
        """
        INSERT INTO plan_code (tenant, plan, item, product, sku)
        SELECT $1, $2, * FROM unnest($3::text[], $4::text[], $5::text[])
        ON CONFLICT (tenant, plan, item) DO UPDATE SET product = excluded.product, sku = excluded.sku
        """,
        tenant, plan, *columns,
    )  # fmt: skip


class Claim(NamedTuple):
    """A product that shares a reference with another."""

    sku: str
    product: str
    shown: bool
    """The shop has it."""
    problem: str | None
    """Of its binding, while that is held."""


async def claims(plan: UUID, channel: UUID) -> list[Claim]:
    rows = await current_connection().fetch(
        """
        WITH code AS (
          SELECT product, sku FROM plan_code WHERE plan = $1 AND sku IS NOT NULL
          UNION
          SELECT i.product, i.sku FROM item_code i WHERE i.channel = $2
             AND NOT EXISTS (SELECT 1 FROM plan_code p WHERE p.plan = $1 AND p.item = i.item)
        ), shared AS (SELECT sku FROM code GROUP BY sku HAVING count(*) > 1)
        SELECT c.sku, c.product, b.target IS NOT NULL, CASE WHEN b.held THEN b.problem END
          FROM code c JOIN shared USING (sku)
          LEFT JOIN binding b ON b.channel = $2 AND b.stream = 'listings' AND b.key = c.product
         ORDER BY c.sku, c.product
        """,
        plan, channel,
    )  # fmt: skip
    return [Claim(*row) for row in rows]


# ----------------------------------------------------------------------------------------------- counting


class ReasonRow(NamedTuple):
    code: str
    field: str | None
    records: int
    example: str
    """contract.Message."""


async def actions(plan: UUID) -> dict[str, int]:
    rows = await current_connection().fetch(
        "SELECT action, count(*) AS n FROM plan_line WHERE plan = $1 GROUP BY action", plan
    )
    return {row["action"]: row["n"] for row in rows}


async def fields(plan: UUID) -> list[tuple[str, int]]:
    """Of updates, the most frequent first."""
    rows = await current_connection().fetch(
        """
        SELECT field, count(*) AS n FROM plan_line, unnest(fields) AS field
         WHERE plan = $1 AND stream = 'listings' AND action IN ('update', 'release') GROUP BY field ORDER BY n DESC, field
        """,
        plan,
    )
    return [(row["field"], row["n"]) for row in rows]


async def reasons(plan: UUID) -> list[ReasonRow]:
    rows = await current_connection().fetch(
        """
        SELECT problem #>> '{message,code}' AS code, problem ->> 'field' AS field, count(*) AS n,
               (array_agg(problem -> 'message' ORDER BY key))[1] AS example
          FROM plan_line WHERE plan = $1 AND action = 'hold' GROUP BY 1, 2 ORDER BY n DESC, 1, 2
        """,
        plan,
    )
    return [ReasonRow(*row) for row in rows]


# ------------------------------------------------------------------------------------------------- forgetting

KEPT = timedelta(days=30)
"""A plan's lines, and plans that became nothing. An applied one stays in figures as long as the version that it became."""


async def forget(limit: int) -> int:
    """Lines of old plans but for each channel's newest, and of those that are gone with their channel; then the plans that were
    never applied. Returns how many lines and plans went."""
    gone = 0
    for table in ("plan_line", "plan_code"):
        done: str = await current_connection().execute(
            f"""
            WITH RECURSIVE found AS (
              (SELECT plan FROM {table} ORDER BY plan LIMIT 1)
              UNION ALL
              SELECT (SELECT l.plan FROM {table} l WHERE l.plan > found.plan ORDER BY l.plan LIMIT 1) FROM found
               WHERE found.plan IS NOT NULL
            ), old AS (
              SELECT f.plan FROM found f LEFT JOIN plan p ON p.id = f.plan
               WHERE f.plan IS NOT NULL AND (p.id IS NULL OR {_OLD})
            )
            DELETE FROM {table} WHERE ctid = ANY(ARRAY(
              SELECT l.ctid FROM old JOIN {table} l ON l.plan = old.plan LIMIT $2))
            """,  # noqa: S608
            KEPT,
            limit,
        )
        gone += int(done.rpartition(" ")[2])
    done = await current_connection().execute(
        f"""
        DELETE FROM plan p WHERE p.state <> 'applied' AND {_OLD}
           AND NOT EXISTS (SELECT 1 FROM plan_line l WHERE l.plan = p.id)
        """,  # noqa: S608
        KEPT,
    )
    return gone + int(done.rpartition(" ")[2])


_OLD = """
p.created_at < now() - $1::interval AND p.state <> 'making'
AND NOT EXISTS (SELECT 1 FROM trial t WHERE t.channel = p.channel AND t.plan = p.id)
AND EXISTS (SELECT 1 FROM plan n WHERE n.channel = p.channel AND n.created_at > p.created_at)
"""
