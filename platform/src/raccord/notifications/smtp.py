"""One conversation with a mail server, in two halves: everything that can be repeated without harm (`open`, `offer`), and the
handing over (`hand_over`), after which the message is on its way and nobody can call it back."""

import smtplib
import socket
import ssl
from contextlib import suppress
from typing import Annotated, Any, Literal

from msgspec import Meta

from raccord.notifications import errors
from raccord_connectors.contract import ConfigError, ConnectorError, RecordRejected, TransientError, label
from raccord_connectors.kit.addresses import public_addresses
from raccord_connectors.kit.settings import Settings

PATIENCE = 20.0
"""Seconds for each answer of the server."""


class SmtpSettings(Settings, frozen=True, kw_only=True):
    host: Annotated[
        str,
        label(
            "Serveur d’envoi (SMTP)", "Mail server (SMTP)",
            help_fr="Par exemple ssl0.ovh.net, smtp-relay.brevo.com ou smtp.votre-domaine.fr.",
            help_en="For example ssl0.ovh.net, smtp-relay.brevo.com or smtp.your-domain.com.",
        ),
        Meta(min_length=1, max_length=253),
    ]  # fmt: skip
    port: Annotated[
        int, label("Port", "Port", help_fr="587 le plus souvent, sinon 465.", help_en="587 mostly, else 465.")
    ] = 587
    security: Annotated[
        Literal["starttls", "tls", "none"],
        label(
            "Chiffrement", "Encryption",
            help_fr="starttls avec le port 587, tls avec le port 465. « none » n’est possible que sur cette machine.",
            help_en="starttls with port 587, tls with port 465. “none” is possible on this machine only.",
        ),
    ] = "starttls"  # fmt: skip
    user: Annotated[str, label("Identifiant", "User name")] = ""
    password: Annotated[str, label("Mot de passe", "Password", secret=True)] = ""
    sender: Annotated[
        str,
        label(
            "Adresse de l’expéditeur", "Sender’s address",
            help_fr="De votre domaine : c’est elle que vos clients voient, et à elle que reviennent les messages non remis.",
            help_en="Of your domain: your customers see it, and what cannot be delivered comes back to it.",
        ),
        Meta(pattern=r"^[^@\s<>\"]+@[^@\s<>\"]+\.[^@\s<>\"]+$"),
    ]  # fmt: skip
    sender_name: Annotated[str, label("Nom de l’expéditeur", "Sender’s name")] = ""
    reply_to: Annotated[
        str,
        label(
            "Répondre à", "Answers go to",
            help_fr="Vide : à l’adresse de l’expéditeur.", help_en="Empty: to the sender’s address.",
        ),
        Meta(pattern=r"^([^@\s<>\"]+@[^@\s<>\"]+\.[^@\s<>\"]+)?$"),
    ] = ""  # fmt: skip


class Uncertain(Exception):
    """The conversation broke while the message was handed over: it may have been taken."""


class SmtpConversation:
    """Blocking. Every method raises the contract's errors; `hand_over` also `Uncertain`."""

    def __init__(self, settings: SmtpSettings, *, allow_private: bool) -> None:
        self._settings = settings
        self._allow_private = allow_private
        self._server: smtplib.SMTP | None = None

    def open(self) -> None:
        settings = self._settings
        if settings.security == "none" and not self._allow_private:
            raise ConfigError(errors.IN_THE_OPEN.fill(), field="security")
        try:
            server = self._server = self._connected()
            server.ehlo_or_helo_if_needed()
            if settings.security == "starttls":
                self._encrypt(server)
            if settings.user:
                server.login(settings.user, settings.password)
        except ConnectorError:
            self.close()
            raise
        except smtplib.SMTPAuthenticationError as error:
            self.close()
            raise ConfigError(
                errors.SIGN_IN.fill(host=settings.host), field="user", detail=str(error.smtp_code)
            ) from None
        except smtplib.SMTPNotSupportedError as error:
            self.close()
            raise ConfigError(
                errors.SIGN_IN.fill(host=settings.host), field="user", detail=str(error)
            ) from None
        except ssl.SSLCertVerificationError as error:
            self.close()
            said = errors.BAD_CERTIFICATE.fill(host=settings.host)
            raise ConfigError(said, field="host", detail=error.verify_message) from None
        except (OSError, smtplib.SMTPException) as error:
            self.close()
            raise self._away(error) from None

    def offer(self, recipient: str) -> None:
        """Names sender and recipient; nothing is sent yet."""
        server = self._opened()
        try:
            plain = recipient.isascii()
            options = [] if plain else ["SMTPUTF8"]
            if not plain and not server.has_extn("smtputf8"):
                raise RecordRejected(
                    errors.REFUSED.fill(recipient=recipient, said="SMTPUTF8"), field="recipient"
                )
            code, said = server.mail(self._settings.sender, options)
            if code >= 500:
                raise ConfigError(
                    errors.SENDER_REFUSED.fill(
                        host=self._settings.host, sender=self._settings.sender, said=_words(said)
                    ),
                    field="sender",
                )
            if code == 250:
                code, said = server.rcpt(recipient)
        except (OSError, smtplib.SMTPException) as error:
            raise self._away(error) from None
        if code >= 500:
            self.forget()
            raise RecordRejected(
                errors.REFUSED.fill(recipient=recipient, said=_words(said)),
                field="recipient",
                detail=str(code),
            )
        if code not in (250, 251):
            self.forget()
            raise TransientError(
                errors.LATER.fill(host=self._settings.host, said=_words(said)), detail=str(code)
            )

    def hand_over(self, message: bytes) -> str:
        """What the server said when it took the message: most name it there."""
        server = self._opened()
        try:
            code, said = server.data(message)
        except smtplib.SMTPDataError as error:  # the server did not even want to see it
            code, said = error.smtp_code, _bytes(error.smtp_error)
        except (OSError, smtplib.SMTPException) as error:
            raise Uncertain(type(error).__name__) from None
        if code == 250:
            return _words(said)
        self.forget()
        if code >= 500:
            raise RecordRejected(errors.REFUSED.fill(recipient="", said=_words(said)), detail=str(code))
        raise TransientError(errors.LATER.fill(host=self._settings.host, said=_words(said)), detail=str(code))

    def forget(self) -> None:
        """The message that was begun; the conversation goes on."""
        if self._server is not None:
            with suppress(OSError, smtplib.SMTPException):
                self._server.rset()

    def close(self) -> None:
        server, self._server = self._server, None
        if server is not None:
            with suppress(OSError, smtplib.SMTPException):
                server.quit()
            server.close()

    # ------------------------------------------------------------------------------------------------- inside

    def _connected(self) -> smtplib.SMTP:
        """To an address that was checked (DESIGN §6.13); the certificate is still that of the name."""
        settings = self._settings
        addresses = [settings.host] if self._allow_private else self._public()
        secure = settings.security == "tls"
        made: Any = _checked(smtplib.SMTP_SSL if secure else smtplib.SMTP, addresses)
        context = {"context": ssl.create_default_context()} if secure else {}
        server: smtplib.SMTP = made(
            settings.host, settings.port, local_hostname="raccord.invalid", timeout=PATIENCE, **context
        )
        return server

    def _public(self) -> list[str]:
        try:
            return public_addresses(self._settings.host, self._settings.port)
        except ConfigError:
            raise ConfigError(errors.PRIVATE.fill(host=self._settings.host), field="host") from None
        except TransientError as error:
            raise self._away(error) from None

    def _encrypt(self, server: smtplib.SMTP) -> None:
        if not server.has_extn("starttls"):
            said = errors.NO_TLS.fill(host=self._settings.host, port=self._settings.port)
            raise ConfigError(said, field="security")
        server.starttls(context=ssl.create_default_context())
        server.ehlo()

    def _opened(self) -> smtplib.SMTP:
        assert self._server is not None, "open() comes first"
        return self._server

    def _away(self, error: Exception) -> TransientError:
        said = errors.UNREACHABLE.fill(host=self._settings.host, port=self._settings.port)
        return TransientError(said, detail=type(error).__name__)


def _checked(kind: type[smtplib.SMTP], addresses: list[str]) -> type[smtplib.SMTP]:
    """`kind`, which connects to these addresses whatever its name would lead to by now (DNS rebinding)."""

    class Checked(kind):  # type: ignore[misc, valid-type]
        def _get_socket(self, host: str, port: int, timeout: float) -> socket.socket:
            failed: OSError = OSError("no address")
            for address in addresses:
                try:
                    found = socket.create_connection((address, port), timeout)
                except OSError as error:
                    failed = error
                    continue
                if isinstance(self, smtplib.SMTP_SSL):
                    context: ssl.SSLContext = self.context
                    return context.wrap_socket(found, server_hostname=host)
                return found
            raise failed

    return Checked


def _words(said: bytes | str) -> str:
    """The server's own words, short enough to be shown."""
    text = said.decode("utf-8", "replace") if isinstance(said, bytes) else said
    return " ".join(text.replace("{", "(").replace("}", ")").split())[:200]


def _bytes(said: bytes | str) -> bytes:
    return said if isinstance(said, bytes) else said.encode()
