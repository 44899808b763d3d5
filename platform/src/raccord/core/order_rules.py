"""What a merchant chose for one channel's orders, as data: which ones import, and what they become in the ERP.

The rules that obey these choices stand beside: `order_entry`, `rounding`, `customer_match`.
"""

from decimal import Decimal
from typing import Literal

from msgspec import Struct

Stage = Literal["pending", "open", "closed"]
PaymentState = Literal["unpaid", "authorised", "partly_paid", "paid"]
"""Of a whole order: nothing yet / promised / a part / all of it."""
DocumentKind = Literal["quotation", "order", "delivery", "invoice"]
CarriedKind = Literal["shipping", "fee", "gift_wrap", "discount", "voucher", "eco", "rounding", "refund"]
"""What an order has beside its articles, and which the ERP keeps on an article of its own; refund: what is given back of none."""
ResiduePlace = Literal["largest", "rounding", "shipping"]
Anchor = Literal["binding", "code", "email", "siret", "vat_number", "phone_name"]

INSTEAD: dict[CarriedKind, tuple[CarriedKind, ...]] = {
    "fee": ("shipping",),
    "gift_wrap": ("fee", "shipping"),
    "eco": ("fee", "shipping"),
    "discount": ("fee", "shipping"),
    "voucher": ("discount", "fee", "shipping"),
    "rounding": ("fee", "shipping"),
    "refund": ("discount", "fee", "shipping"),
}
"""Where no article is chosen for a kind, those that may carry it."""


# ------------------------------------------------------------------------------------------------ customers


class CodeFormation(Struct, kw_only=True, frozen=True, omit_defaults=True):
    """How the code of a new customer is made; without a pattern the ERP forms it."""

    pattern: str = ""
    """Text with `{name:4}`, `{department}`, `{country}`, `{number:5}` (the counter, with its digits)."""
    longest: int = 17
    """Characters that the ERP keeps."""


class CustomerTemplate(Struct, kw_only=True, frozen=True, omit_defaults=True):
    """What a customer that we create is given. None: as the ERP chooses."""

    price_category: str | None = None
    accounting_category: str | None = None
    payment_terms: str | None = None
    representative: str | None = None
    category: str | None = None


class CustomerRules(Struct, kw_only=True, frozen=True, omit_defaults=True):
    """Who in the ERP placed an order."""

    anchors: tuple[Anchor, ...] = ("binding", "code", "email", "siret", "vat_number", "phone_name")
    """What recognises a customer, the surest first."""
    guests: Literal["create", "collective"] = "create"
    everyone: Literal["own", "collective"] = "own"
    """collective: all private buyers of this channel are one account of the ERP."""
    collective_account: str | None = None
    code: CodeFormation = CodeFormation()
    template: CustomerTemplate = CustomerTemplate()
    business_template: CustomerTemplate | None = None
    """Of buyers with a company; None: `template`."""


# ------------------------------------------------------------------------------------------------- payments


class PaymentRule(Struct, kw_only=True, frozen=True, omit_defaults=True):
    """What one payment method of the shop becomes in the ERP."""

    entry: Literal["deposit", "deposit_invoice", "settlement", "none"] = "deposit"
    """deposit: on the order. deposit_invoice: an invoice of its own, with its VAT. settlement: of the final invoice. none: the
    accountant enters it."""
    mode: str | None = None
    """The ERP's payment mode."""
    journal: str | None = None
    due_days: int = 0
    """After the payment, until its money is on the account: a cheque, a transfer, the carrier's cash."""
    fee_item: str | None = None
    """The ERP's article or account of the bank's fee."""


# --------------------------------------------------------------------------------------------------- orders


class AfterEntry(Struct, kw_only=True, frozen=True, omit_defaults=True):
    """What happens by itself once the ERP has an order, and what waits for a person."""

    cancelled_parts: Literal["ask", "tell", "refund"] = "ask"
    """What the ERP gives up of an order: a person decides; the shop is told as soon as nothing is left to deliver; and its price
    is given back through the shop, too."""
    deleted_document: Literal["cancel", "ask"] = "cancel"
    """A document deleted in the ERP before anything of it left: the order is cancelled in the shop, or a person decides."""


class OrderRules(Struct, kw_only=True, frozen=True, omit_defaults=True):
    """Which orders of the shop import, when, and as what."""

    stages: tuple[Stage, ...] = ("open",)
    """What the shop's state means: not yet an order / to be fulfilled / done."""
    statuses: tuple[str, ...] = ()
    """The shop's own states, of these stages; empty: all of them."""
    payment_states: tuple[PaymentState, ...] = ()
    """Empty: whatever its payments."""
    delay_minutes: int = 0
    """After the order was placed: time to change it or to take it back."""
    kind: DocumentKind = "order"
    depot: str | None = None
    representative: str | None = None
    reference: str = "{number}"
    """Templates take `{number}`, `{key}`, `{status}`, `{note}`, `{gift_message}`, `{customer}`, `{email}`, `{carrier}`,
    `{payment}`, `{transaction}`, `{total}`, `{currency}`, `{placed}`; an unknown name stays as it is written."""
    remark: str = "{note}"
    comments: tuple[str, ...] = ()
    """One comment line of the document each, before its articles; one that comes out empty is left out."""
    dated: Literal["placed", "paid", "entered"] = "placed"
    price_mode: Literal["shop", "net", "gross"] = "shop"
    """How the document is typed: as the shop does, without tax, or with tax."""
    items: dict[CarriedKind, str] = {}
    """The ERP's article for what is no article of the shop."""
    unknown_item: Literal["hold", "other"] = "hold"
    """An article that is bound to none of the ERP's: the order waits, or the line is put on `other_item` with its reason."""
    other_item: str | None = None
    packs: Literal["parent", "parts", "both"] = "parent"
    """Of a pack whose parts the shop lists: the pack, and its parts only where they have a price; the parts, with the pack's
    amounts shared out; or all lines as they are."""
    residue: ResiduePlace = "largest"
    """Where the cents go that the shop's rounding leaves: on the largest line, a line of their own, or the shipping line."""
    taxes: Literal["shop", "erp"] = "shop"
    """shop: every rate's tax as the shop rounded it. erp: as an ERP works it out of each line's amount with tax; what the
    customer paid stays, line by line, and a few cents move between net and tax."""
    credits: Literal["write", "by_hand"] = "write"
    """Whether a refund becomes a credit note in the ERP, or the accountant enters it."""
    tolerance: Decimal = Decimal("0.50")
    """The most, in the order's currency, that a manager may let go to the article for rounding when a shop's order does not add
    up. Zero: nothing is let go."""
    unproven_hours: int = 24
    """After which a sale that the ERP has and whose stock does not show it is told: it still lowers what the shops show."""
    customers: CustomerRules = CustomerRules()
    payments: dict[str, PaymentRule] = {}
    """By the shop's payment method; "" is for those that are not named."""
    after: AfterEntry = AfterEntry()

    def item_for(self, kind: CarriedKind) -> str | None:
        """The article that carries this kind, or the one that may stand in for it."""
        found = self.items.get(kind)
        return found or next(
            (item for other in INSTEAD.get(kind, ()) if (item := self.items.get(other))), None
        )

    def payment(self, method: str) -> PaymentRule:
        return self.payments.get(method) or self.payments.get("") or PaymentRule()

    def articles(self) -> list[str]:
        """Every article of the ERP that is named, each once."""
        others = [self.other_item, *(rule.fee_item for rule in self.payments.values())]
        return list(dict.fromkeys([*self.items.values(), *(one for one in others if one)]))
