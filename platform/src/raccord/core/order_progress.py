"""Where each line of an order has got to in the ERP: delivered, invoiced, given up, and by which papers.

It is worked out anew from the ERP's document as it is now, article by article, whatever became of it in between: split over
several delivery notes and invoices, gathered with other orders on one, lines added or taken away. So it does not matter in
which order, how often or how late the ERP's changes arrive.
"""

from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal

from msgspec import Struct

from raccord_connectors.canonical import Document, DocumentLine, Draft, Order, plain

ZERO = Decimal(0)
DONE = ("delivery", "invoice")
"""Stages of a line from which all of it counts as delivered; a service is never on a delivery note."""


class Bought(Struct, frozen=True):
    """A line of the shop's order as it was entered: its key there, the ERP's article ("" where none is known), how many."""

    line: str
    item: str
    quantity: Decimal


class LineProgress(Struct, frozen=True, kw_only=True):
    """delivered ≤ kept ≤ ordered, and invoiced ≤ kept."""

    line: str
    item: str
    ordered: Decimal
    kept: Decimal
    """Still in the ERP's document, delivered or to be delivered."""
    delivered: Decimal = ZERO
    invoiced: Decimal = ZERO
    shipments: dict[str, Decimal] = {}
    """Key of the shipment → how many of this line are in it."""
    invoices: list[str] = []

    @property
    def cancelled(self) -> Decimal:
        """Given up in the ERP: neither delivered nor to be delivered."""
        return plain(self.ordered - self.kept)

    @property
    def open(self) -> Decimal:
        return plain(self.kept - self.delivered)


class AddedLine(Struct, frozen=True, kw_only=True):
    """What the ERP's document has beyond the order."""

    item: str
    title: str
    quantity: Decimal
    net: Decimal


class Progress(Struct, frozen=True, kw_only=True):
    lines: list[LineProgress] = []
    added: list[AddedLine] = []
    quantities: dict[str, Decimal] = {}
    """The ERP's article → how many are in the document."""

    @property
    def cancelled(self) -> dict[str, Decimal]:
        """Order line → quantity given up; only those with any."""
        return {one.line: one.cancelled for one in self.lines if one.cancelled > 0}

    @property
    def settled(self) -> bool:
        """Nothing is left to be delivered."""
        return all(one.open == 0 for one in self.lines)

    @property
    def nothing_left(self) -> bool:
        """Every line was given up, none of it delivered."""
        return bool(self.lines) and all(one.kept == 0 for one in self.lines)


def bought(order: Order, draft: Draft | None, items: Mapping[str, str], document: Document) -> list[Bought]:
    """As it was entered; for an order whose draft is not kept, by the channel's bindings (`items`: the shop's article → the
    ERP's). Lines without a quantity, and the parts of packs that were entered as packs, are not followed.

    An ERP may give an article another key (Tryton does, when it gets a second variant): where the document does not know the one
    that was entered, the channel's present binding says what it is called now."""
    there = {row.item for row in document.lines}
    sold = {line.key: items.get(line.item, "") for line in order.lines}
    lines = [line for line in draft.lines if line.shop_line is not None] if draft is not None else []
    found = []
    for line in lines:
        item, now = line.item or "", sold.get(str(line.shop_line), "")
        found.append(
            Bought(str(line.shop_line), now if item not in there and now in there else item, line.quantity)
        )
    if not lines:
        found = [Bought(line.key, sold[line.key], line.quantity) for line in order.lines]
    return [one for one in found if one.quantity > 0]


def progress(lines: Sequence[Bought], document: Document) -> Progress:
    rows = [row for row in document.lines if row.item is not None and not row.component and row.quantity > 0]
    ours = {one.item for one in lines}
    found: dict[str, LineProgress] = {}
    for item in sorted(ours):
        mine = [one for one in lines if one.item == item]
        for line in _of_item(mine, [row for row in rows if row.item == item], document):
            found[line.line] = line
    return Progress(
        lines=[found[one.line] for one in lines],
        added=_added(rows, {item: sum_of(lines, item) for item in ours}),
        quantities={item: _quantity(rows, item) for item in sorted({str(row.item) for row in rows})},
    )


def sum_of(lines: Sequence[Bought], item: str) -> Decimal:
    return sum((one.quantity for one in lines if one.item == item), ZERO)


def _of_item(
    lines: Sequence[Bought], rows: Sequence[DocumentLine], document: Document
) -> Iterator[LineProgress]:
    """An article on two lines of the order fills the first line first, in everything: so nothing depends on how the ERP cut its
    own lines."""
    parcels = {
        shipment.key: quantity
        for shipment in sorted(document.shipments, key=lambda one: one.key)
        if (quantity := shipment.lines.get(lines[0].item, ZERO)) > 0
    }
    delivered = max(sum((_delivered(row) for row in rows), ZERO), sum(parcels.values(), ZERO))
    kept = max(sum((row.quantity for row in rows), ZERO), delivered)
    if document.state == "cancelled":
        kept = delivered
    invoiced = min(sum((_invoiced(row) for row in rows), ZERO), kept)
    papers = sorted({number for row in rows for number in row.invoices})
    for line in lines:
        out = min(delivered, line.quantity)
        stays, billed = min(kept, line.quantity), min(invoiced, line.quantity)
        yield LineProgress(
            line=line.line,
            item=line.item,
            ordered=plain(line.quantity),
            kept=plain(stays),
            delivered=plain(out),
            invoiced=plain(billed),
            shipments=_taken(parcels, out),
            invoices=papers if billed > 0 else [],
        )
        delivered, kept, invoiced = delivered - out, kept - stays, invoiced - billed


def _delivered(row: DocumentLine) -> Decimal:
    return max(row.delivered, row.quantity) if row.stage in DONE else row.delivered


def _invoiced(row: DocumentLine) -> Decimal:
    if row.invoiced is not None:
        return row.invoiced
    return row.quantity if row.stage == "invoice" else ZERO


def _taken(parcels: dict[str, Decimal], quantity: Decimal) -> dict[str, Decimal]:
    """Takes so many out of the parcels, the first parcel first; says out of which."""
    taken: dict[str, Decimal] = {}
    for key, inside in parcels.items():
        part = min(inside, quantity)
        if part > 0:
            taken[key] = plain(part)
            parcels[key] = inside - part
            quantity -= part
    return taken


def _quantity(rows: Sequence[DocumentLine], item: str) -> Decimal:
    return plain(sum((row.quantity for row in rows if row.item == item), ZERO))


def _added(rows: Sequence[DocumentLine], ordered: Mapping[str, Decimal]) -> list[AddedLine]:
    """Charges of the order are articles in the ERP too: the caller takes those away (`without_charges`). What has no price is
    the content of a pack, told by an ERP that does not say so."""
    found = []
    for item in sorted({str(row.item) for row in rows}):
        mine = [row for row in rows if row.item == item]
        whole = sum((row.quantity for row in mine), ZERO)
        beyond = whole - ordered.get(item, ZERO)
        net = sum((row.net for row in mine), ZERO)
        if beyond > 0 and net:
            part = (net * beyond / whole).quantize(Decimal("0.01"))
            found.append(AddedLine(item=item, title=mine[0].title, quantity=plain(beyond), net=plain(part)))
    return found


def without_charges(found: Progress, draft: Draft | None) -> Progress:
    """Without what the document got for shipping, fees, discounts and rounding: those are no lines that somebody added."""
    charged: dict[str, Decimal] = {}
    for line in draft.lines if draft is not None else ():
        if line.shop_line is None and line.item is not None:
            charged[line.item] = charged.get(line.item, ZERO) + abs(line.quantity)
    kept = []
    for one in found.added:
        left = one.quantity - charged.get(one.item, ZERO)
        if left > 0:
            net = (one.net * left / one.quantity).quantize(Decimal("0.01"))
            kept.append(AddedLine(item=one.item, title=one.title, quantity=plain(left), net=plain(net)))
    return Progress(lines=found.lines, added=kept, quantities=found.quantities)
