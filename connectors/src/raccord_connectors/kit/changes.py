"""What an update has to send: only what differs, never what the system owns."""

from collections.abc import Mapping
from typing import Any, TypeVar

from msgspec import UNSET, Struct

T = TypeVar("T")


def open_differences(now: Mapping[str, T], before: Mapping[str, T]) -> dict[str, T | None]:
    """What an update has to send of an open field (`contract.OPEN_FIELDS`): the names whose value differs from what was
    pushed `before`; None for those that are no longer in `now`. Names that only the system has are not among them."""
    changed: dict[str, T | None] = {
        name: value for name, value in now.items() if name not in before or before[name] != value
    }
    return changed | {name: None for name in before if name not in now}


def differences(
    record: Struct, previous: Struct | None, *, keep: tuple[str, ...] = ("key",)
) -> dict[str, Any]:
    """Fields of `record` to send, by name: those that are not `UNSET` (the system owns them) and differ from
    `previous` (what was last pushed; None means that nothing is known, so everything is sent). Fields in `keep`
    are left out: keys are never changed, and lists of parts deserve a comparison part by part."""
    found = {}
    for name in record.__struct_fields__:
        value = getattr(record, name)
        if name in keep or value is UNSET:
            continue
        if previous is None or value != getattr(previous, name, UNSET):
            found[name] = value
    return found
