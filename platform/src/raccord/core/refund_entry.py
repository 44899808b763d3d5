"""From a refund of the shop to the credit note (*avoir*) that the ERP is asked to write, with the refund's own amounts."""

from collections.abc import Iterator
from datetime import date
from decimal import Decimal

from msgspec.structs import replace

from raccord.core.order_lines import Held, comment
from raccord.core.order_rules import OrderRules
from raccord.core.reference import credit_reference
from raccord.core.refund_parts import Broken, Given
from raccord.core.rounding import ZERO, retaxed, with_unit_prices
from raccord_connectors.canonical import Draft, DraftLine, Order, Refund, plain
from raccord_connectors.contract import Problem, Text

NO_REFUND_ITEM = Text(
    "order.no_refund_item",
    "Commande {number} : le remboursement de {amount} comprend un montant qui n’est celui d’aucun article ({free}), et aucun "
    "article de la gestion n’est choisi pour le porter. Choisissez l’article des remboursements dans les réglages du canal : "
    "l’avoir partira de lui-même.",
    "Order {number}: the refund of {amount} contains an amount that is no article’s ({free}), and no article of the ERP is "
    "chosen to carry it. Choose the article for refunds in the channel’s settings: the credit note then goes by itself.",
)
FREE = Text("order.refund_line", "Remboursement", "Refund")
PRICE = Text("order.refund_price", "Remise accordée : {title}", "Reduction granted: {title}")
KEPT = Text("order.refund_kept", "Retenue sur remboursement", "Kept back from the refund")
NOT_BACK = Text(
    "order.refund_not_restocked",
    "Remboursé sans retour en stock : {title} × {quantity}",
    "Refunded, not back in stock: {title} × {quantity}",
)


def credit_of(
    order: Order, broken: Broken, draft: Draft, *, origin: str, customer: str, rules: OrderRules
) -> Draft | Problem:
    """`broken` has no problem. `draft` is the order's own document as it was asked, `origin` its key in the ERP."""
    refund = broken.refund
    restock = any(part.restocked for part in broken.parts)
    try:
        lines = [_line(order, refund, part, rules, restock) for part in broken.parts if _counts(part)]
    except Held as held:
        return held.problem
    if rules.taxes == "erp":
        lines = [retaxed(line) for line in lines]
    net = sum((line.net for line in lines), ZERO)
    tax = sum((line.tax for line in lines), ZERO)
    return Draft(
        key=credit_reference(draft.key, refund.key),
        kind="credit",
        dated=_dated(order, refund),
        reference=draft.reference,
        customer=customer,
        billing=draft.billing,
        delivery=draft.delivery,
        lines=[*_said(refund), *lines],
        currency=draft.currency,
        prices_include_tax=draft.prices_include_tax,
        net=net,
        tax=tax,
        gross=net + tax,
        depot=draft.depot,
        representative=draft.representative,
        origin=origin,
        restock=restock,
        exchange_rate=draft.exchange_rate,
    )


def _counts(part: Given) -> bool:
    """A free article that comes back is in the document for its piece."""
    return bool(part.net or part.tax or (part.restocked and part.quantity))


def _line(order: Order, refund: Refund, part: Given, rules: OrderRules, restock: bool) -> DraftLine:
    """An article with its pieces; what has none, or stays out of a document that moves stock, is on the refunds' article."""
    source = part.line
    if source is not None and source.item and part.quantity > 0:
        goods = source.kind == "item"
        if not goods or part.restocked == restock:
            return with_unit_prices(
                replace(source, quantity=plain(part.quantity), net=part.net, tax=part.tax, rate=part.rate)
            )
    item = rules.item_for("refund")
    if item is None:
        raise Held(_no_item(order, refund, part))
    return with_unit_prices(
        DraftLine(
            item=item, title=_title(part), quantity=Decimal(1), unit_net=ZERO, net=part.net, tax=part.tax, rate=part.rate,
            kind="fee", shop_line=source.shop_line if source is not None else None,
        )
    )  # fmt: skip


def _title(part: Given) -> str:
    if part.line is not None and part.quantity > 0:
        return NOT_BACK.fill(title=part.title, quantity=plain(part.quantity)).fr
    if part.line is not None:
        return PRICE.fill(title=part.title).fr
    return KEPT.fill().fr if part.net < 0 else (part.title or FREE.fill().fr)


def _said(refund: Refund) -> Iterator[DraftLine]:
    if refund.reason:
        yield comment(refund.reason)


def _dated(order: Order, refund: Refund) -> date:
    return (refund.at or order.placed_at).date()


def _no_item(order: Order, refund: Refund, part: Given) -> Problem:
    message = NO_REFUND_ITEM.fill(number=order.number, amount=refund.amount, free=part.net + part.tax)
    return Problem("rejected", message, field="items.refund")
