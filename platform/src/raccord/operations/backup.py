"""`raccord backup` and `raccord restore`: the database and the contents beside it, in one folder that checks itself.

The database is copied first. Contents are never changed under their key and outlive the last row that names them by days
(`storage.unused_media`), so whatever the copy of the database names is still there when the contents are copied.

The copy reads past row-level security, which none of the product's own roles can: it needs an address of its own,
`RACCORD_DATABASE_BACKUP_URL`. The secret key is not in the folder; without it the shops' keys in the backup stay shut.
"""

import asyncio
import hashlib
import os
import shutil
import subprocess
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import unquote, urlsplit, urlunsplit
from uuid import UUID

import asyncpg
import msgspec
from msgspec import Struct

from raccord.embedded import embedded_tool
from raccord.settings import Settings
from raccord.storage.objects import Objects, objects_of, tenant_prefix
from raccord.vault import Vault

Say = Callable[[str], None]
DUMP = "database.dump"
MANIFEST = "manifest.json"
CONTENTS = "contents"
EVERY = 500
"""Contents between two lines of progress."""


class BackupError(Exception):
    """Why it was not made or not taken back, as a sentence for the operator."""


class Content(Struct, frozen=True):
    key: str
    content_type: str
    sha256: str


class Manifest(Struct, frozen=True):
    made_at: datetime
    key_mark: str
    """Of the secret key; see `Vault.mark`."""
    dump_sha256: str
    contents: list[Content]


def backup(settings: Settings, folder: Path, say: Say) -> Manifest:
    """`folder` must not exist yet: a half-made backup never looks like a whole one, for its manifest is written last."""
    url = _address(settings)
    if folder.exists():
        raise BackupError(f"{folder} exists; name a folder that does not")
    folder.mkdir(parents=True)
    say("Copying the database…")
    dump = folder / DUMP
    _run("pg_dump", url, "--format=custom", f"--file={dump}")
    tenants = asyncio.run(_tenants(url))
    contents = list(_copy_out(objects_of(settings), tenants, folder / CONTENTS, say))
    mark = Vault(settings.secret_key or "").mark
    manifest = Manifest(datetime.now(UTC), mark, _sha256(dump), contents)
    (folder / MANIFEST).write_bytes(msgspec.json.format(msgspec.json.encode(manifest)))
    say(
        f"Made: {folder} ({len(tenants)} companies, {len(contents)} contents). Keep RACCORD_SECRET_KEY elsewhere."
    )
    return manifest


def restore(settings: Settings, folder: Path, say: Say) -> Manifest:
    """Into an empty database only. What the folder's manifest does not confirm is refused before anything is written."""
    url = _address(settings)
    manifest = _checked(settings, folder)
    if asyncio.run(_has_tables(url)):
        raise BackupError("the database is not empty: a backup is only restored into an empty one")
    say("Restoring the database…")
    _run("pg_restore", url, "--exit-on-error", "--single-transaction", str(folder / DUMP))
    objects = objects_of(settings)
    for number, content in enumerate(manifest.contents, start=1):
        objects.put(
            content.key, (folder / CONTENTS / content.key).read_bytes(), content_type=content.content_type
        )
        if number % EVERY == 0:
            say(f"{number} of {len(manifest.contents)} contents")
    say(f"Restored as of {manifest.made_at:%Y-%m-%d %H:%M} UTC. Next: raccord migrate, then raccord doctor.")
    return manifest


def _copy_out(objects: Objects, tenants: list[UUID], folder: Path, say: Say) -> Iterator[Content]:
    number = 0
    for tenant in tenants:
        for info in objects.list(tenant_prefix(tenant)):
            content = objects.get(info.key)
            path = folder / info.key
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)
            yield Content(info.key, info.content_type, hashlib.sha256(content).hexdigest())
            number += 1
            if number % EVERY == 0:
                say(f"{number} contents")


def _checked(settings: Settings, folder: Path) -> Manifest:
    try:
        manifest = msgspec.json.decode((folder / MANIFEST).read_bytes(), type=Manifest)
    except FileNotFoundError:
        raise BackupError(f"{folder} has no {MANIFEST}: it is no backup, or one that was cut short") from None
    except msgspec.DecodeError as error:
        raise BackupError(f"{folder / MANIFEST} cannot be read: {error}") from None
    if Vault(settings.secret_key or "").mark != manifest.key_mark:
        raise BackupError(
            "RACCORD_SECRET_KEY is not the one of this backup: the shops' keys in it could not be opened"
        )
    expected = [(DUMP, manifest.dump_sha256)] + [
        (f"{CONTENTS}/{one.key}", one.sha256) for one in manifest.contents
    ]
    for name, sha256 in expected:
        path = folder / name
        if not path.is_file() or _sha256(path) != sha256:
            raise BackupError(f"{path} is missing or altered; nothing was restored")
    return manifest


def _address(settings: Settings) -> str:
    if settings.database_backup_url is None:
        raise BackupError(
            "RACCORD_DATABASE_BACKUP_URL is not set: the address of the database as a role that reads past row-level security"
        )
    return settings.database_backup_url


async def _tenants(url: str) -> list[UUID]:
    connection = await asyncpg.connect(url)
    try:
        return [row["id"] for row in await connection.fetch("SELECT id FROM tenant ORDER BY id")]
    finally:
        await connection.close()


async def _has_tables(url: str) -> bool:
    connection = await asyncpg.connect(url)
    try:
        return bool(await connection.fetchval("SELECT to_regclass('tenant') IS NOT NULL"))
    finally:
        await connection.close()


def _run(program: str, url: str, *arguments: str) -> None:
    """PostgreSQL's own tool: the embedded server's, else the installed one, which may be older than the server and then says
    so. The password goes by the environment: the arguments of a process are everybody's to read."""
    tool = embedded_tool(program) or shutil.which(program)
    if tool is None:
        raise BackupError(
            f"{program} is not installed: install PostgreSQL's client tools, of the server's version or newer"
        )
    parts = urlsplit(url)
    password = {"PGPASSWORD": unquote(parts.password)} if parts.password else {}
    bare = urlunsplit(parts._replace(netloc=parts.netloc.replace(f":{parts.password}@", "@")))
    done = subprocess.run(
        [tool, *arguments, "--dbname", bare],
        env={**os.environ, **password},
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode != 0:
        raise BackupError(f"{program} failed: {done.stderr.strip()[-600:]}")


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
