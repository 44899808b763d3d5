"""The agent's calls to the platform by name, each with a valid token. See `raccord_connectors.wire` for the table."""

from typing import TypeVar

import msgspec

from raccord_agent.line import Line, Refused
from raccord_agent.token import Tokens
from raccord_connectors import wire
from raccord_connectors.wire_files import FilesLacking, FilesTold, UploadAllowed, UploadAsked, Uploaded

A = TypeVar("A")


class RawCommand(msgspec.Struct, frozen=True):
    """A command whose order is not decoded yet: one that we do not know must not spoil the others of its lease."""

    id: str
    order: msgspec.Raw
    lease_seconds: int
    urgent: bool = False

    def command(self) -> wire.Command:
        """Raises `msgspec.ValidationError` for an order of a newer protocol."""
        order: wire.Order = msgspec.msgpack.decode(self.order, type=wire.Order)
        return wire.Command(self.id, order, self.lease_seconds, self.urgent)


class RawLeased(msgspec.Struct, frozen=True):
    commands: list[RawCommand]


class Tunnel:
    """Thread-safe. Raises what `Line.call` raises."""

    def __init__(self, line: Line, tokens: Tokens) -> None:
        self.line = line
        self.tokens = tokens

    def configuration(self) -> wire.Configuration:
        return self._call("GET", "/agent/configuration", b"", wire.Configuration)

    def send_delta(self, delta: wire.Delta) -> wire.DeltaAck:
        return self._call("POST", "/agent/deltas", wire.pack(delta), wire.DeltaAck)

    def lease(self, request: wire.LeaseRequest) -> list[RawCommand]:
        body = wire.pack(request)
        return self._call("POST", "/agent/commands/lease", body, RawLeased, wait=request.wait).commands

    def post_result(self, packed: bytes) -> None:
        self._call("POST", "/agent/commands/result", packed, wire.Ack)

    def heartbeat(self, heartbeat: wire.Heartbeat) -> wire.HeartbeatAck:
        return self._call("POST", "/agent/heartbeat", wire.pack(heartbeat), wire.HeartbeatAck)

    def reconcile(self, digests: wire.BucketDigests) -> wire.BucketsToResend:
        return self._call("POST", "/agent/reconcile", wire.pack(digests), wire.BucketsToResend)

    def reconcile_keys(self, keys: wire.BucketKeys) -> wire.KeysToResend:
        return self._call("POST", "/agent/reconcile/keys", wire.pack(keys), wire.KeysToResend)

    def tell_files(self, told: FilesTold) -> FilesLacking:
        return self._call("POST", "/agent/files", wire.pack(told), FilesLacking)

    def ask_upload(self, asked: UploadAsked) -> UploadAllowed:
        return self._call("POST", "/agent/files/upload", wire.pack(asked), UploadAllowed)

    def tell_uploaded(self, uploaded: Uploaded) -> None:
        self._call("POST", "/agent/files/uploaded", wire.pack(uploaded), wire.Ack)

    def _call(self, method: str, path: str, body: bytes, answer: type[A], wait: float = 0.0) -> A:
        """A token refused in spite of its age (the platform restarted with new keys) is replaced, once."""
        token = self.tokens.get()
        try:
            return self.line.call(method, path, body, answer, token=token, wait=wait)
        except Refused as refusal:
            if refusal.status != 401:
                raise
        self.tokens.discard(token)
        return self.line.call(method, path, body, answer, token=self.tokens.get(), wait=wait)
