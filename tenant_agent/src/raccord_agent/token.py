"""Short-lived tokens: asked for with a signature of the agent's key, renewed before they run out."""

import secrets
import threading
import time
from collections.abc import Callable

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from raccord_agent.line import Line, Refused
from raccord_agent.texts import CLOCK_WRONG
from raccord_connectors import wire
from raccord_connectors.contract import Message

RENEW_AT = 0.8
"""Of a token's life."""
TOLERATED_GAP = 300
"""Seconds between the clocks, beyond which the platform refuses a signature."""


class Tokens:
    """Thread-safe: the loops share one token, and only one of them asks for the next."""

    def __init__(
        self,
        line: Line,
        agent: str,
        key: Ed25519PrivateKey,
        *,
        now: Callable[[], float] = time.time,
        passing: Callable[[], float] = time.monotonic,
    ) -> None:
        self._line = line
        self._agent = agent
        self._key = key
        self._now = now
        self._passing = passing
        self._lock = threading.Lock()
        self._token = ""
        self._renew_at = 0.0
        self._correction = 0
        """Seconds to add to our clock, once the platform has told its own."""
        self.clock_problem: Message | None = None
        """Says how wrong this machine's clock is, when it is; the agent works on with the platform's time."""

    def get(self) -> str:
        with self._lock:
            if not self._token or self._passing() >= self._renew_at:
                self._renew()
            return self._token

    def discard(self, token: str) -> None:
        """The platform no longer takes this token: the next `get` asks for another."""
        with self._lock:
            if token == self._token:
                self._token = ""

    def _renew(self) -> None:
        asked = self._passing()
        try:
            token = self._ask()
        except Refused as refusal:
            told = refusal.refusal.server_time
            gap = 0 if told is None else round(self._now()) - told
            if abs(gap) <= TOLERATED_GAP or self._correction == -gap:
                raise
            # The clock is wrong. Its owner is told; meanwhile we sign with the platform's own time, because a
            # merchant's stock should not stand still for a clock. The signature is as fresh as before.
            self._correction = -gap
            self.clock_problem = clock_wrong(gap)
            token = self._ask()
        self._token = token.token
        self._renew_at = asked + token.expires_in * RENEW_AT

    def _ask(self) -> wire.Token:
        at = round(self._now()) + self._correction
        nonce = secrets.token_hex(16)
        signature = self._key.sign(wire.token_statement(self._agent, at, nonce))
        request = wire.TokenRequest(self._agent, at, nonce, signature)
        return self._line.call("POST", "/agent/token", wire.pack(request), wire.Token)


def clock_wrong(gap: float) -> Message:
    """`gap`: seconds that this machine is ahead of the platform (negative: behind)."""
    minutes = max(round(abs(gap) / 60), 1)
    size_fr, size_en = f"{minutes} min", f"{minutes} min"
    if minutes >= 120:
        size_fr = size_en = f"{minutes // 60} h"
    if gap > 0:
        return CLOCK_WRONG.fill(gap_fr=f"avance de {size_fr}", gap_en=f"{size_en} ahead of")
    return CLOCK_WRONG.fill(gap_fr=f"retarde de {size_fr}", gap_en=f"{size_en} behind")
