"""What goes over the wire, as the tests of a connector see it."""

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
