"""Brings an order's refunds into the ERP as credit notes: asks for those that `core.refund_plan` finds missing, reads each back,
compares it tax by tax, and tells what cannot be entered. Called again and again, by whatever wakes it; each credit note has its
own reference, kept in the ERP, so nothing is entered twice, and nothing is lost when a process dies in between."""

import hashlib
from collections.abc import Mapping
from datetime import timedelta

import msgspec

from raccord.core.order_difference import credited_as, gaps, told
from raccord.core.refund_plan import RefundPlan, plan_credits
from raccord.core.retry import pause_after
from raccord.journal.models import Event
from raccord.orders import commands, credit_rows
from raccord.orders.credit_rows import CreditRow
from raccord.orders.models import StoredOrder
from raccord.orders.noting import note
from raccord.orders.standing import Standing
from raccord.sync.commands import Commands
from raccord_connectors import wire
from raccord_connectors.canonical import Document, Draft, decode
from raccord_connectors.contract import Outcome, Problem, Text

PATIENCE = timedelta(seconds=30)
"""After which an unanswered credit is looked at again, should the wake-up be lost."""
HELD_AGAIN = timedelta(minutes=15)
"""After which one that was refused is tried again: somebody may have opened the month or chosen the article."""

DIFFERS = Text(
    "order.credit_not_as_asked",
    "Commande {number} : l’avoir {document} de la gestion n’est pas le remboursement de la boutique ({why_fr}). Rien d’autre "
    "ne sera écrit. Corrigez cet avoir dans la gestion.",
    "Order {number}: the ERP’s credit note {document} is not the shop’s refund ({why_en}). Nothing more will be written. "
    "Correct that credit note in the ERP.",
)
NOT_READ_BACK = Text(
    "order.credit_not_read_back",
    "Commande {number} : la gestion dit avoir écrit l’avoir {key}, mais il ne se relit pas encore. Nous réessayons.",
    "Order {number}: the ERP says that it wrote the credit note {key}, but it cannot be read back yet. We try again.",
)
OUR_FAULT = Text(
    "order.credit_our_fault",
    "Commande {number} : une erreur de notre fait a arrêté l’avoir {key} ; elle nous est signalée. Nous réessayons.",
    "Order {number}: an error of ours stopped the credit note {key}; it is reported to us. We try again.",
)


async def settle(found: StoredOrder, standing: Standing, asked: Commands) -> RefundPlan:
    """Inside the tenant's transaction, of an order that the ERP has. The plan as it is afterwards."""
    if not found.order.refunds:
        return RefundPlan()
    rows = await credit_rows.of(found.id)
    writes = standing.credits and not await credit_rows.by_hand(found.id)
    planned = planned_for(found, standing, rows, writes)
    for refund, problem in planned.held.items():
        if await credit_rows.hold(found.route.tenant, found.id, refund, problem, HELD_AGAIN):
            await note(found, Event.CREDIT_HELD, problem=problem)
    # What is otherwise in the ERP than it was asked stays held until somebody corrects it there.
    wrong = await _wrong_still(found, rows)
    await credit_rows.settle(found.id, list(planned.missing), [*planned.held, *wrong])
    for refund, draft in planned.missing.items():
        await _enter(found, refund, draft, rows.get(refund), asked)
    for refund, row in rows.items():
        if row.state == "asked" and refund not in planned.missing and row.draft is not None:
            await _enter(found, refund, row.draft, row, asked)  # the answer counts, whatever is wanted by now
    return planned_for(found, standing, await credit_rows.of(found.id), writes)


def planned_for(
    found: StoredOrder, standing: Standing, rows: Mapping[str, CreditRow], writes: bool
) -> RefundPlan:
    if found.draft is None or found.document is None:
        return RefundPlan()
    known = {key: row.document for key, row in rows.items() if row.state == "entered" and row.document}
    return plan_credits(
        found.order,
        draft=found.draft,
        document=standing.document,
        key=found.document,
        state=standing.state,
        rules=found.route.settings.orders,
        writes=writes,
        entered=known,
    )


def credited(planned: RefundPlan, rows: Mapping[str, CreditRow]) -> dict[str, str | None]:
    """Refund → key of its credit note in the ERP, None while it is to come: what `payment_plan` waits for. A refund that needs
    none is not in it."""
    known = {key: row.document.key for key, row in rows.items() if row.document is not None}
    coming = {key for key in [*planned.missing, *planned.held] if key not in known}
    return {**dict.fromkeys(coming), **known}


async def _enter(
    found: StoredOrder, refund: str, draft: Draft, row: CreditRow | None, asked: Commands
) -> None:
    """Begins, or goes on with what was begun: the command of an attempt never changes."""
    attempt = 0
    if row is not None and row.state == "asked" and row.draft is not None:
        draft, attempt = row.draft, row.attempts
        await credit_rows.look_again(found.id, refund, PATIENCE)
    else:
        if row is not None:
            if not row.due and row.draft == draft:
                return
            attempt = row.attempts + 1
        if not await credit_rows.begin(found.route.tenant, found.id, refund, draft, attempt, PATIENCE):
            return
    result = await _answer(
        found, mark("credit", found.reference, refund, attempt), commands.write_draft(draft), asked
    )
    if result is None:
        return
    outcome = commands.outcome_of(result)
    if isinstance(outcome, Outcome) and outcome.problem is None and outcome.target is not None:
        await _read_back(found, refund, draft, outcome.target, attempt, asked)
    else:
        problem = outcome if isinstance(outcome, Problem) else outcome.problem
        await _failed(found, refund, draft, attempt, problem)


async def _read_back(
    found: StoredOrder, refund: str, draft: Draft, target: str, attempt: int, asked: Commands
) -> None:
    once = mark("creditback", found.reference, refund, attempt)
    result = await _answer(found, once, commands.read("documents", [target]), asked)
    if result is None:
        return
    if result.problem is not None:
        await _failed(found, refund, draft, attempt, result.problem)
        return
    for page in result.pages:
        for upsert in page.records:
            if upsert.key == target:
                await _integrated(found, refund, draft, decode(upsert.data, Document))
                return
    problem = Problem("transient", NOT_READ_BACK.fill(number=found.order.number, key=draft.key))
    await _failed(found, refund, draft, attempt, problem)


async def _integrated(found: StoredOrder, refund: str, draft: Draft, document: Document) -> None:
    problem = _differs(found, draft, document)
    if await credit_rows.entered(found.id, refund, document, problem):
        said = {"document": document.number, "refund": refund}
        await note(found, Event.CREDIT_ENTERED, after=msgspec.json.encode(said))
        if problem is not None:
            await note(found, Event.CREDIT_HELD, problem=problem)


def _differs(found: StoredOrder, draft: Draft, document: Document) -> Problem | None:
    differences = gaps(draft, credited_as(document))
    if not differences:
        return None
    french, english = told(differences)
    message = DIFFERS.fill(number=found.order.number, document=document.number, why_fr=french, why_en=english)
    return Problem("rejected", message, field="gross")


async def _wrong_still(found: StoredOrder, rows: Mapping[str, CreditRow]) -> list[str]:
    """Refunds whose credit note is not what was asked, as it stands in the ERP by now."""
    wrong = []
    for refund, row in rows.items():
        if row.state == "entered" and row.problem is not None and row.draft and row.document:
            now = await credit_rows.as_told(found.route.erp, row.document.key) or row.document
            if _differs(found, row.draft, now) is not None:
                wrong.append(refund)
            else:
                await credit_rows.corrected(found.id, refund, now)
    return wrong


async def _failed(
    found: StoredOrder, refund: str, draft: Draft, attempt: int, problem: Problem | None
) -> None:
    if problem is None:
        raise ValueError(f"an outcome of credit {draft.key} has neither target nor problem")
    if problem.kind == "bug":
        problem = msgspec.structs.replace(
            problem, message=OUR_FAULT.fill(number=found.order.number, key=draft.key)
        )
    if problem.kind == "rejected":
        before = (await credit_rows.of(found.id))[refund].problem
        await credit_rows.failed(found.id, refund, "held", problem, HELD_AGAIN)
        if before is None or before.message != problem.message:
            await note(found, Event.CREDIT_HELD, problem=problem)
    else:
        await credit_rows.failed(
            found.id, refund, "waiting", problem, pause_after(attempt, problem.retry_after)
        )


async def _answer(
    found: StoredOrder, once: str, order: wire.Order, asked: Commands
) -> wire.CommandResult | None:
    answer = await asked.answer(found.route.erp, once)
    if answer is None:
        await asked.ask(found.route.tenant, found.route.erp, order, once=once)
        return None
    return answer.result


def mark(kind: str, reference: str, key: str, attempt: int) -> str:
    """The reference stands where `service.answered` finds it; a key may hold anything."""
    letters = hashlib.blake2b(key.encode(), digest_size=8).hexdigest()
    return f"{kind}:{reference}:{letters}-{attempt}"
