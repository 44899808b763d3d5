"""The renderers of a worker: as many processes as may work at once, each restarted when a picture ends it or hangs in it.

Why a renderer ended decides what becomes of the picture. Our own limits, of memory and of time, and what only a picture does to a
library (a segmentation fault, an abort): it is refused. Killed by somebody else, mostly by a machine short of memory: the picture
may be innocent, and is tried again (`Ended`).
"""

import os
import queue
import signal
import subprocess
import sys
import threading
from collections.abc import Sequence
from typing import BinaryIO

import msgspec
import structlog

from raccord.core.pictures import Recipe
from raccord.media.errors import TOO_HEAVY
from raccord.media.renderer import Answer, Task, read_block, write_block
from raccord.media.rendering import Refused, Rendered

MEGABYTES = 1_200
"""Address space of one renderer: the interpreter and its libraries take 60, the largest picture that is opened 320, and three
times that while it is changed."""
SECONDS = 40.0
"""For one content with all its recipes. A common photo takes 0.2."""
ITS_OWN_FAULT = frozenset(
    (
        signal.SIGSEGV,
        signal.SIGBUS,
        signal.SIGABRT,
        signal.SIGFPE,
        signal.SIGILL,
        signal.SIGSYS,
        signal.SIGXCPU,
    )
)
"""What a process dies of by what it does. Memory that a C library is refused, and does not look at, ends so."""
LIFE = 500
"""Contents after which a renderer is replaced, so that what libraries keep goes back to the system."""
log = structlog.get_logger(__name__)


class Ended(Exception):
    """The renderer was ended from outside, or by a mistake of ours, while it worked."""


class Closed(Exception):
    """The worker ends: this picture is made another time, and nothing is said against it."""


class Renderers:
    """`render` may be called from any thread; each call has a process of its own while it lasts."""

    def __init__(
        self, processes: int | None = None, *, megabytes: int = MEGABYTES, seconds: float = SECONDS
    ) -> None:
        self.most = processes or os.cpu_count() or 1
        self._megabytes = megabytes
        self._seconds = seconds
        self._free: queue.LifoQueue[_Renderer | None] = queue.LifoQueue()
        for _ in range(self.most):
            self._free.put(None)  # a place; its process is started when it is first needed
        self._working: set[_Renderer] = set()
        self._closed = False
        self.ended = 0
        """Renderers that a picture ended, or that were ended because they hung."""

    @property
    def working(self) -> list[int]:
        """The processes that have a picture in hand."""
        return [renderer.pid for renderer in list(self._working)]

    @property
    def idle(self) -> list[int]:
        return [renderer.pid for renderer in list(self._free.queue) if renderer is not None]

    def render(self, content: bytes, recipes: Sequence[Recipe]) -> list[Rendered]:
        """Raises `rendering.Refused`, `Ended`, `Closed`."""
        renderer = self._free.get()
        try:
            if self._closed:
                raise Closed
            if renderer is None or not renderer.serves:
                renderer = _Renderer(self._megabytes)
            self._working.add(renderer)
            if self._closed:  # it was, in between, and did not see this one
                renderer.kill()
            return renderer.render(content, recipes, self._seconds)
        except (EOFError, OSError):
            if self._closed:
                raise Closed from None
            self.ended += 1
            why = renderer.why() if renderer is not None else "not started"
            log.warning("a picture ended its renderer", size=len(content), why=why)
            if renderer is not None and renderer.at_fault:
                raise Refused(TOO_HEAVY.fill()) from None
            raise Ended(why) from None
        finally:
            if renderer is not None:
                self._working.discard(renderer)
            if renderer is not None and (self._closed or not renderer.serves):
                renderer.end()
                renderer = None
            self._free.put(renderer)

    def close(self) -> None:
        """Ends them all, in the middle of a picture too: nobody waits for a worker's end that long."""
        self._closed = True
        for renderer in list(self._working):
            renderer.kill()
        for _ in range(self.most):
            idle = self._free.get()
            if idle is not None:
                idle.end()
        for _ in range(self.most):
            self._free.put(None)  # whoever waits for a place is told


class _Renderer:
    def __init__(self, megabytes: int) -> None:
        environment = {"PATH": os.environ.get("PATH", ""), "PYTHONPATH": os.pathsep.join(sys.path)}
        self._process = subprocess.Popen(
            [sys.executable, "-m", "raccord.media.renderer", str(megabytes)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env=environment,  # no secret of ours reaches it
            start_new_session=True,
        )
        self._left = LIFE
        self._overtime = False

    @property
    def pid(self) -> int:
        return self._process.pid

    @property
    def at_fault(self) -> bool:
        """What it worked on is to blame for its end."""
        return self._overtime or -self._process.wait() in ITS_OWN_FAULT

    def why(self) -> str:
        return "too long" if self._overtime else f"status {self._process.wait()}"

    @property
    def serves(self) -> bool:
        return self._left > 0 and self._process.poll() is None

    def render(self, content: bytes, recipes: Sequence[Recipe], seconds: float) -> list[Rendered]:
        source, target = self._pipes
        self._left -= 1
        clock = threading.Timer(seconds, self._end_of_time)
        clock.start()
        try:
            write_block(source, msgspec.json.encode(Task(list(recipes))))
            write_block(source, content)
            source.flush()
            answer = msgspec.json.decode(read_block(target), type=Answer)
            if answer.refused is not None:
                raise Refused(answer.refused)
            return [
                Rendered(read_block(target), one.format, one.width, one.height) for one in answer.pictures
            ]
        except (EOFError, OSError):
            self._left = 0
            self.kill()  # one that closed its end without ending would never be waited for to the end
            raise
        finally:
            clock.cancel()

    def end(self) -> None:
        self.kill()
        self._process.wait()
        for stream in self._pipes:
            try:
                stream.close()
            except OSError:  # what was not sent cannot be flushed into a process that has ended
                continue

    @property
    def _pipes(self) -> tuple[BinaryIO, BinaryIO]:
        source, target = self._process.stdin, self._process.stdout
        assert source is not None
        assert target is not None
        return source, target  # type: ignore[return-value]

    def _end_of_time(self) -> None:
        self._overtime = True
        self.kill()

    def kill(self) -> None:
        if self._process.poll() is None:
            self._process.send_signal(signal.SIGKILL)
