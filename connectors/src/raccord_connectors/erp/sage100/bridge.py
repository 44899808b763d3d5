"""The connector's side of the bridge: starts the process, speaks its protocol, ends it when it hangs, starts it again.

A call whose answer never came may have been carried out: that is `BridgeLost`, and only the caller knows how to look
for what was written before it asks again. Nothing here repeats a write.
"""

import queue
import subprocess
import threading
from collections.abc import Mapping, Sequence
from decimal import Decimal, InvalidOperation
from itertools import count
from typing import Any

import msgspec

from raccord_connectors.contract import ConfigError, ConnectorError, RecordRejected, TransientError
from raccord_connectors.erp.sage100 import texts
from raccord_connectors.erp.sage100.protocol import (
    LOCKED,
    MISCONFIGURED,
    PROTOCOL,
    WAITING,
    Answer,
    Failure,
    Request,
    Verb,
    line_of,
)

GOODBYE = 5.0
"""Seconds that the process has to end by itself."""
RETRY_LOCKED = 30.0
RETRY_BUSY = 60.0


class BridgeLost(Exception):
    """The process died or did not answer in time: whether it did what was asked is not known."""


class BridgeRefusal(Exception):
    """The bridge answered no. `kind`, `field` and `values` are data for a sentence; `text` is Sage's own."""

    def __init__(self, failure: Failure) -> None:
        super().__init__(failure.kind)
        self.failure = failure


class Bridge:
    """One bridge process, started when first needed. Used by one thread at a time."""

    def __init__(self, command: Sequence[str], opening: Mapping[str, Any], timeout: float) -> None:
        self._command = list(command)
        self._opening = dict(opening)
        self._timeout = timeout
        self._ids = count(1)
        self._process: subprocess.Popen[bytes] | None = None
        self._lines: queue.Queue[bytes | None] = queue.Queue()
        self.identity: dict[str, Any] = {}
        """What the bridge said of itself and of Sage when it opened the company."""

    def __repr__(self) -> str:  # the opening holds a password
        return f"Bridge({self._command!r})"

    def call(self, verb: Verb, data: Mapping[str, Any] | None = None) -> dict[str, Any]:
        """The `ok` of the answer. Raises `BridgeRefusal`, `BridgeLost`, or a contract error when it cannot start."""
        if self._process is None or self._process.poll() is not None:
            self._start()
        return self._ask(verb, data or {})

    def close(self) -> None:
        process, self._process = self._process, None
        if process is None:
            return
        if process.poll() is None and process.stdin is not None:
            try:
                process.stdin.write(line_of(Request("bye", "close")))
                process.stdin.close()
            except OSError:
                process.kill()
        try:
            process.wait(GOODBYE)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        if process.stdout is not None:
            process.stdout.close()

    def _start(self) -> None:
        self._end()
        try:
            process = subprocess.Popen(
                self._command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
            )
        except OSError as error:
            message = texts.BRIDGE_MISSING.fill(program=self._command[0])
            raise ConfigError(message, field="bridge", detail=type(error).__name__) from error
        self._process = process
        self._lines = queue.Queue()
        threading.Thread(target=_pump, args=(process, self._lines), daemon=True).start()
        try:
            self.identity = self._ask("open", {"protocol": PROTOCOL, **self._opening})
        except BridgeLost as error:
            raise TransientError(texts.BRIDGE_DOWN.fill(), retry_after=RETRY_BUSY) from error
        except BridgeRefusal as refused:
            self._end()
            raise contract_error(refused.failure) from refused

    def _ask(self, verb: str, data: Mapping[str, Any]) -> dict[str, Any]:
        process = self._process
        if process is None or process.stdin is None:
            raise BridgeLost("not started")
        request = Request(str(next(self._ids)), verb, dict(data))
        try:
            process.stdin.write(line_of(request))
            process.stdin.flush()
            answer = self._answer_to(request.id)
        except (OSError, BridgeLost) as error:
            self._end()
            raise BridgeLost(verb) from error
        if answer.error is not None:
            raise BridgeRefusal(answer.error)
        return answer.ok or {}

    def _answer_to(self, wanted: str) -> Answer:
        while True:
            try:
                line = self._lines.get(timeout=self._timeout)
            except queue.Empty:
                raise BridgeLost("no answer in time") from None
            if line is None:
                raise BridgeLost("the process ended")
            try:
                answer = msgspec.json.decode(line, type=Answer)
            except msgspec.DecodeError:
                raise BridgeLost("not an answer") from None
            if answer.id == wanted:
                return answer

    def _end(self) -> None:
        """It must be dead, and not merely asked to die, before anyone looks for what it wrote."""
        process, self._process = self._process, None
        if process is None:
            return
        process.kill()
        process.wait()
        for pipe in (process.stdin, process.stdout):
            if pipe is not None:
                try:
                    pipe.close()
                except OSError:
                    continue  # what was left in the pipe of a dead process


def _pump(process: subprocess.Popen[bytes], lines: "queue.Queue[bytes | None]") -> None:
    """A thread of its own, because Windows cannot wait on a pipe with a time-out."""
    try:
        for line in process.stdout or ():
            lines.put(line)
    except ValueError:  # closed under us by `_end`
        lines.put(None)
        return
    lines.put(None)


FIGURES = frozenset({"found", "expected", "left", "amount", "rate"})
"""What a refusal tells as a number, in the protocol's own spelling."""


def _figure(said: str) -> object:
    try:
        return Decimal(said)
    except InvalidOperation:
        return said


def contract_error(failure: Failure, key: str = "") -> ConnectorError:
    """What a refusal means for the caller, with a sentence for a person."""
    text = texts.BRIDGE_REFUSALS.get(failure.kind, texts.SAGE_REFUSES)
    told = {name: _figure(value) if name in FIGURES else value for name, value in failure.values.items()}
    places: dict[str, object] = {"key": key, "said": failure.text or failure.kind, **told}
    message = text.fill(**{name: places.get(name, "?") for name in texts.places_of(text)})
    if failure.kind in WAITING:
        wait = RETRY_LOCKED if failure.kind == LOCKED else RETRY_BUSY
        return TransientError(message, detail=failure.kind, retry_after=wait)
    if failure.kind in MISCONFIGURED:
        return ConfigError(message, detail=failure.kind, field=failure.field or "bridge")
    return RecordRejected(message, detail=failure.kind, field=failure.field or None)
