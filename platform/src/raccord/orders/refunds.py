"""Brings an order's refunds into the ERP as credit notes: asks for those that `core.refund_plan` finds missing, reads each back,
compares it tax by tax, and tells what cannot be entered. Called again and again, by whatever wakes it; each credit note has its
own reference, kept in the ERP, so nothing is entered twice, and nothing is lost when a process dies in between."""

from collections.abc import Mapping

import msgspec

from raccord.core.order_difference import credited_as, gaps, told
from raccord.core.refund_plan import RefundPlan, plan_credits
from raccord.journal.models import Event
from raccord.orders import commands, standing
from raccord.orders.asked_rows import CREDITS, CreditRow, known
from raccord.orders.asking import HELD_AGAIN, Kind, enter
from raccord.orders.models import StoredOrder
from raccord.orders.noting import note
from raccord.orders.standing import Standing
from raccord.sync.commands import Commands
from raccord_connectors.canonical import Document, Draft
from raccord_connectors.contract import Problem, Text

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


async def settle(found: StoredOrder, now: Standing, asked: Commands) -> RefundPlan:
    """Inside the tenant's transaction, of an order that the ERP has. The plan as it is afterwards."""
    if not found.order.refunds:
        return RefundPlan()
    rows = await CREDITS.of(found.id)
    writes = now.credits and not await CREDITS.by_hand(found.id)
    planned = planned_for(found, now, rows, writes)
    for refund, problem in planned.held.items():
        if await CREDITS.hold(found.route.tenant, found.id, refund, problem, HELD_AGAIN):
            await note(found, Event.CREDIT_HELD, problem=problem)
    # What is otherwise in the ERP than it was asked stays held until somebody corrects it there.
    wrong = await _wrong_still(found, rows)
    await CREDITS.settle(found.id, list(planned.missing), [*planned.held, *wrong])
    for refund, draft in planned.missing.items():
        await enter(KIND, found, refund, draft, rows.get(refund), asked)
    for refund, row in rows.items():
        if row.state == "asked" and refund not in planned.missing and row.wanted is not None:
            await enter(
                KIND, found, refund, row.wanted, row, asked
            )  # the answer counts, whatever is wanted by now
    return planned_for(found, now, await CREDITS.of(found.id), writes)


def planned_for(found: StoredOrder, now: Standing, rows: Mapping[str, CreditRow], writes: bool) -> RefundPlan:
    if found.draft is None or found.document is None:
        return RefundPlan()
    return plan_credits(
        found.order,
        draft=found.draft,
        document=now.document,
        key=found.document,
        state=now.state,
        rules=found.route.settings.orders,
        writes=writes,
        entered=known(rows),
    )


def credited(planned: RefundPlan, rows: Mapping[str, CreditRow]) -> dict[str, str | None]:
    """Refund → key of its credit note in the ERP, None while it is to come: what `payment_plan` waits for. A refund that needs
    none is not in it."""
    there = {key: document.key for key, document in known(rows).items()}
    coming = {key for key in [*planned.missing, *planned.held] if key not in there}
    return {**dict.fromkeys(coming), **there}


async def _integrated(found: StoredOrder, refund: str, draft: Draft, document: Document) -> None:
    problem = _differs(found, draft, document)
    if await CREDITS.entered(found.id, refund, document, problem):
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
        if row.read is not None and row.problem is not None and row.wanted is not None:
            now = await standing.as_told(found.route.erp, row.read.key) or row.read
            if _differs(found, row.wanted, now) is not None:
                wrong.append(refund)
            else:
                await CREDITS.corrected(found.id, refund, now)
    return wrong


KIND = Kind(
    table=CREDITS, mark="credit", stream="documents", read_as=Document, by_key=False, write=commands.write_draft,
    entered=_integrated, held=Event.CREDIT_HELD, not_read_back=NOT_READ_BACK, our_fault=OUR_FAULT,
)  # fmt: skip
