"""Withdrawals that wait: for the end of the pass that found them, or for a person. Inside the tenant's transaction."""

from collections.abc import Collection
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from raccord.storage.engine import current_connection

PASS_NOT_OVER = UUID(int=0)
"""`binding.brake` of a withdrawal whose pass has not been seen to its end: how many there will be is not known yet."""


class Waiting(NamedTuple):
    total: int
    """Withdrawals that wait, whatever for."""
    undecided: int
    """Of them those that wait for the end of their pass."""


async def waiting(channel: UUID) -> Waiting:
    row = await current_connection().fetchrow(
        "SELECT count(*), count(*) FILTER (WHERE brake = $2) FROM binding "
        "WHERE channel = $1 AND stream = 'listings' AND brake IS NOT NULL",
        channel,
        PASS_NOT_OVER,
    )
    return Waiting(*row)


async def known(channel: UUID) -> int:
    """Listings that the shop shows, those that wait to be withdrawn included."""
    count: int = await current_connection().fetchval(
        "SELECT count(*) FROM binding WHERE channel = $1 AND stream = 'listings' AND pushed ->> 'published' = 'true'",
        channel,
    )
    return count


class OpenBrake(NamedTuple):
    id: UUID
    known: int


async def open_brake(channel: UUID) -> OpenBrake | None:
    row = await current_connection().fetchrow(
        "SELECT id, known FROM brake WHERE channel = $1 AND kind = 'withdrawals' AND decided_at IS NULL",
        channel,
    )
    return OpenBrake(*row) if row else None


async def release(channel: UUID, since: datetime | None) -> int:
    """Lets go the withdrawals that wait for the end of their pass, and were found before `since` (None: all)."""
    done: str = await current_connection().execute(
        """
        UPDATE binding SET brake = NULL, retry_at = now()
         WHERE channel = $1 AND stream = 'listings' AND brake = $2 AND ($3::timestamptz IS NULL OR desired_at < $3)
        """,
        channel,
        PASS_NOT_OVER,
        since,
    )
    return int(done.rpartition(" ")[2])


async def release_all(channel: UUID) -> int:
    done: str = await current_connection().execute(
        "UPDATE binding SET brake = NULL, retry_at = now() "
        "WHERE channel = $1 AND stream = 'listings' AND brake IS NOT NULL",
        channel,
    )
    return int(done.rpartition(" ")[2])


async def put_on(tenant: UUID, brake: UUID, channel: UUID, concerned: int, known: int) -> None:
    """Opens the brake, or widens it when it is open already; all withdrawals that wait now wait for its decision."""
    await current_connection().execute(
        """
        INSERT INTO brake (tenant, id, channel, stream, kind, concerned, known)
        VALUES ($1, $2, $3, 'listings', 'withdrawals', $4, $5)
        ON CONFLICT (tenant, id) DO UPDATE SET concerned = excluded.concerned
        """,
        tenant,
        brake,
        channel,
        concerned,
        known,
    )
    await current_connection().execute(
        "UPDATE binding SET brake = $2 WHERE channel = $1 AND stream = 'listings' AND brake IS NOT NULL AND brake <> $2",
        channel,
        brake,
    )


async def decide_beforehand(tenant: UUID, channel: UUID, plan: UUID, keys: Collection[str] | None) -> int:
    """What the plan withdraws (`keys`: of these articles) was shown to the person who applies it: nobody is asked again.
    Returns how many."""
    done: str = await current_connection().execute(
        """
        INSERT INTO decided_withdrawal (tenant, channel, key, plan)
        SELECT $1, $2, key, $3 FROM plan_line
         WHERE plan = $3 AND stream = 'listings' AND action = 'withdraw' AND ($4::text[] IS NULL OR key = ANY($4))
        ON CONFLICT (tenant, channel, key) DO UPDATE SET plan = excluded.plan, at = now()
        """,
        tenant,
        channel,
        plan,
        None if keys is None else list(keys),
    )
    return int(done.rpartition(" ")[2])


async def decide_for(tenant: UUID, channel: UUID, plan: UUID, keys: Collection[str]) -> None:
    """A person takes back these articles, which a trial has put on sale."""
    await current_connection().execute(
        """
        INSERT INTO decided_withdrawal (tenant, channel, key, plan) SELECT $1, $2, key, $3 FROM unnest($4::text[]) AS key
        ON CONFLICT (tenant, channel, key) DO UPDATE SET plan = excluded.plan, at = now()
        """,
        tenant,
        channel,
        plan,
        list(keys),
    )


async def release_decided(channel: UUID) -> int:
    """Lets go the withdrawals that were decided beforehand, each once; those of whose pass nothing is left to be projected
    are no decision any more."""
    done: str = await current_connection().execute(
        """
        WITH used AS (
          DELETE FROM decided_withdrawal d USING binding b
           WHERE d.channel = $1 AND b.channel = $1 AND b.stream = 'listings' AND b.brake IS NOT NULL AND b.key = d.key
          RETURNING d.key)
        UPDATE binding b SET brake = NULL, retry_at = now() FROM used
         WHERE b.channel = $1 AND b.stream = 'listings' AND b.key = used.key
        """,
        channel,
    )
    await current_connection().execute(
        """
        DELETE FROM decided_withdrawal WHERE channel = $1 AND at < coalesce(
          (SELECT min(since) FROM to_project
            WHERE channel = $1 AND stream = 'listings' AND coalesce(not_before <= now(), true)), now())
        """,
        channel,
    )
    return int(done.rpartition(" ")[2])


class Decided(NamedTuple):
    channel: UUID
    shop: UUID


async def decide(brake: UUID, decision: str, account: UUID | None) -> Decided | None:
    """None when it is not a brake on withdrawals, or was decided before."""
    row = await current_connection().fetchrow(
        """
        UPDATE brake b SET decided_at = now(), decision = $2, decided_by = $3 FROM channel c
         WHERE b.id = $1 AND b.kind = 'withdrawals' AND b.decided_at IS NULL AND c.tenant = b.tenant AND c.id = b.channel
        RETURNING c.id, c.shop
        """,
        brake,
        decision,
        account,
    )
    return Decided(*row) if row else None


async def keep_on_sale(brake: UUID, channel: UUID) -> int:
    """What was pushed is desired again, until the ERP says something new of the article; what was to be deleted waits as long
    again. Where a change was sent and nobody
    heard what became of it, any other print makes it due."""
    done: str = await current_connection().execute(
        """
        UPDATE binding SET brake = NULL, desired = pushed,
               desired_print = coalesce(pushed_print, gen_random_uuid()),
               left_at = CASE WHEN leaving = 'delete' THEN now() ELSE left_at END,
               leaving = CASE WHEN left_at IS NULL THEN NULL
                              WHEN pushed ->> 'published' = 'false' THEN 'unpublish' ELSE 'out_of_stock' END
         WHERE channel = $1 AND stream = 'listings' AND brake = $2
        """,
        channel,
        brake,
    )
    return int(done.rpartition(" ")[2])
