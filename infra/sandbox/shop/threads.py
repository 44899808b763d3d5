"""Handlers that block (SQLite, pictures) run in threads.

TRAP of Litestar 2.25: `sync_to_thread=True` breaks the first of two handlers of one path. Registering the second
registers the first again, which wraps it a second time, and its requests end in a coroutine nobody awaits.
"""

from collections.abc import Awaitable, Callable
from functools import partial, wraps
from typing import ParamSpec, TypeVar

from anyio import to_thread

P = ParamSpec("P")
T = TypeVar("T")


def threaded(function: Callable[P, T]) -> Callable[P, Awaitable[T]]:
    @wraps(function)
    async def run(*arguments: P.args, **named: P.kwargs) -> T:
        return await to_thread.run_sync(partial(function, *arguments, **named))

    return run
