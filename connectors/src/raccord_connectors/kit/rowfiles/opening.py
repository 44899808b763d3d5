"""Opens a file as a table, whatever its kind."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from raccord_connectors.kit.rowfiles.model import SAME_COLUMN, FileForm, Table, Unreadable, kind_of


@contextmanager
def opened(path: Path, form: FileForm) -> Iterator[Table]:
    """The file is open while the table is used. Raises `Unreadable`, also while rows are read; `OSError` as the system says."""
    match kind_of(path):
        case "csv":
            from raccord_connectors.kit.rowfiles.separated import csv_table as table
        case "xlsx":
            from raccord_connectors.kit.rowfiles.sheets import sheet_table as table
        case "xml":
            from raccord_connectors.kit.rowfiles.marked import xml_table as table
        case "json":
            from raccord_connectors.kit.rowfiles.objects import json_table as table
    with table(path, form) as found:
        named = [column for column in found.columns if column]
        double = next((column for column in named if named.count(column) > 1), None)
        if double is not None:
            raise Unreadable(SAME_COLUMN.fill(file=path.name, column=double))
        yield found
