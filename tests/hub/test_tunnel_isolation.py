"""The agent of one merchant cannot reach another's, whatever ids it sends."""

import time
import uuid
from collections.abc import Iterator

import pytest

from raccord.agents import tokens
from raccord.settings import Settings
from raccord.storage.engine import tenant_transaction
from raccord.sync import ingest, reconcile
from raccord.sync.caller import AgentRevoked, Caller
from raccord.sync.commands import UnknownCommand
from raccord_connectors import wire
from raccord_connectors.canonical import Product
from support.database import fresh_database
from support.hub_app import Hub, enrolled_agent, new_merchant, rows, run, upserts, value


@pytest.fixture(scope="module")
def settings(postgres: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Settings]:
    with fresh_database(postgres, tmp_path_factory.mktemp("hub")) as found:
        yield found


def product(key: str) -> Product:
    return Product(key=key, sku=key, name="Chaise")


def test_two_merchants_with_the_same_keys_never_meet(settings: Settings) -> None:
    async def scenario(hub: Hub) -> None:
        one, other = await new_merchant("Un"), await new_merchant("Deux")
        async with hub.client() as client:
            agents = [await enrolled_agent(hub, client, merchant) for merchant in (one, other)]
            await agents[0].send("products", product("A"), product("B"))
            await agents[1].send("products", product("A"))
            await agents[1].send("products", deletions=["A", "B"], complete=True, seen=1)
            assert [("A", False), ("B", False)] == await rows(
                one.tenant, "SELECT key, deleted_at IS NOT NULL FROM snapshot ORDER BY key"
            )
            assert [("A", True)] == await rows(
                other.tenant, "SELECT key, deleted_at IS NOT NULL FROM snapshot"
            )

            command = await hub.tunnel.commands.ask(one.tenant, one.erp, wire.Check())
            result = wire.CommandResult(str(command))
            assert (
                "agent.unknown_command"
                == (await agents[1].refused("/agent/commands/result", result, 404)).message.code
            )
            leased = await agents[1].call("/agent/commands/lease", wire.LeaseRequest(0, 50), wire.Leased)
            assert str(command) not in {found.id for found in leased.commands}
            assert [("waiting",)] == await rows(
                one.tenant, "SELECT state FROM command WHERE id = $1", command
            )

    run(settings, scenario)


def test_a_caller_that_mixes_ids_of_two_merchants_is_nobody(settings: Settings) -> None:
    """Even with our own seal on it, which only a fault of ours could give."""

    async def scenario(hub: Hub) -> None:
        one, other = await new_merchant("Un"), await new_merchant("Deux")
        async with hub.client() as client:
            victim = await enrolled_agent(hub, client, one)
            thief = await enrolled_agent(hub, client, other)
            await victim.send("products", product("A"))
            stolen = await hub.tunnel.commands.ask(one.tenant, one.erp, wire.Check())
            ids = (uuid.UUID(victim.id), uuid.UUID(thief.id))
            mixed = [
                Caller(other.tenant, ids[1], one.erp),
                Caller(other.tenant, ids[0], one.erp),
                Caller(other.tenant, ids[0], other.erp),
                Caller(one.tenant, ids[1], one.erp),
                Caller(one.tenant, ids[0], other.erp),
                Caller(uuid.uuid4(), ids[0], one.erp),
            ]
            key = tokens.derived_key(settings.secret_key or "", "agent token")
            for caller in mixed:
                thief.token = tokens.issue(key, caller, time.time())
                delta = wire.Delta(
                    2, "products", upserts([product("X")]), deletions=["A"], complete=True, seen=1
                )
                await thief.refused("/agent/deltas", delta, 403)
                await thief.refused("/agent/commands/lease", wire.LeaseRequest(0), 403)
                await thief.refused("/agent/commands/result", wire.CommandResult(str(stolen)), 404)
                await thief.refused(
                    "/agent/heartbeat", wire.Heartbeat("1", "memory_erp", time.time(), 0), 403
                )
                keys = wire.BucketKeys("products", list(range(wire.BUCKETS)), {}, complete=True, seen=1)
                await thief.refused("/agent/reconcile/keys", keys, 403)
                with pytest.raises(AgentRevoked):
                    await ingest.take(caller, delta, hub.wake)
                with pytest.raises(AgentRevoked):
                    await reconcile.compare_keys(caller, keys, hub.wake)
                with pytest.raises(UnknownCommand):
                    await hub.tunnel.commands.finish(caller, wire.CommandResult(str(stolen)))
            assert [("A", False)] == await rows(
                one.tenant, "SELECT key, deleted_at IS NOT NULL FROM snapshot"
            )
            assert "waiting" == await value(one.tenant, "SELECT state FROM command WHERE id = $1", stolen)

    run(settings, scenario)


def test_nobody_can_ask_anything_of_anothers_agent(settings: Settings) -> None:
    async def scenario(hub: Hub) -> None:
        one, other = await new_merchant("Un"), await new_merchant("Deux")
        with pytest.raises(Exception, match="foreign key"):
            await hub.tunnel.commands.ask(other.tenant, one.erp, wire.Check())
        with pytest.raises(Exception, match="row-level security"):
            async with tenant_transaction(other.tenant):
                await hub.tunnel.commands.ask(one.tenant, one.erp, wire.Check())
        command = await hub.tunnel.commands.ask(one.tenant, one.erp, wire.Check())
        assert await hub.tunnel.commands.wait_result(other.tenant, command, 0) is None
        assert not await hub.tunnel.agents.revoke(other.tenant, uuid.uuid4(), None)
        async with hub.client() as client:
            victim = await enrolled_agent(hub, client, one)
            assert not await hub.tunnel.agents.revoke(other.tenant, uuid.UUID(victim.id), None)
            assert [] == await hub.tunnel.agents.cards(other.tenant)
            assert [victim.id] == [str(card.id) for card in await hub.tunnel.agents.cards(one.tenant)]

    run(settings, scenario)
