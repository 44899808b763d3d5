"""One PrestaShop order → the canonical order. Nothing is computed that the shop tells.

PrestaShop works out the amounts with and without tax apart from each other, each rounded as the shop is set: how (`round_mode`),
and by piece, by line or only in the total (`round_type`). In the last case its lines have six decimals, and are handed on so:
the platform brings them to the totals. Vouchers are told for the whole order; they are shared out to the lines.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import ROUND_CEILING, ROUND_FLOOR, ROUND_HALF_DOWN, ROUND_HALF_EVEN, ROUND_HALF_UP, Decimal
from typing import Literal

from msgspec.structs import replace

from raccord_connectors.canonical import (
    Address,
    Buyer,
    Charge,
    Discount,
    Order,
    OrderLine,
    Payment,
    Refund,
    RefundPart,
    Scalar,
    plain,
)
from raccord_connectors.shop.prestashop import keys
from raccord_connectors.shop.prestashop.addresses import address, phone_of, text
from raccord_connectors.shop.prestashop.discovery import carrier_key
from raccord_connectors.shop.prestashop.facts import Facts
from raccord_connectors.shop.prestashop.rows import Row, linked, number

ON_THE_TOTAL = 3
HALF_ODD = 5
MODES = {0: ROUND_CEILING, 1: ROUND_FLOOR, 2: ROUND_HALF_UP, 3: ROUND_HALF_DOWN, 4: ROUND_HALF_EVEN}
CENT, SIX, ZERO = Decimal("0.01"), Decimal("0.000001"), Decimal(0)
ON_DELIVERY = frozenset(("ps_cashondelivery", "cashondelivery", "cod"))
"""Modules whose orders are to be fulfilled although nothing is paid."""
NO_MOMENT = ("", "0000-00-00 00:00:00")
Stage = Literal["pending", "open", "closed", "cancelled"]


@dataclass
class Beside:
    """What hangs on one order."""

    details: Sequence[Row] = ()
    rules: Sequence[Row] = ()
    payments: Sequence[Row] = ()
    slips: Sequence[Row] = ()
    sisters: Sequence[Row] = ()
    """All orders with the same reference, this one included, by id: a split cart makes several."""
    customer: Row | None = None
    addresses: Mapping[str, Row] = field(default_factory=dict)
    messages: Sequence[str] = ()


def rounded(amount: Decimal, mode: int, places: Decimal = CENT) -> Decimal:
    """As a shop with this `round_mode` does it. 5, to the odd neighbour, exists nowhere else."""
    if mode != HALF_ODD:
        return amount.quantize(places, MODES.get(mode, ROUND_HALF_UP))
    down, up = amount.quantize(places, ROUND_FLOOR), amount.quantize(places, ROUND_CEILING)
    if down == up or amount - down != up - amount:
        return amount.quantize(places, ROUND_HALF_UP)
    return down if int(down / places) % 2 else up


def order(row: Row, beside: Beside, facts: Facts) -> Order:
    """Raises KeyError, ValueError or InvalidOperation where the order lacks what every order has."""
    mode = int(row.get("round_mode") or facts.round_mode)
    where = int(row.get("round_type") or facts.round_type)
    net, gross = _amount(row["total_paid_tax_excl"]), _amount(row["total_paid_tax_incl"])
    places = SIX if where == ON_THE_TOTAL else CENT
    lines, charges = _parts(row, beside, facts, mode, places)
    if _sums(lines, charges) != (net, gross) and places == CENT:
        # A module meddled, or the shop keeps its lines unrounded: the platform sees the difference.
        lines, charges = _parts(row, beside, facts, mode, SIX)
    currency = facts.currencies[row["id_currency"].strip()]
    rate = _amount(row.get("conversion_rate"))
    customer = beside.customer or {}
    return Order(
        key=str(number(row)),
        number=_number(row, beside.sisters),
        placed_at=facts.moment(row["date_add"]),
        status=row["current_state"].strip(),
        stage=stage(row, facts),
        currency=currency,
        prices_include_tax=facts.prices_with_tax(str(customer.get("id_default_group", "")).strip()),
        buyer=_buyer(row, beside, facts),
        billing=address(beside.addresses.get(row["id_address_invoice"].strip()), facts),
        delivery=_delivery(row, beside, facts),
        lines=lines,
        charges=charges,
        payments=_payments(row, beside, facts, gross),
        refunds=[_refund(slip, lines, charges, facts) for slip in beside.slips],
        net=plain(net),
        tax=plain(gross - net),
        gross=plain(gross),
        note="\n".join(beside.messages),
        gift_message=text(row.get("gift_message")) if text(row.get("gift")) == "1" else "",
        custom=_custom(row),
        exchange_rate=plain((1 / rate).quantize(Decimal("0.0000000001")))
        if currency != facts.currency and rate
        else None,
    )


def stage(row: Row, facts: Facts) -> Stage:
    """What the state means: by the shop's own special states first, then by the flags of any other."""
    current = row["current_state"].strip()
    if current in {facts.state_for(name) for name in ("CANCELED", "REFUND", "ERROR")}:
        return "cancelled"
    state = facts.states.get(current)
    if current == facts.state_for("DELIVERED") or (state is not None and state.shipped):
        return "closed"
    if state is not None and (state.paid or state.accepted):
        return "open"
    return "open" if text(row.get("module")) in ON_DELIVERY else "pending"


# ----------------------------------------------------------------------------------------------- lines and charges


def _parts(
    row: Row, beside: Beside, facts: Facts, mode: int, places: Decimal
) -> tuple[list[OrderLine], list[Charge]]:
    lines = [_line(detail, facts, mode, places) for detail in beside.details]
    charges = list(_charges(row, facts, mode))
    for rule in beside.rules:
        if rule.get("deleted", "0").strip() != "1":
            lines, charges = _with_voucher(rule, lines, charges, mode)
    return lines, charges


def _line(row: Row, facts: Facts, mode: int, places: Decimal) -> OrderLine:
    net = rounded(_amount(row["total_price_tax_excl"]), mode, places)
    gross = rounded(_amount(row["total_price_tax_incl"]), mode, places)
    product, combination = int(row["product_id"] or 0), int(row.get("product_attribute_id") or 0)
    eco = _amount(row.get("ecotax"))
    return OrderLine(
        key=str(number(row)),
        item=keys.target_of(product, combination) if product else "",
        sku=text(row.get("product_reference")),
        name=text(row["product_name"]),
        quantity=plain(_amount(row["product_quantity"])),
        net=plain(net),
        tax=plain(gross - net),
        rate=_rate(row, facts),
        unit_net=plain(_amount(row["unit_price_tax_excl"]).quantize(SIX)),
        unit_gross=plain(_amount(row["unit_price_tax_incl"]).quantize(SIX)),
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
    shipping, shipping_wt = _amount(row["total_shipping_tax_excl"]), _amount(row["total_shipping_tax_incl"])
    carrier = facts.carriers.get(row["id_carrier"].strip())
    if shipping or shipping_wt or carrier is not None:
        net, gross = rounded(shipping, mode), rounded(shipping_wt, mode)
        rate = plain(_amount(row.get("carrier_tax_rate")))
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
    wrapping, wrapping_wt = _amount(row["total_wrapping_tax_excl"]), _amount(row["total_wrapping_tax_incl"])
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
    off, off_wt = rounded(_amount(rule["value_tax_excl"]), mode), rounded(_amount(rule["value"]), mode)
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


def _sums(lines: Sequence[OrderLine], charges: Sequence[Charge]) -> tuple[Decimal, Decimal]:
    parts: list[OrderLine | Charge] = [*lines, *charges]
    net = sum((part.net for part in parts), ZERO)
    return net, net + sum((part.tax for part in parts), ZERO)


# ----------------------------------------------------------------------------------------- payments and refunds


def _payments(row: Row, beside: Beside, facts: Facts, gross: Decimal) -> list[Payment]:
    """Payments belong to a reference, which several orders may share: each then has its own part. TRAP: a shop that makes no
    invoices writes no payment; the state says that it was paid."""
    module, label = text(row.get("module")), text(row.get("payment"))
    shared = len(beside.sisters) > 1
    found = [
        Payment(
            key=str(number(payment)),
            method=module
            if text(payment.get("payment_method")) in ("", label)
            else text(payment["payment_method"]),
            title=text(payment.get("payment_method")) or label,
            amount=plain(min(_amount(payment["amount"]), gross) if shared else _amount(payment["amount"])),
            state="paid",
            paid_at=_moment(payment.get("date_add"), facts),
            transaction=text(payment.get("transaction_id")),
        )
        for payment in beside.payments
    ]
    if shared and len(found) > 1:  # one for each of them: by their amounts, else in their order
        place = next((n for n, sister in enumerate(beside.sisters) if number(sister) == number(row)), 0)
        own = [payment for payment in found if payment.amount == gross] or found[place : place + 1]
        found = own[:1]
    if found or not (module or label):
        return found
    state = facts.states.get(row["current_state"].strip())
    paid = state is not None and state.paid
    failed = row["current_state"].strip() == facts.state_for("ERROR")
    return [
        Payment(
            key=f"order-{number(row)}",
            method=module or label,
            title=label,
            amount=plain(gross),
            state="paid" if paid else "failed" if failed else "pending",
            paid_at=(_moment(row.get("invoice_date"), facts) or facts.moment(row["date_add"]))
            if paid
            else None,
        )
    ]


def _refund(slip: Row, lines: Sequence[OrderLine], charges: Sequence[Charge], facts: Facts) -> Refund:
    known = {line.key: line for line in lines}
    details = (slip.get("associations") or {}).get("order_slip_details", [])
    parts = [_refund_part(detail, known) for detail in details]
    shipping, shipping_wt = (
        _amount(slip.get("total_shipping_tax_excl")),
        _amount(slip.get("total_shipping_tax_incl")),
    )
    if shipping_wt:
        rate = next((charge.rate for charge in charges if charge.kind == "shipping"), None)
        tax = shipping_wt - shipping
        parts.append(
            RefundPart(
                net=plain(shipping.quantize(CENT)),
                tax=plain(tax.quantize(CENT)),
                rate=rate,
                charge="shipping",
            )
        )
    amount = (_amount(slip.get("total_products_tax_incl")) + shipping_wt).quantize(CENT)
    told = sum((part.net + part.tax for part in parts), ZERO)
    return Refund(
        key=str(number(slip)),
        amount=plain(amount or _amount(slip.get("amount")).quantize(CENT)),
        at=_moment(slip.get("date_add"), facts),
        lines={part.line: part.quantity for part in parts if part.line and part.quantity},
        parts=parts if told == amount else [],
    )


def _refund_part(detail: Mapping[str, str], lines: Mapping[str, OrderLine]) -> RefundPart:
    net, gross = (_amount(detail.get(f"amount_tax_{kind}")).quantize(CENT) for kind in ("excl", "incl"))
    key = str(detail.get("id_order_detail", ""))
    line = lines.get(key)
    return RefundPart(
        net=plain(net),
        tax=plain(gross - net),
        rate=line.rate if line is not None else None,
        line=key if line is not None else None,
        quantity=plain(_amount(detail.get("product_quantity"))),
        title=line.name if line is not None else "",
    )


# ---------------------------------------------------------------------------------------------- who and where


def _number(row: Row, sisters: Sequence[Row]) -> str:
    """What the customer sees; as PrestaShop itself tells orders with one reference apart."""
    reference = text(row.get("reference")) or str(number(row))
    if len(sisters) < 2:
        return reference
    return f"{reference}#{1 + sorted(number(one) for one in sisters).index(number(row))}"


def _buyer(row: Row, beside: Beside, facts: Facts) -> Buyer:
    customer = beside.customer or {}
    billing = beside.addresses.get(row["id_address_invoice"].strip()) or {}
    guest = text(customer.get("is_guest")) == "1"
    groups = linked(customer, "groups") or (
        [int(customer["id_default_group"])] if customer.get("id_default_group") else []
    )
    return Buyer(
        key=None if guest or not customer else str(number(customer)),
        email=text(customer.get("email")),
        first_name=text(customer.get("firstname")) or text(billing.get("firstname")),
        last_name=text(customer.get("lastname")) or text(billing.get("lastname")),
        company=text(billing.get("company")) or text(customer.get("company")),
        siret=text(customer.get("siret")) or None,
        vat_number=text(billing.get("vat_number")) or None,
        phone=phone_of(billing),
        groups=[str(group) for group in groups],
        language=facts.languages.get(text(row.get("id_lang")), ""),
    )


def _delivery(row: Row, beside: Beside, facts: Facts) -> Address | None:
    wanted = row["id_address_delivery"].strip()
    if wanted == row["id_address_invoice"].strip() or wanted not in beside.addresses:
        return None
    return address(beside.addresses[wanted], facts)


def _custom(row: Row) -> dict[str, Scalar]:
    names = ("reference", "module", "payment", "note", "id_shop", "id_carrier")
    return {name: text(row.get(name)) for name in names if text(row.get(name)) not in ("", "0")}


def _moment(value: object, facts: Facts) -> datetime | None:
    stamp = text(value)
    return None if stamp in NO_MOMENT else facts.moment(stamp)


def _amount(value: object) -> Decimal:
    return Decimal(text(value) or "0")
