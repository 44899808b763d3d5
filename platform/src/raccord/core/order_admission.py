"""Does a shop's order become a document, now, later, or only once the shop says something new of it?"""

from datetime import datetime, timedelta
from decimal import Decimal
from typing import Literal

from msgspec import Struct

from raccord.core.order_rules import OrderRules, PaymentState
from raccord_connectors.canonical import Order

ZERO = Decimal(0)


class Admission(Struct, frozen=True):
    now: Literal["import", "later", "sleep"]
    """later: at `at`. sleep: until the shop changes it, or the merchant the rules."""
    at: datetime | None = None


def admission(order: Order, rules: OrderRules, now: datetime) -> Admission:
    """Stage, the shop's own status, what is paid, then the delay."""
    if order.stage not in rules.stages:
        return Admission("sleep")
    if rules.statuses and order.status not in rules.statuses:
        return Admission("sleep")
    if rules.payment_states and payment_state(order) not in rules.payment_states:
        return Admission("sleep")
    ready = order.placed_at + timedelta(minutes=rules.delay_minutes)
    return Admission("later", ready) if ready > now else Admission("import")


def payment_state(order: Order) -> PaymentState:
    """Of the whole order; what costs nothing is paid."""
    paid = sum((payment.amount for payment in order.payments if payment.state == "paid"), ZERO)
    if paid >= order.gross:
        return "paid"
    if paid > 0:
        return "partly_paid"
    return "authorised" if any(payment.state == "authorised" for payment in order.payments) else "unpaid"
