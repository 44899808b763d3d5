"""What the accounts feature hands around."""

from uuid import UUID

from msgspec import Struct


class Person(Struct, frozen=True):
    """Who is signed in."""

    id: UUID
    email: str
    name: str
    language: str
