"""Compares, once an order is invoiced and all its money is entered, what is left to pay in the ERP with what the shop says. The
documents are read anew for it: what was seen before the last entry would tell yesterday's balance."""

import hashlib
from collections.abc import Mapping
from datetime import timedelta
from uuid import UUID

from raccord.core.balance import balance_of, difference, wanted_of
from raccord.core.payment_plan import PaymentPlan
from raccord.core.refund_plan import RefundPlan
from raccord.core.retry import pause_after
from raccord.journal.models import Event
from raccord.orders import balance_rows, commands
from raccord.orders.asked_rows import CREDITS, known
from raccord.orders.models import StoredOrder
from raccord.orders.noting import note
from raccord.orders.standing import Standing
from raccord.sync.commands import Commands
from raccord_connectors.canonical import Document, PaymentEntry, decode, encode
from raccord_connectors.wire import CommandResult

PATIENCE = timedelta(seconds=30)


async def check(
    found: StoredOrder,
    standing: Standing,
    *,
    payments: PaymentPlan,
    refunds: RefundPlan,
    entered: Mapping[str, PaymentEntry],
    asked: Commands,
) -> None:
    """Inside the tenant's transaction."""
    document, draft = standing.document, found.draft
    if document is None or draft is None or standing.state != "invoiced":
        return
    if not (payments.complete and refunds.complete):
        return
    notes = list(known(await CREDITS.of(found.id)).values())
    print_ = _print(found, document, notes, entered)
    row = await balance_rows.of(found.id)
    if row is not None and row.print == print_ and row.checked_at is not None:
        return
    attempt = row.attempts if row is not None and row.print == print_ else 0
    if row is None or row.print != print_:
        await balance_rows.compare_again(found.route.tenant, found.id, print_, attempt, PATIENCE)
    once = f"balance:{found.reference}:{print_.hex}-{attempt}"
    answer = await asked.answer(found.route.erp, once)
    if answer is None:
        wanted = [document.key, *(one.key for one in notes)]
        await asked.ask(found.route.tenant, found.route.erp, commands.read("documents", wanted), once=once)
        return
    if answer.result is None:
        return
    now = _documents(answer.result)
    if answer.result.problem is not None or document.key not in now:
        if row is not None and row.due:
            await balance_rows.compare_again(
                found.route.tenant, found.id, print_, attempt + 1, pause_after(attempt)
            )
        return
    wanted_ = wanted_of(found.order, draft, payments=payments, refunds=refunds, entered=entered)
    balance = balance_of(now[document.key], [now[one.key] for one in notes if one.key in now])
    problem = difference(found.order, now[document.key], balance, wanted_)
    if await balance_rows.compared(found.id, print_, balance, problem):
        await note(found, Event.BALANCE_DIFFERS, problem=problem)


def _documents(result: CommandResult) -> dict[str, Document]:
    return {upsert.key: decode(upsert.data, Document) for page in result.pages for upsert in page.records}


def _print(
    found: StoredOrder, document: Document, notes: list[Document], entered: Mapping[str, PaymentEntry]
) -> UUID:
    """Of all that the comparison rests on: another one is made when any of it changes."""
    letters = hashlib.blake2b(digest_size=16)
    letters.update(encode(found.order))
    letters.update(encode(document))
    for credit in sorted(notes, key=lambda one: one.key):
        letters.update(credit.key.encode())
    for key in sorted(entered):
        letters.update(encode(entered[key]))
    return UUID(bytes=letters.digest())
