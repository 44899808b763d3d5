"""Bookmarks of reading: a moment, and while a pass goes on what of it was read."""

import msgspec
from msgspec import Struct

from raccord_connectors.contract import ConfigError
from raccord_connectors.shop.oxatis import texts

OVERLAP = 900
"""Seconds by which a window overlaps the one before: the moment is by our clock, and Oxatis's own is told at its other door."""


class Cursor(Struct, frozen=True, omit_defaults=True):
    """`since`, `mark`: seconds since 1970, of the window that is read and of its reading's begin. `read`: what of the window
    was read already, while it is not at its end; `seen`: what was read in earlier windows, with its fingerprint."""

    since: int | None = None
    mark: int | None = None
    read: tuple[str, ...] = ()
    seen: dict[str, str] = {}

    def text(self) -> str:
        return msgspec.json.encode(self).decode()


def cursor_from(text: str | None) -> Cursor:
    if text is None:
        return Cursor()
    try:
        return msgspec.json.decode(text, type=Cursor)
    except msgspec.DecodeError as error:
        raise ConfigError(texts.BAD_CURSOR.fill(), detail=f"{text[:40]!r}") from error
