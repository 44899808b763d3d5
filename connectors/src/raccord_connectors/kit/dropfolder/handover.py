"""Lays an order down for the ERP exactly once, and believes it entered only when the ERP says so.

    written under a temporary name ──▶ noted as asked ──▶ renamed (the ERP sees it) ──▶ acknowledged: a number, or a refusal

The rename is the moment at which it is sent. A process that died is understood from what lies there: the temporary file is
still there when the rename was not done, and gone when it was, whatever the ERP did with the file since.
"""

import os
import time
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Literal

from msgspec import Meta, Struct

from raccord_connectors.canonical import Record, encode
from raccord_connectors.contract import ConfigError, Outcome, Problem, RecordRejected
from raccord_connectors.kit.definition.loading import SETTING
from raccord_connectors.kit.definition.model import Manners
from raccord_connectors.kit.dropfolder import texts
from raccord_connectors.kit.dropfolder.acknowledgements import Acknowledgement, acknowledgements, by_reference
from raccord_connectors.kit.dropfolder.incoming import Incoming, away
from raccord_connectors.kit.dropfolder.letters import Format, file_name, rendered
from raccord_connectors.kit.dropfolder.register import Letter, Register
from raccord_connectors.kit.dropfolder.state import State
from raccord_connectors.kit.rowfiles.model import Unreadable

LOOK = 0.05
"""Seconds between two looks for an acknowledgement while we wait."""
LONGEST_LOOK = 1.0
ASK_AGAIN = 15.0
"""Seconds after which the platform asks again."""
NOT_SENT = ".raccord-tmp"


class FileHandover(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """`[orders]` and `[customers]` of a definition. Folders are relative to the drop folder."""

    folder: Annotated[str, Meta(min_length=1)]
    acknowledgements: Annotated[str, Meta(min_length=1)]
    format: Format = "json"
    name: Annotated[str, Meta(pattern=r"\{reference\}")] = "{reference}"
    marker: Annotated[str, Meta(pattern=r"^(\.\w+)?$")] = ""
    encoding: Literal["utf-8", "utf-8-sig", "cp1252", "iso-8859-15"] = "utf-8"
    separator: str = ";"
    decimal: Literal[",", "."] = ","
    wait_seconds: Annotated[float, Meta(ge=0, le=60)] = 5.0
    """How long an order waits for its acknowledgement before it is told as sent and not confirmed."""
    settle_seconds: Annotated[float, Meta(ge=0, le=600)] = 1.0
    """An acknowledgement that has not changed for so long is complete."""


Found = Callable[[str], str | None]
"""Our key → the number under which the ERP has it, where it can be asked."""


class Handover:
    """One per stream that is written. `find` reads the ERP back where it can be asked, else acknowledgements tell."""

    def __init__(
        self,
        state: State,
        stream: str,
        rules: FileHandover,
        root: Path,
        *,
        manners: Manners,
        language: str,
        find: Found = lambda key: None,
        now: Callable[[], float] = time.time,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self.register = Register(state, stream)
        self.folder = root / rules.folder
        self.answers = root / rules.acknowledgements
        self._rules = rules
        self._manners = manners
        self._language = language
        self._find = find
        self._now = now
        self._sleep = sleep
        self._incoming = Incoming(state, self.answers, settle=rules.settle_seconds)

    def check(self, where: str) -> None:
        """Both folders are there and ours to write into."""
        for folder in (self.folder, self.answers):
            if not folder.is_dir():
                raise ConfigError(texts.NO_FOLDER.fill(folder=folder, where=where), field=SETTING)
            trial = folder / f".raccord-{os.getpid()}{NOT_SENT}"
            try:
                trial.write_bytes(b"")
                trial.unlink()
            except OSError as error:
                told = texts.NOT_WRITABLE.fill(folder=folder, reason=error.strerror or type(error).__name__)
                raise ConfigError(told, field=SETTING) from error

    def send(self, records: Sequence[Record]) -> Iterator[Outcome]:
        """One outcome per record, in order: entered, refused, or sent and not confirmed (to be asked again)."""
        before = {record.key: self.register.letter(record.key) for record in records}
        self.take_answers()
        wrong: dict[str, Problem] = {}
        for record in records:
            try:
                self._lay(record)
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

    def take_answers(self) -> None:
        """Reads the acknowledgements that lie there. One that cannot be understood is moved away with its reason."""
        for path in self._incoming.ready("*", self._now()):
            at = datetime.fromtimestamp(self._now()).astimezone()
            try:
                found, wrong = acknowledgements(path, self._manners)
            except FileNotFoundError:
                continue
            except Unreadable as error:
                self._incoming.refused(path, at, [error.message], self._language)
                continue
            except OSError as error:
                raise away(self.answers, error) from error
            for reference, one in by_reference(found):
                if not self._answered(reference, one):
                    told = texts.ACK_UNKNOWN.fill(file=path.name, row=one.row, reference=reference)
                    wrong.append(told)
            if wrong:
                self._incoming.refused(path, at, wrong, self._language)
            else:
                self._incoming.read(path, at)

    # ------------------------------------------------------------------------------------------------ inside

    def _answered(self, reference: str, one: Acknowledgement) -> bool:
        if one.refused and not one.number:
            return self.register.refuse(reference, one.refused, one.field)
        return self.register.enter(reference, one.number, one.net, one.tax, one.gross)

    def _lay(self, record: Record) -> None:
        letter = self.register.letter(record.key)
        if letter is not None and letter.state == "refused" and letter.told:
            letter = None  # a person has corrected something and sends it again
        if letter is not None and letter.state != "asked":
            return
        name = file_name(self._rules.name, record.key, self._rules.format)
        target, unsent = self.folder / name, self.folder / f".{name}{NOT_SENT}"
        try:
            if letter is None:
                again = self.register.letter(record.key) is not None
                lies_there = target.exists() and not again  # our memory was lost, the file was not
                if not lies_there:
                    _write(unsent, self._rendered(record))
                self.register.ask(record.key, name, encode(record), self._now())
            if unsent.exists():
                unsent.replace(target)
                _sync_folder(self.folder)
            if self._rules.marker and target.exists():
                target.with_name(name + self._rules.marker).touch()
        except OSError as error:
            raise away(self.folder, error) from error
        self.register.sent(record.key)

    def _rendered(self, record: Record) -> bytes:
        rules = self._rules
        return rendered(
            record, rules.format, encoding=rules.encoding, separator=rules.separator, decimal=rules.decimal
        )

    def _await(self, keys: Sequence[str]) -> None:
        waited, pause = 0.0, LOOK
        while open_ := [key for key in keys if not self._is_settled(key)]:
            for key in open_:
                number = self._find(key)
                if number is not None:
                    self.register.enter(key, number, None, None, None)
            if waited >= self._rules.wait_seconds:
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
        where = {"where_fr": f" dans {self.answers}", "where_en": f" into {self.answers}"}
        return Outcome(key, problem=not_confirmed(letter, letter.file, **where))


def not_confirmed(letter: Letter, what: str, *, where_fr: str = "", where_en: str = "") -> Problem:
    at = datetime.fromtimestamp(letter.asked_at, UTC).astimezone()
    told = texts.SENT.fill(
        key=letter.key, at=f"{at:%d/%m/%Y %H:%M}", what=what, where_fr=where_fr, where_en=where_en
    )
    return Problem("transient", told, retry_after=ASK_AGAIN)


def _write(path: Path, content: bytes) -> None:
    """On the disk before it gets its name: a power cut leaves no half order."""
    with path.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())


def _sync_folder(folder: Path) -> None:
    """Where the system can: so that the rename outlives a power cut. Windows syncs names itself."""
    if os.name != "posix":
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
