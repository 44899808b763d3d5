"""Compares what is known with what was just seen: two sorted sequences, one pass, constant memory. Pure."""

from collections.abc import Iterable, Iterator
from typing import NamedTuple


class Unsorted(Exception):
    """The keys that were seen do not come in ascending order of their code points: they must be sorted first."""


class Difference(NamedTuple):
    key: str
    digest: bytes | None
    """What was seen under this key, when it is new or differs; None when the key is gone."""


def differences(
    known: Iterable[tuple[str, bytes | None]], seen: Iterable[tuple[str, bytes]]
) -> Iterator[Difference]:
    """Keys of `seen` that `known` lacks or holds with another digest, and keys of `known` that `seen` lacks.

    Both come in ascending key order without repetition; `Unsorted` is raised as soon as `seen` does not, and what
    was yielded before must then be forgotten. SQLite's order of UTF-8 bytes and Python's order of code points agree.
    """
    rest = iter(known)
    mine = next(rest, None)
    last: str | None = None
    for entry in seen:
        if (
            entry == mine
        ):  # nearly always: one comparison, and the order of `known` vouches for that of `seen`
            last = entry[0]
            mine = next(rest, None)
            continue
        key, digest = entry
        if last is not None and key <= last:
            raise Unsorted(f"{key!r} after {last!r}")
        last = key
        while mine is not None and mine[0] < key:
            yield Difference(mine[0], None)
            mine = next(rest, None)
        if mine is not None and mine[0] == key:
            if mine[1] != digest:
                yield Difference(key, digest)
            mine = next(rest, None)
        else:
            yield Difference(key, digest)
    while mine is not None:
        yield Difference(mine[0], None)
        mine = next(rest, None)
