"""Why an order does not add up, as far as its own figures tell: said beside the hold, line by line."""

from collections.abc import Iterator
from decimal import Decimal

from raccord.core.rounding import CENT, ZERO, cents
from raccord.core.shop_rounding import how_rounded
from raccord_connectors.canonical import Order
from raccord_connectors.contract import Message, Text

AS_DISCOUNT = Text(
    "order.gap.discount",
    "L’écart est celui d’une remise ({title}) que la boutique n’a déduite d’aucune ligne.",
    "The difference is that of a discount ({title}) that the shop took off no line.",
)
AS_REFUND = Text(
    "order.gap.refund",
    "L’écart est celui d’un remboursement que la boutique a déjà déduit du total.",
    "The difference is that of a refund that the shop has taken off the total already.",
)
AS_CHARGE = Text(
    "order.gap.charge",
    "L’écart est celui de « {title} », compté une fois de trop ou une fois trop peu.",
    "The difference is that of “{title}”, counted once too often or not at all.",
)
AS_TAX = Text(
    "order.gap.tax",
    "L’écart est celui de la taxe : elle est comptée deux fois, ou pas du tout.",
    "The difference is that of the tax: it is counted twice, or not at all.",
)


AS_ROUNDED = Text(
    "order.gap.as_rounded",
    "Les prix des lignes, arrondis {how_fr}, font bien le total : ce sont les montants des lignes qui ne sont pas ceux du "
    "client.",
    "The prices of the lines, rounded {how_en}, do make the total: it is the amounts of the lines that are not the customer’s.",
)
HOW = {
    "unit": ("à la pièce", "piece by piece"),
    "line": ("à la ligne", "line by line"),
    "total": ("au total de chaque taux", "at the total of each rate"),
}
LINE_PRICE = Text(
    "order.gap.line_price",
    "« {title} » : {quantity} × {unit} font {expected}, la boutique compte {found}.",
    "“{title}”: {quantity} × {unit} make {expected}, the shop counts {found}.",
)
LINE_TAX = Text(
    "order.gap.line_tax",
    "« {title} » : {rate} % de {net} font {expected} de taxe, la boutique compte {found}.",
    "“{title}”: {rate}% of {net} make {expected} of tax, the shop counts {found}.",
)
SHOWN = 3
"""Lines that a sentence names."""


def explained(order: Order, message: Message) -> Message:
    """The sentence, with what the difference is likely to be: the lines that do not add up in themselves, and a figure of the
    order that has just its size."""
    told = [*list(_lines(order))[:SHOWN], *_whole(order)]
    french, english = (" ".join([said, *more]) for said, more in (
        (message.fr, [one.fr for one in told]), (message.en, [one.en for one in told])
    ))  # fmt: skip
    return Message(message.code, french, english)


def _lines(order: Order) -> Iterator[Message]:
    """Lines whose amounts are not those of their unit price, nor their tax that of their rate, by more than rounding makes."""
    for line in order.lines:
        discounted = bool(line.discounts) or any(one.kind != "line" for one in order.discounts)
        if line.unit_net is not None and not discounted:
            expected = cents(line.quantity * line.unit_net)
            if abs(expected - line.net) > CENT * max(Decimal(1), abs(line.quantity)):
                yield LINE_PRICE.fill(
                    title=line.name,
                    quantity=line.quantity,
                    unit=line.unit_net,
                    expected=expected,
                    found=cents(line.net),
                )
        if line.rate is not None:
            expected = cents(line.net * line.rate / 100)
            if abs(expected - line.tax) > CENT * max(Decimal(1), abs(line.quantity)):
                yield LINE_TAX.fill(
                    title=line.name,
                    rate=line.rate,
                    net=cents(line.net),
                    expected=expected,
                    found=cents(line.tax),
                )


def _whole(order: Order) -> Iterator[Message]:
    parts = sum((line.net + line.tax for line in order.lines), ZERO)
    parts += sum((charge.net + charge.tax for charge in order.charges), ZERO)
    gap = abs(cents(order.gross) - cents(parts)) or abs(cents(order.net + order.tax) - cents(order.gross))
    reason = _reason(order, gap) if gap else None
    if reason is not None:
        yield reason
    for how in how_rounded(order)[:1]:
        french, english = HOW[how.level]
        yield AS_ROUNDED.fill(how_fr=french, how_en=english)


def _reason(order: Order, gap: Decimal) -> Message | None:
    for discount in order.discounts:
        if cents(discount.net) == gap:
            return AS_DISCOUNT.fill(title=discount.title)
    for charge in order.charges:
        if abs(cents(charge.net + charge.tax)) == gap:
            return AS_CHARGE.fill(title=charge.title)
    if any(cents(refund.amount) == gap for refund in order.refunds):
        return AS_REFUND.fill()
    return AS_TAX.fill() if cents(order.tax) == gap else None
