"""How a request proves itself: Basic over HTTPS, OAuth 1.0a (one-legged, in the query string) over plain HTTP.

A web server may swallow the Authorization header, and a shop behind a proxy may believe that it is called over plain
HTTP (then its own address in the signature begins with http). So a Basic request that is refused is tried again,
signed in one way and in the other, and what works is kept.
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
        self._scheme: str | None = None
        """Of the shop's address in signatures, once we know that it wants them."""

    def auth_flow(self, request: httpx.Request) -> Generator[httpx.Request, httpx.Response, None]:
        if self._scheme or request.url.scheme != "https":
            yield self._signed(request, self._scheme or "http")
            return
        pair = f"{self._key}:{self._secret}".encode()
        request.headers["Authorization"] = f"Basic {base64.b64encode(pair).decode()}"
        response = yield request
        for scheme in ("https", "http"):
            if response.status_code != 401:
                return
            request.headers.pop("Authorization", None)
            response = yield self._signed(request, scheme)
            if response.status_code != 401:
                self._scheme = scheme

    def _signed(self, request: httpx.Request, scheme: str) -> httpx.Request:
        """The secret itself never travels. The body is not part of the signature: WooCommerce does not sign it."""
        pairs = [pair for pair in request.url.params.multi_items() if not pair[0].startswith("oauth_")]
        pairs += [
            ("oauth_consumer_key", self._key),
            ("oauth_nonce", secrets.token_hex(16)),
            ("oauth_signature_method", "HMAC-SHA256"),
            ("oauth_timestamp", str(int(self._now()))),
        ]
        joined = "&".join(f"{_encoded(name)}={_encoded(value)}" for name, value in sorted(pairs))
        address = str(request.url.copy_with(query=None, scheme=scheme))
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
