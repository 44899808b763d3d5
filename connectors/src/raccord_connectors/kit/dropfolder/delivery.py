"""What a program that nobody of ours wrote is asked to enter: sent once, believed entered only when it says so or is read
back."""

import time
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime

from raccord_connectors.canonical import Record
from raccord_connectors.contract import Outcome, Problem, RecordRejected
from raccord_connectors.kit.dropfolder import texts
from raccord_connectors.kit.dropfolder.register import Letter, Register

LOOK = 0.05
"""Seconds between two looks for the answer while we wait."""
LONGEST_LOOK = 1.0
ASK_AGAIN = 15.0
"""Seconds after which the platform asks again."""
Found = Callable[[str], str | None]
"""Our key → the number under which the ERP has it, where it can be asked."""


class Delivery(ABC):
    """One per stream that is written."""

    def __init__(
        self, register: Register, find: Found, wait: float, sleep: Callable[[float], None] = time.sleep
    ) -> None:
        self.register = register
        self._find = find
        self._wait = wait
        self._sleep = sleep

    @abstractmethod
    def deliver(self, record: Record) -> None:
        """Sends it unless it was sent. `RecordRejected` when it cannot be; whatever concerns all is raised."""

    @abstractmethod
    def take_answers(self) -> None:
        """Notes in the register what has come since."""

    @abstractmethod
    def described(self, letter: Letter) -> tuple[str, str, str]:
        """What was sent, and where its answer is awaited, in French and in English."""

    def send(self, records: Sequence[Record]) -> Iterator[Outcome]:
        """One outcome per record, in order: entered, refused, or sent and not confirmed (to be asked again)."""
        before = {record.key: self.register.letter(record.key) for record in records}
        self.take_answers()
        wrong: dict[str, Problem] = {}
        for record in records:
            try:
                self.deliver(record)
            except RecordRejected as error:
                wrong[record.key] = error.problem()
        self._await([record.key for record in records if record.key not in wrong])
        for record in records:
            problem = wrong.get(record.key)
            yield (
                Outcome(record.key, problem=problem)
                if problem
                else self._outcome(record.key, before[record.key])
            )

    def _await(self, keys: Sequence[str]) -> None:
        waited, pause = 0.0, LOOK
        while open_ := [key for key in keys if not self._is_settled(key)]:
            for key in open_:
                number = self._find(key)
                if number is not None:
                    self.register.enter(key, number, None, None, None)
            if waited >= self._wait:
                return
            self._sleep(pause)
            waited, pause = waited + pause, min(pause * 1.5, LONGEST_LOOK)
            self.take_answers()

    def _is_settled(self, key: str) -> bool:
        letter = self.register.letter(key)
        return letter is not None and letter.state in ("done", "refused")

    def _outcome(self, key: str, before: Letter | None) -> Outcome:
        letter = self.register.letter(key)
        assert letter is not None
        if letter.state == "done":
            return Outcome(key, target=letter.number, existed=before is not None)
        if letter.state == "refused":
            self.register.tell(key)
            reason, field = letter.reason or "?", letter.field or "reference"
            return Outcome(
                key,
                problem=Problem(
                    "rejected", texts.REFUSED.fill(key=key, field=field, reason=reason), field=field
                ),
            )
        what, where_fr, where_en = self.described(letter)
        return Outcome(key, problem=_not_confirmed(letter, what, where_fr, where_en))


def _not_confirmed(letter: Letter, what: str, where_fr: str, where_en: str) -> Problem:
    at = datetime.fromtimestamp(letter.asked_at, UTC).astimezone()
    told = texts.SENT.fill(
        key=letter.key, at=f"{at:%d/%m/%Y %H:%M}", what=what, where_fr=where_fr, where_en=where_en
    )
    return Problem("transient", told, retry_after=ASK_AGAIN)
