"""The real agent and the platform's real side of the tunnel, over sockets: what the ERP holds is what the snapshot holds."""

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from functools import partial
from pathlib import Path
from uuid import UUID

import pytest

from raccord.agents.service import Agents
from raccord.settings import Settings
from raccord.storage.engine import tenant_transaction
from raccord.sync.commands import Commands
from raccord_agent import enrolment
from raccord_agent.home import Home
from raccord_agent.run import Agent, Pace, from_home
from raccord_agent.settings import Secrets
from raccord_agent.settings import Settings as AgentSettings
from raccord_connectors import wire
from raccord_connectors.canonical import encode, fingerprint
from raccord_connectors.contract import Selection
from raccord_connectors.sample.erp_system import ErpSystem
from support.agent_server import Server, agent_server
from support.database import opened
from support.hub_app import Merchant, RecordedWake, eventually, new_merchant, rows

pytestmark = pytest.mark.slow

STREAMS = ("categories", "products", "prices", "stock", "customers", "documents")
QUICK = {"*": {"every": 0.5, "complete_every": 2.0}}


class World:
    """One merchant whose ERP is in this process, and whose platform is another process."""

    def __init__(
        self, server: Server, settings: Settings, merchant: Merchant, erp: ErpSystem, home: Home
    ) -> None:
        self.server = server
        self.merchant = merchant
        self.erp = erp
        self.home = home
        self.commands = Commands(RecordedWake())
        self.agents = Agents(settings.secret_key or "", self.commands)

    async def enrol(self) -> None:
        await self.agents.set_schedule(self.merchant.tenant, self.merchant.erp, QUICK)
        code = await self.agents.create_code(self.merchant.tenant, self.merchant.erp, None)
        chosen = AgentSettings(
            platform=self.server.url, connector="memory_erp", settings={"system": self.erp.name}
        )
        await asyncio.to_thread(enrolment.enrol, self.home, chosen, Secrets(), code.code)

    def agent(self) -> Agent:
        return from_home(self.home, pace=Pace(lease_wait=5.0, heartbeat=0.5, reconcile_look=0.5))

    async def snapshot(self) -> dict[tuple[str, str], bytes]:
        found = await rows(
            self.merchant.tenant, "SELECT stream, key, fingerprint FROM snapshot WHERE deleted_at IS NULL"
        )
        return {(stream, key): UUID(str(print_)).bytes for stream, key, print_ in found}

    def truth(self) -> dict[tuple[str, str], bytes]:
        return {
            (stream, record.key): fingerprint(encode(record))
            for stream in STREAMS
            for record in self.erp.all(stream)
        }

    async def until_equal(self) -> None:
        async def equal() -> bool:
            return await self.snapshot() == self.truth()

        await eventually(equal)


@pytest.fixture
def erp() -> Iterator[ErpSystem]:
    erp = ErpSystem("tunnel")
    for number in range(30):
        erp.put_product(f"ART{number:03}", f"Chaise n° {number}", price="49.90", stock=number)
    yield erp
    ErpSystem.systems.pop("tunnel", None)


def play(
    settings: Settings, erp: ErpSystem, tmp_path: Path, scenario: Callable[[World], Awaitable[None]]
) -> None:
    async def main(server: Server) -> None:
        async with opened(settings):
            world = World(server, settings, await new_merchant(), erp, Home(tmp_path / "agent"))
            await world.enrol()
            await scenario(world)

    with agent_server(settings) as server:
        asyncio.run(main(server))


def test_the_snapshot_follows_the_erp_and_commands_are_answered(
    settings: Settings, erp: ErpSystem, tmp_path: Path
) -> None:
    async def scenario(world: World) -> None:
        agent = world.agent()
        await asyncio.to_thread(agent.start)
        try:
            await world.until_equal()
            erp.set_price("ART003", "44.90")
            erp.put_product("NEW", "Table", price="10", stock=1)
            erp.delete_product("ART004")
            await world.until_equal()
            events = set(await rows(world.merchant.tenant, "SELECT stream, key, event FROM journal"))
            expected = {("prices", "ART003", "changed"), ("products", "NEW", "appeared")}
            assert expected | {("products", "ART004", "disappeared")} <= events

            command = await world.commands.ask(
                world.merchant.tenant,
                world.merchant.erp,
                wire.Read("stock", Selection(keys=("ART003",))),
                urgent=True,
            )
            results = []

            async def answered() -> bool:
                results.append(await world.commands.wait_result(world.merchant.tenant, command, 0))
                return results[-1] is not None

            await eventually(answered)
            result = results[-1]
            assert result is not None
            assert ["ART003"] == [record.key for page in result.pages for record in page.records]
            (card,) = await world.agents.cards(world.merchant.tenant)
            assert card.health is not None
            assert "memory_erp" == card.health.connector
        finally:
            await asyncio.to_thread(agent.stop)
        told = await rows(
            world.merchant.tenant, "SELECT state, discovery ->> 'company' FROM connection WHERE side = 'erp'"
        )
        assert [("ready", "Maison Lucie")] == told

    play(settings, erp, tmp_path, scenario)


def test_what_the_snapshot_lost_or_kept_too_long_is_repaired_by_a_comparison(
    settings: Settings, erp: ErpSystem, tmp_path: Path
) -> None:
    async def scenario(world: World) -> None:
        agent = world.agent()
        await asyncio.to_thread(agent.start)
        try:
            await world.until_equal()
            async with tenant_transaction(world.merchant.tenant) as connection:
                await connection.execute("DELETE FROM snapshot WHERE stream = 'products' AND key < 'ART010'")
                await connection.execute(
                    """
                    INSERT INTO snapshot (tenant, connection, stream, key, fingerprint, data, changed_at)
                    SELECT tenant, connection, stream, 'GHOST', fingerprint, data, now() - interval '1 day'
                      FROM snapshot WHERE stream = 'products' LIMIT 1
                    """
                )
            assert await world.snapshot() != world.truth()
            asked = wire.Rescan(list(STREAMS), complete=True, reconcile=True)
            await world.commands.ask(world.merchant.tenant, world.merchant.erp, asked)
            await world.until_equal()
            drifted = await rows(world.merchant.tenant, "SELECT stream FROM journal WHERE event = 'drifted'")
            assert ("products",) in drifted
        finally:
            await asyncio.to_thread(agent.stop)

    play(settings, erp, tmp_path, scenario)


def test_an_emptied_erp_deletes_nothing_and_comes_back_by_itself(
    settings: Settings, erp: ErpSystem, tmp_path: Path
) -> None:
    async def scenario(world: World) -> None:
        agent = world.agent()
        await asyncio.to_thread(agent.start)
        try:
            await world.until_equal()
            full = await world.snapshot()
            products = erp.all("products")
            erp.empty("products")

            async def brake_is(decision: str | None) -> bool:
                query = "SELECT decision FROM brake WHERE stream = 'products'"
                return await rows(world.merchant.tenant, query) == [(decision,)]

            await eventually(partial(brake_is, None))
            assert full == await world.snapshot()
            for record in products:
                erp.put("products", record)
            await eventually(partial(brake_is, "gone"))
            assert full == await world.snapshot()
        finally:
            await asyncio.to_thread(agent.stop)

    play(settings, erp, tmp_path, scenario)
