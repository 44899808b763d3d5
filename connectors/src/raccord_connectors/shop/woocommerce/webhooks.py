"""Webhooks: the shop calls when something happened. They only wake the poller: WooCommerce delivers each once, late or
never, and switches a webhook off after more than five failures in a row.

What the platform calls: `ensure` once a day and after connecting, `verify` then `parse` for each delivery. A delivery
whose `parse` is None is the ping of a new webhook (a form, unsigned): answer it 200 and do nothing.
"""

import base64
import hashlib
import hmac
from collections.abc import Mapping, Sequence
from typing import Literal

import msgspec
from msgspec import Struct

from raccord_connectors.shop.woocommerce.connector import WooCommerce

TOPICS = ("order.created", "order.updated", "order.deleted", "product.updated", "product.deleted")
SIGNATURE, TOPIC = "x-wc-webhook-signature", "x-wc-webhook-topic"
_STREAMS: Mapping[str, Literal["orders", "listings"]] = {"order": "orders", "product": "listings"}


class Delivery(Struct, frozen=True):
    """What happened to which record. `key` of a listing may be that of a variation: then read since the last cursor."""

    stream: Literal["orders", "listings"]
    key: str
    event: str
    """created, updated, deleted or restored."""
    modified: str = ""
    """`date_modified_gmt`: with key and event it tells a repetition."""


def verify(body: bytes, headers: Mapping[str, str], secret: str) -> bool:
    """Whether the shop that knows `secret` sent exactly these bytes. Header names in any case."""
    given = _lower(headers).get(SIGNATURE, "")
    expected = base64.b64encode(hmac.new(secret.encode(), body, hashlib.sha256).digest()).decode()
    return hmac.compare_digest(expected.encode(), given.encode())


def is_ping(body: bytes, headers: Mapping[str, str]) -> bool:
    return SIGNATURE not in _lower(headers) and body.startswith(b"webhook_id=")


def parse(body: bytes, headers: Mapping[str, str]) -> Delivery | None:
    """None for a ping and for topics that we do not use. Raises `msgspec.DecodeError` for what is not JSON."""
    resource, _, event = _lower(headers).get(TOPIC, "").partition(".")
    if is_ping(body, headers) or resource not in _STREAMS:
        return None
    content = msgspec.json.decode(body)
    if not isinstance(content, dict) or not content.get("id"):
        return None
    return Delivery(
        _STREAMS[resource], str(content["id"]), event, str(content.get("date_modified_gmt") or "")
    )


def ensure(shop: WooCommerce, delivery_url: str, secret: str, topics: Sequence[str] = TOPICS) -> list[str]:
    """Makes the webhooks that are missing and switches on again those that the shop switched off; returns the topics
    that had to be touched. Webhooks of others stay as they are."""
    ours = {
        str(row["topic"]): row
        for row in shop.client.all("webhooks")
        if str(row.get("delivery_url")) == delivery_url
    }
    touched = []
    for topic in topics:
        row = ours.get(topic)
        if row is None:
            body = {
                "name": f"Raccord {topic}",
                "topic": topic,
                "delivery_url": delivery_url,
                "secret": secret,
            }
            shop.client.post("webhooks", {**body, "status": "active"})
        elif row.get("status") != "active":
            # The secret goes with it: the shop never shows it, so it may be another one by now.
            shop.client.put(f"webhooks/{row['id']}", {"status": "active", "secret": secret})
        else:
            continue
        touched.append(topic)
    return touched


def remove(shop: WooCommerce, delivery_url: str) -> None:
    """Takes our webhooks away, when a connection ends."""
    for row in shop.client.all("webhooks"):
        if str(row.get("delivery_url")) == delivery_url:
            shop.client.delete(f"webhooks/{row['id']}", force="true")


def _lower(headers: Mapping[str, str]) -> dict[str, str]:
    return {name.lower(): value for name, value in headers.items()}
