"""Names of objects: `t/<tenant>/<kind>/<name>`. A key of any other shape is refused before it reaches a disk or a bucket."""

import re
from uuid import UUID

from raccord.storage.objects.port import ObjectRefused

MOST = 400
"""Characters of a key; S3 takes 1,024 bytes, file systems 255 a segment."""
_SEGMENT = r"(?!\.{1,2}(?:/|\Z))[A-Za-z0-9][A-Za-z0-9._@=-]{0,199}"
_KEY = re.compile(
    rf"t/[0-9a-f]{{8}}-[0-9a-f]{{4}}-[0-9a-f]{{4}}-[0-9a-f]{{4}}-[0-9a-f]{{12}}(?:/{_SEGMENT})+\Z"
)


def tenant_prefix(tenant: UUID) -> str:
    return f"t/{tenant}/"


def checked(key: str) -> str:
    """The key itself. Raises `ObjectRefused` unless it is `t/<tenant>/` and plain segments."""
    if len(key) > MOST or not _KEY.match(key):
        raise ObjectRefused(f"not a key of ours: {key[:80]!r}")
    return key


def checked_prefix(prefix: str) -> str:
    """Of `list`: a tenant's whole folder or a part of it. Ends where a key could go on."""
    if not _KEY.match(prefix + "x"):
        raise ObjectRefused(f"not a prefix of ours: {prefix[:80]!r}")
    return prefix
