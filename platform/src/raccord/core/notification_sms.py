"""Text messages: how many one text costs, and who can receive one."""

import re

from msgspec import Struct

from raccord.core import customer_fields
from raccord.core.notification_template import restored
from raccord_connectors.canonical import Order

BASIC = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿"
    "abcdefghijklmnopqrstuvwxyzäöñüà"
)
"""GSM 03.38: other signs make the whole message twice as expensive."""
EXTENDED = frozenset("^{}\\[~]|€\f")
"""Of the same alphabet, two places each."""
LONGEST = 4
"""Messages that one text may take; what is longer is cut."""
PLAIN = str.maketrans({
    "’": "'", "‘": "'", "“": '"', "”": '"', "«": '"', "»": '"', "–": "-", "—": "-", "…": "...", "\u00a0": " ", "\u202f": " ",
    "œ": "oe", "Œ": "OE", "ê": "e", "ë": "e", "â": "a", "î": "i", "ï": "i", "ô": "o", "û": "u", "ç": "c", "È": "E", "Ê": "E",
    "À": "A", "Ù": "U", "Û": "U", "Î": "I", "Ô": "O", "\t": " ",
})  # fmt: skip
"""What French writes and GSM 03.38 lacks, in the nearest that it has."""


class Length(Struct, frozen=True):
    places: int
    messages: int
    unicode: bool


def sms_text(rendered: str) -> str:
    """One text, as cheap as it can be without losing a letter that has no near one."""
    return re.sub(r"[ \t]*\n\s*\n\s*", "\n", restored(rendered).translate(PLAIN)).strip()


def length(text: str) -> Length:
    if all(sign in BASIC or sign in EXTENDED for sign in text):
        places = sum(2 if sign in EXTENDED else 1 for sign in text)
        return Length(places, 1 if places <= 160 else -(-places // 153), unicode=False)
    places = len(text.encode("utf-16-be")) // 2
    return Length(places, 1 if places <= 70 else -(-places // 67), unicode=True)


def fitted(text: str) -> str:
    """Cut to `LONGEST` messages."""
    while length(text).messages > LONGEST:
        text = text[: max(1, len(text) * 9 // 10)].rstrip()
    return text


def mobile_of(order: Order) -> str:
    """+33612345678; "" when the order has no number that can be a mobile. Landlines of France are left out; elsewhere nobody
    can tell by the number."""
    for address in (order.delivery, order.billing):
        for number, country in (
            (address.phone if address else "", address.country if address else ""),
            (order.buyer.phone, order.billing.country),
        ):
            found = customer_fields.phone(number, country)
            if found and not _is_landline(found):
                return found
    return ""


def _is_landline(number: str) -> bool:
    return number.startswith("+33") and number[3:4] not in ("6", "7")
