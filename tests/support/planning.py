"""Drafts, plans and trials of the merchant of `publishing`, as the pages use them."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from raccord.core.channel import ChannelSettings
from raccord.core.rules import Mapping, Rule
from raccord.core.steps import Step
from raccord.mappings import service
from raccord.mappings.models import Plan, PlanLine
from support.publishing import Merchant


async def change_rule(
    m: Merchant, target: str, *, sources: Sequence[str] = (), steps: Sequence[Step] = (), **fields: Any
) -> None:
    """The draft's rule of this target becomes another one."""
    draft = await service.draft(m.tenant, m.channel)
    kept = [rule for rule in draft.mapping.rules if rule.target != target]
    rule = Rule(target=target, sources=list(sources), steps=list(steps), **fields)
    await save(m, mapping=Mapping([*kept, rule], draft.mapping.tables))


async def without_rule(m: Merchant, target: str) -> None:
    draft = await service.draft(m.tenant, m.channel)
    kept = [rule for rule in draft.mapping.rules if rule.target != target]
    await save(m, mapping=Mapping(kept, draft.mapping.tables))


async def save(m: Merchant, mapping: Mapping | None = None, settings: ChannelSettings | None = None) -> None:
    draft = await service.draft(m.tenant, m.channel)
    await service.save_draft(
        m.tenant, m.channel, mapping=mapping, settings=settings, revision=draft.revision, account=None
    )


async def planned(m: Merchant) -> Plan:
    """Of the draft, made to its end."""
    plan = await service.start_plan(m.tenant, m.channel, m.connections, m.wake, None)
    await m.settle()
    return await service.plan(m.tenant, plan)


async def lines(m: Merchant, plan: UUID, action: str | None = None) -> dict[str, PlanLine]:
    found = await service.plan_lines(m.tenant, plan, action=action, limit=1000)
    return {line.key: line for line in found}
