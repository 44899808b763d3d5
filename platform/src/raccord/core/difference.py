"""What changed between two states of a record, by path, for the journal: `offers[CHAISE].price.amount`."""

from collections.abc import Iterator
from typing import Any

import msgspec

ABSENT = object()


def difference(before: bytes | str | None, after: bytes | str | None) -> tuple[bytes | None, bytes | None]:
    """Two small JSON objects, path → value, with only the paths that differ; None for a side that is wholly absent.
    Parts in lists are named by their key, where they have one, so that an insertion does not shift the others."""
    old = dict(_leaves("", _decoded(before))) if before is not None else {}
    new = dict(_leaves("", _decoded(after))) if after is not None else {}
    paths = [path for path in {**old, **new} if old.get(path, ABSENT) != new.get(path, ABSENT)]
    return (
        _encoded({path: old[path] for path in paths if path in old}) if before is not None else None,
        _encoded({path: new[path] for path in paths if path in new}) if after is not None else None,
    )


def _leaves(path: str, value: Any) -> Iterator[tuple[str, Any]]:
    if isinstance(value, dict) and value:
        for name, inner in value.items():
            yield from _leaves(f"{path}.{name}" if path else name, inner)
    elif (
        isinstance(value, list) and value and all(isinstance(part, dict) and "key" in part for part in value)
    ):
        for part in value:
            yield from _leaves(f"{path}[{part['key']}]", {k: v for k, v in part.items() if k != "key"})
    else:
        yield path, value


def _decoded(data: bytes | str) -> Any:
    return msgspec.json.decode(data)


def _encoded(fields: dict[str, Any]) -> bytes:
    return msgspec.json.encode(fields)
