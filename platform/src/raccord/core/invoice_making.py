"""From the ERP's invoice to the paper: its parties, its VAT, what the law wants said; and what is missing, by name. Pure.

The ERP's totals are the only ones. What its lines or its VAT table do not add up to, to the cent, is no paper: it is held with
the difference.
"""

from collections.abc import Iterator, Sequence
from decimal import ROUND_HALF_UP, Decimal

from msgspec import Struct

from raccord.core import invoice_texts as texts
from raccord.core.document_rules import DocumentRules, identity_of
from raccord.core.invoice_flow import OSS, Untaxed, flow_of, place_of, untaxed
from raccord.core.invoice_mentions import amount_text, legal_of, mentions_of, terms_of
from raccord.core.invoice_model import (
    Corrected,
    Due,
    Flow,
    InvoiceModel,
    Missing,
    ModelLine,
    Prepaid,
    VatLine,
)
from raccord.core.invoice_parties import buyer_of, delivery_of, missing_parties, seller_of
from raccord.core.invoice_units import unit_code
from raccord_connectors.canonical import Customer, Invoice, InvoiceLine, TaxAmount
from raccord_connectors.contract import Identity, Message, Problem

ZERO = Decimal(0)
CENT = Decimal("0.01")
PRICE = Decimal("0.0001")
"""Unit prices are shown with as many decimals as they need, four at most; the XML carries what makes the line's amount."""
FRENCH_RATES = frozenset(map(Decimal, ("20", "10", "5.5", "2.1", "8.5", "1.05", "1.75", "0.9", "13")))


class Made(Struct, frozen=True, kw_only=True):
    """`model` is None when the paper cannot be made: `problem` says why."""

    model: InvoiceModel | None
    missing: list[Missing]
    problem: Problem | None = None


def make(
    invoice: Invoice,
    customer: Customer | None,
    rules: DocumentRules,
    told: Identity,
    earlier: Sequence[Corrected] = (),
) -> Made:
    """`customer`: as the ERP has it now; None when it does not. `told`: the company, as the ERP tells it. `earlier`: what is
    known of invoices that this credit note corrects, where the ERP does not say it, or not all of it."""
    corrected = _corrected(invoice, earlier)
    identity = identity_of(rules, told)
    buyer = customer or Customer(key=invoice.customer)
    billing = invoice.billing or buyer.billing
    country = place_of(billing, invoice.delivery)
    flow = flow_of(buyer, country)
    regime = untaxed(flow, country, franchise=rules.franchise, exemption=rules.exemption)
    exempt = any(not one.rate and one.base for one in _table(invoice))
    missing = [
        *missing_parties(identity, rules, buyer, billing, flow, exempt),
        *_missing(invoice, flow, regime, corrected),
    ]
    problem = _differing(invoice) or _blocked(invoice, missing)
    if problem is not None:
        return Made(model=None, missing=missing, problem=problem)
    lines = [_line(number, line, regime) for number, line in enumerate(_shown(invoice.lines), start=1)]
    vat = [_vat_line(one, flow, country, regime) for one in _table(invoice)]
    eco = sum((line.eco or ZERO for line in lines), ZERO)
    prepaid = [Prepaid(amount=d.amount, number=d.number, on=d.on, title=d.title) for d in invoice.deposits]
    payable = invoice.gross - sum((one.amount for one in prepaid), ZERO)
    model = InvoiceModel(
        number=invoice.number,
        kind=invoice.kind,
        dated=invoice.dated,
        currency=invoice.currency,
        flow=flow,
        seller=seller_of(identity),
        buyer=buyer_of(buyer, billing),
        delivery=delivery_of(billing, invoice.delivery, buyer),
        delivered=invoice.delivered,
        orders=invoice.orders,
        buyer_reference=invoice.buyer_reference,
        corrects=corrected,
        lines=lines,
        vat=vat,
        net=invoice.net,
        tax=invoice.tax,
        gross=invoice.gross,
        prepaid=prepaid,
        payable=payable,
        due=[Due(on=one.on, amount=one.amount, method=one.method) for one in invoice.due],
        terms=terms_of(invoice, flow, payable),
        eco=eco,
        mentions=list(mentions_of(invoice, rules, flow, vat, eco)),
        legal=legal_of(identity),
        iban=identity.iban.replace(" ", ""),
        bic=identity.bic.replace(" ", ""),
        remark=invoice.remark,
        footer=rules.footer,
    )
    return Made(model=model, missing=missing)


# ---------------------------------------------------------------------------------------------------- sums


def _differing(invoice: Invoice) -> Problem | None:
    lines = sum((line.net for line in invoice.lines), ZERO)
    table = sum((one.tax for one in _table(invoice)), ZERO)
    currency = invoice.currency
    if invoice.net + invoice.tax != invoice.gross:
        message = texts.TOTAL_DIFFERS.fill(
            number=invoice.number,
            net=amount_text(invoice.net, currency),
            tax=amount_text(invoice.tax, currency),
            gross=amount_text(invoice.gross, currency),
            difference=amount_text(invoice.gross - invoice.net - invoice.tax, currency),
        )
        return Problem("rejected", message, field="gross")
    if lines != invoice.net:
        message = texts.LINES_DIFFER.fill(
            number=invoice.number,
            lines=amount_text(lines, currency),
            total=amount_text(invoice.net, currency),
            difference=amount_text(invoice.net - lines, currency),
        )
        return Problem("rejected", message, field="net")
    if table != invoice.tax:
        message = texts.TAXES_DIFFER.fill(
            number=invoice.number,
            table=amount_text(table, currency),
            total=amount_text(invoice.tax, currency),
            difference=amount_text(invoice.tax - table, currency),
        )
        return Problem("rejected", message, field="taxes")
    return None


def _table(invoice: Invoice) -> list[TaxAmount]:
    """The ERP's VAT table, with a line at 0 % for what is not taxed; worked out from the lines where the ERP keeps none."""
    told = {one.rate: one for one in invoice.taxes}
    bases: dict[Decimal, Decimal] = {}
    for line in invoice.lines:
        if line.kind != "comment" and (line.net or line.rate is not None):
            rate = line.rate or ZERO
            bases[rate] = bases.get(rate, ZERO) + line.net
    if not told:
        told = {
            rate: TaxAmount(rate, base, (base * rate / 100).quantize(CENT, ROUND_HALF_UP))
            for rate, base in bases.items()
        }
        if len(told) == 1:  # what one rate rounds to is the invoice's own tax
            rate = next(iter(told))
            near = abs(told[rate].tax - invoice.tax) <= CENT * max(1, len(invoice.lines))
            told = {rate: TaxAmount(rate, bases[rate], invoice.tax)} if near else told
    elif ZERO in bases and ZERO not in told and bases[ZERO]:
        told[ZERO] = TaxAmount(ZERO, bases[ZERO], ZERO)
    return [told[rate] for rate in sorted(told, reverse=True)]


# ------------------------------------------------------------------------------------------- lines and VAT


def _shown(lines: Sequence[InvoiceLine]) -> list[InvoiceLine]:
    return [line for line in lines if line.title or line.note or line.net or line.item]


def _line(number: int, line: InvoiceLine, regime: Untaxed) -> ModelLine:
    if line.kind == "comment" and not line.net:
        return ModelLine(number=number, title=line.title, note=line.note, comment=True)
    quantity = line.quantity or Decimal(1)
    if (
        line.net / quantity < 0
    ):  # a price is never below zero in EN 16931: a discount is less than nothing of something
        quantity = -quantity
    price = line.net / quantity
    listed = line.unit_net
    shown = price.quantize(PRICE, ROUND_HALF_UP)
    eco = line.eco_contribution
    rate = line.rate or ZERO
    if listed is not None and eco:  # the ERP's price is without it, the line's amount with it
        listed += eco / quantity
    discounted = listed is not None and listed.quantize(PRICE, ROUND_HALF_UP) > shown
    return ModelLine(
        number=number,
        title=line.title,
        item=line.item or "",
        note=line.note,
        quantity=quantity,
        unit=line.unit,
        unit_code=unit_code(line.unit),
        price=shown,
        list_price=listed.quantize(PRICE, ROUND_HALF_UP) if discounted and listed is not None else None,
        net=line.net,
        rate=rate,
        category="S" if rate else regime.category,
        eco=eco,
    )


def _vat_line(one: TaxAmount, flow: Flow, country: str, regime: Untaxed) -> VatLine:
    if not one.rate:
        return VatLine(
            category=regime.category,
            rate=ZERO,
            base=one.base,
            tax=ZERO,
            reason=regime.reason,
            reason_code=regime.code,
        )
    foreign = flow == "b2c_eu" and one.rate not in FRENCH_RATES
    return VatLine(
        category="S",
        rate=one.rate,
        base=one.base,
        tax=one.tax,
        reason=OSS.fill(country=country) if foreign else None,
    )


def _corrected(invoice: Invoice, earlier: Sequence[Corrected]) -> list[Corrected]:
    if invoice.kind != "credit":
        return []
    known = {one.number: one for one in earlier}
    if invoice.corrects:
        return [known.get(number, Corrected(number)) for number in invoice.corrects]
    return list(earlier) if len(earlier) == 1 else []


# -------------------------------------------------------------------------------------------------- missing


def _missing(
    invoice: Invoice, flow: Flow, regime: Untaxed, corrected: Sequence[Corrected]
) -> Iterator[Missing]:
    charged = [line for line in invoice.lines if line.kind != "comment" or line.net]
    if not charged:
        yield Missing(field="lines", message=texts.NO_LINES.fill(), blocking=True)
    for position, line in enumerate(invoice.lines, start=1):
        if line in charged and not line.title:
            yield Missing(
                field=f"lines[{position}].title", message=texts.NO_TITLE.fill(line=position), blocking=True
            )
        if line in charged and line.rate is None and line.net and invoice.tax:
            message = texts.NO_RATE.fill(title=line.title)
            yield Missing(field=f"lines[{position}].rate", message=message, blocking=True)
    if regime.reason is None and any(not one.rate and one.base for one in _table(invoice)):
        yield Missing(field="exemption", message=texts.NO_REASON.fill(), blocking=True)
    if invoice.kind == "credit" and not corrected:
        yield Missing(field="corrects", message=texts.NO_CORRECTED.fill())
    to_pay = invoice.gross - sum((one.amount for one in invoice.deposits), ZERO)
    if (
        flow in ("b2b", "b2g")
        and invoice.kind == "invoice"
        and to_pay > 0
        and not (invoice.due or invoice.terms)
    ):
        yield Missing(field="due", message=texts.NO_DUE.fill())


def _blocked(invoice: Invoice, missing: Sequence[Missing]) -> Problem | None:
    stopping = [one for one in missing if one.blocking]
    if not stopping:
        return None
    text = texts.MISSING
    message = Message(
        text.code,
        text.fr.format(number=invoice.number, what=", ".join(one.message.fr for one in stopping)),
        text.en.format(number=invoice.number, what=", ".join(one.message.en for one in stopping)),
    )
    return Problem("rejected", message, field=stopping[0].field)
