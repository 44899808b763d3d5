"""A connector at the other end of the tunnel: the same four verbs, each sent as a command and answered by a result.

`through_the_wire(connector)` puts every call through the very bytes that travel, so that the conformance suite runs
a second time on what the platform will see.
"""

from collections.abc import Callable, Iterator, Sequence
from itertools import count
from typing import Any, ClassVar

from raccord_connectors import wire
from raccord_connectors.canonical import STREAMS, decode
from raccord_connectors.contract import (
    EVERYTHING,
    Change,
    ConfigError,
    Connector,
    ConnectorSpec,
    Discovery,
    Outcome,
    Page,
    Problem,
    RecordRejected,
    Rejection,
    Selection,
    TransientError,
)
from raccord_connectors.kit.executor import execute

LEASE_SECONDS = 300


class RemoteBug(Exception):
    """The far end met an exception that nobody chose. `problem` says where, for us, and what to tell the merchant."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(f"{problem.message.code} [{problem.detail}]")
        self.problem = problem


def error_from(result: wire.CommandResult) -> Exception | None:
    """The exception that the far end's connector raised, rebuilt; None when it did not."""
    problem = result.problem
    if problem is None:
        return None
    match problem.kind:
        case "config":
            return ConfigError(
                problem.message, detail=problem.detail, field=problem.field, findings=result.findings
            )
        case "transient":
            return TransientError(problem.message, detail=problem.detail, retry_after=problem.retry_after)
        case "rejected":
            return RecordRejected(problem.message, detail=problem.detail, field=problem.field)
        case "bug":
            return RemoteBug(problem)


def page_from_wire(stream: str, page: wire.WirePage) -> Page:
    """Raises `msgspec.ValidationError` when a record is not of the stream's type."""
    return Page(
        records=[decode(record.data, STREAMS[stream]) for record in page.records],
        deleted=page.deleted,
        digests=page.digests,
        cursor=page.cursor,
        rejected=[Rejection(held.key, held.problem) for held in page.held],
    )


class OverWire:
    """Satisfies `contract.Connector` by sending commands through `send(command bytes) -> result bytes`."""

    spec: ClassVar[ConnectorSpec]

    def __init__(self, send: Callable[[bytes], bytes], close: Callable[[], None] = lambda: None) -> None:
        self._send = send
        self._close = close
        self._ids = count(1)

    def check(self) -> None:
        self._ask(wire.Check())

    def discover(self) -> Discovery:
        answer = self._ask(wire.Discover())
        if answer.discovery is None:
            raise AssertionError("a discovery was asked for, and neither it nor a problem came")
        return answer.discovery

    def read(self, stream: str, wanted: Selection = EVERYTHING) -> Iterator[Page]:
        answer = self._exchange(wire.Read(stream, wanted))
        for page in answer.pages:
            yield page_from_wire(stream, page)
        _raise_if_any(answer)

    def write(self, stream: str, changes: Sequence[Change]) -> Iterator[Outcome]:
        order = wire.Write(stream, [wire.change_to_wire(change) for change in changes])
        answer = self._exchange(order)
        yield from answer.outcomes
        _raise_if_any(answer)

    def close(self) -> None:
        self._close()

    def _ask(self, order: wire.Order) -> wire.CommandResult:
        answer = self._exchange(order)
        _raise_if_any(answer)
        return answer

    def _exchange(self, order: wire.Order) -> wire.CommandResult:
        command = wire.Command(f"command-{next(self._ids)}", order, LEASE_SECONDS)
        return wire.unpack(self._send(wire.pack(command)), wire.CommandResult)


def through_the_wire(connector: Connector) -> Connector:
    """The same connector, reached through packed commands and results."""

    def send(data: bytes) -> bytes:
        return wire.pack(execute(connector, wire.unpack(data, wire.Command)))

    class Tunnelled(OverWire):
        spec = connector.spec

    tunnelled: Any = Tunnelled(send, connector.close)
    return tunnelled  # type: ignore[no-any-return]


def _raise_if_any(answer: wire.CommandResult) -> None:
    error = error_from(answer)
    if error is not None:
        raise error
