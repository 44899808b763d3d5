"""From a shop's order to the document that the ERP is asked to write, with the shop's own amounts."""

from collections.abc import Mapping
from datetime import date

from msgspec import Struct
from msgspec.structs import replace

from raccord.core import order_anyway
from raccord.core.channel import ChannelSettings
from raccord.core.order_anyway import Anyway
from raccord.core.order_lines import NO_CHARGE_ITEM, UNKNOWN_ITEM, Entered, Held, comment, lines_of
from raccord.core.order_rules import OrderRules
from raccord.core.order_words import carrier_of, filled
from raccord.core.payment_plan import with_the_document
from raccord.core.rounding import ZERO, cents, place, retaxed, targets
from raccord_connectors.canonical import Draft, DraftLine, Order
from raccord_connectors.contract import Problem, Text

__all__ = ["NO_CHARGE_ITEM", "UNKNOWN_ITEM", "Entry", "enter"]

NO_ROUNDING_ITEM = Text(
    "order.no_rounding_item",
    "Commande {number} : l’arrondi de la boutique laisse des centimes que vous voulez sur une ligne à part, mais aucun article "
    "de la gestion n’est choisi pour la porter. Choisissez l’article d’arrondi dans les réglages du canal, puis réessayez.",
    "Order {number}: the shop’s rounding leaves cents that you want on a line of their own, but no article of the ERP is chosen "
    "to carry it. Choose the article for rounding in the channel’s settings, then retry.",
)
ROUNDING = Text("order.rounding", "Arrondi", "Rounding")


class Entry(Struct, frozen=True):
    """Either the draft, or why it cannot be made."""

    draft: Draft | None = None
    problem: Problem | None = None


def enter(
    order: Order,
    *,
    reference: str,
    customer: str,
    items: Mapping[str, str],
    settings: ChannelSettings,
    today: date | None = None,
    anyway: Anyway | None = None,
) -> Entry:
    """`items` gives the ERP's item key for each of the shop's. The order's totals were checked before (`totals.check`), or a
    person decided that it is entered `anyway`.

    Every part keeps its net and tax to the cent; what the shop's rounding leaves goes where the merchant chose, rate by rate, so
    that the document's totals and taxes are what the customer paid. `today` dates documents by their entry.
    """
    rules = settings.orders
    counted = order if anyway is None else order_anyway.as_its_parts(order)
    try:
        entered = lines_of(counted, items, rules)
        lines = _in_cents(counted, entered, rules)
    except Held as held:
        return Entry(problem=held.problem)
    if anyway is not None:
        lines += order_anyway.lines(order, anyway, rules)
    said = [comment(text) for template in rules.comments if (text := filled(template, order))]
    draft = _draft(order, [*said, *lines], reference, customer, rules, today)
    return Entry(draft=draft if anyway is None else _summed(draft))


def _summed(draft: Draft) -> Draft:
    """Its net and tax as its lines make them, where the shop's own do not make what the customer paid."""
    net, tax = (sum((getattr(line, name) for line in draft.lines), ZERO) for name in ("net", "tax"))
    return replace(draft, net=net, tax=tax)


def _in_cents(order: Order, entered: list[Entered], rules: OrderRules) -> list[DraftLine]:
    wanted = targets(order, [one.part for one in entered if one.part is not None])
    placed = place(
        [one.rounded() for one in entered],
        wanted,
        rules.residue,
        rounding_item=rules.item_for("rounding"),
        title=ROUNDING.fill().fr,
    )
    if placed.missing:
        message = NO_ROUNDING_ITEM.fill(number=order.number)
        raise Held(Problem("rejected", message, field="items.rounding"))
    return [retaxed(line) for line in placed.lines] if rules.taxes == "erp" else placed.lines


def _draft(
    order: Order,
    lines: list[DraftLine],
    reference: str,
    customer: str,
    rules: OrderRules,
    today: date | None,
) -> Draft:
    return Draft(
        key=reference,
        kind=rules.kind,
        dated=_dated(order, rules, today),
        reference=filled(rules.reference, order) or order.number,
        customer=customer,
        billing=order.billing,
        delivery=order.delivery or order.billing,
        lines=lines,
        currency=order.currency,
        prices_include_tax=order.prices_include_tax
        if rules.price_mode == "shop"
        else rules.price_mode == "gross",
        net=sum((line.net for line in lines), ZERO) if rules.taxes == "erp" else cents(order.net),
        tax=sum((line.tax for line in lines), ZERO) if rules.taxes == "erp" else cents(order.tax),
        gross=cents(order.gross),
        depot=rules.depot,
        representative=rules.representative,
        carrier=carrier_of(order),
        remark=filled(rules.remark, order),
        payments=with_the_document(order, rules),
        exchange_rate=order.exchange_rate,
    )


def _dated(order: Order, rules: OrderRules, today: date | None) -> date:
    if rules.dated == "entered" and today is not None:
        return today
    paid = [one.paid_at for one in order.payments if one.state == "paid" and one.paid_at is not None]
    return max(paid).date() if rules.dated == "paid" and paid else order.placed_at.date()
