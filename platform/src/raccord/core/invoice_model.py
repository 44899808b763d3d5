"""An invoice as its customer reads it, in the terms of EN 16931: what `invoice_making` makes, and pages, PDF and XML show."""

from datetime import date
from decimal import Decimal
from typing import Literal

from msgspec import Struct

from raccord_connectors.contract import Message

Flow = Literal["b2b", "b2g", "b2c", "b2b_eu", "b2c_eu", "b2b_export", "b2c_export"]
"""Who buys, and where: what electronic invoicing makes of it follows (`invoice_flow.duty_of`)."""
Category = Literal["S", "E", "K", "G", "AE", "O"]
"""VAT: standard or reduced rate, exempt, intra-community, export, reverse charge, outside of VAT."""


class Party(Struct, kw_only=True, frozen=True, omit_defaults=True):
    name: str
    person: str = ""
    line1: str = ""
    line2: str = ""
    postal_code: str = ""
    city: str = ""
    country: str = ""
    siren: str = ""
    siret: str = ""
    vat_number: str = ""
    email: str = ""
    phone: str = ""
    key: str = ""
    """The customer's code in the ERP."""


class ModelLine(Struct, kw_only=True, frozen=True, omit_defaults=True):
    number: int
    title: str
    item: str = ""
    note: str = ""
    quantity: Decimal = Decimal(0)
    unit: str = ""
    unit_code: str = "C62"
    """UN/ECE recommendation 20."""
    price: Decimal = Decimal(0)
    """Of one unit, without tax, after discounts."""
    list_price: Decimal | None = None
    """Before discounts, where it is another one."""
    net: Decimal = Decimal(0)
    rate: Decimal = Decimal(0)
    category: Category = "S"
    eco: Decimal | None = None
    comment: bool = False


class VatLine(Struct, kw_only=True, frozen=True, omit_defaults=True):
    category: Category
    rate: Decimal
    base: Decimal
    tax: Decimal
    reason: Message | None = None
    reason_code: str = ""
    """VATEX."""


class Mention(Struct, kw_only=True, frozen=True, omit_defaults=True):
    """A sentence that the law wants. `subject` is the code under which the XML carries it (UNTDID 4451)."""

    subject: str
    text: Message


class Prepaid(Struct, kw_only=True, frozen=True, omit_defaults=True):
    amount: Decimal
    number: str = ""
    on: date | None = None
    title: str = ""


class Due(Struct, kw_only=True, frozen=True, omit_defaults=True):
    on: date
    amount: Decimal
    method: str = ""


class Corrected(Struct, frozen=True):
    """An invoice that a credit note corrects. Electronic invoicing wants its date, too."""

    number: str
    dated: date | None = None


class InvoiceModel(Struct, kw_only=True, frozen=True, omit_defaults=True):
    number: str
    kind: Literal["invoice", "credit", "deposit"]
    dated: date
    currency: str
    flow: Flow
    seller: Party
    buyer: Party
    delivery: Party | None = None
    delivered: date | None = None
    orders: list[str] = []
    buyer_reference: str = ""
    corrects: list[Corrected] = []
    lines: list[ModelLine] = []
    vat: list[VatLine] = []
    net: Decimal
    tax: Decimal
    gross: Decimal
    prepaid: list[Prepaid] = []
    payable: Decimal
    due: list[Due] = []
    terms: Message | None = None
    eco: Decimal = Decimal(0)
    """Of all lines, contained in `net`."""
    mentions: list[Mention] = []
    legal: Message
    """Who the seller is by law, in one sentence."""
    iban: str = ""
    bic: str = ""
    remark: str = ""
    footer: str = ""

    @property
    def prepaid_total(self) -> Decimal:
        return sum((one.amount for one in self.prepaid), Decimal(0))

    @property
    def type_code(self) -> str:
        """UNTDID 1001."""
        return {"invoice": "380", "credit": "381", "deposit": "386"}[self.kind]


class Missing(Struct, kw_only=True, frozen=True, omit_defaults=True):
    """A mandatory datum that is not there. `blocking`: without it there is no paper at all; else it is told to the merchant."""

    field: str
    message: Message
    blocking: bool = False
