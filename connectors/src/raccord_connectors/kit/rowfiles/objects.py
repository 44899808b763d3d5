"""JSON: a list of objects, or one named list inside an object; or one object a line."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from decimal import Decimal
from pathlib import Path
from typing import Any

from raccord_connectors.kit.rowfiles.model import (
    BROKEN,
    LARGEST,
    NO_ROWS,
    TOO_LARGE,
    FileForm,
    Numbered,
    Table,
    Unreadable,
)


@contextmanager
def json_table(path: Path, form: FileForm) -> Iterator[Table]:
    size = path.stat().st_size
    if size > LARGEST:
        raise Unreadable(TOO_LARGE.fill(file=path.name, size=size // 1_000_000))
    try:
        found = _parsed(path.read_text(encoding=form.encoding or "utf-8-sig"))
    except ValueError as error:  # UnicodeDecodeError and JSONDecodeError are some
        row = getattr(error, "lineno", None)
        raise Unreadable(BROKEN.fill(file=path.name, reason=f"JSON, {row or '?'}"), row) from None
    rows = _listed(found, form.rows)
    if not rows or not all(isinstance(row, dict) for row in rows):
        raise Unreadable(NO_ROWS.fill(file=path.name, name=form.rows or "[…]"))
    flat = [dict(_flat(row)) for row in rows]
    columns = list(dict.fromkeys(name for row in flat for name in row))
    yield Table(columns, _rows(flat, columns))


def _parsed(text: str) -> Any:
    """Numbers keep their decimals: 12.50 is no float."""
    try:
        return json.loads(text, parse_float=Decimal)
    except json.JSONDecodeError:
        lines = [line for line in text.splitlines() if line.strip()]
        if len(lines) < 2 or not all(line.lstrip().startswith("{") for line in lines):
            raise
        return [json.loads(line, parse_float=Decimal) for line in lines]


def _listed(found: Any, name: str) -> list[Any] | None:
    if isinstance(found, dict):
        if name:
            found = found.get(name)
        else:
            lists = [value for value in found.values() if isinstance(value, list)]
            found = lists[0] if len(lists) == 1 else [found]
    return found if isinstance(found, list) else None


def _flat(row: dict[str, Any], prefix: str = "") -> Iterator[tuple[str, Any]]:
    for name, value in row.items():
        if isinstance(value, dict):
            yield from _flat(value, f"{prefix}{name}/")
        elif isinstance(value, list):
            yield f"{prefix}{name}", ";".join(map(str, value))
        else:
            yield f"{prefix}{name}", value


def _rows(flat: list[dict[str, Any]], columns: list[str]) -> Iterator[Numbered]:
    for number, row in enumerate(flat, start=1):
        yield number, [row.get(name, "") for name in columns]
