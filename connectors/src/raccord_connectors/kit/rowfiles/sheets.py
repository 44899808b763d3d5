"""Spreadsheets, by python-calamine: fast, and it gives what was typed as text as text, leading zeros included."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from raccord_connectors.kit.rowfiles.model import (
    BROKEN,
    LARGEST,
    NO_HEADER,
    NO_READER,
    NO_SHEET,
    TOO_LARGE,
    FileForm,
    Numbered,
    Table,
    Unreadable,
)


@contextmanager
def sheet_table(path: Path, form: FileForm) -> Iterator[Table]:
    try:
        import python_calamine as calamine
    except ImportError:
        raise Unreadable(NO_READER.fill()) from None
    size = path.stat().st_size
    if size > LARGEST:
        raise Unreadable(TOO_LARGE.fill(file=path.name, size=size // 1_000_000))
    try:
        book = calamine.CalamineWorkbook.from_path(str(path))
        if form.sheet and form.sheet not in book.sheet_names:
            told = NO_SHEET.fill(file=path.name, sheet=form.sheet, known=", ".join(book.sheet_names))
            raise Unreadable(told)
        sheet = book.get_sheet_by_name(form.sheet or book.sheet_names[0])
        # Empty rows above count: the numbers are those that the person sees.
        rows = sheet.to_python(skip_empty_area=False)
    except (calamine.CalamineError, OSError, IndexError) as error:
        raise Unreadable(BROKEN.fill(file=path.name, reason=type(error).__name__)) from None
    head = rows[form.header_row - 1] if len(rows) >= form.header_row else []
    names = [str(cell).strip() for cell in head]
    if not any(names):
        raise Unreadable(NO_HEADER.fill(file=path.name, row=form.header_row), form.header_row)
    yield Table(names, _rows(rows, form.header_row, len(names)))


def _rows(rows: list[list[Any]], header: int, width: int) -> Iterator[Numbered]:
    for number, cells in enumerate(rows[header:], start=header + 1):
        if any(cell != "" for cell in cells):
            yield number, [*cells[:width], *[""] * (width - len(cells))]
