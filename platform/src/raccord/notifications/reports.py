"""Reads what mail servers write when a message was not delivered after all (RFC 3464), whoever wrote it. Pure.

TRAP: auto-replies, mails that quote a report and mails about mails are no reports: only `multipart/report` of delivery status is.
"""

import email
import re
from email.message import Message as Mail
from email.policy import compat32
from typing import Literal

from msgspec import Struct

MARK = re.compile(r"<([0-9a-f]{32})@[^<>\s]+>")
"""Our Message-ID: the mark of one message (`composing.mark_of`), then the sender's domain."""
GONE = re.compile(r"^5\.(1\.[0-9]+|2\.1)$")
"""RFC 3463: the address itself is wrong, or its mailbox is closed. A full mailbox or a policy does not last for ever."""


class Report(Struct, frozen=True, kw_only=True):
    mark: str
    outcome: Literal["refused", "delivered"]
    gone: bool
    """Nothing ever arrives at this address."""
    said: str
    """The server's own words, with its code."""


def read_report(content: bytes) -> Report | None:
    """None: it is no report, none of a message of ours, or one that decides nothing yet ("still trying")."""
    mail = email.message_from_bytes(content, policy=compat32)
    if not is_report(str(mail.get("Content-Type", ""))):
        return None
    mark = next((found for part in mail.walk() if (found := _mark_in(part))), "")
    if not mark:
        return None
    for fields in _recipients(mail):
        action = str(fields.get("Action", "")).strip().casefold()
        status = str(fields.get("Status", "")).strip().split(" ")[0]
        if action == "failed":
            said = str(fields.get("Diagnostic-Code", "")).partition(";")[2] or status
            return Report(mark=mark, outcome="refused", gone=bool(GONE.match(status)), said=_plain(said))
        if action == "delivered":
            return Report(mark=mark, outcome="delivered", gone=False, said=status)
    return None


def is_report(content_type: str) -> bool:
    """By the header alone: nothing else of a mailbox is anybody's business here."""
    flat = " ".join(content_type.casefold().split())
    return flat.startswith("multipart/report") and "delivery-status" in flat


def _recipients(mail: Mail) -> list[Mail]:
    """The groups of fields that speak of a recipient; the first group speaks of the message."""
    found: list[Mail] = []
    for part in mail.walk():
        if part.get_content_type() == "message/delivery-status":
            groups = part.get_payload()
            if isinstance(groups, list):
                found += [one for one in groups if isinstance(one, Mail) and one.get("Action")]
    return found


def _mark_in(part: Mail) -> str:
    """Of the message that came back: whole, or its headers alone, as the server chose."""
    if part.get_content_type() == "text/rfc822-headers":
        text = part.get_payload(decode=True)
        headers = text.decode("utf-8", "replace") if isinstance(text, bytes) else ""
        found = re.search(r"(?im)^message-id:\s*(\S+)", headers)
        return _mark_of(found[1] if found else "")
    if part.get_content_type() == "message/rfc822":
        inner = part.get_payload()
        first = inner[0] if isinstance(inner, list) and inner else None
        return _mark_of(str(first.get("Message-ID", ""))) if isinstance(first, Mail) else ""
    return ""


def _mark_of(message_id: str) -> str:
    found = MARK.search(message_id)
    return found[1] if found else ""


def _plain(said: str) -> str:
    return " ".join(said.replace("{", "(").replace("}", ")").split())[:200]
