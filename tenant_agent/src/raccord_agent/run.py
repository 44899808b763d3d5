"""The running agent: what is made, which loops turn, how they end. The one place where the parts meet.

ERP ── owner ──► base ──► shipper ───► platform
         ▲                 results ──►    │
         └──── queue ◄──── leases ◄───────┤
heartbeat, reconcile, status, watchdog    ┘
folders ──► files ──► object store
"""

import hashlib
import logging
import os
import signal
import sqlite3
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from types import FrameType
from typing import Any

import httpx
import msgspec

from raccord_agent import __version__
from raccord_agent.base import Base
from raccord_agent.board import PLATFORM, Board
from raccord_agent.commands import WAIT, CommandQueue, Leases, Results
from raccord_agent.configuration import Configured
from raccord_agent.files_parts import files_loop
from raccord_agent.heartbeat import EVERY, Heart
from raccord_agent.home import Home
from raccord_agent.line import Line
from raccord_agent.loops import Loop
from raccord_agent.owner import Calls, Owner
from raccord_agent.reconcile import LOOK_EVERY, Reconciler
from raccord_agent.settings import (
    Identity,
    Secrets,
    Settings,
    connector_settings,
    load_identity,
    load_key,
    load_secrets,
    load_settings,
)
from raccord_agent.shipper import Shipper
from raccord_agent.status import StatusWriter
from raccord_agent.token import Tokens
from raccord_agent.tunnel import Tunnel
from raccord_agent.watchdog import Watchdog
from raccord_connectors.contract import Connector, ConnectorSpec
from raccord_connectors.registry import build, connector_class

log = logging.getLogger(__name__)

CONNECTOR_PATIENCE = 3_600.0
"""Seconds that one page, or one write, of an ERP may take. A first read of a large table is slow and not stuck."""
NETWORK_PATIENCE = 600.0
END_SECONDS = 30.0
"""For the loops to end their turn when the agent is stopped."""


@dataclass(frozen=True)
class Pace:
    """Seconds; tests make them short."""

    lease_wait: float = WAIT
    heartbeat: float = EVERY
    reconcile_look: float = LOOK_EVERY


class Agent:
    """Holds everything that one agent needs; `start` and `stop` it. The caller holds the folder's lock."""

    def __init__(
        self,
        home: Home,
        settings: Settings,
        secrets: Secrets,
        identity: Identity,
        tunnel: Tunnel,
        *,
        spec: ConnectorSpec,
        make_connector: Callable[[], Connector],
        pace: Pace | None = None,
    ) -> None:
        pace = pace or Pace()
        self.base = open_base(home)
        self.board = Board()
        self.configured = Configured(self.base)
        self._tunnel = tunnel
        self._notice_other_reader(spec, settings)
        queue = CommandQueue()
        self._owner = Owner(
            self.base,
            home.spool,
            spec,
            make_connector,
            queue,
            self.configured,
            self.board,
            outbox_bytes=settings.outbox_max_mb * 1_000_000,
        )
        shipper = Shipper(self.base.outbox, tunnel, self.board, compare=self._compare_all)
        results = Results(self.base.executed, tunnel, self.board)
        self._owner_loop = Loop(
            "erp", self._owner.turn, patience=CONNECTOR_PATIENCE, at_end=self._owner.close
        )
        self._shipper_loop = Loop("shipper", shipper.turn, patience=NETWORK_PATIENCE)
        self._results_loop = Loop("results", results.turn, patience=NETWORK_PATIENCE)
        leases = Leases(
            self.base.executed,
            queue,
            tunnel,
            self.board,
            arrived=self._owner_loop.wake,
            to_post=self._results_loop.wake,
            wait=pace.lease_wait,
        )
        heart = Heart(
            self.base,
            spec.name,
            tunnel,
            self.configured,
            self.board,
            reconfigured=self._owner_loop.wake,
            every=pace.heartbeat,
        )
        reconciler = Reconciler(
            self.base,
            tunnel,
            self.configured,
            self.board,
            doubted=self._owner_loop.wake,
            look_every=pace.reconcile_look,
        )
        reconcile_loop = Loop("reconcile", reconciler.turn, patience=NETWORK_PATIENCE)
        self._owner.calls = Calls(
            beat=self._owner_loop.beat,
            stopping=lambda: self._owner_loop.stopping,
            wake_shipper=self._shipper_loop.wake,
            wake_results=self._results_loop.wake,
            wake_reconciler=reconcile_loop.wake,
        )
        heart_loop = Loop("heartbeat", heart.turn, patience=NETWORK_PATIENCE)
        self._status = StatusWriter(home, identity, self.base, tunnel, self.configured, self.board)
        files = files_loop(home, settings, secrets, self.base, tunnel, self.board, NETWORK_PATIENCE)
        self._loops = [
            *([files] if files is not None else []),
            self._owner_loop,
            self._shipper_loop,
            self._results_loop,
            heart_loop,
            reconcile_loop,
            Loop("status", self._status.turn, patience=NETWORK_PATIENCE),
        ]
        # Apart: its long poll is simply left when the agent stops; what it might bring is leased again.
        self._lease_loop = Loop("leases", leases.turn, patience=NETWORK_PATIENCE)
        self._watchdog = Watchdog([*self._loops, self._lease_loop])
        # The first loop that reaches the platform again tells the others: none sits out its own pause.
        self.board.when_well(PLATFORM, self._wake_all)
        # Whoever looks at the page sees within seconds that the ERP is away, and that it is back.
        self.board.when_changed(heart_loop.wake)

    def start(self) -> None:
        for loop in [*self._loops, self._lease_loop]:
            loop.start()
        self._watchdog.start()

    def stop(self) -> bool:
        """Every loop ends its turn: a scan ends at its next page border and keeps what it read. False when one of
        them was still at work when the time was up."""
        self._watchdog.stop()
        self._lease_loop.stop()
        for loop in self._loops:
            loop.stop()
        until = time.monotonic() + END_SECONDS
        ended = [loop.join(max(until - time.monotonic(), 0.1)) for loop in self._loops]
        self._status.turn()
        if self._lease_loop.join(0):
            self._tunnel.line.close()  # not under a call that is still open: it would end as a broken line
        self.base.close()
        if self.base.shelf is not None and all(ended):
            self.base.shelf.close()
        return all(ended)

    def _wake_all(self) -> None:
        for loop in [*self._loops, self._lease_loop]:
            loop.wake()

    def _compare_all(self) -> None:
        for state in self.base.streams.all():
            self.base.streams.want_comparison(state.name)

    def _notice_other_reader(self, spec: ConnectorSpec, settings: Settings) -> None:
        """The same rows read by another version or with other settings may give other records: read them all again
        (only what really differs is sent)."""
        read_by = f"{spec.name} {_version_of_connectors()} {_digest(settings.settings)}"
        before = self.base.recall("read_by")
        if before is not None and before != read_by:
            log.info("settings or version changed: everything is read again once")
            self.base.streams.forget_sketches()
        self.base.remember("read_by", read_by)


def open_base(home: Home) -> Base:
    """A file that is no database any more is put aside: everything is read again, nothing is lost."""
    try:
        return Base(home.base)
    except sqlite3.DatabaseError as error:
        if isinstance(error, sqlite3.OperationalError):
            raise
        aside = home.base.with_name(f"base.damaged-{int(time.time())}.sqlite")
        log.exception("the base is damaged; it is kept as %s and made anew", aside.name)
        home.base.replace(aside)
        for rest in ("-wal", "-shm"):
            home.base.with_name(home.base.name + rest).unlink(missing_ok=True)
        return Base(home.base)


def connect(
    settings: Settings,
    secrets: Secrets,
    identity: Identity,
    home: Home,
    transport: httpx.BaseTransport | None = None,
) -> Tunnel:
    """Raises `ConfigError` when the address or the key is wrong; calls nothing yet."""
    line = Line(
        settings.platform,
        proxy=secrets.proxy or settings.proxy,
        ca_file=settings.ca_file,
        transport=transport,
    )
    return Tunnel(line, Tokens(line, identity.agent, load_key(home)))


def from_home(home: Home, *, pace: Pace | None = None) -> Agent:
    """The agent that was enrolled in this folder."""
    settings, secrets, identity = load_settings(home), load_secrets(home), load_identity(home)
    whole = connector_settings(settings, secrets)
    spec = connector_class(settings.connector).spec
    return Agent(
        home,
        settings,
        secrets,
        identity,
        connect(settings, secrets, identity, home),
        spec=spec,
        make_connector=lambda: build(settings.connector, whole),
        pace=pace,
    )


def run_until_signal(agent: Agent) -> bool:
    """Starts the agent; the first signal stops it well, the second at once. True when it ended well."""
    asked = threading.Event()

    def on_signal(number: int, frame: FrameType | None) -> None:
        if asked.is_set():
            os._exit(128 + number)
        asked.set()

    for name in ("SIGINT", "SIGTERM", "SIGBREAK"):  # the last one is Windows' Ctrl-Break
        if hasattr(signal, name):
            signal.signal(getattr(signal, name), on_signal)
    log.info("agent %s started", __version__)
    agent.start()
    while not asked.wait(1.0):  # in pieces: on Windows an endless wait does not hear signals
        pass
    log.info("stopping")
    well = agent.stop()
    log.info("stopped")
    return well


def _digest(settings: Mapping[str, Any]) -> str:
    encoded = msgspec.json.encode(settings, order="sorted")
    return hashlib.blake2b(encoded, digest_size=8).hexdigest()


def _version_of_connectors() -> str:
    try:
        return version("raccord-connectors")
    except PackageNotFoundError:
        return "?"
