"""Connecting a shop without typing keys (`wc-auth`): the merchant is sent to his shop, consents, and the shop posts a
key to us.

The callback is not signed: `state` is ours, random, good for one use and a few minutes, and bound to the tenant and the
shop's address. The keys are believed only after `WooCommerce.check` accepted them at *that* address.
"""

from typing import Any
from urllib.parse import urlencode

import msgspec
from msgspec import Struct

SCOPE = "read_write"


class Callback(Struct, frozen=True):
    """What the shop posts, as JSON. Answer 2xx at once, or the merchant sees an error and the key is thrown away."""

    user_id: str
    """Our `state`."""
    consumer_key: str
    consumer_secret: str
    key_permissions: str = ""
    key_id: int = 0

    def __repr__(self) -> str:
        return f"Callback(key_permissions={self.key_permissions!r})"


def authorize_url(shop_url: str, *, app_name: str, state: str, return_url: str, callback_url: str) -> str:
    """Where to send the merchant. The shop posts to `callback_url` (HTTPS), then sends the browser to
    `return_url?success=1|0&user_id=<state>`."""
    query = {
        "app_name": app_name,
        "scope": SCOPE,
        "user_id": state,
        "return_url": return_url,
        "callback_url": callback_url,
    }
    return f"{shop_url.strip().rstrip('/')}/wc-auth/v1/authorize?{urlencode(query)}"


def callback_from(body: bytes) -> Callback:
    """Raises `msgspec.DecodeError` when the body is not such a message. Some shops send numbers as texts."""
    return msgspec.json.decode(body, type=Callback, strict=False)


def settings_from(shop_url: str, callback: Callback) -> dict[str, Any]:
    """Settings of the connection that the callback makes."""
    keys = {"consumer_key": callback.consumer_key, "consumer_secret": callback.consumer_secret}
    return {"url": shop_url.strip().rstrip("/"), **keys}
