"""Lines and charges of an order with the shop's own amounts; vouchers, which PrestaShop tells for the whole order, shared out."""

from collections.abc import Sequence
from decimal import Decimal

from msgspec.structs import replace

from raccord_connectors.canonical import Charge, Discount, OrderLine, plain
from raccord_connectors.shop.prestashop import keys
from raccord_connectors.shop.prestashop.addresses import text
from raccord_connectors.shop.prestashop.discovery import carrier_key
from raccord_connectors.shop.prestashop.facts import Facts
from raccord_connectors.shop.prestashop.rounding import CENT, SIX, ZERO, amount_of, rounded
from raccord_connectors.shop.prestashop.rows import Row, linked, number


def parts_of(
    row: Row, details: Sequence[Row], rules: Sequence[Row], facts: Facts, mode: int, places: Decimal
) -> tuple[list[OrderLine], list[Charge]]:
    lines = [_line(detail, facts, mode, places) for detail in details]
    charges = list(_charges(row, facts, mode))
    for rule in rules:
        if rule.get("deleted", "0").strip() != "1":
            lines, charges = _with_voucher(rule, lines, charges, mode)
    return lines, charges


def _line(row: Row, facts: Facts, mode: int, places: Decimal) -> OrderLine:
    net = rounded(amount_of(row["total_price_tax_excl"]), mode, places)
    gross = rounded(amount_of(row["total_price_tax_incl"]), mode, places)
    product, combination = int(row["product_id"] or 0), int(row.get("product_attribute_id") or 0)
    eco = amount_of(row.get("ecotax"))
    return OrderLine(
        key=str(number(row)),
        item=keys.target_of(product, combination) if product else "",
        sku=text(row.get("product_reference")),
        name=text(row["product_name"]),
        quantity=plain(amount_of(row["product_quantity"])),
        net=plain(net),
        tax=plain(gross - net),
        rate=_rate(row, facts),
        unit_net=plain(amount_of(row["unit_price_tax_excl"]).quantize(SIX)),
        unit_gross=plain(amount_of(row["unit_price_tax_incl"]).quantize(SIX)),
        eco_contribution=plain(eco.quantize(SIX)) if eco else None,
    )


def _rate(row: Row, facts: Facts) -> Decimal | None:
    """In percent: the taxes of the line add up. None where it bears none, or one that the shop does not know any more."""
    taxes = linked(row, "taxes")
    known = [facts.rates.get(str(tax)) for tax in taxes]
    if not taxes or None in known:
        return None
    return plain(sum((rate for rate in known if rate is not None), ZERO))


def _charges(row: Row, facts: Facts, mode: int) -> Sequence[Charge]:
    found = []
    shipping, shipping_wt = (
        amount_of(row["total_shipping_tax_excl"]),
        amount_of(row["total_shipping_tax_incl"]),
    )
    carrier = facts.carriers.get(row["id_carrier"].strip())
    if shipping or shipping_wt or carrier is not None:
        net, gross = rounded(shipping, mode), rounded(shipping_wt, mode)
        rate = plain(amount_of(row.get("carrier_tax_rate")))
        found.append(
            Charge(
                kind="shipping",
                title=text((carrier or {}).get("name")) or "Livraison",
                net=plain(net),
                tax=plain(gross - net),
                rate=rate if rate or gross == net else _nearest(net, gross - net, facts),
                method=carrier_key(carrier) if carrier is not None else row["id_carrier"].strip(),
            )
        )
    wrapping, wrapping_wt = (
        amount_of(row["total_wrapping_tax_excl"]),
        amount_of(row["total_wrapping_tax_incl"]),
    )
    if wrapping or wrapping_wt:
        net, gross = rounded(wrapping, mode), rounded(wrapping_wt, mode)
        known = _nearest(net, gross - net, facts)
        found.append(
            Charge(
                kind="gift_wrap", title="Paquet cadeau", net=plain(net), tax=plain(gross - net), rate=known
            )
        )
    return found


def _nearest(net: Decimal, tax: Decimal, facts: Facts) -> Decimal | None:
    """The shop does not tell the rate of its gift wrapping: the one of its rates that makes this tax, to a cent."""
    fitting = [rate for rate in {ZERO, *facts.rates.values()} if abs(net * rate / 100 - tax) <= CENT]
    return min(fitting, key=lambda rate: abs(net * rate / 100 - tax), default=None)


def _with_voucher(
    rule: Row, lines: list[OrderLine], charges: list[Charge], mode: int
) -> tuple[list[OrderLine], list[Charge]]:
    """A voucher shared out: what frees the shipping goes there, the rest to the lines by what they cost."""
    off, off_wt = rounded(amount_of(rule["value_tax_excl"]), mode), rounded(amount_of(rule["value"]), mode)
    title = text(rule.get("name")) or "Bon de réduction"
    if rule.get("free_shipping", "0").strip() == "1":
        freed = []
        for charge in charges:
            net, tax = (min(charge.net, off), charge.tax) if charge.kind == "shipping" else (ZERO, ZERO)
            tax = min(tax, off_wt - off) if net else ZERO
            off, off_wt = off - net, off_wt - net - tax
            freed.append(replace(charge, net=plain(charge.net - net), tax=plain(charge.tax - tax)))
        charges = freed
    nets = _shares(off, [line.net for line in lines], mode)
    grosses = _shares(off_wt, [line.net + line.tax for line in lines], mode)
    shared = []
    for line, net, gross in zip(lines, nets, grosses, strict=True):
        if not net and not gross:
            shared.append(line)
            continue
        discount = Discount(title=title, net=plain(net), kind="voucher")
        left = replace(line, net=plain(line.net - net), tax=plain(line.tax - (gross - net)))
        shared.append(replace(left, discounts=[*line.discounts, discount] if net > 0 else line.discounts))
    return shared, charges


def _shares(amount: Decimal, weights: Sequence[Decimal], mode: int) -> list[Decimal]:
    """The amount in cents, by weight; what rounding leaves goes to the heaviest."""
    whole = sum(weights, ZERO)
    if not amount or not whole:
        return [ZERO for _ in weights]
    found = [rounded(amount * weight / whole, mode) for weight in weights]
    heaviest = max(range(len(weights)), key=lambda place: weights[place])
    found[heaviest] += amount - sum(found, ZERO)
    return found


def sums_of(lines: Sequence[OrderLine], charges: Sequence[Charge]) -> tuple[Decimal, Decimal]:
    parts: list[OrderLine | Charge] = [*lines, *charges]
    net = sum((part.net for part in parts), ZERO)
    return net, net + sum((part.tax for part in parts), ZERO)
