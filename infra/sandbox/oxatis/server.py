"""The shop on HTTP: the door of its web services, its pages, and a server that runs it here or in a thread."""

import asyncio
import contextlib
import logging
import socket
import threading
import time
from pathlib import Path
from typing import Any

import uvicorn
from anyio import to_thread
from litestar import Litestar, Request, Response, post
from litestar.datastructures import State
from litestar.params import FromPath
from litestar.static_files import create_static_files_router

from sandbox.oxatis import pages
from sandbox.oxatis.shop import OxatisShop

HERE = Path(__file__).parent
MAINTENANCE = (
    "<!doctype html><html lang='fr'><title>Maintenance</title><p>De retour dans une minute.</p></html>"
)
AnyRequest = Request[Any, Any, Any]


@post("/httpservices/{service:str}", status_code=200)
async def web_service(request: AnyRequest, service: FromPath[str]) -> Response[bytes]:
    """`ProductServices.aspx` and the others: a form in, XML out. The journal names the method, which no address tells."""
    shop: OxatisShop = request.app.state.shop
    started = time.perf_counter()
    form = {name: str(value) for name, value in (await request.form()).items()}
    name = service.removesuffix(".aspx")
    path = f"{name}/{form.get('Method', '?')}"
    fault = shop.faults.next("POST", path)
    kind = "" if fault is None else fault.kind
    body, status, media = b"", 200, "text/xml; charset=utf-8"
    if fault is not None and kind == "slow":
        await asyncio.sleep(fault.seconds)
    if fault is not None and kind == "status":
        status = fault.status
    elif kind == "html":
        body, media = MAINTENANCE.encode(), "text/html; charset=utf-8"
    elif kind != "cut_before":
        body = await to_thread.run_sync(shop.answer, name, form)
    if kind in ("cut_before", "cut_after"):
        status, body = 502, b""  # the line broke: of what was done, nothing is told
    shop.journal.add("POST", path, status, 1, 1, time.perf_counter() - started)
    return Response(body, status_code=status, media_type=media)


def build(shop: OxatisShop) -> Litestar:
    return Litestar(
        [web_service, *pages.ROUTES, create_static_files_router("/static", [HERE / "static"], name="static")],
        template_config=pages.TEMPLATES,
        state=State({"shop": shop}),
        openapi_config=None,
        logging_config=None,
        request_max_body_size=32 * 1024 * 1024,
    )


class OxatisServer:
    """A shop that listens on loopback. `start()` serves in a thread, `run()` in this one; `url` is its address."""

    def __init__(self, folder: Path, port: int = 0) -> None:
        self.shop = OxatisShop(folder)
        # TRAP: with the protocol left at 0 asyncio does not switch Nagle's algorithm off, and answers wait 40 ms.
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
        self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        self._socket.bind(("127.0.0.1", port))
        self.url = f"http://127.0.0.1:{self._socket.getsockname()[1]}"
        config = uvicorn.Config(
            build(self.shop), log_level="warning", access_log=False, lifespan="off", timeout_graceful_shutdown=2, log_config=None
        )  # fmt: skip
        self._server = uvicorn.Server(config)
        self._thread: threading.Thread | None = None
        logging.getLogger("uvicorn.error").setLevel(logging.WARNING)

    def run(self) -> None:
        try:
            self._server.run(sockets=[self._socket])
        finally:
            self.shop.close()

    def start(self) -> "OxatisServer":
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
        self.shop.close()

    def __enter__(self) -> "OxatisServer":
        return self.start()

    def __exit__(self, *_: object) -> None:
        self.stop()
