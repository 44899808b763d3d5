"""The references of a shop order and of its credit notes inside the ERP: what makes writing them idempotent."""

import base64
import hashlib
from uuid import UUID

LONGEST = 17
"""Characters that the narrowest ERP field takes (Sage: `DO_NoWeb`, `DO_Ref`)."""


def order_reference(shop: UUID, order_key: str) -> str:
    """At most 17 characters, unique over all shops that feed one ERP, the same for the same order for ever.

    "K3QZ-1042": four letters of the shop connection, then the shop's own order key. A key too long for the field
    (Vendure with UUIDs) is replaced by twelve letters of its hash.
    """
    mark = _letters(shop.bytes, 4)
    key = (
        order_key
        if len(order_key) <= LONGEST - 5 and order_key.isascii()
        else _letters(order_key.encode(), 12)
    )
    return f"{mark}-{key}"


def credit_reference(order: str, refund: str) -> str:
    """Of the credit note that goes with a refund of the order that has this reference: "K3QZ+1042.7". As long, with the same
    promises; no order's reference has a "+" there, so the two never meet."""
    mark, _, key = order.partition("-")
    readable = f"{mark}+{key}.{refund}"
    plain = key.isascii() and key.isalnum() and refund.isascii() and refund.isalnum()
    return (
        readable
        if plain and len(readable) <= LONGEST
        else f"{mark}+{_letters(f'{key}/{refund}'.encode(), 12)}"
    )


def _letters(data: bytes, count: int) -> str:
    return base64.b32encode(hashlib.blake2b(data, digest_size=10).digest()).decode()[:count]
