"""A real SMTP server on loopback, which keeps what it is given and can be told to misbehave as mail servers do."""

import email
import email.policy
import socket
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email.message import EmailMessage
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, Session


@dataclass
class Mailbox:
    """The server's handler; `port` once it listens."""

    port: int = 0
    mails: list[EmailMessage] = field(default_factory=list)
    refused: dict[str, str] = field(default_factory=dict)
    """Recipient → the server's answer to its name, e.g. "550 no such user"."""
    refused_senders: dict[str, str] = field(default_factory=dict)
    answers: list[str] = field(default_factory=list)
    """To the next messages, instead of taking them; "cut" takes the message and hangs up without a word."""
    password: str = ""

    async def handle_MAIL(  # noqa: N802 - aiosmtpd's name
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if address in self.refused_senders:
            return self.refused_senders[address]
        envelope.mail_from = address
        return "250 OK"

    async def handle_RCPT(  # noqa: N802
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if address in self.refused:
            return self.refused[address]
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        answer = self.answers.pop(0) if self.answers else ""
        if answer and answer != "cut":
            return answer
        assert isinstance(envelope.content, bytes)
        found = email.message_from_bytes(envelope.content, policy=email.policy.default)
        assert isinstance(found, EmailMessage)
        self.mails.append(found)
        if answer == "cut":
            transport: Any = server.transport
            transport.abort()
        return f"250 2.0.0 queued as {len(self.mails)}"

    def authenticate(self, server: Any, session: Any, envelope: Any, mechanism: str, data: Any) -> AuthResult:
        return AuthResult(success=data.password == self.password.encode(), handled=False)

    def subjects(self) -> list[str]:
        return [str(one["Subject"]) for one in self.mails]

    def text(self, number: int = -1) -> str:
        part = self.mails[number].get_body(("plain",))
        assert part is not None
        return str(part.get_content())

    def html(self, number: int = -1) -> str:
        part = self.mails[number].get_body(("html",))
        assert part is not None
        return str(part.get_content())


@contextmanager
def mail_server(*, tls: ssl.SSLContext | None = None, **chosen: Any) -> Iterator[Mailbox]:
    """`tls`: it offers STARTTLS with this certificate."""
    box = Mailbox(**chosen)
    more: dict[str, Any] = {"tls_context": tls} if tls else {}
    if box.password:
        more |= {"authenticator": box.authenticate, "auth_required": True, "auth_require_tls": False}
    with socket.socket() as probe:  # aiosmtpd asks its own port whether it is up, and so must know it
        probe.bind(("127.0.0.1", 0))
        box.port = probe.getsockname()[1]
    controller = Controller(box, hostname="127.0.0.1", port=box.port, ready_timeout=30, **more)
    controller.start()
    try:
        yield box
    finally:
        controller.stop()
