"""References that a person, or a shop's database, takes for the same although ours does not."""

import unicodedata

INVISIBLE = ("Cf", "Cc", "Zl", "Zp", "Co", "Cn")
"""Categories of Unicode that nobody sees: zero-width characters, marks of direction, controls."""


def loose_sku(sku: str) -> str:
    """Without case, spaces, accents and what cannot be seen. MySQL's usual comparison, which many shops have, does the same."""
    decomposed = unicodedata.normalize("NFKD", sku.casefold())
    return "".join(
        sign
        for sign in decomposed
        if not unicodedata.combining(sign)
        and not sign.isspace()
        and unicodedata.category(sign) not in INVISIBLE
    )


def invisible_signs(text: str) -> list[str]:
    """Those that stand in a text unseen, by name, spaces that are not plain ones included."""
    return [
        unicodedata.name(sign, f"U+{ord(sign):04X}")
        for sign in dict.fromkeys(text)
        if sign not in "\n\r\t"
        and (unicodedata.category(sign) in INVISIBLE or (sign.isspace() and sign != " "))
    ]
