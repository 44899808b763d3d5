"""One tenant's objects: keys of any other are refused here, whatever the caller was given."""

from collections.abc import Iterator, Sequence
from typing import BinaryIO
from uuid import UUID

from raccord.storage.objects.keys import checked, tenant_prefix
from raccord.storage.objects.port import ObjectInfo, ObjectRefused, Objects, Part


class TenantObjects:
    """The same methods as `Objects`. Keys may be given whole (`t/<tenant>/…`) or from the tenant's folder on (`pictures/…`)."""

    def __init__(self, objects: Objects, tenant: UUID) -> None:
        self._objects = objects
        self._prefix = tenant_prefix(tenant)

    def key(self, name: str) -> str:
        """The whole key. Raises `ObjectRefused` for another tenant's."""
        if not name.startswith("t/"):
            return checked(self._prefix + name)
        if not checked(name).startswith(self._prefix):
            raise ObjectRefused("another tenant's key")
        return name

    def put(self, key: str, content: bytes | BinaryIO, *, content_type: str) -> None:
        self._objects.put(self.key(key), content, content_type=content_type)

    def get(self, key: str) -> bytes:
        return self._objects.get(self.key(key))

    def info(self, key: str) -> ObjectInfo | None:
        return self._objects.info(self.key(key))

    def delete(self, key: str) -> None:
        self._objects.delete(self.key(key))

    def list(self, prefix: str = "") -> Iterator[ObjectInfo]:
        if prefix.startswith("t/"):
            if not prefix.startswith(self._prefix):
                raise ObjectRefused("another tenant's keys")
            return self._objects.list(prefix)
        return self._objects.list(self._prefix + prefix)

    def signed_get(
        self, key: str, *, seconds: int, filename: str | None = None, content_type: str | None = None
    ) -> str:
        return self._objects.signed_get(
            self.key(key), seconds=seconds, filename=filename, content_type=content_type
        )

    def signed_put(self, key: str, *, seconds: int, content_type: str, size: int, sha256: str) -> str:
        return self._objects.signed_put(
            self.key(key), seconds=seconds, content_type=content_type, size=size, sha256=sha256
        )

    def begin(self, key: str, *, content_type: str) -> str:
        return self._objects.begin(self.key(key), content_type=content_type)

    def signed_part(self, key: str, upload: str, number: int, *, seconds: int, size: int) -> str:
        return self._objects.signed_part(self.key(key), upload, number, seconds=seconds, size=size)

    def parts(self, key: str, upload: str) -> Sequence[Part]:
        return self._objects.parts(self.key(key), upload)

    def finish(self, key: str, upload: str, *, size: int, sha256: str) -> None:
        self._objects.finish(self.key(key), upload, size=size, sha256=sha256)

    def abandon(self, key: str, upload: str) -> None:
        self._objects.abandon(self.key(key), upload)

    def abandon_older(self, seconds: int) -> int:
        return self._objects.abandon_older(self._prefix, seconds)
