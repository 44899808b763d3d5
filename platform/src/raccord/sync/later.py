"""A wake-up that waits for its commit."""

from typing import Any, cast

from raccord.sync.ports import Wake


class LaterWake:
    """Remembers whom it was told to wake. `wake()` is what use cases are given, `wake_all` comes after the commit."""

    def __init__(self, wake: Wake) -> None:
        self._wake = wake
        self._calls: list[tuple[str, tuple[Any, ...], dict[str, Any]]] = []

    def wake(self) -> Wake:
        return cast(Wake, self)

    def __getattr__(self, name: str) -> Any:
        if name.startswith("_") or not hasattr(self._wake, name):
            raise AttributeError(name)

        async def call(*given: Any, **named: Any) -> None:
            self._calls.append((name, given, named))

        return call

    async def wake_all(self) -> None:
        """Each of them once: two batches that mark the same channel wake it once."""
        done: list[Any] = []
        for call in self._calls:
            if call not in done:
                done.append(call)
                name, given, named = call
                await getattr(self._wake, name)(*given, **named)
