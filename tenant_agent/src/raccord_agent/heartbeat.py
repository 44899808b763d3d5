"""Tells the platform that the agent lives and how it is; learns from the answer that the configuration changed."""

import logging
import time
from collections.abc import Callable

from raccord_agent import __version__
from raccord_agent.base import Base
from raccord_agent.board import CLOCK, CONNECTOR, DELTAS, FILES, Board, stream_subject
from raccord_agent.configuration import Configured
from raccord_agent.contact import FAILURES, Contact
from raccord_agent.token import TOLERATED_GAP, clock_wrong
from raccord_agent.tunnel import Tunnel
from raccord_connectors import wire
from raccord_connectors.contract import Problem

log = logging.getLogger(__name__)

EVERY = 30.0


class Heart:
    """`reconfigured` is called when the platform's configuration is another than before."""

    def __init__(
        self,
        base: Base,
        connector: str,
        tunnel: Tunnel,
        configured: Configured,
        board: Board,
        *,
        reconfigured: Callable[[], None],
        every: float = EVERY,
        now: Callable[[], float] = time.time,
    ) -> None:
        self._base = base
        self._connector = connector
        self._tunnel = tunnel
        self._configured = configured
        self._board = board
        self._contact = Contact(board, "heartbeat")
        self._reconfigured = reconfigured
        self._every = every
        self._now = now

    def turn(self) -> float:
        self._look_at_clock()
        try:
            version = self._tunnel.heartbeat(self.heartbeat()).configuration_version
            current = self._configured.current
            if current is None or current.version != version:
                self._configured.replace(self._tunnel.configuration())
                log.info("configuration %d", version)
                self._reconfigured()
        except FAILURES as failure:
            return self._contact.pause_after(failure)
        self._contact.worked()
        return self._every

    def heartbeat(self) -> wire.Heartbeat:
        problems = self._board.all()
        return wire.Heartbeat(
            __version__,
            self._connector,
            self._now(),
            self._base.outbox.waiting().deltas,
            streams=[
                wire.HeartbeatStream(
                    state.name,
                    state.records,
                    last_scan_at=state.last_scan_at,
                    problem=problems.get(stream_subject(state.name)),
                )
                for state in self._base.streams.all()
            ],
            # One sentence fits into a heartbeat: the one whose correction helps most.
            problem=problems.get(CONNECTOR)
            or problems.get(DELTAS)
            or problems.get(CLOCK)
            or problems.get(FILES),
        )

    def _look_at_clock(self) -> None:
        gap = self._tunnel.line.clock_gap
        message = self._tunnel.tokens.clock_problem
        if gap is not None:
            message = clock_wrong(gap) if abs(gap) > TOLERATED_GAP else None
        self._board.put(CLOCK, Problem("config", message) if message else None)
