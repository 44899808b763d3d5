"""What a resource of the webservice is made of: its fields, verbs, associations."""

from dataclasses import dataclass
from typing import Literal

Kind = Literal["int", "bool", "decimal", "text", "date", "moment", "lang"]
ALL = ("GET", "POST", "PUT", "PATCH", "DELETE")
READ = ("GET",)


@dataclass(frozen=True)
class Field:
    name: str
    kind: Kind = "text"
    required: bool = False
    size: int = 0
    """Characters at most; 0: no limit."""
    check: str = ""
    """Name of a check of `rules`."""
    default: str = ""
    """Of a new row. What a PUT does not name becomes empty, whatever stands here."""

    @property
    def empty(self) -> str:
        return {"int": "0", "bool": "0", "decimal": "0.000000"}.get(self.kind, "")


@dataclass(frozen=True)
class Resource:
    name: str
    node: str
    fields: tuple[Field, ...]
    verbs: tuple[str, ...] = ALL
    associations: tuple[tuple[str, str], ...] = ()
    """Name and node of those that can be set; each one present replaces its whole set."""
    computed: tuple[str, ...] = ()
    """Shown, never to be sent (400, code 93), and not to be filtered by."""
    indexed: tuple[str, ...] = ()

    def field(self, name: str) -> Field | None:
        return next((field for field in self.fields if field.name == name), None)

    @property
    def stamped(self) -> bool:
        return self.field("date_upd") is not None


def ints(*names: str) -> tuple[Field, ...]:
    return tuple(Field(name, "int") for name in names)


def bools(*names: str) -> tuple[Field, ...]:
    return tuple(Field(name, "bool") for name in names)


def decimals(*names: str) -> tuple[Field, ...]:
    return tuple(Field(name, "decimal") for name in names)


def texts(*names: str, size: int = 0) -> tuple[Field, ...]:
    return tuple(Field(name, size=size) for name in names)


def named(size: int, check: str = "") -> Field:
    return Field("name", "lang", required=True, size=size, check=check)


STAMPS = (Field("date_add", "moment"), Field("date_upd", "moment"))
CODES = (
    Field("reference", size=64, check="isReference"),
    Field("supplier_reference", size=64, check="isReference"),
    Field("ean13", size=13, check="isEan13"),
    Field("isbn", size=32, check="isIsbn"),
    Field("upc", size=12, check="isUpc"),
    Field("mpn", size=40, check="isMpn"),
)


def simple(name: str, node: str, *fields: Field, verbs: tuple[str, ...] = READ, **more: object) -> Resource:
    return Resource(name, node, fields, verbs, **more)  # type: ignore[arg-type]
