"""Text messages by the two providers' own ways: signed, marked, refused, looked up after a crash."""

from typing import Any

import pytest
from msgspec.structs import replace

from raccord.core.notification_rules import EventRule, NotificationRules
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
