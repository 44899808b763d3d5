"""Who is this buyer in the ERP? By what identifies, in the merchant's order; never by guess: a doubt becomes a question."""

from collections.abc import Sequence
from typing import Literal

from msgspec import Struct

from raccord.core import customer_fields, customer_names
from raccord.core.customer_fields import businesses, normal_email
from raccord.core.customer_identities import (
    code,
    digits,
    identities,
    identity_key,
    order_phones,
    phones,
    same_place,
)
from raccord.core.order_rules import Anchor, CustomerRules
from raccord_connectors.canonical import Customer, CustomerDraft, Order
from raccord_connectors.contract import Message, Problem, Text

__all__ = [
    "AMBIGUOUS",
    "SAME",
    "Match",
    "code",
    "collective",
    "customer_of",
    "digits",
    "identities",
    "match",
    "normal_email",
]

AMBIGUOUS = Text(
    "order.customer_ambiguous",
    "Commande {number} : plusieurs clients de la gestion ont {french} ({customers}). "
    "Choisissez le bon : il sera retenu pour les commandes suivantes.",
    "Order {number}: several customers of the ERP have {english} ({customers}). "
    "Choose the right one: it is remembered for later orders.",
)
DOUBTFUL = Text(
    "order.customer_doubtful",
    "Commande {number} : {customers} a {french}, mais {why_fr}. Est-ce le même client ? Choisissez-le, ou faites-en créer un "
    "autre : votre réponse sera retenue pour les commandes suivantes.",
    "Order {number}: {customers} has {english}, but {why_en}. Is it the same customer? Choose it, or have a new one made: your "
    "answer is remembered for later orders.",
)
SAME: dict[str, tuple[str, str]] = {
    "binding": ("déjà passé commande sous ce compte", "ordered before with this account"),
    "code": ("ce code client", "this customer code"),
    "siret": ("ce SIRET", "this SIRET"),
    "vat_number": ("ce numéro de TVA", "this VAT number"),
    "email": ("cette adresse e-mail", "this e-mail address"),
    "phone_name": ("ce téléphone et ce nom", "this telephone and name"),
}
OTHER_NAME = ("le nom est un autre", "the name is another")
OTHER_BUSINESS = ("c’est une autre entreprise ou un autre établissement", "it is another company or site")
OTHER_FITS = (
    "un autre client a le SIRET, la TVA ou l’e-mail",
    "another customer has the SIRET, VAT number or e-mail",
)
NO_IDENTITY = Text(
    "order.customer_unknown",
    "Commande {number} : ni adresse e-mail ni nom de client. Complétez-la dans la boutique ou choisissez le client.",
    "Order {number}: neither e-mail address nor customer name. Complete the order in the shop or choose the customer.",
)
BLOCKED = Text(
    "order.customer_blocked",
    "Commande {number} : le compte client {customer} est bloqué ou en sommeil dans la gestion. Débloquez-le, puis réessayez.",
    "Order {number}: the customer account {customer} is blocked or asleep in the ERP. Unblock it, then retry.",
)
NO_COLLECTIVE = Text(
    "order.customer_no_collective",
    "Commande {number} : les réglages du canal la mettent sur le compte client commun, mais aucun n’est choisi. Choisissez-le "
    "dans les réglages du canal puis réessayez, ou choisissez le client de cette commande.",
    "Order {number}: the channel’s settings put it on the collective customer account, but none is chosen. Choose it in the "
    "channel’s settings and retry, or choose this order’s customer.",
)
STRONG: tuple[Anchor, ...] = ("code", "siret", "vat_number")
"""What names one customer only; an e-mail address or a telephone may be shared."""


class Match(Struct, frozen=True, omit_defaults=True):
    """`found` with its `customer` and `reason`; `new` with the customer to create; or `held` with the problem, and the
    `candidates` where one of them may be it."""

    kind: Literal["found", "new", "held"]
    customer: str | None = None
    reason: str = ""
    draft: CustomerDraft | None = None
    problem: Problem | None = None
    candidates: tuple[str, ...] = ()


def match(
    order: Order,
    linked: str | None,
    candidates: Sequence[Customer],
    rules: CustomerRules,
    *,
    chosen: bool = True,
    new: bool = False,
) -> Match:
    """`linked` was chosen or found before for the same identity: for exactly this one (`chosen`), or for the same person
    without its company. `candidates` are the ERP's customers that share something with the buyer, the linked one included.
    `new`: a person said that none of them is it."""
    account = collective(order, rules)
    if account is not None:
        if not account:
            return _held(NO_COLLECTIVE.fill(number=order.number))
        return _found(order, account, "collective", candidates)
    if new:
        return _new(order, rules)
    if linked is not None and chosen and "binding" in rules.anchors:
        return _found(order, linked, "link", candidates)
    hits = [(anchor, _awake(_once(_having(anchor, order, candidates, linked)))) for anchor in rules.anchors]
    for place, (anchor, same) in enumerate(hits):
        if same:
            return _decide(order, anchor, same, hits[place + 1 :], candidates)
    near = _near(order, candidates) if "phone_name" in rules.anchors else []
    if near:
        return _doubt(order, near, "phone_name", OTHER_NAME)
    return _new(order, rules)


def collective(order: Order, rules: CustomerRules) -> str | None:
    """The account that all such buyers share, "" when it ought to be chosen; None: the buyer has an account of its own."""
    buyer = order.buyer
    if buyer.company or businesses(buyer.siret, buyer.vat_number):
        return None
    shared = rules.everyone == "collective" or (rules.guests == "collective" and not buyer.key)
    return (rules.collective_account or "") if shared else None


# ------------------------------------------------------------------------------------------------- matching


def _having(
    anchor: Anchor, order: Order, candidates: Sequence[Customer], linked: str | None
) -> list[Customer]:
    buyer = order.buyer
    match anchor:
        case "binding":
            return [one for one in candidates if one.key == linked]
        case "code":
            wanted = buyer.erp_code.strip().upper()
            return [one for one in candidates if wanted and one.key.upper() == wanted]
        case "phone_name":
            return [one for one in candidates if _same_phone(order, one) and _same_name(order, one)]
    key = {
        "email": normal_email(buyer.email),
        "siret": customer_fields.siret(buyer.siret),
        "vat_number": customer_fields.vat_number(buyer.vat_number),
    }[anchor]
    return [one for one in candidates if key and key in identities(one)[anchor]]


def _once(same: list[Customer]) -> list[Customer]:
    """One that several orders are having created is known by what each of them says."""
    return list({customer.key: customer for customer in same}.values())


def _awake(same: list[Customer]) -> list[Customer]:
    return [customer for customer in same if customer.active] or same


def _decide(
    order: Order,
    anchor: Anchor,
    same: list[Customer],
    later: list[tuple[Anchor, list[Customer]]],
    candidates: Sequence[Customer],
) -> Match:
    """Several with one anchor: a later one may tell which; one alone must not contradict the rest of the order."""
    for _, others in later:
        both = [one for one in same if one.key in _keys(others)]
        if both and len(same) > 1:
            same = both
    if len(same) > 1:
        return _question(order, anchor, same)
    (customer,) = same
    stronger = [(one, hit) for one, hit in later if hit and one in STRONG and customer.key not in _keys(hit)]
    if stronger:
        return _doubt(order, [customer, *stronger[0][1]], anchor, OTHER_FITS)
    if anchor not in STRONG and _other_business(order, customer):
        return _doubt(order, same, anchor, OTHER_BUSINESS)
    if anchor == "vat_number" and _other_site(order, customer):
        return _doubt(order, same, anchor, OTHER_BUSINESS)
    if anchor in ("email", "binding") and customer_names.compare(order, customer) == "different":
        return _doubt(order, same, anchor, OTHER_NAME)
    return _found(order, customer.key, "link" if anchor == "binding" else anchor, candidates)


def _other_business(order: Order, customer: Customer) -> bool:
    """Both say which company they are, and it is not the same; or the buyer says it and the account is a person's."""
    asked = businesses(order.buyer.siret, order.buyer.vat_number)
    known = businesses(customer.siret, customer.vat_number)
    if asked and known:
        return not asked & known or _other_site(order, customer)
    company = customer_names.core_words(customer_names.company_of(order))
    named = customer_names.core_words(f"{customer.account_title} {customer.company}")
    return bool(asked) and not customer_names.overlap(company, named)


def _other_site(order: Order, customer: Customer) -> bool:
    asked, known = customer_fields.siret(order.buyer.siret), customer_fields.siret(customer.siret)
    return bool(asked and known and asked != known)


def _same_phone(order: Order, customer: Customer) -> bool:
    return bool(order_phones(order) & phones(customer))


def _same_name(order: Order, customer: Customer) -> bool:
    return bool(customer_names.full_names(order) & customer_names.names_of(customer))


def _near(order: Order, candidates: Sequence[Customer]) -> list[Customer]:
    """The same telephone and almost the same name: nobody can tell a slip from a relative."""
    wanted = customer_names.full_names(order)
    return [
        one
        for one in candidates
        if one.active
        and _same_phone(order, one)
        and any(
            len(mine) == len(theirs)
            and len(mine) > 1
            and all(any(customer_names.alike(word, other) for other in theirs) for word in mine)
            for mine in wanted
            for theirs in customer_names.names_of(one)
        )
    ]


# -------------------------------------------------------------------------------------------------- answers


def _question(order: Order, anchor: Anchor, same: Sequence[Customer]) -> Match:
    french, english = SAME[anchor]
    names = ", ".join(sorted(customer.key for customer in same))
    message = AMBIGUOUS.fill(number=order.number, french=french, english=english, customers=names)
    return Match("held", problem=Problem("rejected", message, field="customer"), candidates=_keys(same))


def _doubt(order: Order, same: Sequence[Customer], anchor: Anchor, why: tuple[str, str]) -> Match:
    french, english = SAME[anchor]
    message = DOUBTFUL.fill(
        number=order.number,
        customers=same[0].key,
        french=french,
        english=english,
        why_fr=why[0],
        why_en=why[1],
    )
    return Match("held", problem=Problem("rejected", message, field="customer"), candidates=_keys(same))


def _keys(same: Sequence[Customer]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(one.key for one in same))


def _held(message: Message) -> Match:
    return Match("held", problem=Problem("rejected", message, field="customer"))


def _found(order: Order, key: str, reason: str, candidates: Sequence[Customer]) -> Match:
    customer = next((candidate for candidate in candidates if candidate.key == key), None)
    if customer is not None and (customer.blocked or not customer.active):
        return _held(BLOCKED.fill(number=order.number, customer=key))
    return Match("found", customer=key, reason=reason)


def _new(order: Order, rules: CustomerRules) -> Match:
    made = customer_of(order, rules)
    if not made.account_title:
        return _held(NO_IDENTITY.fill(number=order.number))
    return Match("new", reason="created", draft=CustomerDraft(key=identity_key(order), customer=made))


def customer_of(order: Order, rules: CustomerRules) -> Customer:
    """The buyer as a customer of the ERP, as the merchant's template has it; without code, and without wrong numbers."""
    buyer, billing = order.buyer, order.billing
    last, first = buyer.last_name or billing.last_name, buyer.first_name or billing.first_name
    company = buyer.company or billing.company
    business = bool(company or businesses(buyer.siret, buyer.vat_number))
    template = rules.business_template if business and rules.business_template else rules.template
    title = company or " ".join(part for part in (last.upper(), first) if part)
    customer = Customer(
        key="",
        account_title=title or buyer.email.strip(),
        first_name=first,
        last_name=last,
        company=company,
        email=buyer.email,
        phone=buyer.phone or billing.phone,
        siret=buyer.siret,
        vat_number=buyer.vat_number,
        billing=billing,
        deliveries=[order.delivery] if order.delivery and not same_place(order.delivery, billing) else [],
        price_category=template.price_category,
        accounting_category=template.accounting_category,
        payment_terms=template.payment_terms,
        representative=template.representative,
        category=template.category,
        language=buyer.language,
    )
    return customer_fields.tidied(customer, order.number)[0]
