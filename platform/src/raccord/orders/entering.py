"""Brings one order a step further towards its document in the ERP. Called again and again, by whatever wakes it; each call
looks where the order stands and does what is next, in one transaction without any network call.

    waiting ──totals, items, customer──▶ entering ──written, read back──▶ integrated
       │                                    │
       └── held: a person decides ◀─────────┘
"""

from datetime import UTC, datetime, timedelta
from uuid import UUID

import asyncpg
import msgspec
import structlog

from raccord.core import order_accepted, order_anyway, order_difference, order_entry, order_gap, totals
from raccord.core.order_admission import admission
from raccord.core.retry import pause_after
from raccord.journal.models import Event
from raccord.log import trace
from raccord.orders import commands, customers, decisions, repository, reservations
from raccord.orders.models import StoredOrder
from raccord.orders.noting import note
from raccord.storage.engine import tenant_transaction
from raccord.sync.commands import Commands
from raccord_connectors.canonical import Document, decode
from raccord_connectors.contract import Message, Outcome, Problem, Text
from raccord_connectors.kit.executor import place

PATIENCE = timedelta(seconds=30)
"""After which an unanswered order is looked at again, should the wake-up be lost."""
NOT_OURS = (asyncpg.PostgresError, asyncpg.InterfaceError, OSError, TimeoutError)
"""The database failed us, not the order: it is tried again."""
TOLD_AFTER = 8
"""Transient failures; the journal says it then, once. It goes on by itself, every few minutes: an ERP may be away for a whole
night, and nobody should have to retry each order in the morning."""
log = structlog.get_logger(__name__)

DIFFERS = Text(
    "order.document_differs",
    "Commande {number} : le document {document} de la gestion n’est pas ce que le client a payé ({why_fr}). "
    "Rien d’autre ne sera écrit. Corrigez ou supprimez ce document dans la gestion, puis réessayez la commande.",
    "Order {number}: the ERP’s document {document} is not what the customer paid ({why_en}). "
    "Nothing more will be written. Correct or delete that document in the ERP, then retry the order.",
)
NOT_FOUND = Text(
    "order.document_not_found",
    "Commande {number} : la gestion dit l’avoir écrite, mais le document ne se relit pas encore. Nous réessayons.",
    "Order {number}: the ERP says that it was written, but the document cannot be read back yet. We try again.",
)
CLOSED = Text(
    "order.closed_before_entry",
    "Commande {number} : la boutique la dit terminée alors qu’elle n’est pas encore dans la gestion, et ce canal n’importe pas "
    "les commandes terminées. Ajoutez cet état aux réglages du canal puis réessayez la commande, ou ignorez-la : son stock "
    "sera de nouveau libre.",
    "Order {number}: the shop says that it is completed although it is not in the ERP yet, and this channel does not import "
    "completed orders. Add that stage to the channel’s settings and retry the order, or ignore it: its stock is then free "
    "again.",
)
AGENT_BUG = Text(
    "order.our_fault",
    "Commande {number} : une erreur de notre fait a arrêté son écriture ; elle nous est signalée. Réessayez-la plus tard.",
    "Order {number}: an error of ours stopped its writing; it is reported to us. Retry it later.",
)


async def advance(tenant: UUID, order: UUID, asked: Commands) -> UUID | None:
    """Returns the order's channel, whose availability and order updates may have to be projected again."""
    try:
        async with tenant_transaction(tenant):
            found = await repository.lock(order)
            if found is None or not found.route.live:
                return None
            channel = found.route.channel
            if found.state == "waiting":
                found = await _prepare(found, asked)
            if found is not None and found.state == "entering":
                await _enter(found, asked)
    except NOT_OURS:
        raise
    except Exception as error:
        # Left as it was, the sweep would run into the same bug every few seconds, and nobody would be told.
        log.error("order stopped by a bug", order=str(order), trace=trace(error))
        return await _hold_for_our_fault(tenant, order, error)
    return channel


async def _hold_for_our_fault(tenant: UUID, order: UUID, error: Exception) -> UUID | None:
    async with tenant_transaction(tenant):
        found = await repository.lock(order)
        if found is None or found.state not in ("waiting", "entering"):
            return None
        await _hold(found, Problem("bug", _apology(found), detail=place(error)))
    return found.route.channel


async def _prepare(found: StoredOrder, asked: Commands) -> StoredOrder | None:
    """Totals, items and customer; None while it cannot go on."""
    order, route = found.order, found.route
    answer = admission(order, route.settings.orders, datetime.now(UTC))
    if answer.now == "sleep":
        await _not_admitted(found)
        return None
    items = await repository.items_of(route.channel, (line.item for line in order.lines))
    await reservations.reserve(
        found, items
    )  # a sale that waits for its hour is a sale: no other shop may sell it again
    if answer.at is not None:
        await repository.wait(found.id, answer.at - datetime.now(UTC))
        return None
    problem = totals.check(order)
    accepted = await decisions.anyway(found.id) if problem is not None else None
    if problem is not None and (accepted is None or order_anyway.refusal(order, route.settings.orders)):
        told = order_gap.explained(order, problem.message)
        await _hold(found, msgspec.structs.replace(problem, message=told))
        return None
    customer = found.customer or await customers.find(found, asked)
    if customer is None:
        await repository.wait(found.id, PATIENCE)
        return None
    if isinstance(customer, Problem):
        await _failed(found, customer)
        return None
    entry = order_entry.enter(
        order,
        reference=found.reference,
        customer=customer,
        items=items,
        settings=route.settings,
        today=datetime.now(UTC).date(),
        anyway=accepted,
    )
    if entry.draft is None:
        assert entry.problem is not None
        await _hold(found, entry.problem)
        return None
    await repository.set_draft(found.id, entry.draft)
    return msgspec.structs.replace(found, state="entering", draft=entry.draft, customer=customer)


async def _not_admitted(found: StoredOrder) -> None:
    """It waits for the shop to say something new of it; one that the shop has completed already is told to a person."""
    order = found.order
    if order.stage == "closed":
        await _hold(found, Problem("rejected", CLOSED.fill(number=order.number), field="stage"))
    else:
        await repository.sleep(found.id)


# ---------------------------------------------------------------------------------------------- the document


async def _enter(found: StoredOrder, asked: Commands) -> None:
    assert found.draft is not None
    mark = commands.draft_mark(found.reference, found.attempts)
    answer = await asked.answer(found.route.erp, mark)
    if answer is None:
        await asked.ask(
            found.route.tenant, found.route.erp, commands.write_draft(found.draft), once=mark, urgent=True
        )
    if answer is None or answer.result is None:
        await repository.wait(found.id, PATIENCE)
        return
    outcome = commands.outcome_of(answer.result)
    if isinstance(outcome, Outcome) and outcome.problem is None and outcome.target is not None:
        await _read_back(found, outcome.target, asked)
    else:
        await _failed(found, outcome if isinstance(outcome, Problem) else outcome.problem)


async def _read_back(found: StoredOrder, target: str, asked: Commands) -> None:
    mark = commands.readback_mark(found.reference, found.attempts)
    answer = await asked.answer(found.route.erp, mark)
    if answer is None:
        await asked.ask(
            found.route.tenant, found.route.erp, commands.read("documents", [target]), once=mark, urgent=True
        )
    if answer is None or answer.result is None:
        await repository.wait(found.id, PATIENCE)
        return
    if answer.result.problem is not None:
        await _failed(found, answer.result.problem)
        return
    for page in answer.result.pages:
        for upsert in page.records:
            await _integrate(found, decode(upsert.data, Document), asked)
            return
    await _failed(found, Problem("transient", NOT_FOUND.fill(number=found.order.number)))


async def _integrate(found: StoredOrder, document: Document, asked: Commands) -> None:
    draft = found.draft
    assert draft is not None
    gaps = order_difference.gaps(draft, document)
    if gaps and await decisions.accepted(found.id, order_accepted.print_of(document, gaps)):
        # What follows is measured against what was accepted: credit notes, and what is left to pay.
        await repository.set_draft(found.id, order_accepted.as_made(draft, document))
    elif gaps:
        french, english = order_difference.told(gaps)
        message = DIFFERS.fill(
            number=found.order.number, document=document.number, why_fr=french, why_en=english
        )
        await _hold(found, Problem("rejected", message, field="gross"))
        return
    await repository.set_integrated(found.id, document)
    await note(found, Event.ORDER_INTEGRATED, after=msgspec.json.encode({"document": document.number}))
    await reservations.after_entry(found, document, asked)
    await repository.mark_follow_up(found)


# -------------------------------------------------------------------------------------------------- failure


async def _failed(found: StoredOrder, problem: Problem | None) -> None:
    if problem is None:
        raise ValueError(f"an outcome of order {found.id} has neither target nor problem")
    if problem.kind == "transient":
        await repository.try_again(found.id, pause_after(found.attempts, problem.retry_after), problem)
        if found.attempts == TOLD_AFTER:
            await note(found, Event.ORDER_HELD, problem=problem)
    elif problem.kind == "bug":
        await _hold(found, msgspec.structs.replace(problem, message=_apology(found)))
    elif problem.kind == "config":
        # Nothing is wrong with the order: once a person has mended the ERP's connection, all that wait for it go on.
        await _hold(found, problem, again=pause_after(found.attempts))
    else:
        await _hold(found, problem)


def _apology(found: StoredOrder) -> Message:
    return AGENT_BUG.fill(number=found.order.number)


async def _hold(found: StoredOrder, problem: Problem, *, again: timedelta | None = None) -> None:
    """`again`: it is tried anew by itself after this, and told the first time only."""
    await repository.hold(found.id, problem, again)
    if again is None or found.attempts == 0:
        await note(found, Event.ORDER_HELD, problem=problem)
