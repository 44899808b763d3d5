"""The contract of an object store, and its words.

Contents are immutable to their readers: a key is written whole or not at all, and writing it again replaces it whole.
A signed address is the right to one act on one key for some seconds, for somebody without an account (the agent, a shop,
a browser). Whoever puts by a signed address sends exactly `put_headers(…)`; another size, type or content is refused and
leaves nothing. What is bigger than `MOST_AT_ONCE` goes in parts, which can be resumed.
"""

import base64
from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import BinaryIO, Protocol
from urllib.parse import quote

from msgspec import Struct

from raccord_connectors.contract import Text, TransientError

PART_SIZE = 8 * 1024 * 1024
"""Bytes of every part but the last. S3 takes none below 5 MiB."""
MOST_AT_ONCE = PART_SIZE
"""Bytes that one signed put takes."""

AWAY = Text(
    "objects.away",
    "Le stockage des fichiers ne répond pas pour le moment. Raccord réessaie tout seul ; si cela "
    "dure, lancez « raccord doctor ».",
    "The file storage does not answer at the moment. Raccord tries again by itself; if it lasts, run “raccord doctor”.",
)


class ObjectsAway(TransientError):
    """The store cannot be reached, or refuses its keys: `detail` says which, without a secret."""

    def __init__(self, detail: str) -> None:
        super().__init__(AWAY.fill(), detail=detail)


class ObjectMissing(LookupError):
    """There is nothing under this key."""


class ObjectRefused(ValueError):
    """A key that is not ours or not this tenant's, an address that does not hold, or a content that is not the promised one."""


class ObjectInfo(Struct, frozen=True):
    key: str
    size: int
    content_type: str
    etag: str
    """Opaque; changes with the content."""
    modified: datetime


class Part(Struct, frozen=True):
    number: int
    """From 1."""
    size: int
    etag: str


def put_headers(content_type: str, sha256: str) -> dict[str, str]:
    """What a put by `signed_put` must carry, beside its Content-Length. `sha256` in hexadecimal."""
    checksum = base64.b64encode(bytes.fromhex(sha256)).decode()
    return {"Content-Type": content_type, "x-amz-checksum-sha256": checksum}


def disposition(filename: str) -> str:
    """`attachment`, with the name in the two forms that browsers want (RFC 6266)."""
    plain = "".join(c if (c.isascii() and c.isalnum()) or c in "._- " else "_" for c in filename)
    return f"attachment; filename=\"{plain}\"; filename*=UTF-8''{quote(filename, safe='')}"


class Objects(Protocol):
    """`ObjectsAway` from any method that needs the store; signing never does."""

    def put(self, key: str, content: bytes | BinaryIO, *, content_type: str) -> None: ...

    def get(self, key: str) -> bytes:
        """Raises `ObjectMissing`."""

    def info(self, key: str) -> ObjectInfo | None: ...

    def delete(self, key: str) -> None:
        """Of what is not there: nothing happens."""

    def list(self, prefix: str) -> Iterator[ObjectInfo]:
        """In the order of keys. Their `content_type` is not told (empty): S3 does not."""

    def signed_get(
        self, key: str, *, seconds: int, filename: str | None = None, content_type: str | None = None
    ) -> str:
        """`filename` makes browsers save it under that name; the address' path ends as the key does."""

    def signed_put(self, key: str, *, seconds: int, content_type: str, size: int, sha256: str) -> str: ...

    def begin(self, key: str, *, content_type: str) -> str:
        """A content in parts: its upload's id."""

    def signed_part(self, key: str, upload: str, number: int, *, seconds: int, size: int) -> str:
        """Put with no other header than Content-Length."""

    def parts(self, key: str, upload: str) -> Sequence[Part]:
        """Those that are there, by number. Raises `ObjectMissing` when the upload was ended or abandoned."""

    def finish(self, key: str, upload: str, *, size: int, sha256: str) -> None:
        """Joins the parts; `ObjectRefused`, and nothing under the key, when they are not the promised content."""

    def abandon(self, key: str, upload: str) -> None: ...

    def abandon_older(self, prefix: str, seconds: int) -> int:
        """Uploads in parts that began longer ago and were never finished; how many."""

    def check(self) -> None:
        """Writes, reads and deletes one object. Raises `ObjectsAway`."""
