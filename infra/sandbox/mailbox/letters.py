"""The mails that have arrived, as files: the newest first."""

import email
import email.policy
import re
import threading
import time
from datetime import UTC, datetime
from email.message import EmailMessage
from pathlib import Path

from msgspec import Struct

MOST = 300
"""Older ones are thrown away."""


class Letter(Struct, frozen=True):
    id: str
    at: datetime
    sender: str
    recipient: str
    subject: str
    message: EmailMessage

    @property
    def text(self) -> str:
        return self._part("plain")

    @property
    def html(self) -> str:
        return self._part("html")

    def _part(self, kind: str) -> str:
        found = self.message.get_body((kind,))
        return str(found.get_content()) if found is not None else ""


class Letters:
    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._folder.mkdir(parents=True, exist_ok=True)
        self._writing = threading.Lock()

    def keep(self, content: bytes) -> str:
        """A second one in the same instant gets a name of its own."""
        with self._writing:
            name = f"{time.time_ns():020}"
            (self._folder / f"{name}.eml").write_bytes(content)
            for old in sorted(self._folder.glob("*.eml"))[:-MOST]:
                old.unlink()
            return name

    def every(self) -> list[Letter]:
        return [self._read(path) for path in sorted(self._folder.glob("*.eml"), reverse=True)]

    def one(self, id_: str) -> Letter | None:
        path = self._folder / f"{id_}.eml"
        return self._read(path) if re.fullmatch(r"\d{20}", id_) and path.exists() else None

    def _read(self, path: Path) -> Letter:
        found = email.message_from_bytes(path.read_bytes(), policy=email.policy.default)
        assert isinstance(found, EmailMessage)
        return Letter(
            id=path.stem, at=datetime.fromtimestamp(int(path.stem) / 1e9, UTC), sender=str(found["From"] or ""),
            recipient=str(found["To"] or ""), subject=str(found["Subject"] or ""), message=found,
        )  # fmt: skip
