"""CSV as French programs write it: semicolons, Windows-1252 or UTF-8 with or without a mark, quotes where needed."""

import codecs
import csv
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TextIO

from raccord_connectors.kit.rowfiles.model import (
    BROKEN,
    CELLS,
    ENCODING,
    NO_HEADER,
    FileForm,
    Numbered,
    Table,
    Unreadable,
)

SEPARATORS = (";", "\t", "|", ",")
"""In this order when a header holds several: a comma also stands in texts."""
LONGEST_CELL = 1_000_000
OLD = "cp1252"
LOOK = 1 << 20


@contextmanager
def csv_table(path: Path, form: FileForm) -> Iterator[Table]:
    encoding = form.encoding or encoding_of(path)
    csv.field_size_limit(LONGEST_CELL)
    with path.open(encoding=encoding, newline="") as file:
        head = _header_line(path, file, form, encoding)
        separator = form.separator or next((one for one in SEPARATORS if one in head), ";")
        file.seek(0)
        reader = csv.reader(file, delimiter=separator, quotechar=form.quote or None, strict=True)
        rows = _rows(path, reader, encoding)
        columns = next((cells for number, cells in rows if number >= form.header_row), None)
        if not columns or not any(columns):
            raise Unreadable(NO_HEADER.fill(file=path.name, row=form.header_row), form.header_row)
        names = [name.strip() for name in columns]
        yield Table(names, _full(path, rows, len(names), separator))


def encoding_of(path: Path) -> str:
    """UTF-8 where the whole file is; else what Windows programs in France write."""
    with path.open("rb") as file:
        start = file.read(4)
        if start.startswith((b"\xff\xfe", b"\xfe\xff")):
            return "utf-16"
        file.seek(0)
        decoder = codecs.getincrementaldecoder("utf-8")()
        try:
            while block := file.read(LOOK):
                decoder.decode(block)
            decoder.decode(b"", final=True)
        except UnicodeDecodeError:
            return OLD
    return "utf-8-sig"


def _header_line(path: Path, file: TextIO, form: FileForm, encoding: str) -> str:
    line = ""
    try:
        for _ in range(form.header_row):
            line = file.readline(LONGEST_CELL)
    except (UnicodeDecodeError, LookupError):
        raise Unreadable(ENCODING.fill(file=path.name, encoding=encoding, row=1), 1) from None
    return line


def _rows(path: Path, reader: Any, encoding: str) -> Iterator[tuple[int, list[str]]]:
    """Rows with the number of their first line: a text may hold line breaks."""
    begun = 1
    while True:
        try:
            cells = next(reader)
        except StopIteration:
            return
        except UnicodeDecodeError:
            raise Unreadable(ENCODING.fill(file=path.name, encoding=encoding, row=begun), begun) from None
        except csv.Error as error:
            raise Unreadable(BROKEN.fill(file=path.name, reason=f"{begun}: {error}"), begun) from None
        if any(cells):
            yield begun, cells
        begun = reader.line_num + 1


def _full(
    path: Path, rows: Iterator[tuple[int, list[str]]], width: int, separator: str
) -> Iterator[Numbered]:
    """Programs leave out empty cells at the end, or put a separator after the last one."""
    for number, cells in rows:
        while len(cells) > width and not cells[-1]:
            cells.pop()
        if len(cells) > width or len(cells) == 1 < width:
            shown = {"\t": "TAB"}.get(separator, separator)
            told = CELLS.fill(file=path.name, row=number, found=len(cells), expected=width, separator=shown)
            raise Unreadable(told, number)
        yield number, [*cells, *[""] * (width - len(cells))]
