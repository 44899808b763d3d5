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


def demand_access(connection: sqlite3.Connection) -> None:
    """Whether the bridge may write at all, by the settings `exclusif` (who has the company to himself), `disque_plein` and
    `droits_passerelle` ("lecture")."""
    rules = dict(connection.execute("select NOM, VALEUR from SANDBOX_REGLAGE").fetchall())
    if rules.get("exclusif"):
        raise Refused("exclusive", f"Société ouverte en mode exclusif par {rules['exclusif']}")
    if rules.get("disque_plein"):
        raise Refused("no_space", "Espace disque insuffisant")
    if rules.get("droits_passerelle") == "lecture":
        raise Refused("no_right", "Droits insuffisants", field="bridge")


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
