"""What goes over the wire, as the tests of a connector see it."""

from collections.abc import Callable

import httpx


class Wiretap(httpx.BaseTransport):
    """A line that notes the body of every request, under any transport of httpx."""

    def __init__(self, line: httpx.BaseTransport) -> None:
        self._line = line
        self.bodies: list[bytes] = []

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        body = request.read()
        if body:
            self.bodies.append(body)
        return self._line.handle_request(request)

    def close(self) -> None:
        self._line.close()


def changes_something(request: httpx.Request) -> bool:
    return request.method not in ("GET", "HEAD", "OPTIONS")


class Unlucky(httpx.BaseTransport):
    """A line on which an answer may be lost, and behind which a server may ask for patience. `changes` tells requests that change
    something from others, where the method does not say it (GraphQL, RPC)."""

    def __init__(
        self, line: httpx.BaseTransport, *, changes: Callable[[httpx.Request], bool] = changes_something
    ) -> None:
        self._line = line
        self._changes = changes
        self.lose = False
        self.patience: int | None = None
        """Seconds to wait that every answer asks for."""

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        if self.patience is not None:
            return httpx.Response(429, headers={"Retry-After": str(self.patience)})
        response = self._line.handle_request(request)
        request.read()
        if self.lose and self._changes(request):
            self.lose = False
            response.read()
            response.close()
            raise httpx.ReadError("the line was cut before the answer", request=request)
        return response

    def close(self) -> None:
        self._line.close()
