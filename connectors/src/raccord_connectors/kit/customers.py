"""What an update of a customer has to send: only what differs, of the fields that it speaks of."""

from collections.abc import Mapping
from typing import Any

from msgspec.structs import replace

from raccord_connectors.canonical import Customer
from raccord_connectors.kit.changes import open_differences

ABOUT_ITSELF = ("key", "fields")
"""What is no field of the customer."""
NOTHING = Customer(key="")
"""Of which nothing is known."""


def changed_fields(now: Customer, before: Customer | None) -> dict[str, Any]:
    """Fields of `now` to write, by name. `before` is what was last written; what it did not speak of is not known, and is
    written. A field that is empty and that nobody named is not: nobody said that it should be emptied."""
    found: dict[str, Any] = {}
    for name in now.__struct_fields__:
        if name in ABOUT_ITSELF or not now.says(name):
            continue
        value = getattr(now, name)
        known = before is not None and before.says(name)
        former = getattr(before, name) if known else None
        if known and former == value:
            continue
        if not known and now.fields is None and value == getattr(NOTHING, name):
            continue
        if isinstance(value, Mapping):
            value = open_differences(value, former if isinstance(former, Mapping) else {})
            if not value:
                continue
        found[name] = value
    return found


def with_changes(held: Customer, changes: Mapping[str, Any]) -> Customer:
    """`held` after an update of these fields: of mappings, the names that are not among them stay; None empties a name."""
    whole = dict(changes)
    for name, value in changes.items():
        if isinstance(value, Mapping):
            both = {**getattr(held, name), **value}
            whole[name] = {inner: one for inner, one in both.items() if one is not None}
    return replace(held, **whole)
