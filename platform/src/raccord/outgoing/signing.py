"""How an event is signed, as the convention "Standard Webhooks" says: whoever takes it needs no library of ours. Pure.

webhook-id: evt_…          the same in every attempt and replay: take an id once
webhook-timestamp: …       seconds since 1970, of this attempt: refuse what is older than five minutes
webhook-signature: v1,…    base64 of HMAC-SHA-256 over "id.timestamp.body", with what follows `whsec_` (base64) as its key;
                           two of them, with a space between, for a day after the secret was changed
"""

import base64
import hmac
import secrets
from datetime import datetime
from hashlib import sha256
from uuid import UUID

import msgspec

BEGINS = "whsec_"


def new_secret() -> str:
    return BEGINS + base64.b64encode(secrets.token_bytes(32)).decode()


def id_of(event: UUID) -> str:
    return f"evt_{event.hex}"


def body_of(type_: str, at: datetime, data: str) -> bytes:
    return msgspec.json.encode({"type": type_, "timestamp": at, "data": msgspec.Raw(data.encode())})


def headers(secrets_: list[str], event: UUID, timestamp: int, body: bytes) -> dict[str, str]:
    id_ = id_of(event)
    signed = f"{id_}.{timestamp}.".encode() + body
    return {
        "webhook-id": id_,
        "webhook-timestamp": str(timestamp),
        "webhook-signature": " ".join(f"v1,{_signature(one, signed)}" for one in secrets_),
        "content-type": "application/json",
        "user-agent": "Raccord-Webhooks/1",
    }


def _signature(secret: str, signed: bytes) -> str:
    key = base64.b64decode(secret.removeprefix(BEGINS))
    return base64.b64encode(hmac.new(key, signed, sha256).digest()).decode()
