"""How a request proves itself: Basic over HTTPS, OAuth 1.0a (one-legged, in the query string) over plain HTTP.

A web server may swallow the Authorization header, and a shop behind a proxy may believe that it is called over plain
HTTP: a Basic request that is refused is therefore tried once more, signed, and if that works signing is kept.
"""

import base64
import hashlib
import hmac
import secrets
import time
from collections.abc import Callable, Generator
from urllib.parse import quote

import httpx


class Signature(httpx.Auth):
    def __init__(self, key: str, secret: str, now: Callable[[], float] = time.time) -> None:
        self._key = key
        self._secret = secret
        self._now = now
        self._signing = False

    def auth_flow(self, request: httpx.Request) -> Generator[httpx.Request, httpx.Response, None]:
        if self._signing or request.url.scheme != "https":
            yield self._signed(request)
            return
        pair = f"{self._key}:{self._secret}".encode()
        request.headers["Authorization"] = f"Basic {base64.b64encode(pair).decode()}"
        response = yield request
        if response.status_code == 401:
            del request.headers["Authorization"]
            response = yield self._signed(request)
            self._signing = response.status_code != 401

    def _signed(self, request: httpx.Request) -> httpx.Request:
        """The secret itself never travels. The body is not part of the signature: WooCommerce does not sign it."""
        pairs = [pair for pair in request.url.params.multi_items() if not pair[0].startswith("oauth_")]
        pairs += [
            ("oauth_consumer_key", self._key),
            ("oauth_nonce", secrets.token_hex(16)),
            ("oauth_signature_method", "HMAC-SHA256"),
            ("oauth_timestamp", str(int(self._now()))),
        ]
        joined = "&".join(f"{_encoded(name)}={_encoded(value)}" for name, value in sorted(pairs))
        address = str(request.url.copy_with(query=None))
        text = "&".join((request.method, _encoded(address), _encoded(joined)))
        # « & » and nothing behind it: there is no token in the one-legged form.
        digest = hmac.new(f"{self._secret}&".encode(), text.encode(), hashlib.sha256).digest()
        request.url = request.url.copy_with(
            params=[*pairs, ("oauth_signature", base64.b64encode(digest).decode())]
        )
        return request


def _encoded(text: str) -> str:
    """RFC 3986, as OAuth demands."""
    return quote(text, safe="~")
