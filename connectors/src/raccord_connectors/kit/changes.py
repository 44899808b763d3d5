"""What an update has to send: only what differs, never what the system owns."""

from collections.abc import Mapping
from typing import Any, TypeVar

from msgspec import UNSET, Struct

from raccord_connectors.contract import OPEN_FIELDS

T = TypeVar("T")


def open_differences(now: Mapping[str, T], before: Mapping[str, T]) -> dict[str, T]:
    """What an update has to send of an open field (`contract.OPEN_FIELDS`): the names whose value differs from what was
    pushed `before`. A name that is not in `now` is the system's own."""
    return {name: value for name, value in now.items() if name not in before or before[name] != value}


def differences(
    record: Struct, previous: Struct | None, *, keep: tuple[str, ...] = ("key",)
) -> dict[str, Any]:
    """Fields of `record` to send, by name: those that are not `UNSET` (the system owns them) and differ from
    `previous` (what was last pushed; None means that nothing is known, so everything is sent); of open fields the names
    that do. Fields in `keep` are left out: keys are never changed, and lists of parts deserve a comparison part by part."""
    found = {}
    for name in record.__struct_fields__:
        value = getattr(record, name)
        if name in keep or value is UNSET:
            continue
        before = UNSET if previous is None else getattr(previous, name, UNSET)
        if value == before:
            continue
        if name in OPEN_FIELDS and isinstance(value, Mapping) and isinstance(before, Mapping):
            value = open_differences(value, before)
            if not value:
                continue
        found[name] = value
    return found
