"""Do the amounts of an order agree with themselves? A shop's order is entered as it is, or held; never "about right"."""

from decimal import Decimal

from msgspec import Struct

from raccord.core.rounding import CENT, ZERO, cents
from raccord_connectors.canonical import Order
from raccord_connectors.contract import Problem, Text

DISAGREES = Text(
    "order.totals_disagree",
    "Commande {number} : les lignes et les frais font {parts} {currency}, mais le client a payé {gross} {currency} "
    "(écart {gap}). Rien n’a été écrit dans la gestion. Vérifiez la commande dans la boutique, puis réessayez-la.",
    "Order {number}: its lines and charges make {parts} {currency}, but the customer paid {gross} {currency} "
    "(difference {gap}). Nothing was written in the ERP. Check the order in the shop, then retry it.",
)
NO_LINES = Text(
    "order.no_lines",
    "Commande {number} : elle ne contient aucune ligne. Complétez-la dans la boutique ou ignorez-la ici.",
    "Order {number}: it has no line. Complete it in the shop or ignore it here.",
)


class Residue(Struct, frozen=True):
    """Cents between the sum of the parts and the totals: what the shop's own rounding leaves. Usually zero."""

    net: Decimal
    tax: Decimal


def residue(order: Order) -> Residue:
    """Totals minus parts, each rounded to the cent. Parts may come with more decimals than the totals."""
    parts = [(line.net, line.tax) for line in order.lines] + [
        (charge.net, charge.tax) for charge in order.charges
    ]
    net = sum((part[0] for part in parts), ZERO)
    tax = sum((part[1] for part in parts), ZERO)
    return Residue(cents(order.net) - cents(net), cents(order.tax) - cents(tax))


def check(order: Order) -> Problem | None:
    """A gap of at most one cent per part is the shop's rounding and is placed on a line; a larger one is a doubt.

    Net + tax = paid must hold exactly.
    """
    if not order.lines:
        return Problem("rejected", NO_LINES.fill(number=order.number), field="lines")
    left = residue(order)
    tolerance = CENT * (len(order.lines) + len(order.charges))
    exact = cents(order.net) + cents(order.tax) == cents(order.gross)
    if exact and abs(left.net) <= tolerance and abs(left.tax) <= tolerance:
        return None
    parts = cents(order.gross) - left.net - left.tax if exact else cents(order.net) + cents(order.tax)
    gap = cents(order.gross) - parts
    message = DISAGREES.fill(
        number=order.number, parts=parts, gross=cents(order.gross), gap=gap, currency=order.currency
    )
    return Problem("rejected", message, field="gross")
