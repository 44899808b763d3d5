"""The files loop: looks through the allowed folders, tells the platform which files belong to which article, uploads what it
lacks. A content is hashed again only when a file's size or time changed, and uploaded only when the platform has none.
"""

import hashlib
import logging
import time
from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path

import msgspec

from raccord_agent.board import FILES, Board
from raccord_agent.contact import FAILURES, Contact
from raccord_agent.files_index import FolderAway, Found, Index, look
from raccord_agent.files_match import NameRules, Place, places, references
from raccord_agent.files_shelf import Hashed, Shelf
from raccord_agent.files_texts import EMPTY, FOLDER_AWAY, TOO_LARGE, UNREADABLE
from raccord_agent.files_upload import Gone, Uploader, sha256_of
from raccord_agent.settings import FileSettings
from raccord_agent.tunnel import Tunnel
from raccord_connectors.contract import Message, Problem
from raccord_connectors.wire_files import FilesTold, FileTold, RecordFiles

log = logging.getLogger(__name__)

AT_ONCE = 200
"""Articles told in one call."""
TELL_ALL_EVERY = 86_400.0
"""Seconds. The platform may have been restored from a backup; telling everything again costs no upload."""
UPLOADS_OF_A_TURN = 50
SETTLE = 2.0
"""Seconds that a file must have been left alone: it may still be being copied."""


class Files:
    """`now` in seconds since 1970."""

    def __init__(
        self,
        shelf: Shelf,
        settings: FileSettings,
        tunnel: Tunnel,
        uploader: Uploader,
        board: Board,
        *,
        beat: Callable[[], None],
        stopping: Callable[[], bool],
        now: Callable[[], float] = time.time,
    ) -> None:
        self._shelf = shelf
        self._settings = settings
        self._tunnel = tunnel
        self._uploader = uploader
        self._board = board
        self._contact = Contact(board, "files")
        self._beat = beat
        self._stopping = stopping
        self._now = now
        self._folders = [Path(folder) for folder in settings.folders]
        self._rules = NameRules(settings.by_reference, settings.by_family, ", ".join(settings.folders))
        self._look_at = 0.0
        self._told_all_at = now()
        self.hashed = 0
        """Contents read since the start."""

    def wake_for_articles(self) -> None:
        """Articles came: the next turn looks, whatever the schedule says."""
        self._look_at = 0.0

    def turn(self) -> float:
        try:
            if self._now() >= self._look_at:
                self._look()
            return self._upload()
        except FolderAway as away:
            message = FOLDER_AWAY.fill(folder=away.folder, reason=away.reason)
            self._board.put(FILES, Problem("config", message))
            self._look_at = self._now() + self._settings.every
            return min(self._settings.every, 60.0)
        except FAILURES as failure:
            return self._contact.pause_after(failure)

    # ------------------------------------------------------------------------------------------------- look

    def _look(self) -> None:
        self._look_at = self._now() + self._settings.every
        if self._now() - self._told_all_at > TELL_ALL_EVERY:
            self._shelf.tell_all_again()
            self._told_all_at = self._now()
        index = look(self._folders)
        self._board.put(FILES, None)
        hashed = self._shelf.hashed()
        self._shelf.remember({}, hashed.keys() - {found.path for found in index})
        self._tell(index, hashed)

    def _tell(self, index: Index, hashed: dict[str, Hashed]) -> None:
        wanted = list(self._shelf.wanted())
        known = references(wanted)
        told = self._shelf.told()
        batch: list[RecordFiles] = []
        paths: dict[bytes, tuple[str, int]] = {}
        fresh: dict[str, Hashed] = {}
        for key, one in wanted:
            self._beat()
            if self._stopping():
                break
            files = list(self._files(key, places(key, one, index, known, self._rules), hashed, fresh, paths))
            if not files and key not in told:
                continue
            record = RecordFiles(key, files)
            if told.get(key) != _digest(record):
                batch.append(record)
            if len(batch) >= AT_ONCE:
                self._send(batch, paths, fresh)
                batch, fresh = [], {}
        self._send(batch, paths, fresh)

    def _send(
        self, batch: list[RecordFiles], paths: dict[bytes, tuple[str, int]], fresh: dict[str, Hashed]
    ) -> None:
        self._shelf.remember(fresh, ())
        if not batch:
            return
        lacking = self._tunnel.tell_files(FilesTold(batch)).lacking
        self._contact.worked()
        self._shelf.tell(
            {record.key: _digest(record) for record in batch},
            {sha: paths[sha] for sha in lacking if sha in paths},
        )

    def _files(
        self,
        key: str,
        chosen: list[Place],
        hashed: dict[str, Hashed],
        fresh: dict[str, Hashed],
        paths: dict[bytes, tuple[str, int]],
    ) -> Iterator[FileTold]:
        for place in chosen:
            problem, known = place.problem, None
            if place.found is not None:
                problem, known = self._content(key, place.found, hashed, fresh)
            if known is not None and place.found is not None:
                paths[known.sha256] = (place.found.path, known.size)
            yield FileTold(
                place.name[:400],
                "document" if place.kind == "document" else "picture",
                place.owner,
                place.title[:400],
                known.sha256 if known else None,
                known.size if known else 0,
                problem,
            )

    def _content(
        self, key: str, found: Found, hashed: dict[str, Hashed], fresh: dict[str, Hashed]
    ) -> tuple[Problem | None, Hashed | None]:
        largest = self._settings.largest_mb
        if found.size > largest * 1_000_000:
            size = found.size // 1_000_000
            return _problem(TOO_LARGE.fill(path=found.shown, key=key, size=size, most=largest)), None
        if found.size == 0:
            return _problem(EMPTY.fill(path=found.shown, key=key)), None
        known = hashed.get(found.path)
        if known is not None and (known.size, known.mtime) == (found.size, found.mtime):
            return None, known
        try:
            sha256, size = sha256_of(found.path, self._beat)
        except OSError as error:
            reason = error.strerror or type(error).__name__
            return _problem(UNREADABLE.fill(path=found.shown, key=key, reason=reason)), None
        self.hashed += 1
        made = Hashed(size, found.mtime, sha256)
        # It may still be being copied, and change again within the grain of its time: looked at again in a moment.
        if self._now() - found.mtime / 1e9 > SETTLE:
            hashed[found.path] = fresh[found.path] = made
        else:
            self._look_at = min(self._look_at, self._now() + SETTLE)
        return None, made

    # ----------------------------------------------------------------------------------------------- upload

    def _upload(self) -> float:
        if self._quiet():
            return 60.0
        uploads = self._shelf.uploads(UPLOADS_OF_A_TURN)
        for sha256, path, size in uploads:
            if self._stopping():
                return 0.0
            self._beat()
            try:
                self._uploader.upload(sha256, path, size)
            except Gone:
                log.info("%s changed while it was being sent; it is looked at again", path)
                self._shelf.remember({}, [path])
                self._shelf.tell_all_again()
                self._look_at = 0.0
            self._shelf.uploaded(sha256)
            self._contact.worked()
        if len(uploads) == UPLOADS_OF_A_TURN or self._look_at <= self._now():
            return 0.0
        return max(self._look_at - self._now(), 1.0)

    def _quiet(self) -> bool:
        return self._settings.is_quiet(datetime.fromtimestamp(self._now()))  # noqa: DTZ006, the merchant's own clock


def _digest(record: RecordFiles) -> bytes:
    return hashlib.blake2b(msgspec.msgpack.encode(record), digest_size=16).digest()


def _problem(message: Message) -> Problem:
    return Problem("rejected", message, field="media")
