"""Commands that were executed, with their results: a command that comes again is answered from here."""

import time
from typing import NamedTuple

from raccord_agent.database import Database
from raccord_connectors import wire

KEPT_DAYS = 30
"""A platform that was restored from a backup may give old commands again."""


class ToPost(NamedTuple):
    command: str
    asked: int
    """The how-manieth time of the command this answers."""
    packed: bytes


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
            "UPDATE executed SET asked = asked + 1 WHERE command = ?", (command,)
        )
        return done.rowcount > 0

    def to_post(self) -> ToPost | None:
        """The oldest result that the platform has not acknowledged."""
        row = self._database.connection.execute(
            "SELECT command, asked, result FROM executed WHERE posted < asked ORDER BY at LIMIT 1"
        ).fetchone()
        return None if row is None else ToPost(*row)

    def unposted(self, limit: int) -> list[str]:
        """Commands whose result the platform has not acknowledged, oldest first."""
        query = "SELECT command FROM executed WHERE posted < asked ORDER BY at LIMIT ?"
        return [command for (command,) in self._database.connection.execute(query, (limit,))]

    def posted(self, done: ToPost) -> None:
        """A command that was given again while its result was on its way stays to be posted."""
        self._database.connection.execute(
            "UPDATE executed SET posted = ? WHERE command = ?", (done.asked, done.command)
        )

    def forget_old(self) -> None:
        self._database.connection.execute(
            "DELETE FROM executed WHERE posted = asked AND at < ?", (time.time() - KEPT_DAYS * 86_400,)
        )
