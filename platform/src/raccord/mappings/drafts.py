"""Versions of a channel, and the draft of the next one."""

from uuid import UUID

import msgspec

from raccord.channels.errors import ChannelError
from raccord.channels.service import demand_known
from raccord.core.channel import ChannelSettings, with_rules_of
from raccord.core.default_mapping import default_mapping
from raccord.core.going_back import going_back
from raccord.core.rules import Mapping, MappingError
from raccord.mappings import errors, repository
from raccord.mappings.errors import MappingsError
from raccord.mappings.models import Draft, Version
from raccord.mappings.repository import Channel, VersionRow
from raccord.storage import plans
from raccord.storage.engine import tenant_transaction
from raccord.sync.mappings import compiled
from raccord.tenants.service import note
from raccord_connectors.contract import Discovery


async def draft(tenant: UUID, channel: UUID) -> Draft:
    """As saved last; without one, the version in force. Raises `MappingsError` when there is no such channel."""
    async with tenant_transaction(tenant):
        return await current(channel, await found(channel))


async def save_draft(
    tenant: UUID,
    channel: UUID,
    *,
    mapping: Mapping | None = None,
    settings: ChannelSettings | None = None,
    revision: int,
    account: UUID | None,
) -> Draft:
    """What is None stays as it was. `revision`: of the draft that the person has seen. Raises `MappingsError` when somebody
    changed it since, or it could not be used: the sentence says which rule or setting and why."""
    async with tenant_transaction(tenant):
        sides = await found(channel)
        former = await current(channel, sides)
        if former.revision != revision:
            raise MappingsError(errors.changed_meanwhile(former.changed_by))
        return await _save(tenant, channel, sides, former, mapping, settings, account)


async def discard_draft(tenant: UUID, channel: UUID, account: UUID | None) -> None:
    """The version in force stays as it is; a plan of the draft is done with."""
    async with tenant_transaction(tenant):
        if await repository.discard_draft(channel):
            await plans.supersede(channel)
            await note(tenant, account, "draft.discarded", str(channel))


async def versions(tenant: UUID, channel: UUID) -> list[Version]:
    """The newest first."""
    async with tenant_transaction(tenant):
        return [_version(row) for row in await repository.versions(channel)]


async def version(tenant: UUID, channel: UUID, number: int) -> Version:
    """Raises `MappingsError` when there is none of this number."""
    async with tenant_transaction(tenant):
        return await _numbered(channel, number)


async def back_to(tenant: UUID, channel: UUID, version: int, account: UUID | None) -> Draft:
    """The draft becomes what this version was, whatever it is now; nothing moves in the shop before it is applied. What the
    version in force has put into fields that the old one did not fill is taken out (`core.going_back`). Raises
    `MappingsError` when there is no such version, or it cannot be used any more."""
    async with tenant_transaction(tenant):
        sides = await found(channel)
        old = await _numbered(channel, version)
        former = await current(channel, sides)
        settings = with_rules_of(former.settings, old.settings)
        active = await repository.active(channel)
        in_force = msgspec.json.decode(active.rules, type=Mapping) if active is not None else old.mapping
        mapping = going_back(old.mapping, in_force)
        return await _save(tenant, channel, sides, former, mapping, settings, account)


# ------------------------------------------------------------------------------------------------- inside


async def found(channel: UUID, *, locking: bool = False) -> Channel:
    """In the tenant's transaction."""
    row = await repository.channel(channel, locking=locking)
    if row is None:
        raise MappingsError(errors.UNKNOWN_CHANNEL.fill())
    return row


async def active_number(channel: UUID) -> int:
    """In the tenant's transaction."""
    return await repository.active_number(channel)


async def current(channel: UUID, sides: Channel) -> Draft:
    """In the tenant's transaction."""
    active = await repository.active(channel)
    if active is not None:
        mapping = msgspec.json.decode(active.rules, type=Mapping)
    else:
        mapping = default_mapping(sides.erp_connector, sides.shop_connector)
    settings = msgspec.json.decode(sides.settings, type=ChannelSettings)
    based_on = active.number if active is not None else 0
    saved = await repository.draft(channel)
    if saved is None:
        return Draft(
            channel=channel, mapping=mapping, settings=settings, revision=0, based_on=based_on, changed=False
        )
    own = msgspec.json.decode(saved.rules, type=Mapping)
    own_settings = with_rules_of(settings, msgspec.json.decode(saved.settings, type=ChannelSettings))
    return Draft(
        channel=channel,
        mapping=own,
        settings=own_settings,
        revision=saved.revision,
        based_on=saved.based_on,
        changed=not are_the_same(own, mapping) or own_settings != settings,
        changed_by=saved.changed_by,
        changed_at=saved.changed_at,
    )


def are_the_same(one: Mapping, other: Mapping) -> bool:
    """There is one rule per target: in which order they stand says nothing."""
    rules = [{rule.target: rule for rule in mapping.rules} for mapping in (one, other)]
    return rules[0] == rules[1] and one.tables == other.tables


async def _save(
    tenant: UUID,
    channel: UUID,
    sides: Channel,
    former: Draft,
    mapping: Mapping | None,
    settings: ChannelSettings | None,
    account: UUID | None,
) -> Draft:
    new, chosen = mapping or former.mapping, settings or former.settings
    demand_usable(new, chosen, sides)
    rules, packed = msgspec.json.encode(new).decode(), msgspec.json.encode(chosen).decode()
    based_on = former.based_on if former.revision else await repository.active_number(channel)
    if not await repository.save_draft(
        tenant, channel, rules, packed, revision=former.revision, based_on=based_on, account=account
    ):  # somebody else's transaction came first
        raise MappingsError(errors.changed_meanwhile(None))
    return await current(channel, sides)


def demand_usable(mapping: Mapping, settings: ChannelSettings, sides: Channel) -> None:
    """Raises `MappingsError` when the rules do not compile, or the settings name what the ERP does not have."""
    discovery = msgspec.json.decode(sides.shop_discovery or "{}", type=Discovery)
    try:
        compiled(mapping, settings, discovery)
        demand_known(settings, sides.erp_discovery)
    except MappingError as error:
        raise MappingsError(error.message, target=error.target) from error
    except ChannelError as error:
        raise MappingsError(error.message, field=error.field) from error


async def _numbered(channel: UUID, number: int) -> Version:
    row = await repository.version(channel, number)
    if row is None:
        raise MappingsError(errors.UNKNOWN_VERSION.fill(number=number))
    return _version(row)


def _version(row: VersionRow) -> Version:
    return Version(
        number=row.number,
        author=row.author,
        made_at=row.made_at,
        active=row.active,
        note=row.note,
        mapping=msgspec.json.decode(row.rules, type=Mapping),
        settings=msgspec.json.decode(row.settings, type=ChannelSettings),
    )
