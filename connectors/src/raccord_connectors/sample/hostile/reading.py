"""Connectors that read wrongly."""

from collections.abc import Iterator
from decimal import Decimal
from itertools import count
from typing import Any, ClassVar

from msgspec.structs import replace

from raccord_connectors.canonical import Availability, Category, Listing, Order, Record
from raccord_connectors.contract import EVERYTHING, Message, Page, Problem, Rejection, Selection
from raccord_connectors.sample.hostile.nasty import Nasty, SpoiltShop, breaks, respecified
from raccord_connectors.sample.memory import MemorySettings

SMALL_PAGES = respecified("*", page_size=1)


class _SpoilsRecords(SpoiltShop):
    def record(self, record: Any) -> Any:
        return record

    def page(self, stream: str, page: Page) -> Page:
        return replace(page, records=[self.record(record) for record in page.records])


@breaks("the_system_under_test_has_records")
class ReadsNothing(SpoiltShop):
    def page(self, stream: str, page: Page) -> Page:
        return replace(page, records=[])


@breaks("keys_are_unique_and_storable")
class RepeatsRecords(SpoiltShop):
    def page(self, stream: str, page: Page) -> Page:
        return replace(page, records=[*page.records, *page.records])


@breaks("keys_are_unique_and_storable")
class HasNoKeys(_SpoilsRecords):
    def record(self, record: Any) -> Any:
        return replace(record, key=record.key if isinstance(record, Order) else "")


@breaks("keys_are_unique_and_storable")
class HasNumbersForKeys(_SpoilsRecords):
    def record(self, record: Any) -> Any:
        return replace(record, key=abs(hash(record.key)))


@breaks("keys_are_unique_and_storable")
@breaks("pages_survive_the_wire")
class HasEndlessKeys(_SpoilsRecords):
    def record(self, record: Any) -> Any:
        return replace(record, key=record.key * 300)


@breaks("records_are_of_the_declared_type")
class ReadsSomethingElse(_SpoilsRecords):
    def record(self, record: Any) -> Any:
        return Category(key=record.key, name="Catégorie")


@breaks("records_survive_their_encoding")
class ReadsNumbersForTexts(_SpoilsRecords):
    def record(self, record: Any) -> Any:
        return replace(record, name=12) if isinstance(record, Listing) else record


@breaks("records_survive_their_encoding")
class ReadsNulCharacters(_SpoilsRecords):
    def record(self, record: Any) -> Any:
        return replace(record, name="Chaise\0") if isinstance(record, Listing) else record


@breaks("reading_twice_gives_the_same")
class ReadsTheTimeToo(_SpoilsRecords):
    times = count(1)

    def record(self, record: Any) -> Any:
        if isinstance(record, Listing):
            return replace(record, custom={"read_at": next(self.times)})
        return record


@breaks("amounts_are_plain_decimals")
class ReadsFloats(_SpoilsRecords):
    def record(self, record: Any) -> Any:
        return replace(record, quantity=4.5) if isinstance(record, Availability) else record


@breaks("amounts_are_plain_decimals")
class ReadsTrailingZeros(_SpoilsRecords):
    def record(self, record: Any) -> Any:
        return replace(record, quantity=Decimal("4.00")) if isinstance(record, Availability) else record


@breaks("times_say_their_zone")
class ForgetsTheZone(_SpoilsRecords):
    def record(self, record: Any) -> Any:
        return (
            replace(record, placed_at=record.placed_at.replace(tzinfo=None))
            if isinstance(record, Order)
            else record
        )


@breaks("pages_keep_their_size")
class ReadsLargePages(SpoiltShop):
    spec = SMALL_PAGES

    def read(self, stream: str, wanted: Selection = EVERYTHING) -> Iterator[Page]:
        yield from self._system().pages(stream, wanted, 100)


@breaks("held_records_say_why")
class HoldsWithoutAWord(SpoiltShop):
    def page(self, stream: str, page: Page) -> Page:
        return replace(page, rejected=[Rejection("x", Problem("rejected", Message("hostile.held", "", "")))])


@breaks("held_records_say_why")
class HoldsWhatItReads(SpoiltShop):
    def page(self, stream: str, page: Page) -> Page:
        problem = Problem("rejected", Message("hostile.held", "Date illisible.", "Unreadable date."))
        return replace(page, rejected=[Rejection(record.key, problem) for record in page.records])


@breaks("a_reading_can_be_left_in_the_middle")
class StaysBusyWhenLeft(SpoiltShop):
    busy = False

    def read(self, stream: str, wanted: Selection = EVERYTHING) -> Iterator[Page]:
        if not self.busy:
            self.busy = True
            yield from super().read(stream, wanted)
            self.busy = False


@breaks("verbs_may_be_called_between_two_pages")
class HasOneCursorForAll(SpoiltShop):
    """As a database connection whose second query silently ends the first."""

    spec = SMALL_PAGES

    def __init__(self, settings: MemorySettings) -> None:
        super().__init__(settings)
        self.waiting: list[Page] = []

    def read(self, stream: str, wanted: Selection = EVERYTHING) -> Iterator[Page]:
        self.waiting = list(super().read(stream, wanted))
        while self.waiting:
            yield self.waiting.pop(0)


@breaks("some_keys_give_exactly_those_records")
class ReadsMoreThanAsked(SpoiltShop):
    def asked(self, wanted: Selection) -> Selection:
        return EVERYTHING if wanted.keys else wanted


@breaks("some_keys_give_exactly_those_records")
class ReadsTheFirstKeyOnly(SpoiltShop):
    def asked(self, wanted: Selection) -> Selection:
        return Selection(keys=wanted.keys[:1]) if wanted.keys else wanted


@breaks("unknown_keys_are_absent")
class StumblesOverUnknownKeys(SpoiltShop):
    def read(self, stream: str, wanted: Selection = EVERYTHING) -> Iterator[Page]:
        for key in wanted.keys or ():
            if self._system().find(stream, key) is None:
                raise Nasty(f"404 Not Found: {key}")
        yield from super().read(stream, wanted)


@breaks("no_keys_give_nothing")
class TakesNoKeysForAll(SpoiltShop):
    def asked(self, wanted: Selection) -> Selection:
        return wanted if wanted.keys else replace(wanted, keys=None)


@breaks("a_complete_reading_ends_with_a_cursor")
class GivesNoCursor(SpoiltShop):
    def page(self, stream: str, page: Page) -> Page:
        return replace(page, cursor=None)


@breaks("nothing_new_since_the_last_cursor")
class InventsChanges(SpoiltShop):
    def read(self, stream: str, wanted: Selection = EVERYTHING) -> Iterator[Page]:
        for page in super().read(stream, wanted):
            invented = [replace(record, key=f"{record.key}-bis") for record in page.records]
            yield replace(page, records=invented) if wanted.since else page


@breaks("a_reading_cut_after_any_page_loses_nothing")
class PutsTheWatermarkOnEveryPage(SpoiltShop):
    spec = SMALL_PAGES

    def page(self, stream: str, page: Page) -> Page:
        return replace(page, cursor=str(self._system().clock + 1))


@breaks("a_change_after_the_cursor_is_seen")
class TakesTheWatermarkTooLate(SpoiltShop):
    def page(self, stream: str, page: Page) -> Page:
        return replace(page, cursor=str(self._system().clock + 100))


@breaks("what_is_deleted_is_gone")
@breaks("what_was_deleted_is_not_read")
@breaks("what_is_deleted_is_not_a_change")
class NeverForgets(SpoiltShop):
    seen: ClassVar[dict[tuple[str, str], dict[str, Record]]] = {}

    def page(self, stream: str, page: Page) -> Page:
        seen = self.seen.setdefault((self.settings.system, stream), {})
        seen.update({record.key: record for record in self._system().all(stream)})
        return replace(page, records=list(seen.values()))

    def sent(self, change: Any) -> Any:
        self.page("listings", Page())
        return change


@breaks("a_sketch_covers_exactly_the_keys")
class SketchesAllButOne(SpoiltShop):
    def page(self, stream: str, page: Page) -> Page:
        return replace(page, digests=dict(list(page.digests.items())[1:]))


@breaks("a_sketch_is_steady")
class SketchesTheTimeToo(SpoiltShop):
    times = count(1)

    def page(self, stream: str, page: Page) -> Page:
        return replace(page, digests={key: next(self.times).to_bytes(16, "big") for key in page.digests})


@breaks("a_digest_changes_with_its_record")
class SketchesTheKeysOnly(SpoiltShop):
    def page(self, stream: str, page: Page) -> Page:
        return replace(page, digests={key: key.encode().ljust(16)[:16] for key in page.digests})


@breaks("the_last_ones_are_as_many_as_asked_for")
class TellsAllForTheLast(SpoiltShop):
    def asked(self, wanted: Selection) -> Selection:
        return replace(wanted, latest=None)


@breaks("the_last_ones_come_newest_first")
class TellsTheOldestFirst(SpoiltShop):
    def page(self, stream: str, page: Page) -> Page:
        return replace(page, records=list(reversed(page.records)))
