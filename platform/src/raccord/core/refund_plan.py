"""Which credit notes an order must have in the ERP: worked out anew from what the shop gave back, from the channel's rules, and
from what became of the ERP's document. A refund before the invoice needs none if the order itself was reduced by as much."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Literal

from msgspec import Struct
from msgspec.structs import replace

from raccord.core.order_rules import OrderRules
from raccord.core.payment_plan import DocumentState
from raccord.core.refund_entry import credit_of
from raccord.core.refund_parts import Broken, Given, broken_down, in_order
from raccord.core.rounding import CENT, ZERO, cents
from raccord_connectors.canonical import Document, Draft, Order
from raccord_connectors.contract import Problem, Text

Waits = Literal["invoice", "reduced", "overpaid", "document", "by_hand"]
"""For the invoice; for ever, the order having been reduced by as much before it was invoiced; for ever, more having been paid
than was owed; for ever, its document being cancelled before it was invoiced; for the accountant."""

REDUCED_OTHERWISE = Text(
    "order.reduced_otherwise",
    "Commande {number} : son document a été réduit de {reduced} dans la gestion, et le remboursement est de {amount}. Aucun "
    "avoir n’est saisi. Corrigez le document pour qu’il soit réduit d’autant, ou saisissez l’avoir de la différence dans la "
    "gestion.",
    "Order {number}: its document was reduced by {reduced} in the ERP, and the refund is of {amount}. No credit note is "
    "entered. Correct the document so that it is reduced by as much, or enter the credit note of the difference in the ERP.",
)
CREDIT_DIFFERS = Text(
    "order.credit_differs",
    "Commande {number} : l’avoir {document} est de {entered} dans la gestion, et le remboursement de {amount} dans la "
    "boutique. Corrigez l’avoir dans la gestion.",
    "Order {number}: the credit note {document} is of {entered} in the ERP, and the refund of {amount} in the shop. Correct "
    "the credit note in the ERP.",
)
CREDIT_TAKEN_BACK = Text(
    "order.credit_taken_back",
    "Commande {number} : l’avoir {document} de {entered} est dans la gestion, et la boutique ne dit plus ce remboursement. "
    "Annulez l’avoir dans la gestion s’il n’a pas lieu d’être.",
    "Order {number}: the credit note {document} of {entered} is in the ERP, and the shop no longer tells of this refund. "
    "Cancel the credit note in the ERP if it should not be there.",
)


class RefundPlan(Struct, frozen=True, kw_only=True):
    """By the shop's key of the refund. An order is complete when nothing is missing, held or waited for."""

    missing: dict[str, Draft] = {}
    held: dict[str, Problem] = {}
    waits: dict[str, Waits] = {}

    @property
    def complete(self) -> bool:
        """What was settled without a credit note, or is the accountant's, is none of our business any more."""
        return not self.missing and not self.held and "invoice" not in self.waits.values()


def plan_credits(
    order: Order,
    *,
    draft: Draft,
    document: Document | None,
    key: str,
    state: DocumentState,
    rules: OrderRules,
    writes: bool,
    entered: Mapping[str, Document],
) -> RefundPlan:
    """`draft` is the order's document as it was asked, `document` as the ERP last told it (None: not yet), `key` its key there;
    `writes` whether the ERP's connector writes credit notes; `entered` those that were read back, by the refund's key."""
    made = RefundPlan(missing={}, held={}, waits={})
    beyond = overpaid(order, draft)
    made.waits.update(dict.fromkeys(beyond, "overpaid"))
    order = replace(order, refunds=[one for one in order.refunds if one.key not in beyond])
    told = set(beyond)
    reduced = _reduction(draft, document, state)
    for broken in broken_down(order, draft):
        refund = broken.refund
        told.add(refund.key)
        amount = cents(refund.amount)
        credit = entered.get(refund.key)
        if credit is not None:
            _compare(made, order, refund.key, credit, amount)
        elif not writes or rules.credits == "by_hand":
            made.waits[refund.key] = "by_hand"
        elif state == "cancelled":
            made.waits[refund.key] = "document"
        elif reduced >= amount:
            reduced -= amount
            made.waits[refund.key] = "reduced"
        elif not _invoiced(broken, document, state):
            made.waits[refund.key] = "invoice"
        elif reduced:
            message = REDUCED_OTHERWISE.fill(number=order.number, reduced=reduced, amount=amount)
            made.held[refund.key] = Problem("rejected", message, field="refunds")
            reduced = ZERO
        else:
            found = broken.problem or credit_of(
                order, broken, draft, origin=key, customer=draft.customer, rules=rules
            )
            if isinstance(found, Problem):
                made.held[refund.key] = found
            else:
                made.missing[refund.key] = found
    for refund_key, credit in entered.items():
        if refund_key not in told:
            message = CREDIT_TAKEN_BACK.fill(
                number=order.number, document=credit.number, entered=abs(credit.gross)
            )
            made.held[refund_key] = Problem("rejected", message, field="refunds")
    return made


def overpaid(order: Order, draft: Draft) -> list[str]:
    """Refunds that give back what was paid beyond the order's total: money alone, nothing that was invoiced."""
    surplus = sum((one.amount for one in order.payments if one.state == "paid"), ZERO) - cents(draft.gross)
    found = []
    for refund in in_order(order.refunds):
        if not refund.lines and not refund.parts and refund.amount <= surplus:
            surplus -= refund.amount
            found.append(refund.key)
    return found


def _reduction(draft: Draft, document: Document | None, state: DocumentState) -> Decimal:
    """By how much the order was made smaller in the ERP since it was entered; nothing counts before somebody settled on it."""
    if document is None or state == "cancelled":
        return ZERO
    return max(cents(draft.gross - document.gross), ZERO)


def _invoiced(broken: Broken, document: Document | None, state: DocumentState) -> bool:
    """All of it, or at least the goods that are given back."""
    if state == "invoiced":
        return True
    if document is None or broken.problem is not None:
        return False
    goods = [part for part in broken.parts if part.line is not None and part.line.kind == "item"]
    return bool(goods) and len(goods) == len(broken.parts) and all(_left(part, document) for part in goods)


def _left(part: Given, document: Document) -> bool:
    there = sum(
        (
            line.quantity
            for line in document.lines
            if part.line is not None and line.item == part.line.item and line.stage == "invoice"
        ),
        ZERO,
    )
    return there >= max(part.quantity, CENT)


def _compare(made: RefundPlan, order: Order, key: str, credit: Document, amount: Decimal) -> None:
    if abs(credit.gross) != amount:
        message = CREDIT_DIFFERS.fill(
            number=order.number, document=credit.number, entered=abs(credit.gross), amount=amount
        )
        made.held[key] = Problem("rejected", message, field="refunds")
