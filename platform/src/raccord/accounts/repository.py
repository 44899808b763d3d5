"""All queries on accounts; the caller opens the transaction."""

from datetime import timedelta
from uuid import UUID

from raccord.accounts.models import Person
from raccord.storage.engine import current_connection


async def by_email(email: str) -> tuple[Person, str] | None:
    """The person and the password's hash, disabled accounts left out."""
    row = await current_connection().fetchrow(
        "SELECT id, email, name, language, password_hash FROM account "
        "WHERE lower(email) = lower($1) AND disabled_at IS NULL",
        email,
    )
    return (
        (Person(row["id"], row["email"], row["name"], row["language"]), row["password_hash"]) if row else None
    )


async def by_id(account: UUID) -> Person | None:
    row = await current_connection().fetchrow(
        "SELECT id, email, name, language FROM account WHERE id = $1 AND disabled_at IS NULL", account
    )
    return Person(*row) if row else None


async def insert(person: Person, password_hash: str) -> bool:
    """False when the address is taken."""
    found = await current_connection().fetchval(
        "INSERT INTO account (id, email, name, language, password_hash) VALUES ($1, $2, $3, $4, $5) "
        "ON CONFLICT ((lower(email))) DO NOTHING RETURNING id",
        person.id,
        person.email,
        person.name,
        person.language,
        password_hash,
    )
    return found is not None


async def set_password_hash(account: UUID, password_hash: str) -> None:
    await current_connection().execute(
        "UPDATE account SET password_hash = $2 WHERE id = $1", account, password_hash
    )


async def set_language(account: UUID, language: str) -> None:
    await current_connection().execute("UPDATE account SET language = $2 WHERE id = $1", account, language)


async def attempts(subjects: list[str], within: timedelta) -> int:
    """The most attempts that any of these subjects made."""
    found: int = await current_connection().fetchval(
        "SELECT coalesce(max(n), 0) FROM (SELECT count(*) AS n FROM sign_in_attempt WHERE subject = ANY($1) "
        "AND at > now() - $2::interval GROUP BY subject) AS counted",
        subjects,
        within,
    )
    return found


async def note_attempt(subjects: list[str]) -> None:
    await current_connection().executemany(
        "INSERT INTO sign_in_attempt (subject) VALUES ($1)", [(subject,) for subject in subjects]
    )


async def forget_attempts(subject: str) -> None:
    await current_connection().execute(
        "DELETE FROM sign_in_attempt WHERE subject = $1 OR at < now() - interval '1 day'", subject
    )
