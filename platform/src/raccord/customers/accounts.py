"""Which account is which customer of the ERP: as an order found it, or by the same rules when an account is read."""

from datetime import UTC, datetime
from decimal import Decimal
from uuid import UUID

from raccord.core import customer_match, customer_updates
from raccord.core.customer_fields import businesses, normal_email
from raccord.core.order_rules import CustomerRules
from raccord.customers import repository
from raccord.customers.models import STREAM, CustomerRoute
from raccord.storage.marks import mark
from raccord_connectors.canonical import Address, Buyer, Customer, Order

GUEST = "email:"


async def remember_buyer(
    tenant: UUID, channel: UUID, erp: UUID, order: Order, customer: str, reason: str
) -> None:
    """An order found, or made, its customer. Guests count only where they buy for a company: they are one more person of it."""
    buyer = order.buyer
    known = await repository.customer(erp, customer)
    business = bool(buyer.company or businesses(buyer.siret, buyer.vat_number))
    if not buyer.key and (not business or known is None or not buyer.email.strip()):
        return
    account = buyer.key or f"{GUEST}{normal_email(buyer.email)}"
    record = account_of(order, account)
    further = not buyer.key or await _is_further(channel, account, record, known, customer, reason)
    if not buyer.key and known is not None and customer_updates.with_contact(known, record) == known:
        return
    if await repository.link(tenant, channel, account, customer, reason, further=further, record=record):
        await mark(tenant, channel, STREAM, [customer])


async def further(channel: UUID, order: Order, customer: str | None) -> str | None:
    """How far this order's buyer is among the contacts of its customer; None where it is the customer itself."""
    if customer is None:
        return None
    account = order.buyer.key or f"{GUEST}{normal_email(order.buyer.email)}"
    return await repository.further_state(channel, account, customer)


async def link_read(route: CustomerRoute, account: Customer, customer: str, reason: str) -> bool:
    known = await repository.customer(route.erp, customer)
    further = await _is_further(route.channel, account.key, account, known, customer, reason)
    return await repository.link(
        route.tenant, route.channel, account.key, customer, reason, further=further, record=None
    )


async def _is_further(
    channel: UUID, account: str, record: Customer, known: Customer | None, customer: str, reason: str
) -> bool:
    if known is not None and customer_updates.is_further(record, known, reason):
        return True
    return await repository.has_principal(channel, customer, but=account)


def account_of(order: Order, key: str) -> Customer:
    """The buyer, as far as an order tells."""
    buyer, billing = order.buyer, order.billing
    return Customer(
        key=key,
        first_name=buyer.first_name or billing.first_name,
        last_name=buyer.last_name or billing.last_name,
        company=buyer.company or billing.company,
        email=buyer.email,
        phone=buyer.phone or billing.phone,
        fields=["company", "email", "first_name", "last_name", "phone"],
    )


def as_order(account: Customer) -> Order:
    """An account as the buyer of an order without lines: for the rules that recognise buyers."""
    zero = Decimal(0)
    return Order(
        key=account.key, number=account.email or account.key, placed_at=datetime(1970, 1, 1, tzinfo=UTC), status="",
        stage="closed", currency="EUR", prices_include_tax=True,
        buyer=Buyer(
            key=account.key, email=account.email, first_name=account.first_name, last_name=account.last_name,
            company=account.company, siret=account.siret, vat_number=account.vat_number, phone=account.phone,
            erp_code=str(account.custom.get("erp_code") or ""),
        ),
        billing=account.billing or Address(), lines=[], net=zero, tax=zero, gross=zero,
    )  # fmt: skip


def recognised(
    account: Customer, linked: str | None, candidates: list[Customer], rules: CustomerRules
) -> tuple[str, str] | None:
    """(customer, how) of an account that did not buy yet; None where nothing tells it for sure: its first order will."""
    if customer_match.collective(as_order(account), rules) is not None:
        return None
    found = customer_match.match(as_order(account), linked, candidates, rules)
    return (found.customer, found.reason) if found.kind == "found" and found.customer else None
