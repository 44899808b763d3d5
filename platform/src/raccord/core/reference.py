"""The reference of a shop order inside the ERP: what makes writing it idempotent."""

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


def _letters(data: bytes, count: int) -> str:
    return base64.b32encode(hashlib.blake2b(data, digest_size=10).digest()).decode()[:count]
