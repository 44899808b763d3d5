"""The code of a new customer, formed as the merchant wants it: `CLI{number:5}`, `{department}{name:6}`."""

import re
from collections.abc import Collection, Iterator
from itertools import count

from msgspec import Struct

from raccord.core.customer_names import words
from raccord.core.order_rules import CodeFormation
from raccord_connectors.canonical import Customer
from raccord_connectors.contract import Text

PLACE = re.compile(r"\{(name|first|department|country|number)(?::(\d{1,2}))?\}")
UNUSABLE = Text(
    "channel.customer_code_unusable",
    "La formation des codes clients « {pattern} » ne convient pas : employez {{name:4}}, {{first:1}}, {{department}}, "
    "{{country}} ou {{number:5}} et du texte, en {longest} caractères au plus.",
    "The formation of customer codes “{pattern}” does not work: use {{name:4}}, {{first:1}}, {{department}}, {{country}} or "
    "{{number:5}} and text, in {longest} characters at most.",
)
OVERSEAS = ("97", "98")


class Stem(Struct, frozen=True):
    """A code but for its counter."""

    before: str
    after: str = ""
    digits: int = 0
    """0: no counter, except where the code is taken."""


def usable(formation: CodeFormation) -> bool:
    """Whether every pattern's place is known and the longest code that it makes has room for its counter."""
    left = PLACE.sub("", formation.pattern)
    return "{" not in left and "}" not in left and len(re.findall(r"\{number", formation.pattern)) <= 1


def stem(formation: CodeFormation, customer: Customer) -> Stem:
    before, counter, after = _parted(formation.pattern)
    digits = counter or 0
    first, last = _filled(before, customer), _filled(after, customer)
    room = max(formation.longest - digits, 1)
    return Stem(first[:room], last[: max(room - len(first), 0)], digits)


def next_code(made: Stem, taken: Collection[str], longest: int) -> str:
    """The highest number of this form, and one; without a counter the plain code, or with a number where that is taken."""
    known = {code.upper() for code in taken}
    if not made.digits:
        plain = (made.before + made.after)[:longest]
        if plain and plain not in known:
            return plain
        return next(code for code in _numbered(plain, longest) if code not in known)
    form = re.compile(f"{re.escape(made.before)}(\\d+){re.escape(made.after)}")
    numbers = [int(found[1]) for code in known if (found := form.fullmatch(code))]
    number = f"{max(numbers, default=0) + 1:0{made.digits}d}"
    return made.before[: longest - len(number) - len(made.after)] + number + made.after


def _numbered(plain: str, longest: int) -> Iterator[str]:
    for number in count(2):
        yield plain[: longest - len(str(number))] + str(number)


def department(postal_code: str, country: str) -> str:
    """Two digits, three overseas, 20 for Corsica as the post has it; of abroad the country's two letters."""
    digits = re.sub(r"\D", "", postal_code)
    if country.upper() not in (
        "",
        "FR",
        "MC",
        "GP",
        "MQ",
        "GF",
        "RE",
        "YT",
        "PM",
        "BL",
        "MF",
        "NC",
        "PF",
        "WF",
    ):
        return country.upper()[:2]
    return digits[:3] if digits[:2] in OVERSEAS else digits[:2]


def _parted(pattern: str) -> tuple[str, int | None, str]:
    for found in PLACE.finditer(pattern):
        if found[1] == "number":
            return pattern[: found.start()], int(found[2] or 5), pattern[found.end() :]
    return pattern, None, ""


def _filled(text: str, customer: Customer) -> str:
    place = customer.billing
    told = {
        "name": "".join(words(customer.company or customer.last_name or customer.account_title)),
        "first": "".join(words(customer.first_name)),
        "department": department(place.postal_code, place.country) if place else "",
        "country": place.country if place else "",
    }
    filled = PLACE.sub(lambda found: told[found[1]][: int(found[2] or 99)], text)
    return re.sub(r"[^A-Z0-9\-_.]", "", filled.upper())
