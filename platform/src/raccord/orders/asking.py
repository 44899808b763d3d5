"""How one payment or one credit note of an order gets into the ERP: asked for, read back, and told where it cannot be entered.
The same for both; what differs is in `Kind`. Each has its mark, so that nothing is entered twice, and nothing is lost when a
process dies in between."""

import hashlib
from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Generic

import msgspec
from msgspec import Struct

from raccord.core.retry import pause_after
from raccord.journal.models import Event
from raccord.orders import commands
from raccord.orders.asked_rows import A, AskedRow, AskedTable, R
from raccord.orders.models import StoredOrder
from raccord.orders.noting import note
from raccord.sync.commands import Commands
from raccord_connectors import wire
from raccord_connectors.canonical import decode
from raccord_connectors.contract import Outcome, Problem, Text

PATIENCE = timedelta(seconds=30)
"""After which what was not answered is looked at again, should the wake-up be lost."""
HELD_AGAIN = timedelta(minutes=15)
"""After which what was refused is tried again: somebody may have opened the month or set the rule."""


class Kind(Struct, Generic[A, R], frozen=True, kw_only=True):
    table: AskedTable[A, R]
    mark: str
    """Begins the marks of its commands; followed by "back" where one reads."""
    stream: str
    """In which it is read back."""
    read_as: type[R]
    by_key: bool
    """Whether its own key is its key in the ERP; else the outcome names it there."""
    write: Callable[[A], wire.Order]
    entered: Callable[[StoredOrder, str, A, R], Awaitable[None]]
    """What follows once it was read back, in the same transaction."""
    held: Event
    not_read_back: Text
    our_fault: Text


async def enter(
    kind: Kind[A, R], found: StoredOrder, key: str, wanted: A, row: AskedRow[A, R] | None, asked: Commands
) -> None:
    """Begins, or goes on with what was begun: the command of an attempt never changes."""
    attempt = 0
    if row is not None and row.state == "asked" and row.wanted is not None:
        wanted, attempt = row.wanted, row.attempts
        await kind.table.look_again(found.id, key, PATIENCE)
    else:
        if row is not None:
            if not row.due and row.wanted == wanted:
                return
            attempt = row.attempts + 1
        if not await kind.table.begin(found.route.tenant, found.id, key, wanted, attempt, PATIENCE):
            return
    result = await _answer(found, mark(kind.mark, found.reference, key, attempt), kind.write(wanted), asked)
    if result is None:
        return
    outcome = commands.outcome_of(result)
    target = wanted.key if kind.by_key or isinstance(outcome, Problem) else outcome.target
    if isinstance(outcome, Outcome) and outcome.problem is None and target is not None:
        await _read_back(kind, found, key, wanted, target, attempt, asked)
    else:
        problem = outcome if isinstance(outcome, Problem) else outcome.problem
        await _failed(kind, found, key, wanted, attempt, problem)


async def _read_back(
    kind: Kind[A, R], found: StoredOrder, key: str, wanted: A, target: str, attempt: int, asked: Commands
) -> None:
    once = mark(kind.mark + "back", found.reference, key, attempt)
    result = await _answer(found, once, commands.read(kind.stream, [target]), asked)
    if result is None:
        return
    if result.problem is not None:
        await _failed(kind, found, key, wanted, attempt, result.problem)
        return
    for page in result.pages:
        for upsert in page.records:
            if upsert.key == target:
                await kind.entered(found, key, wanted, decode(upsert.data, kind.read_as))
                return
    problem = Problem("transient", kind.not_read_back.fill(number=found.order.number, key=wanted.key))
    await _failed(kind, found, key, wanted, attempt, problem)


async def _failed(
    kind: Kind[A, R], found: StoredOrder, key: str, wanted: A, attempt: int, problem: Problem | None
) -> None:
    if problem is None:
        raise ValueError(f"an outcome of {kind.mark} {wanted.key} has neither target nor problem")
    if problem.kind == "bug":
        apology = kind.our_fault.fill(number=found.order.number, key=wanted.key)
        problem = msgspec.structs.replace(problem, message=apology)
    if problem.kind == "rejected":
        before = (await kind.table.of(found.id))[key].problem
        await kind.table.failed(found.id, key, "held", problem, HELD_AGAIN)
        if before is None or before.message != problem.message:
            await note(found, kind.held, problem=problem)
    else:
        pause = pause_after(attempt, problem.retry_after)
        await kind.table.failed(found.id, key, "waiting", problem, pause)


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
