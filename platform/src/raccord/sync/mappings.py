"""The compiled mapping of each channel, kept for as long as nothing changed that it was made from."""

from collections import OrderedDict

import msgspec

from raccord.core.channel import ChannelSettings
from raccord.core.conditions import PublicationError
from raccord.core.default_mapping import default_mapping
from raccord.core.formula_text import FormulaError
from raccord.core.projection import Projection
from raccord.core.publication import Publication
from raccord.core.rules import Mapping, MappingError
from raccord.core.stock_rule import StockRuleError, StockSum
from raccord.storage.projections import Route
from raccord_connectors.contract import Discovery

KEPT = 200
"""Channels of one process whose compiled mapping stays in memory."""


class Compiled(msgspec.Struct, frozen=True):
    settings: ChannelSettings
    projection: Projection
    publication: Publication
    stock: StockSum

    @property
    def reads_stock(self) -> bool:
        """A movement of stock may change listings, or which there are."""
        return self.projection.reads_stock or self.publication.reads_stock


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
    return compiled(mapping, settings, discovery)


def compiled(mapping: Mapping, settings: ChannelSettings, discovery: Discovery) -> Compiled:
    """Raises `MappingError`; its target is `stock.formula`, `publication.conditions.2`… where a rule of the settings is meant."""
    projection = Projection(mapping, settings, discovery)
    try:
        stock = StockSum(settings.stock)
    except StockRuleError as error:
        raise MappingError(error.message, f"stock.{error.field}") from None
    except FormulaError as error:
        raise MappingError(error.message, "stock.formula") from None
    try:
        publication = Publication(settings, discovery.prices_include_tax)
    except PublicationError as error:
        where = "formula" if error.place is None else f"conditions.{error.place}"
        raise MappingError(error.message, f"publication.{where}") from None
    except FormulaError as error:
        raise MappingError(error.message, "publication.formula") from None
    return Compiled(settings, projection, publication, stock)
