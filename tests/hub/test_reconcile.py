"""Comparing both sides: equal ones cost digests only, what the agent has is asked again, what we alone have is believed
gone only after a complete pass that saw rows."""

from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from raccord.settings import Settings
from raccord.storage.engine import tenant_transaction
from raccord_connectors import wire
from raccord_connectors.canonical import Product, encode, fingerprint
from support.database import fresh_database
from support.hub_app import Hub, Merchant, TestAgent, enrolled_agent, new_merchant, rows, run, value


@pytest.fixture(scope="module")
def settings(postgres: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Settings]:
    with fresh_database(postgres, tmp_path_factory.mktemp("hub")) as found:
        yield found


def product(key: str, name: str = "Chaise") -> Product:
    return Product(key=key, sku=key, name=name)


def entries(*products: Product) -> dict[str, bytes]:
    return {record.key: fingerprint(encode(record)) for record in products}


async def differing(agent: TestAgent, known: dict[str, bytes]) -> list[int]:
    digests = wire.bucket_digests(known.items())
    asked = wire.BucketDigests("products", digests)
    return list((await agent.call("/agent/reconcile", asked, wire.BucketsToResend)).buckets)


async def to_resend(
    agent: TestAgent, known: dict[str, bytes], *, complete: bool = False, seen: int = 0
) -> list[str]:
    """The whole conversation, as an agent leads it."""
    buckets = await differing(agent, known)
    theirs = {key: print_ for key, print_ in known.items() if wire.bucket_of(key) in buckets}
    asked = wire.BucketKeys("products", buckets, theirs, complete=complete, seen=seen)
    return list((await agent.call("/agent/reconcile/keys", asked, wire.KeysToResend)).keys)


async def age(merchant: Merchant) -> None:
    async with tenant_transaction(merchant.tenant) as connection:
        await connection.execute("UPDATE snapshot SET changed_at = now() - interval '1 hour'")


@given(st.lists(st.tuples(st.text(min_size=1, max_size=9), st.binary(min_size=16, max_size=16)), max_size=60))
def test_lots_make_the_same_digests_as_the_whole(known: list[tuple[str, bytes]]) -> None:
    known = list(dict(known).items())
    totals = [0] * wire.BUCKETS
    for start in range(0, len(known), 7):
        for bucket, digest in enumerate(wire.bucket_digests(known[start : start + 7])):
            totals[bucket] ^= int.from_bytes(digest, "big")
    assert wire.bucket_digests(known) == [total.to_bytes(16, "big") for total in totals]


def test_equal_sides_have_nothing_to_say_however_many_records(settings: Settings) -> None:
    async def scenario(hub: Hub) -> None:
        merchant = await new_merchant(channel=False)
        async with hub.client() as client:
            agent = await enrolled_agent(hub, client, merchant)
            assert [] == await differing(agent, {})
            products = [product(f"ÉTÉ-{n}") for n in range(11_000)]
            for start in range(0, len(products), 2_000):
                await agent.send("products", *products[start : start + 2_000])
            assert [] == await differing(agent, entries(*products))
            assert [] == await rows(merchant.tenant, "SELECT 1 FROM journal WHERE event = 'drifted'")

    run(settings, scenario)


def test_what_the_agent_has_and_we_lack_or_have_otherwise_is_asked_again(settings: Settings) -> None:
    async def scenario(hub: Hub) -> None:
        merchant = await new_merchant()
        async with hub.client() as client:
            agent = await enrolled_agent(hub, client, merchant)
            await agent.send("products", product("SAME"), product("OLD"), product("GONE"))
            await agent.send("products", deletions=["GONE"], complete=True, seen=2)
            theirs = entries(product("SAME"), product("OLD", "Table"), product("NEW"), product("GONE"))
            assert ["GONE", "NEW", "OLD"] == await to_resend(agent, theirs)
            drift = await value(merchant.tenant, "SELECT after::text FROM journal WHERE event = 'drifted'")
            assert '{"missing":2,"different":1,"alone":0,"gone":0}' == drift
            await agent.send("products", product("OLD", "Table"), product("NEW"), product("GONE"))
            assert [] == await differing(agent, theirs)

    run(settings, scenario)


def test_what_we_alone_have_is_concluded_gone_only_from_a_complete_pass_that_saw_rows(
    settings: Settings,
) -> None:
    async def scenario(hub: Hub) -> None:
        merchant = await new_merchant()
        async with hub.client() as client:
            agent = await enrolled_agent(hub, client, merchant)
            await agent.send("products", product("A"), product("B"), product("C"))
            await age(merchant)
            theirs = entries(product("A"))
            for complete, seen in ((False, 0), (False, 5), (True, 0)):
                assert [] == await to_resend(agent, theirs, complete=complete, seen=seen)
                assert 3 == await value(merchant.tenant, "SELECT records FROM stream_state")
            async with tenant_transaction(merchant.tenant) as connection:
                await connection.execute("UPDATE snapshot SET changed_at = now() WHERE key = 'C'")
                await connection.execute("DELETE FROM to_project")
            hub.wake.projects.clear()
            assert [] == await to_resend(agent, theirs, complete=True, seen=1)
            gone = await rows(merchant.tenant, "SELECT key FROM snapshot WHERE deleted_at IS NOT NULL")
            assert [("B",)] == gone, "C came so lately that it may have been on its way"
            assert 2 == await value(merchant.tenant, "SELECT records FROM stream_state")
            assert [("B", "disappeared")] == await rows(
                merchant.tenant, "SELECT key, event FROM journal WHERE event = 'disappeared'"
            )
            assert [("listings", "B")] == await rows(merchant.tenant, "SELECT stream, key FROM to_project")
            assert [(merchant.tenant, merchant.channel, "listings")] == hub.wake.projects

    run(settings, scenario)


def test_buckets_that_are_not_named_are_left_alone(settings: Settings) -> None:
    async def scenario(hub: Hub) -> None:
        merchant = await new_merchant()
        async with hub.client() as client:
            agent = await enrolled_agent(hub, client, merchant)
            await agent.send("products", product("A"), product("B"))
            await age(merchant)
            asked = wire.BucketKeys("products", [wire.bucket_of("A")], {}, complete=True, seen=9)
            await agent.call("/agent/reconcile/keys", asked, wire.KeysToResend)
            gone = await rows(merchant.tenant, "SELECT key FROM snapshot WHERE deleted_at IS NOT NULL")
            assert [("A",)] == gone
            assert wire.bucket_of("A") != wire.bucket_of("B")

    run(settings, scenario)
