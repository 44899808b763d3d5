"""Who an agent is: codes, keys, tokens, revocation; and what a stranger gains, which is nothing."""

import asyncio
import time
import uuid

import pytest

from raccord.agents import codes, tokens
from raccord.agents.errors import AgentSettingError
from raccord.settings import Settings
from raccord.storage.engine import tenant_transaction
from raccord.sync.caller import Caller
from raccord_connectors import wire
from support.hub_app import Hub, TestAgent, enrolled_agent, new_merchant, rows, run, until, value


def test_a_code_is_read_as_people_type_it() -> None:
    shown = codes.new_code()
    assert 9 == len(shown)
    assert set(shown) <= set(codes.ALPHABET) | {"-"}
    assert codes.normal(shown) == codes.normal(f" {shown.lower().replace('-', ' ')} ")
    assert codes.normal("ABCD-EFG") is None
    assert codes.normal("ABCD-EFG0") is None


def test_a_token_that_was_altered_or_is_old_or_foreign_is_worth_nothing() -> None:
    key, other = tokens.derived_key("11" * 32, "agent token"), tokens.derived_key("22" * 32, "agent token")
    caller = Caller(uuid.uuid4(), uuid.uuid4(), uuid.uuid4())
    token = tokens.issue(key, caller, 1_000.0)
    assert caller == tokens.verify(key, token, 1_000.0 + tokens.LIFE - 1)
    assert tokens.verify(key, token, 1_000.0 + tokens.LIFE) is None
    assert tokens.verify(other, token, 1_000.0) is None
    for place in range(len(token)):
        changed = token[:place] + ("A" if token[place] != "A" else "B") + token[place + 1 :]
        assert tokens.verify(key, changed, 1_000.0) is None
    for nonsense in ("", "x", "é", token[:-1], token + "AAAA"):
        assert tokens.verify(key, nonsense, 1_000.0) is None


def test_a_code_enrols_one_agent_which_then_gets_a_token(settings: Settings) -> None:
    async def scenario(hub: Hub) -> None:
        merchant = await new_merchant("Maison Duval")
        async with hub.client() as client:
            agent = TestAgent(client)
            code = await hub.tunnel.agents.create_code(merchant.tenant, merchant.erp, None)
            stored = await value(merchant.tenant, "SELECT code_hash FROM enrolment_code")
            assert code.code.encode() not in stored
            enrolled = await agent.enrol(code.code.lower())
            assert ("Maison Duval", "Maison Duval erp") == (enrolled.tenant_name, enrolled.connection_name)
            await agent.authorise()
            assert not (await agent.configuration()).paused
            kept = await rows(merchant.tenant, "SELECT host, system, version FROM agent")
            assert [("srv-gestion", "Windows Server 2022", "0.1.0")] == kept
            verbs = await rows(merchant.tenant, "SELECT verb FROM command ORDER BY verb")
            assert [("check",), ("discover",)] == verbs

    run(settings, scenario)


def test_a_lost_answer_to_an_enrolment_is_no_dead_end_but_another_key_gains_nothing(
    settings: Settings,
) -> None:
    async def scenario(hub: Hub) -> None:
        merchant = await new_merchant()
        code = (await hub.tunnel.agents.create_code(merchant.tenant, merchant.erp, None)).code
        async with hub.client() as client:
            agent = TestAgent(client)
            first = await agent.enrol(code)
            async with tenant_transaction(merchant.tenant) as connection:
                await connection.execute("UPDATE enrolment_code SET expires_at = now() - interval '1 day'")
            assert first == await agent.enrol(code)
            assert 1 == await value(merchant.tenant, "SELECT count(*) FROM agent")
            thief = TestAgent(client)
            asked = wire.Enrolment(code, thief.public_key, "memory_erp", "0.1.0", "h", "s")
            assert "agent.code_used" == (await thief.refused("/agent/enrol", asked, 403)).message.code
            await hub.tunnel.agents.revoke(merchant.tenant, uuid.UUID(first.agent), None)
            again = wire.Enrolment(code, agent.public_key, "memory_erp", "0.1.0", "h", "s")
            assert "agent.revoked" == (await agent.refused("/agent/enrol", again, 403)).message.code

    run(settings, scenario)


def test_two_enrolments_with_one_code_at_the_same_time_are_one(settings: Settings) -> None:
    """Of one agent that lost patience: the same answer. Of two agents: one of them is refused."""

    async def scenario(hub: Hub) -> None:
        merchant = await new_merchant()
        async with hub.client() as client:
            agent = TestAgent(client)
            code = (await hub.tunnel.agents.create_code(merchant.tenant, merchant.erp, None)).code
            answers = await asyncio.gather(*(agent.enrol(code) for _ in range(5)))
            assert 1 == len({answer.agent for answer in answers})
            code = (await hub.tunnel.agents.create_code(merchant.tenant, merchant.erp, None)).code
            asked = [
                wire.Enrolment(code, TestAgent(client).public_key, "memory_erp", "0.1.0", "h", "s")
                for _ in range(4)
            ]
            answers_ = await asyncio.gather(*(agent.post("/agent/enrol", wire.pack(one)) for one in asked))
            assert [200, 403, 403, 403] == sorted(answer.status_code for answer in answers_)
            assert 2 == await value(merchant.tenant, "SELECT count(*) FROM agent")

    run(settings, scenario)


def test_wrong_and_expired_codes_are_told_apart_and_trying_is_limited(settings: Settings) -> None:
    async def scenario(hub: Hub) -> None:
        merchant = await new_merchant()
        async with hub.client() as client:
            agent = TestAgent(client)

            async def attempt(code: str, status: int, connector: str = "memory_erp") -> str:
                asked = wire.Enrolment(code, agent.public_key, connector, "0.1.0", "h", "s")
                return (await agent.refused("/agent/enrol", asked, status)).message.code

            code = (await hub.tunnel.agents.create_code(merchant.tenant, merchant.erp, None)).code
            assert "agent.code_unknown" == await attempt("ABCD-EFGH", 403)
            assert "agent.code_unknown" == await attempt("no code at all", 403)
            assert "agent.other_connector" == await attempt(code, 409, "sage100")
            async with tenant_transaction(merchant.tenant) as connection:
                await connection.execute("UPDATE enrolment_code SET expires_at = now() - interval '1 second'")
            assert "agent.code_expired" == await attempt(code, 403)
            for _ in range(6):
                await attempt("ABCD-EFGH", 403)
            assert "agent.too_many_attempts" == await attempt(code, 429)

    run(settings, scenario)


def test_a_new_agent_replaces_the_former_one_of_its_connection(settings: Settings) -> None:
    async def scenario(hub: Hub) -> None:
        merchant = await new_merchant()
        async with hub.client() as client:
            former = await enrolled_agent(hub, client, merchant)
            await enrolled_agent(hub, client, merchant)
            refusal = await former.refused("/agent/deltas", former.delta("products"), 403)
            assert "agent.revoked" == refusal.message.code
            acts = await rows(merchant.tenant, "SELECT act FROM audit ORDER BY id")
            assert [("agent.code_created",), ("agent.enrolled",)] * 2 == acts

    run(settings, scenario)


def test_a_wrong_clock_is_explained_with_the_platforms_time(settings: Settings) -> None:
    async def scenario(hub: Hub) -> None:
        merchant = await new_merchant()
        async with hub.client() as client:
            agent = await enrolled_agent(hub, client, merchant)
            for gap, fr, en in (
                (-3600, "retarde de", "seconds behind"),
                (900, "avance de", "seconds ahead of"),
            ):
                request = agent.token_request(at=int(time.time()) + gap)
                refusal = await agent.refused("/agent/token", request, 401)
                assert "agent.clock" == refusal.message.code
                assert fr in refusal.message.fr
                assert en in refusal.message.en
                assert refusal.server_time is not None
                assert abs(refusal.server_time - time.time()) < 5
            await agent.authorise(at=int(time.time()) - 290)

    run(settings, scenario)


def test_a_signature_is_good_once_and_only_with_the_enrolled_key(settings: Settings) -> None:
    async def scenario(hub: Hub) -> None:
        merchant = await new_merchant()
        async with hub.client() as client:
            agent = await enrolled_agent(hub, client, merchant)
            request = agent.token_request()
            await agent.call("/agent/token", request, wire.Token)
            assert "agent.replayed" == (await agent.refused("/agent/token", request, 401)).message.code
            thief = TestAgent(client)
            thief.id = agent.id
            refusal = await thief.refused("/agent/token", thief.token_request(), 401)
            assert "agent.signature" == refusal.message.code
            for nonsense in ("not an id", "00000000-0000-0000-0000-000000000000"):
                thief.id = nonsense
                refusal = await thief.refused("/agent/token", thief.token_request(), 403)
                assert "agent.revoked" == refusal.message.code
            thief.id = agent.id
            bad = wire.TokenRequest(agent.id, int(time.time()), "n", b"short")
            assert "agent.signature" == (await thief.refused("/agent/token", bad, 401)).message.code
            for nonce in ("", "x" * 101, "nul\0"):
                refusal = await agent.refused("/agent/token", agent.token_request(nonce=nonce), 401)
                assert "agent.replayed" == refusal.message.code

    run(settings, scenario)


def test_a_revoked_agent_is_refused_everywhere_at_once_even_in_an_open_long_poll(settings: Settings) -> None:
    async def scenario(hub: Hub) -> None:
        merchant = await new_merchant()
        async with hub.client() as client:
            agent = await enrolled_agent(hub, client, merchant)
            await agent.call("/agent/commands/lease", wire.LeaseRequest(0, 10), wire.Leased)
            poll = asyncio.create_task(agent.refused("/agent/commands/lease", wire.LeaseRequest(30), 403))
            await until(lambda: len(hub.tunnel.commands.agents) > 0)
            agent_id = await value(merchant.tenant, "SELECT id FROM agent")
            assert await hub.tunnel.agents.revoke(merchant.tenant, agent_id, None)
            assert "agent.revoked" == (await asyncio.wait_for(poll, 5)).message.code
            assert not await hub.tunnel.agents.revoke(merchant.tenant, agent_id, None)
            zeros = [bytes(16)] * wire.BUCKETS
            for path, message in (
                ("/agent/deltas", wire.Delta(1, "products")),
                ("/agent/commands/lease", wire.LeaseRequest(0)),
                ("/agent/commands/result", wire.CommandResult("00000000-0000-0000-0000-000000000000")),
                ("/agent/heartbeat", wire.Heartbeat("0.1.0", "memory_erp", time.time(), 0)),
                ("/agent/reconcile", wire.BucketDigests("products", zeros)),
                ("/agent/reconcile/keys", wire.BucketKeys("products", [1], {})),
            ):
                expected = 404 if path.endswith("result") else 403
                await agent.refused(path, message, expected)
            await agent.refused("/agent/token", agent.token_request(), 403)
            assert 0 == await value(merchant.tenant, "SELECT last_delta FROM agent")

    run(settings, scenario)


def test_without_token_or_with_another_protocol_nothing_is_answered(settings: Settings) -> None:
    async def scenario(hub: Hub) -> None:
        merchant = await new_merchant()
        async with hub.client() as client:
            agent = await enrolled_agent(hub, client, merchant)
            delta = wire.Delta(1, "products")
            for protocol in ("", "2", "x"):
                agent.headers["Raccord-Protocol"] = protocol
                assert "agent.protocol" == (await agent.refused("/agent/deltas", delta, 426)).message.code
            agent.headers["Raccord-Protocol"] = "2"
            assert (
                "agent.protocol"
                == (await agent.refused("/agent/token", agent.token_request(), 426)).message.code
            )
            del agent.headers["Raccord-Protocol"]
            await agent.authorise()
            agent.headers["Raccord-Protocol"] = "1"
            token = agent.token
            for wrong in ("", token[:-4], token + "AAAA", "%"):
                agent.token = wrong
                assert "agent.token" == (await agent.refused("/agent/deltas", delta, 401)).message.code

    run(settings, scenario)


def test_codes_are_for_erp_connections_only(settings: Settings) -> None:
    async def scenario(hub: Hub) -> None:
        merchant, other = await new_merchant("Un"), await new_merchant("Deux")
        for connection in (merchant.shop, other.erp):
            with pytest.raises(AgentSettingError):
                await hub.tunnel.agents.create_code(merchant.tenant, connection, None)

    run(settings, scenario)
