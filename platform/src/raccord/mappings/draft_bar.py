"""What every page on which a draft is changed shows of it: how much is not applied yet, and the plan that was made of it."""

from typing import Any
from uuid import UUID

import msgspec
from msgspec import Struct

from raccord.core.channel import ChannelSettings
from raccord.core.default_mapping import default_mapping
from raccord.core.rules import Mapping
from raccord.mappings import service
from raccord.storage import projections
from raccord.storage.engine import current_connection, tenant_transaction


class DraftBar(Struct, frozen=True):
    """For `mappings/_draft.html`."""

    changes: int
    """Rules, tables and settings that differ from the version in force."""
    plan: UUID | None
    """Made, or being made, of the draft as it is."""


async def draft_bar(tenant: UUID, channel: UUID) -> DraftBar:
    """Not inside a transaction. Raises `MappingsError` when there is no such channel."""
    draft = await service.draft(tenant, channel)
    if not draft.changed:
        return DraftBar(0, None)
    async with tenant_transaction(tenant):
        route = await projections.route(channel)
        plan = await current_connection().fetchval(
            """
            SELECT id FROM plan WHERE channel = $1 AND revision = $2 AND based_on = $3 AND state IN ('making', 'ready')
             ORDER BY created_at DESC LIMIT 1
            """,
            channel,
            draft.revision,
            draft.based_on,
        )
    if route is None:
        return DraftBar(0, None)
    active = default_mapping(route.erp_connector, route.shop_connector)
    if route.mapping is not None:
        active = msgspec.json.decode(route.mapping, type=Mapping)
    settings = msgspec.json.decode(route.settings, type=ChannelSettings)
    return DraftBar(how_many(active, settings, draft.mapping, draft.settings), plan)


def how_many(old: Mapping, old_settings: ChannelSettings, new: Mapping, new_settings: ChannelSettings) -> int:
    """Each rule, table and setting once."""
    before = {rule.target: rule for rule in old.rules}
    after = {rule.target: rule for rule in new.rules}
    return (
        _differing(before, after)
        + _differing(old.tables, new.tables)
        + _differing(_settings(old_settings), _settings(new_settings))
    )


def _settings(settings: ChannelSettings) -> dict[str, Any]:
    """By path, two deep: `stock.margin`."""
    found: dict[str, Any] = {}
    for name in settings.__struct_fields__:
        value = getattr(settings, name)
        if isinstance(value, Struct):
            found.update({f"{name}.{part}": getattr(value, part) for part in value.__struct_fields__})
        else:
            found[name] = value
    return found


def _differing(old: dict[str, Any], new: dict[str, Any]) -> int:
    return sum(1 for name in {**old, **new} if old.get(name) != new.get(name))
