"""Correspondence tables, and the step that looks a value up in one."""

from collections.abc import Callable, Mapping
from typing import ClassVar, Literal

from msgspec import Struct

from raccord.core.values import NOTHING, Failed, Value, is_empty, quoted, text
from raccord_connectors.contract import Text

Otherwise = Literal["hold", "keep", "nothing", "default", "skip"]


class Table(Struct, frozen=True, omit_defaults=True):
    """What the ERP says → what the shop shall show."""

    entries: dict[str, str] = {}


class Lookup(Struct, frozen=True, tag_field="do", tag="lookup"):
    """What a table of the mapping says of a value, or of each of a list. `otherwise`, of what is not in it: hold the record,
    keep it as it is, nothing, `default`, or skip the rule, which leaves the shop's field alone."""

    TITLE: ClassVar = Text("step.lookup", "table de correspondance", "correspondence table")
    table: str
    otherwise: Otherwise = "hold"
    default: str = ""


MISSING = Text(
    "step.not_in_table",
    "« {value} » n’est pas dans la table de correspondance « {table} » : ajoutez-le à la table",
    "“{value}” is not in the correspondence table “{table}”: add it to the table",
)


def alike(value: str) -> str:
    """The form in which entries are compared once the exact value was not found: without outer spaces and capitals."""
    return value.strip().casefold()


class Finder:
    """Finds in one table: the exact value, else the first entry that is alike."""

    def __init__(self, entries: Mapping[str, str]) -> None:
        self._exact = dict(entries)
        self._alike: dict[str, str] = {}
        for known, meant in entries.items():
            self._alike.setdefault(alike(known), meant)

    def find(self, value: Value) -> str | None:
        """None: it is not there."""
        wanted = text(value)
        found = self._exact.get(wanted)
        return self._alike.get(alike(wanted)) if found is None else found


def lookup_step(step: Lookup, table: Table) -> Callable[[Value], Value]:
    find = Finder(table.entries).find

    def one(value: Value) -> Value:
        found = find(value)
        if found is not None:
            return found
        match step.otherwise:
            case "keep":
                return value
            case "nothing":
                return None
            case "default":
                return step.default
            case "skip":
                return NOTHING
        return Failed(MISSING, {"value": quoted(value), "table": step.table})

    def work(value: Value) -> Value:
        if is_empty(value):
            return value
        if isinstance(value, list):
            return _gathered([one(part) for part in value if not is_empty(part)])
        if isinstance(value, dict):
            found = {name: one(part) for name, part in value.items() if not is_empty(part)}
            stopped = _stopped(list(found.values()))
            return (
                stopped
                if stopped is not None
                else {name: one for name, one in found.items() if one is not None}
            )
        return one(value)

    return work


def _gathered(found: list[Value]) -> Value:
    stopped = _stopped(found)
    return stopped if stopped is not None else [part for part in found if part is not None]


def _stopped(found: list[Value]) -> Value:
    failed = next((part for part in found if isinstance(part, Failed)), None)
    return failed if failed is not None else NOTHING if any(part is NOTHING for part in found) else None
