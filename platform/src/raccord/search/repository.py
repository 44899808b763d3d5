"""One query for each kind of thing, each through an index of its own (schema 0032). Inside the tenant's transaction.

A number is found by its beginning, whatever its capitals; an e-mail address as a whole.
"""

from urllib.parse import urlencode

import asyncpg

from raccord.search.models import Hit
from raccord.storage.engine import current_connection

MOST = 8
"""Hits of one kind; one more is asked for, to know that there are more."""


async def orders(text: str) -> list[Hit]:
    rows = await _rows(
        """
        SELECT id, number, document_number, state, gross, currency, placed_at,
               concat_ws(' ', data #>> '{billing,first_name}', data #>> '{billing,last_name}') AS name
          FROM sales_order
         WHERE lower(number) LIKE $1 OR lower(document_number) LIKE $1 OR reference = $3 OR lower(data #>> '{buyer,email}') = $2
         ORDER BY lower(number) = $2 DESC, placed_at DESC LIMIT $4
        """,
        text,
        exact=True,
    )
    return [
        Hit(
            "order", row["number"], " · ".join(part for part in (row["name"], row["document_number"]) if part),
            f"orders/{row['id']}", row["placed_at"], row["gross"], row["currency"], row["state"],
        )
        for row in rows
    ]  # fmt: skip


async def papers(text: str) -> list[Hit]:
    rows = await _rows(
        """
        SELECT id, number, customer_name, customer, gross, currency, seen_at FROM paper
         WHERE lower(number) LIKE $1 ORDER BY lower(number) = $2 DESC, dated DESC LIMIT $3
        """,
        text,
    )
    return [
        Hit("paper", row["number"], row["customer_name"] or row["customer"], f"documents/{row['id']}", row["seen_at"],
            row["gross"], row["currency"])
        for row in rows
    ]  # fmt: skip


async def documents(text: str) -> list[Hit]:
    """Of the ERP; one that came from an order leads there, the others to what the journal knows of them."""
    rows = await _rows(
        """
        SELECT s.key, s.data ->> 'number' AS number, s.data ->> 'customer' AS customer, s.changed_at, o.id AS sales_order
          FROM snapshot s LEFT JOIN sales_order o ON o.document = s.key
         WHERE s.stream = 'documents' AND lower(s.data ->> 'number') LIKE $1
         ORDER BY lower(s.data ->> 'number') = $2 DESC, s.changed_at DESC LIMIT $3
        """,
        text,
    )
    return [
        Hit("document", row["number"], row["customer"] or "",
            f"orders/{row['sales_order']}" if row["sales_order"] else f"journal?{urlencode({'q': row['key']})}",
            row["changed_at"])
        for row in rows
    ]  # fmt: skip


async def customers(text: str) -> list[Hit]:
    rows = await _rows(
        """
        SELECT key, coalesce(nullif(data ->> 'account_title', ''), nullif(data ->> 'company', ''),
               concat_ws(' ', data ->> 'first_name', data ->> 'last_name')) AS name, data ->> 'email' AS email, changed_at
          FROM snapshot
         WHERE stream = 'customers' AND deleted_at IS NULL AND (lower(key) LIKE $1 OR lower(data ->> 'email') = $2)
         ORDER BY lower(key) = $2 DESC, key LIMIT $3
        """,
        text,
    )
    return [
        Hit("customer", row["key"], " · ".join(part for part in (row["name"], row["email"]) if part),
            f"orders?{urlencode({'customer': row['key']})}", row["changed_at"])
        for row in rows
    ]  # fmt: skip


async def _rows(query: str, text: str, *, exact: bool = False) -> list[asyncpg.Record]:
    """$1 is the beginning, $2 the whole in small letters, then the text as it was typed if asked for, then how many."""
    small = text.lower()
    beginning = small.replace("\\", r"\\").replace("%", r"\%").replace("_", r"\_") + "%"
    typed = [text] if exact else []
    rows: list[asyncpg.Record] = await current_connection().fetch(query, beginning, small, *typed, MOST + 1)
    return rows
