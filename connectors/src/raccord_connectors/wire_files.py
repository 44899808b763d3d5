"""Files on the wire: pictures and documents that the ERP's records name, from the merchant's folders to the object store.

The agent tells, record by record, which files it found in their places; the platform answers which contents it lacks; each
distinct content goes once, straight to the object store, by an address that allows just that.

| call                        | body → answer                 | retries                                            |
|-----------------------------|-------------------------------|----------------------------------------------------|
| POST /agent/files           | FilesTold → FilesLacking      | any time: what is told replaces what was told      |
| POST /agent/files/upload    | UploadAsked → UploadAllowed   | any time: parts that are there are not asked again |
| POST /agent/files/uploaded  | Uploaded → Ack                | any time; 409: it is not the promised content      |
"""

from collections.abc import Mapping, Sequence
from typing import Annotated, Literal

from msgspec import Meta, Struct

from raccord_connectors.contract import Problem
from raccord_connectors.wire import Key

Sha256 = Annotated[bytes, Meta(min_length=32, max_length=32)]
MOST_RECORDS = 500
"""Told in one call."""
MOST_FILES = 60
"""Of one record; what is beyond is not shown."""
Name = Annotated[str, Meta(max_length=400)]


class FileTold(Struct, frozen=True, omit_defaults=True):
    """One file in its place: the order in the list is the order in which it is to be shown."""

    name: Name
    """As the merchant knows it: what the ERP says, or the path below an allowed folder."""
    kind: Literal["picture", "document"] = "picture"
    owner: Annotated[str, Meta(max_length=255)] = ""
    """Key of the variant that it shows; empty for the article itself."""
    title: Annotated[str, Meta(max_length=400)] = ""
    sha256: Sha256 | None = None
    size: Annotated[int, Meta(ge=0)] = 0
    problem: Problem | None = None
    """Why there is no content."""


class RecordFiles(Struct, frozen=True):
    key: Key
    """Of the article."""
    files: Annotated[Sequence[FileTold], Meta(max_length=MOST_FILES)]


class FilesTold(Struct, frozen=True):
    records: Annotated[Sequence[RecordFiles], Meta(max_length=MOST_RECORDS)]


class FilesLacking(Struct, frozen=True):
    lacking: Sequence[Sha256]
    """Contents of what was just told that are to be uploaded."""


class UploadAsked(Struct, frozen=True):
    sha256: Sha256
    size: Annotated[int, Meta(ge=1)]
    content_type: Annotated[str, Meta(max_length=100)]


class PartAllowed(Struct, frozen=True):
    number: int
    start: int
    """Its place in the content, in bytes."""
    size: int
    url: str


class UploadAllowed(Struct, frozen=True, omit_defaults=True):
    """`done`: the content is there meanwhile. Else one put to `url` with `headers`, or the `parts` that are missing."""

    done: bool = False
    url: str = ""
    headers: Mapping[str, str] = {}
    upload: str = ""
    """Of an upload in parts: to be given back in `Uploaded`."""
    parts: Sequence[PartAllowed] = ()


class Uploaded(Struct, frozen=True, omit_defaults=True):
    sha256: Sha256
    size: int
    upload: str = ""
