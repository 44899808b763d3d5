"""What is known after a message was taken: it came back or it arrived, and each is told once."""

from collections.abc import Iterator
from email.message import EmailMessage
from email.policy import SMTP
from typing import Any

import msgspec
import pytest

from raccord.notifications import address_repository, repository
from raccord.notifications.mailbox import ReturnMailbox, ReturnSettings
from raccord.notifications.reports import is_report, read_report
from raccord.notifications.returns import Returns
from raccord.settings import Settings
from raccord.storage.engine import tenant_transaction
from raccord_connectors.contract import ConfigError, TransientError
from support.imap_server import Post, imap_server
from support.telling_world import Merchant, run, settings

__all__ = ["settings"]

MARK = "0123456789abcdef0123456789abcdef"


def report(
    mark: str = MARK,
    *,
    action: str = "failed",
    status: str = "5.1.1",
    whole: bool = True,
    said: str = "550 5.1.1 no such user",
) -> bytes:
    """As Postfix and others write it: words for people, fields for programs, and what came back."""
    lines = [
        "From: MAILER-DAEMON@mx.example", "To: boutique@duval.example", "Subject: Undelivered Mail Returned to Sender",
        'Content-Type: multipart/report; report-type=delivery-status;\r\n\tboundary="=b"', "MIME-Version: 1.0", "",
        "--=b", "Content-Type: text/plain", "", "I'm sorry to have to inform you…", "",
        "--=b", "Content-Type: message/delivery-status", "", "Reporting-MTA: dns; mx.example", "",
        "Final-Recipient: rfc822; zoe@example.org", f"Action: {action}", f"Status: {status}",
        f"Diagnostic-Code: smtp; {said}", "",
        "--=b", f"Content-Type: {'message/rfc822' if whole else 'text/rfc822-headers'}", "",
        "From: boutique@duval.example", f"Message-ID: <{mark}@duval.example>", "Subject: Votre commande", "",
        *(["Bonjour"] if whole else []), "--=b--", "",
    ]  # fmt: skip
    return "\r\n".join(lines).encode()


def plain(subject: str = "Bonjour") -> bytes:
    mail = EmailMessage(policy=SMTP)
    mail["Subject"] = subject
    mail["Message-ID"] = f"<{MARK}@duval.example>"
    mail.set_content("Une lettre de quelqu’un.")
    return mail.as_bytes()


# -------------------------------------------------------------------------------------------------- reports


@pytest.mark.parametrize("whole", [True, False])
def test_a_report_names_our_message_and_what_the_server_said(whole: bool) -> None:
    found = read_report(report(whole=whole))
    assert found is not None
    assert (MARK, "refused", True, "550 5.1.1 no such user") == (
        found.mark,
        found.outcome,
        found.gone,
        found.said,
    )


@pytest.mark.parametrize(
    ("status", "gone"), [("5.1.1", True), ("5.1.10", True), ("5.2.1", True), ("5.2.2", False), ("5.7.1", False), ("4.4.7", False)]
)  # fmt: skip
def test_only_an_address_that_does_not_exist_is_given_up(status: str, gone: bool) -> None:
    found = read_report(report(status=status))
    assert found is not None
    assert gone == found.gone


def test_a_delay_decides_nothing_and_a_receipt_is_no_failure() -> None:
    assert None is read_report(report(action="delayed", status="4.4.1"))
    arrived = read_report(report(action="delivered", status="2.0.0"))
    assert arrived is not None
    assert "delivered" == arrived.outcome


@pytest.mark.parametrize(
    "content",
    [
        plain(),
        b"",
        b"\xff\xfe\x00",
        report(mark="somebody-elses"),
        report()[:300],
        b"Content-Type: multipart/report\r\n\r\n" + report(),
    ],
)  # fmt: skip
def test_what_is_no_report_of_ours_is_none(content: bytes) -> None:
    assert None is read_report(content)


def test_a_type_is_known_however_it_is_folded() -> None:
    assert is_report('multipart/report;\r\n  report-type="delivery-status"; boundary=x'.replace("\r\n", ""))
    assert not is_report("multipart/report; report-type=disposition-notification")


# -------------------------------------------------------------------------------------------------- mailbox


@pytest.fixture
def post() -> Iterator[Post]:
    with imap_server() as found:
        yield found


def settings_of(post: Post, **changes: Any) -> dict[str, Any]:
    return {
        "host": "127.0.0.1",
        "port": post.port,
        "security": "none",
        "user": "boutique",
        "password": post.password,
        **changes,
    }


def opened(post: Post, **changes: Any) -> ReturnMailbox:
    found = ReturnMailbox(ReturnSettings(**settings_of(post, **changes)), allow_private=True)
    found.open()
    return found


@pytest.mark.parametrize(
    ("changes", "code"), [({"password": "wrong"}, "mail.sign_in"), ({"folder": "Retours"}, "mail.no_folder")]
)
def test_a_mailbox_that_refuses_says_what_to_correct(post: Post, changes: dict[str, Any], code: str) -> None:
    with pytest.raises(ConfigError) as caught:
        opened(post, **changes)
    assert code == caught.value.message.code


@pytest.mark.parametrize(
    "changes",
    [{"user": "a\r\nA1 DELETE INBOX"}, {"user": "a b"}, {"password": "x\r\ny"}, {"folder": 'IN"BOX'}],
)
def test_no_setting_can_smuggle_a_command_into_the_conversation(post: Post, changes: dict[str, str]) -> None:
    with pytest.raises(msgspec.ValidationError):
        msgspec.convert(settings_of(post, **changes), type=ReturnSettings)


def test_a_private_address_or_an_open_line_is_refused(post: Post) -> None:
    for changes, code in (({}, "mail.in_the_open"), ({"security": "tls"}, "mail.private")):
        with pytest.raises(ConfigError) as caught:
            ReturnMailbox(ReturnSettings(**settings_of(post, **changes)), allow_private=False).open()
        assert code == caught.value.message.code


def test_a_server_that_is_away_is_asked_again_later(post: Post) -> None:
    with pytest.raises(TransientError):
        opened(post, port=1)


# ----------------------------------------------------------------------------------------------- the whole way


async def told_by_mail(m: Merchant) -> str:
    """One order told; the mark of its mail."""
    document = await m.sold()
    m.world.erp.ship(document, carrier="Colissimo", tracking="6A123")
    await m.seen()
    await m.told()
    return str(m.box.mails[-1]["Message-ID"]).strip("<>").partition("@")[0]


async def look(m: Merchant, returns: Returns) -> None:
    await m.act("UPDATE return_mailbox SET look_at = now() - interval '1 second'")
    while await returns.look(m.world.tenant):
        pass


async def journal(m: Merchant) -> int:
    rows = await m.rows("SELECT count(*) AS n FROM journal WHERE event = 'customer_not_told'")
    return int(rows[0]["n"])


def test_a_mail_that_came_back_is_failed_told_once_and_nobody_writes_there_until_a_person_says_so(
    settings: Settings, post: Post
) -> None:
    async def scenario(m: Merchant) -> None:
        tenant, returns = m.world.tenant, Returns(m.senders)
        mark = await told_by_mail(m)
        post.put(plain())
        await m.senders.save_mailbox(tenant, settings_of(post), None)
        assert None is await m.senders.check_mailbox(tenant)
        await look(m, returns)
        assert {"accepted": "skipped: overtaken", "shipped": "sent"} == await m.states()

        number = post.put(report(mark))
        post.put(plain("Une autre lettre"))
        await look(m, returns)
        assert "failed" == (await m.states())["shipped"]
        (row,) = await m.rows("SELECT problem::text AS said FROM notification WHERE state = 'failed'")
        assert ("no such user" in row["said"], 1) == (True, await journal(m))
        assert [number] == post.read, "of other mails nothing but their type was looked at"

        post.put(report(mark))  # told twice
        await look(m, returns)
        assert 1 == await journal(m)
        mails = len(m.box.mails)
        await told_by_mail(m)
        assert (mails, True) == (len(m.box.mails), "shipped" in str(await m.states()))
        (skipped,) = await m.rows("SELECT reason FROM notification WHERE reason = 'undeliverable'")
        assert "undeliverable" == skipped["reason"]

        (failed,) = await m.rows("SELECT id FROM notification WHERE state = 'failed'")
        async with tenant_transaction(tenant):
            assert await repository.again(failed["id"])
        await m.told()
        assert mails + 1 == len(m.box.mails)
        async with tenant_transaction(tenant):
            assert [] == await address_repository.undeliverable(10)

    run(settings, scenario)


def test_a_mailbox_is_read_from_where_it_was_left_and_anew_when_its_numbers_are_new(
    settings: Settings, post: Post
) -> None:
    async def scenario(m: Merchant) -> None:
        returns = Returns(m.senders)
        mark = await told_by_mail(m)
        await m.senders.save_mailbox(m.world.tenant, settings_of(post), None)
        first = post.put(report("f" * 32))
        await look(m, returns)
        await look(m, returns)
        assert [first] == post.read
        post.mails, post.validity = {3: report(mark)}, 8
        await look(m, returns)
        assert "failed" == (await m.states())["shipped"]
        (row,) = await m.rows("SELECT validity, seen, state FROM return_mailbox")
        assert (8, 3, "ready") == (row["validity"], row["seen"], row["state"])
        assert {"LOGIN", "EXAMINE", "UID SEARCH", "UID FETCH", "LOGOUT", "CAPABILITY"} >= set(post.commands)

    run(settings, scenario)


def test_a_mailbox_that_cannot_be_read_says_so_and_stops_no_message(settings: Settings, post: Post) -> None:
    async def scenario(m: Merchant) -> None:
        await m.senders.save_mailbox(m.world.tenant, settings_of(post, password="wrong"), None)
        await look(m, Returns(m.senders))
        (row,) = await m.rows(
            "SELECT state, problem ->> 'kind' AS kind, look_at > now() AS later FROM return_mailbox"
        )
        assert ("problem", "config", True) == (row["state"], row["kind"], row["later"])
        await told_by_mail(m)
        assert "sent" == (await m.states())["shipped"]

    run(settings, scenario)
