"""What is forgotten, and what must not be."""

import asyncio
import uuid
from typing import Any

import pytest

from raccord.settings import Settings
from raccord.storage import purge as statements
from raccord.storage.engine import tenant_transaction, untenanted_transaction
from raccord.sync.purge import purge
from raccord.worker.app import create_worker
from raccord.worker.schedule import SCHEDULE
from support.database import opened
from support.order_world import World, world


async def fill(w: World, statement: str, *values: object) -> None:
    async with tenant_transaction(w.tenant) as connection:
        await connection.execute(statement, *values)


async def left(w: World, statement: str) -> list[Any]:
    async with tenant_transaction(w.tenant) as connection:
        return [row[0] for row in await connection.fetch(statement)]


async def command(w: World, once: str | None, state: str, age: str) -> None:
    await fill(
        w,
        "INSERT INTO command (tenant, id, connection, verb, body, once, state, created_at, done_at) "
        "VALUES ($1, $2, $3, 'read', '', $4, $5, now() - $6::text::interval, "
        "CASE WHEN $5 IN ('done', 'failed') THEN now() - $6::text::interval END)",
        w.tenant, uuid.uuid4(), w.caller.connection, once, state, age,
    )  # fmt: skip


def test_commands_are_forgotten_when_nobody_can_ask_for_them_any_more(settings: Settings) -> None:
    async def scenario() -> None:
        async with opened(settings), world() as w:
            await command(w, "draft:OLD:0", "done", "31 days")
            await command(w, "draft:REFUSED:0", "failed", "31 days")
            await command(w, "draft:YOUNG:0", "done", "29 days")
            await command(w, "draft:WAITS:0", "waiting", "90 days")
            await command(w, None, "waiting", "8 days")
            await command(w, None, "waiting", "1 hour")
            w.shop.place_order({"CHAISE": 1})
            await w.collect()
            (reference,) = await left(w, "SELECT reference FROM sales_order")
            await command(w, f"stock:{reference}:0", "done", "40 days")
            assert 3 == await purge()
            assert ["draft:WAITS:0", "draft:YOUNG:0", f"stock:{reference}:0", None] == await left(
                w, "SELECT once FROM command ORDER BY once"
            )
            await fill(w, "UPDATE reservation SET ended_at = now()")
            assert 1 == await purge()

    asyncio.run(scenario())


def test_sign_ins_sessions_nonces_and_runs_are_forgotten_in_their_time(settings: Settings) -> None:
    async def scenario() -> None:
        async with opened(settings), world() as w:
            async with untenanted_transaction() as connection:
                for age in ("2 days", "1 hour"):
                    await connection.execute(
                        "INSERT INTO sign_in_attempt VALUES ('email:a', now() - $1::text::interval)", age
                    )
                    await connection.execute(
                        "INSERT INTO web_session VALUES ($1, '', now() + '1 day' - $1::text::interval)", age
                    )
            for age in ("2 hours", "5 minutes"):
                await fill(
                    w, "INSERT INTO agent_nonce VALUES ($1, $2, $3, now() - $3::text::interval)",
                    w.tenant, w.caller.agent, age,
                )  # fmt: skip
            for age in ("91 days", "1 day"):
                await fill(
                    w, "INSERT INTO run (tenant, id, stream, direction, ended_at) "
                    "VALUES ($1, $2, $3, 'ingest', now() - $3::text::interval)",
                    w.tenant, uuid.uuid4(), age,
                )  # fmt: skip
            assert 4 == await purge()
            async with untenanted_transaction() as connection:
                assert 1 == await connection.fetchval("SELECT count(*) FROM sign_in_attempt")
                assert "1 hour" == await connection.fetchval("SELECT id FROM web_session")
            assert ["5 minutes"] == await left(w, "SELECT nonce FROM agent_nonce")
            assert ["1 day"] == await left(w, "SELECT stream FROM run")

    asyncio.run(scenario())


@pytest.mark.parametrize(
    ("state", "kept"),
    [
        ("draft", []),
        ("paused", ["availability:CHAISE", "listings:CHAISE", "order_updates:OURS"]),
        (
            "live",
            ["availability:CHAISE", "listings:CHAISE", "order_updates:OURS", "order_updates:TYPED BY HAND"],
        ),
    ],
)
def test_a_channel_that_is_not_on_air_keeps_the_marks_that_it_will_catch_up_with(
    settings: Settings, state: str, kept: list[str]
) -> None:
    async def scenario() -> None:
        async with opened(settings), world() as w:
            w.shop.place_order({"CHAISE": 1})
            await w.collect()
            await fill(w, "UPDATE sales_order SET reference = 'OURS'")
            for stream, key in (
                ("listings", "CHAISE"), ("order_updates", "OURS"), ("order_updates", "TYPED BY HAND"),
            ):  # fmt: skip
                await fill(
                    w, "INSERT INTO to_project VALUES ($1, $2, $3, $4)", w.tenant, w.channel, stream, key
                )
            await fill(w, "UPDATE to_project SET since = now() - interval '2 days'")
            await fill(w, "UPDATE channel SET state = $1", state)
            await purge()
            assert kept == await left(w, "SELECT stream || ':' || key FROM to_project ORDER BY 1")

    asyncio.run(scenario())


def test_much_is_forgotten_in_small_transactions(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    async def scenario() -> None:
        async with opened(settings), world() as w:
            monkeypatch.setattr(statements, "AT_ONCE", 2)
            for number in range(5):
                await command(w, f"draft:{number}:0", "done", "31 days")
            assert 5 == await purge()

    asyncio.run(scenario())


def test_everything_that_the_clock_starts_is_a_task(settings: Settings) -> None:
    celery, _ = create_worker(settings)
    started = {entry["task"] for entry in SCHEDULE.values()}
    started |= {name for entry in SCHEDULE.values() if entry["task"] == "spread" for name in entry["args"]}
    assert set() == started - set(celery.tasks)
    assert "purge" in started


def test_alerts_are_forgotten_long_after_they_ended_and_never_while_they_stand(settings: Settings) -> None:
    async def scenario() -> None:
        async with opened(settings), world() as w:
            for name, ended in (("STANDS", None), ("OLD", "91 days"), ("YOUNG", "89 days")):
                await fill(
                    w,
                    "INSERT INTO alert (tenant, id, kind, object, opened_at, resolved_at) "
                    "VALUES ($1, $2, 'brake', $3, now() - interval '1 year', now() - $4::text::interval)",
                    w.tenant, uuid.uuid4(), name, ended,
                )  # fmt: skip
            await purge()
            assert ["STANDS", "YOUNG"] == await left(w, "SELECT object FROM alert ORDER BY object")

    asyncio.run(scenario())


def test_comparisons_are_forgotten_and_differences_that_stand_are_not(settings: Settings) -> None:
    async def scenario() -> None:
        async with opened(settings), world() as w:
            for age in ("401 days", "10 days"):
                await fill(
                    w,
                    "INSERT INTO drift_pass (tenant, id, channel, at, compared, differing, stubborn, gone, failed) "
                    "VALUES ($1, $2, $3, now() - $4::text::interval, 50, 0, 0, 0, 0)",
                    w.tenant, uuid.uuid4(), w.channel, age,
                )  # fmt: skip
            for key, state in (("STANDS", "open"), ("RIGHT", "right"), ("YOUNG", "right")):
                await fill(
                    w,
                    "INSERT INTO drift (tenant, channel, key, cause, state, before, after, pushed, targets, print, "
                    "desired_print, found_at, repaired_at) VALUES ($1, $2, $3, 'hand', $4, '{}', '{}', '{}', '{}', $5, $5, "
                    "now() - interval '90 days', CASE WHEN $4 = 'right' THEN now() - $6::text::interval END)",
                    w.tenant, w.channel, key, state, uuid.uuid4(), "2 days" if key == "YOUNG" else "31 days",
                )  # fmt: skip
            await purge()
            assert 1 == len(await left(w, "SELECT id FROM drift_pass"))
            assert ["STANDS", "YOUNG"] == await left(w, "SELECT key FROM drift ORDER BY key")

    asyncio.run(scenario())
