"""`raccord-agent`: what a person can ask of the agent. Errors are sentences; stack traces go to the log file only.

Exit codes: 0 well; 1 something is wrong and was said; 2 the command or the settings are wrong; 70 our bug.
"""

import argparse
import getpass
import logging
import sys
import time
from collections.abc import Callable
from pathlib import Path, PurePosixPath, PureWindowsPath

from raccord_agent import __version__, cli_texts, doctor, doctor_texts, log
from raccord_agent import status as status_file
from raccord_agent.database import NewerBase
from raccord_agent.enrolment import enrol, typed_settings
from raccord_agent.home import Home, default_home
from raccord_agent.language import language_of
from raccord_agent.lock import Lock
from raccord_agent.parser import make_parser
from raccord_agent.proposing import propose
from raccord_agent.run import from_home, open_base, run_until_signal
from raccord_agent.scanner import Scanner, way
from raccord_agent.service import systemd, windows
from raccord_agent.settings import (
    FileSettings,
    Secrets,
    Settings,
    connector_settings,
    load_identity,
    load_secrets,
    load_settings,
)
from raccord_agent.texts import NO_SUCH_STREAM
from raccord_connectors.contract import ConfigError, ConnectorError, Message
from raccord_connectors.kit.executor import place
from raccord_connectors.registry import build, connector_class

logger = logging.getLogger("raccord_agent")


class Console:
    """Says things to a person, in one language."""

    def __init__(self, language: str) -> None:
        self.language = language

    def say(self, message: Message) -> None:
        print(message.text(self.language))

    def complain(self, message: Message) -> None:
        print(message.text(self.language), file=sys.stderr)


def main(arguments: list[str] | None = None) -> int:
    arguments = sys.argv[1:] if arguments is None else arguments
    for stream in (sys.stdout, sys.stderr):  # Windows' console may be in an old code page
        reconfigure = getattr(stream, "reconfigure", None)
        if reconfigure is not None:
            reconfigure(encoding="utf-8", errors="replace")
    console = Console(language_of(arguments))
    asked = make_parser(console.language).parse_args(arguments)
    home = Home(Path(asked.home) if "home" in asked else default_home())
    try:
        return _COMMANDS[asked.command](home, asked, console)
    except ConfigError as error:
        console.complain(error.message)
        for finding in error.findings:
            console.complain(finding)
        return 2
    except ConnectorError as error:
        console.complain(error.message)
        return 1
    except NewerBase:
        console.complain(cli_texts.NEWER_BASE.fill(folder=home.folder))
        return 2
    except PermissionError as error:
        console.complain(cli_texts.NOT_WRITABLE.fill(folder=home.folder, reason=error.strerror))
        return 2
    except KeyboardInterrupt:
        return 130
    except Exception as error:
        _log_unexpected(home, asked.command)
        console.complain(cli_texts.UNEXPECTED.fill(place=place(error), log=home.log))
        return 70


def _enrol(home: Home, asked: argparse.Namespace, console: Console) -> int:
    if home.identity.exists() and not asked.again:
        known = load_identity(home)
        console.complain(
            cli_texts.ALREADY_ENROLLED.fill(tenant=known.tenant_name, connection=known.connection_name)
        )
        return 2
    cls = connector_class(asked.connector)
    typed = dict(_pair(given) for given in asked.setting)
    for name in asked.secret:
        typed[name] = _ask_secret(name)
    plain, secret = typed_settings(cls, typed)
    with_password = "@" in asked.proxy
    settings = Settings(
        platform=asked.platform,
        connector=asked.connector,
        settings=plain,
        proxy="" if with_password else asked.proxy,
        files=FileSettings(folders=asked.folder),
    )
    secrets = Secrets(settings=secret, proxy=asked.proxy if with_password else "")
    identity = enrol(home, settings, secrets, asked.code)
    console.say(
        cli_texts.ENROLLED.fill(
            tenant=identity.tenant_name, connection=identity.connection_name, folder=home.folder
        )
    )
    return 0


def _run(home: Home, asked: argparse.Namespace, console: Console) -> int:
    settings, secrets, identity = load_settings(home), load_secrets(home), load_identity(home)
    with Lock(home.lock):
        log.set_up(home.log, level=settings.log_level, secrets=secrets.values(), console="verbose" in asked)
        agent = from_home(home)
        console.say(
            cli_texts.STARTED.fill(
                version=__version__, tenant=identity.tenant_name, connection=identity.connection_name
            )
        )
        sys.stdout.flush()
        well = run_until_signal(agent)
        console.say(cli_texts.STOPPED.fill())
        return 0 if well else 1


def _check(home: Home, asked: argparse.Namespace, console: Console) -> int:
    settings, secrets = load_settings(home), load_secrets(home)
    connector = build(settings.connector, connector_settings(settings, secrets))
    try:
        connector.check()
    except ConfigError as error:
        console.complain(error.message)
        for finding in error.findings:
            console.complain(finding)
        return 1
    finally:
        connector.close()
    console.say(cli_texts.CHECK_OK.fill())
    return 0


def _status(home: Home, asked: argparse.Namespace, console: Console) -> int:
    status = status_file.read_status(home)
    if status is None:
        console.complain(cli_texts.NO_STATUS.fill(folder=home.folder))
        return 1
    print("\n".join(status_file.lines(home, status, console.language, now=time.time())))
    return 1 if status.problems or any(stream.problem for stream in status.streams) else 0


def _doctor(home: Home, asked: argparse.Namespace, console: Console) -> int:
    wrong = 0
    for line, well in doctor.lines(doctor.Doctor(home).look(), console.language):
        print(line, flush=True)
        wrong += not well
    console.say(doctor_texts.SOME_WRONG.fill(count=wrong) if wrong else doctor_texts.ALL_WELL.fill())
    return 1 if wrong else 0


def _scan(home: Home, asked: argparse.Namespace, console: Console) -> int:
    settings, secrets = load_settings(home), load_secrets(home)
    with Lock(home.lock):
        log.set_up(home.log, level=settings.log_level, secrets=secrets.values(), console="verbose" in asked)
        connector = build(settings.connector, connector_settings(settings, secrets))
        readable = [s.name for s in connector.spec.streams if way(s, None, complete=True) is not None]
        if asked.stream not in readable:
            raise ConfigError(
                NO_SUCH_STREAM.fill(
                    connector=settings.connector, stream=asked.stream, known=", ".join(readable)
                )
            )
        base = open_base(home)
        scanner = Scanner(base, home.spool, outbox_bytes=settings.outbox_max_mb * 1_000_000)
        try:
            report = scanner.scan(connector, asked.stream, complete=asked.complete)
            waiting = base.outbox.waiting().deltas
        finally:
            connector.close()
            base.close()
    if report.emptied:
        console.say(cli_texts.SCANNED_EMPTY.fill(stream=report.stream, known=report.emptied))
    else:
        console.say(
            cli_texts.SCANNED.fill(
                stream=report.stream,
                seen=report.seen,
                seconds=f"{report.seconds:.1f}",
                upserts=report.upserts,
                deletions=report.deletions,
                held=report.held,
                waiting=waiting,
            )
        )
    return 0


def _propose(home: Home, asked: argparse.Namespace, console: Console) -> int:
    given: dict[str, object] = {}
    if asked.connector:
        typed = dict(_pair(one) for one in asked.setting)
        for name in asked.secret:
            typed[name] = _ask_secret(name)
        plain, secret = typed_settings(connector_class(asked.connector), typed)
        given = {**plain, **secret}
    console.say(propose(home, asked.connector, given))
    return 0


def _service(home: Home, asked: argparse.Namespace, console: Console) -> int:
    program = Path(sys.argv[0]).resolve()
    if asked.manager == "systemd":
        print(systemd.unit(program=PurePosixPath(program), home=PurePosixPath(home.folder.resolve())), end="")
    else:
        print(windows.task_xml(program=PureWindowsPath(program), home=PureWindowsPath(home.folder)), end="")
    return 0


def _log_unexpected(home: Home, command: str) -> None:
    """Into the file only: a stack trace helps us, not the person at the keyboard."""
    if not log.is_set_up():
        try:
            secrets = load_secrets(home).values()
            log.set_up(home.log, level="info", secrets=secrets, console=False)
        except (OSError, ConfigError):
            logging.getLogger().addHandler(logging.NullHandler())
    logger.exception("%s", command)


def _pair(given: str) -> tuple[str, str]:
    name, equals, value = given.partition("=")
    if not equals or not name:
        raise ConfigError(cli_texts.BAD_SETTING_FORM.fill(given=name), field="setting")
    return name, value


def _ask_secret(name: str) -> str:
    """Not shown while it is typed; one line of standard input when that is no terminal."""
    if sys.stdin.isatty():
        return getpass.getpass(f"{name}: ")
    return sys.stdin.readline().rstrip("\r\n")


_COMMANDS: dict[str, Callable[[Home, argparse.Namespace, Console], int]] = {
    "enrol": _enrol,
    "run": _run,
    "check": _check,
    "status": _status,
    "doctor": _doctor,
    "scan": _scan,
    "propose": _propose,
    "service": _service,
}

if __name__ == "__main__":
    sys.exit(main())
