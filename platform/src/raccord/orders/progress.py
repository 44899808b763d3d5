"""What became of an order in the ERP, line by line: kept for its page, told to the shop, asked of a person where it must be.

Worked out anew from the snapshot each time, so that it does not matter what woke it, how often, or what was missed in between.
"""

from collections.abc import Mapping
from decimal import Decimal

from msgspec import Struct

from raccord.core import order_edits, order_holds, order_progress
from raccord.core.follow_up import update_of
from raccord.core.order_holds import Kind, Question
from raccord.core.order_progress import Progress
from raccord.orders import holds, progress_rows, repository
from raccord.orders.holds import HoldRow
from raccord.orders.models import StoredOrder
from raccord.storage.engine import current_connection
from raccord_connectors.canonical import Document, Order, OrderUpdate, RefundWish


class Standing(Struct, frozen=True):
    """One order against its document, as both are now."""

    entered: Order
    items: dict[str, str]
    """The shop's article → the ERP's."""
    progress: Progress


async def standing(found: StoredOrder, document: Document) -> Standing:
    entered = await _entered(found)
    shop_items = [line.item for line in (*entered.lines, *found.order.lines)]
    items = await repository.items_of(found.route.channel, shop_items)
    lines = order_progress.bought(entered, found.draft, items, document)
    made = order_progress.progress(lines, document)
    return Standing(entered, items, order_progress.without_charges(made, found.draft))


async def bring_up(found: StoredOrder, document: Document) -> OrderUpdate:
    """Keeps where the order is, asks what a person has to decide, and returns what the shop is to be told."""
    now = await standing(found, document)
    await repository.set_seen(found.id)
    await progress_rows.keep(found, now.progress)
    known = await holds.of(found.id)
    questions = [
        await _given_up(found, document, now, known.get("part_cancelled")),
        order_holds.added(found.order, now.entered, now.progress, now.items, document.number),
        await _changed_in_shop(found, document, now),
    ]
    await _ask(found, known, [one for one in questions if one is not None])
    decided = (await holds.of(found.id)).get("part_cancelled")
    return update_of(
        found.order,
        document,
        now.progress,
        cancelled=decided.decided_lines if decided else None,
        refunds=decided.refunds if decided else (),
    )


async def given_up_whole(found: StoredOrder, number: str) -> list[RefundWish]:
    """The document is gone, nothing of it had left: what was paid is to go back. Returns the refunds that were decided."""
    known = await holds.of(found.id)
    row = known.get("part_cancelled")
    question = await _refund_of_all(found, number, row)
    await _ask(found, known, [question] if question is not None else [], besides=("document_deleted",))
    decided = (await holds.of(found.id)).get("part_cancelled")
    return decided.refunds if decided else []


async def _ask(
    found: StoredOrder,
    known: Mapping[Kind, HoldRow],
    questions: list[Question],
    *,
    besides: tuple[Kind, ...] = (),
) -> None:
    for question in questions:
        await holds.ask(found, question)
    over = known.keys() - {question.kind for question in questions} - set(besides)
    await holds.drop(found.id, sorted(over))


async def _given_up(
    found: StoredOrder, document: Document, now: Standing, row: HoldRow | None
) -> Question | None:
    """What is still to be asked of what the ERP gave up; what a rule decides is decided here."""
    if document.state == "cancelled":
        return await _refund_of_all(found, document.number, row)
    rules = found.route.settings.orders.after
    question = order_holds.cancelled_part(
        found.order, now.entered, now.progress, document.number, decided=row.decided_lines if row else {}
    )
    if question is None:
        return None
    decision = order_holds.by_rule(rules, now.progress)
    if decision is not None:
        refund = order_holds.wish(question.facts, row.refunds if row else [], found.reference)
        await holds.decide(
            found, question, decision, account=None, lines=question.facts.given_up,
            refund=refund if decision == "refund" else None,
        )  # fmt: skip
        return None
    waits_for_rest = (
        rules.cancelled_parts != "ask" and not now.progress.settled and not now.progress.nothing_left
    )
    return None if waits_for_rest else question


async def _refund_of_all(found: StoredOrder, number: str, row: HoldRow | None) -> Question | None:
    wished = row.refunds if row else []
    question = order_holds.cancelled_whole(found.order, number, _not_made(found.order, wished))
    if question is None or found.route.settings.orders.after.cancelled_parts != "refund":
        return question
    refund = order_holds.wish(question.facts, wished, found.reference)
    await holds.decide(found, question, "refund", account=None, refund=refund)
    return None


def _not_made(order: Order, wished: list[RefundWish]) -> list[RefundWish]:
    """Wishes that the shop does not show as refunds yet: as far as its refunds go, the first are made."""
    back = sum((one.amount for one in order.refunds), Decimal(0))
    left = []
    for one in wished:
        if back >= one.amount:
            back -= one.amount
        else:
            left.append(one)
    return left


async def _changed_in_shop(found: StoredOrder, document: Document, now: Standing) -> Question | None:
    if found.order.stage == "cancelled":
        by_us = await _told_to_cancel(found)
        return order_holds.cancelled_in_shop(found.order, document, by_us=by_us)
    if document.state == "cancelled":
        return None
    told = order_edits.edits(now.entered, found.order, now.progress, document, now.items)
    return order_holds.edited(found.order, told, document.number)


async def _told_to_cancel(found: StoredOrder) -> bool:
    told: bool | None = await current_connection().fetchval(
        "SELECT desired ->> 'state' = 'cancelled' OR pushed ->> 'state' = 'cancelled' FROM binding "
        "WHERE channel = $1 AND stream = 'order_updates' AND key = $2",
        found.route.channel,
        found.order.key,
    )
    return bool(told)


async def _entered(found: StoredOrder) -> Order:
    """The order as its document was asked for; of those entered before this was kept, as it is when it is first looked at."""
    if found.entered is None:
        await repository.set_entered(found.id)
    return found.entered or found.order
