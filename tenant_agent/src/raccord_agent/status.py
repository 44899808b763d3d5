"""How the agent is, as a file in its folder: written by the running agent, read by `raccord-agent status`."""

import os
import time
from collections.abc import Callable

import msgspec
from msgspec import Struct

from raccord_agent import __version__
from raccord_agent.base import Base
from raccord_agent.board import Board, stream_subject
from raccord_agent.configuration import Configured
from raccord_agent.home import Home, write_private
from raccord_agent.lock import is_held
from raccord_agent.settings import Identity
from raccord_agent.tunnel import Tunnel
from raccord_connectors.contract import Problem, Text

EVERY = 5.0


class StreamStatus(Struct, frozen=True):
    name: str
    records: int
    last_scan_at: float | None
    last_complete_at: float | None
    problem: Problem | None


class Status(Struct, frozen=True):
    """Times in seconds since 1970."""

    version: str
    agent: str
    tenant_name: str
    connection_name: str
    process: int
    started_at: float
    written_at: float
    last_answer_at: float | None
    paused: bool
    waiting_deltas: int
    waiting_bytes: int
    streams: list[StreamStatus]
    problems: dict[str, Problem]


class StatusWriter:
    def __init__(
        self,
        home: Home,
        identity: Identity,
        base: Base,
        tunnel: Tunnel,
        configured: Configured,
        board: Board,
        *,
        now: Callable[[], float] = time.time,
    ) -> None:
        self._home = home
        self._identity = identity
        self._base = base
        self._tunnel = tunnel
        self._configured = configured
        self._board = board
        self._now = now
        self._started_at = now()

    def turn(self) -> float:
        write_private(self._home.status, msgspec.json.format(msgspec.json.encode(self.status())))
        return EVERY

    def status(self) -> Status:
        waiting = self._base.outbox.waiting()
        problems = self._board.all()
        configuration = self._configured.current
        return Status(
            version=__version__,
            agent=self._identity.agent,
            tenant_name=self._identity.tenant_name,
            connection_name=self._identity.connection_name,
            process=os.getpid(),
            started_at=self._started_at,
            written_at=self._now(),
            last_answer_at=self._tunnel.line.last_answer_at,
            paused=configuration is not None and configuration.paused,
            waiting_deltas=waiting.deltas,
            waiting_bytes=waiting.size,
            streams=[
                StreamStatus(
                    state.name,
                    state.records,
                    state.last_scan_at,
                    state.last_complete_at,
                    problems.get(stream_subject(state.name)),
                )
                for state in self._base.streams.all()
            ],
            problems={name: found for name, found in problems.items() if not name.startswith("stream:")},
        )


def read_status(home: Home) -> Status | None:
    """None when the agent never ran here, or the file is of another version."""
    try:
        return msgspec.json.decode(home.status.read_bytes(), type=Status)
    except (FileNotFoundError, msgspec.DecodeError):
        return None


RUNNING = Text(
    "status.running",
    "Agent {version} en marche depuis {since} pour {tenant} ({connection}).",
    "Agent {version} running for {since}, for {tenant} ({connection}).",
)
STOPPED = Text(
    "status.stopped",
    "Agent {version} arrêté ; il tournait encore il y a {since}, pour {tenant} ({connection}).",
    "Agent {version} stopped; it was last running {since} ago, for {tenant} ({connection}).",
)
ANSWERED = Text(
    "status.answered",
    "Dernière réponse de la plateforme : il y a {since}.",
    "Last answer of the platform: {since} ago.",
)
NEVER_ANSWERED = Text(
    "status.never_answered",
    "La plateforme n’a pas encore répondu.",
    "The platform has not answered yet.",
)
WAITING = Text(
    "status.waiting",
    "{deltas} envois en attente ({size} Mo).",
    "{deltas} deltas waiting ({size} MB).",
)
PAUSED = Text(
    "status.paused",
    "La plateforme a mis les lectures en pause.",
    "The platform has paused the scans.",
)
STREAM = Text(
    "status.stream",
    "  {name} : {records} enregistrements, lu il y a {scan}, en entier il y a {complete}",
    "  {name}: {records} records, read {scan} ago, completely {complete} ago",
)
NEVER = Text("status.never", "jamais", "never")


def lines(home: Home, status: Status, language: str, *, now: float) -> list[str]:
    """The status in words."""
    running = is_held(home.lock)
    said = (RUNNING if running else STOPPED).fill(
        version=status.version,
        since=span(now - (status.started_at if running else status.written_at)),
        tenant=status.tenant_name,
        connection=status.connection_name,
    )
    told = [said.text(language)]
    if status.last_answer_at is None:
        told.append(NEVER_ANSWERED.fill().text(language))
    else:
        told.append(ANSWERED.fill(since=span(now - status.last_answer_at)).text(language))
    size = f"{status.waiting_bytes / 1e6:.1f}"
    told.append(WAITING.fill(deltas=status.waiting_deltas, size=size).text(language))
    if status.paused:
        told.append(PAUSED.fill().text(language))
    for stream in status.streams:
        told.append(
            STREAM.fill(
                name=stream.name,
                records=stream.records,
                scan=_ago(stream.last_scan_at, now, language),
                complete=_ago(stream.last_complete_at, now, language),
            ).text(language)
        )
        if stream.problem is not None:
            told.append(f"    ✘ {stream.problem.message.text(language)}")
    told.extend(f"✘ {problem.message.text(language)}" for problem in status.problems.values())
    return told


def _ago(at: float | None, now: float, language: str) -> str:
    return NEVER.fill().text(language) if at is None else span(now - at)


def span(seconds: float) -> str:
    """ "12 s", "3 min", "5 h", "2 j"… in units that read alike in both languages."""
    for size, unit in ((86_400.0, "× 24 h"), (3_600.0, "h"), (60.0, "min")):
        if seconds >= 2 * size:
            return f"{seconds / size:.0f} {unit}"
    return f"{max(seconds, 0):.0f} s"
