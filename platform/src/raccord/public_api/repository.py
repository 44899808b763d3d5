"""All queries on keys, partners' programs, counted requests and kept answers. Inside the caller's transaction."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import NamedTuple
from uuid import UUID

import msgspec

from raccord.public_api.models import ApiKey, Caller, Program, Window
from raccord.storage.engine import current_connection

WINDOW_SECONDS = 60
_PERSON = "coalesce(nullif(a.name, ''), a.email)"

# ----------------------------------------------------------------------------------------------------- keys


async def add_key(
    tenant: UUID, key: UUID, name: str, shown: str, hashed: bytes, scopes: Sequence[str], account: UUID,
    expires_at: datetime | None,
) -> None:  # fmt: skip
    await current_connection().execute(
        "INSERT INTO api_key (tenant, id, name, shown, hash, scopes, created_by, expires_at) "
        "VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
        tenant, key, name, shown, hashed, list(scopes), account, expires_at,
    )  # fmt: skip


async def keys() -> list[ApiKey]:
    rows = await current_connection().fetch(
        f"""
        SELECT k.id, k.name, k.shown, k.scopes, {_PERSON} AS created_by, k.created_at, k.expires_at, k.last_used_at, k.revoked_at
          FROM api_key k LEFT JOIN account a ON a.id = k.created_by ORDER BY k.created_at DESC, k.id
        """  # noqa: S608
    )
    return [ApiKey(**dict(row)) for row in rows]


async def revoke_key(key: UUID) -> str | None:
    """The name of the key that ends by this; None when there is none that works."""
    name: str | None = await current_connection().fetchval(
        "UPDATE api_key SET revoked_at = now() WHERE id = $1 AND revoked_at IS NULL RETURNING name", key
    )
    return name


async def caller_of_key(tenant: UUID, key: UUID) -> Caller | None:
    row = await current_connection().fetchrow(
        "SELECT id, name, scopes, created_by FROM api_key WHERE id = $1 AND revoked_at IS NULL "
        "AND coalesce(expires_at > now(), true)",
        key,
    )
    if row is None:
        return None
    await current_connection().execute(
        "UPDATE api_key SET last_used_at = now() WHERE id = $1 "
        "AND coalesce(last_used_at < now() - interval '1 minute', true)",
        key,
    )
    return Caller(
        tenant=tenant,
        id=row["id"],
        name=row["name"],
        scopes=frozenset(row["scopes"]),
        account=row["created_by"] or row["id"],
    )


async def caller_of_token(tenant: UUID, token: UUID) -> Caller | None:
    """As long as the merchant's grant holds, whatever the token itself says."""
    row = await current_connection().fetchrow(
        """
        SELECT p.id, p.name, p.partner, p.created_by, t.scopes FROM api_token t
          JOIN partner_grant g ON g.tenant = t.tenant AND g.id = t.partner_grant
          JOIN partner_program p ON p.id = t.program
         WHERE t.id = $1 AND t.expires_at > now() AND g.ended_at IS NULL AND coalesce(g.expires_at > now(), true)
           AND p.revoked_at IS NULL
        """,
        token,
    )
    if row is None:
        return None
    return Caller(
        tenant=tenant, id=row["id"], name=row["name"], scopes=frozenset(row["scopes"]), account=row["created_by"] or row["id"],
        partner=row["partner"],
    )  # fmt: skip


async def count_request(caller: Caller, limit: int) -> Window:
    """One more in the running minute, whichever process asks."""
    row = await current_connection().fetchrow(
        """
        INSERT INTO api_window AS w (tenant, caller, begun, used) VALUES ($1, $2, date_trunc('minute', now()), 1)
        ON CONFLICT (tenant, caller) DO UPDATE
           SET used = CASE WHEN w.begun = excluded.begun THEN w.used + 1 ELSE 1 END, begun = excluded.begun
        RETURNING used, extract(epoch FROM begun + make_interval(secs => $3) - now())::int AS left
        """,
        caller.tenant,
        caller.id,
        float(WINDOW_SECONDS),
    )
    return Window(limit, row["used"], max(row["left"], 1))


# ------------------------------------------------------------------------------------------------- programs


async def add_program(
    program: UUID, partner: UUID, name: str, hashed: bytes, scopes: Sequence[str], account: UUID
) -> None:
    await current_connection().execute(
        "INSERT INTO partner_program (id, partner, name, secret_hash, scopes, created_by) VALUES ($1, $2, $3, $4, $5, $6)",
        program, partner, name, hashed, list(scopes), account,
    )  # fmt: skip


async def programs(partners: Sequence[UUID]) -> list[Program]:
    rows = await current_connection().fetch(
        "SELECT id, partner, name, scopes, created_by, created_at, last_used_at, revoked_at FROM partner_program "
        "WHERE partner = ANY($1) ORDER BY created_at DESC, id",
        list(partners),
    )
    return [Program(**dict(row)) for row in rows]


async def program(program: UUID) -> tuple[Program, bytes] | None:
    """With the hash of its secret. One that was revoked is none."""
    row = await current_connection().fetchrow(
        "SELECT id, partner, name, scopes, created_by, created_at, last_used_at, revoked_at, secret_hash "
        "FROM partner_program WHERE id = $1 AND revoked_at IS NULL",
        program,
    )
    if row is None:
        return None
    told = dict(row)
    hashed: bytes = told.pop("secret_hash")
    return Program(**told), hashed


async def revoke_program(program: UUID, partners: Sequence[UUID]) -> bool:
    done: str = await current_connection().execute(
        "UPDATE partner_program SET revoked_at = now() WHERE id = $1 AND partner = ANY($2) AND revoked_at IS NULL",
        program,
        list(partners),
    )
    return done == "UPDATE 1"


async def used_program(program: UUID) -> None:
    await current_connection().execute(
        "UPDATE partner_program SET last_used_at = now() WHERE id = $1", program
    )


async def failures(subject: str, within: timedelta) -> int:
    """Failed sign-ins of a program. Purged with those of people."""
    found: int = await current_connection().fetchval(
        "SELECT count(*) FROM sign_in_attempt WHERE subject = $1 AND at > now() - $2::interval",
        subject,
        within,
    )
    return found


async def count_failure(subject: str) -> None:
    await current_connection().execute("INSERT INTO sign_in_attempt (subject) VALUES ($1)", subject)


async def add_token(
    tenant: UUID,
    token: UUID,
    program: UUID,
    grant: UUID,
    hashed: bytes,
    scopes: Sequence[str],
    lasts: timedelta,
) -> None:
    """Those of the same program that are over are forgotten."""
    await current_connection().execute(
        "DELETE FROM api_token WHERE program = $1 AND expires_at < now()", program
    )
    await current_connection().execute(
        "INSERT INTO api_token (tenant, id, program, partner_grant, hash, scopes, expires_at) "
        "VALUES ($1, $2, $3, $4, $5, $6, now() + $7::interval)",
        tenant, token, program, grant, hashed, list(scopes), lasts,
    )  # fmt: skip


# -------------------------------------------------------------------------------------------------- answers


class Kept(NamedTuple):
    """What was answered to this idempotency key, or that it is under way."""

    print: bytes
    status: int | None
    headers: dict[str, str]
    body: bytes
    left_seconds: int
    """Until a request that is under way may be taken for dead; below 1: it may."""


async def claim(tenant: UUID, caller: UUID, key: str, print_: bytes, seconds: float | None) -> Kept | None:
    """None when the key is this request's from now on. Who comes while another transaction holds it waits for that one's end.
    `seconds`: how long a request that is not one transaction may take."""
    added: str = await current_connection().execute(
        """
        INSERT INTO api_answer AS k (tenant, caller, key, print, until)
        VALUES ($1, $2, $3, $4, now() + make_interval(secs => $5))
        ON CONFLICT (tenant, caller, key) DO UPDATE SET until = excluded.until
          WHERE k.status IS NULL AND k.until < now() AND k.print = excluded.print
        """,
        tenant, caller, key, print_, seconds,
    )  # fmt: skip
    if added == "INSERT 0 1":
        return None
    row = await current_connection().fetchrow(
        "SELECT print, status, headers, body, ceil(extract(epoch FROM until - now()))::int AS left FROM api_answer "
        "WHERE caller = $1 AND key = $2",
        caller,
        key,
    )
    headers = msgspec.json.decode(row["headers"], type=dict[str, str]) if row["headers"] else {}
    return Kept(row["print"], row["status"], headers, row["body"] or b"", row["left"] or 0)


async def keep_answer(caller: UUID, key: str, status: int, headers: dict[str, str], body: bytes) -> None:
    await current_connection().execute(
        "UPDATE api_answer SET status = $3, headers = $4, body = $5, until = NULL WHERE caller = $1 AND key = $2",
        caller, key, status, msgspec.json.encode(headers).decode(), body,
    )  # fmt: skip


async def forget_answer(caller: UUID, key: str) -> None:
    """Nothing was done: the key is free again."""
    await current_connection().execute(
        "DELETE FROM api_answer WHERE caller = $1 AND key = $2 AND status IS NULL", caller, key
    )
