"""OVHcloud's and Brevo's SMS services as they document their answers, for `httpx`; they can be told to misbehave."""

import hashlib
import json
from abc import ABC, abstractmethod
from dataclasses import dataclass, field
from typing import Any

import httpx


@dataclass
class Texts(ABC):
    """What both keep: (number, text, mark) of each message that was taken."""

    taken: list[tuple[str, str, str]] = field(default_factory=list)
    refused: set[str] = field(default_factory=set)
    """Numbers that are none."""
    credits: int = 100
    outcomes: dict[str, str] = field(default_factory=dict)
    """Number → what became of messages to it, in the service's own word; absent: nothing is known yet."""
    faults: list[str] = field(default_factory=list)
    """Of the next messages: "taken and cut" takes it and hangs up; "cut" hangs up; "busy" answers 503."""

    def transport(self) -> httpx.MockTransport:
        return httpx.MockTransport(self.answer)

    @abstractmethod
    def answer(self, request: httpx.Request) -> httpx.Response: ...

    def _fault(self, request: httpx.Request, number: str, text: str, mark: str) -> httpx.Response | None:
        fault = self.faults.pop(0) if self.faults else ""
        if fault == "taken and cut":
            self.taken.append((number, text, mark))
        if fault in ("cut", "taken and cut"):
            raise httpx.ReadError("connection reset", request=request)
        return httpx.Response(503, json={"message": "busy"}) if fault == "busy" else None


class OvhService(Texts):
    """`https://eu.api.ovh.com/1.0`: calls are signed, by OVH's own clock."""

    keys = ("ak", "as-secret", "ck-secret")
    account = "sms-ab12345-1"
    time = 1_790_000_000

    def answer(self, request: httpx.Request) -> httpx.Response:
        assert "eu.api.ovh.com" == request.url.host
        path = request.url.path.removeprefix("/1.0")
        if path == "/auth/time":
            return httpx.Response(200, json=self.time)
        if not self._is_signed(request):
            return httpx.Response(
                403, json={"message": "Invalid signature", "errorCode": "INVALID_SIGNATURE"}
            )
        base = f"/sms/{self.account}"
        match request.method, path:
            case "GET", found if found == base:
                return httpx.Response(200, json={"creditsLeft": self.credits, "name": self.account})
            case "GET", found if found == f"{base}/senders":
                return httpx.Response(200, json=["Aubepine"])
            case "GET", found if found == f"{base}/jobs":
                return httpx.Response(200, json=[])
            case "GET", found if found == f"{base}/outgoing":
                asked = request.url.params
                return httpx.Response(200, json=[
                    number for number, (to, _, mark) in enumerate(self.taken, start=1)
                    if mark == asked["tag"] and to == asked["receiver"]
                ])  # fmt: skip
            case "GET", found if found.startswith(f"{base}/outgoing/"):
                number = int(found.rpartition("/")[2])
                to, _, mark = self.taken[number - 1]
                code, _, reason = (self.outcomes.get(to) or "0/0").partition("/")
                return httpx.Response(200, json={
                    "id": number, "receiver": to, "tag": mark, "deliveryReceipt": int(code), "ptt": int(reason or 0),
                })  # fmt: skip
            case "GET", "/sms/ptts":
                ptt = int(request.url.params["ptt"])
                return httpx.Response(200, json={"ptt": ptt, "comment": "Destination unreachable"})
            case "POST", found if found == f"{base}/jobs":
                return self._send(request)
        return httpx.Response(404, json={"message": f"Got an invalid (or empty) URL: {path}"})

    def _send(self, request: httpx.Request) -> httpx.Response:
        body = json.loads(request.content)
        assert body["noStopClause"] is True, "else OVHcloud adds STOP and sends nothing at night"
        assert len(body["tag"]) <= 20
        (number,) = body["receivers"]
        if body["sender"] != "Aubepine":
            return httpx.Response(403, json={"message": "The sender does not exist"})
        if self.credits <= 0:
            return httpx.Response(402, json={"message": "Not enough credits"})
        fault = self._fault(request, number, body["message"], body["tag"])
        if fault is not None:
            return fault
        if number in self.refused:
            said: dict[str, Any] = {
                "ids": [],
                "invalidReceivers": [number],
                "validReceivers": [],
                "totalCreditsRemoved": 0,
            }
            return httpx.Response(200, json=said)
        self.taken.append((number, body["message"], body["tag"]))
        said = {
            "ids": [len(self.taken)], "invalidReceivers": [], "validReceivers": [number], "totalCreditsRemoved": 1
        }  # fmt: skip
        return httpx.Response(200, json=said)

    def _is_signed(self, request: httpx.Request) -> bool:
        key, secret, consumer = self.keys
        told = request.headers
        if abs(int(told["X-Ovh-Timestamp"]) - self.time) > 60:
            return False
        parts = (
            secret,
            consumer,
            request.method,
            str(request.url),
            request.content.decode(),
            told["X-Ovh-Timestamp"],
        )
        signature = "$1$" + hashlib.sha1("+".join(parts).encode()).hexdigest()
        return (told["X-Ovh-Application"], told["X-Ovh-Consumer"], told["X-Ovh-Signature"]) == (
            key,
            consumer,
            signature,
        )


class BrevoService(Texts):
    """`https://api.brevo.com/v3`."""

    key = "xkeysib-secret"

    def answer(self, request: httpx.Request) -> httpx.Response:
        assert "api.brevo.com" == request.url.host
        path = request.url.path.removeprefix("/v3")
        if request.headers.get("api-key") != self.key:
            return httpx.Response(401, json={"code": "unauthorized", "message": "Key not found"})
        match request.method, path:
            case "GET", "/account":
                plan = [{"type": "free", "credits": 300}, {"type": "sms", "credits": self.credits}]
                return httpx.Response(200, json={"email": "a@b.example", "plan": plan})
            case "GET", "/transactionalSMS/statistics/events":
                asked = request.url.params
                found = [
                    {
                        "phoneNumber": to,
                        "messageId": str(number),
                        "event": event,
                        "tag": mark,
                        "reason": "Unknown subscriber",
                    }
                    for number, (to, _, mark) in enumerate(self.taken, start=1)
                    if mark == asked["tags"] and to == asked["phoneNumber"]
                    for event in ("sent", self.outcomes.get(to, ""))
                    if event
                ]
                return httpx.Response(200, json={"events": found} if found else {})
            case "POST", "/transactionalSMS/send":
                return self._send(request)
        return httpx.Response(404, json={"code": "document_not_found", "message": "not found"})

    def _send(self, request: httpx.Request) -> httpx.Response:
        body = json.loads(request.content)
        assert body["type"] == "transactional"
        number = body["recipient"]
        if self.credits <= 0:
            return httpx.Response(402, json={"code": "not_enough_credits", "message": "not enough credits"})
        fault = self._fault(request, number, body["content"], body["tag"])
        if fault is not None:
            return fault
        if f"+{number}" in self.refused or not 6 <= len(number) <= 15:
            said = {"code": "invalid_parameter", "message": "Invalid telephone number"}
            return httpx.Response(400, json=said)
        self.taken.append((number, body["content"], body["tag"]))
        return httpx.Response(201, json={"messageId": 1511882900176220 + len(self.taken)})
