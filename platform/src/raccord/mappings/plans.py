"""Asking for a plan of a channel's draft, and reading it."""

import uuid
from collections.abc import Sequence
from uuid import UUID

import msgspec

from raccord.mappings import drafts, errors, plan_repository
from raccord.mappings.errors import MappingsError
from raccord.mappings.models import Plan, PlanLine
from raccord.storage import plans
from raccord.storage.engine import tenant_transaction
from raccord.storage.text import storable_json
from raccord.sync.ports import Shops, Wake
from raccord.tenants.service import note as note_act


async def start_plan(
    tenant: UUID, channel: UUID, shops: Shops, wake: Wake, account: UUID | None, *, note: str = ""
) -> UUID:
    """Of the draft as it is now: changing the draft later does not change the plan. The workers make it; `plan` tells how far
    they are. Raises `MappingsError` when there is nothing to plan."""
    made = uuid.uuid4()
    async with tenant_transaction(tenant):
        sides = await drafts.found(channel, locking=True)
        draft = await drafts.current(channel, sides)
        if not draft.changed and sides.state != "draft":
            raise MappingsError(errors.NO_DRAFT.fill())
        if sides.state == "draft" and sides.shop_state != "ready":
            raise MappingsError(errors.SHOP_NOT_READY.fill())
        drafts.demand_usable(draft.mapping, draft.settings, sides)
        active = await drafts.active_number(channel)
        rules, settings = (msgspec.json.encode(one).decode() for one in (draft.mapping, draft.settings))
        await plans.insert(
            tenant, made, channel, storable_json(rules), storable_json(settings), based_on=active,
            revision=draft.revision, author=account, note=note,
        )  # fmt: skip
        await note_act(tenant, account, "plan.asked", str(channel), {"plan": str(made)})
    await wake.plan(tenant, made)
    return made


async def plan(tenant: UUID, plan: UUID) -> Plan:
    """Raises `MappingsError` when there is none of this id."""
    async with tenant_transaction(tenant):
        found = await plan_repository.plan(plan)
    if found is None:
        raise MappingsError(errors.UNKNOWN_PLAN.fill())
    return found


async def newest_plan(tenant: UUID, channel: UUID, *, revision: int | None = None) -> UUID | None:
    """Of the channel, or of the revision of its draft: a page offers to see it instead of making it again."""
    async with tenant_transaction(tenant):
        return await plan_repository.newest(channel, revision)


async def plan_lines(
    tenant: UUID,
    plan: UUID,
    *,
    action: str | None = None,
    field: str | None = None,
    text: str | None = None,
    after: str | None = None,
    limit: int = 50,
) -> Sequence[PlanLine]:
    """A page of them: articles by key, then items of stock. `action`: a `core.plan.Action`, or "trying" for those on trial.
    `field`: a target that changes. `text`: part of a key or name. `after`: the `cursor` of the last line of the page before."""
    beginning = None
    if after:
        stream, _, key = after.partition(":")
        beginning = (stream, key)
    async with tenant_transaction(tenant):
        return await plan_repository.lines(
            plan, action=action or None, field=field or None, text=text or None, after=beginning, limit=limit
        )
