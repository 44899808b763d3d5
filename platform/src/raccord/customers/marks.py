"""The marks of this feature's commands: one for each attempt, so that asking again is asking once."""

import hashlib
from uuid import UUID

WRITE, READ = "account", "accountback"


def write_mark(channel: UUID, account: str, attempt: int) -> str:
    return f"{WRITE}:{channel}:{_letters(account)}-{attempt}"


def read_mark(channel: UUID, account: str, attempt: int) -> str:
    return f"{READ}:{channel}:{_letters(account)}-{attempt}"


def channel_of(once: str) -> UUID | None:
    """Of a mark of ours; None for those of others."""
    kind, _, rest = once.partition(":")
    return UUID(rest.partition(":")[0]) if kind in (WRITE, READ) else None


def _letters(account: str) -> str:
    """A key may hold anything."""
    return hashlib.blake2b(account.encode(), digest_size=8).hexdigest()
