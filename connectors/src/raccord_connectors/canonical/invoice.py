"""Invoices and credit notes as papers: what one document with one official number says.

`Document` follows a *business* and may become several invoices, or share one with others. An `Invoice` is one of them, as the ERP
issued it: it is what the customer receives.
"""

from datetime import date
from decimal import Decimal
from typing import Literal

from msgspec import Struct

from raccord_connectors.canonical.customer import Address
from raccord_connectors.canonical.order import TaxAmount
from raccord_connectors.canonical.record import Record, Scalar

LineKind = Literal["item", "shipping", "fee", "discount", "eco", "rounding", "comment"]


class InvoiceLine(Struct, kw_only=True, frozen=True, omit_defaults=True):
    """Amounts are the ERP's, of the whole line, after discounts. In a credit note what is given back is positive."""

    key: str
    item: str | None = None
    """The ERP's item key; None for comments and free lines."""
    title: str = ""
    note: str = ""
    """A long text below the title."""
    quantity: Decimal = Decimal(0)
    unit: str = ""
    """As the ERP names it: "pièce", "kg"."""
    unit_net: Decimal | None = None
    """Before discounts, without tax, where the ERP tells it."""
    discount_percent: Decimal | None = None
    """Of the line, all its discounts together, where they are a percentage."""
    net: Decimal = Decimal(0)
    """Eco-contribution included."""
    gross: Decimal | None = None
    rate: Decimal | None = None
    """VAT in percent; None: the ERP does not say, or the line is outside of VAT."""
    kind: LineKind = "item"
    eco_contribution: Decimal | None = None
    """The part of `net` that is an eco-contribution."""
    order: str = ""
    """Number of the order that the line comes from."""
    delivery: str = ""
    """Number of the delivery note that the line comes from."""


class DueDate(Struct, kw_only=True, frozen=True, omit_defaults=True):
    on: date
    amount: Decimal
    method: str = ""
    """The ERP's name of the payment mode."""


class DeducedDeposit(Struct, kw_only=True, frozen=True, omit_defaults=True):
    """Money received before the invoice and taken off what is to be paid."""

    amount: Decimal
    number: str = ""
    """Of the deposit invoice, where there is one."""
    on: date | None = None
    title: str = ""


class Invoice(Record, kw_only=True, frozen=True):
    """Keyed so that posting, paying and archiving it change nothing of the key."""

    number: str
    """The official one, given by the ERP."""
    kind: Literal["invoice", "credit", "deposit"] = "invoice"
    dated: date
    final: bool = True
    """False while the ERP still lets its users alter it."""
    cancelled: bool = False
    customer: str = ""
    """Key in `customers`."""
    billing: Address | None = None
    """As on the paper; None: the customer's present one."""
    delivery: Address | None = None
    delivered: date | None = None
    documents: list[str] = []
    """Keys, in `documents`, of the businesses that it invoices."""
    orders: list[str] = []
    """Numbers of those orders in the ERP."""
    references: list[str] = []
    """Of those that came from a shop, the reference that `Draft.key` became."""
    buyer_reference: str = ""
    """What the buyer asked to be quoted: his own order number."""
    corrects: list[str] = []
    """Numbers of the invoices that a credit note corrects, where the ERP says so."""
    lines: list[InvoiceLine] = []
    currency: str = "EUR"
    net: Decimal
    tax: Decimal
    gross: Decimal
    taxes: list[TaxAmount] = []
    deposits: list[DeducedDeposit] = []
    paid: Decimal = Decimal(0)
    """All that was paid so far, the deposits included."""
    due: list[DueDate] = []
    terms: str = ""
    """Of payment, as the ERP names them: "30 jours fin de mois"."""
    discount_percent: Decimal | None = None
    """*Escompte* for early payment, in percent."""
    remark: str = ""
    custom: dict[str, Scalar] = {}
