"""Cents: what every part of an order comes to, so that each rate of tax and the whole are the shop's own.

Shops round per unit, per line or per total, with or without tax; many hand over parts with more decimals than they charge. An
ERP keeps cents. What lies between is placed rate by rate: a cent of tax at 5.5 % never ends on a line at 20 %.
"""

from collections.abc import Callable, Sequence
from decimal import ROUND_HALF_UP, Decimal

from msgspec import Struct
from msgspec.structs import replace

from raccord.core.order_rules import ResiduePlace
from raccord_connectors.canonical import DraftLine, Order, plain

CENT = Decimal("0.01")
SIX = Decimal("0.000001")
ZERO = Decimal(0)
Rate = Decimal | None


class Amounts(Struct, frozen=True):
    net: Decimal
    tax: Decimal


class Part(Struct, frozen=True):
    """One line or charge, with the decimals that the shop gave it."""

    rate: Rate
    net: Decimal
    tax: Decimal


def cents(amount: Decimal) -> Decimal:
    return amount.quantize(CENT, ROUND_HALF_UP)


def rate_of(rate: Rate, tax: Decimal) -> Rate:
    """Without tax is the rate zero, told or not; a tax whose rate nobody told stays apart."""
    return ZERO if rate is None and not tax else rate


# ------------------------------------------------------------------------------------------ what each rate comes to


def targets(order: Order, parts: Sequence[Part]) -> dict[Rate, Amounts]:
    """Rate → what the parts of that rate make in all, in cents; together they are the order's totals.

    The shop's own table of taxes counts where it agrees with the totals and the parts. Else each rate's sum is rounded, and the
    cents that still lack go to the rates whose sums were rounded furthest.
    """
    sums: dict[Rate, list[Decimal]] = {}
    counts: dict[Rate, int] = {}
    for part in parts:
        rate = rate_of(part.rate, part.tax)
        found = sums.setdefault(rate, [ZERO, ZERO])
        found[0] += part.net
        found[1] += part.tax
        counts[rate] = counts.get(rate, 0) + 1
    nets = {rate: found[0] for rate, found in sums.items()}
    taxes = {rate: found[1] for rate, found in sums.items()}
    told_taxes = _told(order, "tax", taxes, counts, cents(order.tax))
    told_nets = _told(order, "base", nets, counts, cents(order.net))
    final_taxes = told_taxes or shared(taxes, cents(order.tax), counts, lambda rate: rate != 0)
    final_nets = told_nets or shared(nets, cents(order.net), counts, lambda rate: True)
    return {rate: Amounts(final_nets[rate], final_taxes[rate]) for rate in sums}


def _told(
    order: Order, name: str, sums: dict[Rate, Decimal], counts: dict[Rate, int], whole: Decimal
) -> dict[Rate, Decimal]:
    """The shop's table, where it tells exactly the whole and stays within a cent per part of each rate; else empty."""
    told: dict[Rate, Decimal] = {}
    for line in order.taxes:
        told[line.rate] = told.get(line.rate, ZERO) + getattr(line, name)
    table = {rate: cents(told.get(rate, amount)) for rate, amount in sums.items()}
    if not told or None in sums or told.keys() - sums.keys() or sum(table.values(), ZERO) != whole:
        return {}
    close = all(abs(table[rate] - sums[rate]) <= CENT * counts[rate] for rate in sums)
    return table if close else {}


def shared(
    sums: dict[Rate, Decimal], whole: Decimal, counts: dict[Rate, int], may: Callable[[Rate], bool]
) -> dict[Rate, Decimal]:
    """`sums` in cents, making `whole`: cent by cent to where rounding took or gave most. What no rounding explains goes to the
    largest: such an order is held, and a rehearsal looks at it all the same."""
    found = {rate: cents(amount) for rate, amount in sums.items()}
    left = whole - sum(found.values(), ZERO)
    step = CENT.copy_sign(left)
    able = [rate for rate in found if may(rate)] or list(found)
    if able and abs(left) > CENT * (sum(counts.values()) + len(counts)):
        found[max(able, key=lambda rate: abs(sums[rate]))] += left
        return found
    while left and able:
        best = max(
            able, key=lambda rate: ((sums[rate] - found[rate]) * (1 if left > 0 else -1), counts[rate])
        )
        found[best] += step
        left -= step
    return found


# -------------------------------------------------------------------------------------------- where the cents go


class Rounded(Struct, frozen=True):
    """A line in cents, and the rate that its amounts count for; a comment counts for none."""

    line: DraftLine
    rate: Rate = None

    @property
    def counts(self) -> bool:
        return self.line.kind != "comment"


class Placed(Struct, frozen=True):
    lines: list[DraftLine]
    missing: bool = False
    """A rounding line is wanted, and no article carries it."""


def place(
    lines: Sequence[Rounded],
    wanted: dict[Rate, Amounts],
    where: ResiduePlace,
    *,
    rounding_item: str | None,
    title: str,
) -> Placed:
    """`lines` are in cents already; afterwards those of each rate make what is wanted of it."""
    made = [one.line for one in lines]
    for rate, target in wanted.items():
        mine = [index for index, one in enumerate(lines) if one.counts and one.rate == rate]
        net = target.net - sum((made[index].net for index in mine), ZERO)
        tax = target.tax - sum((made[index].tax for index in mine), ZERO)
        if not net and not tax:
            continue
        if where == "rounding":
            if rounding_item is None:
                return Placed(made, missing=True)
            made.append(_rounding_line(rounding_item, title, rate, net, tax))
            continue
        chosen = _chosen(made, mine, where)
        if chosen is None:
            continue
        line = made[chosen]
        made[chosen] = with_unit_prices(replace(line, net=line.net + net, tax=line.tax + tax))
    return Placed(made)


def _chosen(lines: Sequence[DraftLine], mine: Sequence[int], where: ResiduePlace) -> int | None:
    """Where the cents weigh least: the largest line of the rate, or its largest shipping line."""
    shipping = [index for index in mine if lines[index].kind == "shipping"] if where == "shipping" else []
    return max(shipping or mine, key=lambda index: abs(lines[index].net), default=None)


def _rounding_line(item: str, title: str, rate: Rate, net: Decimal, tax: Decimal) -> DraftLine:
    return with_unit_prices(
        DraftLine(
            item=item, title=title, quantity=Decimal(1), unit_net=ZERO, net=net, tax=tax, rate=rate, kind="rounding"
        )
    )  # fmt: skip


def retaxed(line: DraftLine) -> DraftLine:
    """Its amount with tax as it is, its tax what the rate makes of that; a line whose tax has no rate stays."""
    if line.kind == "comment" or line.rate is None:
        return line
    gross = line.net + line.tax
    net = cents(gross / (1 + line.rate / 100))
    return with_unit_prices(replace(line, net=net, tax=gross - net))


def with_unit_prices(line: DraftLine) -> DraftLine:
    """Unit prices follow from the line's amounts, at the six decimals that ERPs keep."""
    quantity = line.quantity or Decimal(1)
    return replace(
        line,
        unit_net=plain((line.net / quantity).quantize(SIX, ROUND_HALF_UP)),
        unit_gross=plain(((line.net + line.tax) / quantity).quantize(SIX, ROUND_HALF_UP)),
    )
