"""Looks at everything that an agent needs, in the order in which it needs it, and says in plain words what is wrong
and what to do. Changes nothing."""

import shutil
import socket
import sqlite3
import ssl
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from pathlib import Path
from urllib.parse import urlsplit
from urllib.request import getproxies, proxy_bypass

import httpx
from msgspec import Struct

from raccord_agent import doctor_texts as texts
from raccord_agent.base import Base
from raccord_agent.cli_texts import NEWER_BASE
from raccord_agent.database import BaseTrouble, NewerBase
from raccord_agent.files_index import FolderAway, look
from raccord_agent.files_texts import FOLDER_AWAY
from raccord_agent.home import Home, readable_by_others
from raccord_agent.line import Line, Refused, is_loopback, reason_of
from raccord_agent.lock import is_held
from raccord_agent.settings import (
    Secrets,
    Settings,
    connector_settings,
    load_identity,
    load_key,
    load_secrets,
    load_settings,
)
from raccord_agent.status import read_status, span
from raccord_agent.token import TOLERATED_GAP, Tokens, clock_wrong
from raccord_connectors.contract import ConfigError, Connector, ConnectorError, Message
from raccord_connectors.kit.executor import bug
from raccord_connectors.registry import build

SILENT_SECONDS = 120.0
LEAST_FREE_MB = 500


class Finding(Struct, frozen=True):
    """One thing that was looked at. `ok` None: it could not be looked at. `advice` says what is wrong and what to do."""

    what: Message
    ok: bool | None
    advice: Sequence[Message] = ()


class Doctor:
    """`transport`, `make_connector` and `now` are handed in by tests."""

    def __init__(
        self,
        home: Home,
        *,
        transport: httpx.BaseTransport | None = None,
        make_connector: Callable[[str, dict[str, object]], Connector] = build,
        now: Callable[[], float] = time.time,
    ) -> None:
        self._home = home
        self._transport = transport
        self._make_connector = make_connector
        self._now = now

    def look(self) -> Iterator[Finding]:
        try:
            settings, secrets = load_settings(self._home), load_secrets(self._home)
        except ConfigError as error:
            yield Finding(texts.SETTINGS.fill(folder=self._home.folder), False, [error.message])
            return
        yield Finding(texts.SETTINGS.fill(folder=self._home.folder), True)
        yield self._rights()
        yield from self._platform(settings, secrets)
        yield self._connector(settings, secrets)
        yield from self._folders(settings)
        yield self._disk(settings)
        yield self._outbox(settings)
        yield self._running()

    # ----------------------------------------------------------------------------------------------- platform

    def _platform(self, settings: Settings, secrets: Secrets) -> Iterator[Finding]:
        try:
            identity, key = load_identity(self._home), load_key(self._home)
        except ConfigError as error:
            yield Finding(texts.KEY.fill(), False, [error.message])
            return
        yield Finding(texts.KEY.fill(), True)
        proxy = secrets.proxy or settings.proxy
        try:
            line = Line(
                settings.platform,
                proxy=proxy,
                ca_file=settings.ca_file,
                transport=self._transport,
                now=self._now,
            )
        except (ConfigError, OSError) as error:
            message = error.message if isinstance(error, ConfigError) else _bad_ca(settings, error)
            yield Finding(texts.NAME_RESOLVED.fill(host=settings.platform), False, [message])
            return
        try:
            yield from self._name(line, proxy)
            tokens = Tokens(line, identity.agent, key, now=self._now)
            yield from self._answers(line, tokens)
        finally:
            line.close()

    def _name(self, line: Line, proxy: str) -> Iterator[Finding]:
        parts = urlsplit(line.platform)
        host = parts.hostname or ""
        found = proxy or _proxy_of_environment(parts.scheme, host)
        if found:
            yield Finding(texts.BY_PROXY.fill(proxy=urlsplit(found).hostname or "?"), True)
            return
        if self._transport is not None:
            return
        what = texts.NAME_RESOLVED.fill(host=host)
        try:
            socket.getaddrinfo(host, parts.port or 443, type=socket.SOCK_STREAM)
        except OSError as error:
            yield Finding(what, False, [texts.NAME_UNKNOWN.fill(host=host, reason=reason_of(error))])
        else:
            yield Finding(what, True)

    def _answers(self, line: Line, tokens: Tokens) -> Iterator[Finding]:
        """One call for a token tells three things: the line, the clocks, and whether we are recognised."""
        refusal: Message | None = None
        local = is_loopback(urlsplit(line.platform).hostname or "")
        reached = (texts.REACHED_LOCALLY if local else texts.REACHED).fill()
        try:
            tokens.get()
        except Refused as error:
            refusal = error.refusal.message
        except ConnectorError as error:
            yield Finding(reached, False, [_certificate(line, error) or error.message])
            yield Finding(texts.CLOCK.fill(), None)
            yield Finding(texts.TOKEN.fill(), None)
            return
        yield Finding(reached, True)
        gap = line.clock_gap or 0.0
        wrong = clock_wrong(gap) if abs(gap) > TOLERATED_GAP else tokens.clock_problem
        yield Finding(texts.CLOCK.fill(), wrong is None, [wrong] if wrong else ())
        yield Finding(texts.TOKEN.fill(), refusal is None, [refusal] if refusal else ())

    # ------------------------------------------------------------------------------------------- this machine

    def _rights(self) -> Finding:
        open_ = [
            str(path)
            for path in (self._home.secrets, self._home.key)
            if path.exists() and readable_by_others(path)
        ]
        if open_:
            return Finding(
                texts.RIGHTS.fill(), False, [texts.RIGHTS_WRONG.fill(files=" ".join(sorted(open_)))]
            )
        if not hasattr(socket, "AF_UNIX"):  # Windows: the mode of a file tells nothing
            return Finding(texts.RIGHTS.fill(), None, [texts.RIGHTS_WINDOWS.fill(folder=self._home.folder)])
        return Finding(texts.RIGHTS.fill(), True)

    def _connector(self, settings: Settings, secrets: Secrets) -> Finding:
        what = texts.CONNECTOR.fill(name=settings.connector)
        try:
            connector = self._make_connector(settings.connector, connector_settings(settings, secrets))
            try:
                connector.check()
            finally:
                with suppress(Exception):
                    connector.close()
        except ConfigError as error:
            return Finding(what, False, [error.message, *error.findings])
        except ConnectorError as error:
            return Finding(what, False, [error.message])
        except Exception as error:
            return Finding(what, False, [bug(settings.connector, error).message])
        return Finding(what, True)

    def _folders(self, settings: Settings) -> Iterator[Finding]:
        if not settings.files.folders:
            return
        try:
            count = sum(1 for _ in look([Path(folder) for folder in settings.files.folders]))
        except FolderAway as away:
            advice = FOLDER_AWAY.fill(folder=away.folder, reason=away.reason)
            yield Finding(texts.FOLDERS.fill(count="?"), False, [advice])
            return
        yield Finding(texts.FOLDERS.fill(count=count), True)

    def _disk(self, settings: Settings) -> Finding:
        free = shutil.disk_usage(self._home.folder).free // 1_000_000
        used = self._home.base.stat().st_size // 1_000_000 if self._home.base.exists() else 0
        wanted = max(settings.outbox_max_mb - used, LEAST_FREE_MB)
        what = texts.DISK.fill(free=free)
        if free >= wanted:
            return Finding(what, True)
        return Finding(what, False, [texts.DISK_LOW.fill(free=free, wanted=wanted)])

    def _outbox(self, settings: Settings) -> Finding:
        empty = texts.OUTBOX.fill(deltas=0, size="0.0")
        if not self._home.base.exists():
            return Finding(empty, True)
        try:
            base = Base(self._home.base)
            (state,) = base.connection.execute("PRAGMA quick_check(1)").fetchone()
            waiting = base.outbox.waiting()
            base.close()
        except NewerBase:
            return Finding(empty, False, [NEWER_BASE.fill(folder=self._home.folder)])
        except (sqlite3.Error, BaseTrouble) as error:
            state, waiting = str(error), None
        if waiting is None or state != "ok":
            advice = texts.BASE_DAMAGED.fill(reason=state, file=self._home.base)
            return Finding(empty, False, [advice])
        what = texts.OUTBOX.fill(deltas=waiting.deltas, size=f"{waiting.size / 1e6:.1f}")
        if waiting.size > settings.outbox_max_mb * 800_000:
            return Finding(what, False, [texts.OUTBOX_LARGE.fill(limit=settings.outbox_max_mb)])
        return Finding(what, True)

    def _running(self) -> Finding:
        what = texts.RUNNING.fill()
        if not is_held(self._home.lock):
            return Finding(what, False, [texts.NOT_RUNNING.fill()])
        status = read_status(self._home)
        since = self._now() - status.written_at if status is not None else 0.0
        if since > SILENT_SECONDS:
            return Finding(what, False, [texts.SILENT.fill(since=span(since), log=self._home.log)])
        return Finding(what, True)


def lines(findings: Iterator[Finding], language: str) -> Iterator[tuple[str, bool]]:
    """Each finding in words, with whether it is well (what could not be looked at is no failure of its own)."""
    for finding in findings:
        mark = {True: "✔", False: "✘", None: "–"}[finding.ok]
        text = f"{mark} {finding.what.text(language)}"
        if finding.ok is None and not finding.advice:
            text += f" ({texts.SKIPPED.fill().text(language)})"
        advice = "".join(f"\n    {message.text(language)}" for message in finding.advice)
        yield text + advice, finding.ok is not False


def _certificate(line: Line, error: BaseException) -> Message | None:
    """The sentence about certificates, when one was the cause."""
    cause: BaseException | None = error
    while cause is not None:
        if isinstance(cause, ssl.SSLError):
            reason = getattr(cause, "verify_message", "") or cause.reason or "TLS"
            return texts.CERTIFICATE.fill(host=line.host, reason=reason)
        cause = cause.__cause__ or cause.__context__
    return None


def _bad_ca(settings: Settings, error: OSError) -> Message:
    return texts.CERTIFICATE.fill(
        host=urlsplit(settings.platform).hostname, reason=f"{settings.ca_file}: {error.strerror or error}"
    )


def _proxy_of_environment(scheme: str, host: str) -> str:
    if is_loopback(host) or proxy_bypass(host):
        return ""
    found = getproxies()
    return found.get(scheme) or found.get("all") or ""
