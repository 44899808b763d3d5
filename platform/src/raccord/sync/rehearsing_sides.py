"""The first steps of a rehearsal: what both systems say of themselves, and whether the channel's settings fit them."""

import asyncio
from datetime import timedelta
from typing import NamedTuple

import msgspec
from msgspec.structs import replace

from raccord.core.rehearsal.choices import Choices, items_named
from raccord.core.rehearsal.subjects import CategoryTree, Systems
from raccord.storage import rehearsed
from raccord.storage.engine import tenant_transaction
from raccord.sync.records import READ_STREAMS
from raccord.sync.rehearsal_pass import Pass, Sides
from raccord_connectors import wire
from raccord_connectors.contract import ConfigError, Connector, Discovery, Message, Problem
from raccord_connectors.registry import webhooks_of

NEEDED = tuple(stream for stream in READ_STREAMS if stream != "invoices")
"""Streams without which a channel cannot work; papers are a merchant's choice."""
PATIENCE = timedelta(seconds=15)
"""For the agent's answer. A rehearsal is no use without the ERP's rights, and need not wait for a machine that is off."""
LOOK_EVERY = 0.25


class ShopSide(NamedTuple):
    problem: Problem | None
    findings: tuple[Message, ...]
    discovery: Discovery | None


class ErpSide(NamedTuple):
    agent: str
    problem: Problem | None
    findings: tuple[Message, ...]
    discovery: Discovery | None


async def sides(made: Pass) -> None:
    """Raises `TransientError` when the shop is away: it is tried again."""
    shop, erp = await _shop(made), await _erp(made)
    async with tenant_transaction(made.tenant):
        agent = await rehearsed.agent(made.route.erp)
        streams = await rehearsed.streams(made.route.erp)
        pictures = await rehearsed.pictures_are_read(made.route.erp)
        known = [await rehearsed.discovery(side) for side in (made.route.erp, made.route.shop)]
    stored = [msgspec.json.decode(one or "{}", type=Discovery) for one in known]
    unread = [one for one in NEEDED if one not in streams or not streams[one].complete]
    systems = Systems(
        shop_problem=shop.problem,
        shop_findings=shop.findings,
        erp_problem=erp.problem,
        erp_findings=erp.findings,
        agent=erp.agent,  # type: ignore[arg-type]  # one of the three words
        clock_gap=agent.clock_skew if agent is not None else None,
        unread=tuple(unread),
        webhooks=_webhooks(made),  # type: ignore[arg-type]
    )
    for stream, figure in (("products", "articles"), ("customers", "customers")):
        made.figures[figure] = streams[stream].records if stream in streams else 0
    found = Sides(
        erp=erp.discovery or stored[0],
        shop=shop.discovery or stored[1],
        shop_answers=shop.discovery is not None,
        pictures_are_read=pictures,
    )
    world = replace(made.world, erp=found.erp, shop=found.shop)
    await made.keep_sides(found, made.find([systems], world))


async def settings(made: Pass) -> None:
    async with tenant_transaction(made.tenant):
        known = await rehearsed.known_items(made.route.erp, items_named(made.world))
    tree = CategoryTree(await made.categories())
    await made.save(made.find([Choices(known), tree]), ends=True)


async def _shop(made: Pass) -> ShopSide:
    """A shop whose rights are incomplete may be read all the same."""

    def ask(connector: Connector) -> ShopSide:
        problem: Problem | None = None
        findings: tuple[Message, ...] = ()
        try:
            connector.check()
        except ConfigError as error:
            problem, findings = error.problem(), error.findings
        try:
            return ShopSide(problem, findings, connector.discover())
        except ConfigError as error:
            return ShopSide(problem or error.problem(), findings or error.findings, None)

    try:
        async with made.ports.shops.open(made.tenant, made.route.shop) as connector:
            return await asyncio.to_thread(ask, connector)
    except ConfigError as error:
        return ShopSide(error.problem(), error.findings, None)


async def _erp(made: Pass) -> ErpSide:
    """Through the agent: it checks its rights and tells what the ERP has. It is asked once, whatever slice asks."""
    async with tenant_transaction(made.tenant):
        agent = await rehearsed.agent(made.route.erp)
    if agent is None:
        return ErpSide("none", None, (), None)
    asked = made.commands
    marks = {"check": f"rehearsal:{made.id}:check", "discover": f"rehearsal:{made.id}:discover"}
    erp = made.route.erp
    await asked.ask(made.tenant, erp, wire.Check(), once=marks["check"], urgent=True)
    await asked.ask(made.tenant, erp, wire.Discover(), once=marks["discover"], urgent=True)
    deadline = made.ports.now() + PATIENCE
    while True:
        async with tenant_transaction(made.tenant):
            answers = [await asked.answer(erp, mark) for mark in marks.values()]
        check, discover = (answer.result if answer is not None else None for answer in answers)
        if (check is not None and discover is not None) or made.ports.now() >= deadline:
            break
        await made.ports.sleep(LOOK_EVERY)
    if check is None:
        return ErpSide("silent", None, (), None)
    discovery = discover.discovery if discover is not None else None
    return ErpSide("answers", check.problem, tuple(check.findings), discovery)


def _webhooks(made: Pass) -> str:
    if webhooks_of(made.route.shop_connector) is None:
        return "unknown_to_shop"
    return "possible" if made.reachable else "no_address"
