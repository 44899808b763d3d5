"""Enrolment codes: eight letters and digits that nobody confuses, typed once within the hour. Pure but for chance."""

import hashlib
import hmac
import secrets

ALPHABET = "ABCDEFGHJKMNPQRSTUVWXYZ23456789"
"""Without I, L, O, 0 and 1: 31 characters, so that eight of them make 850 thousand million codes."""
LENGTH = 8


def new_code() -> str:
    """As a person sees it: "ABCD-EFGH"."""
    code = "".join(secrets.choice(ALPHABET) for _ in range(LENGTH))
    return f"{code[:4]}-{code[4:]}"


def normal(typed: str) -> str | None:
    """The eight characters of what a person typed, with or without dash, spaces and capitals; None if it is no code."""
    code = "".join(character for character in typed.upper() if character not in "-–— \t.")
    return code if len(code) == LENGTH and set(code) <= set(ALPHABET) else None


def code_hash(key: bytes, code: str) -> bytes:
    """What is stored of a code. Keyed: a copy of the database alone does not let anybody find codes by trying."""
    return hmac.digest(key, code.encode(), hashlib.sha256)
