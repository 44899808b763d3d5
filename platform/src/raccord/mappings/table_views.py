"""Correspondence tables on their way to a page, and back from its forms."""

import re
from collections.abc import Mapping, Sequence
from typing import Any

import msgspec
from litestar.datastructures import FormMultiDict
from litestar.exceptions import NotFoundException
from msgspec import Struct

from raccord.core.correspondence import LONGEST, Guess, Guesser, Row, shop_values, uses
from raccord.core.step_tables import alike
from raccord.mappings.bench import Bench
from raccord.mappings.table_missing import Missing, Search
from raccord_connectors.contract import Choice, Message, Text

LINES = 50
"""Lines of one page."""
NEW_LINES = 3
"""Empty lines at its end."""
SHOWN_MISSING = 100
"""Missing values of one form, the most frequent first."""
MOST_KNOWN = 500
"""Values of the shop that an entry offers while one types."""
NAME = re.compile(r"[^\x00-\x1f\x7f]{1,60}")

NEEDS_NAME = Text(
    "tables.needs_name",
    "Une table a besoin d’un nom de 60 caractères au plus, par exemple « Marques ».",
    "A table needs a name of 60 characters at the most, for example “Brands”.",
)
NAME_TAKEN = Text(
    "tables.name_taken",
    "Il y a déjà une table « {name} ». Choisissez un autre nom.",
    "There is a table “{name}” already. Choose another name.",
)
IN_USE = Text(
    "tables.in_use",
    "La table « {name} » sert à : {targets}. Retirez d’abord l’étape « table de correspondance » de ces règles.",
    "The table “{name}” is used by: {targets}. First take the step “correspondence table” out of these rules.",
)


class TableLine(Struct, frozen=True):
    """One table in the list."""

    name: str
    lines: int
    exists: bool
    """False: a rule looks it up, and it is not there any more."""
    used_by: Sequence[tuple[str, Text]]
    """Target and its title."""


class EntryLine(Struct, frozen=True):
    """One line of a table's form."""

    was: str | None
    value: str
    meant: str
    removed: bool = False
    wrong: Message | None = None
    title: str = ""
    """What the shop calls `meant`, where that is something else."""


class MissingLine(Struct, frozen=True):
    value: str
    missing: Missing
    guess: Guess | None


def tables_of(bench: Bench) -> list[TableLine]:
    found = bench.draft.mapping.tables
    return [
        TableLine(
            name, len(found[name].entries) if name in found else 0, name in found, titled(bench, targets)
        )
        for name, targets in uses(bench.draft.mapping).items()
    ]


def titled(bench: Bench, targets: Sequence[str]) -> list[tuple[str, Text]]:
    told = []
    for path in targets:
        target = bench.target(path)
        told.append((path, target.title if target is not None else Text("", path, path)))
    return told


def asked(given: Any, name: str) -> str:
    return str(given.get(name, "")).replace("\0", "").strip()[:LONGEST]


def entries_of(bench: Bench, name: str) -> dict[str, str]:
    """404 for a table that the draft does not have."""
    table = bench.draft.mapping.tables.get(name)
    if table is None:
        raise NotFoundException
    return table.entries


def name_problem(bench: Bench, name: str, *, but: str = "") -> Message | None:
    """Why a table cannot be called so. `but`: the name that it has now."""
    if not NAME.fullmatch(name):
        return NEEDS_NAME.fill()
    taken = {alike(known): known for known in bench.draft.mapping.tables if known != but}
    return NAME_TAKEN.fill(name=taken[alike(name)]) if alike(name) in taken else None


def use_problem(bench: Bench, name: str) -> Message | None:
    """Why a table cannot be taken away."""
    told = titled(bench, uses(bench.draft.mapping).get(name, ()))
    if not told:
        return None
    fr, en = (", ".join(getattr(title, language) for _, title in told) for language in ("fr", "en"))
    french = IN_USE.fill(name=name, targets=fr).fr
    return Message(IN_USE.code, french, IN_USE.fill(name=name, targets=en).en)


# -------------------------------------------------------------------------------------------------- entries


def found_entries(entries: Mapping[str, str], text: str) -> list[tuple[str, str]]:
    """Those with this text in either value, in the order of the ERP's values."""
    wanted = text.casefold()
    found = [one for one in entries.items() if wanted in one[0].casefold() or wanted in one[1].casefold()]
    return sorted(found, key=lambda one: one[0].casefold())


def entry_lines(found: Sequence[tuple[str, str]], known: Sequence[Choice], page: int) -> list[EntryLine]:
    titles = {choice.key: choice.title for choice in known if choice.title != choice.key}
    part = found[(page - 1) * LINES : page * LINES]
    return [EntryLine(value, value, meant, title=titles.get(meant, "")) for value, meant in part]


def rows_of(form: FormMultiDict) -> list[Row]:
    """The lines of the form; those that were left empty too, so that their numbers are those of the page."""
    number = asked(form, "rows")
    many = min(int(number), LINES + 2 * NEW_LINES) if number.isdecimal() and len(number) < 4 else 0
    return [
        Row(
            str(form[f"was-{n}"]) if f"was-{n}" in form else None,
            _entry(form, f"value-{n}"),
            _entry(form, f"meant-{n}"),
            f"remove-{n}" in form,
        )
        for n in range(many)
    ]


def typed_lines(rows: Sequence[Row], wrong: Mapping[int, Message]) -> list[EntryLine]:
    """The form as it was sent, with what is wrong."""
    return [
        EntryLine(row.was, row.value, row.meant, row.removed, wrong.get(number))
        for number, row in enumerate(rows)
    ]


def _entry(form: FormMultiDict, name: str) -> str:
    return str(form.get(name, "")).replace("\0", "")[: LONGEST + 1]


# -------------------------------------------------------------------------------------------------- missing


def known_values(bench: Bench, name: str) -> list[Choice]:
    """What the shop has for the fields of the rules that look this table up, then what the table says already."""
    found = shop_values(uses(bench.draft.mapping).get(name, ()), bench.discovery)
    keys = {choice.key for choice in found}
    table = bench.draft.mapping.tables.get(name)
    more = dict.fromkeys(table.entries.values() if table is not None else ())
    return [*found, *(Choice(meant, meant) for meant in more if meant and meant not in keys)]


def missing_lines(search: Search, known: Sequence[Choice]) -> list[MissingLine]:
    guesser = Guesser(known)
    ranked = search.ranked()[:SHOWN_MISSING]
    return [MissingLine(value, missing, guesser.guess(value)) for value, missing in ranked]


def ticked(form: FormMultiDict) -> dict[str, str]:
    """The missing values that the person ticked, or typed something else for than what was proposed."""
    found = {}
    for number in range(SHOWN_MISSING):
        value, meant = _entry(form, f"value-{number}").strip(), _entry(form, f"meant-{number}").strip()
        if value and (f"take-{number}" in form or meant != asked(form, f"guess-{number}")):
            found[value] = meant
    return found


def packed(search: Search) -> str:
    return msgspec.json.encode(search).decode()
