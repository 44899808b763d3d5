"""From a shop's order to the document that the ERP is asked to write, with the shop's own amounts."""

from collections.abc import Mapping
from decimal import ROUND_HALF_UP, Decimal

from msgspec import Struct
from msgspec.structs import replace

from raccord.core.channel import ChannelSettings
from raccord.core.totals import CENT, ZERO, Residue, cents, residue
from raccord_connectors.canonical import Charge, Draft, DraftLine, Order, OrderLine, plain
from raccord_connectors.contract import Problem, Text

SIX = Decimal("0.000001")

UNKNOWN_ITEM = Text(
    "order.unknown_item",
    "Commande {number} : l’article « {name} » (référence {sku}) n’est rattaché à aucun article de la gestion. "
    "Rattachez-le dans le catalogue ou créez-le dans la gestion, puis relancez la commande.",
    "Order {number}: the shop’s article “{name}” (SKU {sku}) is not bound to any article of the ERP. "
    "Bind it in the catalogue or create it in the ERP, then retry the order.",
)
NO_CHARGE_ITEM = Text(
    "order.no_charge_item",
    "Commande {number} : elle comporte « {title} » ({amount} {currency}), mais aucun article de la gestion n’est choisi "
    "pour le porter. Choisissez l’article de port ou de frais dans les réglages du canal, puis relancez la commande.",
    "Order {number}: it has “{title}” ({amount} {currency}), but no article of the ERP is chosen to carry it. "
    "Choose the article for shipping or charges in the channel’s settings, then retry the order.",
)


class Entry(Struct, frozen=True):
    """Either the draft, or why it cannot be made."""

    draft: Draft | None = None
    problem: Problem | None = None


def enter(
    order: Order, *, reference: str, customer: str, items: Mapping[str, str], settings: ChannelSettings
) -> Entry:
    """`items` gives the ERP's item key for each of the shop's. The order's totals were checked before (`totals.check`).

    Every part keeps its net and tax to the cent; what the shop's rounding leaves goes to the largest part, so that the
    document's totals are what the customer paid.
    """
    lines: list[DraftLine] = []
    for line in order.lines:
        item = items.get(line.item)
        if item is None:
            message = UNKNOWN_ITEM.fill(number=order.number, name=line.name, sku=line.sku or "—")
            return Entry(problem=Problem("rejected", message, field=f"lines.{line.key}"))
        lines.append(_item_line(line, item))
    for charge in order.charges:
        item = _charge_item(charge, settings)
        if item is None:
            message = NO_CHARGE_ITEM.fill(
                number=order.number,
                title=charge.title,
                amount=cents(charge.net + charge.tax),
                currency=order.currency,
            )
            return Entry(problem=Problem("rejected", message, field="shipping_item"))
        lines.append(_charge_line(charge, item))
    return Entry(
        draft=_draft(order, _absorb(lines, residue_of_lines(order, lines)), reference, customer, settings)
    )


def _draft(
    order: Order, lines: list[DraftLine], reference: str, customer: str, settings: ChannelSettings
) -> Draft:
    return Draft(
        key=reference,
        kind=settings.orders.kind,
        dated=order.placed_at.date(),
        reference=order.number,
        customer=customer,
        billing=order.billing,
        delivery=order.delivery or order.billing,
        lines=lines,
        currency=order.currency,
        prices_include_tax=order.prices_include_tax,
        net=cents(order.net),
        tax=cents(order.tax),
        gross=cents(order.gross),
        depot=settings.orders.depot,
        carrier=next(
            (charge.method or charge.title for charge in order.charges if charge.kind == "shipping"), None
        ),
        remark=order.note,
        payments=[payment for payment in order.payments if payment.state == "paid"],
    )


def residue_of_lines(order: Order, lines: list[DraftLine]) -> Residue:
    """As `totals.residue`, over lines already rounded to the cent."""
    if not lines:
        return residue(order)
    net = sum((line.net for line in lines), ZERO)
    tax = sum((line.tax for line in lines), ZERO)
    return Residue(cents(order.net) - net, cents(order.tax) - tax)


def _absorb(lines: list[DraftLine], left: Residue) -> list[DraftLine]:
    """The residue goes to the line with the largest net, where it weighs least on the rate."""
    if left == Residue(ZERO, ZERO):
        return lines
    largest = max(range(len(lines)), key=lambda index: abs(lines[index].net))
    line = lines[largest]
    lines[largest] = _with_unit_prices(replace(line, net=line.net + left.net, tax=line.tax + left.tax))
    return lines


def _item_line(line: OrderLine, item: str) -> DraftLine:
    return _with_unit_prices(
        DraftLine(
            item=item,
            title=line.name,
            quantity=line.quantity,
            unit_net=ZERO,
            net=cents(line.net),
            tax=cents(line.tax),
            rate=line.rate,
            shop_line=line.key,
        )
    )


def _charge_line(charge: Charge, item: str) -> DraftLine:
    kinds = {"shipping": "shipping", "gift_wrap": "gift_wrap", "rounding": "rounding"}
    kind = "discount" if charge.net < 0 else kinds.get(charge.kind, "fee")
    return _with_unit_prices(
        DraftLine(
            item=item,
            title=charge.title,
            quantity=Decimal(1),
            unit_net=ZERO,
            net=cents(charge.net),
            tax=cents(charge.tax),
            rate=charge.rate,
            kind=kind,  # type: ignore[arg-type]  # one of the literals above
        )
    )


def _charge_item(charge: Charge, settings: ChannelSettings) -> str | None:
    if charge.net < 0:
        return settings.orders.item_for("discount")
    return settings.orders.item_for("fee" if charge.kind == "other" else charge.kind)


def _with_unit_prices(line: DraftLine) -> DraftLine:
    """Unit prices follow from the line's amounts, at the six decimals that ERPs keep."""
    quantity = line.quantity or Decimal(1)
    return replace(
        line,
        unit_net=plain((line.net / quantity).quantize(SIX, ROUND_HALF_UP)),
        unit_gross=plain(((line.net + line.tax) / quantity).quantize(SIX, ROUND_HALF_UP)),
    )


def differs(draft: Draft, net: Decimal, tax: Decimal, gross: Decimal) -> bool:
    """Does a document read back from the ERP say other amounts than were asked?"""
    return any(abs(a - b) >= CENT for a, b in ((draft.net, net), (draft.tax, tax), (draft.gross, gross)))
