"""The lines of a document out of those of an order: articles, packs, unknown ones, charges. Amounts stay the shop's."""

from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal

from msgspec import Struct
from msgspec.structs import replace

from raccord.core.order_rules import CarriedKind, OrderRules
from raccord.core.rounding import ZERO, Part, Rounded, cents, rate_of, with_unit_prices
from raccord_connectors.canonical import Charge, DraftLine, Order, OrderLine
from raccord_connectors.contract import Problem, Text

UNKNOWN_ITEM = Text(
    "order.unknown_item",
    "Commande {number} : l’article « {name} » (référence {sku}) n’est rattaché à aucun article de la gestion. "
    "Rattachez-le dans le catalogue ou créez-le dans la gestion, puis réessayez la commande.",
    "Order {number}: the shop’s article “{name}” (SKU {sku}) is not bound to any article of the ERP. "
    "Bind it in the catalogue or create it in the ERP, then retry the order.",
)
NO_CHARGE_ITEM = Text(
    "order.no_charge_item",
    "Commande {number} : elle comporte « {title} » ({amount} {currency}), mais aucun article de la gestion n’est choisi "
    "pour le porter. Choisissez l’article de port ou de frais dans les réglages du canal, puis réessayez la commande.",
    "Order {number}: it has “{title}” ({amount} {currency}), but no article of the ERP is chosen to carry it. "
    "Choose the article for shipping or charges in the channel’s settings, then retry the order.",
)
OTHER_ITEM = Text(
    "order.other_item",
    "Article inconnu de la gestion : « {name} », référence {sku} dans la boutique",
    "Article unknown to the ERP: “{name}”, SKU {sku} in the shop",
)
LINE_KINDS: dict[CarriedKind, str] = {"voucher": "discount", "eco": "fee"}
"""What a document calls the kinds that it has no word of its own for."""


class Held(Exception):
    """The order cannot be entered as it is."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(problem.message.en)
        self.problem = problem


class Entered(Struct, frozen=True):
    """A line with the shop's own decimals, before it is rounded."""

    line: DraftLine
    part: Part | None = None

    def rounded(self) -> Rounded:
        if self.part is None:
            return Rounded(self.line)
        line = replace(self.line, net=cents(self.part.net), tax=cents(self.part.tax))
        return Rounded(with_unit_prices(line), rate_of(self.part.rate, self.part.tax))


def lines_of(order: Order, items: Mapping[str, str], rules: OrderRules) -> list[Entered]:
    """`items`: the shop's item → the ERP's. Raises `Held`."""
    found: list[Entered] = []
    for line in unpacked(order.lines, items, rules):
        found.extend(_article(order, line, items, rules))
    for charge in order.charges:
        found.extend(_charge(order, charge, rules))
    return found


def comment(title: str) -> DraftLine:
    return DraftLine(item=None, title=title, quantity=ZERO, unit_net=ZERO, net=ZERO, tax=ZERO, kind="comment")


def _article(order: Order, line: OrderLine, items: Mapping[str, str], rules: OrderRules) -> Iterator[Entered]:
    item = items.get(line.item)
    known = item is not None
    if item is None and rules.unknown_item == "other":
        item = rules.other_item
    if item is None:
        message = UNKNOWN_ITEM.fill(number=order.number, name=line.name, sku=line.sku or "—")
        raise Held(Problem("rejected", message, field=f"lines.{line.key}"))
    draft = DraftLine(
        item=item, title=line.name, quantity=line.quantity, unit_net=ZERO, net=ZERO, tax=ZERO, rate=line.rate,
        shop_line=line.key,
    )  # fmt: skip
    yield Entered(draft, Part(line.rate, line.net, line.tax))
    if not known:
        yield Entered(comment(OTHER_ITEM.fill(name=line.name, sku=line.sku or "—").fr))


def _charge(order: Order, charge: Charge, rules: OrderRules) -> Iterator[Entered]:
    kind = carried_kind(charge)
    item = rules.item_for(kind)
    if item is None:
        if not charge.net and not charge.tax:
            return  # free shipping needs no article to carry nothing
        amount = cents(charge.net + charge.tax)
        message = NO_CHARGE_ITEM.fill(
            number=order.number, title=charge.title, amount=amount, currency=order.currency
        )
        raise Held(Problem("rejected", message, field=f"items.{kind}"))
    draft = DraftLine(
        item=item, title=charge.title, quantity=Decimal(1), unit_net=ZERO, net=ZERO, tax=ZERO, rate=charge.rate,
        kind=LINE_KINDS.get(kind, kind),  # type: ignore[arg-type]  # the other kinds are the document's own
    )  # fmt: skip
    yield Entered(draft, Part(charge.rate, charge.net, charge.tax))


def carried_kind(charge: Charge) -> CarriedKind:
    """What is below zero is a discount, whatever the shop calls it."""
    if charge.kind == "voucher":
        return "voucher"
    if charge.net + charge.tax < 0:
        return "discount"
    return "fee" if charge.kind == "other" else charge.kind


# ---------------------------------------------------------------------------------------------------- packs


def unpacked(lines: Sequence[OrderLine], items: Mapping[str, str], rules: OrderRules) -> list[OrderLine]:
    """Packs as the merchant keeps them in the ERP; money is never lost, whichever way."""
    parts: dict[str, list[OrderLine]] = {}
    keys = {line.key for line in lines}
    for line in lines:
        if line.part_of in keys and line.part_of is not None:
            parts.setdefault(line.part_of, []).append(line)
    if rules.packs == "both" or not parts:
        return list(lines)
    found: list[OrderLine] = []
    shared: dict[str, OrderLine] = {}
    left_out: set[str] = set()
    for line in lines:
        inside = parts.get(line.key)
        if inside is None:
            continue
        if _as_parts(line, inside, items, rules):
            left_out.add(line.key)
            shared.update({part.key: part for part in _with_share(line, inside)})
        else:
            left_out.update(part.key for part in inside if not part.net and not part.tax)
    for line in lines:
        if line.key not in left_out:
            found.append(shared.get(line.key, line))
    return found


def _as_parts(
    pack: OrderLine, parts: Sequence[OrderLine], items: Mapping[str, str], rules: OrderRules
) -> bool:
    """A pack that the ERP does not know is entered by its parts, if it knows those."""
    return rules.packs == "parts" or (pack.item not in items and all(part.item in items for part in parts))


def _with_share(pack: OrderLine, parts: Sequence[OrderLine]) -> Iterator[OrderLine]:
    """The pack's amounts, shared out by what the parts cost alone; by their quantities where the shop does not tell that."""
    weights = [(part.unit_net or part.unit_gross or ZERO) * part.quantity for part in parts]
    if not all(weights):
        weights = [part.quantity for part in parts]
    whole = sum(weights, ZERO) or Decimal(1)
    left_net, left_tax = pack.net, pack.tax
    for part, weight in zip(parts, weights, strict=True):
        net, tax = cents(pack.net * weight / whole), cents(pack.tax * weight / whole)
        if part is parts[-1]:
            net, tax = left_net, left_tax
        left_net, left_tax = left_net - net, left_tax - tax
        rate = part.rate if (part.net or part.tax) else pack.rate
        yield replace(part, net=part.net + net, tax=part.tax + tax, rate=rate)
