"""A delta that is cut short, at whichever statement, leaves nothing behind; repeated, it is taken once."""

import asyncio
from collections.abc import Iterator
from typing import Any

import asyncpg
import pytest

from raccord.settings import Settings
from raccord_connectors import wire
from raccord_connectors.canonical import Product, StockLevels
from raccord_connectors.contract import Message, Problem
from support.database import fresh_database
from support.hub_app import Hub, TestAgent, enrolled_agent, new_merchant, rows, run, upserts

pytestmark = pytest.mark.slow

TABLES = ("agent", "stream_state", "snapshot", "journal", "held_record", "brake", "to_project", "run")
"""Everything that a delta writes."""


@pytest.fixture(scope="module")
def settings(postgres: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Settings]:
    with fresh_database(postgres, tmp_path_factory.mktemp("hub")) as found:
        yield found


def product(key: str, name: str = "Chaise") -> Product:
    return Product(key=key, sku=key, name=name)


async def everything(tenant: Any) -> dict[str, list[tuple[Any, ...]]]:
    """All rows of the tenant in these tables, with the transaction that wrote each."""
    return {
        table: await rows(tenant, f"SELECT xmin::text, t::text FROM {table} t ORDER BY 2") for table in TABLES
    }


def deltas(agent: TestAgent) -> list[wire.Delta]:
    """Together they write every table, with every statement."""
    problem = Problem("rejected", Message("x", "Trop long", "Too long"))
    return [
        wire.Delta(
            agent.number + 1,
            "products",
            upserts([product("A", "Fauteuil"), product("NEW"), product("BACK"), product("HELD")]),
            deletions=["GONE"],
            held=[wire.Held("BAD", problem)],
            complete=True,
            seen=4,
        ),
        wire.Delta(agent.number + 2, "stock", emptied=1),
        wire.Delta(agent.number + 3, "stock", upserts([StockLevels(key="B", product="B", depots=[])])),
    ]


async def prepare(agent: TestAgent) -> None:
    """Records to change, to delete, to bring back, to release; so that no step has nothing to do."""
    problem = Problem("rejected", Message("x", "Trop long", "Too long"))
    await agent.send("products", product("A"), product("GONE"), product("BACK"), product("HELD"))
    await agent.send("products", deletions=["BACK"], held=[wire.Held("HELD", problem)], complete=True, seen=3)
    await agent.send("stock", StockLevels(key="A", product="A", depots=[]))


async def break_table(hub: Hub, table: str, tenant: Any, how: str) -> None:
    """From now on every write to this table of the tenant fails; the owner of the tables may do that, the product not."""
    owner = await asyncpg.connect(hub.settings.database_owner_url)
    try:
        await owner.execute(
            f"""
            CREATE OR REPLACE FUNCTION break_{table}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
              IF coalesce(NEW.tenant, OLD.tenant) = '{tenant}' THEN {how} END IF; RETURN coalesce(NEW, OLD); END $$;
            CREATE TRIGGER broken AFTER INSERT OR UPDATE OR DELETE ON {table} FOR EACH ROW
              EXECUTE FUNCTION break_{table}();
            """
        )
    finally:
        await owner.close()


async def mend_table(hub: Hub, table: str) -> None:
    owner = await asyncpg.connect(hub.settings.database_owner_url)
    try:
        await owner.execute(f"DROP TRIGGER IF EXISTS broken ON {table}")
    finally:
        await owner.close()


RAISE = "RAISE EXCEPTION 'the disk is full';"
KILL = "PERFORM pg_terminate_backend(pg_backend_pid());"
"""The server's process for this connection dies in the middle of the transaction."""


@pytest.mark.parametrize(
    ("table", "how"),
    [(table, RAISE) for table in TABLES] + [(table, KILL) for table in ("snapshot", "agent")],
    ids=[*TABLES, "killed in snapshot", "killed in agent"],
)
def test_a_crash_leaves_nothing_half_written_and_the_repetition_counts_once(
    settings: Settings, capfd: pytest.CaptureFixture[str], table: str, how: str
) -> None:
    async def scenario(hub: Hub) -> None:
        merchant = await new_merchant()
        async with hub.client() as client:
            agent = await enrolled_agent(hub, client, merchant)
            await prepare(agent)
            failed = 0
            for delta in deltas(agent):
                before, woken = await everything(merchant.tenant), len(hub.wake.projects)
                await break_table(hub, table, merchant.tenant, how)
                response = await agent.post("/agent/deltas", wire.pack(delta))
                await mend_table(hub, table)
                if response.status_code == 200:  # this delta does not write the broken table
                    continue
                failed += 1
                assert 500 == response.status_code
                assert "agent.our_fault" == wire.unpack(response.content, wire.Refusal).message.code
                assert b"disk is full" not in response.content
                told = capfd.readouterr()
                assert "agent's call failed" in told.out + told.err
                assert "disk is full" not in told.out + told.err
                assert before == await everything(merchant.tenant)
                assert woken == len(hub.wake.projects)
                assert delta.number == (await agent.call("/agent/deltas", delta, wire.DeltaAck)).number
            assert failed > 0, f"no delta writes {table}"
            taken = await everything(merchant.tenant)
            for delta in deltas(agent):
                assert agent.number + 3 == (await agent.call("/agent/deltas", delta, wire.DeltaAck)).number
            assert taken == await everything(merchant.tenant)
            assert await rows(merchant.tenant, "SELECT key, event FROM journal ORDER BY id OFFSET 2") == [
                ("NEW", "appeared"), ("A", "changed"), ("BACK", "reappeared"), ("GONE", "disappeared"), ("BAD", "held"),
                ("HELD", "released"), ("", "emptied"), ("B", "appeared"), ("", "refilled"),
            ]  # fmt: skip
            assert [("products", "4"), ("stock", "2")] == await rows(
                merchant.tenant, "SELECT stream, records::text FROM stream_state ORDER BY stream"
            )

    run(settings, scenario)


def test_two_deliveries_of_one_delta_at_once_are_one(settings: Settings) -> None:
    """An agent that lost patience sends again while the first is still being taken."""

    async def scenario(hub: Hub) -> None:
        merchant = await new_merchant()
        async with hub.client() as client:
            agent = await enrolled_agent(hub, client, merchant)
            delta = wire.Delta(1, "products", upserts([product(f"P{n}") for n in range(300)]))
            acks = await asyncio.gather(
                *(agent.call("/agent/deltas", delta, wire.DeltaAck) for _ in range(5))
            )
            assert [1] * 5 == [ack.number for ack in acks]
            assert [(300,)] == await rows(merchant.tenant, "SELECT count(*)::int FROM snapshot")
            assert [("300", "1")] == await rows(
                merchant.tenant, "SELECT counts ->> 'new', counts ->> 'deltas' FROM run"
            )

    run(settings, scenario)
