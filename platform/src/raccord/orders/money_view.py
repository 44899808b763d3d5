"""What an order's page says of its money: each payment and refund of the shop, and what became of it in the ERP."""

from datetime import datetime
from decimal import Decimal

from msgspec import Struct

from raccord.core.order_rules import OrderRules
from raccord.core.payment_plan import DocumentState, PaymentPlan, Waits, plan, refund_key
from raccord.orders.payment_rows import PaymentRow
from raccord_connectors.canonical import Order, PaymentEntry, payment_key
from raccord_connectors.contract import Problem


class MoneyLine(Struct, frozen=True, kw_only=True):
    """`state` is the shop's payment state, or "refund"; `amount` is positive."""

    title: str
    amount: Decimal
    state: str
    key: str = ""
    """Of its entry in the ERP, made or to be made."""
    transaction: str = ""
    entry: PaymentEntry | None = None
    """As read back from the ERP."""
    entered_at: datetime | None = None
    waits: Waits | None = None
    asked: bool = False
    problem: Problem | None = None


class Money(Struct, frozen=True, kw_only=True):
    lines: list[MoneyLine] = []
    kept: bool = False
    """Whether the ERP's connector enters payments one by one."""
    entered: Decimal = Decimal(0)
    """In the ERP, refunds taken off."""
    complete: bool = False

    @property
    def held(self) -> bool:
        return any(line.problem is not None for line in self.lines)

    @property
    def last(self) -> datetime | None:
        return max((line.entered_at for line in self.lines if line.entered_at), default=None)


def money_of(
    order: Order,
    rows: dict[str, PaymentRow],
    *,
    reference: str,
    document: str | None,
    state: DocumentState,
    rules: OrderRules,
    kept: bool,
) -> Money:
    """`document` is None while the order is not in the ERP."""
    known = {key: row.entry for key, row in rows.items() if row.state == "entered" and row.entry is not None}
    planned = plan(
        order, reference=reference, document=document or "", state=state, rules=rules, entered=known
    )
    if not kept or document is None:
        planned = PaymentPlan()
    lines = [
        _line(
            payment_key(reference, one.key), rows, planned, title=one.title or one.method, amount=one.amount,
            state=one.state, transaction=one.transaction,
        )
        for one in order.payments
    ]  # fmt: skip
    lines += [
        _line(refund_key(reference, one), rows, planned, title=one.reason, amount=one.amount, state="refund")
        for one in order.refunds
    ]
    entered = sum((-one.amount if one.kind == "refund" else one.amount for one in known.values()), Decimal(0))
    return Money(
        lines=lines,
        kept=kept,
        entered=entered,
        complete=kept and document is not None and planned.complete,
    )


def _line(
    key: str,
    rows: dict[str, PaymentRow],
    planned: PaymentPlan,
    *,
    title: str,
    amount: Decimal,
    state: str,
    transaction: str = "",
) -> MoneyLine:
    row = rows.get(key)
    entered = row is not None and row.state == "entered"
    return MoneyLine(
        title=title,
        amount=amount,
        state=state,
        key=key,
        transaction=transaction,
        entry=row.entry if row is not None and entered else None,
        entered_at=row.entered_at if row is not None else None,
        waits=planned.waits.get(key),
        asked=row is not None and row.state in ("asked", "waiting"),
        problem=planned.held.get(key) or (row.problem if row is not None else None),
    )
