"""What the page of pictures shows."""

from enum import StrEnum
from typing import NamedTuple

from msgspec import Struct

from raccord_connectors.contract import Message


class State(StrEnum):
    SHOWN = "shown"
    """There, and it can be shown; of a document: there."""
    ON_ITS_WAY = "on_its_way"
    """To be uploaded, or to be made."""
    MISSING = "missing"
    """The agent does not find it, or may not read it."""
    REFUSED = "refused"
    """It is there, and no shop can show it."""


class Figures(NamedTuple):
    shown: int
    on_its_way: int
    missing: int
    refused: int
    contents: int
    """Distinct ones that are stored."""
    bytes: int
    """Of those."""
    made: int
    made_bytes: int
    """What was made of them for the shops."""

    def of(self, state: State) -> int:
        return int(getattr(self, state.value))


class FileRow(Struct, frozen=True):
    """One file in its place."""

    product: str
    place: int
    name: str
    """As the merchant knows it."""
    owner: str
    kind: str
    state: State
    size: int
    product_name: str | None
    sha256: str | None
    """In hexadecimal; None where there is no thumbnail."""
    reason: Message | None


class Filter(Struct, frozen=True):
    text: str = ""
    state: State | None = None
