"""Applying a plan, to everything or to a few records first, and taking a trial back."""

from collections.abc import Collection, Sequence
from uuid import UUID

import msgspec

from raccord.channels import repository as channels
from raccord.core.channel import ChannelSettings, with_rules_of
from raccord.core.ownership import Fields, listing_print, withdrawn
from raccord.core.rules import Mapping
from raccord.journal.models import Entry, Event
from raccord.journal.service import write_entries
from raccord.mappings import drafts, errors, repository
from raccord.mappings.errors import MappingsError
from raccord.mappings.repository import Channel
from raccord.orders import repository as orders
from raccord.storage import brakes, plans, projections, trials
from raccord.storage.engine import tenant_transaction
from raccord.storage.marks import mark
from raccord.storage.trials import Ready, Restored, Tried
from raccord.sync.ports import Wake
from raccord.sync.records import former
from raccord.tenants.service import note as note_act
from raccord_connectors.canonical import Listing, Product, decode, encode

MOST_TRIED = 500
"""Articles on trial at once."""
STREAMS = ("listings", "availability", "order_updates")


async def apply(
    tenant: UUID,
    plan: UUID,
    wake: Wake,
    account: UUID | None,
    *,
    sample: int | None = None,
    keys: Sequence[str] = (),
    note: str | None = None,
) -> int | None:
    """Makes the plan's rules and settings the version in force; a channel that is not on air goes on air. Returns the version.

    With `sample`, only the first so many articles that the plan would send follow it, with `keys` these: until the plan is
    applied, or the trial undone (None is returned). Raises `MappingsError`: the plan is not ready, not of today, done with…"""
    if sample is not None or keys:
        await _try(tenant, plan, wake, account, sample or 0, keys)
        return None
    async with tenant_transaction(tenant):
        channel, sides, ready = await _ready(plan)
        on_air = sides.state != "draft"
        said = note if note is not None else ready.note
        settings = with_rules_of(
            msgspec.json.decode(sides.settings, type=ChannelSettings),
            msgspec.json.decode(ready.settings, type=ChannelSettings),
        )
        version = await _put_in_force(tenant, channel, ready, settings, account, said)
        await trials.applied(plan, account, version, said)
        await repository.rebase_draft(channel, ready.revision, version)
        await trials.end(channel)
        await brakes.decide_beforehand(tenant, channel, plan, None)
        if not on_air:
            await channels.set_state(channel, "live")
            await note_act(tenant, account, "channel.live", str(channel))
        else:
            await orders.rouse(channel, settings.orders.stages)
        await projections.mark_everything(tenant, channel, sides.erp)
        told = {"plan": str(plan), "version": version, **await plans.actions(plan)}
        await _journal(tenant, channel, sides, Event.APPLIED, account, told)
        await note_act(
            tenant, account, "plan.applied", str(channel), {"plan": str(plan), "version": str(version)}
        )
    for stream in STREAMS:
        await wake.project(tenant, channel, stream)
    if not on_air:
        await wake.hooks(tenant, channel)
        await wake.collect(tenant, channel)
    return version


async def _put_in_force(
    tenant: UUID, channel: UUID, ready: Ready, settings: ChannelSettings, account: UUID | None, note: str
) -> int:
    """A new version; the one in force where nothing differs: most first connections are applied as they were first set."""
    active = await repository.active(channel)
    if active is not None:
        old, new = (msgspec.json.decode(rules, type=Mapping) for rules in (active.rules, ready.rules))
        if (
            drafts.are_the_same(old, new)
            and msgspec.json.decode(active.settings, type=ChannelSettings) == settings
        ):
            return active.number
    packed = msgspec.json.encode(settings).decode()
    return await repository.activate(tenant, channel, ready.rules, packed, account, note)


async def undo_sample(tenant: UUID, plan: UUID, wake: Wake, account: UUID | None) -> int:
    """The articles on trial follow the version in force again; in a channel that is not on air, they become in the shop what
    they were, and what was created is withdrawn. Quantities stay: they were true. Returns how many articles."""
    async with tenant_transaction(tenant):
        channel = await _channel_of(plan)
        sides = await drafts.found(channel, locking=True)
        trial = await trials.of(channel)
        if trial is None or trial.plan != plan:
            raise MappingsError(errors.NO_TRIAL.fill())
        tried = await trials.end(channel)
        articles = [one for one in tried if one.stream == "listings"]
        if sides.state == "draft":
            await trials.restore(channel, [_restored(one) for one in articles])
        else:
            await brakes.decide_for(tenant, channel, plan, [one.key for one in articles if one.creates])
            for stream in ("listings", "availability"):
                await mark(tenant, channel, stream, [one.key for one in tried if one.stream == stream])
        told = {"plan": str(plan), "articles": len(articles)}
        await _journal(tenant, channel, sides, Event.TRIAL_UNDONE, account, told)
        await note_act(tenant, account, "plan.trial_undone", str(channel), {"plan": str(plan)})
    await _wake_trial(wake, tenant, channel, sides)
    return len(articles)


# --------------------------------------------------------------------------------------------------- trial


async def _try(
    tenant: UUID, plan: UUID, wake: Wake, account: UUID | None, sample: int, keys: Sequence[str]
) -> None:
    async with tenant_transaction(tenant):
        channel, sides, _ = await _ready(plan)
        if sides.state == "paused":
            raise MappingsError(errors.PAUSED.fill())
        trial = await trials.of(channel)
        if trial is not None and trial.plan != plan:
            raise MappingsError(errors.OTHER_TRIAL.fill())
        chosen = await _chosen(plan, channel, sample, keys)
        already = await trials.records(channel, "listings")
        if len(already | set(chosen)) > MOST_TRIED:
            raise MappingsError(errors.TOO_MANY_TO_TRY.fill(most=MOST_TRIED))
        await trials.start(tenant, channel, plan, chosen, on_air=sides.state == "live")
        items = await _items(sides.erp, chosen)
        await trials.follow(tenant, channel, items)
        await brakes.decide_beforehand(tenant, channel, plan, chosen)
        await mark(tenant, channel, "listings", chosen)
        await mark(tenant, channel, "availability", items)
        told = {"plan": str(plan), "articles": len(chosen)}
        await _journal(tenant, channel, sides, Event.TRIED, account, told)
        await note_act(
            tenant, account, "plan.tried", str(channel), {"plan": str(plan), "articles": str(len(chosen))}
        )
    await _wake_trial(wake, tenant, channel, sides)


async def _chosen(plan: UUID, channel: UUID, sample: int, keys: Sequence[str]) -> list[str]:
    if sample > MOST_TRIED or len(keys) > MOST_TRIED:
        raise MappingsError(errors.TOO_MANY_TO_TRY.fill(most=MOST_TRIED))
    if keys:
        chosen = await trials.chosen_lines(plan, keys)
    elif sample > 0:
        chosen = await trials.first_lines(plan, sample) or await trials.first_stock(plan, channel, sample)
    else:
        chosen = []
    if not chosen:
        raise MappingsError(errors.NOTHING_TO_TRY.fill())
    return chosen


async def _items(erp: UUID, articles: Collection[str]) -> list[str]:
    stored = await projections.records(erp, "products", articles)
    products = (former("products", data) for data in stored.values())
    return sorted({item for product in products if isinstance(product, Product) for item in product.items()})


def _restored(tried: Tried) -> Restored:
    """What is wanted again of an article in a channel that sends nothing else."""
    known = tried.pushed or tried.desired
    if tried.before is not None:
        again = tried.before
    elif known is None or (tried.target is None and tried.pushed is None):
        return Restored(tried.key, None, None)  # it never left
    else:
        again = encode(withdrawn(decode(known, Listing))).decode()
    return Restored(tried.key, again, UUID(bytes=listing_print(decode(again, Listing), Fields())))


async def _wake_trial(wake: Wake, tenant: UUID, channel: UUID, sides: Channel) -> None:
    for stream in ("listings", "availability"):
        await wake.project(tenant, channel, stream)
    await wake.push(tenant, sides.shop, "ordinary")


# -------------------------------------------------------------------------------------------------- inside


async def _channel_of(plan: UUID) -> UUID:
    channel = await trials.channel_of(plan)
    if channel is None:
        raise MappingsError(errors.UNKNOWN_PLAN.fill())
    return channel


async def _ready(plan: UUID) -> tuple[UUID, Channel, Ready]:
    """With the channel and the plan locked: two people who decide at once are one after the other."""
    channel = await _channel_of(plan)
    sides = await drafts.found(channel, locking=True)
    ready = await trials.lock_plan(plan)
    if ready is None:
        raise MappingsError(errors.UNKNOWN_PLAN.fill())
    if ready.state in ("applied", "superseded"):
        raise MappingsError(errors.DONE_ALREADY.fill())
    active = await repository.active_number(channel)
    if active != ready.based_on:
        raise MappingsError(errors.STALE.fill(planned=ready.based_on, active=active))
    if ready.state != "ready":
        raise MappingsError(errors.NOT_READY.fill())
    if sides.state == "draft" and sides.shop_state != "ready":
        raise MappingsError(errors.SHOP_NOT_READY.fill())
    return channel, sides, ready


async def _journal(
    tenant: UUID, channel: UUID, sides: Channel, event: Event, account: UUID | None, told: dict[str, object]
) -> None:
    entry = Entry(
        stream="listings",
        key="",
        event=event,
        channel=channel,
        connection=sides.shop,
        account=account,
        after=msgspec.json.encode(told),
    )
    await write_entries(tenant, [entry])
