"""A real Tryton for the tests: its own environment, one prepared database, a copy and a server for whoever asks.

    with tryton() as erp:
        connector = build("tryton", erp.settings())
        erp.manager.create_product("TASSE", "Tasse", "12.90")

Tryton is a separate program (GPL): it lives in a virtual environment of its own and is only spoken to over HTTP. The
environment and the prepared database are made once and kept in `.counterparts/tryton` (git-ignored) or in the folder
named by RACCORD_COUNTERPARTS. `python tests/support/tryton_server.py` prepares them and, with `serve`, starts one.
"""

import fcntl
import hashlib
import os
import shutil
import socket
import sqlite3
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

REPOSITORY = Path(__file__).resolve().parents[2]
if __name__ == "__main__":
    sys.path.insert(0, str(REPOSITORY / "tests"))

from support.tryton_merchant import Merchant  # noqa: E402 (the path above comes first when run as a program)

REQUIREMENTS = REPOSITORY / "infra" / "counterparts" / "tryton.txt"
PREPARATION = Path(__file__).with_name("tryton_prepare.py")
DATABASE = "raccord"
MODULES = (
    "account_fr", "account_invoice", "party_siret", "product_attribute", "product_measurements", "sale",
    "sale_advance_payment", "sale_price_list", "sale_shipment_cost", "stock_package_shipping", "web_shop",
)  # fmt: skip
USER, PASSWORD = "raccord", "raccord-mot-de-passe"
MANAGER, MANAGER_PASSWORD = "gerant", "gerant-mot-de-passe"
TRAINEE, TRAINEE_PASSWORD = "stagiaire", "stagiaire-mot-de-passe"
"""Signs in, but may read and write next to nothing."""
ADMIN, ADMIN_PASSWORD = "admin", "admin-mot-de-passe"
"""All of these open nothing but a throw-away database on this machine's loopback."""
START_SECONDS = 60.0


@dataclass
class Tryton:
    """A running server. `url`, `database`, `user`, `password` are what the agent gets; `manager` acts as the merchant
    does in Tryton's own screens. `stop()` and `start()` may be called in between; the data stays, the port too."""

    url: str
    folder: Path
    port: int
    environment: Path
    database: str = DATABASE
    user: str = USER
    password: str = PASSWORD
    process: subprocess.Popen[bytes] | None = None

    @property
    def manager(self) -> Merchant:
        if self._manager is None:
            self._manager = Merchant(self.url, self.database, MANAGER, MANAGER_PASSWORD)
        return self._manager

    _manager: Merchant | None = None

    def administrator(self) -> Merchant:
        """A new session of Tryton's own administrator, who may change users and rights."""
        return Merchant(self.url, self.database, ADMIN, ADMIN_PASSWORD)

    def settings(self, **changes: Any) -> dict[str, Any]:
        """Settings of the connector for this server; `changes` replace or add some."""
        known = {
            "url": self.url,
            "database": self.database,
            "user": self.user,
            "password": self.password,
            "price_lists": ["Revendeurs", "Boutique TTC"],
            "shipping_article": "PORT",
            "fee_article": "FRAIS",
            "discount_article": "REMISE",
            "rounding_article": "ARRONDI",
            "payment_method": "Carte bancaire",
        }
        return {**known, **changes}

    def start(self) -> None:
        # Tryton's WSGI application behind a small pool of threads, as in production: its development server starts a
        # thread for each call, and every thread opens the database three times anew.
        program = str(self.environment / "bin" / "waitress-serve")
        command = [program, f"--listen=127.0.0.1:{self.port}", "--threads=4", "trytond.application:app"]
        settings = {
            "TRYTOND_CONFIG": str(self.folder / "trytond.conf"),
            "TRYTOND_DATABASE_NAMES": self.database,
        }
        with (self.folder / "trytond.log").open("ab") as log:
            self.process = subprocess.Popen(
                command, env={**os.environ, **settings}, stdout=log, stderr=log, stdin=subprocess.DEVNULL
            )
        self._wait_for_an_answer()

    def stop(self) -> None:
        if self.process is None:
            return
        self.process.terminate()
        try:
            self.process.wait(10)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        self.process = None

    def _wait_for_an_answer(self) -> None:
        deadline = time.monotonic() + START_SECONDS
        while time.monotonic() < deadline:
            if self.process is None or self.process.poll() is not None:
                break
            try:
                urllib.request.urlopen(f"{self.url}/", timeout=1)
                return
            except urllib.error.HTTPError:  # an answer all the same: it listens, its models are loaded
                return
            except OSError:
                time.sleep(0.05)
        log = (self.folder / "trytond.log").read_text(errors="replace")
        raise RuntimeError(f"Tryton did not start:\n{log[-3000:]}")


@contextmanager
def tryton() -> Iterator[Tryton]:
    """A fresh copy of the prepared database with its server on a free port of 127.0.0.1, stopped and removed at the end."""
    environment, template = prepare()
    with tempfile.TemporaryDirectory(prefix="raccord-tryton-") as name:
        folder = Path(name)
        shutil.copyfile(template, folder / f"{DATABASE}.sqlite")
        port = _free_port()
        _write_configuration(folder, port)
        server = Tryton(f"http://127.0.0.1:{port}", folder, port, environment)
        try:
            server.start()
            yield server
        finally:
            server.stop()


# ------------------------------------------------------------------------------------------------ preparation


def prepare() -> tuple[Path, Path]:
    """The environment and the prepared database, made when they are missing or out of date. Safe to call at once from
    several processes: the others wait for the first."""
    folder = Path(os.environ.get("RACCORD_COUNTERPARTS", REPOSITORY / ".counterparts")) / "tryton"
    folder.mkdir(parents=True, exist_ok=True)
    environment = folder / f"environment-{_digest(REQUIREMENTS)}"
    empty = folder / f"empty-{_digest(REQUIREMENTS, extra=(*MODULES, ADMIN_PASSWORD))}.sqlite"
    template = (
        folder / f"{DATABASE}-{_digest(REQUIREMENTS, PREPARATION, extra=(*MODULES, ADMIN_PASSWORD))}.sqlite"
    )
    with (folder / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not (environment / "complete").exists():
            _create_environment(environment)
        if not empty.exists():
            _say(f"activating {len(MODULES)} modules and what they need in a database, once (about 30 s)")
            _create_database(environment, None, empty)
        if not template.exists():
            _say("filling the database with a small French company (about 6 s)")
            _create_database(environment, empty, template)
    return environment, template


def _create_environment(environment: Path) -> None:
    _say(f"installing Tryton ({REQUIREMENTS.name}) in its own environment, once")
    shutil.rmtree(environment, ignore_errors=True)
    uv = shutil.which("uv") or shutil.which("uv", path=str(Path(sys.executable).parent))
    python = str(environment / "bin" / "python")
    if uv:
        _run([uv, "venv", "--python", sys.executable, str(environment)])
        _run([uv, "pip", "install", "--python", python, "-r", str(REQUIREMENTS)])
    else:
        _run([sys.executable, "-m", "venv", str(environment)])
        _run([python, "-m", "pip", "install", "-r", str(REQUIREMENTS)])
    (environment / "complete").touch()


def _create_database(environment: Path, start: Path | None, target: Path) -> None:
    """With its modules when it starts from nothing, with its company when it starts from `start`."""
    with tempfile.TemporaryDirectory(prefix="raccord-tryton-") as name:
        folder = Path(name)
        database = folder / f"{DATABASE}.sqlite"
        configuration = _write_configuration(folder, _free_port())
        if start is None:
            database.touch()
            _activate_modules(environment, folder, configuration)
        else:
            shutil.copyfile(start, database)
            python = str(environment / "bin" / "python")
            _run([python, str(PREPARATION), str(configuration), DATABASE], show=True)
        # In WAL mode the last changes may stand in a file beside: put them into the one that is copied.
        connection = sqlite3.connect(database)
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        connection.close()
        for old in target.parent.glob(f"{target.name.partition('-')[0]}-*.sqlite"):
            old.unlink()
        unfinished = target.with_suffix(".part")
        shutil.copyfile(database, unfinished)
        unfinished.rename(target)


def _activate_modules(environment: Path, folder: Path, configuration: Path) -> None:
    secret = folder / "admin-password"
    secret.touch(0o600)
    secret.write_text(ADMIN_PASSWORD)
    admin = [str(environment / "bin" / "trytond-admin"), "-c", str(configuration), "-d", DATABASE]
    options = ["--all", "--activate-dependencies", "-l", "fr", "-p", "--email", "admin@example.org"]
    _run([*admin, *options, "-u", "ir", "res", *MODULES], TRYTONPASSFILE=str(secret))


def _write_configuration(folder: Path, port: int) -> Path:
    path = folder / "trytond.conf"
    path.write_text(
        f"[database]\nuri = sqlite://\npath = {folder}\n"
        f"[web]\nlisten = 127.0.0.1:{port}\n"
        "[session]\ntimeout = 3600\n"
    )
    return path


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    return port


def _digest(*files: Path, extra: tuple[str, ...] = ()) -> str:
    content = b"".join(file.read_bytes() for file in files) + repr(extra).encode()
    return hashlib.blake2b(content, digest_size=5).hexdigest()


def _run(command: list[str], *, show: bool = False, **environment: str) -> None:
    done = subprocess.run(
        command,
        env={**os.environ, **environment},
        stdin=subprocess.DEVNULL,
        stdout=None if show else subprocess.PIPE,
        stderr=subprocess.STDOUT if not show else None,
        check=False,
    )
    if done.returncode:
        output = (done.stdout or b"").decode(errors="replace")[-3000:]
        raise RuntimeError(f"{Path(command[0]).name} ended with {done.returncode}\n{output}")


def _say(text: str) -> None:
    print(f"Tryton: {text}", file=sys.stderr, flush=True)


def main(arguments: list[str]) -> None:
    started = time.monotonic()
    prepare()
    _say(f"environment and database at hand after {time.monotonic() - started:.1f} s")
    if arguments == ["serve"]:
        with tryton() as server:
            _say(
                f"serving {server.url} database {server.database}, user {MANAGER} / {MANAGER_PASSWORD}; Ctrl-C ends it"
            )
            with suppress(KeyboardInterrupt):
                while True:
                    time.sleep(3600)


if __name__ == "__main__":
    main(sys.argv[1:])
