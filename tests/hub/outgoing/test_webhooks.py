"""Outgoing webhooks: told in the transaction of what happened, signed, repeated until taken, stopped when nobody is there."""

import asyncio
import base64
import hmac
import uuid
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from uuid import UUID

import pytest

from raccord.journal.models import Entry, Event
from raccord.journal.service import write_entries
from raccord.outgoing import repository
from raccord.outgoing.models import Endpoint
from raccord.outgoing.service import Webhooks
from raccord.settings import Settings
from raccord.storage import purge, system
from raccord.storage.engine import current_connection, tenant_transaction
from raccord.vault import Vault
from raccord_connectors.contract import ConfigError, Message, Problem
from support.database import opened
from support.hub_app import Merchant, new_merchant
from support.receiver import Receiver, receiving

PERSON = uuid.uuid4()
HELD = Problem("rejected", Message("test.held", "Retenue", "Held"), field="ean")


@dataclass
class House:
    merchant: Merchant
    webhooks: Webhooks
    receiver: Receiver
    endpoint: UUID
    secret: str

    @property
    def tenant(self) -> UUID:
        return self.merchant.tenant

    async def happen(self, *events: Event, key: str = "CHAISE", stream: str = "products") -> None:
        async with tenant_transaction(self.tenant):
            await write_entries(self.tenant, [self.entry(event, key, stream) for event in events])

    def entry(self, event: Event, key: str, stream: str) -> Entry:
        return Entry(
            stream=stream, key=key, event=event, connection=self.merchant.erp, channel=self.merchant.channel, problem=HELD
        )  # fmt: skip

    async def deliver(self) -> None:
        """What is due now, as the workers would."""
        for tenant, endpoint in await system.due_deliveries():
            await self.webhooks.sending.deliver(tenant, endpoint)

    async def wait_over(self) -> None:
        await self.act("UPDATE delivery SET retry_at = now() - interval '1 second' WHERE state = 'due'")

    async def act(self, statement: str, *given: object) -> None:
        async with tenant_transaction(self.tenant):
            await current_connection().execute(statement, *given)

    async def now(self) -> Endpoint:
        found = await self.webhooks.one(self.tenant, self.endpoint)
        assert found is not None
        return found

    async def states(self) -> list[str]:
        async with tenant_transaction(self.tenant):
            rows = await current_connection().fetch("SELECT state FROM delivery ORDER BY state")
        return [row["state"] for row in rows]


@asynccontextmanager
async def house(settings: Settings) -> AsyncIterator[House]:
    async with opened(settings):
        merchant = await new_merchant()
        webhooks = Webhooks(Vault("0" * 64), allow_private=True)
        with receiving() as receiver:
            made = await webhooks.create(
                merchant.tenant,
                "Entrepôt",
                receiver.url,
                ["record.held", "order.integrated", "record.released"],
                PERSON,
            )
            yield House(merchant, webhooks, receiver, *made)


def run(settings: Settings, scenario: Callable[[House], Awaitable[None]]) -> None:
    async def main() -> None:
        async with house(settings) as made:
            await scenario(made)

    asyncio.run(main())


def test_what_happens_is_told_once_signed_as_the_convention_says(settings: Settings) -> None:
    async def scenario(h: House) -> None:
        await h.happen(Event.HELD, Event.CHANGED)
        await h.deliver()
        await h.deliver()
        [got] = h.receiver.got
        assert "record.held" == got.told["type"]
        assert ("CHAISE", "ean", "Retenue") == (
            got.told["data"]["key"], got.told["data"]["problem"]["field"], got.told["data"]["problem"]["message"]["fr"],
        )  # fmt: skip
        signed = f"{got.headers['webhook-id']}.{got.headers['webhook-timestamp']}.".encode() + got.body
        key = base64.b64decode(h.secret.removeprefix("whsec_"))
        expected = base64.b64encode(hmac.new(key, signed, sha256).digest()).decode()
        assert f"v1,{expected}" == got.headers["webhook-signature"]
        assert abs(int(got.headers["webhook-timestamp"]) - datetime.now(UTC).timestamp()) < 300
        assert ["taken"] == await h.states()

    run(settings, scenario)


def test_an_order_is_named_with_its_number(settings: Settings) -> None:
    async def scenario(h: House) -> None:
        order, m = uuid.uuid4(), h.merchant
        await h.act(
            "INSERT INTO sales_order (tenant, id, channel, connection, key, number, reference, data, fingerprint, stage, state, "
            "gross, currency, placed_at, document_number) "
            "VALUES ($1, $2, $3, $4, '77', 'W1042', 'r', '{}', $2, 'open', 'integrated', 1, 'EUR', now(), 'BC00077')",
            m.tenant, order, m.channel, m.shop,
        )  # fmt: skip
        await h.happen(Event.ORDER_INTEGRATED, key="77", stream="orders")
        await h.deliver()
        told = h.receiver.got[0].told["data"]["order"]
        assert (str(order), "W1042", "BC00077") == (told["id"], told["number"], told["document_number"])

    run(settings, scenario)


def test_what_is_rolled_back_was_never_told(settings: Settings) -> None:
    async def scenario(h: House) -> None:
        async def fails() -> None:
            async with tenant_transaction(h.tenant):
                await write_entries(h.tenant, [h.entry(Event.HELD, "X", "products")])
                raise ZeroDivisionError

        with pytest.raises(ZeroDivisionError):
            await fails()
        assert [] == await system.due_deliveries()

    run(settings, scenario)


def test_a_death_between_the_call_and_its_note_sends_the_same_id_again(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def scenario(h: House) -> None:
        async def dies(*_: object) -> None:
            raise asyncio.CancelledError

        await h.happen(Event.HELD)
        with monkeypatch.context() as patched:
            patched.setattr(repository, "note", dies)
            with pytest.raises(asyncio.CancelledError):
                await h.deliver()
        await h.deliver()
        assert 2 == len(h.receiver.got)
        assert 1 == len({got.headers["webhook-id"] for got in h.receiver.got})
        assert 1 == len({got.body for got in h.receiver.got})

    run(settings, scenario)


def test_what_is_not_taken_comes_again_later_and_the_address_rests_meanwhile(settings: Settings) -> None:
    async def scenario(h: House) -> None:
        h.receiver.answers = [(500, {}), (503, {"Retry-After": "3600"})]
        await h.happen(Event.HELD, Event.RELEASED)
        await h.deliver()
        assert 1 == len(h.receiver.got)
        assert [] == await system.due_deliveries()
        found = await h.now()
        assert (2, "webhook.refused") == (found.due, found.problem.message.code if found.problem else None)
        await h.wait_over()
        await h.deliver()
        async with tenant_transaction(h.tenant):
            longest = await current_connection().fetchval(
                "SELECT max(retry_at) FROM delivery WHERE state = 'due'"
            )
        assert longest > datetime.now(UTC) + timedelta(minutes=50)
        await h.wait_over()
        await h.deliver()
        assert (["taken", "taken"], None) == (await h.states(), (await h.now()).failing_since)

    run(settings, scenario)


def test_the_log_tells_each_call_with_its_answer(settings: Settings) -> None:
    async def scenario(h: House) -> None:
        h.receiver.answers = [(500, {})]
        await h.happen(Event.HELD)
        await h.deliver()
        await h.wait_over()
        await h.deliver()
        async with tenant_transaction(h.tenant):
            told = await repository.attempts(h.endpoint, None)
        assert [(204, ""), (500, "answer 500")] == [(one.status, one.answer) for one in told]
        assert {"taken"} == {one.state for one in told}

    run(settings, scenario)


def test_an_address_that_fails_for_days_is_stopped_and_what_failed_can_be_replayed(
    settings: Settings,
) -> None:
    async def scenario(h: House) -> None:
        h.receiver.answers = [(500, {}), (500, {})]
        await h.happen(Event.HELD)
        await h.deliver()
        await h.act("UPDATE endpoint SET failing_since = now() - interval '4 days'")
        await h.wait_over()
        await h.deliver()
        found = await h.now()
        assert ("stopped", "webhook.stopped") == (
            found.state,
            found.problem.message.code if found.problem else None,
        )
        await h.happen(Event.HELD, key="NOT TOLD")
        assert ["failed"] == await h.states()
        await h.webhooks.switch(h.tenant, h.endpoint, "on", PERSON)
        since = datetime.now(UTC) - timedelta(hours=1)
        assert 1 == await h.webhooks.replay_failed(h.tenant, h.endpoint, since, PERSON)
        await h.deliver()
        assert 1 == len({got.headers["webhook-id"] for got in h.receiver.got})
        assert ["taken"] == await h.states()

    run(settings, scenario)


def test_an_address_that_says_it_is_gone_is_stopped_at_once_and_a_redirect_is_not_followed(
    settings: Settings,
) -> None:
    async def scenario(h: House) -> None:
        h.receiver.answers = [(302, {"Location": h.receiver.url}), (410, {})]
        await h.happen(Event.HELD)
        await h.deliver()
        found = await h.now()
        assert "webhook.redirected" == (found.problem.message.code if found.problem else None)
        await h.wait_over()
        await h.deliver()
        assert ("stopped", 2) == ((await h.now()).state, len(h.receiver.got))

    run(settings, scenario)


def test_the_test_button_sends_at_once_and_tells_the_answer(settings: Settings) -> None:
    async def scenario(h: House) -> None:
        good = await h.webhooks.test(h.tenant, h.endpoint)
        h.receiver.answers = [(418, {})]
        bad = await h.webhooks.test(h.tenant, h.endpoint)
        assert good
        assert bad
        assert (204, None, 418) == (good.status, good.problem, bad.status)
        assert "test" == h.receiver.got[0].told["type"]
        assert [] == await system.due_deliveries()

    run(settings, scenario)


def test_for_a_day_after_a_change_both_secrets_sign(settings: Settings) -> None:
    async def scenario(h: House) -> None:
        await h.webhooks.change_secret(h.tenant, h.endpoint, PERSON)
        await h.happen(Event.HELD)
        await h.deliver()
        assert 2 == h.receiver.got[0].headers["webhook-signature"].count("v1,")

    run(settings, scenario)


def test_an_address_of_our_own_network_is_refused_when_typed_and_when_called(settings: Settings) -> None:
    async def scenario(h: House) -> None:
        strict = Webhooks(Vault("0" * 64), allow_private=False)
        for url in (
            "https://127.0.0.1/x", "https://[::1]/x", "https://169.254.169.254/latest", "https://10.0.0.1/", "https://localhost/",
            "https://[::ffff:10.0.0.1]/", "http://example.com/", "https://a:b@example.com/", "ftp://example.com", "https://", "x",
        ):  # fmt: skip
            with pytest.raises(ConfigError) as refused:
                await strict.create(h.tenant, "x", url, ["record.held"], PERSON)
            assert "url" == refused.value.field, url
        await h.happen(Event.HELD)
        await strict.sending.deliver(h.tenant, h.endpoint)  # the name leads to loopback by now
        found = await h.now()
        assert "connection.forbidden_address" == (found.problem.message.code if found.problem else None)
        assert [] == h.receiver.got

    run(settings, scenario)


def test_nothing_is_kept_for_merchants_whom_nobody_listens_to_and_old_events_are_forgotten(
    settings: Settings,
) -> None:
    async def scenario(h: House) -> None:
        await h.webhooks.switch(h.tenant, h.endpoint, "off", PERSON)
        await h.happen(Event.HELD)
        assert [] == await h.states()
        await h.webhooks.switch(h.tenant, h.endpoint, "on", PERSON)
        await h.happen(Event.HELD)
        await h.deliver()
        await h.act("UPDATE outgoing_event SET at = now() - interval '31 days'")
        async with tenant_transaction(h.tenant):
            assert 1 == await purge.outgoing_events()
        assert [] == await h.states()

    run(settings, scenario)
