"""Text messages by the two providers' own ways: signed, marked, refused, looked up after a crash."""

from typing import Any

import pytest
from msgspec.structs import replace

from raccord.core.notification_rules import EventRule, NotificationRules
from raccord.notifications.returns import Returns
from raccord.settings import Settings
from raccord_connectors.canonical.customer import Address
from support.sms_providers import BrevoService, OvhService, Texts
from support.telling_world import ALL_BY_US, Merchant, run, settings

__all__ = ["settings"]

BY_TEXT = replace(ALL_BY_US, events={"shipped": EventRule(teller="us", email=False, sms=True)})
OVH = {
    "application_key": "ak", "application_secret": "as-secret", "consumer_key": "ck-secret", "account": "sms-ab12345-1",
    "sender": "Aubepine",
}  # fmt: skip
BREVO = {"api_key": "xkeysib-secret", "sender": "Aubepine"}
BOTH = pytest.mark.parametrize(
    ("name", "service", "given"), [("ovh", OvhService, OVH), ("brevo", BrevoService, BREVO)]
)
HOME = Address(
    first_name="Lucie",
    last_name="Martin",
    line1="3 rue des Lilas",
    city="Nantes",
    country="FR",
    phone="06 12 34 56 78",
)


async def shipped(m: Merchant, **order: Any) -> None:
    document = await m.sold(**{"delivery": HOME, **order})
    m.world.erp.ship(document, carrier="Colissimo", tracking="6A123")
    await m.seen()


def told_by(
    settings: Settings,
    name: str,
    service: Texts,
    given: dict[str, str],
    scenario: Any,
    rules: NotificationRules = BY_TEXT,
) -> None:
    async def inside(m: Merchant) -> None:
        await m.senders.save(m.world.tenant, "sms", name, given, None)
        await scenario(m)

    run(settings, inside, rules=rules, transport=service.transport())


@BOTH
def test_a_parcel_is_told_by_text_once(
    settings: Settings, name: str, service: type[Texts], given: dict[str, str]
) -> None:
    provider = service()

    async def scenario(m: Merchant) -> None:
        assert None is await m.senders.check(m.world.tenant, "sms")
        for _ in range(2):
            await (shipped(m) if not provider.taken else m.seen())
            assert [] == await m.told()  # no mail
        ((number, text, mark),) = provider.taken
        assert "33612345678" == number.lstrip("+")
        assert "suivre-vos-envois?code=6A123" in text
        assert 20 == len(mark)
        assert "sent" == (await m.states("sms"))["shipped"]

    told_by(settings, name, provider, given, scenario)


@BOTH
def test_what_broke_while_it_was_handed_over_is_looked_up_or_asked_about(
    settings: Settings, name: str, service: type[Texts], given: dict[str, str]
) -> None:
    """A provider that keeps our mark can say whether it took the message; one that never got it leaves it to a person."""
    provider = service()

    async def scenario(m: Merchant) -> None:
        provider.faults.append("taken and cut")
        await shipped(m)
        await m.told()
        assert "uncertain" == (await m.states("sms"))["shipped"]
        # The same, had the worker died before it could say so.
        await m.act("UPDATE notification SET state = 'sending', handed_at = now() - interval '3 minutes' WHERE medium = 'sms' "
                    "AND state = 'uncertain'")  # fmt: skip
        await m.told()
        assert (1, "sent") == (len(provider.taken), (await m.states("sms"))["shipped"])
        provider.taken.clear()
        await m.act("UPDATE notification SET state = 'sending', handed_at = now() - interval '3 minutes' WHERE medium = 'sms' "
                    "AND state = 'sent'")  # fmt: skip
        await m.told()
        assert (0, "uncertain") == (len(provider.taken), (await m.states("sms"))["shipped"])

    told_by(settings, name, provider, given, scenario)


@BOTH
def test_a_wrong_number_no_credit_and_wrong_keys_say_what_to_do(
    settings: Settings, name: str, service: type[Texts], given: dict[str, str]
) -> None:
    provider = service(refused={"+33612345678"})

    async def scenario(m: Merchant) -> None:
        await shipped(m)
        await m.told()
        assert "failed" == (await m.states("sms"))["shipped"]
        provider.credits = 0
        await shipped(m, delivery=replace(HOME, phone="+33 7 11 22 33 44"))
        await m.told()
        found = await m.senders.row(m.world.tenant, "sms")
        assert found is not None
        assert found.problem is not None
        assert "sms.no_credit" == found.problem.message.code
        secret = "consumer_key" if name == "ovh" else "api_key"
        await m.senders.save(m.world.tenant, "sms", name, {**given, secret: "wrong"}, None)
        problem = await m.senders.check(m.world.tenant, "sms")
        assert problem is not None
        assert "sms.keys" == problem.message.code
        provider.credits = 5
        await m.senders.save(m.world.tenant, "sms", name, given, None)
        assert None is await m.senders.check(m.world.tenant, "sms")
        await m.told()
        assert ["33711223344"] == [number.lstrip("+") for number, _, _ in provider.taken]

    told_by(settings, name, provider, given, scenario)


def test_a_landline_gets_no_text(settings: Settings) -> None:
    async def scenario(m: Merchant) -> None:
        await shipped(m, delivery=replace(HOME, phone="02 40 12 34 56"))
        await m.told()
        assert "skipped: no_address" == (await m.states("sms"))["shipped"]

    told_by(settings, "ovh", OvhService(), OVH, scenario)


OUTCOMES = {  # a provider's own word → receipt, and whether the number is given up
    "ovh": {"": ("awaited", 0), "1": ("delivered", 0), "2/21": ("refused", 0), "8": ("awaited", 0)},
    "brevo": {
        "": ("awaited", 0), "delivered": ("delivered", 0), "hardBounces": ("refused", 1), "soft_bounce": ("awaited", 0),
        "blocked": ("refused", 0),
    },
}  # fmt: skip
LATEST = (
    "SELECT receipt, state, receipt_at FROM notification WHERE medium = 'sms' AND event LIKE 'shipped/%' "
    "ORDER BY seen_at DESC"
)


@BOTH
def test_what_became_of_a_text_is_asked_and_one_that_did_not_arrive_is_failed(
    settings: Settings, name: str, service: type[Texts], given: dict[str, str]
) -> None:
    provider = service()

    async def scenario(m: Merchant) -> None:
        returns, failed, gone = Returns(m.senders), 0, 0
        for number, (word, (receipt, given_up)) in enumerate(OUTCOMES[name].items(), start=1):
            await shipped(m, delivery=replace(HOME, phone=f"06 12 34 56 {number:02}"))
            await m.told()
            provider.outcomes[provider.taken[-1][0]] = word
            await m.act("UPDATE notification SET receipt_at = now() WHERE receipt = 'awaited'")
            await returns.look(m.world.tenant)
            row = (await m.rows(LATEST))[0]
            state = "failed" if receipt == "refused" else "sent"
            assert (receipt, state) == (row["receipt"], row["state"]), word
            failed, gone = failed + (state == "failed"), gone + given_up
            assert failed == len(await m.rows("SELECT 1 FROM journal WHERE event = 'customer_not_told'"))
            assert gone == len(await m.rows("SELECT 1 FROM undeliverable"))

    told_by(settings, name, provider, given, scenario)


@BOTH
def test_nobody_is_asked_for_ever(
    settings: Settings, name: str, service: type[Texts], given: dict[str, str]
) -> None:
    provider = service()

    async def scenario(m: Merchant) -> None:
        await shipped(m)
        await m.told()
        (row,) = await m.rows(LATEST)
        asked = 0
        while row["receipt"] == "awaited":
            asked += 1
            assert asked < 10
            at = row["receipt_at"]
            await Returns(m.senders, lambda at=at: at).look(m.world.tenant)  # type: ignore[misc]
            (row,) = await m.rows(LATEST)
        assert ("unknown", "sent") == (row["receipt"], row["state"])

    told_by(settings, name, provider, given, scenario)
