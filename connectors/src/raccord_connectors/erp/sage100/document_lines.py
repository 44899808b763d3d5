"""The lines of sales documents, with their amounts as we say them: signs, eco-contributions, another currency. Pure."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from sqlalchemy.engine import Row

from raccord_connectors.canonical import plain
from raccord_connectors.canonical.document import Kind
from raccord_connectors.erp.sage100 import values
from raccord_connectors.erp.sage100.articles import item_key
from raccord_connectors.erp.sage100.currencies import Exchange
from raccord_connectors.erp.sage100.document_rows import HEADER

KINDS: dict[int, Kind] = {
    0: "quotation", 1: "order", 2: "preparation", 3: "delivery", 4: "return", 5: "credit", 6: "invoice", 7: "invoice",
}  # fmt: skip
PREPARED, DELIVERED, RETURNED, CREDITED, INVOICED = 2, 3, 4, 5, 6
ROUNDED = Decimal("0.01")
GIVEN_BACK = (1, 2)
"""DO_Provenance of an invoice: return, credit. The sign conventions of quantities differ between versions."""
Piece = tuple[int, str]
"""DO_Type and DO_Piece."""


@dataclass(frozen=True)
class Line:
    """A document line with its amounts as we say them."""

    row: Row[Any]
    kind: int
    piece: str
    item: str | None
    quantity: Decimal
    net: Decimal
    """Eco-contributions included: they are no VAT."""
    gross: Decimal
    rate: Decimal | None
    back: bool
    own: Decimal
    """With tax, in the company's own money; `net` and `gross` are in the document's currency."""

    @property
    def stage(self) -> Kind:
        return "credit" if self.back and self.kind >= INVOICED else KINDS[self.kind]

    @property
    def counts(self) -> bool:
        """Decides how far the document got: comments and free lines do not."""
        return self.item is not None and self.quantity != 0


def is_back(row: Row[Any]) -> bool:
    """Whether the line is of a return, of a credit, or of the invoice of one."""
    return (
        row.DO_Type in (RETURNED, CREDITED) or values.whole(header_value(row, "DO_Provenance")) in GIVEN_BACK
    )


def signs_of(rows: Iterable[Row[Any]]) -> dict[Piece, int]:
    """By what the amounts of each return or credit are multiplied, so that what is given back is below zero, and what is kept
    back of it above, whichever way this version stores them."""
    sums: dict[Piece, Decimal] = {}
    for row in rows:
        if is_back(row):
            piece = (row.DO_Type, values.key(row.DO_Piece))
            amount = values.amount(row.DL_MontantTTC) or values.amount(row.DL_Qte)
            sums[piece] = sums.get(piece, values.ZERO) + amount
    return {piece: -1 if amount > 0 else 1 for piece, amount in sums.items()}


def line_of(row: Row[Any], signs: Mapping[Piece, int], exchange: Exchange | None = None) -> Line:
    """`signs`: of all lines of its document. Without an `exchange`, amounts are in the company's own money."""
    reference = values.key(row.AR_Ref)
    valued = row.DL_Valorise is None or values.flag(row.DL_Valorise)
    quantity = values.amount(row.DL_Qte)
    net = values.amount(row.DL_MontantHT) + parafiscal_of(row, quantity) if valued else values.ZERO
    gross = values.amount(row.DL_MontantTTC) if valued else values.ZERO
    sign = signs.get((row.DO_Type, values.key(row.DO_Piece)), 1)
    own = plain(values.cents(sign * gross))
    if exchange is not None and valued:
        net, gross = _foreign(row, quantity, exchange)
    return Line(
        row=row,
        kind=row.DO_Type,
        piece=values.key(row.DO_Piece),
        item=item_key(reference, row.AG_No1, row.AG_No2) if reference else None,
        quantity=plain(sign * quantity),
        net=plain(values.cents(sign * net)),
        gross=plain(values.cents(sign * gross)),
        rate=_vat_rate(row) if reference else None,
        back=is_back(row),
        own=own,
    )


def _foreign(row: Row[Any], quantity: Decimal, exchange: Exchange) -> tuple[Decimal, Decimal]:
    """Net and gross in the document's currency: from the unit prices, which have six decimals, where the line has no discount;
    from Sage's own cents a smaller cent could not be told."""
    extra = exchange.told(parafiscal_of(row, quantity))
    price, own = values.amount(row.DL_PUDevise), values.amount(row.DL_PrixUnitaire)
    if abs(own * quantity - values.amount(row.DL_MontantHT)) > ROUNDED:
        net = exchange.told(values.amount(row.DL_MontantHT))
    elif price and abs(exchange.own(price) - own) <= values.SIX:
        net = price * quantity
    else:
        net = exchange.told(own * quantity)
    with_tax, amount = values.amount(row.DL_PUTTC) * quantity, values.amount(row.DL_MontantTTC)
    if not extra and not _vat_rate(row):
        return net, net
    return net + extra, exchange.told(with_tax if abs(with_tax - amount) <= ROUNDED else amount)


def parafiscal_of(row: Row[Any], quantity: Decimal) -> Decimal:
    """Taxes in amounts: type 1 once per line, type 2 per unit."""
    total = values.ZERO
    for slot in (1, 2, 3):
        how = values.whole(getattr(row, f"DL_TypeTaux{slot}"))
        value = values.amount(getattr(row, f"DL_Taxe{slot}"))
        total += value * quantity if how == 2 else value if how == 1 else values.ZERO
    return values.cents(total)


def _vat_rate(row: Row[Any]) -> Decimal | None:
    for slot in (1, 2, 3):
        kind, how = getattr(row, f"DL_TypeTaxe{slot}"), values.whole(getattr(row, f"DL_TypeTaux{slot}"))
        rate = values.number(getattr(row, f"DL_Taxe{slot}"))
        if how == 0 and values.whole(kind) in (0, 1) and rate is not None:
            return rate
    return None


def header_value(row: Row[Any], name: str) -> Any:
    return row._mapping[HEADER + name]
