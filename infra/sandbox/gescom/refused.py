"""What the GesCom refuses, as Sage would: a kind that programs understand, a sentence in French, and values."""

import re
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager


class Refused(Exception):
    """Nothing was done. `kind` is one of the bridge protocol's; `field` is the name of what is wrong."""

    def __init__(self, kind: str, text: str, field: str = "", **values: object) -> None:
        super().__init__(text)
        self.kind = kind
        self.text = text
        self.field = field
        self.values = {name: str(value) for name, value in values.items()}


@contextmanager
def narrow_columns() -> Iterator[None]:
    """A text longer than its column is refused by name, as SQL Server's "would be truncated" is by Sage."""
    try:
        yield
    except sqlite3.IntegrityError as error:
        found = re.search(r"CHECK constraint failed: length\((\w+)\)", str(error))
        if found is None:
            raise
        column = found[1]
        raise Refused("too_long", f"Valeur trop longue pour {column}", field=column, column=column) from error
