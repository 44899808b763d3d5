"""Old plans are forgotten, but for the newest of each channel, those on trial, and what an applied one was in figures."""

from uuid import UUID

from raccord.core.steps import Join
from raccord.mappings import service
from raccord.settings import Settings
from raccord.storage import plans
from raccord.storage.engine import tenant_transaction
from raccord.sync.purge import purge
from support.planning import change_rule, planned
from support.publishing import Merchant, play


async def furnish(m: Merchant) -> None:
    for n in range(5):
        m.erp.put_product(f"A{n}", f"Article {n}", price="10", stock=5, brand="Duval")
    await m.sync()


async def plan_with(m: Merchant, separator: str) -> UUID:
    await change_rule(m, "name", sources=["product.brand", "product.name"], steps=[Join(separator)])
    return (await planned(m)).id


async def age(m: Merchant, days: int) -> None:
    async with tenant_transaction(m.tenant) as connection:
        await connection.execute("UPDATE plan SET created_at = created_at - make_interval(days => $1)", days)


async def left(m: Merchant) -> dict[str, int]:
    """Plan → its lines, of those that there are."""
    rows = await m.rows(
        "SELECT p.id, (SELECT count(*) FROM plan_line l WHERE l.plan = p.id) AS n FROM plan p ORDER BY created_at"
    )
    return {str(row["id"]): row["n"] for row in rows}


def test_old_plans_go_and_the_newest_stays(settings: Settings) -> None:
    async def scenario(m: Merchant) -> None:
        await furnish(m)
        old = await plan_with(m, " ")
        applied = await plan_with(m, "-")
        await service.apply(m.tenant, applied, m.wake, None)
        await m.settle()
        newest = await plan_with(m, "/")
        assert {str(old): 5, str(applied): 5, str(newest): 5} == await left(m)
        await age(m, 29)
        await purge()
        assert {str(old): 5, str(applied): 5, str(newest): 5} == await left(m)
        await age(m, 2)
        await purge()
        assert {str(applied): 0, str(newest): 5} == await left(m)
        assert (await service.plan(m.tenant, applied)).summary is not None

    play(settings, scenario)


def test_a_plan_on_trial_stays(settings: Settings) -> None:
    async def scenario(m: Merchant) -> None:
        await furnish(m)
        tried = await plan_with(m, " ")
        await service.apply(m.tenant, tried, m.wake, None, sample=1)
        newest = await plan_with(m, "-")
        await age(m, 40)
        await purge()
        assert {str(tried): 5, str(newest): 5} == await left(m)

    play(settings, scenario)


def test_lines_whose_channel_is_gone_go_a_few_at_a_time(settings: Settings) -> None:
    async def scenario(m: Merchant) -> None:
        await furnish(m)
        await plan_with(m, " ")
        await m.rows("DELETE FROM channel RETURNING id")
        async with tenant_transaction(m.tenant):
            assert 3 == await plans.forget(3)
        await purge()
        assert [] == await m.rows("SELECT key FROM plan_line")

    play(settings, scenario)
