"""Orders as the customer placed them in a shop, with the shop's own amounts.

Amounts are per order currency, Decimal, never recomputed by a connector: it carries what the shop charged.
Net is without tax, gross with tax. Invariant checked by the platform: Σ lines + shipping + fees = totals.
"""

from datetime import date, datetime
from decimal import Decimal
from typing import Literal

from msgspec import Struct

from raccord_connectors.canonical.customer import Address
from raccord_connectors.canonical.record import Record, Scalar


class TaxAmount(Struct, frozen=True):
    """One line of a VAT table: rate in percent, the base it applies to, the tax."""

    rate: Decimal
    base: Decimal
    tax: Decimal


class Discount(Struct, kw_only=True, frozen=True, omit_defaults=True):
    """A reduction already contained in the amounts beside it; kept to be shown and traced."""

    title: str
    net: Decimal
    """Positive."""
    code: str | None = None
    kind: Literal["line", "order", "voucher", "gift_card"] = "line"


class OrderLine(Struct, kw_only=True, frozen=True, omit_defaults=True):
    key: str
    item: str
    """The shop's key of the item bought (product or variation id)."""
    sku: str = ""
    name: str = ""
    quantity: Decimal
    net: Decimal
    """Whole line, after every discount."""
    tax: Decimal
    rate: Decimal | None = None
    """VAT in percent, when the shop tells it."""
    unit_net: Decimal | None = None
    """Before discounts, as the shop shows it."""
    unit_gross: Decimal | None = None
    discounts: list[Discount] = []
    eco_contribution: Decimal | None = None
    gift: bool = False
    note: str = ""
    part_of: str | None = None
    """Key of the pack's line, when the shop lists the parts of a pack."""


class Charge(Struct, kw_only=True, frozen=True, omit_defaults=True):
    """Shipping, gift wrap, payment fee, an eco-contribution apart; below zero a discount or a voucher."""

    kind: Literal["shipping", "fee", "gift_wrap", "discount", "voucher", "eco", "rounding", "other"]
    title: str
    net: Decimal
    tax: Decimal
    rate: Decimal | None = None
    method: str = ""
    """The shop's code of the carrier or fee."""


class Payment(Struct, kw_only=True, frozen=True, omit_defaults=True):
    key: str
    method: str
    title: str = ""
    amount: Decimal
    state: Literal["pending", "authorised", "paid", "failed", "cancelled"]
    paid_at: datetime | None = None
    transaction: str = ""
    fee: Decimal | None = None


class RefundPart(Struct, kw_only=True, frozen=True, omit_defaults=True):
    """One thing of a refund with the shop's own amounts. Without `line` and `charge` it is a free amount (a gesture)."""

    net: Decimal
    """Positive: what is given back."""
    tax: Decimal
    rate: Decimal | None = None
    line: str | None = None
    """Key of the order's line."""
    charge: (
        Literal["shipping", "fee", "gift_wrap", "discount", "voucher", "eco", "rounding", "other"] | None
    ) = None
    """Of the order's charges, this one; a voucher that is taken back with the goods is below zero."""
    quantity: Decimal = Decimal(0)
    """Pieces of the line; 0: a part of its price only."""
    title: str = ""
    restocked: bool | None = None
    """Whether the shop put these pieces back into stock; None: it does not say."""


class Refund(Struct, kw_only=True, frozen=True, omit_defaults=True):
    key: str
    amount: Decimal
    """Gross, positive."""
    at: datetime | None = None
    reason: str = ""
    lines: dict[str, Decimal] = {}
    """Order line key → quantity given back."""
    parts: list[RefundPart] = []
    """What makes up `amount`, where the shop tells amounts; they then add up to it, and `lines` says nothing else."""
    restocked: bool | None = None
    """Of all its `lines`, where the shop says it once."""


class Buyer(Struct, kw_only=True, frozen=True, omit_defaults=True):
    """Who ordered. `key` is None for a guest."""

    key: str | None = None
    erp_code: str = ""
    """The customer's code in the ERP, where the shop keeps it."""
    email: str = ""
    first_name: str = ""
    last_name: str = ""
    company: str = ""
    siret: str | None = None
    vat_number: str | None = None
    phone: str = ""
    groups: list[str] = []
    language: str = ""


class Order(Record, kw_only=True, frozen=True):
    number: str
    """What the customer sees."""
    placed_at: datetime
    status: str
    """The shop's own."""
    stage: Literal["pending", "open", "closed", "cancelled"]
    """What it means: not yet an order (unpaid, draft) / to be fulfilled / done / void."""
    currency: str
    prices_include_tax: bool
    buyer: Buyer
    billing: Address
    delivery: Address | None = None
    lines: list[OrderLine]
    charges: list[Charge] = []
    discounts: list[Discount] = []
    payments: list[Payment] = []
    refunds: list[Refund] = []
    taxes: list[TaxAmount] = []
    net: Decimal
    tax: Decimal
    gross: Decimal
    """What the customer pays."""
    note: str = ""
    gift_message: str = ""
    custom: dict[str, Scalar] = {}
    exchange_rate: Decimal | None = None
    """What one unit of `currency` was worth in the shop's own when the order was placed; None: it is the shop's own, or the shop
    does not tell."""


class Shipment(Struct, kw_only=True, frozen=True, omit_defaults=True):
    key: str
    carrier: str = ""
    tracking: str = ""
    url: str = ""
    lines: dict[str, Decimal] = {}
    """Item (ERP key in a `Document`, shop order line key in an `OrderUpdate`) → quantity."""
    shipped_at: datetime | None = None


class LineUpdate(Struct, kw_only=True, frozen=True, omit_defaults=True):
    """How far one line of an order is, counted from its first day: quantities only ever grow towards `ordered`."""

    ordered: Decimal
    delivered: Decimal = Decimal(0)
    invoiced: Decimal = Decimal(0)
    cancelled: Decimal = Decimal(0)
    """Will not be delivered, and the shop is to say so: decided by the merchant or by a rule of theirs."""


class RefundWish(Struct, kw_only=True, frozen=True, omit_defaults=True):
    """Money that the merchant (or a rule of theirs) wants given back through the shop. `key` is kept in the shop with the
    refund, so that asking again gives nothing back twice."""

    key: str
    amount: Decimal
    """Gross, positive."""
    lines: dict[str, Decimal] = {}
    """Order line key → quantity given back."""


class PaperLink(Struct, kw_only=True, frozen=True, omit_defaults=True):
    """An invoice or credit note of the ERP that the customer can have."""

    number: str
    """The official one."""
    kind: Literal["invoice", "credit", "deposit"] = "invoice"
    dated: date
    url: str
    """Of the page where the customer finds it, the same for all papers of one customer."""
    content: bytes | None = None
    """The PDF, for shops that keep it (`ConnectorSpec.papers`): put there when the update is sent, and never part of what is
    desired or was pushed."""


class OrderUpdate(Record, kw_only=True, frozen=True):
    """What the ERP's follow-up makes of an order in the shop. `key` is the shop's order key; the state is
    absolute, so that repeating it changes nothing."""

    state: Literal["accepted", "preparing", "partly_shipped", "shipped", "invoiced", "cancelled"]
    shipments: list[Shipment] = []
    erp_document: str | None = None
    """Number of the order in the ERP, shown to the shop's staff."""
    invoice_number: str | None = None
    """The first of them."""
    invoice_numbers: list[str] = []
    """All of them, where there are several."""
    lines: dict[str, LineUpdate] = {}
    """By order line key, as soon as a line is in part delivered, or cancelled; empty while the state says it all."""
    papers: list[PaperLink] = []
    """What the customer can have of it, oldest first."""
    quiet: list[Literal["shipped", "invoiced", "cancelled"]] = []
    """Of which the shop is to send the customer nothing by itself: they hear of it from somebody else, or not at all."""
    refunds: list[RefundWish] = []
