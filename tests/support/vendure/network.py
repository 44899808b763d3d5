"""What can happen between a connector and the shop: a cut line, a sudden death, a customer who buys in between."""

from collections.abc import Callable

import httpx


class Switch(httpx.HTTPTransport):
    """A line that a test can cut."""

    def __init__(self) -> None:
        super().__init__()
        self.cut = False

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        if self.cut:
            raise httpx.ConnectError("refused", request=request)
        return super().handle_request(request)


class Killed(BaseException):
    """What `kill -9` would be: nothing of ours runs after it."""


class Mortal(httpx.HTTPTransport):
    """Lets `lives` mutations through; the server does what the last one asks, and we die before its answer. (To die
    after a query is to die after the mutation before it.)"""

    def __init__(self, lives: int) -> None:
        super().__init__()
        self.lives = lives

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        response = super().handle_request(request)
        if b'"mutation' in request.read() and b"login(" not in request.read():
            response.read()
            self.lives -= 1
            if self.lives == 0:
                raise Killed
        return response


class Tap(httpx.HTTPTransport):
    """Remembers the token of the session."""

    def __init__(self) -> None:
        super().__init__()
        self.authorization = ""

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        self.authorization = request.headers.get("Authorization", self.authorization)
        return super().handle_request(request)


class Meanwhile(httpx.HTTPTransport):
    """Just before the first request that contains `text`, somebody else does something in the shop."""

    def __init__(self, text: bytes, act: Callable[[], object]) -> None:
        super().__init__()
        self._text = text
        self._act: Callable[[], object] | None = act

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        if self._act is not None and self._text in request.read():
            act, self._act = self._act, None
            act()
        return super().handle_request(request)
