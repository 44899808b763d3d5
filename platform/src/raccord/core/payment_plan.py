"""Which entries of money an order must have in the ERP: worked out anew from what is paid and given back, from the channel's
rules, and from what became of the ERP's document. It asks for what is missing and never for more than was paid, so it does
not matter when, how often or in which order the shop tells its payments."""

from collections.abc import Collection, Mapping
from datetime import timedelta
from decimal import Decimal
from typing import Literal

from msgspec import Struct
from msgspec.structs import replace

from raccord.core.order_rules import OrderRules, PaymentRule
from raccord.core.rates import Table, less, spread, total
from raccord_connectors.canonical import Order, Payment, PaymentEntry, Refund, TaxAmount, payment_key
from raccord_connectors.contract import FIRST_KINDS, Problem, Text

DocumentState = Literal[
    "draft", "confirmed", "preparing", "partly_delivered", "delivered", "invoiced", "cancelled"
]
Waits = Literal["invoice", "payments", "credit", "document", "by_hand"]
"""For the invoice; for the payments that a refund gives back; for its credit note; for ever, its document being cancelled; for
the accountant."""
Kinds = Collection[str]
ZERO = Decimal(0)

UNKNOWN_METHOD = Text(
    "order.unknown_payment_method",
    "Commande {number} : le moyen de paiement « {method} » ({title}) n’a pas de règle, et son paiement de {amount} n’est pas "
    "saisi. Ajoutez-le dans les règlements des réglages du canal : il partira de lui-même.",
    "Order {number}: the payment method “{method}” ({title}) has no rule, and its payment of {amount} is not entered. Add it "
    "to the payments in the channel’s settings: it then goes by itself.",
)
NOT_HONOURED = Text(
    "order.payment_kind_not_honoured",
    "Commande {number} : le moyen de paiement « {method} » est réglé sur « {wanted_fr} », que votre gestion ne permet pas par "
    "cette connexion. Son paiement de {amount} n’est pas saisi. Choisissez autre chose dans les réglages du canal.",
    "Order {number}: the payment method “{method}” is set to “{wanted_en}”, which your ERP does not allow over this "
    "connection. Its payment of {amount} is not entered. Choose something else in the channel’s settings.",
)
ENTRIES = {
    "deposit": Text("order.entry_deposit", "acompte sur la commande", "deposit on the order"),
    "deposit_invoice": Text("order.entry_deposit_invoice", "facture d’acompte", "deposit invoice"),
    "settlement": Text("order.entry_settlement", "règlement de la facture", "settlement of the invoice"),
    "refund": Text("order.entry_refund", "remboursement", "refund"),
}
AMOUNT_DIFFERS = Text(
    "order.payment_differs",
    "Commande {number} : le règlement {key} est de {entered} dans la gestion et de {paid} dans la boutique. Corrigez-le dans "
    "la gestion.",
    "Order {number}: the payment {key} is of {entered} in the ERP and of {paid} in the shop. Correct it in the ERP.",
)
TAKEN_BACK = Text(
    "order.payment_taken_back",
    "Commande {number} : le règlement {key} de {entered} est dans la gestion, et la boutique ne le dit plus payé. Annulez-le "
    "dans la gestion si l’argent n’est pas venu.",
    "Order {number}: the payment {key} of {entered} is in the ERP, and the shop no longer says that it is paid. Cancel it in "
    "the ERP if the money did not come.",
)
TOO_MUCH_BACK = Text(
    "order.refund_too_large",
    "Commande {number} : le remboursement de {amount} dépasse les {left} réglés dans la gestion. Il n’est pas saisi. Vérifiez "
    "les règlements de cette commande.",
    "Order {number}: the refund of {amount} is more than the {left} entered in the ERP. It is not entered. Check the payments "
    "of this order.",
)


class PaymentPlan(Struct, frozen=True, kw_only=True):
    """By entry key. An order is complete when nothing is missing, held or waited for."""

    missing: list[PaymentEntry] = []
    held: dict[str, Problem] = {}
    waits: dict[str, Waits] = {}

    @property
    def complete(self) -> bool:
        """What the accountant enters by hand is none of our business."""
        return not self.missing and not self.held and set(self.waits.values()) <= {"by_hand"}


def plan(
    order: Order,
    *,
    reference: str,
    document: str,
    state: DocumentState,
    rules: OrderRules,
    entered: Mapping[str, PaymentEntry],
    kinds: Kinds = FIRST_KINDS["payments"],
    credited: Mapping[str, str | None] | None = None,
    table: Table | None = None,
) -> PaymentPlan:
    """`entered` is what was read back from the ERP, `kinds` what its connector honours. Refunds are asked for once everything
    that was paid is entered, and, of those in `credited` (refund → key of its credit note, None while it is to come), the credit
    note. `table` is what the order comes to rate by rate: the VAT of deposit invoices."""
    made = _Plan(order, reference, document, state, rules, entered, kinds, credited or {}, table or {})
    for payment in order.payments:
        if payment.state == "paid" and payment.amount > 0:
            made.pay(payment)
    made.look_for_taken_back()
    for refund in order.refunds:
        if refund.amount > 0:
            made.give_back(refund)
    return PaymentPlan(missing=made.missing, held=made.held, waits=made.waits)


def with_the_document(order: Order, rules: OrderRules) -> list[Payment]:
    """Payments that are entered as deposits together with the order's document. An invoice takes none: its payments settle it."""
    chosen: list[Payment] = []
    if rules.kind == "invoice":
        return chosen
    for payment in order.payments:
        rule = rule_of(rules, payment.method)
        if payment.state == "paid" and rule is not None and rule.entry == "deposit":
            chosen.append(replace(payment, method=rule.mode or payment.method))
    return chosen


def rule_of(rules: OrderRules, method: str) -> PaymentRule | None:
    """None: the merchant made rules, and this method has none."""
    if rules.payments and method not in rules.payments and "" not in rules.payments:
        return None
    return rules.payment(method)


def refund_key(reference: str, refund: Refund) -> str:
    return payment_key(reference, f"r:{refund.key}")


class _Plan:
    def __init__(
        self,
        order: Order,
        reference: str,
        document: str,
        state: DocumentState,
        rules: OrderRules,
        entered: Mapping[str, PaymentEntry],
        kinds: Kinds,
        credited: Mapping[str, str | None],
        table: Table,
    ) -> None:
        self.missing: list[PaymentEntry] = []
        self.held: dict[str, Problem] = {}
        self.waits: dict[str, Waits] = {}
        self._order = order
        self._reference = reference
        self._document = document
        self._state = state
        self._rules = rules
        self._entered = entered
        self._kinds = kinds
        self._credited = credited
        self._table = table
        self._invoiced = ZERO
        """By deposit invoices."""
        self._paid: dict[str, Payment] = {}
        self._left = sum(
            (-one.amount if one.kind == "refund" else one.amount for one in entered.values()), ZERO
        )
        """Entered and not given back."""

    def pay(self, payment: Payment) -> None:
        key = payment_key(self._reference, payment.key)
        if key in self._paid:  # the shop tells one payment twice
            return
        self._paid[key] = payment
        rule = rule_of(self._rules, payment.method)
        if key in self._entered:
            self._compare(key, payment.amount)
            if self._entered[key].kind == "deposit_invoice":
                self._invoiced += payment.amount
        elif rule is None:
            self._hold(
                key, UNKNOWN_METHOD, "payments", method=payment.method, title=payment.title or "?",
                amount=payment.amount,
            )  # fmt: skip
        elif rule.entry == "none":
            self.waits[key] = "by_hand"
        elif self._state == "cancelled":
            self.waits[key] = "document"
        elif self._kind(rule) not in self._kinds:
            wanted = ENTRIES[self._kind(rule)].fill()
            self._hold(
                key, NOT_HONOURED, "payments", method=payment.method, wanted_fr=wanted.fr, wanted_en=wanted.en,
                amount=payment.amount,
            )  # fmt: skip
        elif rule.entry == "settlement" and self._state != "invoiced":
            self.waits[key] = "invoice"
        else:
            self.missing.append(self._entry(key, payment, rule))

    def _kind(self, rule: PaymentRule) -> Literal["deposit", "settlement", "deposit_invoice"]:
        """What is paid once the invoice is there settles it, whatever was meant before."""
        if self._state == "invoiced" or rule.entry == "settlement":
            return "settlement"
        return "deposit_invoice" if rule.entry == "deposit_invoice" else "deposit"

    def look_for_taken_back(self) -> None:
        for key, entry in self._entered.items():
            if entry.kind != "refund" and key not in self._paid:
                self._hold(key, TAKEN_BACK, "payments", key=key, entered=entry.amount)

    def give_back(self, refund: Refund) -> None:
        key = refund_key(self._reference, refund)
        if key in self._entered:
            self._compare(key, refund.amount)
            return
        payment = self._given_back_by()
        if payment is None:
            self.waits[key] = "by_hand" if self._by_hand() else "payments"
        elif self._state == "cancelled":
            self.waits[key] = "document"
        elif self._open():
            self.waits[key] = "payments"
        elif (
            self._state == "invoiced" and refund.key in self._credited and self._credited[refund.key] is None
        ):
            self.waits[key] = "credit"
        elif refund.amount > self._left:
            if self._by_hand():
                self.waits[key] = "by_hand"
            else:
                self._hold(key, TOO_MUCH_BACK, "refunds", amount=refund.amount, left=self._left)
        else:
            self._left -= refund.amount
            self.missing.append(self._refund(key, refund, payment))

    def _given_back_by(self) -> Payment | None:
        """The largest of the payments that are ours to enter."""
        ours = [
            payment
            for payment in self._paid.values()
            if (rule := rule_of(self._rules, payment.method)) is not None and rule.entry != "none"
        ]
        return max(ours, key=lambda payment: (payment.amount, payment.key), default=None)

    def _by_hand(self) -> bool:
        return any(self.waits.get(key) == "by_hand" for key in self._paid)

    def _open(self) -> bool:
        """Whether a payment of the order is still to come into the ERP."""
        return any(key not in self._entered and self.waits.get(key) != "by_hand" for key in self._paid)

    def _entry(self, key: str, payment: Payment, rule: PaymentRule) -> PaymentEntry:
        kind = self._kind(rule)
        dated = (payment.paid_at or self._order.placed_at).date()
        return PaymentEntry(
            key=key,
            document=self._document,
            kind=kind,
            amount=payment.amount,
            currency=self._order.currency,
            method=rule.mode or payment.method,
            title=payment.title,
            dated=dated,
            transaction=payment.transaction,
            fee=payment.fee,
            journal=rule.journal,
            due=dated + timedelta(days=rule.due_days) if rule.due_days else None,
            fee_item=rule.fee_item if payment.fee else None,
            taxes=self._taxes(payment.amount) if kind == "deposit_invoice" else [],
        )

    def _taxes(self, amount: Decimal) -> list[TaxAmount]:
        """In proportion to the order's rates; several deposit invoices together have the order's own taxes, to the cent."""
        before = spread(self._invoiced, self._table) if self._invoiced else {}
        self._invoiced += amount
        if self._invoiced > total(self._table):
            mine = spread(amount, self._table)
        else:
            mine = less(spread(self._invoiced, self._table), before)
        told = [(rate, one) for rate, one in mine.items() if rate is not None and (one.net or one.tax)]
        return [TaxAmount(rate, one.net, one.tax) for rate, one in sorted(told)]

    def _refund(self, key: str, refund: Refund, payment: Payment) -> PaymentEntry:
        rule = self._rules.payment(payment.method)
        return PaymentEntry(
            key=key,
            document=self._document,
            kind="refund",
            amount=refund.amount,
            currency=self._order.currency,
            method=rule.mode or payment.method,
            title=payment.title,
            dated=(refund.at or self._order.placed_at).date(),
            transaction=payment.transaction,
            journal=rule.journal,
            credit=self._credited.get(refund.key),
        )

    def _compare(self, key: str, amount: Decimal) -> None:
        entered = self._entered[key].amount
        if entered != amount:
            self._hold(key, AMOUNT_DIFFERS, "payments", key=key, entered=entered, paid=amount)

    def _hold(self, key: str, text: Text, field: str, /, **values: object) -> None:
        self.held[key] = Problem("rejected", text.fill(number=self._order.number, **values), field=field)
