"""Rendering 1,000 invoices of 3 to 60 lines as Factur-X, beside bare tables of the same texts by the same library.

The bare ones embed the same letters; they have no head, no totals, no mentions, no data inside and are no archive.
"""

import statistics
import time
from datetime import date
from decimal import Decimal as D
from io import BytesIO

from msgspec.structs import replace
from reportlab.lib.pagesizes import A4
from reportlab.platypus import SimpleDocTemplate, Table

from bench.budget import Figure
from raccord.core.document_rules import DocumentRules
from raccord.core.invoice_making import make
from raccord.core.invoice_model import InvoiceModel
from raccord.documents.rendering import render
from raccord.documents.typeface import PLAIN, STRONG, register
from raccord_connectors.canonical import Address, Customer, Invoice, InvoiceLine, TaxAmount
from raccord_connectors.contract import Identity

INVOICES = 1_000
SIZES = (3, 3, 3, 3, 5, 5, 8, 12, 25, 60)
"""Lines; ten invoices of a usual mix."""
BUDGET = 5.0
RULES = DocumentRules(active=True)
COMPANY = Identity(
    name="Maison Aubépine", legal_form="SARL", capital="50 000 €", register="Lyon", siret="90214736200013",
    vat_number="FR90902147362", line1="14 quai des Lavandières", postal_code="69005", city="Lyon", country="FR",
)  # fmt: skip
TRADER = Customer(
    key="P1", company="Brasserie du Théâtre", siret="73282932000074", vat_number="FR44732829320",
    billing=Address(line1="3 rue de l’Œillet", postal_code="21000", city="Dijon", country="FR"),
)  # fmt: skip


def figures() -> list[Figure]:
    models = [_model(number) for number in range(INVOICES)]
    register()
    render(models[0], RULES, "fr", None)  # what is made once per process is no invoice's
    _bare(models[0])
    took, bare = [], []
    for model in models:
        begun = time.perf_counter()
        render(model, RULES, "fr", None)
        between = time.perf_counter()
        _bare(model)
        took.append(between - begun)
        bare.append(time.perf_counter() - between)
    slow = sorted(took)[int(INVOICES * 0.95)]
    return [
        Figure(
            path=f"rendering {INVOICES:,} invoices of {min(SIZES)} to {max(SIZES)} lines as Factur-X",
            limit="bare tables of the same texts",
            value=1_000 * statistics.fmean(took),
            limit_value=1_000 * statistics.fmean(bare),
            unit="ms each",
            budget=BUDGET,
            notes=f"p95 {1_000 * slow:.0f} ms",
        )
    ]


def _bare(model: InvoiceModel) -> bytes:
    out = BytesIO()
    rows = [
        [line.item, line.title, str(line.quantity), str(line.price), str(line.net)] for line in model.lines
    ]
    style = [("FONT", (0, 0), (-1, -1), PLAIN, 9), ("FONT", (0, 0), (-1, 0), STRONG, 9)]
    SimpleDocTemplate(out, pagesize=A4, initialFontName=PLAIN).build([Table(rows, repeatRows=1, style=style)])
    return out.getvalue()


def _model(number: int) -> InvoiceModel:
    count = SIZES[number % len(SIZES)]
    lines = [
        InvoiceLine(
            key=str(place), item=f"ASS-{place:03}", title=f"Assiette plate n° {place} « Liseré bleu »", unit="Pièce",
            quantity=D(1 + place % 7), net=D("12.50") * (1 + place % 7), rate=D(20),
        )
        for place in range(count)
    ]  # fmt: skip
    net = sum((line.net for line in lines), D(0))
    tax = round(net / 5, 2)
    invoice = Invoice(
        key=str(number), number=f"FA{number:05}", dated=date(2026, 5, 4), customer="P1", lines=lines, net=net, tax=tax,
        gross=net + tax, taxes=[TaxAmount(D(20), net, tax)],
    )  # fmt: skip
    made = make(invoice, replace(TRADER, key=f"P{number}"), RULES, COMPANY)
    assert made.model is not None
    return made.model
