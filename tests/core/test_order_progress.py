"""An order's lines in the ERP: whatever happened, in whichever order it was told, the same state comes out."""

import random
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import msgspec
from hypothesis import given, settings
from hypothesis import strategies as st

from raccord.core.follow_up import update_of
from raccord.core.order_progress import Bought, Progress, bought, progress
from raccord_connectors.canonical import (
    Address,
    Buyer,
    Document,
    DocumentLine,
    Draft,
    DraftLine,
    Order,
    OrderLine,
    Shipment,
    decode,
    encode,
)

ITEMS = ("CHAISE", "TABLE", "LAMPE")
ZERO = Decimal(0)


@dataclass
class Row:
    item: str
    quantity: Decimal
    note: str = ""
    invoice: str = ""


class Erp:
    """An ERP as the French ones are: lines are split by partial deliveries and invoices, and never joined again."""

    def __init__(self, ordered: list[Bought]) -> None:
        self.rows = [Row(one.item, one.quantity) for one in ordered]
        self.number = 0

    def act(self, what: str, row: int, share: int) -> None:
        free = [one for one in self.rows if one.quantity > 0 and not one.invoice]
        if not free:
            return
        found = free[row % len(free)]
        part = min(found.quantity, Decimal(share))
        if what == "added":
            self.rows.append(Row(ITEMS[row % 3], Decimal(share)))
        elif what == "delivered" and not found.note:
            self._split(found, part).note = self._paper("BL")
        elif what == "invoiced":
            piece = self._split(found, part)
            piece.note = piece.note or self._paper("BL")
            piece.invoice = self._paper("FA")
        elif what == "removed" and not found.note:
            self._split(found, part).quantity = ZERO

    def document(self, shuffle: int = 0) -> Document:
        rows = [row for row in self.rows if row.quantity > 0]
        random.Random(shuffle).shuffle(rows)
        notes: dict[str, dict[str, Decimal]] = {}
        for row in rows:
            if row.note:
                inside = notes.setdefault(row.note, {})
                inside[row.item] = inside.get(row.item, ZERO) + row.quantity
        parcels = [Shipment(key=key, lines=lines) for key, lines in notes.items()]
        random.Random(shuffle + 1).shuffle(parcels)
        return Document(
            key="BC|1", number="1", kind="order", dated=date(2026, 11, 24), state="confirmed", net=ZERO, tax=ZERO, gross=ZERO,
            lines=[self._line(str(place), row) for place, row in enumerate(rows)], shipments=parcels,
        )  # fmt: skip

    @staticmethod
    def _line(key: str, row: Row) -> DocumentLine:
        return DocumentLine(
            key=key, item=row.item, quantity=row.quantity, net=row.quantity * 10,
            stage="invoice" if row.invoice else "delivery" if row.note else "order",
            delivered=row.quantity if row.note else ZERO, invoiced=row.quantity if row.invoice else ZERO,
            invoices=[row.invoice] if row.invoice else [],
        )  # fmt: skip

    def _split(self, row: Row, part: Decimal) -> Row:
        if part < row.quantity:
            row.quantity -= part
            row = replace(row, quantity=part)
            self.rows.append(row)
        return row

    def _paper(self, family: str) -> str:
        self.number += 1
        return f"{family}{self.number:05}"


ordered = st.lists(st.tuples(st.sampled_from(ITEMS), st.integers(1, 5)), min_size=1, max_size=4).map(
    lambda found: [Bought(f"l{at}", item, Decimal(count)) for at, (item, count) in enumerate(found)]
)
acts = st.lists(
    st.tuples(
        st.sampled_from(["delivered", "invoiced", "removed", "added"]), st.integers(0, 9), st.integers(1, 4)
    ),
    max_size=8,
)


def played(lines: list[Bought], what: list[tuple[str, int, int]]) -> Erp:
    erp = Erp(lines)
    for act in what:
        erp.act(*act)
    return erp


@settings(max_examples=150, deadline=None)
@given(ordered, acts, st.integers(1, 1000))
def test_the_order_of_the_rows_and_papers_changes_nothing(
    lines: list[Bought], what: list[tuple[str, int, int]], seed: int
) -> None:
    erp = played(lines, what)
    assert progress(lines, erp.document()) == progress(lines, erp.document(seed))


@settings(max_examples=150, deadline=None)
@given(ordered, acts)
def test_every_piece_is_counted_once(lines: list[Bought], what: list[tuple[str, int, int]]) -> None:
    erp = played(lines, what)
    found = progress(lines, erp.document())
    for item in ITEMS:
        mine = [one for one in found.lines if one.item == item]
        rows = [row for row in erp.rows if row.item == item]
        there = sum((row.quantity for row in rows), ZERO)
        wanted = sum((one.ordered for one in mine), ZERO)
        beyond = sum((one.quantity for one in found.added if one.item == item), ZERO)
        assert there == sum((one.kept for one in mine), ZERO) + beyond
        assert max(ZERO, wanted - there) == sum((one.cancelled for one in mine), ZERO)
        left = sum((row.quantity for row in rows if row.note), ZERO)
        assert min(left, wanted) == sum((one.delivered for one in mine), ZERO)
        billed = sum((row.quantity for row in rows if row.invoice), ZERO)
        assert min(billed, wanted) == sum((one.invoiced for one in mine), ZERO)
    for one in found.lines:
        assert ZERO <= one.delivered <= one.kept <= one.ordered
        assert one.delivered == sum(one.shipments.values(), ZERO)


@settings(max_examples=100, deadline=None)
@given(ordered, acts, st.lists(st.integers(0, 8), max_size=5))
def test_what_was_missed_in_between_changes_nothing(
    lines: list[Bought], what: list[tuple[str, int, int]], looked: list[int]
) -> None:
    """A follower that looked after some of the ERP's acts, twice or late, ends where one that looked at the end does."""
    erp, last = Erp(lines), Progress()
    for at, act in enumerate(what):
        erp.act(*act)
        if at in looked:
            last = progress(lines, erp.document(at))
    last = progress(lines, erp.document(len(what)))
    assert progress(lines, played(lines, what).document()) == last


def order_of(lines: list[Bought]) -> Order:
    return Order(
        key="7", number="7", placed_at=datetime(2026, 11, 24, tzinfo=UTC), status="processing", stage="open",
        currency="EUR", prices_include_tax=True, buyer=Buyer(), billing=Address(), net=ZERO, tax=ZERO, gross=ZERO,
        lines=[OrderLine(key=one.line, item=one.item, quantity=one.quantity, net=ZERO, tax=ZERO) for one in lines],
    )  # fmt: skip


@settings(max_examples=100, deadline=None)
@given(ordered, acts)
def test_the_shop_is_never_told_of_more_than_it_sold(
    lines: list[Bought], what: list[tuple[str, int, int]]
) -> None:
    document = msgspec.structs.replace(played(lines, what).document(), state="partly_delivered")
    update = update_of(order_of(lines), document, progress(lines, document))
    sold = {one.line: one.quantity for one in lines}
    for line, quantity in sold.items():
        told = sum((parcel.lines.get(line, ZERO) for parcel in update.shipments), ZERO)
        assert told <= quantity
        assert update.lines[line].delivered == told
    assert decode(encode(update), type(update)) == update


def line(item: str, quantity: int, **fields: Any) -> DocumentLine:
    return DocumentLine(key=item, item=item, quantity=Decimal(quantity), net=Decimal(quantity * 10), **fields)


def document(*lines: DocumentLine, **fields: Any) -> Document:
    told = {"state": "confirmed", **fields}
    return Document(
        key="BC|1", number="BC1", kind="order", dated=date(2026, 11, 24), net=ZERO, tax=ZERO, gross=ZERO,
        lines=list(lines), **told,
    )  # fmt: skip


CHAIRS = [Bought("1", "CHAISE", Decimal(3))]


def test_the_content_of_a_pack_is_no_line_that_somebody_added() -> None:
    found = progress(CHAIRS, document(line("CHAISE", 3), line("VIS", 12, component=True)))
    assert ([], {}) == (found.added, found.cancelled)


def test_a_service_counts_as_delivered_when_its_line_is_invoiced() -> None:
    found = progress(CHAIRS, document(line("CHAISE", 3, stage="invoice")))
    assert (Decimal(3), Decimal(3)) == (found.lines[0].delivered, found.lines[0].invoiced)


def test_a_cancelled_document_keeps_what_had_left() -> None:
    found = progress(CHAIRS, document(line("CHAISE", 3, delivered=Decimal(1)), state="cancelled"))
    assert (Decimal(1), {"1": Decimal(2)}) == (found.lines[0].kept, found.cancelled)


def test_a_part_given_up_is_told_only_when_it_was_decided_and_never_beyond_what_the_erp_gave_up() -> None:
    there = document(line("CHAISE", 2, delivered=Decimal(2), stage="delivery"), state="delivered")
    found, order = progress(CHAIRS, there), order_of(CHAIRS)
    assert {} == update_of(order, there, found).lines
    told = update_of(order, there, found, cancelled={"1": Decimal(3)})
    assert ("shipped", Decimal(1)) == (told.state, told.lines["1"].cancelled)


def test_an_order_of_which_every_line_was_given_up_by_decision_is_cancelled() -> None:
    there = document(line("PORT", 1))
    found, order = progress(CHAIRS, there), order_of(CHAIRS)
    assert "accepted" == update_of(order, there, found).state
    assert "cancelled" == update_of(order, there, found, cancelled={"1": Decimal(3)}).state


def test_an_article_that_got_another_key_in_the_erp_is_still_the_one_that_was_bought() -> None:
    order = replace_line(order_of(CHAIRS))
    draft = Draft(
        key="R", dated=date(2026, 11, 24), reference="7", customer="C", net=ZERO, tax=ZERO, gross=ZERO,
        lines=[DraftLine(item="CHAISE", title="", quantity=Decimal(3), unit_net=ZERO, net=ZERO, tax=ZERO, shop_line="1")],
    )  # fmt: skip
    renamed = document(line("CHAISE|1", 3))
    assert [Bought("1", "CHAISE|1", Decimal(3))] == bought(order, draft, {"s1": "CHAISE|1"}, renamed)
    assert CHAIRS == bought(order, draft, {"s1": "CHAISE|1"}, document(line("CHAISE", 3)))
    assert CHAIRS == bought(order, draft, {}, document())


def replace_line(order: Order) -> Order:
    return msgspec.structs.replace(order, lines=[msgspec.structs.replace(order.lines[0], item="s1")])
