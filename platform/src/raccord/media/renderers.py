"""The renderers of a worker: as many processes as may work at once, each restarted when a picture ends it or hangs in it."""

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
LIFE = 500
"""Contents after which a renderer is replaced, so that what libraries keep goes back to the system."""
log = structlog.get_logger(__name__)


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
        self.ended = 0
        """Renderers that a picture ended, or that were ended because they hung."""

    def render(self, content: bytes, recipes: Sequence[Recipe]) -> list[Rendered]:
        """Raises `rendering.Refused`."""
        renderer = self._free.get()
        try:
            if renderer is None or not renderer.serves:
                renderer = _Renderer(self._megabytes)
            return renderer.render(content, recipes, self._seconds)
        except (EOFError, OSError):
            self.ended += 1
            log.warning("a picture ended its renderer", size=len(content))
            raise Refused(TOO_HEAVY.fill()) from None
        finally:
            if renderer is not None and not renderer.serves:
                renderer.end()
                renderer = None
            self._free.put(renderer)

    def close(self) -> None:
        for _ in range(self.most):
            renderer = self._free.get()
            if renderer is not None:
                renderer.end()
        for _ in range(self.most):
            self._free.put(None)


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

    @property
    def serves(self) -> bool:
        return self._left > 0 and self._process.poll() is None

    def render(self, content: bytes, recipes: Sequence[Recipe], seconds: float) -> list[Rendered]:
        source, target = self._pipes
        self._left -= 1
        clock = threading.Timer(seconds, self._kill)
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
            raise
        finally:
            clock.cancel()

    def end(self) -> None:
        self._kill()
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

    def _kill(self) -> None:
        if self._process.poll() is None:
            self._process.send_signal(signal.SIGKILL)
