"""Which customer of the ERP placed an order: recognised, asked of a person, or created."""

import msgspec

from raccord.core import customer_match
from raccord.journal.models import Event
from raccord.orders import commands, known_customers, repository
from raccord.orders.models import StoredOrder
from raccord.orders.noting import note
from raccord.sync.commands import Commands
from raccord_connectors.contract import Problem


async def find(found: StoredOrder, asked: Commands) -> str | Problem | None:
    """The customer's code; why it cannot be told; or None while the ERP is creating it."""
    order, route = found.order, found.route
    linked = await known_customers.linked(route.erp, _identities(found))
    match = customer_match.match(
        order,
        linked,
        await known_customers.candidates(route.erp, order, linked),
        route.settings.orders.customers.template.price_category,
    )
    if match.problem is not None:
        return match.problem
    if match.customer is None:
        return await _created(found, match, asked)
    await remember(found, match.customer, match.reason)
    return match.customer


async def _created(found: StoredOrder, match: customer_match.Match, asked: Commands) -> str | Problem | None:
    assert match.draft is not None
    mark = commands.customer_mark(match.draft, found.attempts)
    answer = await asked.answer(found.route.erp, mark)
    if answer is None:
        await asked.ask(
            found.route.tenant, found.route.erp, commands.write_customer(match.draft), once=mark, urgent=True
        )
    if answer is None or answer.result is None:
        return None
    outcome = commands.outcome_of(answer.result)
    if isinstance(outcome, Problem):
        return outcome
    if outcome.problem is not None:
        return outcome.problem
    if outcome.target is None:
        raise ValueError(f"the new customer of order {found.id} has neither code nor problem")
    await remember(found, outcome.target, "created")
    await note(found, Event.CUSTOMER_CREATED, after=msgspec.json.encode({"customer": outcome.target}))
    return outcome.target


async def remember(found: StoredOrder, customer: str, reason: str) -> None:
    """For this order, and for the later ones of the same buyer."""
    await repository.set_customer(found.id, customer, reason)
    await known_customers.link(found.route.tenant, found.route.erp, _identities(found), customer, reason)


def _identities(found: StoredOrder) -> list[str]:
    """The shop's own customer number first: it outlives a change of e-mail address."""
    buyer = found.order.buyer
    own = [f"{found.route.shop}:{buyer.key}"] if buyer.key else []
    email = customer_match.normal_email(buyer.email)
    return [*own, *([f"email:{email}"] if email else [])]
