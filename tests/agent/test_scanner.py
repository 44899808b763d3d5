"""Scanning: what enters the outbox, and what never does."""

from collections.abc import Callable, Iterator, Sequence
from functools import partial
from itertools import count
from pathlib import Path
from typing import Any, ClassVar

import pytest

from raccord_agent.base import Base
from raccord_agent.database import BaseTrouble
from raccord_agent.home import Home
from raccord_agent.scan import Way
from raccord_agent.scanner import Scanner
from raccord_connectors import wire
from raccord_connectors.canonical import Product, Record
from raccord_connectors.contract import (
    EVERYTHING,
    Can,
    Change,
    ConnectorSpec,
    Discovery,
    Outcome,
    Page,
    Selection,
    Side,
    StreamSpec,
    TransientError,
)
from support.agent_world import category, customer, product, products, stock
from support.tiny_erp import DOWN, TinyErp, TinyTables, tiny_settings

MB = 1_000_000
MAKERS: dict[str, Callable[[int], Record]] = {
    "products": product,
    "stock": lambda number: stock(number, number),
    "categories": category,
    "customers": customer,
}


@pytest.fixture
def scanner(base: Base, home: Home) -> Scanner:
    return Scanner(base, home.spool, outbox_bytes=100 * MB)


def sent(base: Base) -> list[wire.Delta]:
    """Everything that waits, taken out of the outbox."""
    found = []
    while (oldest := base.outbox.oldest()) is not None:
        found.append(oldest.delta)
        base.outbox.acknowledged(oldest)
    return found


def keys(deltas: Sequence[wire.Delta]) -> list[str]:
    return sorted(upsert.key for delta in deltas for upsert in delta.upserts)


@pytest.mark.parametrize(
    ("stream", "records", "changed"),
    [
        ("products", products(130), product(7, "Table")),
        ("stock", [stock(n, n) for n in range(130)], stock(7, 99)),
        ("categories", [category(n) for n in range(130)], category(7, "Rayon")),
    ],
)
def test_the_first_pass_sends_everything_then_only_what_varies(
    base: Base,
    scanner: Scanner,
    erp: TinyErp,
    tables: TinyTables,
    stream: str,
    records: list[Record],
    changed: Record,
) -> None:
    tables.put(stream, *records)
    scanner.scan(erp, stream)
    assert [record.key for record in records] == keys(sent(base))

    scanner.scan(erp, stream)
    assert [] == sent(base)

    tables.put(stream, changed)
    scanner.scan(erp, stream)
    assert [changed.key] == keys(sent(base))


@pytest.mark.parametrize("stream", ["products", "stock", "categories", "customers"])
@pytest.mark.parametrize("order", [True, False])
def test_a_complete_pass_deletes_what_is_gone(
    base: Base, scanner: Scanner, tables: TinyTables, stream: str, order: bool
) -> None:
    erp = TinyErp(tiny_settings(tables.path, sorted=order))
    make = MAKERS[stream]
    records = [make(n) for n in range(60)]
    tables.put(stream, *records)
    scanner.scan(erp, stream)
    sent(base)
    tables.drop(stream, *(record.key for record in records[10:13]))

    report = scanner.scan(erp, stream, complete=True)

    deltas = sent(base)
    assert [record.key for record in records[10:13]] == sorted(k for d in deltas for k in d.deletions)
    assert all(delta.complete and delta.seen == 57 for delta in deltas)
    assert (57, 3) == (report.seen, report.deletions)
    scanner.scan(erp, stream, complete=True)
    assert [] == sent(base)


def test_a_deletion_that_the_system_states_makes_a_complete_pass_due_and_deletes_nothing_yet(
    base: Base, scanner: Scanner, erp: TinyErp, tables: TinyTables
) -> None:
    tables.put("stock", *(stock(n, n) for n in range(5)))
    scanner.scan(erp, "stock")
    sent(base)
    tables.drop("stock", "ART00003")

    assert Way.SINCE == scanner.scan(erp, "stock").way
    assert [] == sent(base)
    state = base.streams.state("stock")
    assert (True, True) == (state.wish > 0, state.wish_complete)

    scanner.scan(erp, "stock", complete=True)
    assert [["ART00003"]] == [list(delta.deletions) for delta in sent(base)]
    assert 0 == base.streams.state("stock").wish
    scanner.scan(erp, "stock")
    assert 0 == base.streams.state("stock").wish, "the same news, told again by the overlap, changes nothing"


@pytest.mark.parametrize("stream", ["products", "stock", "categories"])
def test_an_emptied_stream_is_told_once_and_deletes_nothing(
    base: Base, scanner: Scanner, erp: TinyErp, tables: TinyTables, stream: str
) -> None:
    records = [{"stock": stock(n, 1), "categories": category(n)}.get(stream, product(n)) for n in range(30)]
    tables.put(stream, *records)
    scanner.scan(erp, stream)
    sent(base)
    tables.drop(stream, *(record.key for record in records))

    scanner.scan(erp, stream, complete=True)
    assert [(30, ())] == [(delta.emptied, tuple(delta.deletions)) for delta in sent(base)]
    scanner.scan(erp, stream, complete=True)
    assert [] == sent(base)

    tables.put(stream, *records)
    scanner.scan(erp, stream, complete=True)
    (news,) = sent(base)
    assert (30, 0, 0, 0) == (news.seen, news.emptied, len(news.upserts), len(news.deletions))


@pytest.mark.parametrize("stream", ["products", "categories"])
def test_a_pass_that_fails_in_the_middle_deletes_nothing_and_keeps_what_it_read(
    base: Base, home: Home, erp: TinyErp, tables: TinyTables, stream: str
) -> None:
    make: Callable[..., Record] = product if stream == "products" else category
    tables.put(stream, *(make(n) for n in range(100)))
    Scanner(base, home.spool, outbox_bytes=100 * MB).scan(erp, stream)
    sent(base)
    tables.drop(stream, make(3).key)
    tables.put(stream, *(make(n, "Neuf") for n in range(40, 100)))
    borders: list[Way] = []

    def fail_late(way: Way) -> None:
        borders.append(way)
        if len(borders) == (5 if stream == "products" else 1):
            raise TransientError(DOWN.fill())

    with pytest.raises(TransientError):
        Scanner(base, home.spool, outbox_bytes=100 * MB, at_border=fail_late).scan(erp, stream, complete=True)

    cut_short = sent(base)
    assert 0 < len(keys(cut_short)) < 60
    assert all(not delta.deletions for delta in cut_short)
    Scanner(base, home.spool, outbox_bytes=100 * MB).scan(erp, stream, complete=True)
    assert 60 == len(keys(cut_short)) + len(keys(rest := sent(base)))
    assert [make(3).key] == [key for delta in rest for key in delta.deletions]


def test_a_record_that_cannot_be_expressed_is_held_once_and_released_when_it_is_fine_again(
    base: Base, scanner: Scanner, erp: TinyErp, tables: TinyTables
) -> None:
    for stream, make in (("products", product), ("stock", lambda n: stock(n, n))):
        tables.put(stream, *(make(n) for n in range(3)))
        scanner.scan(erp, stream)
        sent(base)
        tables.spoil(stream, "ART00001")

        scanner.scan(erp, stream)
        (delta,) = sent(base)
        assert (["ART00001"], [], []) == (
            [h.key for h in delta.held],
            list(delta.upserts),
            list(delta.deletions),
        )
        scanner.scan(erp, stream)
        scanner.scan(erp, stream, complete=True)
        assert [] == sent(base), "the same hold is not told again, and a held record is not gone"

        tables.spoil(stream, "ART00001", bad=False)
        scanner.scan(erp, stream)
        assert ["ART00001"] == keys(sent(base)), (
            "the upsert clears the hold, although the record is as before"
        )


def test_a_held_record_that_disappears_is_deleted(
    base: Base, scanner: Scanner, erp: TinyErp, tables: TinyTables
) -> None:
    tables.put("products", *products(3))
    tables.spoil("products", "ART00001")
    scanner.scan(erp, "products")
    sent(base)
    tables.drop("products", "ART00001")
    scanner.scan(erp, "products")
    assert ["ART00001"] == [key for delta in sent(base) for key in delta.deletions]


def test_a_sketch_in_another_order_is_sorted_and_remembered_as_such(
    base: Base, scanner: Scanner, tables: TinyTables
) -> None:
    erp = TinyErp(tiny_settings(tables.path, sorted=False))
    tables.put("products", *products(500))
    assert 500 == scanner.scan(erp, "products").seen
    assert products(500)[0].key in keys(sent(base))
    assert base.streams.state("products").unsorted
    scanner.scan(erp, "products")
    assert [] == sent(base)


def test_large_deltas_are_cut(base: Base, scanner: Scanner, tables: TinyTables) -> None:
    erp = TinyErp(tiny_settings(tables.path, page_size=1_000))
    tables.put("products", *products(4_500))
    tables.put("categories", *(category(n, "x" * 100_000) for n in range(100)))
    scanner.scan(erp, "products")
    assert [2_000, 2_000, 500] == [len(delta.upserts) for delta in sent(base)]

    scanner.scan(erp, "categories")
    deltas = sent(base)
    assert 100 == len(keys(deltas))
    assert all(len(wire.pack(delta)) < 5 * MB for delta in deltas)


def test_a_full_outbox_pauses_the_scan_and_loses_nothing(
    base: Base, home: Home, erp: TinyErp, tables: TinyTables
) -> None:
    tables.put("products", *products(5_000))
    small = Scanner(base, home.spool, outbox_bytes=20_000)
    passes = 0
    reasons: set[str] = set()
    arrived: list[str] = []
    while True:
        passes += 1
        try:
            small.scan(erp, "products")
            break
        except TransientError as error:
            reasons.add(error.message.code)
        arrived += keys(sent(base))
    arrived += keys(sent(base))
    assert {"agent.outbox_full"} == reasons
    assert passes > 1
    assert sorted(tables.all("products")) == sorted(arrived)


def test_keys_asked_for_again_are_sent_although_nothing_changed(
    base: Base, scanner: Scanner, erp: TinyErp, tables: TinyTables
) -> None:
    for stream, make in (("products", product), ("stock", lambda n: stock(n, n)), ("categories", category)):
        tables.put(stream, *(make(n) for n in range(50)))
        scanner.scan(erp, stream)
        sent(base)
        wanted = [make(4).key, make(9).key]
        base.streams.doubt(stream, wanted)
        scanner.scan(erp, stream)
        assert wanted == keys(sent(base)), stream
        assert 0 == base.streams.state(stream).doubts


def test_a_key_that_only_the_platform_knows_is_deleted_by_the_next_complete_pass(
    base: Base, scanner: Scanner, erp: TinyErp, tables: TinyTables
) -> None:
    tables.put("products", *products(3))
    scanner.scan(erp, "products")
    sent(base)
    base.streams.doubt("products", ["GHOST"])
    scanner.scan(erp, "products")
    assert ["GHOST"] == [key for delta in sent(base) for key in delta.deletions]


def test_other_settings_read_everything_again_and_send_only_what_differs(
    base: Base, scanner: Scanner, erp: TinyErp, tables: TinyTables
) -> None:
    tables.put("customers")
    tables.put("products", *products(40))
    scanner.scan(erp, "products")
    sent(base)
    base.streams.forget_sketches()
    report = scanner.scan(erp, "products")
    assert (40, 0) == (report.seen, report.upserts)
    assert [] == sent(base)


def test_a_scan_that_finds_nothing_writes_nothing(
    base: Base, scanner: Scanner, erp: TinyErp, tables: TinyTables, home: Home
) -> None:
    tables.put("stock", *(stock(n, n) for n in range(5)))
    scanner.scan(erp, "stock")
    before = base.connection.total_changes
    assert Way.SINCE == scanner.scan(erp, "stock").way
    assert before == base.connection.total_changes


class Odd:
    """A connector that yields whatever pages it is given."""

    spec: ClassVar[ConnectorSpec] = ConnectorSpec(
        "odd",
        "Odd",
        Side.ERP,
        type(tiny_settings(Path("x"))),
        (StreamSpec("products", frozenset({Can.READ})),),
    )

    def __init__(self, pages: Sequence[Page]) -> None:
        self.pages = pages

    def check(self) -> None: ...

    def discover(self) -> Discovery:
        return Discovery()

    def read(self, stream: str, wanted: Selection = EVERYTHING) -> Iterator[Page]:
        yield from self.pages

    def write(self, stream: str, changes: Sequence[Change]) -> Iterator[Outcome]:
        return iter(())

    def close(self) -> None: ...


def test_records_that_no_message_can_carry_are_held_and_the_others_go_on(
    base: Base, scanner: Scanner
) -> None:
    any_product: Any = Product
    records = [
        product(1),
        any_product(key="", sku="", name="sans code"),
        any_product(key="K" * 300, sku="x", name="trop long"),
        any_product(key="half\ud800", sku="x", name="code page"),
        any_product(key="HUGE", sku="x", name="x", description="x" * 9 * MB),
        any_product(key="TYPE", sku="TYPE", name=object()),
    ]
    scanner.scan(Odd([Page(records=records)]), "products")
    deltas = sent(base)
    assert ["ART00001"] == keys(deltas)
    held = {item.key[:4]: item.problem.message.code for delta in deltas for item in delta.held}
    assert held == {
        "(vid": "agent.unusable_key",
        "KKKK": "agent.unusable_key",
        "half": "agent.unusable_key",
        "HUGE": "agent.record_too_large",
        "TYPE": "connector.bug",
    }
    assert all(len(wire.pack(delta)) < wire.MAX_BODY for delta in deltas)
    scanner.scan(Odd([Page(records=records)]), "products")
    assert [] == sent(base)


def test_after_a_wrong_clock_scans_are_due_by_the_right_one_and_moments_go_on_from_the_wrong(
    base: Base, home: Home, erp: TinyErp, tables: TinyTables
) -> None:
    for number, clock in enumerate((9_000.0, 400.0)):
        tables.put("categories", category(number))
        Scanner(base, home.spool, outbox_bytes=100 * MB, now=partial(float, clock)).scan(erp, "categories")
        assert clock == base.streams.state("categories").last_scan_at
    ahead, later = (delta.read_at for delta in sent(base))
    assert 9_000.0 == ahead < later


def test_a_slow_reading_sends_what_it_has_before_its_end(
    base: Base, home: Home, erp: TinyErp, tables: TinyTables
) -> None:
    tables.put("categories", *(category(n) for n in range(150)))
    clock = count()
    at_borders: list[int] = []
    scanner = Scanner(
        base,
        home.spool,
        outbox_bytes=100 * MB,
        at_border=lambda way: at_borders.append(base.outbox.waiting().deltas),
        now=lambda: float(next(clock)),
    )
    scanner.scan(erp, "categories")
    assert at_borders[-1] > 0


def test_a_full_disk_loses_nothing(base: Base, scanner: Scanner, erp: TinyErp, tables: TinyTables) -> None:
    tables.put("products", *products(3_000))
    (pages,) = base.connection.execute("PRAGMA page_count").fetchone()
    base.connection.execute(f"PRAGMA max_page_count = {pages + 3}")
    with pytest.raises(BaseTrouble, match="full"):
        scanner.scan(erp, "products")
    assert [] == sent(base)
    base.connection.execute("PRAGMA max_page_count = 1000000")
    scanner.scan(erp, "products")
    assert sorted(tables.all("products")) == keys(sent(base))


def test_a_wish_that_comes_during_a_pass_is_not_granted_by_it(
    base: Base, home: Home, erp: TinyErp, tables: TinyTables
) -> None:
    tables.put("products", *products(100))
    base.streams.want("products", complete=True)
    wishes: list[int] = []

    def wish_once(way: Way) -> None:
        if not wishes:
            base.streams.want("products", complete=False)
            wishes.append(base.streams.state("products").wish)

    Scanner(base, home.spool, outbox_bytes=100 * MB, at_border=wish_once).scan(erp, "products")
    assert wishes == [base.streams.state("products").wish]
    Scanner(base, home.spool, outbox_bytes=100 * MB).scan(erp, "products")
    assert 0 == base.streams.state("products").wish


def test_spool_files_do_not_remain(
    base: Base, scanner: Scanner, erp: TinyErp, tables: TinyTables, home: Home
) -> None:
    tables.put("products", *products(10))
    scanner.scan(erp, "products")
    assert not home.spool.exists()
