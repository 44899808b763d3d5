"""Compares what the base believes the platform holds with what it holds, cheaply: digests of buckets first, then the
keys of the buckets that differ; the records that are wrong there are read and sent again."""

import logging
import time
from collections.abc import Callable, Iterator, Sequence

from raccord_agent.base import Base
from raccord_agent.board import Board
from raccord_agent.configuration import Configured
from raccord_agent.contact import FAILURES, Contact
from raccord_agent.streams import StreamState
from raccord_agent.tunnel import Tunnel
from raccord_connectors import wire

log = logging.getLogger(__name__)

LOOK_EVERY = 60.0
KEYS_AT_ONCE = 50_000
"""Keys in one message: about 3 MB."""


class Reconciler:
    """`doubted` wakes the connector's thread: it reads again what is in doubt."""

    def __init__(
        self,
        base: Base,
        tunnel: Tunnel,
        configured: Configured,
        board: Board,
        *,
        doubted: Callable[[], None],
        look_every: float = LOOK_EVERY,
        now: Callable[[], float] = time.time,
    ) -> None:
        self._base = base
        self._tunnel = tunnel
        self._configured = configured
        self._contact = Contact(board, "reconcile")
        self._doubted = doubted
        self._look_every = look_every
        self._now = now

    def turn(self) -> float:
        configuration = self._configured.current
        if configuration is None or configuration.paused:
            return self._look_every
        for state in self._base.streams.all():
            if not self._is_due(state, configuration.reconcile_every):
                continue
            try:
                self._compare(state)
            except FAILURES as failure:
                return self._contact.pause_after(failure)
            self._contact.worked()
        return self._look_every

    def _is_due(self, state: StreamState, every: float) -> bool:
        """Not before a first complete pass; not while something is on its way, which would look like a difference."""
        if state.last_complete_at is None or state.doubts or self._base.outbox.holds(state.name):
            return False
        last = state.compared_at
        return state.compare > 0 or last is None or not 0 <= self._now() - last < every

    def _compare(self, state: StreamState) -> None:
        began = self._now()
        sizes = [0] * wire.BUCKETS
        digests = wire.bucket_digests(self._counting(state.id, sizes))
        wrong = self._tunnel.reconcile(wire.BucketDigests(state.name, digests)).buckets
        resend: list[str] = []
        for group in groups(wrong, sizes):
            entries = {
                key: fingerprint
                for key, fingerprint in self._base.entries.fingerprints(state.id)
                if wire.bucket_of(key) in group
            }
            asked = self._tunnel.reconcile_keys(
                wire.BucketKeys(
                    state.name,
                    sorted(group),
                    entries,
                    complete=self._is_certain(state),
                    seen=state.complete_seen,
                )
            )
            resend.extend(asked.keys)
        if resend:
            log.warning("%s: %d records differ on the platform; reading them again", state.name, len(resend))
            self._base.streams.doubt(state.name, resend)
            self._doubted()
        self._base.streams.compared(state, at=began)
        log.info("%s compared: %d buckets, %d records to send again", state.name, len(wrong), len(resend))

    def _counting(self, stream: int, sizes: list[int]) -> Iterator[tuple[str, bytes]]:
        for key, fingerprint in self._base.entries.fingerprints(stream):
            sizes[wire.bucket_of(key)] += 1
            yield key, fingerprint

    def _is_certain(self, state: StreamState) -> bool:
        """Whether a key that we do not know is surely gone from the ERP."""
        return not state.emptied and state.complete_seen > 0 and not self._base.outbox.holds(state.name)


def groups(buckets: Sequence[int], sizes: Sequence[int], most: int = KEYS_AT_ONCE) -> Iterator[set[int]]:
    """The buckets in groups whose keys fit into one message together."""
    group: set[int] = set()
    keys = 0
    for bucket in buckets:
        if group and keys + sizes[bucket] > most:
            yield group
            group, keys = set(), 0
        group.add(bucket)
        keys += sizes[bucket]
    if group:
        yield group
