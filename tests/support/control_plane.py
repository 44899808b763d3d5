"""A simulator of the platform's side of the tunnel, for the agent's tests: one HTTP server on loopback that keeps
`wire`'s promises (codes, signatures, tokens, order of deltas, leases) and fails on request.

What it took is in its attributes; `wait_for` blocks until something is true. One lock guards them all.
"""

import secrets
import sys
import threading
import time
from collections import defaultdict, deque
from collections.abc import Callable
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import msgspec
import zstandard
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from raccord_connectors import wire
from raccord_connectors.canonical import fingerprint
from raccord_connectors.contract import Message, Problem

CLOCK_TOLERANCE = 300


@dataclass
class Refuse(Exception):
    """Ends a call with a 4xx."""

    status: int
    code: str
    server_time: int | None = None
    number: int | None = None

    def body(self) -> bytes:
        if self.number is not None:
            return wire.pack(wire.DeltaAck(self.number))
        message = Message(self.code, f"Refus : {self.code}", f"Refused: {self.code}")
        return wire.pack(wire.Refusal(message, self.server_time))


@dataclass
class Fault:
    """What happens to the next call of a path. `status`: answered with it, nothing done. `cut`: everything is done
    and the line breaks before the answer. `delay`: seconds before anything is done."""

    status: int = 0
    cut: bool = False
    delay: float = 0.0
    retry_after: int | None = None


@dataclass
class Leasing:
    command: wire.Command
    leased_until: float = 0.0
    times: int = 0


@dataclass
class Enrolled:
    public_key: bytes
    last_delta: int = 0
    enrolment: wire.Enrolment | None = None


class ControlPlane:
    """Use as a context: `with ControlPlane() as plane: … plane.url`."""

    def __init__(self) -> None:
        self.changed = threading.Condition()
        self.clock: Callable[[], float] = time.time
        self.codes: dict[str, float] = {}
        """Code → when it runs out. A code that was used belongs to the key that used it."""
        self.used: dict[str, tuple[bytes, str]] = {}
        self.agents: dict[str, Enrolled] = {}
        self.tokens: dict[str, tuple[str, float]] = {}
        self.token_seconds = 900
        self.tokens_given = 0
        self.configuration = wire.Configuration(1, False, ())
        self.snapshot: dict[str, dict[str, bytes]] = defaultdict(dict)
        """Stream → key → record data."""
        self.holds: dict[str, dict[str, Problem]] = defaultdict(dict)
        self.emptied: dict[str, int] = {}
        self.deltas: list[wire.Delta] = []
        """Taken, in order, each once."""
        self.violations: list[str] = []
        """Promises of `wire` that the agent broke; a test ends with this empty."""
        self.repeated = 0
        self.delta_bytes = 0
        """Bodies received on /agent/deltas, as they travelled."""
        self.unreadable_keys: set[str] = set()
        """A delta that holds one of them is refused with 422."""
        self.commands: dict[str, Leasing] = {}
        self.results: dict[str, wire.CommandResult] = {}
        self.results_posted: list[str] = []
        self.heartbeats: list[wire.Heartbeat] = []
        self.reconciled: list[str] = []
        self.faults: dict[str, deque[Fault]] = defaultdict(deque)
        self.down = False
        self.oldest_protocol = 1
        self.calls: list[str] = []
        self.leases_open = True

    def __enter__(self) -> "ControlPlane":
        plane = self

        class Handler(_Handler):
            control_plane = plane

        self._server = _Server(("127.0.0.1", 0), Handler)
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.02})
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        with self.changed:
            self.leases_open = False
            self.changed.notify_all()
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._server.server_port}"

    # ------------------------------------------------------------------------------------- what tests do with it

    def new_code(self, *, seconds: float = 600.0) -> str:
        code = "".join(secrets.choice("ABCDEFGHJKMNPQRSTUVWXYZ23456789") for _ in range(8))
        self.codes[code] = self.clock() + seconds
        return code

    def configure(self, *schedules: wire.StreamSchedule, paused: bool = False) -> None:
        with self.changed:
            version = self.configuration.version + 1
            self.configuration = wire.Configuration(version, paused, schedules)

    def fail(self, path: str, *faults: Fault) -> None:
        with self.changed:
            self.faults[path].extend(faults)

    def order(self, order: wire.Order, *, lease_seconds: int = 60) -> str:
        with self.changed:
            id_ = f"command-{len(self.commands) + 1}"
            self.commands[id_] = Leasing(wire.Command(id_, order, lease_seconds))
            self.changed.notify_all()
        return id_

    def wait_for(self, true: Callable[[], Any], seconds: float = 20.0) -> None:
        """Fails loudly when it does not come true in time."""
        until = time.monotonic() + seconds
        with self.changed:
            while not true():
                rest = until - time.monotonic()
                if rest <= 0:
                    raise AssertionError(f"not reached within {seconds} s; calls: {self.calls[-12:]}")
                self.changed.wait(min(rest, 0.05))

    def result(self, command: str, seconds: float = 20.0) -> wire.CommandResult:
        self.wait_for(lambda: command in self.results, seconds)
        return self.results[command]

    def forget_tokens(self) -> None:
        with self.changed:
            self.tokens.clear()

    # ------------------------------------------------------------------------------------------------- the calls

    def answer(self, path: str, body: bytes, token: str, protocol: str) -> Any:
        """The answer as a struct; raises `Refuse`."""
        if not protocol.isdigit() or int(protocol) < self.oldest_protocol:
            raise Refuse(426, "agent.too_old")
        if path == "/agent/enrol":
            return self._enrol(wire.unpack(body, wire.Enrolment))
        if path == "/agent/token":
            return self._token(wire.unpack(body, wire.TokenRequest))
        agent = self._agent_of(token)
        match path:
            case "/agent/configuration":
                return self.configuration
            case "/agent/deltas":
                self.delta_bytes += len(body)
                return self._delta(agent, wire.unpack(body, wire.Delta))
            case "/agent/commands/lease":
                return self._lease(wire.unpack(body, wire.LeaseRequest))
            case "/agent/commands/result":
                return self._result(wire.unpack(body, wire.CommandResult))
            case "/agent/heartbeat":
                self.heartbeats.append(wire.unpack(body, wire.Heartbeat))
                return wire.HeartbeatAck(self.configuration.version)
            case "/agent/reconcile":
                return self._reconcile(wire.unpack(body, wire.BucketDigests))
            case "/agent/reconcile/keys":
                return self._reconcile_keys(wire.unpack(body, wire.BucketKeys))
        raise Refuse(404, "unknown_path")

    def _enrol(self, asked: wire.Enrolment) -> wire.Enrolled:
        if asked.code in self.used:
            key, agent = self.used[asked.code]
            if key != asked.public_key:
                raise Refuse(403, "code.used")
        elif asked.code not in self.codes:
            raise Refuse(403, "code.unknown")
        elif self.codes[asked.code] < self.clock():
            raise Refuse(403, "code.expired")
        else:
            agent = secrets.token_hex(8)
            self.used[asked.code] = (asked.public_key, agent)
            self.agents[agent] = Enrolled(asked.public_key, enrolment=asked)
        return wire.Enrolled(agent, "Maison Dupont", "Gestion commerciale")

    def _token(self, asked: wire.TokenRequest) -> wire.Token:
        now = int(self.clock())
        enrolled = self.agents.get(asked.agent)
        if enrolled is None:
            raise Refuse(403, "agent.unknown")
        if abs(asked.at - now) > CLOCK_TOLERANCE:
            raise Refuse(401, "agent.clock", server_time=now)
        statement = wire.token_statement(asked.agent, asked.at, asked.nonce)
        try:
            Ed25519PublicKey.from_public_bytes(enrolled.public_key).verify(asked.signature, statement)
        except InvalidSignature:
            raise Refuse(401, "agent.signature") from None
        token = secrets.token_urlsafe(16)
        self.tokens[token] = (asked.agent, time.monotonic() + self.token_seconds)
        self.tokens_given += 1
        return wire.Token(token, self.token_seconds)

    def _agent_of(self, token: str) -> Enrolled:
        agent, until = self.tokens.get(token, ("", 0.0))
        if until < time.monotonic():
            raise Refuse(401, "agent.token")
        return self.agents[agent]

    def _delta(self, agent: Enrolled, delta: wire.Delta) -> wire.DeltaAck:
        if delta.number <= agent.last_delta:
            self.repeated += 1
            return wire.DeltaAck(agent.last_delta)
        if delta.number != agent.last_delta + 1:
            raise Refuse(409, "gap", number=agent.last_delta)
        keys = [*(upsert.key for upsert in delta.upserts), *delta.deletions]
        if self.unreadable_keys.intersection(keys):
            raise Refuse(422, "record.unreadable")
        if delta.deletions and not (delta.complete and delta.seen > 0):
            self.violations.append(f"delta {delta.number}: deletions that no complete pass stands for")
        stream, holds = self.snapshot[delta.stream], self.holds[delta.stream]
        for upsert in delta.upserts:
            if upsert.fingerprint != fingerprint(upsert.data):
                self.violations.append(f"delta {delta.number}: fingerprint of {upsert.key}")
            stream[upsert.key] = upsert.data
            holds.pop(upsert.key, None)
        for key in delta.deletions:
            stream.pop(key, None)
            holds.pop(key, None)
        for held in delta.held:
            holds[held.key] = held.problem
        if delta.emptied:
            self.emptied[delta.stream] = delta.emptied
        elif delta.seen:
            self.emptied.pop(delta.stream, None)
        agent.last_delta = delta.number
        self.deltas.append(delta)
        return wire.DeltaAck(delta.number)

    def _lease(self, asked: wire.LeaseRequest) -> wire.Leased:
        until = time.monotonic() + asked.wait
        held = asked.holding
        while self.leases_open:
            now = time.monotonic()
            due = [
                leasing
                for id_, leasing in self.commands.items()
                if id_ not in self.results
                and (leasing.leased_until <= now if held is None else id_ not in held)
            ][: asked.limit]
            if due or now >= until:
                for leasing in due:
                    leasing.leased_until = now + leasing.command.lease_seconds
                    leasing.times += 1
                return wire.Leased([leasing.command for leasing in due])
            self.changed.wait(min(until - now, 0.05))
        return wire.Leased([])

    def _result(self, result: wire.CommandResult) -> wire.Ack:
        self.results_posted.append(result.command)
        self.results.setdefault(result.command, result)
        return wire.Ack()

    def _reconcile(self, asked: wire.BucketDigests) -> wire.BucketsToResend:
        ours = wire.bucket_digests(self._prints(asked.stream).items())
        self.reconciled.append(asked.stream)
        return wire.BucketsToResend([i for i in range(wire.BUCKETS) if ours[i] != asked.digests[i]])

    def _reconcile_keys(self, asked: wire.BucketKeys) -> wire.KeysToResend:
        ours = {
            key: print_
            for key, print_ in self._prints(asked.stream).items()
            if wire.bucket_of(key) in asked.buckets
        }
        for key in set(ours) - set(asked.entries):
            if asked.complete and asked.seen:
                del self.snapshot[asked.stream][key]
        return wire.KeysToResend([key for key, print_ in asked.entries.items() if ours.get(key) != print_])

    def _prints(self, stream: str) -> dict[str, bytes]:
        return {key: fingerprint(data) for key, data in self.snapshot[stream].items()}


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Agents that are killed leave broken lines behind; anything else is a fault of this simulator."""
        if not isinstance(sys.exception(), ConnectionError | ValueError):
            super().handle_error(request, client_address)


class _Handler(BaseHTTPRequestHandler):
    control_plane: ControlPlane
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True  # head and body are two writes: 40 ms each call otherwise

    def do_GET(self) -> None:
        self._handle()

    def do_POST(self) -> None:
        self._handle()

    def _handle(self) -> None:
        plane = self.control_plane
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        with plane.changed:
            plane.calls.append(self.path)
            fault = plane.faults[self.path].popleft() if plane.faults[self.path] else Fault()
            if plane.down:
                fault = Fault(status=-1)
        if fault.delay:
            time.sleep(fault.delay)
        if fault.status < 0:
            self._cut()
            return
        if fault.status:
            body = Refuse(fault.status, "fault").body() if fault.status < 500 else b""
            self._send(fault.status, body, fault.retry_after)
            return
        status, answer = self._answer(body)
        with plane.changed:
            plane.changed.notify_all()
        if fault.cut:
            self._cut()
        else:
            self._send(status, answer)

    def _answer(self, body: bytes) -> tuple[int, bytes]:
        plane = self.control_plane
        token = self.headers.get("Authorization", "").removeprefix("Bearer ")
        try:
            if self.headers.get("Content-Encoding") == "zstd":
                body = zstandard.ZstdDecompressor().decompressobj().decompress(body)
            if len(body) > wire.MAX_BODY:
                raise Refuse(413, "body.too_large")
            with plane.changed:
                answer = plane.answer(self.path, body, token, self.headers.get("Raccord-Protocol", ""))
            return 200, wire.pack(answer)
        except Refuse as refusal:
            return refusal.status, refusal.body()
        except msgspec.DecodeError:
            return 400, Refuse(400, "message.malformed").body()

    def _send(self, status: int, body: bytes, retry_after: int | None = None) -> None:
        self.send_response(status)
        self.send_header("Content-Type", "application/msgpack")
        self.send_header("Content-Length", str(len(body)))
        if retry_after is not None:
            self.send_header("Retry-After", str(retry_after))
        self.end_headers()
        self.wfile.write(body)

    def _cut(self) -> None:
        self.close_connection = True
        self.connection.close()

    def date_time_string(self, timestamp: float | None = None) -> str:
        return super().date_time_string(self.control_plane.clock() if timestamp is None else timestamp)

    def log_message(self, *_: Any) -> None:
        """Quiet: the tests look at the attributes."""
