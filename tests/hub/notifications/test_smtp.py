"""The conversation with a mail server: encrypted, never into our own network, and clear about what went wrong."""

import ssl
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from raccord.notifications.smtp import SmtpConversation, SmtpSettings
from raccord_connectors.contract import ConfigError, ConnectorError, RecordRejected, TransientError
from raccord_connectors.kit import addresses
from support.mail_server import mail_server


def settings(**given: object) -> SmtpSettings:
    plain = {"host": "127.0.0.1", "security": "none", "sender": "boutique@duval.example", **given}
    return SmtpSettings(**plain)  # type: ignore[arg-type]  # a test's own values


def refusal(found: SmtpSettings, *, allow_private: bool = True) -> ConnectorError:
    conversation = SmtpConversation(found, allow_private=allow_private)
    with pytest.raises(ConnectorError) as caught:
        conversation.open()
    return caught.value


@pytest.mark.parametrize(
    "host", ["127.0.0.1", "localhost", "169.254.169.254", "10.0.0.7", "::1", "0x7f000001"]
)
def test_an_address_of_our_own_network_is_never_called(host: str) -> None:
    found = refusal(settings(host=host, security="tls", port=465), allow_private=False)
    assert isinstance(found, ConfigError)
    assert ("mail.private", "host") == (found.message.code, found.field)


def test_a_name_that_leads_elsewhere_a_moment_later_gains_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    """DNS rebinding: the connection goes to the very address that was checked."""
    with mail_server() as box:
        monkeypatch.setattr("raccord.notifications.smtp.public_addresses", lambda host, port: ["192.0.2.1"])
        found = settings(host="localhost", port=box.port, security="starttls")
        monkeypatch.setattr("raccord.notifications.smtp.PATIENCE", 0.2)
        conversation = SmtpConversation(found, allow_private=False)
        with pytest.raises(TransientError):
            conversation.open()
        assert not addresses.is_public("127.0.0.1")


def test_without_encryption_nothing_is_sent_but_on_this_machine() -> None:
    found = refusal(settings(host="mail.example"), allow_private=False)
    assert ("mail.in_the_open", "security") == (found.message.code, found.field)


def test_a_server_without_starttls_is_refused_with_what_to_try() -> None:
    with mail_server() as box:
        found = refusal(settings(port=box.port, security="starttls"))
    assert ("mail.no_tls", "security") == (found.message.code, found.field)


def test_a_certificate_of_another_name_is_refused(tmp_path: Path) -> None:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate(tmp_path, "autre.example"))
    with mail_server(tls=context) as box:
        found = refusal(settings(port=box.port, security="starttls", host="127.0.0.1"))
    assert ("mail.bad_certificate", "host") == (found.message.code, found.field)


def test_a_server_that_is_not_there_is_asked_again_later() -> None:
    found = refusal(settings(port=1))
    assert isinstance(found, TransientError)
    assert "127.0.0.1" in found.message.fr


def test_an_address_that_the_server_cannot_write_is_the_recipients_trouble() -> None:
    with mail_server() as box:
        conversation = SmtpConversation(settings(port=box.port), allow_private=True)
        conversation.open()
        box.refused["zoë@example.com"] = "550 no"
        with pytest.raises(RecordRejected):
            conversation.offer("zoë@example.com")
        conversation.offer("zoe@example.com")
        assert "queued" in conversation.hand_over(b"Subject: x\r\n\r\ny\r\n")
        conversation.close()


def test_a_password_is_in_no_text_of_the_settings() -> None:
    assert "geheim" not in repr(settings(password="geheim"))


def certificate(folder: Path, name: str) -> Path:
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(name)]), critical=False)
        .sign(key, hashes.SHA256())
    )
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    found = folder / "server.pem"
    found.write_bytes(private + made.public_bytes(serialization.Encoding.PEM))
    return found
