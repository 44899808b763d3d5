"""Keys of articles: the template's id for an article and for what has no variants, `template.product` for a variant.

Codes cannot serve: Tryton lets them be empty, changes them, and shares them between active and retired variants.
"""

import re
from collections.abc import Iterable

_KEY = re.compile(r"([1-9][0-9]{0,17})(?:\.([1-9][0-9]{0,17}))?")
_BIGGEST = 2**31 - 1  # of an id: PostgreSQL refuses a comparison beyond


def item_key(template: int, product: int, siblings: int) -> str:
    """`siblings` counts the variants of the template, retired ones included: retiring one must not rename the others."""
    return str(template) if siblings == 1 else f"{template}.{product}"


def parse(key: str) -> tuple[int, int | None] | None:
    """(template, product or None); None when no article can have this key."""
    match = _KEY.fullmatch(key)
    if match is None:
        return None
    template, product = int(match[1]), int(match[2]) if match[2] else None
    if template > _BIGGEST or (product or 0) > _BIGGEST:
        return None
    return template, product


def record_ids(keys: Iterable[str]) -> list[int]:
    """Ids of the keys that can be one, for records keyed by their plain id."""
    parsed = (parse(key) for key in keys)
    return sorted({found[0] for found in parsed if found is not None and found[1] is None})
