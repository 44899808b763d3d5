"""The orders' way out: what is to be entered in the ERP, and what the program says became of it."""

from uuid import UUID

import msgspec

from raccord.pushes import errors, repository
from raccord.pushes.errors import PushRefused
from raccord.pushes.models import Acknowledged, Refusal, Task
from raccord.pushes.service import CONNECTOR
from raccord.storage import ingest as statements
from raccord.storage.engine import tenant_transaction, whole_transaction
from raccord.sync import ingest
from raccord.sync.caller import Caller
from raccord.sync.commands import Commands
from raccord.sync.later import LaterWake
from raccord.sync.ports import Wake
from raccord.sync.records import check
from raccord_connectors import wire
from raccord_connectors.canonical import CustomerDraft, Document, Draft, decode, encode, fingerprint
from raccord_connectors.contract import Message, Outcome, Problem, RecordRejected

PAGE = 50


async def tasks(tenant: UUID, connection: UUID, after: UUID | None) -> list[Task]:
    """The oldest first, one more than a page. They come again until they are answered."""
    async with tenant_transaction(tenant):
        await _caller(tenant, connection)
        rows = await repository.waiting(connection, "write", after, PAGE + 1)
    return [_task(row) for row in rows]


async def acknowledge(tenant: UUID, connection: UUID, task: UUID, answer: Acknowledged, wake: Wake) -> None:
    """The ERP has it. A document is taken as read back from the ERP: the order is integrated only if its totals are right."""
    later = LaterWake(wake)
    async with whole_transaction(tenant):
        caller, row, asked = await _found(tenant, connection, task)
        if asked.kind == "customer":
            if answer.customer is None:
                raise PushRefused(errors.OTHER_KIND.fill(expected="customer"), field="customer")
            target = answer.customer
        else:
            document = answer.document
            if document is None:
                raise PushRefused(errors.OTHER_KIND.fill(expected="document"), field="document")
            if document.reference != asked.reference:
                message = errors.OTHER_REFERENCE.fill(
                    found=document.reference[:100], expected=asked.reference
                )
                raise PushRefused(message, field="document.reference")
            await _take_document(caller, document, later.wake())
            target = document.key
        outcome = Outcome(asked.reference, target=target)
        await Commands(later.wake()).finish(caller, wire.CommandResult(str(row.id), outcomes=[outcome]))
    await later.wake_all()


async def refuse(tenant: UUID, connection: UUID, task: UUID, refusal: Refusal, wake: Wake) -> None:
    """The order is held with the reason; a person decides, and may have it tried again."""
    later = LaterWake(wake)
    async with whole_transaction(tenant):
        caller, row, asked = await _found(tenant, connection, task)
        reason = refusal.reason.replace("\0", "")
        said = errors.REFUSED.fill(reason="{reason}")
        message = Message(said.code, said.fr.replace("{reason}", reason), said.en.replace("{reason}", reason))
        problem = Problem("rejected", message, field=refusal.field)
        outcome = Outcome(asked.reference, problem=problem)
        await Commands(later.wake()).finish(caller, wire.CommandResult(str(row.id), outcomes=[outcome]))
    await later.wake_all()


async def _take_document(caller: Caller, document: Document, wake: Wake) -> None:
    """Into the snapshot, from where it is read back; a later push of the documents says how it went on."""
    data = encode(document)
    upsert = wire.Upsert(document.key, fingerprint(data), data)
    try:
        check("documents", upsert)
    except RecordRejected as error:
        raise PushRefused(error.message, field=f"document.{error.field}") from error
    agent = await statements.lock_agent(caller.agent, caller.connection)
    assert agent is not None
    await ingest.take(caller, wire.Delta(agent.last_delta + 1, "documents", upserts=[upsert]), wake)


async def _caller(tenant: UUID, connection: UUID) -> Caller | None:
    found = await repository.pusher(connection)
    if found is None:
        raise PushRefused(errors.NOT_PUSHED.fill(), missing=True)
    if found.connector != CONNECTOR:
        raise PushRefused(errors.NOT_PUSHED.fill(), field="connection")
    return Caller(tenant, found.agent, connection) if found.agent is not None else None


async def _found(tenant: UUID, connection: UUID, task: UUID) -> tuple[Caller, repository.TaskRow, Task]:
    caller = await _caller(tenant, connection)
    row = await repository.task(connection, task)
    if caller is None or row is None:
        raise PushRefused(errors.NO_TASK.fill(), missing=True)
    await repository.seen(caller.agent, connection)
    return caller, row, _task(row)


def _task(row: repository.TaskRow) -> Task:
    order = msgspec.msgpack.decode(row.body, type=wire.Order)
    assert isinstance(order, wire.Write)
    [change] = order.changes
    assert change.record is not None
    if order.stream == "customer_drafts":
        draft = decode(change.record, CustomerDraft)
        return Task(task=row.id, kind="customer", reference=change.key, since=row.since, customer=draft)
    return Task(
        task=row.id, kind="order", reference=change.key, since=row.since, order=decode(change.record, Draft)
    )
