"""What one can do with accounts."""

import asyncio
from datetime import timedelta
from uuid import uuid4

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerifyMismatchError

from raccord.accounts import errors, repository
from raccord.accounts.models import Person
from raccord.storage.engine import untenanted_transaction

SHORTEST = 12
"""Characters of a password."""
WINDOW = timedelta(minutes=15)
ATTEMPTS = 8
"""Failures of one e-mail address or one network address within the window, over all web processes."""

_hasher = PasswordHasher()
# Verified when the account does not exist, so that the answer takes as long and tells nothing.
_NOBODY = _hasher.hash("nobody has this password")


async def create(email: str, password: str, name: str, language: str = "fr") -> Person:
    """Raises `AccountError` on a weak password or a taken address."""
    if len(password) < SHORTEST:
        raise errors.AccountError(errors.WEAK.fill(length=SHORTEST), "password")
    person = Person(uuid4(), email.strip(), name.strip(), language)
    password_hash = await asyncio.to_thread(_hasher.hash, password)
    async with untenanted_transaction():
        if not await repository.insert(person, password_hash):
            raise errors.AccountError(errors.TAKEN.fill(), "email")
    return person


async def sign_in(email: str, password: str, address: str) -> Person:
    """Raises `AccountError`; the same sentence whether the address or the password is wrong."""
    subjects = [f"email:{email.strip().casefold()}", f"address:{address}"]
    async with untenanted_transaction():
        if await repository.attempts(subjects, WINDOW) >= ATTEMPTS:
            raise errors.AccountError(errors.TOO_MANY.fill(minutes=int(WINDOW.total_seconds() // 60)))
        found = await repository.by_email(email.strip())
    # Hashing takes tens of milliseconds on purpose: in a thread, and outside of any transaction.
    matches = await asyncio.to_thread(_matches, found[1] if found else _NOBODY, password)
    async with untenanted_transaction():
        if found is None or not matches:
            await repository.note_attempt(subjects)
        else:
            await repository.forget_attempts(subjects[0])
    if found is None or not matches:
        raise errors.AccountError(errors.WRONG.fill())
    return found[0]


def _matches(password_hash: str, password: str) -> bool:
    try:
        return _hasher.verify(password_hash, password)
    except (VerifyMismatchError, InvalidHashError):
        return False
