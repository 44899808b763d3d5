"""Objects in a folder of this machine: the embedded default, for one machine, the demonstration and the tests.

`content/<key>` is the content, `about/<key>` its type and hash; both are renamed into place, the content last, so that a
crash leaves a whole object or none. `incoming/` holds what is not whole yet.
"""

import contextlib
import hashlib
import os
import secrets
import shutil
import time
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import BinaryIO

import msgspec
from msgspec import Struct

from raccord.storage.objects.keys import checked, checked_prefix
from raccord.storage.objects.port import ObjectInfo, ObjectMissing, ObjectRefused, ObjectsAway, Part
from raccord.storage.objects.signing import Grant, Signer

CHUNK = 1024 * 1024


class About(Struct, frozen=True):
    content_type: str
    sha256: str


class Upload(Struct, frozen=True):
    """An upload in parts, as its folder keeps it."""

    key: str
    content_type: str
    begun: float


class FolderObjects:
    """`public_url` is where the web process serves `/objects/…`; `secret_key` the installation's."""

    def __init__(self, folder: Path, public_url: str, secret_key: str) -> None:
        self._folder = folder
        self._signer = Signer(public_url, secret_key)

    def __repr__(self) -> str:
        return f"FolderObjects({self._folder})"

    # ------------------------------------------------------------------------------------- by this process

    def put(self, key: str, content: bytes | BinaryIO, *, content_type: str) -> None:
        with self._writing() as arriving:
            if isinstance(content, bytes):
                arriving.write(content)
            else:
                while chunk := content.read(CHUNK):
                    arriving.write(chunk)
            self._place(arriving, checked(key), content_type)

    def get(self, key: str) -> bytes:
        with _told():
            try:
                return self._content(key).read_bytes()
            except (FileNotFoundError, NotADirectoryError, IsADirectoryError):
                raise ObjectMissing(key) from None

    def info(self, key: str) -> ObjectInfo | None:
        with _told():
            try:
                state = self._content(key).stat()
                about = msgspec.json.decode(self._about(key).read_bytes(), type=About)
            except (FileNotFoundError, NotADirectoryError, IsADirectoryError):
                return None
        moment = datetime.fromtimestamp(state.st_mtime, UTC)
        return ObjectInfo(key, state.st_size, about.content_type, about.sha256, moment)

    def delete(self, key: str) -> None:
        with _told():
            self._content(key).unlink(missing_ok=True)
            self._about(key).unlink(missing_ok=True)

    def list(self, prefix: str) -> Iterator[ObjectInfo]:
        root = self._folder / "content"
        start = root / checked_prefix(prefix).rpartition("/")[0]
        keys = sorted(str(path.relative_to(root)) for path in start.rglob("*") if path.is_file())
        for key in keys:
            found = self.info(key) if key.startswith(prefix) else None
            if found is not None:
                yield msgspec.structs.replace(found, content_type="")

    # ------------------------------------------------------------------------------------ signed addresses

    def signed_get(
        self, key: str, *, seconds: int, filename: str | None = None, content_type: str | None = None
    ) -> str:
        return self._address("get", key, seconds, name=filename or "", type=content_type or "")

    def signed_put(self, key: str, *, seconds: int, content_type: str, size: int, sha256: str) -> str:
        return self._address("put", key, seconds, type=content_type, size=size, sha256=sha256)

    def signed_part(self, key: str, upload: str, number: int, *, seconds: int, size: int) -> str:
        return self._address("part", key, seconds, upload=upload, part=number, size=size)

    def _address(self, act: str, key: str, seconds: int, **given: object) -> str:
        until = int(time.time()) + seconds
        return self._signer.address(Grant(act=act, key=checked(key), until=until, **given))  # type: ignore[arg-type]

    def granted(self, key: str, query: Mapping[str, str]) -> Grant:
        """What an address allows at this moment. Raises `ObjectRefused`."""
        return self._signer.read(key, query, time.time())

    def file(self, grant: Grant) -> Path:
        """Of a `get`, to be sent as it is. Raises `ObjectMissing`."""
        path = self._content(grant.key)
        if not path.is_file():
            raise ObjectMissing(grant.key)
        return path

    @contextlib.contextmanager
    def receiving(self, grant: Grant) -> Iterator["Arriving"]:
        """For a `put` or a `part`: write the body's chunks, then `take`. Leaving without it leaves nothing."""
        with self._writing(most=grant.size) as arriving:
            yield arriving

    def take(self, grant: Grant, arriving: "Arriving") -> None:
        """Raises `ObjectRefused` when it is not what the address promised."""
        if arriving.size != grant.size:
            raise ObjectRefused(f"{arriving.size} bytes instead of {grant.size}")
        if grant.act == "part":
            arriving.settle(self._upload(grant.key, grant.upload) / f"{grant.part:05}")
            return
        if arriving.sha256 != grant.sha256:
            raise ObjectRefused("the content is not the promised one")
        self._place(arriving, grant.key, grant.type)

    # -------------------------------------------------------------------------------------------- in parts

    def begin(self, key: str, *, content_type: str) -> str:
        upload = secrets.token_hex(16)
        folder = self._folder / "incoming" / upload
        with _told():
            folder.mkdir(parents=True)
            about = Upload(checked(key), content_type, time.time())
            (folder / "upload").write_bytes(msgspec.json.encode(about))
        return upload

    def parts(self, key: str, upload: str) -> Sequence[Part]:
        folder = self._upload(key, upload)
        found = sorted(path for path in folder.iterdir() if path.name.isdigit())
        return [Part(int(path.name), path.stat().st_size, path.name) for path in found]

    def finish(self, key: str, upload: str, *, size: int, sha256: str) -> None:
        folder = self._upload(key, upload)
        about = msgspec.json.decode((folder / "upload").read_bytes(), type=Upload)
        found = self.parts(key, upload)
        if sum(part.size for part in found) != size:
            raise ObjectRefused(f"{sum(part.size for part in found)} bytes instead of {size}")
        with self._writing() as arriving:
            for part in found:
                with (folder / f"{part.number:05}").open("rb") as source:
                    while chunk := source.read(CHUNK):
                        arriving.write(chunk)
            if arriving.sha256 != sha256:
                shutil.rmtree(folder)
                raise ObjectRefused("the parts are not the promised content")
            self._place(arriving, key, about.content_type)
        shutil.rmtree(folder)

    def abandon(self, key: str, upload: str) -> None:
        with contextlib.suppress(ObjectMissing):
            shutil.rmtree(self._upload(key, upload))

    def abandon_older(self, prefix: str, seconds: int) -> int:
        before, old = time.time() - seconds, 0
        for described in (self._folder / "incoming").glob("*/upload"):
            about = msgspec.json.decode(described.read_bytes(), type=Upload)
            if about.key.startswith(checked_prefix(prefix)) and about.begun <= before:
                shutil.rmtree(described.parent)
                old += 1
        for remains in (self._folder / "incoming").glob(".*"):  # of a process that was killed as it wrote
            if remains.stat().st_mtime <= time.time() - max(seconds, 3600):
                remains.unlink(missing_ok=True)
        return old

    def check(self) -> None:
        with self._writing() as arriving:
            arriving.write(b"raccord")

    # ------------------------------------------------------------------------------------------- the files

    def _content(self, key: str) -> Path:
        return self._folder / "content" / checked(key)

    def _about(self, key: str) -> Path:
        return self._folder / "about" / checked(key)

    def _upload(self, key: str, upload: str) -> Path:
        folder = self._folder / "incoming" / upload
        if not upload.isalnum() or not (folder / "upload").is_file():
            raise ObjectMissing(f"{key}, upload {upload[:40]}")
        if msgspec.json.decode((folder / "upload").read_bytes(), type=Upload).key != key:
            raise ObjectRefused("an upload of another key")
        return folder

    @contextlib.contextmanager
    def _writing(self, most: int | None = None) -> Iterator["Arriving"]:
        with _told():
            incoming = self._folder / "incoming"
            incoming.mkdir(parents=True, exist_ok=True)
            arriving = Arriving(incoming / f".{secrets.token_hex(12)}", most)
            try:
                yield arriving
            finally:
                arriving.end()

    def _place(self, arriving: "Arriving", key: str, content_type: str) -> None:
        about = self._about(key)
        about.parent.mkdir(parents=True, exist_ok=True)
        beside = about.with_name(f".{secrets.token_hex(8)}")
        beside.write_bytes(msgspec.json.encode(About(content_type, arriving.sha256)))
        beside.replace(about)
        arriving.settle(self._content(key))


class Arriving:
    """A content on its way into the folder, counted and hashed as it comes."""

    def __init__(self, path: Path, most: int | None) -> None:
        self._path, self._most = path, most
        self._file = path.open("xb")
        self._digest = hashlib.sha256()
        self.size = 0

    def write(self, chunk: bytes) -> None:
        """Raises `ObjectRefused` as soon as there is more than was promised."""
        self.size += len(chunk)
        if self._most is not None and self.size > self._most:
            raise ObjectRefused(f"more than the promised {self._most} bytes")
        self._digest.update(chunk)
        self._file.write(chunk)

    @property
    def sha256(self) -> str:
        return self._digest.hexdigest()

    def settle(self, at: Path) -> None:
        self._file.flush()
        os.fsync(self._file.fileno())
        at.parent.mkdir(parents=True, exist_ok=True)
        self._path.replace(at)

    def end(self) -> None:
        self._file.close()
        self._path.unlink(missing_ok=True)


@contextlib.contextmanager
def _told() -> Iterator[None]:
    try:
        yield
    except FileNotFoundError:
        raise
    except OSError as error:
        raise ObjectsAway(f"{type(error).__name__}: {error.strerror}") from None
