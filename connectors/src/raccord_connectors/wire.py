"""The contract on the wire: messages between an agent and the platform.

Bodies are MessagePack, compressed with zstd (`Content-Encoding: zstd`) when larger than a kilobyte; the agent calls,
always over HTTPS, never the other way round. Record data stays in its canonical encoding (JSON bytes) inside the
messages, so that neither side encodes it again and the fingerprint can be verified.

| call                        | body → answer                       | retries                                        |
|-----------------------------|-------------------------------------|------------------------------------------------|
| POST /agent/enrol           | Enrolment → Enrolled                | the same code and key again gives the same answer |
| POST /agent/token           | TokenRequest → Token                | any time                                       |
| GET  /agent/configuration   | → Configuration                     | any time                                       |
| POST /agent/deltas          | Delta → DeltaAck                    | same number: acknowledged, ignored             |
| POST /agent/commands/lease  | LeaseRequest → Leased (long poll)   | what the agent does not hold is given again    |
| POST /agent/commands/result | CommandResult → Ack                 | same command: acknowledged, ignored            |
| POST /agent/heartbeat       | Heartbeat → HeartbeatAck            | any time                                       |
| POST /agent/reconcile       | BucketDigests → BucketsToResend     | any time                                       |
| POST /agent/reconcile/keys  | BucketKeys → KeysToResend           | any time                                       |
| POST /agent/files…          | pictures and documents: `wire_files` | any time                                      |

All calls but the first two carry `Authorization: Bearer <token>` and `Raccord-Protocol: 1`. Refusals are `Refusal`
bodies with 4xx; 426 means that the agent must be updated. The agent treats 5xx, 429 and broken lines as transient.
"""

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from typing import Annotated, Any, TypeVar

import msgspec
from msgspec import Meta, Struct

from raccord_connectors.canonical import STREAMS, Record, decode, encode
from raccord_connectors.contract import (
    Change,
    Discovery,
    Message,
    Outcome,
    Problem,
    Selection,
)

PROTOCOL = 1
MAX_BODY = 16 * 1024 * 1024
"""Bytes of a message after decompression; larger ones are refused with 413. A delta is cut well below it."""
MAX_DELTA_RECORDS = 2_000
BUCKETS = 1_024
"""Keys of a stream are spread over this many buckets by their own hash, for cheap comparison of both sides."""

Digest = Annotated[bytes, Meta(min_length=16, max_length=16)]
Key = Annotated[str, Meta(min_length=1, max_length=255)]

# ------------------------------------------------------------------------------------------------ enrolment


class Enrolment(Struct, frozen=True):
    code: str
    """One-time, typed by a person: eight letters and digits without look-alikes."""
    public_key: Annotated[bytes, Meta(min_length=32, max_length=32)]
    """Ed25519, raw."""
    connector: str
    version: str
    host: str
    system: str


class Enrolled(Struct, frozen=True):
    agent: str
    tenant_name: str
    connection_name: str


class TokenRequest(Struct, frozen=True):
    """Signs `token_statement(agent, at, nonce)`. `at` in whole seconds since 1970, within 5 minutes of the platform's clock
    (the refusal tells the platform's time, so that a wrong clock is explained)."""

    agent: str
    at: int
    nonce: str
    signature: bytes


class Token(Struct, frozen=True):
    token: str
    expires_in: int
    """Seconds."""


def token_statement(agent: str, at: int, nonce: str) -> bytes:
    return f"raccord-agent-token\n{agent}\n{at}\n{nonce}".encode()


class Refusal(Struct, frozen=True, omit_defaults=True):
    message: Message
    server_time: int | None = None


# -------------------------------------------------------------------------------------------- configuration


class StreamSchedule(Struct, frozen=True):
    stream: str
    every: float
    """Seconds between two scans for changes."""
    complete_every: float
    """Seconds between two complete passes (the only ones that may conclude deletions)."""


class Configuration(Struct, frozen=True):
    version: int
    paused: bool
    schedules: Sequence[StreamSchedule]
    reconcile_every: float = 86_400.0
    """Seconds between two comparisons of the bucket digests of a stream."""


class HeartbeatStream(Struct, frozen=True, omit_defaults=True):
    stream: str
    records: int
    last_scan_at: float | None = None
    problem: Problem | None = None


class Heartbeat(Struct, frozen=True, omit_defaults=True):
    version: str
    connector: str
    clock: float
    waiting: int
    """Deltas not yet acknowledged."""
    streams: Sequence[HeartbeatStream] = ()
    problem: Problem | None = None


class HeartbeatAck(Struct, frozen=True):
    configuration_version: int


# -------------------------------------------------------------------------------------------------- deltas


class Upsert(Struct, frozen=True, array_like=True):
    key: Key
    fingerprint: Digest
    data: bytes
    """Canonical encoding of the record."""


class Held(Struct, frozen=True, array_like=True):
    """A record that the connector could not express (`contract.Rejection`): shown to the merchant as a hold."""

    key: Key
    problem: Problem


class Delta(Struct, frozen=True, omit_defaults=True):
    """Some changes of one stream. `number` grows by one per agent over all streams: the platform takes them in order,
    each once. Deletions are only believed from a complete pass that saw rows."""

    number: Annotated[int, Meta(ge=1)]
    stream: str
    upserts: Annotated[Sequence[Upsert], Meta(max_length=MAX_DELTA_RECORDS)] = ()
    deletions: Annotated[Sequence[Key], Meta(max_length=MAX_DELTA_RECORDS)] = ()
    held: Sequence[Held] = ()
    complete: bool = False
    """These deletions come from a pass that read the whole stream without error."""
    seen: int = 0
    """Records that the pass saw."""
    emptied: int = 0
    """Set instead of deletions when a complete pass saw nothing although this many records were known."""
    read_at: float = 0.0
    """When the pass began, seconds since 1970, agent's clock, which never falls: every record of it was read after that. 0
    from agents that do not tell."""


class DeltaAck(Struct, frozen=True):
    number: int
    """The highest number taken. A gap is refused with 409 and this number, and the agent goes on from there."""


class Ack(Struct, frozen=True):
    pass


# ------------------------------------------------------------------------------------------------ commands


class WireChange(Struct, frozen=True, omit_defaults=True):
    """`contract.Change` with its records in canonical encoding."""

    op: str
    key: str
    record: bytes | None = None
    previous: bytes | None = None
    target: str | None = None
    targets: Mapping[str, str] = {}


class Check(Struct, frozen=True, tag="check"):
    pass


class Discover(Struct, frozen=True, tag="discover"):
    pass


class Read(Struct, frozen=True, tag="read"):
    """Reads a few records by key, for read-back and repair; the catalogue itself travels by deltas."""

    stream: str
    wanted: Selection


class Write(Struct, frozen=True, tag="write"):
    stream: str
    changes: Sequence[WireChange]


class Rescan(Struct, frozen=True, tag="rescan"):
    """Look now. `complete` asks for a complete pass; `resend` names keys to send again even if unchanged;
    `reconcile` asks the agent to compare the bucket digests of these streams once it has nothing left to send.
    Answered as soon as the agent has written it down; the scan follows."""

    streams: Sequence[str]
    complete: bool = False
    resend: Sequence[str] = ()
    reconcile: bool = False


Order = Check | Discover | Read | Write | Rescan
"""All that the platform can ever ask: no SQL, no shell, no path."""


class Command(Struct, frozen=True):
    id: str
    order: Order
    lease_seconds: int
    """The platform gives the command again if no result came by then."""
    urgent: bool = False
    """A person waits for it, an order does: it goes before those that wait at the agent already."""


MAX_HOLDING = 1_000


class LeaseRequest(Struct, frozen=True, omit_defaults=True):
    wait: Annotated[float, Meta(ge=0, le=60)] = 25.0
    """Seconds to wait for a command when none is due."""
    limit: Annotated[int, Meta(ge=1, le=50)] = 10
    holding: Annotated[tuple[str, ...], Meta(max_length=MAX_HOLDING)] | None = None
    """Ids of the commands that this agent received and whose result is not acknowledged. A command that was leased to it
    and is not among them was lost (its line broke, its process died): it is given again at once. None, from agents that
    do not tell: it is given again when its lease has run out."""


class Leased(Struct, frozen=True):
    commands: Sequence[Command]


class WirePage(Struct, frozen=True, omit_defaults=True):
    records: Sequence[Upsert] = ()
    held: Sequence[Held] = ()
    deleted: Sequence[str] = ()
    digests: Mapping[str, bytes] = {}
    cursor: str | None = None


class CommandResult(Struct, frozen=True, omit_defaults=True):
    """`problem` when the verb as a whole failed; else the field of its verb."""

    command: str
    problem: Problem | None = None
    findings: Sequence[Message] = ()
    discovery: Discovery | None = None
    pages: Sequence[WirePage] = ()
    outcomes: Sequence[Outcome] = ()
    read_at: float = 0.0
    """When the verb began, by the same clock as `Delta.read_at`: a pass with a higher moment read what this command left."""


# ------------------------------------------------------------------------------------------------ reconcile


class BucketDigests(Struct, frozen=True):
    """`digests[i]` is the XOR of `entry_digest` over the keys of bucket i; an empty bucket is sixteen zero bytes."""

    stream: str
    digests: Annotated[Sequence[Digest], Meta(min_length=BUCKETS, max_length=BUCKETS)]


class BucketsToResend(Struct, frozen=True):
    buckets: Sequence[int]
    """Whose keys differ; the agent answers with their keys."""


class BucketKeys(Struct, frozen=True):
    stream: str
    buckets: Sequence[int]
    entries: Mapping[str, Digest]
    """Key → fingerprint, all keys of these buckets."""
    complete: bool = False
    """The agent's last complete pass of this stream ended without error, and nothing of it waits to be sent: only then
    may the platform conclude that a key which it alone knows is gone."""
    seen: int = 0
    """Records that this pass saw."""


class KeysToResend(Struct, frozen=True):
    keys: Sequence[str]


def bucket_of(key: str) -> int:
    return int.from_bytes(hashlib.blake2b(key.encode(), digest_size=4).digest(), "big") % BUCKETS


def entry_digest(key: str, fingerprint: bytes) -> int:
    """What one record adds (by XOR) to its bucket's digest."""
    return int.from_bytes(hashlib.blake2b(key.encode() + b"\0" + fingerprint, digest_size=16).digest(), "big")


def bucket_digests(entries: Iterable[tuple[str, bytes]]) -> list[bytes]:
    sums = [0] * BUCKETS
    for key, print_ in entries:
        sums[bucket_of(key)] ^= entry_digest(key, print_)
    return [total.to_bytes(16, "big") for total in sums]


# ----------------------------------------------------------------------------------------------- conversions

M = TypeVar("M")


def pack(message: Struct) -> bytes:
    return msgspec.msgpack.encode(message)


def unpack(data: bytes, message: type[M]) -> M:
    """Raises `msgspec.DecodeError` or `ValidationError` with the path of the field that is wrong."""
    return msgspec.msgpack.decode(data, type=message)


def change_to_wire(change: Change) -> WireChange:
    return WireChange(
        change.op,
        change.key,
        encode(change.record) if change.record else None,
        encode(change.previous) if change.previous else None,
        change.target,
        change.targets,
    )


def change_from_wire(stream: str, change: WireChange) -> Change:
    record_type: type[Record] = STREAMS[stream]
    op: Any = change.op
    return Change(
        op,
        change.key,
        decode(change.record, record_type) if change.record is not None else None,
        decode(change.previous, record_type) if change.previous is not None else None,
        change.target,
        change.targets,
    )
