"""A connector's pages, made safe to travel: a key that no message can carry becomes a rejection with its reason."""

import hashlib
from collections.abc import Iterable, Iterator

from msgspec.structs import replace

from raccord_agent.texts import UNUSABLE_KEY
from raccord_connectors.contract import Connector, Page, Problem, Rejection, Selection

LONGEST_KEY = 255
"""Characters (`wire.Key`)."""


def pages(connector: Connector, stream: str, wanted: Selection) -> Iterator[Page]:
    reading = connector.read(stream, wanted)
    try:
        for page in reading:
            yield _tidy(page)
    finally:
        # A reading that is given up must free its cursor at once, not when memory is collected. Connectors write
        # generators, but any iterator fits the contract.
        close = getattr(reading, "close", None)
        if close is not None:
            close()


def _tidy(page: Page) -> Page:
    if _all_usable([record.key for record in page.records]) and _all_usable(page.digests):
        return page
    bad = [key for key in [*(record.key for record in page.records), *page.digests] if not _usable(key)]
    return replace(
        page,
        records=[record for record in page.records if _usable(record.key)],
        digests={key: digest for key, digest in page.digests.items() if _usable(key)},
        rejected=[*page.rejected, *(_rejection(key) for key in bad)],
    )


def _all_usable(keys: Iterable[str]) -> bool:
    """One encoding of all keys together: this runs over a million keys of an unchanged stream."""
    some = list(keys)
    if not all(0 < length <= LONGEST_KEY for length in map(len, some)):
        return False
    try:
        "".join(some).encode()
    except UnicodeEncodeError:  # half a surrogate pair, from a database with a broken code page
        return False
    return True


def _usable(key: str) -> bool:
    return _all_usable((key,))


def _rejection(key: str) -> Rejection:
    shown = key.encode("utf-8", "replace").decode()[:200] or "(vide)"
    mark = hashlib.blake2b(key.encode("utf-8", "surrogatepass"), digest_size=4).hexdigest()
    return Rejection(
        f"{shown}#{mark}", Problem("rejected", UNUSABLE_KEY.fill(key=shown, most=LONGEST_KEY), field="key")
    )
