"""Correspondence tables as CSV files. Written for spreadsheets: UTF-8 with a mark, semicolons, no cell that a spreadsheet would
run as a formula. Read as merchants have them: any separator, UTF-8, UTF-16 or Windows letters, with a header or without."""

import codecs
import csv
import io
import re
from collections.abc import Mapping, Sequence

from msgspec import Struct

from raccord.core.correspondence import LONGEST, MOST_ENTRIES
from raccord.core.step_tables import alike
from raccord_connectors.contract import Message, Text

LARGEST = 4_000_000
"""Bytes of a file."""
SEPARATORS = (";", ",", "\t", "|")
HEADER = Text("tables.header", "Valeur de la gestion;Valeur de la boutique", "ERP value;Shop value")
HEADER_WORDS = frozenset({
    "valeur", "value", "gestion", "gescom", "erp", "sage", "boutique", "shop", "site", "web", "source", "origine", "cible",
    "target", "destination", "de", "vers", "from", "to", "code", "libelle", "libellé", "intitule", "intitulé", "label", "clé",
    "cle", "key", "entrée", "entree", "sortie", "input", "output", "avant", "après", "apres", "before", "after", "nom", "name",
    "la", "le", "l", "s", "du", "dans", "in", "of", "the",
})  # fmt: skip
"""A first line of two cells or more with nothing but such words is a header."""
FORMULA = re.compile(r"'*[=+\-@\t\r]")

NOT_TEXT = Text(
    "tables.not_text",
    "Ce fichier n’est pas un texte. S’il vient d’un tableur, enregistrez-le au format CSV, puis recommencez.",
    "This file is not a text. If it comes from a spreadsheet, save it as CSV, then try again.",
)
TOO_LARGE = Text(
    "tables.too_large",
    "Ce fichier est trop gros : {size} Mo au plus.",
    "This file is too large: {size} MB at the most.",
)
NO_LINE = Text(
    "tables.no_line",
    "Ce fichier n’a aucune ligne. Il en faut une par correspondance : la valeur de la gestion, puis celle de la boutique.",
    "This file has no line. It takes one for each correspondence: the ERP’s value, then the shop’s.",
)
ONE_COLUMN = Text(
    "tables.one_column",
    "il n’y a qu’une colonne ; il en faut deux, séparées par un point-virgule, une virgule ou une tabulation",
    "there is one column only; it takes two, with a semicolon, a comma or a tab between them",
)
EMPTY_VALUE = Text("tables.line_empty", "la valeur de la gestion est vide", "the ERP’s value is empty")
OTHER_MEANING = Text(
    "tables.line_twice",
    "« {value} » est déjà à la ligne {line}, avec une autre valeur de la boutique",
    "“{value}” is on line {line} already, with another value of the shop",
)
LINE_TOO_LONG = Text(
    "tables.line_too_long", "une valeur dépasse {most} caractères", "a value has more than {most} characters"
)
UNREADABLE = Text(
    "tables.line_unreadable",
    "les guillemets ne se referment pas bien ; cette ligne et les suivantes n’ont pas été lues",
    "its quotes do not close as they should; this line and those after it were not read",
)
TOO_MANY_LINES = Text(
    "tables.lines_too_many",
    "la table est pleine : {most} lignes au plus",
    "the table is full: {most} lines at the most",
)


class FileError(Exception):
    """Nothing of the file can be read; `message` is for the person."""

    def __init__(self, message: Message) -> None:
        super().__init__(f"{message.code}: {message.en}")
        self.message = message


class Line(Struct, frozen=True):
    """A line that is left out, and why."""

    number: int
    """As a text editor counts."""
    reason: Message
    value: str = ""
    """The ERP's value on it, where there is one."""


class ReadTable(Struct, frozen=True):
    entries: dict[str, str]
    encoding: str
    """"UTF-8", "UTF-16" or "Windows-1252"."""
    separator: str
    header: tuple[str, ...]
    """The first line, when it was taken as a header."""
    left_out: list[Line]
    repeated: int
    """Lines that say again what an earlier one says."""
    more_columns: bool
    """Some lines have more than two columns; the others were not read."""


def written(entries: Mapping[str, str], *, french: bool) -> bytes:
    out = io.StringIO()
    writer = csv.writer(out, delimiter=";", lineterminator="\r\n")
    writer.writerow((HEADER.fr if french else HEADER.en).split(";"))
    writer.writerows((_safe(value), _safe(meant)) for value, meant in entries.items())
    return codecs.BOM_UTF8 + out.getvalue().encode("utf-8", "replace")


def read(data: bytes, *, header: bool | None = None) -> ReadTable:
    """`header`: whether the first line is one; None: find out. Raises `FileError`."""
    if len(data) > LARGEST:
        raise FileError(TOO_LARGE.fill(size=LARGEST // 1_000_000))
    content, encoding = _decoded(data)
    separator = _separator(content)
    rows, broken = _rows(content, separator)
    if not rows and broken is None:
        raise FileError(NO_LINE.fill())
    first: tuple[str, ...] = ()
    if rows and (header if header is not None else _is_header(rows[0][1])):
        first = tuple(cell.strip() for cell in rows.pop(0)[1])
    reading = _Reading()
    for number, cells in rows:
        reading.take(number, cells)
    left_out = reading.left_out + ([Line(broken, UNREADABLE.fill())] if broken is not None else [])
    return ReadTable(
        reading.entries, encoding, separator, first, left_out, reading.repeated, reading.more_columns
    )


class _Reading:
    def __init__(self) -> None:
        self.entries: dict[str, str] = {}
        self.left_out: list[Line] = []
        self.repeated = 0
        self.more_columns = False
        self._seen: dict[str, tuple[int, str]] = {}
        """Value, alike → line and key of its first appearance."""

    def take(self, number: int, cells: Sequence[str]) -> None:
        said = [_raw(cell) for cell in cells]
        if not any(said):
            return
        value, meant = said[0], said[1] if len(said) > 1 else ""
        self.more_columns = self.more_columns or any(said[2:])
        reason = self._reason(value, meant, len(said))
        if reason is not None:
            self.left_out.append(Line(number, reason, value))
            return
        if alike(value) in self._seen:
            self.repeated += 1
            return
        self._seen[alike(value)] = (number, value)
        self.entries[value] = meant

    def _reason(self, value: str, meant: str, columns: int) -> Message | None:
        if columns < 2:
            return ONE_COLUMN.fill()
        if not value:
            return EMPTY_VALUE.fill()
        if max(len(value), len(meant)) > LONGEST:
            return LINE_TOO_LONG.fill(most=LONGEST)
        first = self._seen.get(alike(value))
        if first is not None and self.entries[first[1]] != meant:
            return OTHER_MEANING.fill(value=value, line=first[0])
        if first is None and len(self.entries) == MOST_ENTRIES:
            return TOO_MANY_LINES.fill(most=MOST_ENTRIES)
        return None


def _decoded(data: bytes) -> tuple[str, str]:
    if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return _strictly(data, "utf-16"), "UTF-16"
    if b"\0" in data:  # a workbook, a picture: no text has these
        raise FileError(NOT_TEXT.fill())
    try:
        return data.decode("utf-8-sig"), "UTF-8"
    except UnicodeDecodeError:
        return _strictly(data, "cp1252"), "Windows-1252"


def _strictly(data: bytes, encoding: str) -> str:
    try:
        return data.decode(encoding)
    except UnicodeDecodeError:
        raise FileError(NOT_TEXT.fill()) from None


def _separator(content: str) -> str:
    """The one by which most of the first lines have two columns; a line « sep=; » of a spreadsheet says it itself."""
    told = re.match(r"sep=(.)\r?\n", content)
    if told:
        return told[1]
    head = "\n".join(content.splitlines()[:50])
    scores = {one: sum(len(cells) > 1 for _, cells in _rows(head, one)[0]) for one in SEPARATORS}
    return max(SEPARATORS, key=lambda one: scores[one])


def _rows(content: str, separator: str) -> tuple[list[tuple[int, list[str]]], int | None]:
    """Lines that hold something, with their numbers, and where reading had to end (None: at the end)."""
    reader = csv.reader(io.StringIO(content, newline=""), delimiter=separator, strict=True)
    rows: list[tuple[int, list[str]]] = []
    while True:
        number = reader.line_num + 1
        try:
            cells = next(reader)
        except StopIteration:
            return rows, None
        except csv.Error:
            return rows, number
        if any(cell.strip() for cell in cells) and not (number == 1 and cells[0].startswith("sep=")):
            rows.append((number, cells))


def _is_header(cells: Sequence[str]) -> bool:
    words = [set(re.findall(r"\w+", cell.casefold())) for cell in cells if cell.strip()]
    return len(words) > 1 and all(found and found <= HEADER_WORDS for found in words)


def _safe(cell: str) -> str:
    """A spreadsheet runs a cell that begins so; behind an apostrophe it is a text. One that has apostrophes before it gets
    one more, so that each comes back as it was."""
    return f"'{cell}" if FORMULA.match(cell) else cell


def _raw(cell: str) -> str:
    found = cell.replace("\0", "").strip()
    return found[1:].strip() if found.startswith("'") and FORMULA.match(found) else found
