"""What is read from a file, and why it cannot be."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Annotated, Any, Literal

from msgspec import Meta, Struct

from raccord_connectors.contract import Message, Text

LARGEST = 200_000_000
"""Bytes of a spreadsheet or a JSON file."""

Numbered = tuple[int, Sequence[Any]]


class FileForm(Struct, frozen=True, kw_only=True):
    """How a file is written, where it does not say so itself."""

    encoding: str = ""
    """Empty: UTF-8 where it is, else Windows-1252."""
    separator: str = ""
    """Of CSV. Empty: found in the first line."""
    quote: Annotated[str, Meta(max_length=1)] = '"'
    header_row: Annotated[int, Meta(ge=1)] = 1
    sheet: str = ""
    """Of a spreadsheet. Empty: the first."""
    rows: str = ""
    """XML: name of the element that is a row. JSON: name of the list. Empty: found."""


Kind = Literal["csv", "xlsx", "xml", "json"]
KINDS: dict[str, Kind] = {
    ".csv": "csv", ".txt": "csv", ".tsv": "csv", ".xlsx": "xlsx", ".xlsm": "xlsx", ".xls": "xlsx", ".ods": "xlsx",
    ".xml": "xml", ".json": "json",
}  # fmt: skip


class Table(Struct, frozen=True):
    """`columns` in the order of the cells of a row."""

    columns: Sequence[str]
    rows: Iterator[Numbered]


class Unreadable(Exception):
    """The file as a whole. `row` where it is known."""

    def __init__(self, message: Message, row: int | None = None) -> None:
        super().__init__(message.code)
        self.message = message
        self.row = row


ENCODING = Text(
    "file.encoding",
    "{file} n’est pas lisible en {encoding}, à partir de la ligne {row}. Enregistrez-le en UTF-8, ou dites son encodage dans "
    "la définition (encoding).",
    "{file} cannot be read as {encoding}, from row {row} on. Save it in UTF-8, or say its encoding in the definition (encoding).",
)
NO_HEADER = Text(
    "file.no_header",
    "{file} n’a pas de ligne d’en-tête (ligne {row}). La première ligne doit nommer les colonnes.",
    "{file} has no header row (row {row}). The first row must name the columns.",
)
SAME_COLUMN = Text(
    "file.same_column",
    "{file} a deux colonnes « {column} ». Renommez ou supprimez l’une des deux.",
    "{file} has two columns “{column}”. Rename or delete one of the two.",
)
CELLS = Text(
    "file.cells",
    "{file}, ligne {row} : {found} cellules au lieu de {expected}. Un séparateur ({separator}) manque ou est en trop ; un texte "
    "qui le contient doit être entre guillemets.",
    "{file}, row {row}: {found} cells instead of {expected}. A separator ({separator}) is missing or too many; a text that "
    "holds it must be between quotes.",
)
BROKEN = Text(
    "file.broken",
    "{file} est incomplet ou abîmé ({reason}). Faites-le écrire à nouveau par votre gestion.",
    "{file} is incomplete or damaged ({reason}). Have your ERP write it again.",
)
UNSAFE = Text(
    "file.unsafe",
    "{file} contient une déclaration DOCTYPE, que nous n’ouvrons pas. Enlevez-la de l’export.",
    "{file} holds a DOCTYPE declaration, which we do not open. Take it out of the export.",
)
NO_ROWS = Text(
    "file.no_rows",
    "{file} ne contient pas d’éléments « {name} ». Dites dans la définition (rows) le nom d’un élément répété.",
    "{file} holds no elements “{name}”. Say in the definition (rows) the name of a repeated element.",
)
TOO_LARGE = Text(
    "file.too_large",
    "{file} est trop gros pour ce format ({size} Mo). Écrivez-le en CSV, ou en plusieurs fichiers.",
    "{file} is too large for this format ({size} MB). Write it as CSV, or as several files.",
)
NO_SHEET = Text(
    "file.no_sheet",
    "{file} n’a pas de feuille « {sheet} ». Feuilles : {known}.",
    "{file} has no sheet “{sheet}”. Sheets: {known}.",
)
NO_READER = Text(
    "file.no_reader",
    'Le lecteur de classeurs manque sur cette machine. Installez-le : pip install "raccord-agent[files]".',
    'The reader of spreadsheets is missing on this machine. Install it: pip install "raccord-agent[files]".',
)
UNKNOWN_KIND = Text(
    "file.unknown_kind",
    "{file} n’est ni CSV, ni XLSX, ni XML, ni JSON, d’après la fin de son nom. Renommez-le.",
    "{file} is neither CSV, XLSX, XML nor JSON, by the end of its name. Rename it.",
)


def kind_of(path: Path) -> Kind:
    kind = KINDS.get(path.suffix.lower())
    if kind is None:
        raise Unreadable(UNKNOWN_KIND.fill(file=path.name))
    return kind
