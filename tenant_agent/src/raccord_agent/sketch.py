"""A sketch against what is known: sorted if it must be, its differences put aside in the spool."""

from collections.abc import Iterable, Iterator

from raccord_agent.merge import differences
from raccord_agent.spool import Spool

SPOOL_ROWS = 1_000
SORT_ROWS = 150_000
"""Keys with their digests that are sorted in memory: some 25 MB."""


def in_key_order(pages: Iterable[Iterable[tuple[str, bytes]]], spool: Spool) -> Iterator[tuple[str, bytes]]:
    """Sorted in memory when they are few, else in the spool."""
    lot: list[tuple[str, bytes]] = []
    spilled = False
    for page in pages:
        lot.extend(page)
        if len(lot) >= SORT_ROWS:
            spool.add_seen(sorted(lot))
            lot, spilled = [], True
    lot.sort()
    if not spilled:
        return iter(lot)
    spool.add_seen(lot)
    return spool.seen()


def spool_differences(
    known: Iterable[tuple[str, bytes | None]], seen: Iterator[tuple[str, bytes]], spool: Spool
) -> None:
    """What is changed and what is gone, into the spool: the records are read only when the sketch has ended, because
    a system may not give both at once. Raises `merge.Unsorted`."""
    changed: list[tuple[str, bytes]] = []
    gone: list[str] = []
    for key, digest in differences(known, seen):
        if digest is not None:
            changed.append((key, digest))
        else:
            gone.append(key)
        if len(changed) + len(gone) >= SPOOL_ROWS:
            spool.add_changed(changed)
            spool.add_gone(gone)
            changed, gone = [], []
    spool.add_changed(changed)
    spool.add_gone(gone)
