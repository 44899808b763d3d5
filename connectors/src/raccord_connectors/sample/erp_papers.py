"""What the in-memory ERP writes of a draft: its document, and the deposit that goes with it."""

from decimal import Decimal

from raccord_connectors.canonical import (
    Document,
    DocumentLine,
    Draft,
    DraftLine,
    Invoice,
    InvoiceLine,
    Payment,
    PaymentEntry,
    Shipment,
    TaxAmount,
    payment_key,
    plain,
)

PREFIXES = {
    "quotation": "DE", "order": "BC", "preparation": "PL", "delivery": "BL", "return": "BR", "credit": "AV", "invoice": "FA",
}  # fmt: skip
GONE = ("delivery", "invoice")
"""Kinds whose goods have left."""


def document_of(draft: Draft, number: str) -> Document:
    """A credit's amounts are below zero."""
    sign = -1 if draft.kind == "credit" else 1
    gone = draft.kind in GONE
    return Document(
        key=number,
        number=number,
        kind=draft.kind,
        dated=draft.dated,
        reference=draft.key,
        customer=draft.customer,
        state="delivered"
        if draft.kind == "delivery"
        else "invoiced"
        if draft.kind == "invoice"
        else "confirmed",
        lines=[_line(draft, line, str(place), sign) for place, line in enumerate(draft.lines, start=1)],
        shipments=[Shipment(key=f"{number}-1", lines=_quantities(draft))] if gone else [],
        invoices=[number] if draft.kind == "invoice" else [],
        currency=draft.currency,
        net=plain(sign * draft.net),
        tax=plain(sign * draft.tax),
        gross=plain(sign * draft.gross),
        taxes=_tax_table(draft, sign),
        deposits=Decimal(0),
        origin=draft.origin or "",
        exchange_rate=draft.exchange_rate,
    )


def _line(draft: Draft, line: DraftLine, key: str, sign: int) -> DocumentLine:
    return DocumentLine(
        key=key,
        item=line.item,
        title=line.title,
        quantity=plain(sign * line.quantity),
        net=plain(sign * line.net),
        gross=plain(sign * (line.net + line.tax)),
        rate=line.rate,
        stage=draft.kind,
        delivered=line.quantity if draft.kind in GONE and line.item else Decimal(0),
    )


def _quantities(draft: Draft) -> dict[str, Decimal]:
    found: dict[str, Decimal] = {}
    for line in draft.lines:
        if line.item is not None:
            found[line.item] = plain(found.get(line.item, Decimal(0)) + line.quantity)
    return found


def _tax_table(draft: Draft, sign: int) -> list[TaxAmount]:
    """Only where every tax has its rate: half a table says less than none."""
    lines = [line for line in draft.lines if line.net or line.tax]
    if any(line.rate is None and line.tax for line in lines):
        return []
    sums: dict[Decimal, tuple[Decimal, Decimal]] = {}
    for line in lines:
        base, tax = sums.get(line.rate or Decimal(0), (Decimal(0), Decimal(0)))
        sums[line.rate or Decimal(0)] = (base + sign * line.net, tax + sign * line.tax)
    return [TaxAmount(rate, plain(base), plain(tax)) for rate, (base, tax) in sorted(sums.items())]


def invoice_of(document: Document, number: str) -> Invoice:
    """A whole document as one invoice; VAT by rate as the document's, else on its lines."""
    bases: dict[Decimal, Decimal] = {}
    for line in document.lines:
        if line.rate is not None:
            bases[line.rate] = bases.get(line.rate, Decimal(0)) + line.net
    table = [TaxAmount(rate, plain(base), plain(round(base * rate / 100, 2))) for rate, base in bases.items()]
    return Invoice(
        key=number,
        number=number,
        dated=document.dated,
        customer=document.customer,
        documents=[document.key],
        orders=[document.number],
        references=[document.reference] if document.reference else [],
        lines=[
            InvoiceLine(
                key=line.key,
                item=line.item,
                title=line.title,
                quantity=line.quantity,
                net=line.net,
                rate=line.rate,
                kind="item" if line.item else "comment",
                order=document.number,
            )
            for line in document.lines
        ],
        currency=document.currency,
        net=document.net,
        tax=document.tax,
        gross=document.gross,
        taxes=document.taxes or table,
        paid=document.paid,
    )


def deposit_of(document: Document, draft: Draft, payment: Payment) -> PaymentEntry:
    return PaymentEntry(
        key=payment_key(draft.key, payment.key),
        document=document.key,
        kind="deposit",
        amount=payment.amount,
        currency=draft.currency,
        method=payment.method,
        title=payment.title,
        dated=payment.paid_at.date() if payment.paid_at else draft.dated,
        transaction=payment.transaction,
        fee=payment.fee,
    )
