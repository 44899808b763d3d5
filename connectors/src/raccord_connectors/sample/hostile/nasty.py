"""How a hostile connector is made: an honest one, spoilt at one of four places."""

from collections.abc import Callable, Iterator
from typing import Any, TypeVar

from msgspec.structs import replace

from raccord_connectors.contract import (
    EVERYTHING,
    Change,
    ConnectorSpec,
    Outcome,
    Page,
    Selection,
    StreamSpec,
)
from raccord_connectors.sample.memory import MemoryConnector, MemorySystem
from raccord_connectors.sample.memory_erp import MemoryErp
from raccord_connectors.sample.memory_shop import MemoryShop

BREAKERS: dict[str, list[type[MemoryConnector]]] = {}
"""Name of a guarantee → the connectors that break it."""

C = TypeVar("C", bound=type[MemoryConnector])


class Nasty(Exception):
    """What a connector should never let out, such as an error of its driver."""


def breaks(guarantee: str) -> Callable[[C], C]:
    def register(connector: C) -> C:
        BREAKERS.setdefault(f"test_{guarantee}", []).append(connector)
        return connector

    return register


class Spoilt(MemoryConnector):
    """An honest connector with three places to spoil it."""

    def asked(self, wanted: Selection) -> Selection:
        return wanted

    def page(self, stream: str, page: Page) -> Page:
        return page

    def sent(self, change: Change) -> Change:
        return change

    def answered(self, change: Change, outcome: Outcome) -> Outcome:
        return outcome

    def read(self, stream: str, wanted: Selection = EVERYTHING) -> Iterator[Page]:
        for page in super().read(stream, self.asked(wanted)):
            yield self.page(stream, page)

    def _write(self, system: MemorySystem, stream: str, change: Change) -> Outcome:
        return self.answered(change, super()._write(system, stream, self.sent(change)))


class SpoiltShop(Spoilt, MemoryShop):
    pass


class SpoiltErp(Spoilt, MemoryErp):
    pass


def respecified(stream: str = "", *, spec: ConnectorSpec = MemoryShop.spec, **fields: Any) -> ConnectorSpec:
    """The spec with other fields, or with other fields in one stream (all of them: `"*"`)."""
    if not stream:
        return replace(spec, **fields)
    streams: list[StreamSpec] = [
        replace(known, **fields) if stream in ("*", known.name) else known for known in spec.streams
    ]
    return replace(spec, streams=tuple(streams))
