"""Orders by the one statement that the integrator names locally: run once, read back by the definition's own query."""

import json
import time
from collections.abc import Callable
from typing import Any

import sqlalchemy as sa

from raccord_connectors.canonical import Record, encode
from raccord_connectors.contract import ConfigError, ConnectorError
from raccord_connectors.erp.sql.engines import own_words
from raccord_connectors.erp.sql.settings import Kind, OrdersByStatement
from raccord_connectors.kit.dropfolder.delivery import Delivery, Found
from raccord_connectors.kit.dropfolder.letters import tree
from raccord_connectors.kit.dropfolder.register import Letter, Register
from raccord_connectors.kit.sql import LOCKED, Database

PLACES = (":reference", ":data")


class Procedure(Delivery):
    """What the ERP has under our reference is believed, whatever we remember. A statement whose end we did not see (the process
    died, the line was cut) is not run again unless the definition says that it may be (`repeat`)."""

    def __init__(
        self,
        database: Database,
        kind: Kind,
        register: Register,
        rules: OrdersByStatement,
        find: Found,
        *,
        now: Callable[[], float] = time.time,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        super().__init__(register, find, rules.wait_seconds, sleep)
        self._database = database
        self._kind = kind
        self._rules = rules
        self._now = now

    def take_answers(self) -> None:
        """There are none: the database is asked."""

    def described(self, letter: Letter) -> tuple[str, str, str]:
        return letter.file, "", ""

    def deliver(self, record: Record) -> None:
        number = self._find(record.key)
        letter = self.register.letter(record.key)
        if number is not None:
            if letter is None:
                self.register.ask(record.key, self._word, encode(record), self._now())
            self.register.enter(record.key, number, None, None, None)
            return
        if letter is not None and letter.state == "refused" and letter.told:
            letter = None  # a person has corrected something and sends it again
        if letter is None:
            self.register.ask(record.key, self._word, encode(record), self._now())
        elif letter.state != "asked" or not self._rules.repeat:
            return
        self._run(record)

    @property
    def _word(self) -> str:
        return self._rules.statement.split(":")[0].strip()[:60] or "SQL"

    def _run(self, record: Record) -> None:
        given: dict[str, Any] = {
            "reference": record.key,
            "data": json.dumps(tree(record), ensure_ascii=False),
        }
        try:
            with self._database.guard():
                connection = self._database.engine.connect()
        except ConnectorError:
            self.register.forget(record.key)  # nothing was asked of anybody
            raise
        try:
            with connection, self._database.guard(), connection.begin():
                connection.execute(sa.text(self._rules.statement), given)
        except ConnectorError as error:
            self._failed(record.key, error)
        else:
            self.register.sent(record.key)

    def _failed(self, key: str, error: ConnectorError) -> None:
        """Refused on purpose; or the server answered that it did nothing; or the line was cut, and nobody knows."""
        said = own_words(_origin(error), self._kind)
        if said is not None:
            self.register.refuse(key, said, "reference")
            return
        if isinstance(error, ConfigError) or error.message.code == LOCKED.code:
            self.register.forget(key)
        raise error


def _origin(error: BaseException) -> BaseException:
    """The driver's own error."""
    cause = error.__cause__
    return getattr(cause, "orig", None) or cause or error
