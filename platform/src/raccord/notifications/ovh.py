"""OVHcloud SMS: `/sms/{account}/jobs` of its API, with signed calls.

TRAP: the signature holds the time; OVH refuses a clock that is more than some seconds off, so its own time is asked first.
TRAP: a job that is taken (200) may still name the number among `invalidReceivers`, and nothing is sent then.
"""

import hashlib
import time
from collections.abc import Generator
from datetime import UTC, datetime, timedelta
from typing import Annotated, Any, Literal

import httpx
from msgspec import Meta

from raccord.core.notification_sms import length
from raccord.notifications import errors
from raccord.notifications.receipts import Receipt
from raccord.notifications.smtp import Uncertain
from raccord_connectors.contract import ConfigError, RecordRejected, TransientError, label
from raccord_connectors.kit.http import HttpClient, HttpFailure
from raccord_connectors.kit.settings import Settings

TITLE = "OVHcloud SMS"
DELIVERED, REFUSED = frozenset({1}), frozenset({2, 16})
"""Of `deliveryReceipt`, in the numbers of SMS gateways: 1 on the phone, 2 not on the phone, 16 refused by the operator; 0, 4 and
8 are on their way. Its reason (`ptt`) is told in words alone, so no number is ever given up for good."""
ENDPOINTS = {"ovh-eu": "https://eu.api.ovh.com/1.0", "ovh-ca": "https://ca.api.ovh.com/1.0"}


class OvhSettings(Settings, frozen=True, kw_only=True):
    endpoint: Annotated[Literal["ovh-eu", "ovh-ca"], label("Région", "Region", advanced=True)] = "ovh-eu"
    application_key: Annotated[
        str,
        label(
            "Application Key", "Application Key",
            help_fr="Créez les trois clés sur la page « createToken » d’OVHcloud, avec les droits GET et POST sur /sms/*.",
            help_en="Create the three keys on OVHcloud’s page “createToken”, with the rights GET and POST on /sms/*.",
        ),
        Meta(min_length=1),
    ]  # fmt: skip
    application_secret: Annotated[str, label("Application Secret", "Application Secret", secret=True)]
    consumer_key: Annotated[str, label("Consumer Key", "Consumer Key", secret=True)]
    account: Annotated[
        str,
        label(
            "Compte SMS", "SMS account",
            help_fr="Comme dans l’espace client, par exemple sms-ab12345-1.", 
            help_en="As in the control panel, e.g. sms-ab12345-1.",
        ),
        Meta(pattern=r"^[A-Za-z0-9-]+$"),
    ]  # fmt: skip
    sender: Annotated[
        str,
        label(
            "Expéditeur", "Sender",
            help_fr="Déclaré et validé chez OVHcloud ; 11 lettres ou chiffres au plus.",
            help_en="Declared and validated at OVHcloud; 11 letters or digits at most.",
        ),
        Meta(min_length=1, max_length=15),
    ]  # fmt: skip


class Signed(httpx.Auth):
    requires_request_body = True

    def __init__(self, settings: OvhSettings, now: Any) -> None:
        self._settings = settings
        self._now = now

    def auth_flow(self, request: httpx.Request) -> Generator[httpx.Request, httpx.Response, None]:
        told = self._settings
        moment = str(int(self._now()))
        parts = (
            told.application_secret,
            told.consumer_key,
            request.method,
            str(request.url),
            request.content.decode(),
            moment,
        )
        digest = hashlib.sha1("+".join(parts).encode()).hexdigest()  # noqa: S324 - as OVH's API wants it
        request.headers["X-Ovh-Application"] = told.application_key
        request.headers["X-Ovh-Consumer"] = told.consumer_key
        request.headers["X-Ovh-Timestamp"] = moment
        request.headers["X-Ovh-Signature"] = f"$1${digest}"
        yield request


class Ovh:
    def __init__(self, settings: OvhSettings, transport: httpx.BaseTransport | None = None) -> None:
        self._settings = settings
        self._offset: float | None = None
        base = ENDPOINTS[settings.endpoint]
        self._plain = HttpClient(base, transport=transport)
        self._client = HttpClient(base, transport=transport, auth=Signed(settings, self._moment))

    def check(self) -> None:
        try:
            account = self._client.json("GET", f"/sms/{self._settings.account}")
            known = self._client.json("GET", f"/sms/{self._settings.account}/senders")
        except HttpFailure as failure:
            raise _explained(failure) from None
        if self._settings.sender not in known:
            said = errors.SMS_SENDER.fill(
                provider=TITLE, sender=self._settings.sender, said=", ".join(map(str, known)) or "–"
            )
            raise ConfigError(said, field="sender")
        if float(account.get("creditsLeft") or 0) <= 0 and not account.get(
            "creditThresholdForAutomaticRecredit"
        ):
            raise ConfigError(errors.NO_CREDIT.fill(provider=TITLE))

    def send(self, number: str, text: str, mark: str) -> str:
        body = {
            "message": text, "receivers": [number], "sender": self._settings.sender, "tag": mark, "noStopClause": True,
            "priority": "high", "coding": "8bit" if length(text).unicode else "7bit", "charset": "UTF-8",
            "validityPeriod": 2880, "differedPeriod": 0,
        }  # fmt: skip
        self._moment()
        try:
            done = self._client.json("POST", f"/sms/{self._settings.account}/jobs", json=body, repeat=False)
        except HttpFailure as failure:
            raise _explained(failure) from None
        except TransientError as error:
            raise _perhaps(error) from None
        if number in done.get("invalidReceivers", ()) or not done.get("ids"):
            raise RecordRejected(errors.NOT_A_MOBILE.fill(recipient=number, provider=TITLE))
        return str(done["ids"][0])

    def find(self, number: str, mark: str) -> str | None:
        since = (datetime.now(UTC) - timedelta(days=2)).strftime("%Y-%m-%dT%H:%M:%SZ")
        asked = {"tag": mark, "receiver": number, "creationDatetime.from": since}
        try:
            waiting = self._client.json("GET", f"/sms/{self._settings.account}/jobs")
            found = self._client.json("GET", f"/sms/{self._settings.account}/outgoing", params=asked)
            if found:
                return str(found[0])
            for job in waiting[:50]:
                told = self._client.json("GET", f"/sms/{self._settings.account}/jobs/{int(job)}")
                if told.get("tag") == mark:
                    return str(job)
        except HttpFailure as failure:
            raise _explained(failure) from None
        return None

    def receipt(self, number: str, mark: str) -> Receipt:
        since = (datetime.now(UTC) - timedelta(days=4)).strftime("%Y-%m-%dT%H:%M:%SZ")
        asked = {"tag": mark, "receiver": number, "creationDatetime.from": since}
        place = f"/sms/{self._settings.account}/outgoing"
        try:
            found = self._client.json("GET", place, params=asked)
            told = self._client.json("GET", f"{place}/{int(found[0])}") if found else {}
            code = int(told.get("deliveryReceipt") or 0)
            if code in DELIVERED:
                return Receipt("delivered")
            if code not in REFUSED:
                return Receipt("awaited")
            said = self._client.json("GET", "/sms/ptts", params={"ptt": int(told.get("ptt") or 0)})
        except HttpFailure as failure:
            raise _explained(failure) from None
        words = str(said.get("comment") or said.get("description") or code)[:200]
        return Receipt("refused", words.replace("{", "(").replace("}", ")"))

    def close(self) -> None:
        self._plain.close()
        self._client.close()

    def _moment(self) -> float:
        if self._offset is None:
            self._offset = float(self._plain.json("GET", "/auth/time")) - time.time()
        return time.time() + self._offset


def _explained(failure: HttpFailure) -> Exception:
    body = failure.body if isinstance(failure.body, dict) else {}
    said = str(body.get("message", ""))[:200].replace("{", "(").replace("}", ")")
    if failure.status in (401, 403):
        return ConfigError(errors.SMS_KEYS.fill(provider=TITLE), detail=said, field="application_key")
    if failure.status == 402 or "credit" in said.casefold():
        return ConfigError(errors.NO_CREDIT.fill(provider=TITLE), detail=said)
    if "sender" in said.casefold():
        return ConfigError(errors.SMS_SENDER.fill(provider=TITLE, sender="", said=said), field="sender")
    if "receiver" in said.casefold():
        return RecordRejected(errors.NOT_A_MOBILE.fill(recipient="", provider=TITLE), detail=said)
    return ConfigError(failure.message, detail=said)


def _perhaps(error: TransientError) -> Exception:
    """No connection: nothing was sent. Anything else may have been taken before it broke."""
    return (
        error
        if "ConnectError" in error.detail or "ConnectTimeout" in error.detail
        else Uncertain(error.detail)
    )
