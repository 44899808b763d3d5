"""XML: each element of one name is a row, its attributes and inner elements are its cells (`prix/ht` is one inside another).

Read as a stream. A DOCTYPE is refused: entities may be made to fill the memory or to name files of this machine."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO
from xml.parsers import expat  # a DOCTYPE, which the attacks need, is refused

from raccord_connectors.kit.rowfiles.model import (
    BROKEN,
    NO_ROWS,
    UNSAFE,
    FileForm,
    Numbered,
    Table,
    Unreadable,
)

BLOCK = 1 << 16
FIRST = 200
"""Rows from which the columns are gathered: an element without a value may be left out."""


@contextmanager
def xml_table(path: Path, form: FileForm) -> Iterator[Table]:
    with path.open("rb") as file:
        rows = _Rows(path, file, form.rows)
        first = [row for row, _ in zip(iter(rows), range(FIRST), strict=False)]
        if not first:
            raise Unreadable(NO_ROWS.fill(file=path.name, name=form.rows or "…"))
        columns = list(dict.fromkeys(name for _, cells in first for name in cells))
        yield Table(columns, _cells(first, rows, columns))


def _cells(first: list[tuple[int, dict[str, str]]], rows: "_Rows", columns: list[str]) -> Iterator[Numbered]:
    for number, cells in first:
        yield number, [cells.get(name, "") for name in columns]
    for number, cells in rows:
        yield number, [cells.get(name, "") for name in columns]


class _Rows:
    """An iterator over (number, cells by name)."""

    def __init__(self, path: Path, file: BinaryIO, row: str) -> None:
        self._path, self._file, self._row = path, file, row
        self._parser = expat.ParserCreate()
        self._parser.StartDoctypeDeclHandler = self._doctype
        self._parser.StartElementHandler = self._start
        self._parser.EndElementHandler = self._end
        self._parser.CharacterDataHandler = self._text
        self._parser.buffer_text = True
        self._depth = 0
        self._row_depth = 0
        self._names: list[str] = []
        self._texts: list[str] = []
        self._cells: dict[str, str] = {}
        self._ready: list[tuple[int, dict[str, str]]] = []
        self._number = 0
        self._ended = False

    def __iter__(self) -> "_Rows":
        return self

    def __next__(self) -> tuple[int, dict[str, str]]:
        while not self._ready and not self._ended:
            block = self._file.read(BLOCK)
            self._ended = not block
            try:
                self._parser.Parse(block, not block)
            except expat.ExpatError as error:
                told = BROKEN.fill(file=self._path.name, reason=f"XML {error.lineno}:{error.offset}")
                raise Unreadable(told, error.lineno) from None
        if not self._ready:
            raise StopIteration
        return self._ready.pop(0)

    def _doctype(self, *_: object) -> None:
        raise Unreadable(UNSAFE.fill(file=self._path.name))

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        self._depth += 1
        if (
            not self._row and self._depth == 2
        ):  # the children of the root, unless the definition says otherwise
            self._row = name
        if not self._row_depth and name == self._row:
            self._row_depth, self._cells, self._names = self._depth, dict(attributes), []
        elif self._row_depth:
            self._names.append(name)
            prefix = "/".join(self._names)
            self._cells.update({f"{prefix}/{key}": value for key, value in attributes.items()})
        self._texts = []

    def _text(self, said: str) -> None:
        if self._row_depth:
            self._texts.append(said)

    def _end(self, name: str) -> None:
        if self._row_depth and self._depth == self._row_depth:
            self._number += 1
            self._ready.append((self._number, self._cells))
            self._row_depth = 0
        elif self._row_depth:
            said = "".join(self._texts).strip()
            where = "/".join(self._names)
            if said or where not in self._cells:
                known = self._cells.get(where)
                self._cells[where] = f"{known};{said}" if known else said
            self._names.pop()
            self._texts = []
        self._depth -= 1
