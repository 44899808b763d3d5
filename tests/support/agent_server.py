"""A real server process for the agents' calls, on loopback: `with agent_server(settings) as server: … server.url`.

`GET /process` tells its pid and how many calls wait; `POST /bare` is the plainest long poll that this server can hold,
the measure for ours.
"""

import asyncio
import contextlib
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
from litestar import Litestar, Request, get, post

from raccord.agents.api import ROUTES
from raccord.agents.tunnel import Tunnel
from raccord.settings import Settings, from_environment
from raccord.storage.engine import APP, SYSTEM

HERE = Path(__file__).resolve().parent
MOST_CALLS = 20_000
bare_calls = 0


@dataclass
class Server:
    url: str
    port: int
    process: "subprocess.Popen[bytes]"
    pid: int
    """Of the worker process."""

    def waiting(self) -> int:
        return int(httpx.get(f"{self.url}/process").json()["waiting"])

    def stop(self, seconds: float) -> int:
        """SIGTERM, as a service manager does it; the exit code. Raises `TimeoutExpired`."""
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(seconds)


@contextmanager
def agent_server(settings: Settings) -> Iterator[Server]:
    port = _free_port()
    environment = {
        **os.environ,
        "PYTHONPATH": os.pathsep.join([str(HERE.parent), *sys.path]),
        "RACCORD_DATABASE_URL": settings.database_url or "",
        "RACCORD_DATABASE_SYSTEM_URL": settings.database_system_url or "",
        "RACCORD_SECRET_KEY": settings.secret_key or "",
    }
    command = [sys.executable, "-m", "support.agent_server", str(port)]
    with subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL) as process:
        try:
            url = f"http://127.0.0.1:{port}"
            yield Server(url, port, process, _pid_when_up(url, process))
        finally:
            process.terminate()
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(15)
            if process.poll() is None:
                process.kill()


def _pid_when_up(url: str, process: "subprocess.Popen[bytes]") -> int:
    for _ in range(200):
        assert process.poll() is None, "the server ended while it started"
        with contextlib.suppress(httpx.TransportError):
            return int(httpx.get(f"{url}/process").json()["pid"])
        time.sleep(0.05)
    raise AssertionError("the server did not start")


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


# ------------------------------------------------------------------------------------------ in the process


class SilentWake:
    """There are no workers here."""

    async def project(self, *_: Any) -> None: ...
    async def push(self, *_: Any) -> None: ...
    async def collect(self, *_: Any) -> None: ...
    async def hooks(self, *_: Any) -> None: ...
    async def enter(self, *_: Any) -> None: ...
    async def plan(self, *_: Any) -> None: ...
    async def drift(self, *_: Any) -> None: ...
    async def rehearse(self, *_: Any) -> None: ...
    async def media(self, *_: Any) -> None: ...
    async def document(self, *_: Any) -> None: ...
    async def notify(self, *_: Any) -> None: ...
    async def answered(self, *_: Any) -> None: ...


@get("/process", sync_to_thread=False)
def process(request: Request[Any, Any, Any]) -> dict[str, int]:
    tunnel: Tunnel = request.app.state.tunnel
    return {"pid": os.getpid(), "waiting": len(tunnel.commands.agents) + bare_calls}


@post("/bare")
async def bare(request: Request[Any, Any, Any]) -> bytes:
    global bare_calls
    await request.body()
    bare_calls += 1
    try:
        await asyncio.sleep(60)
    finally:
        bare_calls -= 1
    return b""


def create() -> Litestar:
    settings = from_environment()
    tunnel = Tunnel(settings, SilentWake())

    @asynccontextmanager
    async def lifespan(_: Litestar) -> AsyncIterator[None]:
        assert settings.database_url
        assert settings.database_system_url
        await APP.open(settings.database_url, pool_size=8)
        await SYSTEM.open(settings.database_system_url, pool_size=2)
        try:
            async with tunnel.running():
                yield
        finally:
            await APP.close()
            await SYSTEM.close()

    app = Litestar(route_handlers=[*ROUTES, process, bare], lifespan=[lifespan])
    app.state.tunnel = tunnel
    return app


if __name__ == "__main__":
    from granian import Granian
    from granian.constants import Interfaces

    Granian(
        "support.agent_server:create",
        factory=True,
        address="127.0.0.1",
        port=int(sys.argv[1]),
        interface=Interfaces.ASGI,
        workers=1,
        backlog=MOST_CALLS,
        backpressure=MOST_CALLS,  # granian's default would hold back all calls beyond a thousand open ones
        log_enabled=False,
    ).serve()
