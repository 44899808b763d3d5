"""The demonstration's mailbox: keeps what it is given, and shows it without letting it do anything."""

from email.message import EmailMessage
from pathlib import Path

from litestar.testing import TestClient

from sandbox.mailbox.app import create_app
from sandbox.mailbox.letters import Letters


def letter(subject: str, html: str) -> bytes:
    made = EmailMessage()
    made["From"], made["To"], made["Subject"] = "boutique@a.example", "zoe@b.example", subject
    made.set_content("Bonjour Zoé")
    made.add_alternative(html, subtype="html")
    return made.as_bytes()


def test_mails_are_listed_newest_first_and_shown_without_power(tmp_path: Path) -> None:
    letters = Letters(tmp_path)
    letters.keep(letter("Première", "<p>une</p>"))
    newest = letters.keep(letter("Deuxième <b>", "<script>alert(1)</script><p>deux</p>"))
    with TestClient(create_app(letters), base_url="http://127.0.0.1") as client:
        inbox = client.get("/").text
        assert inbox.index("Deuxième &lt;b&gt;") < inbox.index("Première")
        assert "Bonjour Zoé" in client.get(f"/mail/{newest}").text
        body = client.get(f"/mail/{newest}/body")
        assert "sandbox" in body.headers["content-security-policy"]
        assert "default-src 'none'" in body.headers["content-security-policy"]
        assert 404 == client.get("/mail/..%2F..%2Fetc%2Fpasswd/body").status_code
        assert 404 == client.get(f"/mail/{'0' * 20}").status_code
        assert 403 == client.get("/", headers={"host": "evil.example"}).status_code
