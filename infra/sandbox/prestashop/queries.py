"""The grammar of a listing: filters, sorting, limits and the choice of fields, made into one SQL query."""

import re
import sqlite3
from collections.abc import Mapping
from dataclasses import dataclass

from sandbox.prestashop.database import Values, decode
from sandbox.prestashop.refusals import Refusal
from sandbox.prestashop.schema import Field, Resource

DATES = ("date_add", "date_upd")
_FILTER = re.compile(r"^filter\[(\w+)\]$")
_VALUE = re.compile(r"^(?P<before>[!<>%]?)\[(?P<inside>.*)\](?P<after>%?)$", re.DOTALL)
_SORT = re.compile(r"^(\w+)_(ASC|DESC)$")


@dataclass(frozen=True)
class Display:
    """Which fields are shown. `names` None: all of them."""

    names: tuple[str, ...] | None
    nested: Mapping[str, tuple[str, ...]]

    def shows(self, name: str) -> bool:
        return self.names is None or name in self.names


IDS_ONLY = Display((), {})
EVERYTHING = Display(None, {})


def rows(db: sqlite3.Connection, resource: Resource, query: Mapping[str, str]) -> list[Values]:
    where, values = _where(resource, query)
    sql = f'SELECT * FROM "{resource.name}"{where}{_order(resource, query)}{_limit(query)}'
    return [decode(resource, row) for row in db.execute(sql, values)]


def display_of(resource: Resource, query: Mapping[str, str]) -> Display:
    text = query.get("display", "")
    if text in ("", "minimum"):
        return IDS_ONLY
    if text == "full":
        return EVERYTHING
    if not (text.startswith("[") and text.endswith("]")):
        raise Refusal(400, 35, "The 'display' value is not correct: full, or [field1,field2]")
    names: list[str] = []
    nested: dict[str, tuple[str, ...]] = {}
    for name, inner in re.findall(r"(\w+)(?:\[([\w,]*)\])?", text[1:-1]):
        if inner:
            nested[name] = tuple(inner.split(","))
        elif name != "id" and resource.field(name) is None and name not in resource.computed:
            raise Refusal(400, 36, f'Unable to display this field "{name}".')
        names.append(name)
    return Display(tuple(names), nested)


def _where(resource: Resource, query: Mapping[str, str]) -> tuple[str, list[object]]:
    parts: list[str] = []
    values: list[object] = []
    for key, text in query.items():
        match = _FILTER.match(key)
        if match is None:
            continue
        column = _column(resource, match.group(1), query, 32, "filter")
        part, found = _condition(column, text)
        parts.append(part)
        values += found
    return (" WHERE " + " AND ".join(parts) if parts else ""), values


def _column(resource: Resource, name: str, query: Mapping[str, str], code: int, what: str) -> str:
    if name == "id":
        return "id"
    if name in resource.computed:
        raise Refusal(400, 34, f"The field '{name}' is dynamic. It is not possible to {what} with it.")
    field: Field | None = resource.field(name)
    # TRAP of the real one: dates can neither be filtered nor sorted by unless `date=1` is there.
    if field is None or (name in DATES and query.get("date") != "1"):
        raise Refusal(400, code, f"This {what} does not exist for this linked table: {name}")
    return f"json_extract({_quoted(name)}, '$.\"1\"')" if field.kind == "lang" else _quoted(name)


def _quoted(name: str) -> str:
    return f'"{name}"'


def _condition(column: str, text: str) -> tuple[str, list[object]]:
    match = _VALUE.match(text)
    if match is None:
        raise Refusal(400, 33, f"The filter value is not correct: {text}")
    before, inside, after = match.group("before", "inside", "after")
    if before == "!":
        choices = inside.split("|")
        return f"{column} NOT IN ({', '.join('?' * len(choices))})", [*choices]
    if before in (">", "<"):
        return f"{column} {before} ?", [inside]
    if before == "%" or after == "%":
        pattern = f"{'%' if before else ''}{_escaped(inside)}{'%' if after else ''}"
        return f"{column} LIKE ? ESCAPE '!'", [pattern]
    interval = re.fullmatch(r"([\d: -]+),([\d: -]+)", inside)
    if interval:
        # Documented as including its start and, for dates, not its end.
        end = "<" if "-" in interval.group(2) else "<="
        return f"({column} >= ? AND {column} {end} ?)", [*interval.groups()]
    choices = inside.split("|")
    return f"{column} IN ({', '.join('?' * len(choices))})", [*choices]


def _escaped(text: str) -> str:
    return text.replace("!", "!!").replace("%", "!%").replace("_", "!_")


def _order(resource: Resource, query: Mapping[str, str]) -> str:
    text = query.get("sort", "")
    if not text:
        return ""
    if not (text.startswith("[") and text.endswith("]")):
        raise Refusal(
            400, 37, "The 'sort' value has to be formed as in this example: \"[field1_ASC,field2_DESC]\""
        )
    parts = []
    for piece in text[1:-1].split(","):
        match = _SORT.match(piece.strip())
        if match is None:
            raise Refusal(400, 37, f"The 'sort' value is not correct: {piece}")
        parts.append(f"{_column(resource, match.group(1), query, 38, 'sort')} {match.group(2)}")
    return " ORDER BY " + ", ".join(parts)


def _limit(query: Mapping[str, str]) -> str:
    text = query.get("limit", "")
    if not text:
        return ""
    numbers = text.split(",")
    if len(numbers) > 2 or not all(number.strip().isdigit() for number in numbers):
        raise Refusal(400, 39, 'The \'limit\' value has to be formed as in this example: "5,25" or "10"')
    return f" LIMIT {numbers[-1]}" + (f" OFFSET {numbers[0]}" if len(numbers) == 2 else "")
