"""A document that the ERP made otherwise than it was asked, taken as it is because a manager decided so: up to the channel's
accepted difference, in every total and every tax. It counts for that document with those figures only (`print_of`). Pure."""

import hashlib
from collections.abc import Sequence
from decimal import Decimal

from msgspec.structs import replace

from raccord.core.order_difference import Gap, gaps
from raccord.core.order_rules import OrderRules
from raccord.core.rounding import ZERO, cents
from raccord_connectors.canonical import Document, DocumentLine, Draft, DraftLine
from raccord_connectors.contract import Message, Text

NOT_READ = Text(
    "order.accept_not_read",
    "Commande {number} : le document de la gestion n’est plus sous nos yeux. Réessayez la commande : il sera relu et comparé.",
    "Order {number}: the ERP’s document is no longer before us. Retry the order: it is then read and compared again.",
)
AGREES = Text(
    "order.accept_agrees",
    "Commande {number} : le document {document} est ce qui a été demandé, il n’y a pas d’écart à accepter. Réessayez-la.",
    "Order {number}: the document {document} is what was asked, there is no difference to accept. Retry it.",
)
OTHER_CURRENCY = Text(
    "order.accept_currency",
    "Commande {number} : le document {document} est en {found} et la commande en {asked}. Cela ne s’accepte pas : supprimez le "
    "document dans la gestion, puis réessayez.",
    "Order {number}: the document {document} is in {found} and the order in {asked}. That cannot be accepted: delete the "
    "document in the ERP, then retry.",
)
TOO_MUCH = Text(
    "order.accept_too_much",
    "Commande {number} : l’écart du document {document} est de {gap} {currency}, et ce canal n’en laisse passer que {most}. "
    "Corrigez le document dans la gestion, ou changez l’écart accepté dans les réglages du canal.",
    "Order {number}: the difference of the document {document} is {gap} {currency}, and this channel lets no more than {most} "
    "pass. Correct the document in the ERP, or change the accepted difference in the channel’s settings.",
)


def refusal(number: str, draft: Draft | None, document: Document | None, rules: OrderRules) -> Message | None:
    """Why this document may not be accepted; None when it may."""
    if draft is None or document is None:
        return NOT_READ.fill(number=number)
    found = gaps(draft, document)
    if not found:
        return AGREES.fill(number=number, document=document.number)
    if draft.currency != document.currency:
        return OTHER_CURRENCY.fill(
            number=number, document=document.number, found=document.currency, asked=draft.currency
        )
    gap = most_of(found)
    if gap > rules.tolerance:
        return TOO_MUCH.fill(
            number=number,
            document=document.number,
            gap=gap,
            currency=draft.currency,
            most=cents(rules.tolerance),
        )
    return None


def most_of(found: Sequence[Gap]) -> Decimal:
    """The largest difference of a total, a base or a tax; lines only explain."""
    return max(
        (abs(cents(one.found) - cents(one.asked)) for one in found if one.what != "line"), default=ZERO
    )


def print_of(document: Document, found: Sequence[Gap]) -> str:
    """Of what was accepted: another figure, or the document of another number, asks again."""
    letters = hashlib.blake2b(document.key.encode(), digest_size=12)
    for one in found:
        letters.update(f"|{one.what}|{one.rate}|{one.name}|{cents(one.asked)}|{cents(one.found)}".encode())
    return letters.hexdigest()


def as_made(draft: Draft, document: Document) -> Draft:
    """The draft with the figures that the ERP made of it: from now on the order's credit notes and its balance are measured
    against these. Lines are told apart by their article, the first one first."""
    waiting = [line for line in document.lines if line.item is not None and not line.component]
    lines = []
    for asked in draft.lines:
        line = next((one for one in waiting if one.item == asked.item), None)
        if asked.kind == "comment" or line is None:
            gone = asked.kind != "comment" and asked.item is not None
            lines.append(replace(asked, net=ZERO, tax=ZERO) if gone else asked)
            continue
        waiting.remove(line)
        net, tax = _amounts(line)
        lines.append(replace(asked, net=net, tax=tax))
    lines += [_added(line) for line in waiting if line.net or line.gross]
    return replace(
        draft, lines=lines, net=cents(document.net), tax=cents(document.tax), gross=cents(document.gross)
    )


def _amounts(line: DocumentLine) -> tuple[Decimal, Decimal]:
    """Net and tax."""
    net = cents(line.net)
    if line.gross is not None:
        return net, cents(line.gross) - net
    return net, cents(line.net * (line.rate or ZERO) / 100)


def _added(line: DocumentLine) -> DraftLine:
    quantity, (net, tax) = line.quantity or Decimal(1), _amounts(line)
    return DraftLine(
        item=line.item, title=line.title, quantity=quantity, unit_net=line.net / quantity, net=net, tax=tax,
        rate=line.rate, kind="rounding",
    )  # fmt: skip
