"""Sales documents of the ERP: what we ask it to write (`Draft`) and what it holds (`Document`)."""

import base64
import hashlib
from datetime import date
from decimal import Decimal
from typing import Literal

from msgspec import Struct

from raccord_connectors.canonical.customer import Address, Customer
from raccord_connectors.canonical.order import Payment, Shipment, TaxAmount
from raccord_connectors.canonical.record import Record, Scalar

Kind = Literal["quotation", "order", "preparation", "delivery", "return", "credit", "invoice"]


class DraftLine(Struct, kw_only=True, frozen=True, omit_defaults=True):
    """One line to write. Amounts are the shop's: the ERP must reach the same net and tax, or refuse."""

    item: str | None
    """The ERP's item key; None for a comment."""
    title: str
    quantity: Decimal
    unit_net: Decimal
    """Without tax, after discounts, six decimals at most."""
    net: Decimal
    tax: Decimal
    rate: Decimal | None = None
    unit_gross: Decimal | None = None
    kind: Literal["item", "shipping", "fee", "gift_wrap", "discount", "rounding", "comment"] = "item"
    shop_line: str | None = None
    """Order line key in the shop, to follow deliveries line by line."""


class Draft(Record, kw_only=True, frozen=True):
    """A document to write. `key` is the shop's reference and is kept *in the ERP document*: a draft written twice
    makes one document. Which kinds a system takes is told by the `kinds` of its stream.

    A **credit** (*avoir*) gives back what its lines say of the document `origin`; quantities and amounts are positive. It is a
    document of its own with its own reference, read back in `documents` under its own key with amounts below zero."""

    kind: Kind = "order"
    dated: date
    reference: str
    """Shop order number, as people know it."""
    customer: str
    """The ERP's customer key."""
    billing: Address | None = None
    delivery: Address | None = None
    lines: list[DraftLine]
    currency: str = "EUR"
    prices_include_tax: bool = False
    net: Decimal
    tax: Decimal
    gross: Decimal
    depot: str | None = None
    representative: str | None = None
    carrier: str | None = None
    remark: str = ""
    payments: list[Payment] = []
    """Money already received, to be entered as deposits with the document, each under its `payment_key(key, payment.key)`:
    asking for the same `PaymentEntry` afterwards finds it there."""
    custom: dict[str, Scalar] = {}
    origin: str | None = None
    """Of a credit: the key, in `documents`, of the order that it credits; the same whatever became of that since."""
    restock: bool = False
    """Of a credit: whether its goods come back into stock (Sage: *bon de retour*), or only money is given back (*avoir
    financier*). A refund that does both is two credits."""
    exchange_rate: Decimal | None = None
    """What one unit of `currency` was worth in the ERP's own on the day of the order (1 USD = 0.92 EUR: 0.92). None: it is the
    ERP's own, or nobody told and the ERP takes its own table."""


class DocumentLine(Struct, kw_only=True, frozen=True, omit_defaults=True):
    key: str
    item: str | None = None
    title: str = ""
    quantity: Decimal
    net: Decimal
    gross: Decimal | None = None
    rate: Decimal | None = None
    stage: Kind = "order"
    """How far this line went: lines of one order may be partly delivered, partly invoiced."""
    delivered: Decimal = Decimal(0)
    invoiced: Decimal | None = None
    """None: the ERP tells it by `stage` only."""
    invoices: list[str] = []
    """Numbers of the invoices that this line is on: one order may be split over several, and one invoice gather several."""
    component: bool = False
    """Part of a pack that stands on a line of its own: it moves stock and has no price."""


class Document(Record, kw_only=True, frozen=True):
    """A sales document and where its lines have got to. The record follows the *business*, not one paper: an order
    that became a delivery note and an invoice stays one record, keyed by what the ERP keeps stable."""

    number: str
    kind: Kind
    """The furthest stage that all lines reached."""
    dated: date
    reference: str = ""
    """What `Draft.key` became; empty for documents typed in the ERP."""
    customer: str = ""
    state: Literal[
        "draft", "confirmed", "preparing", "partly_delivered", "delivered", "invoiced", "cancelled"
    ]
    lines: list[DocumentLine] = []
    shipments: list[Shipment] = []
    invoices: list[str] = []
    """Numbers of the invoices made from it."""
    currency: str = "EUR"
    net: Decimal
    tax: Decimal
    gross: Decimal
    taxes: list[TaxAmount] = []
    paid: Decimal = Decimal(0)
    """Deposits and settlements, what was given back taken off; below zero on a credit that was paid out."""
    due: date | None = None
    custom: dict[str, Scalar] = {}
    deposits: Decimal | None = None
    """The part of `paid` that came before the invoice, and which the final invoice takes off what is due. None: the ERP does not
    keep the two apart."""
    origin: str = ""
    """Of a credit or a return: the key of the document that it goes with, where the ERP tells."""
    exchange_rate: Decimal | None = None
    """As in `Draft`; None where the ERP's own currency is used, or it does not tell."""


class CustomerDraft(Record, kw_only=True, frozen=True):
    """A customer to create or update in the ERP. `key` is our idempotency key, kept in the ERP where it has a
    field for it; `customer.key` is empty when the ERP forms the code itself."""

    customer: Customer


class PaymentEntry(Record, kw_only=True, frozen=True):
    """Money of one order as the ERP keeps it. `key` names the order and the shop's payment (or refund) and is kept *in the
    ERP*: an entry written twice makes one. It is also the `Outcome.target`, by which the entry is read back."""

    document: str
    """The key, in `documents`, of the order that was paid; the same whatever became of it since."""
    kind: Literal["deposit", "settlement", "refund", "deposit_invoice"]
    """deposit: on an order that is not invoiced. deposit_invoice: the same, for which the ERP issues an invoice with its VAT
    (*facture d'acompte*), paid at once; the final invoice takes it off. settlement: of its invoices. refund: money given back. Of
    one that exists already, the ERP tells what became of it: a deposit that followed its order into the invoice may be told as a
    settlement. Which kinds a system takes is told by the `kinds` of its stream."""
    amount: Decimal
    """Positive, a refund's too."""
    currency: str = "EUR"
    method: str
    """The ERP's payment mode, or the shop's method where the merchant named none."""
    title: str = ""
    """The shop's name of the method."""
    dated: date
    transaction: str = ""
    """The payment service's number; an ERP may keep only its beginning."""
    fee: Decimal | None = None
    """What the payment service kept of it."""
    journal: str | None = None
    due: date | None = None
    """When the money reaches the account (a cheque, a transfer, cash on delivery), where the rule says it is later than
    `dated`."""
    fee_item: str | None = None
    """The ERP's article or account for `fee`."""
    credit: str | None = None
    """Of a refund: the key, in `documents`, of the credit that it pays out. None: it is given back from the order's own money
    (before the invoice, or where the ERP writes no credits)."""
    taxes: list[TaxAmount] = []
    """Of a deposit_invoice: its VAT by rate; bases and taxes add up to `amount`."""
    invoice: str = ""
    """Of a deposit_invoice, as the ERP tells: the number of that invoice."""


LONGEST_PAYMENT_KEY = 35
"""Characters that the narrowest ERP field takes (Sage: `DR_Libelle`)."""


def payment_key(reference: str, payment: str) -> str:
    """The key of a payment's (or a refund's) entry: "K3QZ-1042/p1". No space, 35 characters at most with a reference of 17,
    and the same for ever; a payment's key that does not fit is replaced by twelve letters of its hash."""
    fits = (
        payment.isascii() and payment.isprintable() and " " not in payment and "/" not in payment and payment
    )
    if not fits or len(reference) + 1 + len(payment) > LONGEST_PAYMENT_KEY:
        payment = base64.b32encode(hashlib.blake2b(payment.encode(), digest_size=10).digest()).decode()[:12]
    return f"{reference.replace(' ', '_')}/{payment}"
