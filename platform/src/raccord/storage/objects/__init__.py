"""Where contents are kept that are too big for the database: pictures, documents, invoices.

`objects_of(settings)` gives an S3-compatible service when one is named, else a folder below the data directory; both
honour the same contract (`port.Objects`), signed addresses included. Use it through `TenantObjects`, which knows no
other tenant's keys. All calls block: from the event loop they go through `asyncio.to_thread`.
"""

from raccord.settings import Settings
from raccord.storage.objects.keys import tenant_prefix
from raccord.storage.objects.port import (
    MOST_AT_ONCE,
    PART_SIZE,
    ObjectInfo,
    ObjectMissing,
    ObjectRefused,
    Objects,
    ObjectsAway,
    Part,
    disposition,
    put_headers,
)
from raccord.storage.objects.tenant import TenantObjects

__all__ = [
    "MOST_AT_ONCE", "PART_SIZE", "ObjectInfo", "ObjectMissing", "ObjectRefused", "Objects", "ObjectsAway", "Part",
    "TenantObjects", "disposition", "objects_of", "put_headers", "tenant_prefix",
]  # fmt: skip


def objects_of(settings: Settings) -> Objects:
    """The one that the settings name; nothing is called yet."""
    if settings.embedded_objects:
        from raccord.storage.objects.folder import FolderObjects

        return FolderObjects(settings.data_dir / "objects", settings.public_url, settings.secret_key or "")
    from raccord.storage.objects.s3 import S3Objects

    return S3Objects(settings)
