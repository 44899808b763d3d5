"""Commands that were executed, with their results: a command that comes again is answered from here."""

import time

from raccord_agent.database import Database
from raccord_connectors import wire

KEPT_DAYS = 30
"""A platform that was restored from a backup may give old commands again."""


class Executed:
    def __init__(self, database: Database) -> None:
        self._database = database

    def store(self, result: wire.CommandResult) -> None:
        """On the disk when it returns. Storing a command twice keeps the first result: that one may be posted."""
        self._database.connection.execute(
            "INSERT INTO executed (command, result, at) VALUES (?, ?, ?) ON CONFLICT DO NOTHING",
            (result.command, wire.pack(result), time.time()),
        )

    def result(self, command: str) -> wire.CommandResult | None:
        row = self._database.connection.execute(
            "SELECT result FROM executed WHERE command = ?", (command,)
        ).fetchone()
        return None if row is None else wire.unpack(row[0], wire.CommandResult)

    def post_again(self, command: str) -> bool:
        """True when the command was executed before: its result will be posted once more."""
        done = self._database.connection.execute(
            "UPDATE executed SET posted = 0 WHERE command = ?", (command,)
        )
        return done.rowcount > 0

    def to_post(self) -> tuple[str, bytes] | None:
        """The oldest result that the platform has not acknowledged: its command, and the packed result."""
        row: tuple[str, bytes] | None = self._database.connection.execute(
            "SELECT command, result FROM executed WHERE posted = 0 ORDER BY at LIMIT 1"
        ).fetchone()
        return row

    def posted(self, command: str) -> None:
        self._database.connection.execute("UPDATE executed SET posted = 1 WHERE command = ?", (command,))

    def forget_old(self) -> None:
        self._database.connection.execute(
            "DELETE FROM executed WHERE posted = 1 AND at < ?", (time.time() - KEPT_DAYS * 86_400,)
        )
