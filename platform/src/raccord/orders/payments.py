"""Brings an order's money into the ERP: asks for the entries that `core.payment_plan` finds missing, reads each back, and
tells what cannot be entered. Called again and again, by whatever wakes it: a payment validated weeks later, an invoice made, a
refund. Each entry has its mark, so nothing is entered twice, and nothing is lost when a process dies in between."""

from uuid import UUID

from raccord.core.payment_plan import PaymentPlan, plan
from raccord.core.rates import table_of
from raccord.journal.models import Event
from raccord.orders import balances, refunds, repository, standing
from raccord.orders.asked_rows import CREDITS, PAYMENTS, PaymentRow, known
from raccord.orders.asking import HELD_AGAIN, Kind, enter
from raccord.orders.models import StoredOrder
from raccord.orders.noting import note
from raccord.orders.standing import Standing
from raccord.storage.engine import tenant_transaction
from raccord.sync.commands import Commands
from raccord_connectors import wire
from raccord_connectors.canonical import PaymentEntry, encode
from raccord_connectors.contract import Change, Text

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
    if not now.payments or await PAYMENTS.by_hand(found.id):
        return
    rows = await PAYMENTS.of(found.id)
    credited = refunds.credited(given_back, await CREDITS.of(found.id))
    planned = planned_for(found, now, rows, credited)
    for key, problem in planned.held.items():
        if await PAYMENTS.hold(found.route.tenant, found.id, key, problem, HELD_AGAIN):
            await note(found, Event.PAYMENT_HELD, problem=problem)
    wanted = {entry.key: now.taken(entry) for entry in planned.missing}
    await PAYMENTS.settle(found.id, wanted, planned.held)
    for key, entry in wanted.items():
        await enter(KIND, found, key, entry, rows.get(key), asked)
    for key, row in rows.items():
        if row.state == "asked" and key not in wanted and row.wanted is not None:
            await enter(
                KIND, found, key, row.wanted, row, asked
            )  # the answer counts, whatever is wanted by now
    await balances.check(found, now, payments=planned, refunds=given_back, entered=known(rows), asked=asked)


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
        entered=known(rows),
        kinds=now.payments,
        credited=credited,
        table=table_of(found.draft.lines) if found.draft is not None else None,
    )


async def _entered(found: StoredOrder, key: str, asked: PaymentEntry, read: PaymentEntry) -> None:
    if await PAYMENTS.entered(found.id, key, read):
        await note(found, Event.PAYMENT_ENTERED, after=encode(read))


def write(entry: PaymentEntry) -> wire.Write:
    return wire.Write("payments", [wire.change_to_wire(Change("create", entry.key, entry))])


KIND = Kind(
    table=PAYMENTS, mark="payment", stream="payments", read_as=PaymentEntry, by_key=True, write=write, entered=_entered,
    held=Event.PAYMENT_HELD, not_read_back=NOT_READ_BACK, our_fault=OUR_FAULT,
)  # fmt: skip
