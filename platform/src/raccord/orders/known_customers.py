"""Queries on the ERP's customers for an order: those that may be its buyer, what was remembered of buyers, and who is just being
created. Every function runs inside the caller's tenant transaction.

In `customer_link` an identity that begins with `new:` is a claim: the order named in `reason` has the customer
created, whose code is "" until it is known. `new:creation:ORDER` names in `customer` the creation that this order waits for, its
own or that of another order; `new:code:…` keeps a code that we formed, for the creation named in `customer`.
"""

from collections.abc import Sequence
from uuid import UUID

from msgspec import Struct

from raccord.core import customer_identities
from raccord.core.customer_fields import normal_email
from raccord.core.customer_match import code, digits
from raccord.storage.engine import current_connection
from raccord_connectors.canonical import Customer, Order, decode

SEPARATORS = dict.fromkeys(map(ord, " .-()/"), "")
"""What people write between the digits of a number; left out on both sides."""
SHORTEST = 5
"""Characters below which a text is in too many records to be sought."""
TAKEN = "taken"
CREATION = "creation"
KEEP = """INSERT INTO customer_link (tenant, erp, identity, customer, reason) VALUES ($1, $2, $3, $4, $5)
          ON CONFLICT (tenant, erp, identity) DO NOTHING"""
REPLACE = """INSERT INTO customer_link (tenant, erp, identity, customer, reason) VALUES ($1, $2, $3, $4, $5)
             ON CONFLICT (tenant, erp, identity) DO UPDATE SET customer = excluded.customer, reason = excluded.reason"""
CREATE = "create"
"""Reason of a link without customer: a person said that none of those known is this buyer."""


class Link(Struct, frozen=True):
    customer: str
    reason: str
    identity: str


class Claim(Struct, frozen=True):
    order: UUID
    customer: str
    """"" while the ERP has not answered."""
    creation: str
    """Key of the creation that this order waits for."""


async def linked(erp: UUID, identities: Sequence[str]) -> Link | None:
    """The first of these identities that is linked, in their order; not to a customer that the ERP has deleted since."""
    row = await current_connection().fetchrow(
        """
        SELECT l.customer, l.reason, l.identity FROM customer_link l WHERE l.erp = $1 AND l.identity = ANY($2)
           AND NOT EXISTS (SELECT 1 FROM snapshot s WHERE s.connection = $1 AND s.stream = 'customers' AND s.key = l.customer
                              AND s.deleted_at IS NOT NULL)
         ORDER BY array_position($2::text[], l.identity) LIMIT 1
        """,
        erp,
        list(identities),
    )
    return Link(row["customer"], row["reason"], row["identity"]) if row else None


async def link(
    tenant: UUID, erp: UUID, identities: Sequence[str], customer: str, reason: str, *, keep: bool = False
) -> None:
    """`keep`: what is remembered already stays."""
    found = current_connection()
    values = [(tenant, erp, identity, customer, reason) for identity in identities]
    await found.executemany(KEEP if keep else REPLACE, values)


async def candidates(erp: UUID, order: Order, linked: str | None) -> list[Customer]:
    """The ERP's customers that may share an identity with the buyer. The comparison here is wide, `customer_match` decides: the
    record's text is searched as it stands, because taking it apart for every customer costs ten times as much."""
    buyer = order.buyer
    sought = [digits(buyer.siret), code(buyer.vat_number)]
    sought += [number[-8:] for number in customer_identities.order_phones(order)]
    sought = [text for text in sought if len(text) >= SHORTEST]
    # With its quotes: many addresses end like a short one, and the right one would be lost among them.
    sought += [f'"{email}"' for email in [normal_email(buyer.email)] if email]
    rows = await current_connection().fetch(
        """
        SELECT data FROM snapshot WHERE connection = $1 AND stream = 'customers' AND deleted_at IS NULL
           AND (key = $2 OR ($3 <> '' AND upper(key) = $3) OR translate(lower(data::text), $5, '') LIKE ANY($4))
         ORDER BY key LIMIT 50
        """,
        erp,
        linked or "",
        buyer.erp_code.strip().upper(),
        [f"%{_like(text.lower().translate(SEPARATORS))}%" for text in sought],
        "".join(map(chr, SEPARATORS)),
    )
    return [decode(row["data"], Customer) for row in rows]


def _like(text: str) -> str:
    return text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")


# ------------------------------------------------------------------------------------- who is being created


async def take_turn(erp: UUID) -> None:
    """Until the transaction ends no other order of this ERP decides that its buyer is new."""
    await current_connection().execute(
        "SELECT pg_advisory_xact_lock(hashtextextended('customers:' || $1, 0))", str(erp)
    )


async def claims(erp: UUID, anchors: Sequence[str]) -> list[Claim]:
    """Creations, under way or done, that share one of these; without those that the snapshot has by now."""
    rows = await current_connection().fetch(
        """
        SELECT DISTINCT l.reason, l.customer, c.customer AS creation FROM customer_link l
          LEFT JOIN customer_link c ON c.erp = l.erp AND c.identity = 'new:creation:' || l.reason
         WHERE l.erp = $1 AND l.identity = ANY($2)
           AND (l.customer = '' OR NOT EXISTS (
             SELECT 1 FROM snapshot s WHERE s.connection = $1 AND s.stream = 'customers' AND s.key = l.customer))
        """,
        erp,
        [f"new:{anchor}" for anchor in anchors],
    )
    return [Claim(UUID(row["reason"]), row["customer"], row["creation"] or "") for row in rows]


async def claim(tenant: UUID, erp: UUID, anchors: Sequence[str], order: UUID, creation: str) -> None:
    """What an order has claimed that does not go on any more is free again."""
    identities = [f"new:{anchor}" for anchor in anchors]
    await current_connection().execute(
        """
        DELETE FROM customer_link WHERE erp = $1 AND identity = ANY($2) AND customer = '' AND reason IN (
          SELECT o.id::text FROM sales_order o WHERE o.state IN ('held', 'ignored', 'cancelled'))
        """,
        erp,
        identities,
    )
    await link(tenant, erp, identities, "", str(order), keep=True)
    await link(tenant, erp, [f"new:creation:{order}"], creation, CREATION)


async def give_up_claims(erp: UUID, order: UUID) -> None:
    """Nothing is created for it any more."""
    await current_connection().execute(
        "DELETE FROM customer_link WHERE erp = $1 AND reason = $2 AND identity LIKE 'new:%' AND customer = ''",
        erp,
        str(order),
    )


async def settle(erp: UUID, orders: Sequence[UUID], customer: str) -> None:
    """The ERP has created it: whoever shares an identity with these orders is that customer."""
    await current_connection().execute(
        "UPDATE customer_link SET customer = $3 WHERE erp = $1 AND reason = ANY($2) AND identity LIKE 'new:%' AND customer = ''",
        erp,
        [str(order) for order in orders],
        customer,
    )


# ------------------------------------------------------------------------------------------------- codes


async def code_kept_for(erp: UUID, creation: str) -> str | None:
    found: str | None = await current_connection().fetchval(
        "SELECT substr(identity, 10) FROM customer_link WHERE erp = $1 AND identity LIKE 'new:code:%' AND customer = $2",
        erp,
        creation,
    )
    return found


async def codes_like(erp: UUID, before: str) -> set[str]:
    """Codes that begin so: the ERP's, deleted ones too, and those that we keep."""
    rows = await current_connection().fetch(
        """
        SELECT key FROM snapshot WHERE connection = $1 AND stream = 'customers' AND upper(key) LIKE $2
         UNION SELECT substr(identity, 10) FROM customer_link WHERE erp = $1 AND identity LIKE 'new:code:' || $2
        """,
        erp,
        _like(before) + "%",
    )
    return {row["key"] for row in rows}


async def keep_code(tenant: UUID, erp: UUID, code: str, creation: str) -> None:
    await link(tenant, erp, [f"new:code:{code}"], creation, "code")


async def give_up_code(erp: UUID, code: str) -> None:
    """Somebody else has it in the ERP: nobody of ours gets it."""
    await current_connection().execute(
        "UPDATE customer_link SET customer = '', reason = $3 WHERE erp = $1 AND identity = $2",
        erp,
        f"new:code:{code}",
        TAKEN,
    )
