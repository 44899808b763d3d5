"""What a person answers to what waits for them of an order that the ERP has. A form sent twice is one answer; one that was made
for something else than what is asked by now changes nothing."""

from uuid import UUID

import msgspec

from raccord.core.order_holds import ANSWERS, Decision, Kind, Question, wish
from raccord.journal.models import Entry, Event
from raccord.journal.service import write_entries
from raccord.orders import holds, repository
from raccord.storage.engine import tenant_transaction
from raccord.sync.ports import Wake


async def answer(
    tenant: UUID, order: UUID, kind: Kind, decision: Decision, seen: str, account: UUID, wake: Wake
) -> bool:
    """`seen`: `HoldRow.seen` of the question that the person had before them. False when it is not asked any more so."""
    async with tenant_transaction(tenant):
        found = await repository.lock(order)
        row = (await holds.of(order)).get(kind) if found is not None else None
        if found is None or row is None or row.state != "open" or row.seen != seen:
            return False
        if decision not in ANSWERS[kind]:
            return False
        refund = wish(row.facts, row.refunds, found.reference) if decision == "refund" else None
        lines = row.facts.given_up if decision in ("tell", "refund") else None
        question = Question(kind, row.problem, row.facts)
        await holds.decide(found, question, decision, account=account, lines=lines, refund=refund)
        await repository.mark_follow_up(found)
        after = msgspec.json.encode({"hold": kind, "decision": decision})
        entry = Entry(
            stream="orders", key=found.order.key, event=Event.ORDER_DECIDED, connection=found.route.shop,
            channel=found.route.channel, account=account, after=after,
        )  # fmt: skip
        await write_entries(tenant, [entry])
    await wake.project(tenant, found.route.channel, "order_updates")
    return True
