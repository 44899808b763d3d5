"""All queries on accounts and the customers that they are. Every function runs inside the caller's tenant transaction."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any
from uuid import UUID

import asyncpg
import msgspec

from raccord.core.channel import ChannelSettings
from raccord.customers.models import CustomerRoute, Linked, State
from raccord.storage.engine import current_connection
from raccord.storage.text import storable
from raccord_connectors.canonical import Customer, CustomerDraft, decode, encode
from raccord_connectors.contract import Discovery, Problem

SELECT = """
SELECT a.*, a.retry_at <= now() AS due, m.data AS mine, t.data AS theirs, t.key IS NOT NULL AS in_shop
  FROM customer_account a JOIN channel c ON c.tenant = a.tenant AND c.id = a.channel
  LEFT JOIN snapshot m ON m.tenant = a.tenant AND m.connection = c.erp AND m.stream = 'customers' AND m.key = a.customer
                      AND m.deleted_at IS NULL
  LEFT JOIN snapshot t ON t.tenant = a.tenant AND t.connection = c.shop AND t.stream = 'customers' AND t.key = a.account
                      AND t.deleted_at IS NULL
"""


async def route_of(channel: UUID) -> CustomerRoute | None:
    row = await current_connection().fetchrow(
        """
        SELECT c.tenant, c.id, c.erp, c.shop, c.state = 'live' AS live, c.settings, s.connector, s.discovery
          FROM channel c JOIN connection s ON s.tenant = c.tenant AND s.id = c.shop WHERE c.id = $1
        """,
        channel,
    )
    if row is None:
        return None
    discovery = msgspec.json.decode(row["discovery"], type=Discovery) if row["discovery"] else None
    return CustomerRoute(
        tenant=row["tenant"],
        channel=row["id"],
        erp=row["erp"],
        shop=row["shop"],
        live=row["live"],
        settings=msgspec.json.decode(row["settings"], type=ChannelSettings),
        shop_connector=row["connector"],
        takes=discovery.customer_fields if discovery else None,
    )


# ---------------------------------------------------------------------------------------------------- links


async def link(
    tenant: UUID,
    channel: UUID,
    account: str,
    customer: str,
    reason: str,
    *,
    further: bool,
    record: Customer | None,
) -> bool:
    """True when it is new, or was another customer's until now: then nothing of what was told before holds."""
    data = encode(record).decode() if record is not None else None
    status = await current_connection().execute(
        """
        INSERT INTO customer_account AS a (tenant, channel, account, customer, reason, further, record)
        VALUES ($1, $2, $3, $4, $5, $6, $7)
        ON CONFLICT (tenant, channel, account) DO UPDATE
           SET customer = excluded.customer, reason = excluded.reason, further = excluded.further, record = excluded.record,
               told = NULL, entered = NULL, before = NULL, trying = NULL, wanted = NULL, problem = NULL, state = 'settled',
               linked_at = now()
         WHERE a.customer <> excluded.customer
        """,
        tenant, channel, account, customer, reason, further, data,
    )  # fmt: skip
    return bool(status.endswith(" 1"))


async def has_principal(channel: UUID, customer: str, but: str) -> bool:
    """Whether another account is this customer already, and not one more person of it."""
    found: bool = await current_connection().fetchval(
        "SELECT EXISTS (SELECT 1 FROM customer_account WHERE channel = $1 AND customer = $2 AND account <> $3 AND NOT further)",
        channel,
        customer,
        but,
    )
    return found


async def further_state(channel: UUID, account: str, customer: str) -> str | None:
    found: str | None = await current_connection().fetchval(
        "SELECT state FROM customer_account WHERE channel = $1 AND account = $2 AND customer = $3 AND further",
        channel,
        account,
        customer,
    )
    return found


async def linked_by_orders(erp: UUID, shop: UUID, accounts: Sequence[str]) -> dict[str, tuple[str, str]]:
    """Account → (customer, reason) of those that bought for one customer of the ERP only."""
    rows = await current_connection().fetch(
        """
        SELECT account, min(l.customer) AS customer, min(l.reason) AS reason
          FROM unnest($3::text[]) AS account
          JOIN customer_link l ON l.erp = $1 AND l.customer <> ''
           AND (l.identity = $2 || ':' || account OR starts_with(l.identity, $2 || ':' || account || '#'))
         GROUP BY account HAVING count(DISTINCT l.customer) = 1
        """,
        erp,
        str(shop),
        list(accounts),
    )
    return {row["account"]: (row["customer"], row["reason"]) for row in rows}


async def customers_of(channel: UUID, accounts: Sequence[str]) -> dict[str, str]:
    rows = await current_connection().fetch(
        "SELECT account, customer FROM customer_account WHERE channel = $1 AND account = ANY($2::text[])",
        channel,
        list(accounts),
    )
    return {row["account"]: row["customer"] for row in rows}


async def customer(erp: UUID, key: str) -> Customer | None:
    data = await current_connection().fetchval(
        "SELECT data FROM snapshot WHERE connection = $1 AND stream = 'customers' AND key = $2 AND deleted_at IS NULL",
        erp,
        key,
    )
    return decode(data, Customer) if data is not None else None


async def all_customers(channel: UUID) -> list[str]:
    rows = await current_connection().fetch(
        "SELECT DISTINCT customer FROM customer_account WHERE channel = $1", channel
    )
    return [row["customer"] for row in rows]


# ------------------------------------------------------------------------------------------------- bringing


async def lock(channel: UUID, customers: Sequence[str]) -> list[Linked]:
    """The accounts of these customers, those that are the customer itself first."""
    rows = await current_connection().fetch(
        f"{SELECT} WHERE a.channel = $1 AND a.customer = ANY($2::text[]) "
        "ORDER BY a.customer, a.further, a.account FOR NO KEY UPDATE OF a",
        channel,
        list(customers),
    )
    return [_linked(row) for row in rows]


async def due(channel: UUID, limit: int) -> list[str]:
    """Customers whose ERP did not answer yet, or is to be asked again."""
    rows = await current_connection().fetch(
        "SELECT DISTINCT customer FROM customer_account "
        "WHERE channel = $1 AND state IN ('asked', 'waiting') AND retry_at <= now() LIMIT $2",
        channel,
        limit,
    )
    return [row["customer"] for row in rows]


async def begin(channel: UUID, account: str, wanted: CustomerDraft, found: Linked, pause: timedelta) -> None:
    """A write is asked; its attempt is the next one."""
    assert found.mine is not None
    assert found.theirs is not None
    await current_connection().execute(
        """
        UPDATE customer_account SET state = 'asked', attempts = attempts + 1, wanted = $3, trying = $4, before = $5,
               entered = NULL, problem = NULL, retry_at = now() + $6 WHERE channel = $1 AND account = $2
        """,
        channel, account, _json(wanted), _json(found.theirs), _json(found.mine), pause,
    )  # fmt: skip


async def look_again(channel: UUID, account: str, pause: timedelta) -> None:
    await current_connection().execute(
        "UPDATE customer_account SET retry_at = now() + $3 WHERE channel = $1 AND account = $2",
        channel,
        account,
        pause,
    )


async def settle(channel: UUID, account: str, told: Customer, entered: Customer, *, wrote: bool) -> None:
    """The ERP has it; `entered` is its record, as read back after a write or as it was without one."""
    await current_connection().execute(
        """
        UPDATE customer_account SET state = 'settled', told = $3, trying = NULL, wanted = NULL, problem = NULL, entered = $4,
               before = CASE WHEN $5 THEN before END, changed_at = CASE WHEN $5 THEN now() ELSE changed_at END
         WHERE channel = $1 AND account = $2
        """,
        channel,
        account,
        _json(told),
        _json(entered),
        wrote,
    )


async def look_anew(channel: UUID) -> None:
    """Other fields are the shop's to say from now on: whether the ERP has them is not known any more."""
    await current_connection().execute(
        "UPDATE customer_account SET entered = NULL WHERE channel = $1 AND state = 'settled'", channel
    )


async def forget_before(channel: UUID, account: str) -> None:
    """A scan has shown what was entered."""
    await current_connection().execute(
        "UPDATE customer_account SET before = NULL WHERE channel = $1 AND account = $2", channel, account
    )


async def failed(channel: UUID, account: str, state: State, problem: Problem, pause: timedelta) -> None:
    await current_connection().execute(
        "UPDATE customer_account SET state = $3, problem = $4, wanted = NULL, retry_at = now() + $5 "
        "WHERE channel = $1 AND account = $2",
        channel,
        account,
        state,
        storable(msgspec.json.encode(problem).decode()),
        pause,
    )


async def release(channel: UUID, account: str) -> bool:
    """A person wants it tried again."""
    status = await current_connection().execute(
        "UPDATE customer_account SET state = 'waiting', retry_at = now() WHERE channel = $1 AND account = $2 AND state = 'held'",
        channel,
        account,
    )
    return bool(status.endswith(" 1"))


async def held(channel: UUID, found: Linked, problem: Problem) -> None:
    """As it is now it cannot be brought over: it waits until one of its sides changes."""
    await current_connection().execute(
        "UPDATE customer_account SET state = 'held', problem = $3, wanted = NULL, trying = $4, before = $5 "
        "WHERE channel = $1 AND account = $2",
        channel,
        found.account,
        storable(msgspec.json.encode(problem).decode()),
        _json(found.theirs) if found.theirs is not None else None,
        _json(found.mine) if found.mine is not None else None,
    )


async def asked_of(channel: UUID) -> list[tuple[str, str, int]]:
    """(account, customer, attempt) of all that the ERP is being asked."""
    rows = await current_connection().fetch(
        "SELECT account, customer, attempts FROM customer_account WHERE channel = $1 AND state = 'asked'",
        channel,
    )
    return [(row["account"], row["customer"], row["attempts"]) for row in rows]


def _json(record: Any) -> str:
    return encode(record).decode()


def _linked(row: asyncpg.Record) -> Linked:
    def customer(column: str) -> Customer | None:
        return decode(row[column], Customer) if row[column] is not None else None

    return Linked(
        account=row["account"],
        customer=row["customer"],
        reason=row["reason"],
        further=row["further"],
        mine=customer("mine"),
        theirs=customer("theirs") or customer("record"),
        told=customer("told"),
        entered=customer("entered"),
        before=customer("before"),
        trying=customer("trying"),
        wanted=decode(row["wanted"], CustomerDraft) if row["wanted"] is not None else None,
        state=row["state"],
        problem=msgspec.json.decode(row["problem"], type=Problem) if row["problem"] else None,
        attempts=row["attempts"],
        due=row["due"],
        in_shop=row["in_shop"],
    )
