"""Are two names one? What contradicts a shared e-mail address or telephone: another person, another company."""

import re
import unicodedata
from collections.abc import Iterator
from typing import Literal

from rapidfuzz.distance import OSA

from raccord_connectors.canonical import Customer, Order

Verdict = Literal["same", "near", "unknown", "different"]
"""near: one of the two parts of a name is another, or differs by more than a slip."""
LEGAL = frozenset((
    "sarl", "sas", "sasu", "sa", "eurl", "sci", "scp", "snc", "selarl", "gie", "gmbh", "ag", "bv", "bvba", "sprl", "srl", "spa",
    "ltd", "llc", "inc", "earl", "gaec", "association", "asso", "ets", "etablissements", "ste", "societe", "mairie", "commune",
    "lycee", "college", "ecole", "syndicat", "cabinet",
))  # fmt: skip
EMPTY = frozenset((
    "m", "mr", "mme", "mlle", "monsieur", "madame", "mademoiselle", "le", "la", "les", "de", "du", "des", "et", "d", "l", "the",
    "and", "of",
))  # fmt: skip


def words(text: str) -> list[str]:
    """Plain letters, in their order: no accents, no case, no civility, no small words."""
    spelt = unicodedata.normalize("NFKD", text.casefold().replace("œ", "oe").replace("æ", "ae"))
    plain = "".join(letter for letter in spelt if not unicodedata.combining(letter))
    return [word for word in re.findall(r"[a-z0-9]+", plain) if word not in EMPTY]


def core_words(text: str) -> frozenset[str]:
    """Without the legal form, which some write and others do not."""
    found = frozenset(words(text))
    return found - LEGAL or found


def alike(one: str, other: str) -> bool:
    """The same word but for a slip of the finger, or its initial."""
    if one == other:
        return True
    shorter, longer = sorted((one, other), key=len)
    if len(shorter) == 1:
        return longer.startswith(shorter)
    slips = 0 if len(shorter) < 5 else 1 if len(shorter) < 9 else 2
    return int(OSA.distance(one, other)) <= slips


def overlap(one: frozenset[str], other: frozenset[str]) -> bool:
    """More than half of the words of the shorter name are in the longer one."""
    if not one or not other:
        return False
    shorter, longer = sorted((one, other), key=len)
    shared = sum(any(alike(word, found) for found in longer) for word in shorter)
    return shared * 2 > len(shorter)


class Person:
    """First and last name in plain words; either may be empty."""

    def __init__(self, first: str, last: str) -> None:
        self.first, self.last = frozenset(words(first)), frozenset(words(last))

    def __bool__(self) -> bool:
        return bool(self.first or self.last)

    def against(self, other: "Person") -> Verdict:
        if not (self.first and self.last and other.first and other.last):
            mine, theirs = self.first | self.last, other.first | other.last
            return "unknown" if not mine or not theirs or _any_alike(mine, theirs) else "different"
        if overlap(self.first, other.last) and overlap(self.last, other.first):
            return "same"
        first, last = overlap(self.first, other.first), overlap(self.last, other.last)
        if first and last:
            return "same"
        return "near" if first else "different"


def _any_alike(one: frozenset[str], other: frozenset[str]) -> bool:
    return any(alike(word, found) for word in one for found in other)


def person_of(order: Order) -> Person:
    buyer, billing = order.buyer, order.billing
    return Person(buyer.first_name or billing.first_name, buyer.last_name or billing.last_name)


def company_of(order: Order) -> str:
    return order.buyer.company or order.billing.company


def is_business(customer: Customer) -> bool:
    """Some ERPs have one name for persons and companies: then numbers and legal forms tell."""
    named = set(words(customer.account_title)) | set(words(customer.company))
    return bool(customer.siret or customer.vat_number or named & LEGAL)


def compare(order: Order, customer: Customer) -> Verdict:
    """Of an order and an account that have an e-mail address in common."""
    company, title = core_words(company_of(order)), core_words(customer.account_title)
    names = title | core_words(customer.company)
    if company and (overlap(company, title) or overlap(company, core_words(customer.company))):
        return "same"
    if company and is_business(customer):
        return "different"
    person = person_of(order)
    found = set(_verdicts(person, customer, title))
    if "same" in found:
        return "same"
    if not company and is_business(customer):
        return "same"  # one of its people, who did not write its name
    if "near" in found:
        return "near"
    if not (person or company) or (len(names) < 2 and not found - {"unknown"}):
        return "unknown"
    return "different" if "different" in found or not found else "unknown"


def _verdicts(person: Person, customer: Customer, title: frozenset[str]) -> Iterator[Verdict]:
    if not person:
        return
    known = [Person(customer.first_name, customer.last_name)]
    known += [Person(contact.first_name, contact.last_name) for contact in customer.contacts]
    yield from (person.against(one) for one in known if one)
    if any(one.first and one.last for one in known) or len(title) < 2:
        return
    first, last = _any_alike(person.first, title), _any_alike(person.last, title)
    if first and last:
        yield "same"
    elif person.first and person.last:
        yield "near" if first else "different"
    else:
        yield "unknown" if first or last else "different"


def full_names(order: Order) -> set[frozenset[str]]:
    """The buyer's name and company, whole."""
    person = person_of(order)
    whole = {person.first | person.last} if person.first and person.last else set()
    company = core_words(company_of(order))
    return {name for name in (*whole, company) if name}


def names_of(customer: Customer) -> set[frozenset[str]]:
    people = [(customer.first_name, customer.last_name)]
    people += [(contact.first_name, contact.last_name) for contact in customer.contacts]
    whole = {frozenset(words(f"{first} {last}")) for first, last in people if first and last}
    titles = {
        core_words(title) for title in (customer.account_title, customer.company) if len(words(title)) > 0
    }
    return {name for name in whole | titles if name}
