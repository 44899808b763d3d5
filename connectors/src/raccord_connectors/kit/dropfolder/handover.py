"""Lays an order down for the ERP exactly once, and believes it entered only when the ERP says so.

    written under a temporary name ──▶ noted as asked ──▶ renamed (the ERP sees it) ──▶ acknowledged: a number, or a refusal

The rename is the moment at which it is sent. A process that died is understood from what lies there: the temporary file is
still there when the rename was not done, and gone when it was, whatever the ERP did with the file since.
"""

import os
import time
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Annotated, Literal

from msgspec import Meta, Struct

from raccord_connectors.canonical import Record, encode
from raccord_connectors.contract import ConfigError
from raccord_connectors.kit.definition.loading import SETTING
from raccord_connectors.kit.definition.model import Manners
from raccord_connectors.kit.dropfolder import texts
from raccord_connectors.kit.dropfolder.acknowledgements import Acknowledgement, acknowledgements, by_reference
from raccord_connectors.kit.dropfolder.delivery import Delivery, Found
from raccord_connectors.kit.dropfolder.incoming import Incoming, away
from raccord_connectors.kit.dropfolder.letters import Format, file_name, rendered
from raccord_connectors.kit.dropfolder.register import Letter, Register
from raccord_connectors.kit.dropfolder.state import State
from raccord_connectors.kit.rowfiles.model import Unreadable

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


class Handover(Delivery):
    """By files. `find` reads the ERP back where it can be asked, else acknowledgements tell."""

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
        super().__init__(Register(state, stream), find, rules.wait_seconds, sleep)
        self.folder = root / rules.folder
        self.answers = root / rules.acknowledgements
        self._rules = rules
        self._manners = manners
        self._language = language
        self._now = now
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

    def deliver(self, record: Record) -> None:
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

    def described(self, letter: Letter) -> tuple[str, str, str]:
        return letter.file, f" dans {self.answers}", f" into {self.answers}"

    def _rendered(self, record: Record) -> bytes:
        rules = self._rules
        return rendered(
            record, rules.format, encoding=rules.encoding, separator=rules.separator, decimal=rules.decimal
        )


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
