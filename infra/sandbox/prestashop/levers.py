"""Levers for tests and demonstrations: what was asked, faults on demand, the owner's settings."""

from typing import Any

from litestar import Request, get, post
from litestar.datastructures import State

from sandbox.prestashop.shop import Shop

Asking = Request[Any, Any, State]


@get("/sandbox/log", sync_to_thread=False)
def log(request: Asking) -> dict[str, Any]:
    return _shop(request).journal.summary()


@post("/sandbox/log/reset", status_code=200, sync_to_thread=False)
def reset(request: Asking) -> dict[str, bool]:
    _shop(request).journal.reset()
    return {"done": True}


@post("/sandbox/faults", status_code=200)
async def faults(request: Asking) -> dict[str, bool]:
    """One fault (`sandbox.shop.faults.Fault`); an empty body clears them."""
    wanted = await request.json() or {}
    _shop(request).faults.arm(**wanted) if wanted else _shop(request).faults.clear()
    return {"done": True}


@post("/sandbox/configuration", status_code=200)
async def configure(request: Asking) -> dict[str, bool]:
    """Names and values of the configuration; `VERSION` is that of the PrestaShop that is played."""
    _shop(request).configure(**(await request.json()))
    return {"done": True}


def _shop(request: Asking) -> Shop:
    found: Shop = request.app.state.shop
    return found


ROUTES = [log, reset, faults, configure]
