"""What the platform asks: leased by long poll, executed in the connector's thread, answered until it is acknowledged.

A result is on the disk before it is posted, so a command that comes again is answered from there. Between the ERP's
write and that moment a crash repeats the command: then the connector recognises `Change.key` and writes nothing twice.
Each call for commands says which ones are held here, so the platform gives those again at once that were lost on the way
or with a process.
"""

import logging
import threading
import time
from collections import deque
from collections.abc import Callable

import msgspec

from raccord_agent.base import Base
from raccord_agent.board import Board
from raccord_agent.contact import FAILURES, Contact
from raccord_agent.executed import Executed
from raccord_agent.line import Refused
from raccord_agent.texts import ANSWER_TOO_LARGE, NEWER_COMMAND, NO_SUCH_STREAM
from raccord_agent.tunnel import RawCommand, Tunnel
from raccord_connectors import wire
from raccord_connectors.contract import Can, ConfigError, Connector, ConnectorError, Problem
from raccord_connectors.kit.executor import execute

log = logging.getLogger(__name__)

WAIT = 25.0
"""Seconds that a lease request stays open. Proxies cut silent lines after 30 to 60."""
AT_ONCE = 10
"""Commands leased and not executed yet, at most: the leases of more would run out while they queue."""
FULL = 1.0
"""Seconds after which it is asked again, should none be done meanwhile."""
IDLE = 30.0
FINAL_REFUSALS = (400, 404, 409, 410, 413, 422)


class CommandQueue:
    """Between the leasing thread and the connector's. A command is in it from its lease until its result is stored. Urgent ones
    are executed first: an order does not wait behind ten payments, which may take a second each."""

    def __init__(self) -> None:
        self._lock = threading.Condition()
        self._urgent: deque[wire.Command] = deque()
        self._waiting: deque[wire.Command] = deque()
        self._known: set[str] = set()

    def put(self, command: wire.Command) -> None:
        """One that is waiting or being executed is not put twice: its lease ran out and was given again."""
        with self._lock:
            if command.id not in self._known:
                self._known.add(command.id)
                (self._urgent if command.urgent else self._waiting).append(command)

    def take(self) -> wire.Command | None:
        with self._lock:
            queue = self._urgent or self._waiting
            return queue.popleft() if queue else None

    def holding(self) -> set[str]:
        with self._lock:
            return set(self._known)

    def done(self, command: str) -> None:
        with self._lock:
            self._known.discard(command)
            self._lock.notify_all()

    def wait_for_room(self, seconds: float) -> None:
        """Until half of what may be here at once is done, which is worth a call; `seconds` at most, so that an urgent command is
        fetched although each of those here takes long."""
        with self._lock:
            self._lock.wait_for(lambda: len(self._known) <= AT_ONCE // 2, seconds)

    def __len__(self) -> int:
        with self._lock:
            return len(self._known)


class Leases:
    """`arrived` wakes the connector's thread, `to_post` the loop of the results."""

    def __init__(
        self,
        executed: Executed,
        queue: CommandQueue,
        tunnel: Tunnel,
        board: Board,
        *,
        arrived: Callable[[], None],
        to_post: Callable[[], None],
        wait: float = WAIT,
    ) -> None:
        self._executed = executed
        self._queue = queue
        self._tunnel = tunnel
        self._contact = Contact(board, "commands")
        self._arrived = arrived
        self._to_post = to_post
        self._wait = wait

    def turn(self) -> float:
        room = AT_ONCE - len(self._queue)
        if room <= 0:
            self._queue.wait_for_room(FULL)
            return 0.0
        asked = time.monotonic()
        try:
            leased = self._tunnel.lease(wire.LeaseRequest(self._wait, room, self._holding()))
        except FAILURES as failure:
            return self._contact.pause_after(failure)
        self._contact.worked()
        for raw in leased:
            self._accept(raw)
        # A platform that answers at once with nothing is not asked in a tight circle.
        return 0.0 if leased or time.monotonic() - asked >= 1.0 else 1.0

    def _holding(self) -> tuple[str, ...]:
        """The queue first: a command leaves it when its result is stored, so it is in one of both at any time."""
        queued = self._queue.holding()
        return (*queued, *(set(self._executed.unposted(wire.MAX_HOLDING - len(queued))) - queued))

    def _accept(self, raw: RawCommand) -> None:
        if self._executed.post_again(raw.id):
            log.info("command %s was executed before; its result is posted again", raw.id)
            self._to_post()
            return
        try:
            command = raw.command()
        except msgspec.DecodeError as error:
            problem = Problem("config", NEWER_COMMAND.fill(), detail=str(error))
            self._executed.store(wire.CommandResult(raw.id, problem=problem))
            self._to_post()
            return
        self._queue.put(command)
        self._arrived()


class Results:
    def __init__(self, executed: Executed, tunnel: Tunnel, board: Board) -> None:
        self._executed = executed
        self._tunnel = tunnel
        self._contact = Contact(board, "results")

    def turn(self) -> float:
        waiting = self._executed.to_post()
        if waiting is None:
            self._executed.forget_old()
            return IDLE
        try:
            self._tunnel.post_result(waiting.packed)
        except Refused as refusal:
            if refusal.status not in FINAL_REFUSALS:
                return self._contact.pause_after(refusal)
            log.error("the result of command %s is not wanted: %s", waiting.command, refusal)
        except FAILURES as failure:
            return self._contact.pause_after(failure)
        else:
            self._contact.worked()
        self._executed.posted(waiting)
        return 0.0


def perform(connector: Callable[[], Connector], command: wire.Command, base: Base) -> wire.CommandResult:
    """Executes and stores. `connector()` may raise `ConnectorError` when its settings are wrong: that is the answer
    then. A command that is already in the base is not executed."""
    known = base.executed.result(command.id)
    if known is not None:
        return known
    try:
        result = _result(connector(), command, base)
    except ConnectorError as error:
        findings = error.findings if isinstance(error, ConfigError) else ()
        result = wire.CommandResult(command.id, problem=error.problem(), findings=findings)
    size = len(wire.pack(result))
    if size > wire.MAX_BODY:
        problem = Problem("rejected", ANSWER_TOO_LARGE.fill(size=size // 1_000_000))
        result = wire.CommandResult(command.id, problem=problem)
    base.executed.store(result)
    return result


def _result(connector: Connector, command: wire.Command, base: Base) -> wire.CommandResult:
    order = command.order
    if not isinstance(order, wire.Rescan):
        moment = base.moments.next(time.time())
        return msgspec.structs.replace(execute(connector, command), read_at=moment)
    readable = [stream.name for stream in connector.spec.streams if Can.READ in stream.can]
    for stream in order.streams:
        if stream not in readable:
            known = ", ".join(readable)
            raise ConfigError(
                NO_SUCH_STREAM.fill(connector=connector.spec.name, stream=stream, known=known),
                field="streams",
            )
    for stream in order.streams:
        if order.resend:
            base.streams.doubt(stream, list(order.resend))
        if order.reconcile:
            base.streams.want_comparison(stream)
        if order.complete or not (order.resend or order.reconcile):
            base.streams.want(stream, complete=order.complete)
    return wire.CommandResult(command.id)
