"""Sends what waits in the outbox, oldest first, one delta at a time.

| the platform answers            | then                                                                            |
|---------------------------------|---------------------------------------------------------------------------------|
| this number                     | the delta leaves the outbox                                                     |
| another number, or 409 with one | we follow it: the next delta takes the number after it; both sides are compared |
| 400, 413, 422                   | the delta is cut in two; a single record that is refused is set aside           |
| nothing, 5xx, 429               | again later, the same delta under the same number                               |
"""

import logging
from collections.abc import Callable

from raccord_agent.board import DELTAS, Board
from raccord_agent.contact import FAILURES, Contact
from raccord_agent.cut import halves, set_aside
from raccord_agent.line import Refused
from raccord_agent.outbox import Oldest, Outbox
from raccord_agent.tunnel import Tunnel
from raccord_connectors.contract import Problem

log = logging.getLogger(__name__)

IDLE = 30.0
UNREADABLE = (400, 413, 422)
MOST_SET_ASIDE = 20
"""Records refused one after another, without one taken in between: then the fault is not in the records."""


class Shipper:
    """`compare` asks for a comparison of both sides, after their numbers did not agree."""

    def __init__(self, outbox: Outbox, tunnel: Tunnel, board: Board, *, compare: Callable[[], None]) -> None:
        self._outbox = outbox
        self._tunnel = tunnel
        self._contact = Contact(board, DELTAS)
        self._board = board
        self._compare = compare
        self._set_aside = 0

    def turn(self) -> float:
        oldest = self._outbox.oldest()
        if oldest is None:
            return IDLE
        number = oldest.delta.number
        try:
            told = self._tunnel.send_delta(oldest.delta).number
        except Refused as refusal:
            return self._refused(oldest, refusal)
        except FAILURES as failure:
            return self._contact.pause_after(failure)
        self._contact.worked()
        if told != number:
            return self._follow(number, told)
        self._outbox.acknowledged(oldest)
        self._set_aside = 0
        return 0.0

    def _refused(self, oldest: Oldest, refusal: Refused) -> float:
        if refusal.status == 409 and refusal.number is not None:
            if refusal.number != oldest.delta.number - 1:
                return self._follow(oldest.delta.number, refusal.number)
        elif refusal.status in UNREADABLE and self._set_aside < MOST_SET_ASIDE:
            self._cut(oldest, refusal)
            return 0.0
        return self._contact.pause_after(refusal)

    def _follow(self, sent: int, taken: int) -> float:
        """Base or platform were restored from a backup, or the agent enrolled anew. What waits is newer than either,
        so it is sent; what may have been lost is found by comparing both sides."""
        log.warning("delta %d was sent, the platform has up to %d: going on from there", sent, taken)
        self._outbox.follow(taken)
        self._compare()
        return 0.0

    def _cut(self, oldest: Oldest, refusal: Refused) -> None:
        parts = halves(oldest.delta)
        if parts is not None:
            self._outbox.cut(oldest, *parts)
            return
        self._set_aside += 1
        log.error("delta %d: %s; set aside", oldest.delta.number, refusal)
        instead = set_aside(oldest.delta, refusal.refusal.message)
        if instead is not None:
            self._outbox.cut(oldest, instead)
        else:
            self._outbox.drop(oldest)
            self._board.put(DELTAS, Problem("bug", refusal.refusal.message, detail=str(refusal.status)))
