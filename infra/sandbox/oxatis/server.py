"""The shop on HTTP: the door of its web services, its pages, and a server that runs it here or in a thread."""

import asyncio
import logging
import time
from pathlib import Path
from typing import Any

from anyio import to_thread
from litestar import Litestar, Request, Response, post
from litestar.datastructures import State
from litestar.params import FromPath
from litestar.static_files import create_static_files_router

from sandbox.oxatis import pages
from sandbox.oxatis.shop import OxatisShop
from sandbox.serving import LoopbackServer

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


class OxatisServer(LoopbackServer):
    """The shop at its address."""

    def __init__(self, folder: Path, port: int = 0) -> None:
        super().__init__(port)
        self.shop = OxatisShop(folder)
        self.serve(build(self.shop), end=self.shop.close)
        logging.getLogger("uvicorn.error").setLevel(logging.WARNING)
