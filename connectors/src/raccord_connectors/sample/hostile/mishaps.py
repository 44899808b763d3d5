"""Connectors that do not survive a bad day of their system."""

from collections.abc import Iterator, Sequence

from raccord_connectors.contract import (
    EVERYTHING,
    Change,
    ConfigError,
    Message,
    Outcome,
    Page,
    Problem,
    Selection,
    TransientError,
)
from raccord_connectors.sample.hostile.nasty import SpoiltErp, SpoiltShop, breaks
from raccord_connectors.sample.memory import MemorySystem
from raccord_connectors.sample.shop_system import ShopSystem

BUSY = Message("hostile.busy", "Trop de demandes.", "Too many requests.")


@breaks("a_create_whose_answer_was_lost_is_not_done_twice")
class ForgetsWhatItDidNotHear(SpoiltErp):
    """Its mark of what was done is set when the answer comes."""

    def write(self, stream: str, changes: Sequence[Change]) -> Iterator[Outcome]:
        system = self._system()
        before = dict(system.refs)
        try:
            yield from super().write(stream, changes)
        except TransientError:
            system.refs.clear()
            system.refs.update(before)
            raise


@breaks("a_create_whose_answer_was_lost_is_not_done_twice")
class BlamesTheRecord(SpoiltShop):
    def write(self, stream: str, changes: Sequence[Change]) -> Iterator[Outcome]:
        try:
            yield from super().write(stream, changes)
        except TransientError:
            yield Outcome(changes[0].key, problem=Problem("rejected", BUSY, field="key"))


@breaks("an_update_whose_answer_was_lost_can_be_sent_again")
class CountsItsUpdates(SpoiltShop):
    """As one that sends differences instead of figures."""

    def apply(self, system: MemorySystem, stream: str, change: Change) -> Outcome:
        if isinstance(system, ShopSystem) and stream == "listings" and change.op == "update":
            system.edit(str(change.target), seo_title=f"{system.writes}")
        return super().apply(system, stream, change)


@breaks("too_many_requests_are_transient_and_say_how_long_when_reading")
class ForgetsHowLong(SpoiltShop):
    def read(self, stream: str, wanted: Selection = EVERYTHING) -> Iterator[Page]:
        try:
            yield from super().read(stream, wanted)
        except TransientError as error:
            raise TransientError(error.message) from error


@breaks("too_many_requests_are_transient_and_say_how_long_when_reading")
class TakesBusyForEmpty(SpoiltShop):
    def read(self, stream: str, wanted: Selection = EVERYTHING) -> Iterator[Page]:
        try:
            yield from super().read(stream, wanted)
        except TransientError:
            return


@breaks("too_many_requests_are_transient_and_say_how_long_when_writing")
class TakesBusyForWrongSettings(SpoiltShop):
    def write(self, stream: str, changes: Sequence[Change]) -> Iterator[Outcome]:
        try:
            yield from super().write(stream, changes)
        except TransientError:
            raise ConfigError(BUSY) from None


@breaks("a_delete_leaves_the_others")
class SweepsUp(SpoiltShop):
    def apply(self, system: MemorySystem, stream: str, change: Change) -> Outcome:
        if change.op == "delete":
            system.drop(stream, system.all(stream)[0].key)
        return super().apply(system, stream, change)
