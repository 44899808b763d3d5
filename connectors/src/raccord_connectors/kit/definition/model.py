"""The parts that the definitions of all custom ERPs have in common."""

from collections.abc import Mapping
from typing import Annotated

from msgspec import Meta, Struct

Text = Annotated[str, Meta(min_length=1)]


class Rule(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Where a field comes from, when more is to be said than the name of a column."""

    column: Text | None = None
    value: str | int | bool | None = None
    """The same for all rows, where no column holds it."""
    values: dict[str, str] = {}
    """What is in the column → what it means: { "E" = "delivered" }. "*" stands for everything else."""
    separator: Text = ";"
    """Between the entries of a list."""
    pad: Annotated[int, Meta(ge=0, le=60)] = 0
    """Zeros are put in front up to this length: spreadsheets take them away."""


class Manners(Struct, frozen=True, kw_only=True):
    """How numbers, dates and yes/no are written."""

    decimal: str = ","
    dates: tuple[str, ...] = ("%d/%m/%Y", "%Y-%m-%d", "%Y%m%d", "%d/%m/%y")
    yes: tuple[str, ...] = ("1", "O", "OUI", "VRAI", "Y", "YES", "TRUE", "X")
    no: tuple[str, ...] = ("0", "N", "NON", "FAUX", "NO", "FALSE", "")


FRENCH = Manners()


class Depot(Struct, frozen=True, forbid_unknown_fields=True):
    key: str
    title: str


Fields = Mapping[str, str | Rule]


def rule_of(given: str | Rule) -> Rule:
    return Rule(column=given) if isinstance(given, str) else given


def columns_of(fields: Fields) -> dict[str, str]:
    """Field → its column, of those that have one."""
    found = {name: rule_of(given).column for name, given in fields.items()}
    return {name: column for name, column in found.items() if column is not None}
