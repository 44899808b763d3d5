"""How a simulated shop listens: on loopback only, in this thread or in one of its own."""

import contextlib
import socket
import threading
import time
from collections.abc import Callable
from typing import Any, Self

import uvicorn


class LoopbackServer:
    """`url` is known before anything is built; a subclass then says what is served. `start()` serves in a thread, `run()` in this
    one."""

    def __init__(self, port: int = 0) -> None:
        """0: any free port."""
        # TRAP: with the protocol left at 0 asyncio does not switch Nagle's algorithm off, and answers wait 40 ms.
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
        self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        self._socket.bind(("127.0.0.1", port))
        self.url = f"http://127.0.0.1:{self._socket.getsockname()[1]}"
        self._thread: threading.Thread | None = None

    def serve(self, app: Any, *, end: Callable[[], None], begin: Callable[[], None] = lambda: None) -> None:
        """An ASGI application; `begin` is called before it listens, `end` after it has stopped."""
        config = uvicorn.Config(
            app,
            log_level="warning",
            access_log=False,
            lifespan="off",
            timeout_graceful_shutdown=2,
            log_config=None,
        )
        self._server = uvicorn.Server(config)
        self._begin, self._end = begin, end

    def run(self) -> None:
        self._begin()
        try:
            self._server.run(sockets=[self._socket])
        finally:
            self._end()

    def start(self) -> Self:
        self._begin()
        self._thread = threading.Thread(
            target=self._server.run, kwargs={"sockets": [self._socket]}, daemon=True
        )
        self._thread.start()
        while not self._server.started and self._thread.is_alive():
            time.sleep(0.005)
        return self

    def stop(self) -> None:
        """Also harmless a second time."""
        if self._thread is not None and self._thread.is_alive():
            self._server.should_exit = True
            self._thread.join(timeout=10)
        with contextlib.suppress(OSError):
            self._socket.close()
        self._end()

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(self, *_: object) -> None:
        self.stop()
