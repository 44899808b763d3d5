"""Servers that refuse, wait or hang up, and workers that die at each step: nobody is told twice, nothing is lost in silence."""

from collections.abc import Callable
from typing import Any

import pytest

from raccord.notifications import repository
from raccord.notifications.ending import Ending
from raccord.notifications.smtp import SmtpConversation
from raccord.settings import Settings
from raccord.storage import system
from raccord.storage.engine import tenant_transaction
from support.telling_world import Merchant, run, settings

__all__ = ["settings"]


class Killed(BaseException):
    """As SIGKILL is to a worker: nothing of it is caught."""


async def ready(m: Merchant) -> None:
    await m.sold()
    await m.seen()


async def wait_over(m: Merchant) -> None:
    await m.act("UPDATE notification SET retry_at = now() WHERE state = 'due'")


async def long_dead(m: Merchant) -> None:
    await m.act("UPDATE notification SET handed_at = now() - interval '3 minutes' WHERE state = 'sending'")


def killing(method: Callable[..., Any], when: str) -> Callable[..., Any]:
    """The same method, whose worker dies before or after it."""

    def blocking(self: Any, *given: Any) -> Any:
        if when == "after":
            method(self, *given)
        raise Killed

    return blocking


@pytest.mark.parametrize(
    ("step", "when"),
    [(step, when) for step in ("open", "offer", "hand_over") for when in ("before", "after")],
)
def test_a_worker_killed_at_any_step_tells_nobody_twice(settings: Settings, step: str, when: str) -> None:
    async def scenario(m: Merchant) -> None:
        await ready(m)
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(SmtpConversation, step, killing(getattr(SmtpConversation, step), when))
            with pytest.raises(Killed):
                await m.told()
        arrived = len(m.box.mails)
        await m.told()  # the next worker, a moment later
        await long_dead(m)
        await m.told()
        if step == "hand_over":
            # Nobody can know whether it left: it is not repeated, and a person is asked.
            assert (1 if when == "after" else 0, "uncertain") == (arrived, (await m.states())["accepted"])
            assert arrived == len(m.box.mails)
        else:
            assert (0, "sent") == (arrived, (await m.states())["accepted"])
            assert 1 == len(m.box.mails)

    run(settings, scenario)


def test_a_worker_killed_after_the_server_took_it_is_asked_about(settings: Settings) -> None:
    """Between the server's yes and our own note of it."""

    async def scenario(m: Merchant) -> None:
        await ready(m)

        async def killed(*_: object) -> None:
            raise Killed

        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(Ending, "sent", killed)
            with pytest.raises(Killed):
                await m.told()
        assert "sending" == (await m.states())["accepted"]
        await long_dead(m)
        assert any("notify" == due.kind and m.world.tenant == due.tenant for due in await system.due_work())
        await m.told()
        assert {"accepted": "uncertain"} == await m.states()
        (entry,) = await m.rows("SELECT problem FROM journal WHERE event = 'customer_not_told'")
        assert "notification.uncertain" in entry["problem"]
        (row,) = await m.rows("SELECT id FROM notification WHERE medium = 'email'")
        async with tenant_transaction(m.world.tenant):
            assert await repository.again(row["id"])
        assert 2 == len(await m.told())
        assert m.box.mails[0]["Message-ID"] == m.box.mails[1]["Message-ID"]  # so that it can be recognised

    run(settings, scenario)


def test_a_server_that_hangs_up_after_the_message_leaves_it_uncertain(settings: Settings) -> None:
    async def scenario(m: Merchant) -> None:
        await ready(m)
        m.box.answers.append("cut")
        assert 1 == len(await m.told())
        await wait_over(m)
        await m.told()
        assert (1, {"accepted": "uncertain"}) == (len(m.box.mails), await m.states())

    run(settings, scenario)


def test_a_refused_address_fails_with_the_servers_words_and_the_others_go_on(settings: Settings) -> None:
    async def scenario(m: Merchant) -> None:
        m.box.refused["lucie.martin@example.com"] = "550 5.1.1 no such user"
        await m.sold()
        await m.sold(email="paul@example.com")
        await m.seen()
        assert 1 == len(await m.told())
        rows = await m.rows("SELECT problem FROM notification WHERE state = 'failed'")
        assert "no such user" in rows[0]["problem"]
        (entry,) = await m.rows("SELECT problem FROM journal WHERE event = 'customer_not_told'")
        assert "lucie.martin@example.com" in entry["problem"]
        await wait_over(m)
        assert 1 == len(await m.told())

    run(settings, scenario)


def test_a_server_that_asks_to_wait_is_asked_again(settings: Settings) -> None:
    async def scenario(m: Merchant) -> None:
        await ready(m)
        m.box.refused["lucie.martin@example.com"] = "451 greylisted"
        assert [] == await m.told()
        (row,) = await m.rows(
            "SELECT attempts, problem, retry_at > now() AS waits FROM notification WHERE medium = 'email'"
        )
        assert (1, True) == (row["attempts"], row["waits"])
        assert "greylisted" in row["problem"]
        m.box.refused.clear()
        m.box.answers.append("452 too many")
        await wait_over(m)
        assert [] == await m.told()
        await wait_over(m)
        assert 1 == len(await m.told())

    run(settings, scenario)


def test_a_wrong_password_stops_the_sending_with_its_reason_until_it_is_mended(settings: Settings) -> None:
    async def scenario(m: Merchant) -> None:
        await m.use_mail(user="boutique", password="wrong")
        await ready(m)
        assert [] == await m.told()
        found = await m.senders.row(m.world.tenant, "email")
        assert found is not None
        assert found.problem is not None
        assert ("problem", "mail.sign_in") == (found.state, found.problem.message.code)
        assert "wrong" not in repr(found)
        await m.use_mail(user="boutique", password="correct")
        assert None is await m.senders.check(m.world.tenant, "email")
        assert 1 == len(await m.told())  # what had waited is due at once

    run(settings, scenario, password="correct")


def test_a_sender_that_the_server_does_not_allow_stops_the_sending(settings: Settings) -> None:
    async def scenario(m: Merchant) -> None:
        m.box.refused_senders["boutique@duval.example"] = "553 not your address"
        await ready(m)
        assert [] == await m.told()
        found = await m.senders.row(m.world.tenant, "email")
        assert found is not None
        assert found.problem is not None
        assert "mail.sender_refused" == found.problem.message.code
        assert {"accepted": "due"} == await m.states()

    run(settings, scenario)


def test_without_a_server_nothing_waits_for_ever(settings: Settings) -> None:
    async def scenario(m: Merchant) -> None:
        await m.senders.remove(m.world.tenant, "email", None)
        await ready(m)
        await m.told()
        assert {"accepted": "skipped: no_sender"} == await m.states()

    run(settings, scenario)


def test_a_paused_channel_tells_nobody_until_it_is_back(settings: Settings) -> None:
    async def scenario(m: Merchant) -> None:
        await ready(m)
        await m.act("UPDATE channel SET state = 'paused'")
        assert [] == await m.told()
        await m.act("UPDATE channel SET state = 'live'")
        assert 1 == len(await m.told())

    run(settings, scenario)
