"""What a person decides on differences between a shop and what it was sent."""

from collections.abc import Sequence
from typing import Literal
from uuid import UUID

from msgspec.structs import replace

from raccord.channels import drift_views, repository
from raccord.channels import service as channels
from raccord.channels.drift_views import Cause
from raccord.core.rules import Mapping, Rule
from raccord.journal.models import Entry, Event
from raccord.journal.service import write_entries
from raccord.mappings import service as mappings
from raccord.mappings.models import Draft
from raccord.storage import drifts
from raccord.storage.engine import tenant_transaction
from raccord.sync.ports import Wake
from raccord.tenants.service import note

Choice = Literal["repair", "tell"]


async def repair(
    tenant: UUID, channel: UUID, cause: Cause, keys: Sequence[str] | None, wake: Wake, account: UUID
) -> int:
    """Sends again what differs for this cause (`keys` None: all of it); what is missing is created anew. Returns how many
    articles; those that moved on in the meantime are left to the next comparison. The channel exists."""
    if cause in ("missing", "failed"):
        async with tenant_transaction(tenant):
            found = await drift_views.keys_of(channel, cause)
        chosen = found if keys is None else [key for key in keys if key in set(found)]
        return await channels.retry(tenant, channel, "listings", chosen, wake, account) if chosen else 0
    async with tenant_transaction(tenant):
        side = await repository.by_id(channel)
        repaired = await drifts.repair(channel, cause, keys, account)
        await write_entries(
            tenant,
            [
                Entry(
                    stream="listings", key=key, event=Event.RETRIED, channel=channel,
                    connection=side.shop if side else None, account=account,
                )
                for key in repaired
            ],
        )  # fmt: skip
    if repaired and side is not None:
        await wake.push(tenant, side.shop, "ordinary")
    return len(repaired)


async def choose(tenant: UUID, channel: UUID, chosen: Choice, account: UUID) -> None:
    """From the next comparison on."""
    async with tenant_transaction(tenant):
        if await drifts.choose(channel, chosen):
            await note(tenant, account, "channel.drift", str(channel))


async def leave(tenant: UUID, channel: UUID, target: str, account: UUID) -> Draft | None:
    """Makes a field the shop's own in the channel's draft; None when no rule writes it. Raises `MappingsError` when the
    draft was changed meanwhile, or no article can be made without this field."""
    draft = await mappings.draft(tenant, channel)
    mapping = left_to_shop(draft.mapping, target)
    if mapping is None:
        return None
    return await mappings.save_draft(
        tenant, channel, mapping=mapping, revision=draft.revision, account=account
    )


def left_to_shop(mapping: Mapping, target: str) -> Mapping | None:
    """With the rules that write this field as the shop's own; None when there are none."""
    writers = {rule.target for rule in mapping.rules if writes(rule, target)}
    if not writers:
        return None
    rules = [replace(rule, owner="shop") if rule.target in writers else rule for rule in mapping.rules]
    return replace(mapping, rules=rules)


def writes(rule: Rule, target: str) -> bool:
    """It fills this field, all of which it is a part, or a part of it."""
    whole, part = sorted((rule.target, target), key=len)
    return rule.owner != "shop" and (whole == part or part.startswith(f"{whole}."))
