"""What of an order that the ERP has waits for a person, and why. Pure: the same state asks the same questions, and a question
whose reason has gone is not asked any more."""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Literal

from msgspec import Struct

from raccord.core.order_edits import Edit, words
from raccord.core.order_progress import Progress
from raccord.core.order_rules import AfterEntry
from raccord_connectors.canonical import Document, Order, RefundWish, plain
from raccord_connectors.contract import Problem, Text

Kind = Literal["part_cancelled", "added", "edited", "cancelled_in_shop", "document_deleted"]
Decision = Literal["tell", "refund", "cancel", "seen"]
"""tell: the shop is told that this part will not come. refund: that, and its price is given back through the shop. cancel: the
order is cancelled in the shop. seen: nothing is to be done here."""
ANSWERS: dict[Kind, tuple[Decision, ...]] = {
    "part_cancelled": ("tell", "refund", "seen"),
    "added": ("seen",),
    "edited": ("seen",),
    "cancelled_in_shop": ("seen",),
    "document_deleted": ("cancel", "seen"),
}
ZERO = Decimal(0)
CENT = Decimal("0.01")
SHOWN = 5
"""Lines that a sentence tells; the order's page shows all."""

PART_CANCELLED = Text(
    "order.part_cancelled",
    "Commande {number} : le document {document} ne contient plus {what_fr}. L’acheteur ne les recevra pas. Dites-le à la "
    "boutique (avec ou sans remboursement de {amount_fr} {currency}), ou remettez la ligne dans la gestion.",
    "Order {number}: the document {document} no longer contains {what_en}. The buyer will not receive them. Tell the shop "
    "(with or without a refund of {amount_en} {currency}), or put the line back in the ERP.",
)
CANCELLED_WHOLE = Text(
    "order.cancelled_and_paid",
    "Commande {number} : elle est annulée dans la gestion (document {document}), et {amount_fr} {currency} payés n’ont pas "
    "été rendus. Remboursez-les par la boutique, ou dites ici que c’est fait autrement.",
    "Order {number}: it is cancelled in the ERP (document {document}), and {amount_en} {currency} that were paid were not "
    "given back. Refund them through the shop, or say here that it was done otherwise.",
)
ADDED = Text(
    "order.added_in_erp",
    "Commande {number} : le document {document} contient {what_fr} en plus de ce que l’acheteur a commandé ({amount_fr} "
    "{currency} hors taxe). La boutique ne peut pas l’ajouter à sa commande. Faites-le payer ou offrez-le, ou retirez la "
    "ligne dans la gestion.",
    "Order {number}: the document {document} contains {what_en} beyond what the buyer ordered ({amount_en} {currency} "
    "without tax). The shop cannot add it to the order. Have it paid or give it away, or remove the line in the ERP.",
)
EDITED = Text(
    "order.edited_in_shop",
    "Commande {number} : elle a changé dans la boutique après sa saisie dans la gestion ({why_fr}). Corrigez le document "
    "{document} dans la gestion, ou remettez la commande comme elle était. Si rien n’est à faire, dites-le ici.",
    "Order {number}: it changed in the shop after it was entered in the ERP ({why_en}). Correct the document {document} in "
    "the ERP, or put the order back as it was. If nothing is to be done, say so here.",
)
CANCELLED_IN_SHOP = Text(
    "order.cancelled_in_shop",
    "Commande {number} : la boutique l’a annulée, et le document {document} est toujours dans la gestion. Annulez-le "
    "là-bas avant qu’il ne parte, ou reprenez-en la marchandise si elle est partie.",
    "Order {number}: the shop cancelled it, and the document {document} is still in the ERP. Cancel it there before it "
    "leaves, or take the goods back if they have left.",
)
DELETED = Text(
    "order.document_deleted",
    "Commande {number} : son document {document} n’est plus dans la gestion, et rien n’en était parti. La commande n’a pas "
    "été annulée dans la boutique. Annulez-la d’ici si c’était voulu ; si c’était une erreur, restaurez le document.",
    "Order {number}: its document {document} is no longer in the ERP, and nothing of it had left. The order was not "
    "cancelled in the shop. Cancel it from here if that was meant; if it was a mistake, restore the document.",
)
COUNTED = Text("order.counted_line", "{quantity} × « {name} »", "{quantity} × “{name}”")


class Facts(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What a question is about; another decision is asked for when they change."""

    lines: dict[str, Decimal] = {}
    """Order line → quantity given up that the shop does not know of; or the ERP's article → quantity added."""
    given_up: dict[str, Decimal] = {}
    """Of these lines, all that was given up."""
    amount: Decimal | None = None
    """What giving back these lines' price comes to, with tax; or what was added, without."""
    edits: list[Edit] = []
    document: str = ""


class Question(Struct, frozen=True):
    kind: Kind
    problem: Problem
    facts: Facts


def cancelled_part(
    order: Order, entered: Order, found: Progress, document: str, *, decided: Mapping[str, Decimal]
) -> Question | None:
    """None when the shop knows all that the ERP gave up. `decided`: what the shop was told by decision."""
    unknown = uncovered(order, entered, found, decided)
    if not unknown:
        return None
    amount = worth(order, entered, unknown)
    french, english = _listed([(quantity, _name(entered, line)) for line, quantity in unknown.items()])
    message = PART_CANCELLED.fill(
        number=order.number, document=document, what_fr=french, what_en=english, currency=order.currency,
        **_money(amount),
    )  # fmt: skip
    gone = {line: found.cancelled[line] for line in unknown}
    facts = Facts(lines=unknown, given_up=gone, amount=amount, document=document)
    return Question("part_cancelled", Problem("rejected", message, field="lines"), facts)


def cancelled_whole(order: Order, document: str, wished: Sequence[RefundWish]) -> Question | None:
    """An order that was cancelled in the ERP as a whole, and paid: None when all of its money went back, or was wished back."""
    amount = _left(order) - sum((one.amount for one in wished), ZERO)
    if amount <= 0:
        return None
    message = CANCELLED_WHOLE.fill(
        number=order.number, document=document, currency=order.currency, **_money(amount)
    )
    facts = Facts(amount=plain(amount), document=document)
    return Question("part_cancelled", Problem("rejected", message, field="payments"), facts)


def uncovered(
    order: Order, entered: Order, found: Progress, decided: Mapping[str, Decimal]
) -> dict[str, Decimal]:
    """Order line → how much of what the ERP gave up the shop does not know: it has neither refunded nor taken off that line."""
    refunded: dict[str, Decimal] = {}
    for refund in order.refunds:
        for line, quantity in refund.lines.items():
            refunded[line] = refunded.get(line, ZERO) + quantity
    now = {line.key: line.quantity for line in order.lines}
    before = {line.key: line.quantity for line in entered.lines}
    told = {}
    for line, gone in found.cancelled.items():
        taken_off = before.get(line, ZERO) - now.get(line, ZERO)
        left = gone - max(refunded.get(line, ZERO), taken_off, decided.get(line, ZERO), ZERO)
        if left > 0:
            told[line] = plain(left)
    return told


def worth(order: Order, entered: Order, lines: Mapping[str, Decimal]) -> Decimal:
    """What these quantities cost the buyer with tax, to the cent, as far as it was paid and not given back yet."""
    prices = {line.key: (line.net + line.tax, line.quantity) for line in entered.lines}
    whole = ZERO
    for line, quantity in lines.items():
        gross, count = prices.get(line, (ZERO, ZERO))
        if count:
            whole += (gross * quantity / count).quantize(CENT)
    return plain(max(ZERO, min(whole, _left(order))))


def _left(order: Order) -> Decimal:
    """Paid and not given back."""
    paid = sum((one.amount for one in order.payments if one.state == "paid"), ZERO)
    return paid - sum((one.amount for one in order.refunds), ZERO)


def by_rule(rules: AfterEntry, found: Progress) -> Literal["tell", "refund"] | None:
    """What is done about a cancelled part without asking: once nothing is left to deliver, for the ERP's people may be in the
    middle of changing it, and a shop takes no cancellation back. An order of which nothing at all is left is always asked, and so
    is one that got something else: an article may have been exchanged, or renamed."""
    if rules.cancelled_parts == "ask" or not found.settled or found.nothing_left or found.added:
        return None
    return rules.cancelled_parts


def wish(facts: Facts, before: Sequence[RefundWish], reference: str) -> RefundWish | None:
    """What to ask of the shop when a refund was decided on these facts; None when there is nothing to give back."""
    if not facts.amount or facts.amount <= 0:
        return None
    key = f"{reference.replace(' ', '_')}/c{len(before) + 1}"
    return RefundWish(key=key, amount=facts.amount, lines=facts.lines)


def added(
    order: Order, entered: Order, found: Progress, items: Mapping[str, str], document: str
) -> Question | None:
    """`items`: the shop's article → the ERP's. What the shop's order got since it was entered is no surprise in the ERP."""
    since: dict[str, Decimal] = {}
    for sign, lines in ((1, order.lines), (-1, entered.lines)):
        for line in lines:
            item = items.get(line.item, "")
            since[item] = since.get(item, ZERO) + sign * line.quantity
    beyond = [(one, one.quantity - max(ZERO, since.get(one.item, ZERO))) for one in found.added]
    told = [(one, plain(quantity)) for one, quantity in beyond if quantity > 0]
    if not told:
        return None
    french, english = _listed([(quantity, one.title or one.item) for one, quantity in told])
    amount = sum(((one.net * quantity / one.quantity).quantize(CENT) for one, quantity in told), ZERO)
    message = ADDED.fill(
        number=order.number, document=document, what_fr=french, what_en=english, currency=order.currency,
        **_money(amount),
    )  # fmt: skip
    facts = Facts(
        lines={one.item: quantity for one, quantity in told}, amount=plain(amount), document=document
    )
    return Question("added", Problem("rejected", message, field="lines"), facts)


def edited(order: Order, told: list[Edit], document: str) -> Question | None:
    if not told:
        return None
    french, english = words(told)
    message = EDITED.fill(number=order.number, document=document, why_fr=french, why_en=english)
    return Question("edited", Problem("rejected", message), Facts(edits=told, document=document))


def cancelled_in_shop(order: Order, document: Document, *, by_us: bool) -> Question | None:
    """`by_us`: the shop was told to cancel it."""
    if order.stage != "cancelled" or by_us or document.state == "cancelled":
        return None
    message = CANCELLED_IN_SHOP.fill(number=order.number, document=document.number)
    return Question(
        "cancelled_in_shop", Problem("rejected", message, field="stage"), Facts(document=document.number)
    )


def document_deleted(order: Order, number: str) -> Question:
    message = DELETED.fill(number=order.number, document=number)
    return Question("document_deleted", Problem("rejected", message), Facts(document=number))


def _name(order: Order, line: str) -> str:
    return next((one.name or one.sku or one.item for one in order.lines if one.key == line), line)


def _listed(what: Sequence[tuple[Decimal, str]]) -> tuple[str, str]:
    said = [COUNTED.fill(quantity=quantity, name=name) for quantity, name in what[:SHOWN]]
    more = ["…"] if len(what) > SHOWN else []
    return ", ".join([*(one.fr for one in said), *more]), ", ".join([*(one.en for one in said), *more])


def _money(amount: Decimal) -> dict[str, str]:
    """As each language writes it: "84,50" and "84.50"."""
    told = str(amount.quantize(CENT))
    return {"amount_fr": told.replace(".", ","), "amount_en": told}
