"""Which customer of the ERP placed an order: recognised, asked of a person, or created. Two orders of one new buyer are one
customer: the first claims what it is known by, the other finds the claim as it would find a customer."""

from uuid import UUID

import msgspec
from msgspec.structs import replace

from raccord.core import customer_code, customer_fields, customer_identities, customer_match, customer_names
from raccord.customers import accounts
from raccord.journal.models import Event
from raccord.orders import commands, known_customers, repository
from raccord.orders.models import StoredOrder
from raccord.orders.noting import note
from raccord.sync.commands import Commands
from raccord_connectors.canonical import Customer, CustomerDraft, decode
from raccord_connectors.contract import Outcome, Problem, Text

PENDING = "\0"
"""Begins the key of a customer that is being created, before that of its creation: no ERP has such a code."""
CODE_TAKEN = Text(
    "order.customer_code_taken",
    "Commande {number} : le code client {code} est déjà celui d’un autre client de la gestion. Nous prenons le suivant.",
    "Order {number}: the customer code {code} is already that of another customer of the ERP. We take the next one.",
)


async def find(found: StoredOrder, asked: Commands) -> str | Problem | None:
    """The customer's code; why it cannot be told; or None while the ERP is creating it."""
    order, route = found.order, found.route
    rules = route.settings.orders.customers
    await known_customers.take_turn(route.erp)
    exact, plain = customer_identities.remembered_as(order, route.shop)
    link = await known_customers.linked(route.erp, [*exact, *plain])
    account = customer_match.collective(order, rules)
    linked = account or (link.customer if link else None) or None
    # In this order: what reaches the snapshot meanwhile is then seen twice, never missed.
    expected = await _being_created(found)
    known = await known_customers.candidates(route.erp, order, linked)
    there = {customer.key for customer in known}
    expected = {other: customer for other, customer in expected.items() if customer.key not in there}
    new = link is not None and link.reason == known_customers.CREATE and link.identity in exact
    match = customer_match.match(
        order,
        linked,
        [*known, *expected.values()],
        rules,
        chosen=link is not None and link.identity in exact,
        new=new,
    )
    if match.kind == "held" and any(key.startswith(PENDING) for key in match.candidates):
        return None  # asked once the question can name them
    if match.problem is not None:
        return match.problem
    if match.customer is not None and not match.customer.startswith(PENDING):
        await remember(found, match.customer, match.reason)
        return match.customer
    draft = CustomerDraft(key=_creation(found, match, new), customer=customer_match.customer_of(order, rules))
    joined = [other for other, customer in expected.items() if customer.key == match.customer]
    return await _created(found, draft, joined, asked)


async def _being_created(found: StoredOrder) -> dict[UUID, Customer]:
    """By the order that has them created; as they will be in the ERP."""
    rules = found.route.settings.orders.customers
    claims = await known_customers.claims(found.route.erp, customer_identities.anchors_of(found.order, rules))
    others = {claim.order: claim for claim in claims if claim.order != found.id}
    made = {}
    for other in await repository.by_id(list(others)):
        claim = others[other.id]
        if not claim.customer and other.state in ("held", "ignored", "cancelled"):
            continue
        creation = claim.creation or customer_identities.identity_key(other.order)
        # It may have found its customer otherwise than by the answer to its creation.
        key = claim.customer or other.customer or PENDING + creation
        made[other.id] = replace(customer_match.customer_of(other.order, rules), key=key)
    return made


def _creation(found: StoredOrder, match: customer_match.Match, new: bool) -> str:
    if match.customer is not None:
        return match.customer.removeprefix(PENDING)
    key = customer_identities.identity_key(found.order)
    if not new:
        return key
    exact, _ = customer_identities.remembered_as(found.order, found.route.shop)
    return f"chosen:{exact[0]}" if exact else f"chosen:{key}"


# ------------------------------------------------------------------------------------------------- creation


async def _created(
    found: StoredOrder, draft: CustomerDraft, joined: list[UUID], asked: Commands
) -> str | Problem | None:
    """`joined`: orders that have the same creation under way."""
    route = found.route
    rules = route.settings.orders.customers
    anchors = customer_identities.anchors_of(found.order, rules)
    await known_customers.claim(route.tenant, route.erp, anchors, found.id, draft.key)
    if rules.code.pattern:
        draft = replace(draft, customer=replace(draft.customer, key=await _code(found, draft)))
    mark = commands.customer_mark(draft, found.attempts)
    answer = await asked.answer(route.erp, mark)
    if answer is None:
        await asked.ask(route.tenant, route.erp, commands.write_customer(draft), once=mark, urgent=True)
    if answer is None or answer.result is None:
        return None
    outcome = commands.outcome_of(answer.result)
    if isinstance(outcome, Problem):
        return outcome
    if outcome.problem is not None:
        taken = outcome.problem.detail == "code_taken" and bool(draft.customer.key)
        return await _next_code(found, draft.customer.key) if taken else outcome.problem
    if outcome.target is None:
        raise ValueError(f"the new customer of order {found.id} has neither code nor problem")
    doubt = await _doubt(found, draft, outcome, asked)
    if isinstance(doubt, Problem) or doubt:
        return doubt if isinstance(doubt, Problem) else None
    await known_customers.settle(route.erp, joined, outcome.target)
    for message in outcome.said:
        problem = Problem("rejected", message, field="customer")
        await note(found, Event.CUSTOMER_CREATED, problem=problem)
    return await _keep(found, outcome.target)


async def _keep(found: StoredOrder, customer: str) -> str:
    await remember(found, customer, "created")
    await note(found, Event.CUSTOMER_CREATED, after=msgspec.json.encode({"customer": customer}))
    for problem in left_out(found):
        await note(found, Event.CUSTOMER_CREATED, problem=problem)
    return customer


def left_out(found: StoredOrder) -> list[Problem]:
    """Numbers that the buyer gave and that cannot be right."""
    buyer = found.order.buyer
    given = Customer(key="", siret=buyer.siret, vat_number=buyer.vat_number)
    _, told = customer_fields.tidied(given, found.order.number)
    return [Problem("rejected", message, field="customer") for message in told]


async def _code(found: StoredOrder, draft: CustomerDraft) -> str:
    """Formed once for a creation; nobody else gets it meanwhile (`take_turn`)."""
    route = found.route
    formation = route.settings.orders.customers.code
    kept = await known_customers.code_kept_for(route.erp, draft.key)
    if kept is not None:
        return kept
    stem = customer_code.stem(formation, draft.customer)
    taken = await known_customers.codes_like(route.erp, stem.before[:1])
    formed = customer_code.next_code(stem, taken, formation.longest)
    await known_customers.keep_code(route.tenant, route.erp, formed, draft.key)
    return formed


async def _doubt(
    found: StoredOrder, draft: CustomerDraft, outcome: Outcome, asked: Commands
) -> bool | Problem:
    """A code that we formed may be somebody's since the last look at the ERP, and some ERPs then answer that they have it. True:
    it is being read."""
    if not draft.customer.key or not outcome.existed or outcome.target is None:
        return False
    route, mark = found.route, f"customer:check {draft.key}:{found.attempts}"
    answer = await asked.answer(route.erp, mark)
    if answer is None:
        order = commands.read("customers", [outcome.target])
        await asked.ask(route.tenant, route.erp, order, once=mark, urgent=True)
    if answer is None or answer.result is None:
        return True
    if answer.result.problem is not None:
        return answer.result.problem
    there = [decode(one.data, Customer) for page in answer.result.pages for one in page.records]
    if any(_is_it(draft.customer, one) for one in there):
        return False
    return await _next_code(found, draft.customer.key)


def _is_it(wanted: Customer, there: Customer) -> bool:
    mine, theirs = customer_match.identities(wanted), customer_match.identities(there)
    if any(mine[by] & theirs[by] for by in mine):
        return True
    title = customer_names.core_words(wanted.account_title)
    return not any(mine.values()) and title == customer_names.core_words(there.account_title)


async def _next_code(found: StoredOrder, code: str) -> Problem:
    await known_customers.give_up_code(found.route.erp, code)
    return Problem("transient", CODE_TAKEN.fill(number=found.order.number, code=code), field="customer")


# ------------------------------------------------------------------------------------------------- memory


async def remember(found: StoredOrder, customer: str, reason: str) -> None:
    """For this order, and for the later ones of the same buyer."""
    route = found.route
    await repository.set_customer(found.id, customer, reason)
    if reason == "collective":  # nobody is that account because of what this buyer is known by
        await known_customers.give_up_claims(route.erp, found.id)
        return
    await known_customers.settle(route.erp, [found.id], customer)
    await accounts.remember_buyer(route.tenant, route.channel, route.erp, found.order, customer, reason)
    exact, plain = customer_identities.remembered_as(found.order, route.shop)
    await known_customers.link(route.tenant, route.erp, exact, customer, reason)
    if not customer_fields.businesses(found.order.buyer.siret, found.order.buyer.vat_number):
        await known_customers.link(route.tenant, route.erp, plain, customer, reason, keep=True)


async def remember_as_new(found: StoredOrder) -> None:
    """A person said that none of the ERP's customers is this buyer."""
    exact, _ = customer_identities.remembered_as(found.order, found.route.shop)
    await known_customers.link(found.route.tenant, found.route.erp, exact, "", known_customers.CREATE)
