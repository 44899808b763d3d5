"""A shop's order that does not add up, entered all the same because a manager decided so: its parts as they are, and what the
customer paid beside them on one untaxed line for rounding, with the reason under it. Never more than the channel's rule allows.
"""

from decimal import Decimal

from msgspec import Struct
from msgspec.structs import replace

from raccord.core.order_lines import comment
from raccord.core.order_rules import OrderRules
from raccord.core.rounding import ZERO, cents, with_unit_prices
from raccord.core.totals import check
from raccord_connectors.canonical import DraftLine, Order
from raccord_connectors.contract import Message, Text

TITLE = Text("order.anyway_title", "Arrondi accepté", "Rounding accepted")
BECAUSE = Text(
    "order.anyway_because", "Écart accepté par {name} : {reason}", "Difference accepted by {name}: {reason}"
)
ADDS_UP = Text(
    "order.anyway_adds_up",
    "Commande {number} : ses montants s’accordent, il n’y a pas d’écart à accepter. Réessayez-la.",
    "Order {number}: its amounts agree, there is no difference to accept. Retry it.",
)
TOO_MUCH = Text(
    "order.anyway_too_much",
    "Commande {number} : l’écart est de {gap} {currency}, et ce canal n’en laisse passer que {most}. Corrigez la commande dans "
    "la boutique, ou changez l’écart accepté dans les réglages du canal.",
    "Order {number}: the difference is {gap} {currency}, and this channel lets no more than {most} pass. Correct the order in "
    "the shop, or change the accepted difference in the channel’s settings.",
)
NO_ITEM = Text(
    "order.anyway_no_item",
    "Commande {number} : aucun article de la gestion ne peut porter l’écart. Choisissez l’article d’arrondi dans les réglages du "
    "canal, puis recommencez.",
    "Order {number}: no article of the ERP can carry the difference. Choose the article for rounding in the channel’s settings, "
    "then try again.",
)
NO_LINES = Text(
    "order.anyway_no_lines",
    "Commande {number} : elle n’a aucune ligne, il n’y a rien à faire entrer dans la gestion. Complétez-la dans la boutique ou "
    "ignorez-la ici.",
    "Order {number}: it has no line, so there is nothing to enter in the ERP. Complete it in the shop or ignore it here.",
)


class Anyway(Struct, frozen=True):
    """What a manager decided. It counts for the order as it was then: see `orders.decisions`."""

    reason: str
    name: str
    """The person's."""


def gap_of(order: Order) -> Decimal:
    """What the customer paid, less what lines and charges make: to the cent, the two taken each in cents."""
    parts = as_its_parts(order)
    return cents(order.gross) - parts.gross


def as_its_parts(order: Order) -> Order:
    """The same, with totals that are the sums of its lines and charges."""
    parts = [(line.net, line.tax) for line in order.lines]
    parts += [(charge.net, charge.tax) for charge in order.charges]
    net = cents(sum((part[0] for part in parts), ZERO))
    tax = cents(sum((part[1] for part in parts), ZERO))
    return replace(order, net=net, tax=tax, gross=net + tax)


def refusal(order: Order, rules: OrderRules) -> Message | None:
    """Why this order may not be entered so; None when it may."""
    gap = gap_of(order)
    if not order.lines:
        return NO_LINES.fill(number=order.number)
    if check(order) is None:
        return ADDS_UP.fill(number=order.number)
    if abs(gap) > rules.tolerance:
        return TOO_MUCH.fill(
            number=order.number, gap=gap, currency=order.currency, most=cents(rules.tolerance)
        )
    if gap and rules.item_for("rounding") is None:
        return NO_ITEM.fill(number=order.number)
    return None


def lines(order: Order, decided: Anyway, rules: OrderRules) -> list[DraftLine]:
    """What is added to the document: the difference, if there is one, and who let it go and why."""
    said = comment(BECAUSE.fill(name=decided.name, reason=decided.reason).fr)
    gap = gap_of(order)
    if not gap:
        return [said]
    line = DraftLine(
        item=rules.item_for("rounding"), title=TITLE.fill().fr, quantity=Decimal(1), unit_net=ZERO, net=gap, tax=ZERO, rate=ZERO,
        kind="rounding",
    )  # fmt: skip
    return [with_unit_prices(line), said]
