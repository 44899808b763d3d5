"""Guarantees on what is read."""

from collections.abc import Generator, Iterable, Iterator
from datetime import datetime
from decimal import Decimal
from itertools import islice

import msgspec

from raccord_connectors import wire
from raccord_connectors.canonical import STREAMS, Order, decode, encode, plain
from raccord_connectors.contract import Can, Page, Selection
from raccord_connectors.kit.conformance.author import Author
from raccord_connectors.kit.conformance.multiply import needs
from raccord_connectors.kit.executor import page_to_wire
from raccord_connectors.kit.over_wire import page_from_wire

LONGEST_KEY = 255
NOT_KEYS = ("raccord-unknown", "0", "' OR 1=1 --", 'é"%_€\\', "x" * LONGEST_KEY)
"""Keys of no record: plain, numeric, and of the kinds that break a query put together by hand."""


class ReadingGuarantees(Author):
    @needs(Can.READ)
    def test_the_system_under_test_has_records(self, stream: str) -> None:
        assert len(self.records(stream)) >= 2, (
            f"{stream}: put two records at least, or the other tests say nothing"
        )

    @needs(Can.READ)
    def test_keys_are_unique_and_storable(self, stream: str) -> None:
        keys = [record.key for page in self.pages(stream) for record in page.records]
        assert len(keys) == len(set(keys)), f"a key came twice: {sorted(keys)}"
        for key in keys:
            assert isinstance(key, str), f"a key is not a string: {key!r}"
            assert 1 <= len(key) <= LONGEST_KEY, (
                f"a key is empty or longer than {LONGEST_KEY} characters: {key!r}"
            )

    @needs(Can.READ)
    def test_records_are_of_the_declared_type(self, stream: str) -> None:
        for record in self.records(stream).values():
            assert type(record) is STREAMS[stream], f"{stream} yielded a {type(record).__name__}"

    @needs(Can.READ)
    def test_records_survive_their_encoding(self, stream: str) -> None:
        for record in self.records(stream).values():
            encoded = encode(record)
            again = encode(
                decode(encoded, STREAMS[stream])
            )  # raises, naming the field, if a value has the wrong type
            assert encoded == again, f"{record.key} changes when it is decoded and encoded"
            assert b"\\u0000" not in encoded, f"{record.key} holds a NUL character, which PostgreSQL refuses"

    @needs(Can.READ)
    def test_reading_twice_gives_the_same(self, stream: str) -> None:
        assert self.prints(stream) == self.prints(stream)

    @needs(Can.READ)
    def test_amounts_are_plain_decimals(self, stream: str) -> None:
        for record in self.records(stream).values():
            for value in _leaves(record):
                assert not isinstance(value, float), f"{record.key} holds the float {value}"
                if isinstance(value, Decimal):
                    assert str(value) == str(plain(value)), f"{record.key}: {value} is not `plain`"

    @needs(Can.READ)
    def test_times_say_their_zone(self, stream: str) -> None:
        for record in self.records(stream).values():
            for value in _leaves(record):
                if isinstance(value, datetime):
                    assert value.tzinfo is not None, f"{record.key} holds {value} without a time zone"

    @needs(Can.READ)
    def test_pages_survive_the_wire(self, stream: str) -> None:
        for page in self.pages(stream):
            packed = wire.pack(page_to_wire(page))
            assert len(packed) <= wire.MAX_BODY, (
                f"a page of {len(packed)} bytes is larger than a message may be"
            )
            arrived = page_from_wire(stream, wire.unpack(packed, wire.WirePage))
            assert arrived.records == list(page.records)

    @needs(Can.READ)
    def test_pages_keep_their_size(self, stream: str) -> None:
        size = self.connector_type.spec.stream(stream).page_size
        sizes = [len(page.records) for page in self.pages(stream)]
        assert max(sizes, default=0) <= size, f"pages of {sizes} records, {size} were declared"

    @needs(Can.READ)
    def test_held_records_say_why(self, stream: str) -> None:
        pages = self.pages(stream)
        keys = _keys(pages)
        for rejection in (rejection for page in pages for rejection in page.rejected):
            assert rejection.problem.kind == "rejected"
            assert rejection.key not in keys, f"{rejection.key} is both held and read"
            self.assert_for_a_person(rejection.problem.message)

    @needs(Can.READ)
    def test_a_reading_can_be_left_in_the_middle(self, stream: str) -> None:
        connector = self.open()
        left = connector.read(stream)
        next(left, None)
        if isinstance(left, Generator):
            left.close()
        keys = _keys(connector.read(stream))
        connector.close()
        assert set(self.records(stream)) == keys, "a reading that was left spoilt the next one"

    @needs(Can.READ)
    def test_verbs_may_be_called_between_two_pages(self, stream: str) -> None:
        """An order does not wait for the end of a long read."""
        connector = self.open()
        reading = connector.read(stream)
        keys = _keys(islice(reading, 1))
        connector.check()
        inner = _keys(connector.read(stream))
        keys |= _keys(reading)
        connector.close()
        assert inner == keys, "a reading went wrong because another verb was called between its pages"

    # ------------------------------------------------------------------------------------------ some keys

    @needs(Can.READ_SOME)
    def test_some_keys_give_exactly_those_records(self, stream: str) -> None:
        everything = self.prints(stream)
        asked = tuple(sorted(everything)[:2])
        assert {key: everything[key] for key in asked} == self.prints(stream, Selection(keys=asked))

    @needs(Can.READ_SOME)
    def test_unknown_keys_are_absent(self, stream: str) -> None:
        everything = self.prints(stream)
        known = sorted(everything)[0]
        unknown = tuple(key for key in NOT_KEYS if key not in everything)
        found = self.prints(stream, Selection(keys=(*unknown, known)))
        assert {known: everything[known]} == found, "unknown keys are skipped, the known one still comes"

    @needs(Can.READ_SOME)
    def test_no_keys_give_nothing(self, stream: str) -> None:
        assert self.prints(stream, Selection(keys=())) == {}, "no keys is not the same as everything"

    # -------------------------------------------------------------------------------------- the last ones

    @needs(Can.READ_LATEST)
    def test_the_last_ones_are_as_many_as_asked_for(self, stream: str) -> None:
        everything = self.prints(stream)
        found = self.prints(stream, Selection(latest=2))
        assert min(2, len(everything)) == len(found), "as many as there are, and no more than asked for"
        assert found.items() <= everything.items(), "the last ones are read as the others are"

    @needs(Can.READ_LATEST)
    def test_the_last_ones_come_newest_first(self, stream: str) -> None:
        """Of records that say when they were made."""
        found = [record for page in self.pages(stream, Selection(latest=50)) for record in page.records]
        made = [record.placed_at for record in found if isinstance(record, Order)]
        assert sorted(made, reverse=True) == made, "newest first"

    # -------------------------------------------------------------------------------------- since a cursor

    @needs(Can.READ_SINCE)
    def test_a_complete_reading_ends_with_a_cursor(self, stream: str) -> None:
        assert self._last_cursor(stream), "without a cursor the next reading cannot be incremental"

    @needs(Can.READ_SINCE)
    def test_nothing_new_since_the_last_cursor(self, stream: str) -> None:
        everything = self.prints(stream)
        since = self.prints(stream, Selection(since=self._last_cursor(stream)))
        invented = {key: value for key, value in since.items() if everything.get(key) != value}
        assert invented == {}, "only unchanged records of the boundary may come again"

    @needs(Can.READ_SINCE)
    def test_a_reading_cut_after_any_page_loses_nothing(self, stream: str) -> None:
        pages = self.pages(stream)
        everything = _keys(pages)
        seen: set[str] = set()
        for page in pages:
            seen |= _keys([page])
            if page.cursor is not None:
                later = set(self.records(stream, Selection(since=page.cursor)))
                assert everything == seen | later, f"going on from {page.cursor!r} loses records"

    @needs(Can.READ_SINCE, hooks=("touch",))
    def test_a_change_after_the_cursor_is_seen(self, stream: str) -> None:
        cursor = self._last_cursor(stream)
        before = self.prints(stream)
        key = self.touch(stream)
        since = self.prints(stream, Selection(since=cursor))
        assert key in since, f"{key} changed after the cursor and was not read"
        assert before.get(key) != since[key], (
            f"{key} was read as it was before the change: touch a field that is read"
        )

    @needs(Can.READ, hooks=("remove",))
    def test_what_is_deleted_is_gone(self, stream: str) -> None:
        before = self.records(stream)
        key = self.remove(stream)
        assert key in before, f"remove() says {key}, which was not read before"
        assert key not in self.records(stream)

    @needs(Can.READ_SINCE, hooks=("remove",))
    def test_what_is_deleted_is_not_a_change(self, stream: str) -> None:
        cursor = self._last_cursor(stream)
        key = self.remove(stream)
        pages = self.pages(stream, Selection(since=cursor))
        assert key not in _keys(pages)

    # --------------------------------------------------------------------------------------------- sketch

    @needs(Can.SKETCH)
    def test_a_sketch_covers_exactly_the_keys(self, stream: str) -> None:
        pages = self.pages(stream)
        keys = _keys(pages)
        held = {rejection.key for page in pages for rejection in page.rejected}
        assert keys | held == set(self._sketch(stream))

    @needs(Can.SKETCH)
    def test_a_sketch_is_steady(self, stream: str) -> None:
        assert self._sketch(stream) == self._sketch(stream)

    @needs(Can.SKETCH, hooks=("touch",))
    def test_a_digest_changes_with_its_record(self, stream: str) -> None:
        before = self._sketch(stream)
        key = self.touch(stream)
        after = self._sketch(stream)
        changed = {found for found in before.keys() | after.keys() if before.get(found) != after.get(found)}
        assert {key} == changed, "exactly the digest of the record that changed is different"

    def _sketch(self, stream: str) -> dict[str, bytes]:
        pages = self.pages(stream, Selection(sketch=True))
        return {key: digest for page in pages for key, digest in page.digests.items()}

    def _last_cursor(self, stream: str) -> str | None:
        cursors = [page.cursor for page in self.pages(stream) if page.cursor is not None]
        return cursors[-1] if cursors else None


def _keys(pages: Iterable[Page]) -> set[str]:
    return {record.key for page in pages for record in page.records}


def _leaves(value: object) -> Iterator[object]:
    """Every plain value inside a record."""
    if isinstance(value, msgspec.Struct):
        for name in value.__struct_fields__:
            yield from _leaves(getattr(value, name))
    elif isinstance(value, dict):
        for inner in value.values():
            yield from _leaves(inner)
    elif isinstance(value, list | tuple):
        for inner in value:
            yield from _leaves(inner)
    else:
        yield value
