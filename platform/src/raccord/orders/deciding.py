"""What people decide on orders that wait for them. Each decision looks at where the order stands now, in one transaction: a form
sent twice is one decision, and one that comes too late changes nothing and is told so."""

import uuid
from collections.abc import Sequence
from uuid import UUID

import msgspec
from msgspec import Struct

from raccord.core import order_accepted, order_anyway, order_difference
from raccord.journal.models import Entry, Event
from raccord.journal.service import write_entries
from raccord.orders import customers, decisions, entering, repository, reservations
from raccord.orders import decision_words as words
from raccord.orders.decisions import Detail, Kind, Standing
from raccord.orders.models import StoredOrder
from raccord.storage.engine import tenant_transaction
from raccord.sync.ports import Wake
from raccord_connectors.contract import Message

LONGEST_REASON = 500
MANAGERS: tuple[Kind, ...] = ("anyway",)
"""Decisions on the company's books; the others are the seller's as well."""
EVENTS: dict[Kind, Event] = {
    "retry": Event.RETRIED, "payment": Event.RETRIED, "ignored": Event.ORDER_IGNORED, "customer": Event.CUSTOMER_MATCHED,
    "new_customer": Event.CUSTOMER_MATCHED, "article": Event.ARTICLE_CHOSEN, "forget_article": Event.ARTICLE_CHOSEN,
    "anyway": Event.ORDER_ROUNDED,
}  # fmt: skip


class Choice(Struct, kw_only=True, frozen=True):
    """What a person wants. `once` names the form: sent again it is obeyed once. `seen` is what the form was made for
    (`decisions.SEEN`); empty: whatever the order is by now."""

    do: Kind
    once: str = ""
    seen: str = ""
    reason: str = ""
    customer: str = ""
    """The ERP's code."""
    shop_item: str = ""
    item: str = ""
    """The ERP's key."""
    payment: str = ""
    """Key of one payment; empty: all that wait."""


class Refused(Exception):
    """Nothing was changed. `late`: because the order has moved on; else something is missing or wrong."""

    def __init__(self, message: Message, *, late: bool = False, field: str = "") -> None:
        super().__init__(f"{message.code}: {message.en}")
        self.message = message
        self.late = late
        self.field = field


class Answer(Struct, frozen=True):
    """What became of one order of several."""

    order: UUID
    number: str
    done: bool
    said: Message


async def decide(tenant: UUID, order: UUID, choice: Choice, account: UUID, wake: Wake) -> bool:
    """False when there is no such order. Raises `Refused`."""
    choice = msgspec.structs.replace(choice, reason=choice.reason.strip()[:LONGEST_REASON])
    async with tenant_transaction(tenant):
        found = await decisions.lock(order)
        if found is None:
            return False
        if choice.once and await decisions.taken(order, choice.once):
            return True
        if choice.seen and choice.seen != found.seen:
            raise _late(found)
        detail = await _ACTS[choice.do](found, choice, account)
        once = choice.once or str(uuid.uuid4())
        await decisions.keep(found, once, choice.do, account, choice.reason, detail)
        await _note(found.order, choice, detail, account)
    if choice.do == "forget_article":
        return True
    if choice.do == "ignored":
        await wake.project(tenant, found.order.route.channel, "availability")
    else:
        await wake.enter(tenant, order)
    return True


async def decide_all(
    tenant: UUID, orders: Sequence[UUID], choice: Choice, account: UUID, wake: Wake
) -> list[Answer]:
    """Each order by itself: what is refused of one stops no other. Orders that do not exist are passed over."""
    async with tenant_transaction(tenant):
        numbers = await decisions.numbers(orders)
    answers = []
    for order in dict.fromkeys(orders):
        if order not in numbers:
            continue
        try:
            await decide(tenant, order, choice, account, wake)
        except Refused as refused:
            answers.append(Answer(order, numbers[order], False, refused.message))
        else:
            said = words.DONE[choice.do].fill(number=numbers[order])
            answers.append(Answer(order, numbers[order], True, said))
    return answers


# ------------------------------------------------------------------------------------------------ each decision


async def _retry(found: Standing, choice: Choice, account: UUID) -> Detail:
    """Of one that is held, a new attempt; of one that is tried again by itself, the next attempt now; of one that the ERP has,
    another attempt at its payments."""
    if found.order.state == "integrated" and await decisions.hurry_payments(found.order.id, ""):
        return Detail()
    trying = found.order.state in ("waiting", "entering") and found.problem is not None
    if not trying and not await repository.release(found.order.id):
        raise _late(found)
    return Detail()


async def _ignore(found: Standing, choice: Choice, account: UUID) -> Detail:
    """It never goes to the ERP; what it reserved is free again."""
    _demand_reason(choice)
    if not await repository.ignore(found.order.id):
        raise _late(found)
    await reservations.cancel(found.order.route.tenant, found.order.route.erp, found.order.id)
    return Detail()


async def _customer(found: Standing, choice: Choice, account: UUID) -> Detail:
    """Remembered for the buyer's later orders."""
    _demand_held(found)
    customer = choice.customer.strip()
    if not await decisions.customer_exists(found.order.route.erp, customer):
        raise Refused(words.NO_SUCH_CUSTOMER.fill(customer=customer[:100]), field="customer")
    await customers.remember(found.order, customer, "chosen")
    await repository.release(found.order.id)
    return Detail(customer=customer)


async def _new_customer(found: Standing, choice: Choice, account: UUID) -> Detail:
    """It is none of those known; remembered as well."""
    _demand_held(found)
    await customers.remember_as_new(found.order)
    await repository.release(found.order.id)
    return Detail()


async def _article(found: Standing, choice: Choice, account: UUID) -> Detail:
    _demand_held(found)
    item = choice.item.strip()
    if choice.shop_item not in {line.item for line in found.order.order.lines}:
        raise Refused(words.NOT_IN_ORDER.fill(number=found.order.order.number), field="shop_item")
    if not await decisions.item_exists(found.order.route.erp, item):
        raise Refused(words.NO_SUCH_ARTICLE.fill(item=item[:100]), field="item")
    await decisions.link_article(found.order, choice.shop_item, item, account)
    await repository.release(found.order.id)
    return Detail(shop_item=choice.shop_item, item=item)


async def _forget_article(found: Standing, choice: Choice, account: UUID) -> Detail:
    """Whatever the order is by now: a wrong answer would go into all later orders."""
    if not await decisions.forget_article(found.order, choice.shop_item):
        raise Refused(words.NOT_MAPPED.fill(number=found.order.order.number), late=True)
    return Detail(shop_item=choice.shop_item)


async def _payment(found: Standing, choice: Choice, account: UUID) -> Detail:
    if found.order.state != "integrated":
        raise _late(found)
    if not await decisions.hurry_payments(found.order.id, choice.payment):
        raise Refused(words.NO_PAYMENT_WAITS.fill(number=found.order.order.number), late=True)
    return Detail(payment=choice.payment)


async def _anyway(found: Standing, choice: Choice, account: UUID) -> Detail:
    """Up to what the channel's rule lets go, and for the amounts as they are now only."""
    _demand_held(found)
    _demand_reason(choice)
    if found.problem is not None and found.problem.message.code == entering.DIFFERS.code:
        return await _accept(found, choice, account)
    refused = order_anyway.refusal(found.order.order, found.order.route.settings.orders)
    if refused is not None:
        raise Refused(refused, field="reason")
    await repository.release(found.order.id)
    return Detail(gap=str(order_anyway.gap_of(found.order.order)), print=found.print)


async def _accept(found: Standing, choice: Choice, account: UUID) -> Detail:
    """The ERP's document as it is. It is read back once more: another difference than this one holds the order anew."""
    order = found.order
    document = await decisions.read_back(order.route.erp, order.reference, order.attempts)
    refused = order_accepted.refusal(order.order.number, order.draft, document, order.route.settings.orders)
    if refused is not None:
        raise Refused(refused, field="reason")
    assert order.draft is not None
    assert document is not None
    gaps = order_difference.gaps(order.draft, document)
    detail = Detail(
        gap=str(order_accepted.most_of(gaps)), document=document.number, asked=str(order.draft.gross),
        made=str(document.gross), accepted=order_accepted.print_of(document, gaps), print=found.print,
    )  # fmt: skip
    said = {"order": order.order.number, **_told(detail), "reason": choice.reason}
    await decisions.audit(found, account, "order.difference_accepted", said)
    await repository.release(order.id)
    return detail


_ACTS = {
    "retry": _retry, "ignored": _ignore, "customer": _customer, "new_customer": _new_customer, "article": _article,
    "forget_article": _forget_article, "payment": _payment, "anyway": _anyway,
}  # fmt: skip


def _demand_held(found: Standing) -> None:
    if found.order.state != "held":
        raise _late(found)


def _demand_reason(choice: Choice) -> None:
    if not choice.reason:
        raise Refused(words.NO_REASON.fill(), field="reason")


def _late(found: Standing) -> Refused:
    state = words.STATES[found.order.state].fill(document=found.document_number or "")
    said = words.MOVED_ON.fill(number=found.order.order.number, now_fr=state.fr, now_en=state.en)
    return Refused(said, late=True)


def _told(detail: Detail) -> dict[str, str]:
    """Without what only serves to find the decision again."""
    return {
        name: value
        for name, value in msgspec.structs.asdict(detail).items()
        if value and name not in ("print", "accepted")
    }


async def _note(found: StoredOrder, choice: Choice, detail: Detail, account: UUID) -> None:
    told = _told(detail)
    if choice.reason:
        told["reason"] = choice.reason
    entry = Entry(
        stream="orders", key=found.order.key, event=EVENTS[choice.do], connection=found.route.shop,
        channel=found.route.channel, account=account, after=msgspec.json.encode(told) if told else None,
    )  # fmt: skip
    await write_entries(found.route.tenant, [entry])
