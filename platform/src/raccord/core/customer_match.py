"""Who is this buyer in the ERP? A first plain version: by link, e-mail, SIRET, VAT number; never by guess."""

import re
from collections.abc import Sequence
from typing import Literal

from msgspec import Struct

from raccord_connectors.canonical import Address, Customer, CustomerDraft, Order
from raccord_connectors.contract import Problem, Text

AMBIGUOUS = Text(
    "order.customer_ambiguous",
    "Commande {number} : plusieurs clients de la gestion ont {french} ({customers}). "
    "Choisissez le bon : il sera retenu pour les commandes suivantes.",
    "Order {number}: several customers of the ERP have {english} ({customers}). "
    "Choose the right one: it is remembered for later orders.",
)
SAME = {
    "siret": ("ce SIRET", "this SIRET"),
    "vat_number": ("ce numéro de TVA", "this VAT number"),
    "email": ("cette adresse e-mail", "this e-mail address"),
}
NO_IDENTITY = Text(
    "order.customer_unknown",
    "Commande {number} : ni adresse e-mail ni nom de client. Complétez-la dans la boutique ou choisissez le client.",
    "Order {number}: neither e-mail address nor customer name. Complete the order in the shop or choose the customer.",
)
BLOCKED = Text(
    "order.customer_blocked",
    "Commande {number} : le compte client {customer} est bloqué ou en sommeil dans la gestion. Débloquez-le, puis relancez.",
    "Order {number}: the customer account {customer} is blocked or asleep in the ERP. Unblock it, then retry.",
)


class Match(Struct, frozen=True, omit_defaults=True):
    """`found` with its `customer` and `reason`; `new` with the customer to create; or `held` with the problem."""

    kind: Literal["found", "new", "held"]
    customer: str | None = None
    reason: str = ""
    draft: CustomerDraft | None = None
    problem: Problem | None = None


def match(
    order: Order, linked: str | None, candidates: Sequence[Customer], price_category: str | None
) -> Match:
    """`linked` was chosen or found before for the same identity; `candidates` are the ERP's customers that share the
    buyer's e-mail, SIRET or VAT number, the linked one included."""
    if linked is not None:
        return _found(order, linked, "link", candidates)
    buyer = order.buyer
    for reason, key in (
        ("siret", digits(buyer.siret)),
        ("vat_number", code(buyer.vat_number)),
        ("email", normal_email(buyer.email)),
    ):
        if not key:
            continue
        same = [customer for customer in candidates if key in identities(customer)[reason]]
        awake = [customer for customer in same if customer.active] or same
        if len(awake) == 1:
            return _found(order, awake[0].key, reason, candidates)
        if awake:
            names = ", ".join(sorted(customer.key for customer in awake))
            french, english = SAME[reason]
            message = AMBIGUOUS.fill(number=order.number, french=french, english=english, customers=names)
            return Match("held", problem=Problem("rejected", message, field="customer"))
    return _new(order, price_category)


def _found(order: Order, key: str, reason: str, candidates: Sequence[Customer]) -> Match:
    customer = next((candidate for candidate in candidates if candidate.key == key), None)
    if customer is not None and (customer.blocked or not customer.active):
        return Match(
            "held",
            problem=Problem("rejected", BLOCKED.fill(number=order.number, customer=key), field="customer"),
        )
    return Match("found", customer=key, reason=reason)


def _new(order: Order, price_category: str | None) -> Match:
    buyer, billing = order.buyer, order.billing
    last, first = buyer.last_name or billing.last_name, buyer.first_name or billing.first_name
    company = buyer.company or billing.company
    title = company or " ".join(part for part in (last.upper(), first) if part)
    if not title and not buyer.email:
        return Match(
            "held", problem=Problem("rejected", NO_IDENTITY.fill(number=order.number), field="customer")
        )
    customer = Customer(
        key="",
        account_title=title or buyer.email,
        first_name=first,
        last_name=last,
        company=company,
        email=buyer.email,
        phone=buyer.phone or billing.phone,
        siret=buyer.siret,
        vat_number=buyer.vat_number,
        billing=billing,
        deliveries=[order.delivery] if order.delivery and not same_place(order.delivery, billing) else [],
        price_category=price_category,
        language=buyer.language,
    )
    return Match("new", reason="created", draft=CustomerDraft(key=identity_key(order), customer=customer))


def identity_key(order: Order) -> str:
    """What makes two orders the same buyer when the ERP does not know it yet: two orders of one new customer at once
    make one customer, because the creation's idempotency key is the buyer, not the order."""
    email = normal_email(order.buyer.email)
    return f"email:{email}" if email else f"order:{order.key}"


def identities(customer: Customer) -> dict[str, set[str]]:
    emails = {customer.email, *(contact.email for contact in customer.contacts)}
    if customer.billing:
        emails.add(customer.billing.email)
    return {
        "email": {normal_email(email) for email in emails if email},
        "siret": {digits(customer.siret)} - {""},
        "vat_number": {code(customer.vat_number)} - {""},
    }


def normal_email(email: str) -> str:
    """Addresses differ by case and stray spaces; dots and tags are the person's own and are kept."""
    return email.strip().casefold()


def digits(value: str | None) -> str:
    return re.sub(r"\D", "", value or "")


def code(value: str | None) -> str:
    return re.sub(r"[^A-Z0-9]", "", (value or "").upper())


def same_place(one: Address, other: Address) -> bool:
    return all(
        getattr(one, part).strip().casefold() == getattr(other, part).strip().casefold()
        for part in ("company", "first_name", "last_name", "line1", "line2", "postal_code", "city", "country")
    )
