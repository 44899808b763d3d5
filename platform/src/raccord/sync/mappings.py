"""The compiled mapping of each channel, kept for as long as nothing changed that it was made from."""

from collections import OrderedDict

import msgspec

from raccord.core.channel import ChannelSettings
from raccord.core.default_mapping import default_mapping
from raccord.core.projection import Projection
from raccord.core.rules import Mapping
from raccord.storage.projections import Route
from raccord_connectors.contract import Discovery

KEPT = 200
"""Channels of one process whose compiled mapping stays in memory."""


class Compiled(msgspec.Struct, frozen=True):
    settings: ChannelSettings
    projection: Projection


class Mappings:
    """One per process."""

    def __init__(self) -> None:
        self._compiled: OrderedDict[tuple[object, ...], Compiled] = OrderedDict()

    def of(self, route: Route) -> Compiled:
        """Raises `MappingError` when the channel's rules cannot be used."""
        made_from = (
            route.channel,
            route.settings,
            route.mapping,
            route.discovery,
            route.erp_connector,
            route.shop_connector,
        )
        found = self._compiled.get(made_from)
        if found is None:
            found = self._compiled[made_from] = compile_route(route)
            while len(self._compiled) > KEPT:
                self._compiled.popitem(last=False)
        self._compiled.move_to_end(made_from)
        return found


def compile_route(route: Route) -> Compiled:
    settings = msgspec.json.decode(route.settings, type=ChannelSettings)
    if route.mapping is None:
        mapping = default_mapping(route.erp_connector, route.shop_connector)
    else:
        mapping = msgspec.json.decode(route.mapping, type=Mapping)
    discovery = msgspec.json.decode(route.discovery or "{}", type=Discovery)
    return Compiled(settings, Projection(mapping, settings, discovery))
