"""Real processes that are killed while they make or apply a plan: another one ends it, and nothing is doubled."""

import asyncio
import os
import random
import signal
import subprocess
import sys
from pathlib import Path
from uuid import UUID

import pytest

from raccord.core.steps import Join
from raccord.mappings import service
from raccord.settings import Settings
from raccord.storage.engine import tenant_transaction
from raccord.sync.sweep import sweep
from support.planning import change_rule, lines
from support.publishing import Merchant, play

pytestmark = pytest.mark.slow
TESTS = Path(__file__).parents[1]
ARTICLES = 40


async def furnish(m: Merchant) -> UUID:
    for n in range(ARTICLES):
        m.erp.put_product(f"A{n:02}", f"Article {n}", price="10", stock=5, brand="Duval", mpn=f"M{n}")
    await m.sync()
    await change_rule(m, "name", sources=["product.brand", "product.name"], steps=[Join(" ")])
    await change_rule(m, "offer.sku", sources=["product.mpn"])
    plan = await service.start_plan(m.tenant, m.channel, m.connections, m.wake, None)
    m.wake.work.clear()
    return plan


def start(what: str, m: Merchant, plan: UUID) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        [sys.executable, "-m", "support.plan_process", what, m.url, str(m.tenant), str(plan)],
        cwd=TESTS,
        env={**os.environ, "PYTHONPATH": str(TESTS)},
    )


def kill(process: subprocess.Popen[bytes]) -> None:
    process.send_signal(signal.SIGKILL)
    process.wait()


def test_a_plan_outlives_the_processes_that_make_it(settings: Settings) -> None:
    async def scenario(m: Merchant) -> None:
        plan = await furnish(m)
        for at in (5, 15, 30):
            process = start("make", m, plan)
            try:
                while (await service.plan(m.tenant, plan)).done < at:
                    assert process.poll() is None, "it ended by itself"
                    await asyncio.sleep(0.005)
            finally:
                kill(process)
            assert at <= (await service.plan(m.tenant, plan)).done <= ARTICLES
        while (await service.plan(m.tenant, plan)).state == "making":
            assert await sweep(m.wake) > 0
            await m.settle()
        made = await service.plan(m.tenant, plan)
        assert made.summary is not None
        assert ("ready", ARTICLES, {"update": ARTICLES}) == (made.state, made.done, made.summary.actions)
        assert ARTICLES == len(await lines(m, plan))

    play(settings, scenario)


def test_a_plan_is_applied_wholly_or_not_at_all(settings: Settings) -> None:
    async def scenario(m: Merchant) -> None:
        chance = random.Random(7)
        plan = await furnish(m)
        await m.settle()
        assert await sweep(m.wake) > 0
        await m.settle()
        kills = 0
        while (await service.plan(m.tenant, plan)).state == "ready" and kills < 8:
            process = start("apply", m, plan)
            await asyncio.sleep(chance.uniform(0.3, 1.5))
            kill(process)
            kills += 1
            state = (await service.plan(m.tenant, plan)).state
            numbers = [one.number for one in await service.versions(m.tenant, m.channel)]
            async with tenant_transaction(m.tenant) as connection:
                marks = await connection.fetchval("SELECT count(*) FROM to_project WHERE stream = 'listings'")
            assert (state, numbers, marks) in (("ready", [1], 0), ("applied", [2, 1], ARTICLES))
        if (await service.plan(m.tenant, plan)).state == "ready":
            await service.apply(m.tenant, plan, m.wake, None)
        m.wake.work.clear()
        assert await sweep(m.wake) > 0
        await m.settle()
        assert {f"Duval Article {n}" for n in range(ARTICLES)} == {
            m.shown(f"A{n:02}").name for n in range(ARTICLES)
        }

    play(settings, scenario)
