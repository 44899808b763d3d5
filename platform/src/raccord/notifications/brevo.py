"""Brevo: `/transactionalSMS/send` of its API v3, with one key.

TRAP: the answer says that a message was taken, not that it will leave: a wrong number is told later, in the events.
"""

from typing import Annotated, Any

import httpx
from msgspec import Meta

from raccord.core.notification_sms import length
from raccord.notifications import errors
from raccord.notifications.receipts import Receipt
from raccord.notifications.smtp import Uncertain
from raccord_connectors.contract import ConfigError, RecordRejected, TransientError, label
from raccord_connectors.kit.http import HttpClient, HttpFailure
from raccord_connectors.kit.settings import Settings

TITLE = "Brevo"
DELIVERED = ("delivered", "reply", "replie")
REFUSED = ("hardbounce", "blocked", "rejected")
"""A soft bounce is tried again by Brevo itself."""
ADDRESS = "https://api.brevo.com/v3"


class BrevoSettings(Settings, frozen=True, kw_only=True):
    api_key: Annotated[
        str,
        label(
            "Clé API (v3)", "API key (v3)", secret=True,
            help_fr="Dans Brevo : nom du compte, « SMTP et API », « Clés API ».",
            help_en="In Brevo: account name, “SMTP & API”, “API keys”.",
        ),
    ]  # fmt: skip
    sender: Annotated[
        str,
        label(
            "Expéditeur", "Sender", help_fr="11 lettres ou chiffres au plus, sans espace.",
            help_en="11 letters or digits at most, without spaces.",
        ),
        Meta(pattern=r"^([A-Za-z0-9]{1,11}|[0-9]{12,15})$"),
    ]  # fmt: skip


class Brevo:
    def __init__(self, settings: BrevoSettings, transport: httpx.BaseTransport | None = None) -> None:
        self._settings = settings
        self._client = HttpClient(ADDRESS, transport=transport, headers={"api-key": settings.api_key})

    def check(self) -> None:
        try:
            account = self._client.json("GET", "/account")
        except HttpFailure as failure:
            raise _explained(failure, self._settings.sender) from None
        plans = [plan for plan in account.get("plan", ()) if plan.get("type") == "sms"]
        if plans and all(float(plan.get("credits") or 0) <= 0 for plan in plans):
            raise ConfigError(errors.NO_CREDIT.fill(provider=TITLE))

    def send(self, number: str, text: str, mark: str) -> str:
        body = {
            "sender": self._settings.sender, "recipient": number.lstrip("+"), "content": text, "type": "transactional",
            "tag": mark, "unicodeEnabled": length(text).unicode,
        }  # fmt: skip
        try:
            done = self._client.json("POST", "/transactionalSMS/send", json=body, repeat=False)
        except HttpFailure as failure:
            raise _explained(failure, self._settings.sender, number) from None
        except TransientError as error:
            unsent = (
                "ConnectError" in error.detail
                or "ConnectTimeout" in error.detail
                or error.detail.endswith(": 429")
            )
            raise (error if unsent else Uncertain(error.detail)) from None
        return str(done["messageId"])

    def find(self, number: str, mark: str) -> str | None:
        asked = {"tags": mark, "phoneNumber": number.lstrip("+"), "days": 2, "limit": 10}
        try:
            told = self._client.json("GET", "/transactionalSMS/statistics/events", params=asked)
        except HttpFailure as failure:
            raise _explained(failure, self._settings.sender, number) from None
        found: list[dict[str, Any]] = told.get("events", []) if isinstance(told, dict) else []
        return str(found[0]["messageId"]) if found else None

    def receipt(self, number: str, mark: str) -> Receipt:
        asked = {"tags": mark, "phoneNumber": number.lstrip("+"), "days": 4, "limit": 50}
        try:
            told = self._client.json("GET", "/transactionalSMS/statistics/events", params=asked)
        except HttpFailure as failure:
            raise _explained(failure, self._settings.sender, number) from None
        events: list[dict[str, Any]] = told.get("events", []) if isinstance(told, dict) else []
        # TRAP: filter and answer name one event in two ways ("hardBounces", "hard_bounce").
        known = {str(one.get("event", "")).casefold().replace("_", "").rstrip("s"): one for one in events}
        if any(name in known for name in DELIVERED):
            return Receipt("delivered")
        found = next((name for name in REFUSED if name in known), None)
        if found is None:
            return Receipt("awaited")
        return Receipt("refused", str(known[found].get("reason") or found)[:200], gone=found == "hardbounce")

    def close(self) -> None:
        self._client.close()


def _explained(failure: HttpFailure, sender: str, number: str = "") -> Exception:
    body = failure.body if isinstance(failure.body, dict) else {}
    code = str(body.get("code", ""))
    said = str(body.get("message", ""))[:200].replace("{", "(").replace("}", ")")
    if failure.status in (401, 403) or code == "unauthorized":
        return ConfigError(errors.SMS_KEYS.fill(provider=TITLE), detail=said, field="api_key")
    if failure.status == 402 or code == "not_enough_credits":
        return ConfigError(errors.NO_CREDIT.fill(provider=TITLE), detail=said)
    if "sender" in said.casefold():
        return ConfigError(errors.SMS_SENDER.fill(provider=TITLE, sender=sender, said=said), field="sender")
    if code in ("invalid_parameter", "missing_parameter") and number:
        return RecordRejected(errors.NOT_A_MOBILE.fill(recipient=number, provider=TITLE), detail=said)
    return ConfigError(failure.message, detail=said)
