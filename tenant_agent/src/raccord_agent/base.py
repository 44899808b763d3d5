"""The local base: what was seen of each stream, what still has to be sent, what was already done. One SQLite file."""

from pathlib import Path

from raccord_agent.database import Database
from raccord_agent.entries import Entries
from raccord_agent.executed import Executed
from raccord_agent.files_shelf import Shelf
from raccord_agent.moments import Moments
from raccord_agent.outbox import Outbox
from raccord_agent.streams import Streams


class Base(Database):
    def __init__(self, path: Path) -> None:
        super().__init__(path)
        self.entries = Entries(self)
        self.streams = Streams(self)
        self.outbox = Outbox(self)
        self.executed = Executed(self)
        self.moments = Moments(self)
        self.shelf: Shelf | None = None
        """What articles say of their files is noted there as they are read; None where no folder is allowed."""
