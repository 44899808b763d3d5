"""The mailbox to which mail servers send what they could not deliver, read by IMAP. Nothing in it is changed, marked or deleted,
and of mails that are no reports, only their type is looked at: it may be a person's own."""

import imaplib
import re
import socket
import ssl
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Annotated, Any, Literal

from msgspec import Meta, Struct

from raccord.notifications import errors
from raccord.notifications.reports import is_report
from raccord_connectors.contract import ConfigError, TransientError, label
from raccord_connectors.kit.addresses import public_addresses
from raccord_connectors.kit.settings import Settings

PATIENCE = 20.0
"""Seconds for each answer of the server."""
LOOKED_BACK = timedelta(days=3)
"""At the first look, and when the mailbox was made anew."""
AT_ONCE = 500
"""Mails whose type is asked for in one look."""
MOST_BYTES = 300_000
"""Read of one report: what a server encloses of the message that came back is of no use."""


class ReturnSettings(Settings, frozen=True, kw_only=True):
    host: Annotated[
        str,
        label(
            "Serveur de réception (IMAP)", "Incoming mail server (IMAP)",
            help_fr="Celui de la boîte de l’adresse d’expéditeur : les messages non remis y reviennent.",
            help_en="That of the mailbox of the sender’s address: what cannot be delivered comes back to it.",
        ),
        Meta(min_length=1, max_length=253),
    ]  # fmt: skip
    port: Annotated[int, label("Port", "Port", help_fr="993 le plus souvent.", help_en="993 mostly.")] = 993
    security: Annotated[
        Literal["tls", "none"],
        label(
            "Chiffrement", "Encryption", advanced=True,
            help_fr="« none » n’est possible que sur cette machine.", help_en="“none” is possible on this machine only.",
        ),
    ] = "tls"  # fmt: skip
    # TRAP: imaplib sends a user name as it is, and a line break in it would be a command of its own.
    user: Annotated[str, label("Identifiant", "User name"), Meta(pattern=r"^[^\s\"\\(){}%*]{1,200}$")]
    password: Annotated[
        str, label("Mot de passe", "Password", secret=True), Meta(pattern=r"^[^\r\n\x00]*$", max_length=500)
    ]
    folder: Annotated[
        str,
        label(
            "Dossier", "Folder", advanced=True,
            help_fr="Si une règle y range les messages non remis.", help_en="Where a rule files what could not be delivered.",
        ),
        Meta(pattern=r"^[A-Za-z0-9 ._/-]{1,100}$"),
    ] = "INBOX"  # fmt: skip


class Place(Struct, frozen=True):
    """How far a mailbox was read."""

    validity: int = 0
    """UIDVALIDITY: another one means that all numbers are new."""
    seen: int = 0
    """The highest number."""


class ReturnMailbox:
    """Blocking. Raises `ConfigError`, `TransientError`."""

    def __init__(self, settings: ReturnSettings, *, allow_private: bool) -> None:
        self._settings = settings
        self._allow_private = allow_private
        self._server: Any = None

    def open(self) -> None:
        settings = self._settings
        if settings.security == "none" and not self._allow_private:
            raise ConfigError(errors.IN_THE_OPEN.fill(), field="security")
        try:
            server = self._server = self._connected()
            server.login(settings.user, settings.password)
        except imaplib.IMAP4.error as error:
            self.close()
            raise ConfigError(
                errors.SIGN_IN.fill(host=settings.host), field="user", detail=str(error)[:200]
            ) from None
        except ssl.SSLCertVerificationError as error:
            self.close()
            said = errors.BAD_CERTIFICATE.fill(host=settings.host)
            raise ConfigError(said, field="host", detail=error.verify_message) from None
        except OSError as error:
            self.close()
            raise self._away(error) from None
        self._examine()

    def reports(self, since: Place) -> Iterator[tuple[Place, bytes | None]]:
        """What came after `since`, oldest first, each with the place that is reached once it is dealt with; None: no report."""
        validity = self._number("UIDVALIDITY")
        fresh = validity != since.validity
        day = (datetime.now(UTC) - LOOKED_BACK).strftime("%d-%b-%Y")
        wanted = f"SINCE {day}" if fresh else f"UID {since.seen + 1}:*"
        found = self._ask("SEARCH", None, wanted)
        numbers = sorted(int(one) for one in (found[0] or b"").split())
        # TRAP: "n:*" names the last mail even where its number is lower than n.
        numbers = [one for one in numbers if fresh or one > since.seen][:AT_ONCE]
        if not numbers and fresh:
            yield Place(validity, max(0, self._number("UIDNEXT") - 1)), None
        for number in numbers:
            head = _content(self._ask("FETCH", str(number), "(BODY.PEEK[HEADER.FIELDS (CONTENT-TYPE)])"))
            # A header is unfolded before it is judged.
            type_ = re.sub(r"\r?\n[ \t]+", " ", head.decode("latin-1")).partition(":")[2].strip()
            whole = (
                self._ask("FETCH", str(number), f"(BODY.PEEK[]<0.{MOST_BYTES}>)")
                if is_report(type_)
                else None
            )
            yield Place(validity, number), None if whole is None else _content(whole)

    def close(self) -> None:
        server, self._server = self._server, None
        if server is None:
            return
        try:
            server.logout()
        except (imaplib.IMAP4.error, OSError):
            return  # it hung up first

    # ------------------------------------------------------------------------------------------------- inside

    def _examine(self) -> None:
        folder = self._settings.folder
        try:
            answer, _ = self._server.select(f'"{folder}"', readonly=True)
        except (imaplib.IMAP4.error, OSError) as error:
            self.close()
            raise self._away(error) from None
        if answer != "OK":
            self.close()
            raise ConfigError(errors.NO_FOLDER.fill(folder=folder), field="folder")

    def _number(self, name: str) -> int:
        """That the server told when the mailbox was opened."""
        _, found = self._server.response(name)
        told = found[0] if found else None
        return int(told) if told else 0

    def _ask(self, command: str, *arguments: str | None) -> list[Any]:
        try:
            answer, found = self._server.uid(command, *arguments)
        except (imaplib.IMAP4.error, OSError) as error:
            raise self._away(error) from None
        if answer != "OK":
            raise self._away(OSError(str(answer)))
        return list(found)

    def _connected(self) -> imaplib.IMAP4:
        settings = self._settings
        addresses = [settings.host] if self._allow_private else self._public()
        kind = imaplib.IMAP4_SSL if settings.security == "tls" else imaplib.IMAP4
        made: Any = _checked(kind, addresses)
        secure = {"ssl_context": ssl.create_default_context()} if settings.security == "tls" else {}
        server: imaplib.IMAP4 = made(settings.host, settings.port, timeout=PATIENCE, **secure)
        return server

    def _public(self) -> list[str]:
        try:
            return public_addresses(self._settings.host, self._settings.port)
        except ConfigError:
            raise ConfigError(errors.PRIVATE.fill(host=self._settings.host), field="host") from None
        except TransientError as error:
            raise self._away(error) from None

    def _away(self, error: Exception) -> TransientError:
        said = errors.UNREACHABLE.fill(host=self._settings.host, port=self._settings.port)
        return TransientError(said, detail=type(error).__name__)


def _checked(kind: type[imaplib.IMAP4], addresses: list[str]) -> type[imaplib.IMAP4]:
    """`kind`, which connects to these addresses whatever its name would lead to by now (DNS rebinding)."""

    class Checked(kind):  # type: ignore[misc, valid-type]
        def _create_socket(self, timeout: float) -> socket.socket:
            failed: OSError = OSError("no address")
            for address in addresses:
                try:
                    found = socket.create_connection((address, self.port), timeout)
                except OSError as error:
                    failed = error
                    continue
                if isinstance(self, imaplib.IMAP4_SSL):
                    context: ssl.SSLContext = self.ssl_context
                    return context.wrap_socket(found, server_hostname=self.host)
                return found
            raise failed

    return Checked


def _content(found: list[Any]) -> bytes:
    """Of the one mail that was asked for; b"" where it is gone meanwhile."""
    return next((bytes(one[1]) for one in found if isinstance(one, tuple) and len(one) > 1), b"")
