"""Brings an order's money into the ERP: asks for the entries that `core.payment_plan` finds missing, reads each back, and
tells what cannot be entered. Called again and again, by whatever wakes it: a payment validated weeks later, an invoice made, a
refund. Each entry has its mark, so nothing is entered twice, and nothing is lost when a process dies in between."""

import hashlib
from datetime import timedelta
from uuid import UUID

import msgspec

from raccord.core.payment_plan import PaymentPlan, plan
from raccord.core.rates import table_of
from raccord.core.retry import pause_after
from raccord.journal.models import Event
from raccord.orders import balances, commands, credit_rows, payment_rows, refunds, repository, standing
from raccord.orders.models import StoredOrder
from raccord.orders.noting import note
from raccord.orders.payment_rows import PaymentRow
from raccord.orders.standing import Standing
from raccord.storage.engine import tenant_transaction
from raccord.sync.commands import Commands
from raccord_connectors import wire
from raccord_connectors.canonical import PaymentEntry, decode, encode
from raccord_connectors.contract import Change, Outcome, Problem, Text

PATIENCE = timedelta(seconds=30)
"""After which an unanswered entry is looked at again, should the wake-up be lost."""
HELD_AGAIN = timedelta(minutes=15)
"""After which one that was refused is tried again: somebody may have opened the month or set the rule."""

NOT_READ_BACK = Text(
    "order.payment_not_read_back",
    "Commande {number} : la gestion dit avoir saisi le règlement {key}, mais il ne se relit pas encore. Nous réessayons.",
    "Order {number}: the ERP says that it entered the payment {key}, but it cannot be read back yet. We try again.",
)
OUR_FAULT = Text(
    "order.payment_our_fault",
    "Commande {number} : une erreur de notre fait a arrêté le règlement {key} ; elle nous est signalée. Nous réessayons.",
    "Order {number}: an error of ours stopped the payment {key}; it is reported to us. We try again.",
)


async def advance(tenant: UUID, order: UUID, asked: Commands) -> None:
    async with tenant_transaction(tenant):
        found = await repository.lock(order)
        if found is not None:
            await settle(found, asked)


async def settle(found: StoredOrder, asked: Commands) -> None:
    """Inside the tenant's transaction. Does nothing for an order that the ERP does not have yet; nor of the payments of an order
    that was entered before they had entries of their own, or for an ERP whose connector enters none."""
    if found.state != "integrated" or found.document is None or not found.route.live:
        return
    now = await standing.of(found)
    given_back = await refunds.settle(found, now, asked)
    if not now.payments or await payment_rows.by_hand(found.id):
        return
    rows = await payment_rows.of(found.id)
    credited = refunds.credited(given_back, await credit_rows.of(found.id))
    planned = planned_for(found, now, rows, credited)
    for key, problem in planned.held.items():
        if await payment_rows.hold(found.route.tenant, found.id, key, problem, HELD_AGAIN):
            await note(found, Event.PAYMENT_HELD, problem=problem)
    wanted = {entry.key: entry for entry in planned.missing}
    await payment_rows.settle(found.id, wanted, planned.held)
    for key, entry in wanted.items():
        await _enter(found, entry, rows.get(key), asked)
    for key, row in rows.items():
        if row.state == "asked" and key not in wanted and row.entry is not None:
            await _enter(found, row.entry, row, asked)  # the answer counts, whatever is wanted by now
    await balances.check(
        found, now, payments=planned, refunds=given_back, entered=payment_rows.known(rows), asked=asked
    )


async def wake_later(order: UUID) -> None:
    """What the shop says of an order has changed. In the transaction that stores it, so that a death right after loses
    nothing: projecting what the shop is to be told comes by here."""
    for found in await repository.by_id([order]):
        if found.state == "integrated":
            await repository.mark_follow_up(found)


def planned_for(
    found: StoredOrder, now: Standing, rows: dict[str, PaymentRow], credited: dict[str, str | None]
) -> PaymentPlan:
    return plan(
        found.order,
        reference=found.reference,
        document=found.document or "",
        state=now.state,
        rules=found.route.settings.orders,
        entered=payment_rows.known(rows),
        kinds=now.payments,
        credited=credited,
        table=table_of(found.draft.lines) if found.draft is not None else None,
    )


async def _enter(found: StoredOrder, entry: PaymentEntry, row: PaymentRow | None, asked: Commands) -> None:
    """Begins, or goes on with what was begun: the command of an attempt never changes."""
    attempt = 0
    if row is not None and row.state == "asked" and row.entry is not None:
        entry, attempt = row.entry, row.attempts
        await payment_rows.look_again(found.id, entry.key, PATIENCE)
    else:
        if row is not None:
            if not row.due and row.entry == entry:
                return
            attempt = row.attempts + 1
        if not await payment_rows.begin(found.route.tenant, found.id, entry, attempt, PATIENCE):
            return
    mark = _mark("payment", found.reference, entry.key, attempt)
    result = await _answer(found, mark, write(entry), asked)
    if result is None:
        return
    outcome = commands.outcome_of(result)
    if isinstance(outcome, Outcome) and outcome.problem is None:
        await _read_back(found, entry, attempt, asked)
    else:
        await _failed(found, entry, attempt, outcome if isinstance(outcome, Problem) else outcome.problem)


async def _read_back(found: StoredOrder, entry: PaymentEntry, attempt: int, asked: Commands) -> None:
    mark = _mark("paymentback", found.reference, entry.key, attempt)
    result = await _answer(found, mark, commands.read("payments", [entry.key]), asked)
    if result is None:
        return
    if result.problem is not None:
        await _failed(found, entry, attempt, result.problem)
        return
    for page in result.pages:
        for upsert in page.records:
            if upsert.key == entry.key:
                read = decode(upsert.data, PaymentEntry)
                if await payment_rows.entered(found.id, read):
                    await note(found, Event.PAYMENT_ENTERED, after=encode(read))
                return
    problem = Problem("transient", NOT_READ_BACK.fill(number=found.order.number, key=entry.key))
    await _failed(found, entry, attempt, problem)


async def _failed(found: StoredOrder, entry: PaymentEntry, attempt: int, problem: Problem | None) -> None:
    if problem is None:
        raise ValueError(f"an outcome of payment {entry.key} has neither target nor problem")
    if problem.kind == "bug":
        problem = msgspec.structs.replace(
            problem, message=OUR_FAULT.fill(number=found.order.number, key=entry.key)
        )
    if problem.kind == "rejected":
        before = (await payment_rows.of(found.id))[entry.key].problem
        await payment_rows.failed(found.id, entry.key, "held", problem, HELD_AGAIN)
        if before is None or before.message != problem.message:
            await note(found, Event.PAYMENT_HELD, problem=problem)
    else:
        pause = pause_after(attempt, problem.retry_after)
        await payment_rows.failed(found.id, entry.key, "waiting", problem, pause)


async def _answer(
    found: StoredOrder, mark: str, order: wire.Order, asked: Commands
) -> wire.CommandResult | None:
    answer = await asked.answer(found.route.erp, mark)
    if answer is None:
        await asked.ask(found.route.tenant, found.route.erp, order, once=mark)
        return None
    return answer.result


def write(entry: PaymentEntry) -> wire.Write:
    return wire.Write("payments", [wire.change_to_wire(Change("create", entry.key, entry))])


def _mark(kind: str, reference: str, key: str, attempt: int) -> str:
    """The reference stands where `service.answered` finds it; a key may hold anything."""
    letters = hashlib.blake2b(key.encode(), digest_size=8).hexdigest()
    return f"{kind}:{reference}:{letters}-{attempt}"
