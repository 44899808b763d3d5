"""What an update has to send: only what differs, never what the system owns."""

from typing import Any

from msgspec import UNSET, Struct


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
