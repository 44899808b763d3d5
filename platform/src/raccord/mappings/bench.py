"""What the mapping editor works on: a channel with both its systems, the version in force, the draft, and the day it is there."""

from datetime import UTC, date, datetime
from uuid import UUID
from zoneinfo import ZoneInfo

import msgspec
from litestar.exceptions import NotFoundException
from msgspec import Struct

from raccord.channels import service as channels
from raccord.channels.models import Channel
from raccord.connections.models import Connection
from raccord.connections.service import Connections
from raccord.core.channel import ChannelSettings
from raccord.core.default_mapping import default_mapping
from raccord.core.rules import Mapping
from raccord.core.source_titles import SourceInfo, sources_of
from raccord.core.targets import Opening, Target, is_taken, openings_of, target_of, targets_of
from raccord.mappings import service
from raccord.mappings.counting import Ground
from raccord.mappings.models import Draft
from raccord.overview.frame import Visit
from raccord.storage import projections
from raccord.storage.engine import tenant_transaction
from raccord.storage.projections import Route
from raccord_connectors.contract import Discovery, StreamSpec
from raccord_connectors.registry import connector_class


class Bench(Struct, frozen=True, kw_only=True):
    tenant: UUID
    channel: Channel
    route: Route
    erp: Connection
    shop: Connection
    draft: Draft
    active: Mapping
    """Of the version in force."""
    today: date
    """In the merchant's time zone."""

    @property
    def discovery(self) -> Discovery:
        """The shop's."""
        return self.shop.discovery or Discovery()

    @property
    def usual(self) -> Mapping:
        """The template of this pair of connectors."""
        return default_mapping(self.erp.connector, self.shop.connector)

    @property
    def _takes(self) -> StreamSpec:
        return connector_class(self.shop.connector).spec.stream("listings")

    def targets(self) -> list[Target]:
        """The shop's fields, and those that rules fill already."""
        used = [rule.target for mapping in (self.active, self.draft.mapping) for rule in mapping.rules]
        return targets_of(self._takes, self.discovery, used)

    def takes(self, path: str) -> bool:
        """Whether this shop, as it is set up, can hold the field."""
        return is_taken(self._takes, self.discovery, path)

    def target(self, path: str) -> Target | None:
        """One that a rule may fill, whether somebody named it before or not."""
        return next((one for one in self.targets() if one.path == path), None) or target_of(path)

    def openings(self) -> list[Opening]:
        return openings_of(self._takes, self.discovery)

    def told_names(self) -> list[str]:
        """Names that the shop itself knows, for fields that are named by hand."""
        shop = self.discovery
        found = [feature.title for feature in shop.features]
        found += [one.name.removeprefix("offers.") for one in shop.custom_fields]
        return sorted({*found, *shop.languages})

    def sources(self, found: list[str]) -> list[SourceInfo]:
        """The ERP's fields. `found`: those that an article has though nobody told them."""
        used = [path for rule in self.draft.mapping.rules for path in rule.sources]
        return sources_of(self.erp.discovery or Discovery(), [*used, *found])

    def ground(self) -> Ground:
        return Ground(self.route, self.draft.mapping, self.draft.settings, self.discovery, self.today)

    @property
    def active_settings(self) -> ChannelSettings:
        return self.channel.settings


async def bench_of(request: Visit, tenant: UUID, channel: UUID) -> Bench:
    """404 for a channel that is not the tenant's."""
    found = await channels.by_id(tenant, channel)
    if found is None:
        raise NotFoundException
    draft = await service.draft(tenant, channel)
    async with tenant_transaction(tenant):
        route = await projections.route(channel)
    connections: Connections = request.app.state.connections
    sides = {one.id: one for one in await connections.every(tenant)}
    if route is None or found.erp not in sides or found.shop not in sides:
        raise NotFoundException
    if route.mapping is None:
        active = default_mapping(route.erp_connector, route.shop_connector)
    else:
        active = msgspec.json.decode(route.mapping, type=Mapping)
    return Bench(
        tenant=tenant,
        channel=found,
        route=route,
        erp=sides[found.erp],
        shop=sides[found.shop],
        draft=draft,
        active=active,
        today=datetime.now(UTC).astimezone(ZoneInfo(route.timezone)).date(),
    )
