"""Brings both sides of a customer up to date, one step at a time. Called again and again, by whatever wakes it: each call looks
at where both sides stand now and does what is next, in the caller's transaction, without any network call.

ERP → shop: what the account shall have becomes the desired state of its binding, as everything that shops are sent.

shop → ERP: a command for the agent, read back; each attempt has its own mark, so that asking again is asking once.

    settled ──the account says something new──▶ asked ──written, read back──▶ settled
                                                  └── refused: held, until one of the sides changes or a person decides

A field travels one way only. What was entered is remembered as the ERP holds it, cut or in capitals: it is not taken for a change
that somebody made there.
"""

from datetime import timedelta

import msgspec
from msgspec.structs import replace

from raccord.core import customer_updates
from raccord.core.retry import pause_after
from raccord.customers import marks, repository, shop_repository
from raccord.customers.models import STREAM, CustomerRoute, Linked, State
from raccord.journal.models import Entry, Event
from raccord.journal.service import write_entries
from raccord.sync.commands import Commands
from raccord_connectors import wire
from raccord_connectors.canonical import Customer, CustomerDraft, decode
from raccord_connectors.contract import Change, Outcome, Problem, Selection, Text
from raccord_connectors.registry import connector_class

PATIENCE = timedelta(seconds=30)
"""After which what was not answered is looked at again, should the wake-up be lost."""
AGAIN = timedelta(minutes=5)
"""After which an ERP that cannot be written as it is set up is tried again."""
NOT_READ_BACK = Text(
    "customer.not_read_back",
    "Client {customer} : la gestion dit avoir enregistré ses changements, mais sa fiche ne se relit pas encore. Nous réessayons.",
    "Customer {customer}: the ERP says that it has saved the changes, but the record cannot be read back yet. We try again.",
)
OUR_FAULT = Text(
    "customer.our_fault",
    "Client {customer} : une erreur de notre fait a arrêté sa mise à jour dans la gestion ; elle nous est signalée. Réessayez-la "
    "plus tard.",
    "Customer {customer}: an error of ours stopped its update in the ERP; it is reported to us. Retry it later.",
)


async def bring(route: CustomerRoute, found: Linked, asked: Commands) -> bool:
    """True when something is due to the shop."""
    due = await _to_shop(route, found)
    await _to_erp(route, found, asked)
    return due


# ------------------------------------------------------------------------------------------------ ERP → shop


async def _to_shop(route: CustomerRoute, found: Linked) -> bool:
    rules = route.settings.customers
    if not rules.to_shop or found.mine is None or not found.in_shop:
        return False
    spec = next(
        (one for one in connector_class(route.shop_connector).spec.streams if one.name == STREAM), None
    )
    if spec is None:
        return False
    takes = route.takes if route.takes is not None else spec.fields
    former = (await shop_repository.wanted_of(route.channel, [found.account])).get(found.account)
    wanted = customer_updates.for_account(found.mine, found.account, rules, former, takes)
    if not wanted.fields and former is None:
        return False
    return await shop_repository.desire(route.tenant, route.channel, wanted)


# ------------------------------------------------------------------------------------------------ shop → ERP


async def _to_erp(route: CustomerRoute, found: Linked, asked: Commands) -> None:
    if found.mine is None or found.theirs is None:
        return
    if found.state == "asked" and found.wanted is not None:
        await _follow(route, found, asked)
        return
    if not found.further and not (route.settings.customers.to_erp and found.in_shop):
        return
    if await _is_settled(route, found) or not _is_time(route, found):
        return
    wanted = _wanted(route, found)
    if wanted == found.mine:
        await repository.settle(route.channel, found.account, found.theirs, found.mine, wrote=False)
        return
    draft = CustomerDraft(key=f"account:{route.shop}:{found.account}", customer=wanted)
    await repository.begin(route.channel, found.account, draft, found, PATIENCE)
    begun = replace(
        found,
        state="asked",
        attempts=found.attempts + 1,
        wanted=draft,
        trying=found.theirs,
        before=found.mine,
    )
    await _follow(route, begun, asked)


def _wanted(route: CustomerRoute, found: Linked) -> Customer:
    assert found.mine is not None
    assert found.theirs is not None
    if found.further:
        return customer_updates.with_contact(found.mine, found.theirs)
    return customer_updates.for_erp(found.mine, found.theirs, found.told, route.settings.customers)


async def _is_settled(route: CustomerRoute, found: Linked) -> bool:
    """Both sides are as they were when the account was last brought over."""
    rules = route.settings.customers
    assert found.mine is not None
    assert found.theirs is not None
    if found.state != "settled" or found.told is None or not _same_account(route, found, found.told):
        return False
    if found.entered is None:
        return False
    now = customer_updates.owned_in_erp(found.mine, rules)
    if now == customer_updates.owned_in_erp(found.entered, rules):
        if found.before is not None:
            await repository.forget_before(route.channel, found.account)
        return True
    # The scan that shows what was entered has not come yet.
    return found.before is not None and now == customer_updates.owned_in_erp(found.before, rules)


def _is_time(route: CustomerRoute, found: Linked) -> bool:
    """What was refused waits for something else to try; what failed by itself for its hour."""
    if found.state == "held":
        tried = found.trying
        return tried is None or not _same_account(route, found, tried) or found.mine != found.before
    return found.state != "waiting" or found.due


def _same_account(route: CustomerRoute, found: Linked, other: Customer) -> bool:
    assert found.theirs is not None
    if found.further:
        return _person(found.theirs) == _person(other)
    rules = route.settings.customers
    return customer_updates.owned_by_shop(found.theirs, rules) == customer_updates.owned_by_shop(other, rules)


def _person(account: Customer) -> tuple[str, ...]:
    return (account.first_name, account.last_name, account.email, account.phone, account.mobile)


async def _follow(route: CustomerRoute, found: Linked, asked: Commands) -> None:
    """The write that was asked, its answer, and the reading back."""
    assert found.wanted is not None
    before = CustomerDraft(key=found.wanted.key, customer=found.before or Customer(key=found.customer))
    change = Change("update", found.wanted.key, found.wanted, before, found.customer)
    write = wire.Write("customer_drafts", [wire.change_to_wire(change)])
    result = await _answer(
        route, found, marks.write_mark(route.channel, found.account, found.attempts), write, asked
    )
    if result is None:
        return
    outcome = result.problem or result.outcomes[0].problem
    if outcome is not None:
        await _failed(route, found, outcome)
        return
    await _read_back(route, found, result.outcomes[0], asked)


async def _read_back(route: CustomerRoute, found: Linked, outcome: Outcome, asked: Commands) -> None:
    read = wire.Read(STREAM, Selection(keys=(found.customer,)))
    mark = marks.read_mark(route.channel, found.account, found.attempts)
    result = await _answer(route, found, mark, read, asked)
    if result is None:
        return
    if result.problem is not None:
        await _failed(route, found, result.problem)
        return
    for page in result.pages:
        for upsert in page.records:
            if upsert.key == found.customer:
                await _entered(route, found, decode(upsert.data, Customer), outcome)
                return
    await _failed(route, found, Problem("transient", NOT_READ_BACK.fill(customer=found.customer)))


async def _entered(route: CustomerRoute, found: Linked, entered: Customer, outcome: Outcome) -> None:
    assert found.trying is not None
    assert found.before is not None
    await repository.settle(route.channel, found.account, found.trying, entered, wrote=True)
    before, after = differences(found.before, entered)
    event = Event.CUSTOMER_CONTACT if found.further else Event.CUSTOMER_UPDATED
    await note(route, found, event, before=before, after=after)
    for message in outcome.said:
        await note(route, found, event, problem=Problem("rejected", message, field="customer"))


async def _failed(route: CustomerRoute, found: Linked, problem: Problem) -> None:
    if problem.kind == "bug":
        problem = replace(problem, message=OUR_FAULT.fill(customer=found.customer))
    if problem.kind == "transient":
        pause = pause_after(found.attempts, problem.retry_after)
        await repository.failed(route.channel, found.account, "waiting", problem, pause)
        return
    again = problem.kind == "config"  # once a person has mended the connection, all that wait for it go on
    state: State = "waiting" if again else "held"
    await repository.failed(route.channel, found.account, state, problem, AGAIN)
    if found.problem is None or found.problem.message != problem.message:
        await note(route, found, Event.CUSTOMER_HELD, problem=problem)


async def _answer(
    route: CustomerRoute, found: Linked, mark: str, order: wire.Order, asked: Commands
) -> wire.CommandResult | None:
    answer = await asked.answer(route.erp, mark)
    if answer is None:
        await asked.ask(route.tenant, route.erp, order, once=mark)
    if answer is None or answer.result is None:
        await repository.look_again(route.channel, found.account, PATIENCE)
        return None
    return answer.result


# --------------------------------------------------------------------------------------------------- journal


def differences(before: Customer, after: Customer) -> tuple[bytes, bytes]:
    """The fields that became others, as small JSON objects."""
    old, new = msgspec.to_builtins(before), msgspec.to_builtins(after)
    names = [name for name in sorted({*old, *new}) if old.get(name) != new.get(name)]
    return tuple(msgspec.json.encode({name: one.get(name) for name in names}) for one in (old, new))  # type: ignore[return-value]


async def note(
    route: CustomerRoute,
    found: Linked,
    event: Event,
    *,
    before: bytes | None = None,
    after: bytes | None = None,
    problem: Problem | None = None,
) -> None:
    """Under the ERP's key of the customer."""
    entry = Entry(
        stream=STREAM, key=found.customer, event=event, connection=route.erp, channel=route.channel, before=before, after=after,
        problem=problem,
    )  # fmt: skip
    await write_entries(route.tenant, [entry])
