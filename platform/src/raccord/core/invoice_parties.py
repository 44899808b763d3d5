"""Seller, buyer and place of delivery of a paper, and what is missing of them. Pure."""

from collections.abc import Iterator

from stdnum.fr import siren as siren_number

from raccord.core import invoice_texts as texts
from raccord.core.document_rules import DocumentRules
from raccord.core.invoice_flow import is_business, valid_siren
from raccord.core.invoice_model import Flow, Missing, Party
from raccord_connectors.canonical import Address, Customer
from raccord_connectors.contract import Identity

FORMS_WITH_CAPITAL = ("SARL", "EURL", "SAS", "SASU", "SA", "SNC", "SCA", "SELARL")


def seller_of(identity: Identity) -> Party:
    return Party(
        name=identity.name,
        line1=identity.line1,
        line2=identity.line2,
        postal_code=identity.postal_code,
        city=identity.city,
        country=identity.country.upper() or "FR",
        siren=_siren(identity),
        siret=identity.siret.replace(" ", ""),
        vat_number=identity.vat_number.replace(" ", "").upper(),
        email=identity.email,
        phone=identity.phone,
    )


def buyer_of(customer: Customer, billing: Address | None) -> Party:
    place = billing or Address()
    business = is_business(customer)
    siret = "".join(filter(str.isdigit, customer.siret or ""))
    name = _name(customer, place)
    person = _person(place)
    return Party(
        name=name,
        person=person if person.casefold() != name.casefold() else "",
        line1=place.line1,
        line2=place.line2,
        postal_code=place.postal_code,
        city=place.city,
        country=place.country.upper(),
        siren=valid_siren(customer) if business else "",
        siret=siret if business and len(siret) == 14 else "",
        vat_number=(customer.vat_number or "").replace(" ", "").upper() if business else "",
        email=customer.email,
        phone=customer.phone or customer.mobile,
        key=customer.key,
    )


def delivery_of(billing: Address | None, delivery: Address | None, customer: Customer) -> Party | None:
    """None where the goods go to the buyer's own address, or nobody says where."""
    if delivery is None or _place(delivery) == _place(billing):
        return None
    return Party(
        name=delivery.company or delivery.title or _person(delivery) or _name(customer, delivery),
        person=_person(delivery),
        line1=delivery.line1,
        line2=delivery.line2,
        postal_code=delivery.postal_code,
        city=delivery.city,
        country=delivery.country.upper(),
    )


def missing_parties(
    identity: Identity,
    rules: DocumentRules,
    customer: Customer,
    billing: Address | None,
    flow: Flow,
    exempt: bool,
) -> Iterator[Missing]:
    """`exempt`: something of it is sold without VAT."""
    if not identity.name:
        yield Missing(field="identity.name", message=texts.SELLER_NAME.fill(), blocking=True)
    if not (identity.line1 and identity.postal_code and identity.city):
        yield Missing(field="identity.line1", message=texts.SELLER_ADDRESS.fill(), blocking=True)
    if not _siren(identity):
        yield Missing(field="identity.siret", message=texts.SELLER_SIREN.fill(), blocking=True)
    if not identity.vat_number and not rules.franchise:
        yield Missing(field="identity.vat_number", message=texts.SELLER_VAT.fill(), blocking=True)
    form = identity.legal_form.upper().replace(".", "")
    company = form in FORMS_WITH_CAPITAL
    if not form or (company and not (identity.capital and identity.register)):
        yield Missing(field="identity.legal_form", message=texts.SELLER_FORM.fill())
    key = customer.key
    place = billing or Address()
    if not _name(customer, place):
        yield Missing(field="customer.account_title", message=texts.BUYER_NAME.fill(key=key), blocking=True)
    if not (place.line1 and place.postal_code and place.city and place.country):
        yield Missing(field="customer.billing", message=texts.BUYER_ADDRESS.fill(key=key))
    if flow == "b2b" and not valid_siren(customer):
        yield Missing(field="customer.siret", message=texts.BUYER_SIREN.fill(key=key))
    if flow == "b2b_eu" and not customer.vat_number:
        message = texts.BUYER_VAT.fill(key=key)
        yield Missing(field="customer.vat_number", message=message, blocking=exempt)


def _siren(identity: Identity) -> str:
    digits = "".join(filter(str.isdigit, identity.siren or identity.siret))[:9]
    return digits if siren_number.is_valid(digits) else ""


def _name(customer: Customer, place: Address) -> str:
    person = " ".join(part for part in (customer.first_name, customer.last_name) if part)
    return customer.company or customer.account_title or person or place.company or _person(place)


def _person(place: Address) -> str:
    return " ".join(part for part in (place.first_name, place.last_name) if part)


def _place(address: Address | None) -> tuple[str, ...]:
    if address is None:
        return ()
    parts = (address.line1, address.line2, address.postal_code, address.city, address.country)
    return tuple(" ".join(part.casefold().split()) for part in parts)
