"""The sentences that French law wants on an invoice, each with the code under which the XML carries it. Pure."""

from collections.abc import Iterator, Sequence
from datetime import date
from decimal import Decimal

from raccord.core import invoice_texts as texts
from raccord.core.document_rules import DocumentRules
from raccord.core.invoice_model import Flow, Mention, VatLine
from raccord_connectors.canonical import Invoice
from raccord_connectors.contract import Identity, Message, Text

REGISTERED = Text("invoice.registered", "RCS {place} {siren}", "RCS {place} {siren}")
BUSINESS = ("b2b", "b2g", "b2b_eu", "b2b_export")
PENALTY, INDEMNITY, EARLY, REGULATORY, TAX = "PMD", "PMT", "AAB", "REG", "TXD"
"""UNTDID 4451."""
OPERATIONS = {"goods": texts.GOODS, "services": texts.SERVICES, "mixed": texts.MIXED}
SIGNS = {"EUR": "€", "GBP": "£", "USD": "$", "CHF": "CHF"}


def mentions_of(
    invoice: Invoice, rules: DocumentRules, flow: Flow, vat: Sequence[VatLine], eco: Decimal
) -> Iterator[Mention]:
    yield Mention(subject=REGULATORY, text=OPERATIONS[rules.operation].fill())
    for line in vat:
        if line.reason is not None:
            yield Mention(subject=TAX, text=line.reason)
    if rules.vat_on_debits:
        yield Mention(subject=TAX, text=texts.DEBITS.fill())
    if eco:
        yield Mention(subject=REGULATORY, text=texts.ECO.fill(amount=amount_text(eco, invoice.currency)))
    if flow in BUSINESS:  # the French platforms want them on credit notes, too
        yield Mention(subject=PENALTY, text=_penalties(rules))
        yield Mention(subject=INDEMNITY, text=texts.INDEMNITY.fill())
        yield Mention(subject=EARLY, text=_early(invoice, rules))


def _penalties(rules: DocumentRules) -> Message:
    rate_fr, rate_en = rules.penalties or texts.LEGAL_RATE.fr, rules.penalties or texts.LEGAL_RATE.en
    text = texts.PENALTIES
    return Message(text.code, text.fr.format(rate=rate_fr), text.en.format(rate=rate_en))


def _early(invoice: Invoice, rules: DocumentRules) -> Message:
    if rules.early_payment:
        return texts.EARLY.fill(terms=rules.early_payment)
    if invoice.discount_percent:
        percent = format(invoice.discount_percent, "f")
        text = texts.EARLY_PERCENT
        return Message(
            text.code, text.fr.format(percent=percent.replace(".", ",")), text.en.format(percent=percent)
        )
    return texts.NO_EARLY.fill()


def terms_of(invoice: Invoice, flow: Flow, payable: Decimal) -> Message | None:
    """When it is to be paid. Something is said wherever something is to be paid: EN 16931 wants it."""
    if invoice.kind == "credit" or payable <= 0:
        return None
    if invoice.terms:
        return texts.TERMS.fill(terms=invoice.terms)
    if len(invoice.due) == 1:
        day, text = invoice.due[0].on, texts.DUE_ON
        return Message(text.code, text.fr.format(day=french_day(day)), text.en.format(day=english_day(day)))
    if invoice.due:
        parts = [(one.on, amount_text(one.amount, invoice.currency)) for one in invoice.due]
        french = ", ".join(f"{amount} le {french_day(day)}" for day, amount in parts)
        english = ", ".join(f"{amount} on {english_day(day)}" for day, amount in parts)
        text = texts.SEVERAL_DUE
        return Message(text.code, text.fr.format(parts=french), text.en.format(parts=english))
    return texts.LEGAL_TERM.fill() if flow in BUSINESS else texts.AT_ORDER.fill()


def legal_of(identity: Identity) -> Message:
    """ "Maison Aubépine, SARL au capital de 10 000 € · RCS Lyon 902 147 362 · SIRET … · APE 4759B · TVA FR…" """
    siren = _grouped(identity.siren or identity.siret[:9])
    form = " ".join(part for part in (identity.legal_form,) if part)
    capital = f"au capital de {identity.capital}" if identity.capital else ""
    first = ", ".join(part for part in (identity.name, " ".join(filter(None, (form, capital)))) if part)
    parts = [first]
    if identity.register and siren:
        parts.append(REGISTERED.fill(place=identity.register, siren=siren).fr)
    elif siren:
        parts.append(f"SIREN {siren}")
    if identity.siret:
        parts.append(f"SIRET {_grouped(identity.siret)}")
    if identity.activity:
        parts.append(f"APE {identity.activity}")
    if identity.vat_number:
        parts.append(f"TVA {identity.vat_number}")
    told = " · ".join(parts)
    english = told.replace("au capital de", "with a capital of").replace("· TVA ", "· VAT ")
    return Message(texts.LEGAL.code, told, english)


def _grouped(number: str) -> str:
    """902147362 → 902 147 362; a SIRET's last five stay together."""
    digits = "".join(filter(str.isdigit, number))
    first = " ".join(digits[start : start + 3] for start in range(0, min(9, len(digits)), 3))
    return f"{first} {digits[9:]}".strip()


def french_day(day: date) -> str:
    return f"{day:%d/%m/%Y}"


def english_day(day: date) -> str:
    return f"{day.day} {day:%B %Y}"


def amount_text(amount: Decimal, currency: str) -> str:
    """As French papers write it, also inside English sentences: "1 234,50 €"."""
    number = f"{amount:,.2f}".replace(",", "\u202f").replace(".", ",")
    return f"{number}\u00a0{SIGNS.get(currency, currency)}"
