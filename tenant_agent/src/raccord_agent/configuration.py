"""What the platform asks of this agent: which streams, how often. Kept in the base, so that an agent that starts
without a line works as it did."""

import threading

import msgspec

from raccord_agent.base import Base
from raccord_connectors import wire

NAME = "configuration"


class Configured:
    """Thread-safe."""

    def __init__(self, base: Base) -> None:
        self._base = base
        self._lock = threading.Lock()
        kept = base.recall(NAME)
        self._current = msgspec.json.decode(kept, type=wire.Configuration) if kept else None

    @property
    def current(self) -> wire.Configuration | None:
        """None until the platform has told it for the first time."""
        with self._lock:
            return self._current

    def replace(self, configuration: wire.Configuration) -> None:
        self._base.remember(NAME, msgspec.json.encode(configuration).decode())
        with self._lock:
            self._current = configuration
