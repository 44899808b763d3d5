"""What every page on which a draft is changed shows of it: how much is not applied yet, and the plan that was made of it."""

from typing import NamedTuple
from uuid import UUID

import msgspec
from msgspec import Struct

from raccord.core.channel import ChannelSettings
from raccord.core.default_mapping import default_mapping
from raccord.core.rules import Mapping
from raccord.mappings import service
from raccord.mappings.edit_words import edits
from raccord.mappings.errors import UNKNOWN_CHANNEL, MappingsError
from raccord.storage import projections
from raccord.storage.engine import current_connection, tenant_transaction


class DraftBar(Struct, frozen=True):
    """For `mappings/_draft.html`."""

    changes: int
    """Rules, tables and settings that differ from the version in force."""
    plan: UUID | None
    """Made, or being made, of the draft as it is."""


class InForce(NamedTuple):
    mapping: Mapping
    settings: ChannelSettings


async def draft_bar(tenant: UUID, channel: UUID) -> DraftBar:
    """Not inside a transaction. Raises `MappingsError` when there is no such channel."""
    draft = await service.draft(tenant, channel)
    if not draft.changed:
        return DraftBar(0, None)
    async with tenant_transaction(tenant):
        plan = await current_connection().fetchval(
            """
            SELECT id FROM plan WHERE channel = $1 AND revision = $2 AND based_on = $3 AND state IN ('making', 'ready')
             ORDER BY created_at DESC LIMIT 1
            """,
            channel,
            draft.revision,
            draft.based_on,
        )
    return DraftBar(len(edits(await in_force(tenant, channel), draft)), plan)


async def in_force(tenant: UUID, channel: UUID) -> InForce:
    """The rules and settings that the channel follows now. Raises `MappingsError` when there is no such channel."""
    async with tenant_transaction(tenant):
        route = await projections.route(channel)
    if route is None:
        raise MappingsError(UNKNOWN_CHANNEL.fill())
    active = default_mapping(route.erp_connector, route.shop_connector)
    if route.mapping is not None:
        active = msgspec.json.decode(route.mapping, type=Mapping)
    return InForce(active, msgspec.json.decode(route.settings, type=ChannelSettings))
