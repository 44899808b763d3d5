"""One agent per folder: two would number their deltas alike. The lock dies with its process, whatever kills it."""

import os
import sys
import time
from pathlib import Path
from typing import IO

from raccord_agent.cli_texts import LOCKED
from raccord_connectors.contract import ConfigError


class Lock:
    """Held from `acquire` to `release`. `ConfigError` when another process holds it."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._file: IO[bytes] | None = None

    def acquire(self, *, attempts: int = 5) -> None:
        """Several attempts, because `is_held` of a doctor or a status command takes the lock for an instant."""
        file = self._path.open("a+b")
        for attempt in range(attempts):
            if _take(file):
                self._file = file
                return
            if attempt + 1 < attempts:
                time.sleep(0.1)
        file.close()
        raise ConfigError(LOCKED.fill(folder=self._path.parent))

    def release(self) -> None:
        if self._file is not None:
            self._file.close()  # the system frees the lock with the file
            self._file = None

    def __enter__(self) -> "Lock":
        self.acquire()
        return self

    def __exit__(self, *_: object) -> None:
        self.release()


def is_held(path: Path) -> bool:
    """Whether an agent works in this folder now."""
    if not path.exists():
        return False
    lock = Lock(path)
    try:
        lock.acquire(attempts=1)
    except ConfigError:
        return True
    lock.release()
    return False


if sys.platform == "win32":
    import msvcrt

    def _take(file: IO[bytes]) -> bool:
        try:
            file.seek(0)
            msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)
        except OSError:
            return False
        return True

else:
    import fcntl

    def _take(file: IO[bytes]) -> bool:
        try:
            fcntl.flock(file.fileno(), fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            return False
        os.set_inheritable(file.fileno(), False)
        return True
