"""The shop's order beside the document that was asked of the ERP and the one that the ERP has: line by line, tax by tax, in all.
Each figure knows whether it is another than it should be, and every difference has its sentence. Pure."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Literal

from msgspec import Struct

from raccord.core import order_difference
from raccord.core.order_difference import Gap, table_of
from raccord.core.rounding import ZERO, cents
from raccord.core.totals import check
from raccord_connectors.canonical import Charge, Document, DocumentLine, Draft, DraftLine, Order, OrderLine
from raccord_connectors.contract import Message

TotalName = Literal["parts", "net", "tax", "gross"]
"""parts: what lines and charges make with tax, told where it is not what the customer paid."""


class Cell(Struct, frozen=True):
    """One figure in the shop, as asked of the ERP, and in the ERP. None: nobody says."""

    shop: Decimal | None = None
    asked: Decimal | None = None
    found: Decimal | None = None

    @property
    def differs(self) -> bool:
        """The ERP has another than it was asked, or than the shop has."""
        wanted = self.asked if self.asked is not None else self.shop
        return self.found is not None and wanted is not None and cents(self.found) != cents(wanted)

    @property
    def moved(self) -> bool:
        """What was asked is not the shop's own figure: cents were placed there, or taken away."""
        return self.asked is not None and self.shop is not None and cents(self.asked) != cents(self.shop)


class Line(Struct, frozen=True, kw_only=True):
    title: str
    sku: str = ""
    item: str = ""
    """The ERP's article."""
    there: Literal["both", "shop", "asked", "erp"]
    """asked: added by us. shop: not in the ERP's document. erp: in it beyond what was asked."""
    rate: Decimal | None = None
    quantity: Cell
    net: Cell
    gross: Cell


class Tax(Struct, frozen=True):
    rate: Decimal
    base: Cell
    tax: Cell


class Total(Struct, frozen=True):
    name: TotalName
    amount: Cell
    wrong: bool = False
    """In the shop itself."""


class Why(Struct, frozen=True):
    """One difference between what was asked of the ERP and what it has."""

    what: Message
    asked: Decimal
    found: Decimal


class Comparison(Struct, frozen=True, kw_only=True):
    lines: list[Line]
    taxes: list[Tax]
    totals: list[Total]
    why: list[Why]
    """All differences; a hold's sentence tells the first of them."""

    @property
    def differs(self) -> bool:
        lines = any(line.net.differs or line.gross.differs or line.quantity.differs for line in self.lines)
        taxes = any(tax.base.differs or tax.tax.differs for tax in self.taxes)
        return lines or taxes or any(total.amount.differs or total.wrong for total in self.totals)


def compare(order: Order, draft: Draft | None, document: Document | None) -> Comparison:
    """`document` of another currency is not compared: its figures mean something else."""
    if document is not None and document.currency != order.currency:
        document = None
    gaps = order_difference.gaps(draft, document) if draft and document else []
    return Comparison(
        lines=_lines(order, draft, document),
        taxes=_taxes(order, draft, document),
        totals=_totals(order, draft, document),
        why=[_why(gap) for gap in gaps],
    )


def _why(gap: Gap) -> Why:
    what = gap.title.fill(rate=gap.rate, title=gap.name)
    begun = Message(what.code, what.fr[:1].upper() + what.fr[1:], what.en[:1].upper() + what.en[1:])
    return Why(begun, cents(gap.asked), cents(gap.found))


# -------------------------------------------------------------------------------------------------------- lines


def _lines(order: Order, draft: Draft | None, document: Document | None) -> list[Line]:
    shops = {line.key: line for line in order.lines}
    charges = list(order.charges)
    theirs = (
        [line for line in document.lines if line.item is not None and not line.component] if document else []
    )
    made: list[Line] = []
    for asked in draft.lines if draft else ():
        if asked.kind == "comment":
            continue
        shop = _article(shops, asked) if asked.kind == "item" else _charge(charges, asked)
        made.append(_line(shop, asked, _taken(theirs, asked), document is not None))
    left: list[OrderLine | Charge] = [*shops.values(), *charges]
    made += [
        _line(part, None, None, document is not None)
        for part in left
        if draft is None or part.net or part.tax
    ]
    added = [line for line in theirs if line.net or line.gross or line.quantity]
    return [*made, *(_line(None, None, line, True) for line in added)]


def _article(shops: dict[str, OrderLine], asked: DraftLine) -> OrderLine | None:
    """Its own; of a document that was asked for before lines named theirs, the one of its name."""
    key = asked.shop_line or next((key for key, line in shops.items() if line.name == asked.title), None)
    return shops.pop(key, None) if key is not None else None


def _charge(charges: list[Charge], asked: DraftLine) -> Charge | None:
    """The first charge of that name that is not told yet."""
    found = next((charge for charge in charges if charge.title == asked.title), None)
    if found is not None:
        charges.remove(found)
    return found


def _taken(theirs: list[DocumentLine], asked: DraftLine) -> DocumentLine | None:
    """By article, in the document's order: the same article twice is the first, then the second."""
    found = next((line for line in theirs if line.item == asked.item), None)
    if found is not None:
        theirs.remove(found)
    return found


def _line(
    shop: OrderLine | Charge | None, asked: DraftLine | None, found: DocumentLine | None, entered: bool
) -> Line:
    there: Literal["both", "shop", "asked", "erp"] = "both"
    if shop is None:
        there = "asked" if asked is not None else "erp"
    elif found is None and entered:
        there = "shop"
    lost = entered and found is None and asked is not None
    return Line(
        title=_title(shop, asked, found),
        sku=shop.sku if isinstance(shop, OrderLine) else "",
        item=(asked.item if asked else found.item if found else "") or "",
        there=there,
        rate=next((one.rate for one in (shop, asked, found) if one is not None), None),
        quantity=Cell(
            shop.quantity if isinstance(shop, OrderLine) else None,
            asked.quantity if asked else None,
            found.quantity if found else ZERO if lost else None,
        ),
        net=Cell(
            shop.net if shop else None,
            asked.net if asked else None,
            found.net if found else ZERO if lost else None,
        ),
        gross=Cell(
            shop.net + shop.tax if shop else None,
            asked.net + asked.tax if asked else None,
            found.gross if found else ZERO if lost else None,
        ),
    )


def _title(shop: OrderLine | Charge | None, asked: DraftLine | None, found: DocumentLine | None) -> str:
    if isinstance(shop, OrderLine):
        return shop.name or shop.sku or shop.item
    if shop is not None:
        return shop.title
    return asked.title if asked else (found.title or str(found.item)) if found else ""


# -------------------------------------------------------------------------------------------- taxes and totals


def _taxes(order: Order, draft: Draft | None, document: Document | None) -> list[Tax]:
    shop = _shop_taxes(order)
    asked = table_of([line for line in draft.lines if line.kind != "comment"]) if draft else None
    found: dict[Decimal, tuple[Decimal, Decimal]] | None = None
    if document is not None and document.taxes:
        found = {}
        for one in document.taxes:
            if one.rate:
                base, tax = found.get(one.rate, (ZERO, ZERO))
                found[one.rate] = (base + one.base, tax + one.tax)
    rates = sorted({rate for table in (shop, asked, found) if table for rate in table}, reverse=True)
    return [
        Tax(rate, *(Cell(*(_at(table, rate, place) for table in (shop, asked, found))) for place in (0, 1)))
        for rate in rates
    ]


def _shop_taxes(order: Order) -> dict[Decimal, tuple[Decimal, Decimal]]:
    """The shop's table, else the sums of its lines."""
    parts: list[OrderLine | Charge] = [*order.lines, *order.charges]
    told = [(one.rate, one.base, one.tax) for one in order.taxes]
    told = told or [(one.rate, one.net, one.tax) for one in parts if one.rate is not None]
    table: dict[Decimal, tuple[Decimal, Decimal]] = {}
    for rate, base, tax in told:
        if rate:
            was = table.get(rate, (ZERO, ZERO))
            table[rate] = (was[0] + base, was[1] + tax)
    return table


def _at(table: dict[Decimal, tuple[Decimal, Decimal]] | None, rate: Decimal, place: int) -> Decimal | None:
    if table is None:
        return None
    return table.get(rate, (ZERO, ZERO))[place]


def _totals(order: Order, draft: Draft | None, document: Document | None) -> list[Total]:
    names: Sequence[Literal["net", "tax", "gross"]] = ("net", "tax", "gross")
    told = [
        Total(
            name,
            Cell(
                getattr(order, name),
                getattr(draft, name) if draft else None,
                getattr(document, name) if document else None,
            ),
        )
        for name in names
    ]
    if check(order) is None:
        return told
    parts = sum(
        (line.net + line.tax for line in order.lines), sum((one.net + one.tax for one in order.charges), ZERO)
    )
    return [Total("parts", Cell(cents(parts)), wrong=cents(parts) != cents(order.gross)), *told]
