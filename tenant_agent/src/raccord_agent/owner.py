"""The thread that owns the connector. Commands first, then the scan that is most overdue.

Connectors block and belong to one thread at a time. So that an order does not wait for the end of a long scan, this
thread looks up at every page border: it executes the commands that have come, and in the middle of a complete pass
it also lets a stream that only reads its changes (stock, documents) have its turn.
"""

import logging
import sqlite3
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from random import random

from raccord_agent.backoff import wait
from raccord_agent.base import Base
from raccord_agent.board import CONNECTOR, Board, stream_subject
from raccord_agent.commands import CommandQueue, perform
from raccord_agent.configuration import Configured
from raccord_agent.database import BaseTrouble
from raccord_agent.scan import Report, Way
from raccord_agent.scanner import Scanner, way
from raccord_agent.schedule import Due, Times, due, first_not_before, seconds_until_due
from raccord_agent.texts import DISK_TROUBLE
from raccord_connectors.contract import (
    ConfigError,
    Connector,
    ConnectorError,
    ConnectorSpec,
    Problem,
    TransientError,
)
from raccord_connectors.kit.executor import bug
from raccord_connectors.wire import Configuration, Rescan

log = logging.getLogger(__name__)

IDLE = 30.0
LONGEST_PAUSE = 300.0
"""Seconds between two attempts of a scan that fails and fails again."""


class Stopping(Exception):
    """The agent is to stop: raised at a page border, after which what was read is kept."""


@dataclass
class Calls:
    """How the owner reaches the other loops."""

    beat: Callable[[], None] = lambda: None
    stopping: Callable[[], bool] = lambda: False
    wake_shipper: Callable[[], None] = lambda: None
    wake_results: Callable[[], None] = lambda: None
    wake_reconciler: Callable[[], None] = lambda: None


class Owner:
    def __init__(
        self,
        base: Base,
        spool: Path,
        spec: ConnectorSpec,
        build: Callable[[], Connector],
        queue: CommandQueue,
        configured: Configured,
        board: Board,
        *,
        outbox_bytes: int,
        calls: Calls | None = None,
        now: Callable[[], float] = time.time,
        chance: Callable[[], float] = random,
    ) -> None:
        self.calls = calls or Calls()
        self._base = base
        self._spec = spec
        self._build = build
        self._queue = queue
        self._configured = configured
        self._board = board
        self._now = now
        self._chance = chance
        self._scanner = Scanner(
            base,
            spool,
            outbox_bytes=outbox_bytes,
            at_border=self._at_border,
            kept=lambda: self.calls.wake_shipper(),
            now=now,
        )
        self._connector: Connector | None = None
        self._stale = False
        """The connector met an error that may have left its connection in disorder: make a new one."""
        self._running: list[str] = []
        """Streams being scanned; the second one at a page border of the first."""
        self._not_before: dict[str, float] = {}
        self._failures: dict[str, int] = {}

    def turn(self) -> float:
        self._serve()
        configuration = self._configured.current
        if self.calls.stopping() or configuration is None or configuration.paused:
            return IDLE
        times = self._times(configuration)
        chosen = due(configuration.schedules, times, now=self._now())
        if chosen is None:
            return seconds_until_due(configuration.schedules, times, now=self._now(), longest=IDLE)
        try:
            self._scan(chosen)
        except Stopping:
            return IDLE
        finally:
            self._renew_connector()
        return 0.0

    def close(self) -> None:
        self._stale = True
        self._renew_connector()

    # ----------------------------------------------------------------------------------------------- commands

    def _serve(self) -> None:
        while (command := self._queue.take()) is not None:
            began = time.monotonic()
            try:
                result = perform(self._ready, command, self._base)
            finally:
                self._queue.done(command.id)
            if result.problem is not None and result.problem.kind in ("transient", "bug"):
                self._stale = True
            log.info(
                "%s %s: %s in %.1f s",
                type(command.order).__name__,
                command.id,
                result.problem.message.code if result.problem else "done",
                time.monotonic() - began,
            )
            if isinstance(command.order, Rescan):
                for stream in command.order.streams:
                    self._not_before[stream] = 0.0  # asked for by a person: no back-off
                self.calls.wake_reconciler()
            self.calls.wake_results()
            self._renew_connector()

    def _at_border(self, current: Way) -> None:
        self.calls.beat()
        if self.calls.stopping():
            raise Stopping
        self._serve()
        if current is not Way.SINCE and len(self._running) == 1:
            self._let_changes_pass()

    # -------------------------------------------------------------------------------------------------- scans

    def _let_changes_pass(self) -> None:
        """At most one at a border, so that the complete pass goes on too."""
        configuration = self._configured.current
        if configuration is None or configuration.paused:
            return
        now = self._now()
        # Here only changes count: a complete pass that is due waits for the end of the one that runs.
        times = {
            name: replace(state, last_complete_at=now, wished_complete=False)
            for name, state in self._times(configuration).items()
        }
        quick = [
            spec.name
            for spec in self._spec.streams
            if spec.name in times
            and spec.name not in self._running
            and way(spec, self._base.streams.state(spec.name).cursor, complete=False) is Way.SINCE
        ]
        chosen = due(configuration.schedules, times, now=now, only=quick)
        if chosen is not None:
            self._scan(chosen)

    def _scan(self, chosen: Due) -> None:
        stream = chosen.stream
        self._running.append(stream)
        try:
            report = self._scanner.scan(self._ready(), stream, complete=chosen.complete)
        except ConnectorError as error:
            after = error.retry_after if isinstance(error, TransientError) else None
            self._failed(stream, error.problem(), after)
        except (BaseTrouble, sqlite3.OperationalError, OSError) as error:
            log.exception("scan of %s", stream)
            problem = Problem("transient", DISK_TROUBLE.fill(reason=error))
            self._failed(stream, problem, None)
        except Stopping:
            raise
        except Exception as error:
            log.exception("scan of %s", stream)
            self._failed(stream, bug(self._spec.name, error), None)
        else:
            self._succeeded(report)
        finally:
            self._running.remove(stream)

    def _succeeded(self, report: Report) -> None:
        if self._failures.pop(report.stream, None):
            self._board.put(stream_subject(report.stream), None)
        self._not_before[report.stream] = 0.0
        found = report.upserts + report.deletions + report.held + report.emptied
        level = logging.INFO if found or report.way is not Way.SINCE else logging.DEBUG
        log.log(
            level,
            "%s by %s: %d seen, %d upserts, %d deletions, %d held in %.1f s",
            report.stream,
            report.way,
            report.seen,
            report.upserts,
            report.deletions,
            report.held,
            report.seconds,
        )
        if report.emptied:
            log.warning("%s: nothing seen, %d were known; nothing deleted", report.stream, report.emptied)

    def _failed(self, stream: str, problem: Problem, retry_after: float | None) -> None:
        self._stale = True
        failures = self._failures[stream] = self._failures.get(stream, 0) + 1
        pause = wait(failures, longest=LONGEST_PAUSE, retry_after=retry_after, chance=self._chance)
        self._not_before[stream] = self._now() + pause
        self._board.put(stream_subject(stream), problem)
        log.warning("%s: %s [%s]; next attempt in %.0f s", stream, problem.message.en, problem.detail, pause)

    def _times(self, configuration: Configuration) -> Mapping[str, Times]:
        now = self._now()
        found = {}
        for schedule in configuration.schedules:
            if not self._readable(schedule.stream):
                found[schedule.stream] = Times(not_before=float("inf"))
                continue
            state = self._base.streams.state(schedule.stream)
            if schedule.stream not in self._not_before:
                # A stream that was never read waits for nothing: somebody is looking at the new connection.
                chance = self._chance() if state.last_complete_at is not None else 0.0
                self._not_before[schedule.stream] = first_not_before(schedule, now=now, chance=chance)
            found[schedule.stream] = Times(
                last_scan_at=state.last_scan_at,
                last_complete_at=state.last_complete_at,
                wished=state.doubts > 0 or (state.wish > 0 and not state.wish_complete),
                wished_complete=state.wish > 0 and state.wish_complete,
                not_before=self._not_before[schedule.stream],
            )
        return found

    # ---------------------------------------------------------------------------------------------- connector

    def _ready(self) -> Connector:
        """The connector, made when it is needed. `ConfigError` when its settings are wrong."""
        if self._connector is None:
            try:
                self._connector = self._build()
            except ConfigError as error:
                self._board.put(CONNECTOR, error.problem())
                raise
            self._board.put(CONNECTOR, None)
        return self._connector

    def _renew_connector(self) -> None:
        """Not while a reading is open on it: that one ends first."""
        if not self._stale or self._running or self._connector is None:
            return
        self._stale = False
        old, self._connector = self._connector, None
        try:
            old.close()
        except Exception:
            log.exception("the connector did not close well")

    def _readable(self, stream: str) -> bool:
        return any(
            spec.name == stream and way(spec, None, complete=True) is not None for spec in self._spec.streams
        )
