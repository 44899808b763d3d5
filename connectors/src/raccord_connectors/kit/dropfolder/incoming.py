"""Files that another program writes while we look: which are complete, and where they go once they were read.

A file is complete when its marker (`articles.csv.ok` or `articles.ok`) is there, or when its size and its time have not changed
for some seconds. It is never deleted: it moves to a folder of what was read, or of what was refused with a report beside it.
"""

import re
import shutil
from collections.abc import Iterator, Sequence
from datetime import datetime
from fnmatch import fnmatchcase
from pathlib import Path

from raccord_connectors.contract import Message, TransientError
from raccord_connectors.kit.dropfolder import texts
from raccord_connectors.kit.dropfolder.state import State

UNFINISHED = re.compile(
    r"(^[.~])|\.(tmp|part|partial|filepart|crdownload|ok|done|log|confirmer|confirm)$", re.I
)
READ, REFUSED = "lus", "refuses"
"""Folders below the one that is watched."""
MOVED = re.compile(r"^\d{8}-\d{6}-(\d+-)?")
"""What is put before a name there."""
SHOWN = 200
"""Lines of a report."""


def files_in(folder: Path, pattern: str) -> list[Path]:
    """By time, then by name; names are compared without case, as on Windows. `TransientError` when the folder is away."""
    try:
        found = [
            path
            for path in folder.iterdir()
            if not UNFINISHED.search(path.name)
            and fnmatchcase(path.name.lower(), pattern.lower())
            and path.is_file()
        ]
        return sorted(found, key=lambda path: (path.stat().st_mtime_ns, path.name))
    except OSError as error:
        raise away(folder, error) from error


def away(folder: Path, error: OSError) -> TransientError:
    reason = error.strerror or type(error).__name__
    return TransientError(texts.FOLDER_AWAY.fill(folder=folder, reason=reason), detail=type(error).__name__)


def marker_of(path: Path, suffix: str) -> Path | None:
    """`articles.csv.ok` or `articles.ok`."""
    both = (path.with_name(path.name + suffix), path.with_suffix(suffix))
    return next((one for one in both if one != path and one.exists()), None)


class Incoming:
    """`settle`: seconds without a change after which a file without marker is complete."""

    def __init__(self, state: State, folder: Path, *, marker: str = "", settle: float = 2.0) -> None:
        self.folder = folder
        self._state = state
        self._marker = marker
        self._settle = settle

    def ready(self, pattern: str, now: float) -> Iterator[Path]:
        for path in files_in(self.folder, pattern):
            if marker_of(path, self._marker) is not None if self._marker else self._is_still(path, now):
                yield path

    def read(self, path: Path, at: datetime) -> Path:
        """It was read and what it says is kept."""
        return self._move(path, READ, at)

    def refused(self, path: Path, at: datetime, reasons: Sequence[Message], language: str) -> Path:
        """With a report beside it, in the merchant's language."""
        moved = self._move(path, REFUSED, at)
        self.report(moved, reasons, language)
        return moved

    def report(self, moved: Path, reasons: Sequence[Message], language: str) -> None:
        lines = [message.text(language) for message in reasons[:SHOWN]]
        if len(reasons) > SHOWN:
            more = len(reasons) - SHOWN
            lines.append(f"… et {more} autres" if language == "fr" else f"… and {more} more")
        # Notepad reads accents with this mark; \r\n for the same reason.
        text = "\r\n".join([moved.name, "", *lines, ""])
        moved.with_name(moved.name + ".log").write_bytes(text.encode("utf-8-sig"))

    def _is_still(self, path: Path, now: float) -> bool:
        try:
            told = path.stat()
        except FileNotFoundError:
            return False
        known = self._state.connection.execute(
            "SELECT * FROM waiting WHERE path = ?", (str(path),)
        ).fetchone()
        if known is None or (known["size"], known["changed"]) != (told.st_size, told.st_mtime_ns):
            self._state.connection.execute(
                "INSERT OR REPLACE INTO waiting VALUES (?, ?, ?, ?)",
                (str(path), told.st_size, told.st_mtime_ns, now),
            )
            return self._settle <= 0
        return bool(now - known["since"] >= self._settle)

    def _move(self, path: Path, where: str, at: datetime) -> Path:
        folder = self.folder / where
        folder.mkdir(exist_ok=True)
        target = folder / f"{at:%Y%m%d-%H%M%S}-{path.name}"
        count = 1
        while target.exists():
            count += 1
            target = folder / f"{at:%Y%m%d-%H%M%S}-{count}-{path.name}"
        marker = marker_of(path, self._marker) if self._marker else None
        shutil.move(path, target)
        if marker is not None:
            marker.unlink(missing_ok=True)  # ours to take away: the file that it announced was taken
        self._state.connection.execute("DELETE FROM waiting WHERE path = ?", (str(path),))
        return target
