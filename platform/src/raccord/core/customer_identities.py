"""What a buyer and a customer of the ERP are known by, in one spelling; and what makes two new buyers one."""

import re
from collections.abc import Iterable

from raccord.core import customer_fields, customer_names
from raccord.core.customer_fields import normal_email
from raccord.core.order_rules import CustomerRules
from raccord_connectors.canonical import Address, Customer, Order


def identity_key(order: Order) -> str:
    """What makes two orders the same buyer when the ERP does not know it yet: the creation's idempotency key is the buyer, not
    the order. `orders.customers` adds what else two orders of one buyer may share."""
    email, number = normal_email(order.buyer.email), _number(order)
    if number:
        return f"business:{number}:{email}" if email else f"business:{number}"
    return f"email:{email}" if email else f"order:{order.key}"


def _number(order: Order) -> str:
    buyer = order.buyer
    return customer_fields.siret(buyer.siret) or customer_fields.vat_number(buyer.vat_number)


def anchors_of(order: Order, rules: CustomerRules) -> list[str]:
    """What another order of the same new buyer would share with this one."""
    buyer = order.buyer
    told: dict[str, Iterable[str]] = {
        "email": [normal_email(buyer.email)],
        "siret": [customer_fields.siret(buyer.siret)],
        "vat_number": [customer_fields.vat_number(buyer.vat_number)],
        "phone_name": order_phones(order),
    }
    return [
        f"{anchor}:{value}" for anchor in told if anchor in rules.anchors for value in told[anchor] if value
    ]


def remembered_as(order: Order, shop: object) -> tuple[list[str], list[str]]:
    """What a customer is remembered by: for exactly this buyer, and what holds as long as nothing contradicts it. The shop's own
    customer number goes first: it outlives a change of e-mail address. One person may buy for a company and for itself, and
    several persons may have one address."""
    buyer, email, number = order.buyer, normal_email(order.buyer.email), _number(order)
    person = customer_names.person_of(order)
    name = "-".join(sorted(person.first | person.last))
    plain = ([f"{shop}:{buyer.key}"] if buyer.key else []) + ([f"email:{email}"] if email else [])
    if number:
        return [f"{one}#{number}" for one in plain] or [f"business:{number}"], plain
    if buyer.key:
        return plain[:1], plain[1:]
    return ([f"email:{email}#{name}"] if email and name else plain), plain


def identities(customer: Customer) -> dict[str, set[str]]:
    emails = {customer.email, *(contact.email for contact in customer.contacts)}
    if customer.billing:
        emails.add(customer.billing.email)
    return {
        "email": {normal_email(email) for email in emails if email and email.strip()},
        "siret": {customer_fields.siret(customer.siret)} - {""},
        "vat_number": {customer_fields.vat_number(customer.vat_number)} - {""},
    }


def order_phones(order: Order) -> set[str]:
    country = order.billing.country
    return {customer_fields.phone(value, country) for value in (order.buyer.phone, order.billing.phone)} - {
        ""
    }


def phones(customer: Customer) -> set[str]:
    country = customer.billing.country if customer.billing else ""
    told = [customer.phone, customer.mobile, customer.billing.phone if customer.billing else ""]
    told += [number for contact in customer.contacts for number in (contact.phone, contact.mobile)]
    return {customer_fields.phone(value, country) for value in told} - {""}


def digits(value: str | None) -> str:
    return re.sub(r"\D", "", value or "")


def code(value: str | None) -> str:
    return re.sub(r"[^A-Z0-9]", "", (value or "").upper())


def same_place(one: Address, other: Address) -> bool:
    return all(
        getattr(one, part).strip().casefold() == getattr(other, part).strip().casefold()
        for part in ("company", "first_name", "last_name", "line1", "line2", "postal_code", "city", "country")
    )
