"""A crowd of buyers for the big runs: each is one customer of the ERP, however they write to the shop.

Some share their name, some have two e-mail addresses, some are companies whose people buy under their own address."""

import random
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from stdnum import luhn

FIRST = (
    "Anne",
    "Luc",
    "Zoé",
    "Mehdi",
    "Inès",
    "Hugo",
    "Léa",
    "Noé",
    "Chloé",
    "Rémi",
    "Aïcha",
    "Paul",
    "Odile",
    "Yann",
    "Elsa",
)
LAST = (
    "Durand", "Le Gall", "N’Diaye", "Lefèvre", "Garcia", "Müller", "Petit", "Roux", "Blanchard", "Gauthier", "Perrin", "Morel",
    "Fontaine", "Chevalier", "Da Silva", "Mercier", "Dupuis", "Brun", "Caron", "Haddad",
)  # fmt: skip
COMPANIES = (
    "Carat",
    "Atelier du Port",
    "Boulangerie Bleue",
    "Garage Central",
    "Optique Royale",
    "Maçonnerie Vasseur",
)
FORMS = ("SARL", "SAS", "EURL")
SECOND_ADDRESS, COMPANY = 0.15, 0.1
"""Shares of the crowd."""


@dataclass(frozen=True)
class Person:
    """`emails` are all theirs. A company's number is what tells its people's orders together."""

    number: int
    first: str
    last: str
    phone: str
    emails: Sequence[str]
    company: str = ""
    siret: str = ""

    def billing(self, dice: random.Random) -> dict[str, str]:
        """As typed this time: another address of theirs, other capitals, other spaces."""
        email, phone = dice.choice(self.emails), self.phone
        if dice.random() < 0.2:
            email = email.title()
        if dice.random() < 0.3:
            phone = " ".join(phone[place : place + 2] for place in range(0, 10, 2))
        return {
            "first_name": self.first, "last_name": self.last, "company": self.company, "email": email, "phone": phone,
            "address_1": f"{self.number} rue des Lilas", "postcode": "44000", "city": "Nantes", "country": "FR",
        }  # fmt: skip

    def meta(self) -> list[dict[str, Any]]:
        return [{"key": "_billing_siret", "value": self.siret}] if self.siret else []


def crowd(count: int, seed: int) -> list[Person]:
    dice = random.Random(seed)
    return [_person(number, dice) for number in range(1, count + 1)]


def _person(number: int, dice: random.Random) -> Person:
    first, last = dice.choice(FIRST), dice.choice(LAST)
    emails = [f"client{number}@example.org"]
    company = siret = ""
    kind = dice.random()
    if kind < COMPANY:
        company = f"{dice.choice(COMPANIES)} {number} {dice.choice(FORMS)}"
        siren = _with_check_digit(f"{40_000_000 + number:08d}")
        siret = _with_check_digit(f"{siren}0001")
        emails.append(f"compta{number}@example.org")
    elif kind < COMPANY + SECOND_ADDRESS:
        emails.append(f"client{number}@example.net")
    return Person(number, first, last, f"06{number:04d}{dice.randint(1000, 9999)}", emails, company, siret)


def _with_check_digit(digits: str) -> str:
    return digits + str(luhn.calc_check_digit(digits))
