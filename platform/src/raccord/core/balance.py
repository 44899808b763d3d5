"""What is left to pay of an order in the ERP, as read there, against what the shop says: deposits taken off the final invoice,
credit notes and what was paid out on them. A difference is told figure by figure."""

from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal

from msgspec import Struct

from raccord.core.payment_plan import PaymentPlan, refund_key
from raccord.core.refund_parts import in_order
from raccord.core.refund_plan import RefundPlan
from raccord.core.rounding import ZERO, cents
from raccord_connectors.canonical import Document, Draft, Order, PaymentEntry, payment_key
from raccord_connectors.contract import Problem, Text

DIFFERS = Text(
    "order.balance_differs",
    "Commande {number} : les comptes de {document} ne tombent pas juste ({why_fr}). Rien n’est changé. Corrigez le document ou "
    "ses règlements dans la gestion : la comparaison se refait d’elle-même.",
    "Order {number}: the accounts of {document} do not come out even ({why_en}). Nothing is changed. Correct the document or "
    "its payments in the ERP: they are then compared again by themselves.",
)
INVOICED = Text("order.balance_invoiced", "facturé moins les avoirs", "invoiced less credit notes")
PAID = Text("order.balance_paid", "réglé moins les remboursements", "paid less refunds")
DUE = Text("order.balance_due", "reste à payer", "left to pay")
SAID = Text("order.balance_gap", "{what} : {found} au lieu de {asked}", "{what}: {found} instead of {asked}")


class Balance(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """With tax, in the order's currency; credits and refunds are positive."""

    invoiced: Decimal
    """The order's document, or its final invoices before deposits are taken off."""
    credited: Decimal = ZERO
    deposits: Decimal | None = None
    """The part of `paid` that came before the invoice; None: the ERP does not keep the two apart."""
    paid: Decimal = ZERO
    """Deposits and settlements, what was given back from them taken off."""
    refunded: Decimal = ZERO
    """Paid out on credit notes."""

    @property
    def owed(self) -> Decimal:
        return self.invoiced - self.credited

    @property
    def received(self) -> Decimal:
        return self.paid - self.refunded

    @property
    def due(self) -> Decimal:
        """What the customer still has to pay; below zero it is owed to him."""
        return self.owed - self.received


class Wanted(Struct, frozen=True, kw_only=True):
    """What the shop says, each as the least and the most: what the accountant enters by hand may be there or not."""

    owed: tuple[Decimal, Decimal]
    received: tuple[Decimal, Decimal]


def wanted_of(
    order: Order,
    draft: Draft,
    *,
    payments: PaymentPlan,
    refunds: RefundPlan,
    entered: Mapping[str, PaymentEntry],
) -> Wanted:
    """Once nothing is missing or held any more. `draft` is the order's document as it was asked."""
    owed = least_owed = cents(draft.gross)
    received = sum((-one.amount if one.kind == "refund" else one.amount for one in entered.values()), ZERO)
    least, most = received, received
    for refund in in_order(order.refunds):
        waits = refunds.waits.get(refund.key)
        least_owed -= ZERO if waits == "overpaid" else cents(refund.amount)
        owed -= ZERO if waits in ("overpaid", "by_hand") else cents(refund.amount)
        if payments.waits.get(refund_key(draft.key, refund)) == "by_hand":
            least -= refund.amount
    for payment in order.payments:
        if payments.waits.get(payment_key(draft.key, payment.key)) == "by_hand":
            most += payment.amount
    return Wanted(owed=(least_owed, owed), received=(least, most))


def balance_of(document: Document, given_back: Sequence[Document]) -> Balance:
    """`given_back`: the order's credit notes as the ERP has them now."""
    return Balance(
        invoiced=cents(document.gross),
        credited=-sum((cents(one.gross) for one in given_back), ZERO),
        deposits=None if document.deposits is None else cents(document.deposits),
        paid=cents(document.paid),
        refunded=-sum((cents(one.paid) for one in given_back), ZERO),
    )


def difference(order: Order, document: Document, found: Balance, wanted: Wanted) -> Problem | None:
    """None when every figure is what it should be, to the cent."""
    said = list(_gaps(found, wanted))
    if not said:
        return None
    message = DIFFERS.fill(
        number=order.number,
        document=", ".join(document.invoices) or document.number,
        why_fr="; ".join(one[0] for one in said),
        why_en="; ".join(one[1] for one in said),
    )
    return Problem("rejected", message, field="paid")


def _gaps(found: Balance, wanted: Wanted) -> Iterator[tuple[str, str]]:
    due = (wanted.owed[0] - wanted.received[1], wanted.owed[1] - wanted.received[0])
    for text, there, (least, most) in (
        (INVOICED, found.owed, wanted.owed), (PAID, found.received, wanted.received), (DUE, found.due, due)
    ):  # fmt: skip
        if not least <= there <= most:
            asked = least if there < least else most
            what = text.fill()
            yield (
                SAID.fill(what=what.fr, found=there, asked=asked).fr,
                SAID.fill(what=what.en, found=there, asked=asked).en,
            )
