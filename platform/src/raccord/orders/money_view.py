"""What an order's page says of its money: each payment and refund of the shop, what became of it in the ERP, its credit note, and
what is left to pay there."""

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from msgspec import Struct

from raccord.core.balance import Balance
from raccord.core.order_rules import OrderRules, PaymentRule
from raccord.core.payment_plan import DocumentState, PaymentPlan, Waits, plan, refund_key, rule_of
from raccord.core.rates import table_of
from raccord.core.refund_plan import RefundPlan, plan_credits
from raccord.core.refund_plan import Waits as CreditWaits
from raccord.orders import balance_rows
from raccord.orders.asked_rows import CREDITS, PAYMENTS, CreditRow, PaymentRow, known
from raccord.orders.balance_rows import BalanceRow
from raccord.orders.refunds import credited
from raccord.orders.standing import honours
from raccord_connectors.canonical import Document, Draft, Order, Payment, PaymentEntry, Refund, payment_key
from raccord_connectors.contract import ConnectorSpec, Problem


class CreditLine(Struct, frozen=True, kw_only=True):
    """What became of a refund's credit note."""

    refund: str
    """The shop's key."""
    number: str = ""
    """Of the document in the ERP, once it was read back."""
    amount: Decimal | None = None
    waits: CreditWaits | None = None
    asked: bool = False
    problem: Problem | None = None
    entered_at: datetime | None = None


class MoneyLine(Struct, frozen=True, kw_only=True):
    """`state` is the shop's payment state, or "refund"; `amount` is positive."""

    key: str
    """Of its entry in the ERP."""
    title: str
    amount: Decimal
    state: str
    transaction: str = ""
    fee: Decimal | None = None
    """What the payment service kept of it."""
    rule: PaymentRule | None = None
    """Of its method, for payments."""
    entry: PaymentEntry | None = None
    """As read back from the ERP."""
    entered_at: datetime | None = None
    waits: Waits | None = None
    asked: bool = False
    problem: Problem | None = None
    credit: CreditLine | None = None


class Money(Struct, frozen=True, kw_only=True):
    lines: list[MoneyLine] = []
    kept: bool = False
    """Whether the ERP's connector enters payments one by one."""
    entered: Decimal = Decimal(0)
    """In the ERP, refunds taken off."""
    complete: bool = False
    balance: Balance | None = None
    """As last read in the ERP; None before the invoice."""
    balance_problem: Problem | None = None
    balanced_at: datetime | None = None

    @property
    def held(self) -> bool:
        return self.balance_problem is not None or any(
            line.problem is not None or (line.credit is not None and line.credit.problem is not None)
            for line in self.lines
        )

    @property
    def last(self) -> datetime | None:
        return max((line.entered_at for line in self.lines if line.entered_at), default=None)


async def load(
    id_: UUID,
    order: Order,
    *,
    reference: str,
    draft: Draft | None,
    key: str | None,
    document: Document | None,
    rules: OrderRules,
    spec: ConnectorSpec | None,
    by_hand: bool,
    credits_by_hand: bool = False,
) -> Money:
    """`key` and `document`: of the order in the ERP, None while it is not there; inside the tenant's transaction."""
    return money_of(
        order,
        await PAYMENTS.of(id_),
        await CREDITS.of(id_),
        await balance_rows.of(id_),
        reference=reference,
        draft=draft,
        key=key,
        document=document,
        rules=rules,
        kinds=() if by_hand else honours(spec),
        writes_credits=spec is not None and spec.makes("drafts", "credit") and not credits_by_hand,
    )


def money_of(
    order: Order,
    rows: dict[str, PaymentRow],
    credits_: Mapping[str, CreditRow],
    balance: BalanceRow | None,
    *,
    reference: str,
    draft: Draft | None,
    key: str | None,
    document: Document | None,
    rules: OrderRules,
    kinds: tuple[str, ...],
    writes_credits: bool,
) -> Money:
    payments = known(rows)
    state: DocumentState = document.state if document else "confirmed"
    planned, refunds = PaymentPlan(), RefundPlan()
    if key is not None and draft is not None:
        refunds = plan_credits(
            order, draft=draft, document=document, key=key, state=state, rules=rules, writes=writes_credits,
            entered=known(credits_),
        )  # fmt: skip
    if key is not None and kinds:
        planned = plan(
            order, reference=reference, document=key, state=state, rules=rules, entered=payments, kinds=kinds,
            credited=credited(refunds, credits_), table=table_of(draft.lines) if draft is not None else None,
        )  # fmt: skip
    entered = sum(
        (-one.amount if one.kind == "refund" else one.amount for one in payments.values()), Decimal(0)
    )
    return Money(
        lines=[
            *(_payment(one, reference, rows, planned, rules) for one in order.payments),
            *(_refund(one, reference, rows, planned, refunds, credits_) for one in order.refunds),
        ],
        kept=bool(kinds),
        entered=entered,
        complete=bool(kinds) and key is not None and planned.complete and refunds.complete,
        balance=balance.balance if balance is not None else None,
        balance_problem=balance.problem if balance is not None else None,
        balanced_at=balance.checked_at if balance is not None else None,
    )


def _payment(
    one: Payment, reference: str, rows: dict[str, PaymentRow], planned: PaymentPlan, rules: OrderRules
) -> MoneyLine:
    key = payment_key(reference, one.key)
    return MoneyLine(
        key=key, title=one.title or one.method, amount=one.amount, state=one.state, transaction=one.transaction, fee=one.fee,
        rule=rule_of(rules, one.method), **_entered(key, rows, planned),
    )  # fmt: skip


def _refund(
    one: Refund,
    reference: str,
    rows: dict[str, PaymentRow],
    planned: PaymentPlan,
    refunds: RefundPlan,
    credits_: Mapping[str, CreditRow],
) -> MoneyLine:
    key = refund_key(reference, one)
    return MoneyLine(
        key=key, title=one.reason, amount=one.amount, state="refund", credit=_credit(one.key, refunds, credits_),
        **_entered(key, rows, planned),
    )  # fmt: skip


def _credit(refund: str, refunds: RefundPlan, credits_: Mapping[str, CreditRow]) -> CreditLine | None:
    row, waits = credits_.get(refund), refunds.waits.get(refund)
    problem = refunds.held.get(refund) or (row.problem if row is not None else None)
    if row is None and waits is None and problem is None and refund not in refunds.missing:
        return None
    document = row.read if row is not None else None
    return CreditLine(
        refund=refund,
        number=document.number if document is not None else "",
        amount=abs(document.gross) if document is not None else None,
        waits=waits if document is None else None,
        asked=document is None
        and (refund in refunds.missing or (row is not None and row.state in ("asked", "waiting"))),
        problem=problem,
        entered_at=row.entered_at if row is not None else None,
    )


def _entered(key: str, rows: dict[str, PaymentRow], planned: PaymentPlan) -> dict[str, Any]:
    row = rows.get(key)
    return {
        "entry": row.read if row is not None else None,
        "entered_at": row.entered_at if row is not None else None,
        "waits": planned.waits.get(key),
        "asked": row is not None and row.state in ("asked", "waiting"),
        "problem": planned.held.get(key) or (row.problem if row is not None else None),
    }
