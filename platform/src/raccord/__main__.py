"""The command line: `raccord web | worker | beat | migrate | doctor | backup | restore | bench`.

Settings come from the environment (`settings.py`). What they do not name is embedded: PostgreSQL and Valkey are started
in the data folder, or found there, by the first command that needs them.
"""

import argparse
import asyncio
import os
import sys
from collections.abc import Sequence
from pathlib import Path

import msgspec

from raccord import log
from raccord.settings import Settings, from_environment
from raccord.worker.broker import QUEUES


def main(arguments: Sequence[str] | None = None) -> int:
    given = _parser().parse_args(arguments)
    log.configure(readable=sys.stderr.isatty())
    match given.command:
        case "web":
            return _web(_settings(), given.host, given.port, given.workers)
        case "worker":
            return _worker(_settings(), given)
        case "beat":
            from raccord.worker.app import run_beat

            return run_beat(_settings())
        case "migrate":
            return _migrate(from_environment())
        case "doctor":
            from raccord.doctor import doctor

            return doctor(from_environment(), given.language)
        case "backup" | "restore":
            return _backup(given.command, given.folder)
        case "bench":
            return _bench(given.only)
    raise AssertionError(given.command)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="raccord", description=__doc__.splitlines()[0])
    commands = parser.add_subparsers(dest="command", required=True)
    web = commands.add_parser("web", help="serve pages, API and the agents' tunnel")
    web.add_argument("--host", default="127.0.0.1")
    web.add_argument("--port", type=int, default=8000)
    web.add_argument("--workers", type=int, default=1, help="processes")
    worker = commands.add_parser("worker", help="publish, collect and follow up")
    worker.add_argument("--queues", type=_queues, default=list(QUEUES), help=",".join(QUEUES))
    worker.add_argument("--concurrency", type=int, default=24, help="tasks at once")
    worker.add_argument("--beat", action="store_true", help="with the clock; in one worker only")
    worker.add_argument("--ready-file", type=Path, help="written once it takes work")
    worker.add_argument(
        "--metrics", type=_address, metavar="HOST:PORT", help="tell figures to Prometheus there"
    )
    commands.add_parser("beat", help="the clock alone")
    commands.add_parser("migrate", help="bring the database to this version")
    doctor = commands.add_parser("doctor", help="explain what is wrong with this installation")
    doctor.add_argument("--language", choices=["fr", "en"], default="fr")
    for name, does in (
        ("backup", "copy database and contents into a new folder"),
        ("restore", "fill an empty database from it"),
    ):
        commands.add_parser(name, help=does).add_argument("folder", type=Path)
    bench = commands.add_parser(
        "bench", help="measure this machine against the budgets (from a source checkout)"
    )
    bench.add_argument("only", nargs="*", help="names, e.g. scan ingest project push")
    return parser


def _queues(text: str) -> list[str]:
    chosen = [name.strip() for name in text.split(",") if name.strip()]
    unknown = sorted(set(chosen) - set(QUEUES))
    if unknown or not chosen:
        raise argparse.ArgumentTypeError(f"unknown queue {', '.join(unknown)}; there are {', '.join(QUEUES)}")
    return chosen


def _address(text: str) -> tuple[str, int]:
    host, colon, port = text.rpartition(":")
    if not colon or not port.isdecimal():
        raise argparse.ArgumentTypeError(f"{text} is no address; write HOST:PORT, e.g. 127.0.0.1:9101")
    return host.strip("[]"), int(port)


def _settings() -> Settings:
    """With everything named; what is not is started here."""
    found = from_environment()
    if found.embedded_database or found.embedded_broker:
        from raccord.embedded import Embedded

        found = Embedded(found).start()
    return found


def _web(settings: Settings, host: str, port: int, workers: int) -> int:
    from granian import Granian
    from granian.constants import Interfaces

    os.environ.update(_environment(settings))  # granian's processes read their settings there
    server = Granian(
        "raccord.web.app:create_app",
        address=host,
        port=port,
        interface=Interfaces.ASGI,
        factory=True,
        workers=workers,
        log_access=False,
        # Every agent holds one call open; granian's own default keeps everything beyond a thousand waiting outside.
        backlog=4_096,
        backpressure=20_000,
    )
    server.serve()
    return 0


def _environment(settings: Settings) -> dict[str, str]:
    plain = msgspec.to_builtins(settings, enc_hook=str)
    return {f"RACCORD_{name.upper()}": _text(value) for name, value in plain.items() if value is not None}


def _text(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _worker(settings: Settings, given: argparse.Namespace) -> int:
    from raccord.worker.app import run_worker

    return run_worker(
        settings,
        given.queues,
        given.concurrency,
        with_beat=given.beat,
        ready_file=given.ready_file,
        metrics_at=given.metrics,
    )


def _migrate(settings: Settings) -> int:
    from raccord.embedded import Embedded
    from raccord.storage.migrate import migrate

    if settings.embedded_database:
        Embedded(settings).start()  # migrates as it starts
        return 0
    if settings.database_owner_url is None:
        print(
            "RACCORD_DATABASE_OWNER_URL is not set: the address of the database as raccord_owner",
            file=sys.stderr,
        )
        return 2
    print(asyncio.run(migrate(settings.database_owner_url)), end="")
    return 0


def _backup(command: str, folder: Path) -> int:
    from raccord.embedded import Embedded
    from raccord.operations.backup import BackupError, backup, restore

    found = from_environment()
    if found.embedded_database:
        found = Embedded(found).start(migrated=command == "backup")
    try:
        (backup if command == "backup" else restore)(found, folder, print)
    except BackupError as error:
        print(error, file=sys.stderr)
        return 1
    return 0


def _bench(only: Sequence[str]) -> int:
    folder = Path("tests")
    if not (folder / "bench" / "__main__.py").is_file():
        print(
            "raccord bench runs from a source checkout: the folder tests/bench is not here", file=sys.stderr
        )
        return 2
    import runpy

    sys.path[:0] = ["tests", "infra"]
    sys.argv[1:] = list(only)
    runpy.run_module("bench", run_name="__main__")
    return 0


if __name__ == "__main__":
    sys.exit(main())
