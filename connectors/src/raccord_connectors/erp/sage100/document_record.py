"""One `documents` record out of the lines of one root. Pure: rows in, record out."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from decimal import Decimal
from typing import Any, Literal

from sqlalchemy.engine import Row

from raccord_connectors.canonical import Document, DocumentLine, Scalar, Shipment, TaxAmount, plain
from raccord_connectors.contract import RecordRejected
from raccord_connectors.erp.sage100 import texts, values
from raccord_connectors.erp.sage100.currencies import OWN, Exchange, Exchanges
from raccord_connectors.erp.sage100.document_lines import (
    DELIVERED,
    INVOICED,
    KINDS,
    PREPARED,
    Line,
    Piece,
    header_value,
    line_of,
    signs_of,
)
from raccord_connectors.erp.sage100.document_rows import PASTS, Money, document_key

State = Literal["draft", "confirmed", "preparing", "partly_delivered", "delivered", "invoiced", "cancelled"]


@dataclass(frozen=True)
class Titles:
    """What a record needs besides its rows."""

    carriers: Mapping[int, str]
    tracking_field: str
    exchanges: Exchanges
    custom: Callable[[Row[Any]], dict[str, Scalar]]


def document_of(key: str, rows: Sequence[Row[Any]], money: Money, titles: Titles) -> Document:
    signs = signs_of(rows)
    first = rows[0]
    exchange = titles.exchanges.at(header_value(first, "DO_Devise"), header_value(first, "DO_Cours"))
    lines = [line_of(row, signs, exchange) for row in rows]
    counted = [line for line in lines if line.counts] or lines
    counted = [line for line in counted if not line.back] or counted
    fee_net, fee_gross = fees_of(lines, money)
    if exchange is not None:
        fee_net, fee_gross = exchange.told(fee_net), exchange.told(fee_gross)
    net = plain(values.cents(sum((line.net for line in lines), values.ZERO) + fee_net))
    gross = plain(values.cents(sum((line.gross for line in lines), values.ZERO) + fee_gross))
    dated = _origin_day(first)
    if dated is None:
        raise RecordRejected(texts.NO_DATE.fill(document=key.partition("|")[2]), field="dated")
    pieces = {(line.kind, line.piece) for line in lines}
    return Document(
        key=key,
        number=next(filter(None, (values.key(row.DL_PieceBC) for row in rows)), key.partition("|")[2]),
        kind=min(counted, key=lambda line: line.kind).stage,
        dated=dated,
        reference=next(filter(None, (values.text(header_value(row, "DO_NoWeb")) for row in rows)), ""),
        customer=values.key(first.CT_Num) or values.key(header_value(first, "DO_Tiers")),
        state=_state(counted),
        lines=[_document_line(line) for line in lines],
        shipments=_shipments(counted, titles),
        invoices=sorted({line.piece for line in lines if line.kind >= INVOICED}),
        net=net,
        tax=plain(gross - net),
        gross=gross,
        taxes=_tax_table(lines),
        paid=_paid(pieces, lines, money, exchange),
        deposits=_deposits(pieces, lines, money, exchange),
        currency=exchange.code if exchange is not None else OWN,
        exchange_rate=exchange.worth if exchange is not None else None,
        due=min((money.due[piece] for piece in pieces if piece in money.due), default=None),
        custom=titles.custom(first),
    )


def bare_document(row: Row[Any]) -> Document:
    """A header without any line: an order that was begun, or emptied, which is how Sage users cancel one."""
    dated = values.day(row.DO_Date)
    if dated is None:
        raise RecordRejected(texts.NO_DATE.fill(document=values.key(row.DO_Piece)), field="dated")
    zero = values.ZERO
    return Document(
        key=document_key(row.DO_Type, row.DO_Piece),
        number=values.key(row.DO_Piece),
        kind=KINDS[row.DO_Type],
        dated=dated,
        reference=values.text(row.DO_NoWeb),
        customer=values.key(row.DO_Tiers),
        state="cancelled" if values.text(row.DO_NoWeb) else "draft",
        net=zero,
        tax=zero,
        gross=zero,
    )


def _document_line(line: Line) -> DocumentLine:
    delivered = line.quantity if line.kind >= DELIVERED and not line.back else values.ZERO
    billed = line.kind >= INVOICED and not line.back
    return DocumentLine(
        key=str(values.whole(line.row.DL_No)),
        item=line.item,
        title=values.text(line.row.DL_Design),
        quantity=line.quantity,
        net=line.net,
        gross=line.gross,
        rate=line.rate,
        stage=line.stage,
        delivered=delivered,
        invoiced=line.quantity if billed else values.ZERO,
        invoices=[line.piece] if billed else [],
        component=bool(values.key(line.row.AR_RefCompose)),
    )


def _state(lines: Iterable[Line]) -> State:
    """The set of stages over the lines: some at 1 and some at 3 is a partial delivery."""
    kinds = {INVOICED if line.kind > INVOICED else line.kind for line in lines}
    if min(kinds) >= INVOICED:
        return "invoiced"
    if min(kinds) >= DELIVERED:
        return "delivered"
    if max(kinds) >= DELIVERED:
        return "partly_delivered"
    if PREPARED in kinds:
        return "preparing"
    confirmed = any(values.whole(header_value(line.row, "DO_Statut")) for line in lines)
    return "confirmed" if confirmed and kinds == {1} else "draft"


def _shipments(lines: Iterable[Line], titles: Titles) -> list[Shipment]:
    """One per delivery note and parcel. An invoice made without a delivery note is one too."""
    parcels: dict[tuple[str, str], list[Line]] = {}
    for line in lines:
        if line.kind < DELIVERED or line.back:
            continue
        note = values.key(line.row.DL_PieceBL) or line.piece
        parcels.setdefault((note, _tracking(line.row, titles.tracking_field)), []).append(line)
    found = []
    several = {note for note, _ in parcels if sum(other == note for other, _ in parcels) > 1}
    for (note, tracking), inside in sorted(parcels.items()):
        quantities: dict[str, Decimal] = {}
        for line in inside:
            item = str(line.item)
            quantities[item] = plain(quantities.get(item, values.ZERO) + line.quantity)
        row = inside[0].row
        found.append(
            Shipment(
                key=f"{note}/{tracking}" if note in several and tracking else note,
                carrier=titles.carriers.get(values.whole(header_value(row, "DO_Expedit")), ""),
                tracking=tracking,
                lines=quantities,
                shipped_at=_noon(_shipping_day(row)),
            )
        )
    return found


def _tracking(row: Row[Any], field: str) -> str:
    return values.text(row.DL_NoColis if field == "DL_NoColis" else header_value(row, field))


def _shipping_day(row: Row[Any]) -> date | None:
    return (
        values.day(header_value(row, "DO_DateExpedition"))
        or values.day(row.DL_DateBL)
        or values.day(row.DO_Date)
    )


def _noon(day: date | None) -> datetime | None:
    """Sage keeps the day only: at noon UTC it is the same day in every French territory."""
    return datetime.combine(day, time(12), UTC) if day else None


def _tax_table(lines: Iterable[Line]) -> list[TaxAmount]:
    bases: dict[Decimal, list[Decimal]] = {}
    for line in lines:
        if line.rate is not None and (line.net or line.gross):
            sums = bases.setdefault(line.rate, [values.ZERO, values.ZERO])
            sums[0] += line.net
            sums[1] += line.gross - line.net
    return [TaxAmount(rate, plain(base), plain(tax)) for rate, (base, tax) in sorted(bases.items())]


def _deposits(
    pieces: Iterable[Piece], lines: Sequence[Line], money: Money, exchange: Exchange | None
) -> Decimal:
    return _shared(money.deposits if exchange is None else money.foreign, pieces, lines, money)


def _paid(pieces: Iterable[Piece], lines: Sequence[Line], money: Money, exchange: Exchange | None) -> Decimal:
    """What is allocated to due dates is kept in the company's own money only, as far as we know."""
    if exchange is None:
        return _shared(money.paid, pieces, lines, money)
    allocated = {
        piece: amount - money.deposits.get(piece, values.ZERO) for piece, amount in money.paid.items()
    }
    told = exchange.told(_shared(allocated, pieces, lines, money))
    return plain(values.cents(_shared(money.foreign, pieces, lines, money) + told))


def _shared(
    amounts: Mapping[Piece, Any], pieces: Iterable[Piece], lines: Sequence[Line], money: Money
) -> Decimal:
    """What was paid on documents, for this record's part of them: one invoice may gather several orders."""
    paid = [(piece, amounts[piece]) for piece in sorted(pieces) if amounts.get(piece)]
    shares = [values.cents(amount * _part_of(piece, lines, money)) for piece, amount in paid]
    return plain(values.cents(sum(shares, values.ZERO)))


def _part_of(piece: tuple[int, str], lines: Sequence[Line], money: Money) -> Decimal:
    total = money.totals.get(piece, values.ZERO)
    mine = sum((abs(line.own) for line in lines if (line.kind, line.piece) == piece), values.ZERO)
    return Decimal(1) if not total else min(Decimal(1), mine / abs(total))


def fees_of(lines: Sequence[Line], money: Money) -> tuple[Decimal, Decimal]:
    """Shipping fees that sit on headers (net, gross): flat ones, unless the goods reach the free limit."""
    net_total = gross_total = values.ZERO
    heads = {(line.kind, line.piece): line.row for line in lines}
    for piece, row in heads.items():
        value = values.amount(header_value(row, "DO_ValFrais"))
        free_from = values.amount(header_value(row, "DO_ValFranco"))
        if not value or values.whole(header_value(row, "DO_TypeFrais")) != 0:
            continue
        if free_from and money.totals.get(piece, values.ZERO) >= free_from:
            continue
        percent = values.whole(header_value(row, "DO_TypeTaux1")) == 0
        factor = 1 + (values.amount(header_value(row, "DO_Taxe1")) / 100 if percent else values.ZERO)
        with_tax = values.flag(header_value(row, "DO_TypeLigneFrais"))
        net, gross = (value / factor, value) if with_tax else (value, value * factor)
        part = _part_of(piece, lines, money)
        net_total += values.cents(net * part)
        gross_total += values.cents(gross * part)
    return net_total, gross_total


def _origin_day(row: Row[Any]) -> date | None:
    for past in PASTS:
        if values.key(getattr(row, f"DL_Piece{past}")):
            return values.day(getattr(row, f"DL_Date{past}")) or values.day(row.DO_Date)
    return values.day(header_value(row, "DO_Date")) or values.day(row.DO_Date)
