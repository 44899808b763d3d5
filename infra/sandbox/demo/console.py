"""What the terminal shows while the demonstration starts."""

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager

TICK, CROSS = "✔", "✘"


class Console:
    def __init__(self) -> None:
        self._start = time.monotonic()
        self._live = sys.stdout.isatty()

    @contextmanager
    def step(self, title: str) -> Iterator[None]:
        """One line: the title at once, a tick and the seconds when it is done."""
        begun = time.monotonic()
        if self._live:
            print(f"  … {title}", end="", flush=True)
        try:
            yield
        except BaseException:
            self._line(f"  {CROSS} {title}")
            raise
        self._line(f"  {TICK} {title}  ({time.monotonic() - begun:.1f} s)")

    def progress(self, title: str, done: int, total: int) -> None:
        """Overwrites itself in a terminal; silent in a log until it is complete."""
        if self._live:
            filled = round(24 * done / total) if total else 0
            print(f"\r  … {title}  {'█' * filled}{'░' * (24 - filled)} {done}/{total} ", end="", flush=True)

    def say(self, text: str = "") -> None:
        self._line(text)

    def elapsed(self) -> float:
        return time.monotonic() - self._start

    def _line(self, text: str) -> None:
        clear = "\r\033[K" if self._live else ""
        print(f"{clear}{text}", flush=True)
