"""One PrestaShop order → the canonical order. Nothing is computed that the shop tells.

PrestaShop works out the amounts with and without tax apart from each other, each rounded as the shop is set: how (`round_mode`),
and by piece, by line or only in the total (`round_type`). In the last case its lines have six decimals, and are handed on so:
the platform brings them to the totals. Vouchers are told for the whole order; they are shared out to the lines.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Literal

from raccord_connectors.canonical import Address, Buyer, Order, Scalar, plain
from raccord_connectors.shop.prestashop.addresses import address, phone_of, text
from raccord_connectors.shop.prestashop.amounts import parts_of, sums_of
from raccord_connectors.shop.prestashop.facts import Facts
from raccord_connectors.shop.prestashop.order_payments import payments_of, refund_of
from raccord_connectors.shop.prestashop.rounding import CENT, ON_THE_TOTAL, SIX, amount_of
from raccord_connectors.shop.prestashop.rows import Row, linked, number

ON_DELIVERY = frozenset(("ps_cashondelivery", "cashondelivery", "cod"))
"""Modules whose orders are to be fulfilled although nothing is paid."""
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


def order(row: Row, beside: Beside, facts: Facts) -> Order:
    """Raises KeyError, ValueError or InvalidOperation where the order lacks what every order has."""
    mode = int(row.get("round_mode") or facts.round_mode)
    where = int(row.get("round_type") or facts.round_type)
    net, gross = amount_of(row["total_paid_tax_excl"]), amount_of(row["total_paid_tax_incl"])
    places = SIX if where == ON_THE_TOTAL else CENT
    lines, charges = parts_of(row, beside.details, beside.rules, facts, mode, places)
    if sums_of(lines, charges) != (net, gross) and places == CENT:
        # A module meddled, or the shop keeps its lines unrounded: the platform sees the difference.
        lines, charges = parts_of(row, beside.details, beside.rules, facts, mode, SIX)
    currency = facts.currencies[row["id_currency"].strip()]
    rate = amount_of(row.get("conversion_rate"))
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
        payments=payments_of(row, beside.payments, beside.sisters, facts, gross),
        refunds=[refund_of(slip, lines, charges, facts) for slip in beside.slips],
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
