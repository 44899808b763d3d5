"""What is wrong at a merchant's is told to the people whom it concerns: grouped, once, with its end, in their language."""

import asyncio
import uuid
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import msgspec
from msgspec.structs import replace

from raccord.alerts import repository
from raccord.alerts.models import KINDS
from raccord.alerts.watching import Watch
from raccord.settings import Settings, from_environment
from raccord.storage.engine import tenant_transaction
from support.database import opened
from support.hub_app import Merchant, new_merchant
from support.mail_server import Mailbox, mail_server
from support.telling_world import settings

__all__ = ["settings"]


@dataclass
class House:
    """A merchant with an owner who reads French, a manager who reads English, a seller and a reader."""

    merchant: Merchant
    box: Mailbox
    watch: Watch
    clock: list[datetime]
    people: dict[str, UUID]

    async def act(self, query: str, *values: object) -> None:
        async with tenant_transaction(self.merchant.tenant) as connection:
            await connection.execute(query, *values)

    async def look(self, minutes: float = 0) -> list[tuple[str, str]]:
        """The worker's turn so much later; (who, subject) of what has arrived by it."""
        before = len(self.box.mails)
        self.clock[0] += timedelta(minutes=minutes)
        await self.watch.look(self.merchant.tenant)
        return [
            (str(one["To"]).partition("@")[0].partition(".")[0], str(one["Subject"]))
            for one in self.box.mails[before:]
        ]

    async def open_kinds(self) -> list[str]:
        async with tenant_transaction(self.merchant.tenant):
            return sorted(alert.kind for alert in await repository.open_alerts())

    async def hold_orders(self, count: int) -> None:
        for _ in range(count):
            await self.act(
                "INSERT INTO sales_order (tenant, id, channel, connection, key, number, reference, data, fingerprint, stage, "
                "state, gross, currency, placed_at) "
                "VALUES ($1, $2, $3, $4, $5, $5, $5, '{}', $2, 'open', 'held', 1, 'EUR', now())",
                self.merchant.tenant, uuid.uuid4(), self.merchant.channel, self.merchant.shop, uuid.uuid4().hex[:8],
            )  # fmt: skip


def run(settings: Settings, scenario: Callable[[House], Awaitable[None]], *, daily: bool = False) -> None:
    """`daily`: the seller has the usual daily mail, which depends on the time of day."""

    async def inside(box: Mailbox) -> None:
        async with opened(settings):
            merchant = await new_merchant()
            people = {}
            for role, language in (("owner", "fr"), ("manager", "en"), ("seller", "fr"), ("reader", "fr")):
                people[role] = uuid.uuid4()
                async with tenant_transaction(merchant.tenant) as connection:
                    await connection.execute(
                        "INSERT INTO account (id, email, password_hash, name, language) VALUES ($1, $2, '', $3, $4)",
                        people[role], f"{role}.{people[role].hex[:6]}@duval.example", role, language,
                    )  # fmt: skip
                    await connection.execute(
                        "INSERT INTO membership (tenant, account, role) VALUES ($1, $2, $3)",
                        merchant.tenant, people[role], role,
                    )  # fmt: skip
            if not daily:
                async with tenant_transaction(merchant.tenant):
                    await repository.choose(merchant.tenant, people["seller"], "never", [])
            mail = replace(
                settings, smtp_host="127.0.0.1", smtp_port=box.port, smtp_security="none", smtp_sender="alerts@raccord.example",
                public_url="https://raccord.example",
            )  # fmt: skip
            clock = [datetime.now(UTC)]
            await scenario(House(merchant, box, Watch(mail, lambda: clock[0]), clock, people))

    with mail_server() as box:
        asyncio.run(inside(box))


def test_a_shop_that_stops_is_told_once_to_those_who_manage_and_its_end_too(settings: Settings) -> None:
    async def scenario(h: House) -> None:
        await h.act("UPDATE connection SET state = 'problem' WHERE side = 'shop'")
        assert [] == await h.look()  # it may mend itself
        assert ["shop_stopped"] == await h.open_kinds()
        told = await h.look(6)
        assert [("manager", True), ("owner", False)] == [
            (who, "can no longer be reached" in said) for who, said in told
        ]
        assert "https://raccord.example/t/" in h.box.text()
        assert [] == await h.look(60)
        await h.act("UPDATE connection SET state = 'ready' WHERE side = 'shop'")
        assert [
            ("manager", "Maison Duval: all is well again"), ("owner", "Maison Duval : tout est rentré dans l’ordre")
        ] == await h.look(60)  # fmt: skip
        assert [] == await h.look(60)

    run(settings, scenario)


def test_many_orders_are_one_alert_and_never_one_mail_each(settings: Settings) -> None:
    async def scenario(h: House) -> None:
        await h.hold_orders(40)
        await h.act("UPDATE connection SET state = 'problem' WHERE side = 'shop'")
        await h.look()
        told = await h.look(6)
        assert 2 == len(told)
        assert "Maison Duval : 2 alertes" in dict(told)["owner"]
        assert "attendent une décision : 40" in h.box.text()
        await h.hold_orders(3)  # more of the same is no news
        assert [] == await h.look(40)
        assert ["orders_waiting", "shop_stopped"] == await h.open_kinds()

    run(settings, scenario)


def test_a_partners_staff_are_told_if_they_chose_so_and_as_long_as_the_merchant_lets_them_in(
    settings: Settings,
) -> None:
    async def scenario(h: House) -> None:
        partner, staff, silent = uuid.uuid4(), uuid.uuid4(), uuid.uuid4()
        async with tenant_transaction(h.merchant.tenant) as connection:
            await connection.execute("INSERT INTO partner (id, name) VALUES ($1, 'Intégrateur')", partner)
            for account, name in ((staff, "staff"), (silent, "silent")):
                await connection.execute(
                    "INSERT INTO account (id, email, password_hash, name, language) VALUES ($1, $2, '', $3, 'fr')",
                    account, f"{name}.{account.hex[:6]}@integrateur.example", name,
                )  # fmt: skip
                await connection.execute(
                    "INSERT INTO partner_member (partner, account) VALUES ($1, $2)", partner, account
                )
            await connection.execute(
                "INSERT INTO partner_grant (tenant, id, partner) VALUES ($1, $2, $3)",
                h.merchant.tenant, uuid.uuid4(), partner,
            )  # fmt: skip
            await repository.choose(h.merchant.tenant, staff, "at_once", list(KINDS))
        await h.act("UPDATE connection SET state = 'problem' WHERE side = 'shop'")
        await h.look()
        assert ["manager", "owner", "staff"] == sorted(who for who, _ in await h.look(6))
        footer = next(
            h.box.text(n) for n, one in enumerate(h.box.mails) if str(one["To"]).startswith("staff")
        )
        assert "Maison Duval vous a donné accès" in footer
        await h.act("UPDATE partner_grant SET ended_at = now()")
        await h.act("UPDATE connection SET state = 'ready' WHERE side = 'shop'")
        assert ["manager", "owner"] == sorted(who for who, _ in await h.look(60))

    run(settings, scenario)


def test_what_comes_soon_after_a_mail_waits_for_the_next_one(settings: Settings) -> None:
    async def scenario(h: House) -> None:
        await h.hold_orders(1)
        await h.look()
        assert 2 == len(await h.look(6))
        await h.act("UPDATE connection SET state = 'problem' WHERE side = 'shop'")
        await h.look()
        assert [] == await h.look(8)
        assert 2 == len(await h.look(25))

    run(settings, scenario)


def test_what_mends_itself_in_time_is_told_to_nobody(settings: Settings) -> None:
    async def scenario(h: House) -> None:
        await h.act("UPDATE connection SET state = 'problem' WHERE side = 'shop'")
        await h.look()
        await h.act("UPDATE connection SET state = 'ready' WHERE side = 'shop'")
        assert [] == await h.look(3)
        assert [] == await h.look(60)
        assert [] == await h.open_kinds()

    run(settings, scenario)


def test_each_person_chooses_of_what_and_how_often(settings: Settings) -> None:
    async def scenario(h: House) -> None:
        async with tenant_transaction(h.merchant.tenant):
            await repository.choose(h.merchant.tenant, h.people["owner"], "never", ["brake"])
            await repository.choose(h.merchant.tenant, h.people["manager"], "at_once", ["brake"])
            await repository.choose(h.merchant.tenant, h.people["reader"], "at_once", ["orders_waiting"])
        await h.hold_orders(1)
        h.clock[0] = h.clock[0].replace(hour=3, minute=0) + timedelta(days=1)  # night in Paris
        assert ["reader"] == [
            who for who, _ in await h.look()
        ]  # by this clock it has been wrong since yesterday
        # The seller hears of orders by what is usual: once a day, in the morning.
        assert ["seller"] == [who for who, _ in await h.look(60 * 6)]
        assert [] == await h.look(60)

    run(settings, scenario, daily=True)


def test_everything_that_can_be_wrong_is_seen(settings: Settings) -> None:
    async def scenario(h: House) -> None:
        m = h.merchant
        order = uuid.uuid4()
        await h.act("UPDATE connection SET state = 'problem' WHERE side = 'shop'")
        await h.act(
            "INSERT INTO stream_state (tenant, connection, stream, problem) "
            "VALUES ($1, $2, 'products', '{}')",
            m.tenant,
            m.erp,
        )
        await h.act(
            "INSERT INTO agent (tenant, id, connection, public_key, last_seen_at) "
            "VALUES ($1, $2, $3, $4, now() - interval '1 hour')",
            m.tenant, uuid.uuid4(), m.erp, b"k" * 32,
        )  # fmt: skip
        await h.act(
            "INSERT INTO brake (tenant, id, channel, stream, kind, concerned, known) "
            "VALUES ($1, $2, $3, 'listings', 'withdrawals', 90, 100)",
            m.tenant, uuid.uuid4(), m.channel,
        )  # fmt: skip
        await h.hold_orders(1)
        await h.act(
            "INSERT INTO sales_order (tenant, id, channel, connection, key, number, reference, data, fingerprint, stage, state, "
            "gross, currency, placed_at, received_at) "
            "VALUES ($1, $2, $3, $4, 'k', 'W9', 'r', '{}', $2, 'open', 'waiting', 1, 'EUR', now(), now() - interval '2 hours')",
            m.tenant, order, m.channel, m.shop,
        )  # fmt: skip
        await h.act(
            "INSERT INTO order_payment (tenant, sales_order, key, state) VALUES ($1, $2, 'p', 'held')",
            m.tenant,
            order,
        )
        await h.act(
            "INSERT INTO reservation (tenant, connection, sales_order, line, item, quantity, told_at) "
            "VALUES ($1, $2, $3, '1', 'CHAISE', 1, now())",
            m.tenant, m.erp, order,
        )  # fmt: skip
        await h.act(
            "INSERT INTO sender (tenant, medium, provider, state, problem) "
            "VALUES ($1, 'email', 'smtp', 'problem', '{}')",
            m.tenant,
        )
        await h.act(
            "INSERT INTO notification (tenant, id, sales_order, event, medium, state) "
            "VALUES ($1, $2, $3, 'shipped', 'email', 'failed')",
            m.tenant, uuid.uuid4(), order,
        )  # fmt: skip
        await h.act(
            "INSERT INTO endpoint (tenant, id, name, url, events, secret, state) "
            "VALUES ($1, $1, 'Entrepôt', '', '{}', '', 'stopped')",
            m.tenant,
        )
        await h.look()
        assert sorted([
            "shop_stopped", "erp_unread", "agent_silent", "brake", "orders_waiting", "orders_late", "payments_held",
            "sales_unproven", "mail_stopped", "messages_failed", "webhook_stopped",
        ]) == await h.open_kinds()  # fmt: skip
        told = await h.look(6)
        assert {("owner", "Maison Duval : 11 alertes"), ("manager", "Maison Duval: 11 alerts")} <= set(told)

    run(settings, scenario)


def test_a_mail_that_did_not_leave_is_sent_later_under_the_same_name(settings: Settings) -> None:
    async def scenario(h: House) -> None:
        await h.act("UPDATE connection SET state = 'problem' WHERE side = 'shop'")
        await h.look()
        h.box.answers += ["cut"]  # taken, and then silence: it is sent again, and can be recognised
        await h.look(6)
        assert 1 == len(h.box.mails)
        await h.look(1)
        assert 3 == len(h.box.mails)
        assert h.box.mails[0]["Message-ID"] in [one["Message-ID"] for one in h.box.mails[1:]]

    run(settings, scenario)


def test_the_operators_mail_server_is_read_from_the_environment() -> None:
    given: dict[str, Any] = {"RACCORD_SMTP_HOST": "mail.example", "RACCORD_SMTP_PORT": "465", "RACCORD_SMTP_SECURITY": "tls",
                             "RACCORD_SMTP_SENDER": "a@b.example"}  # fmt: skip
    found = from_environment(given)
    assert ("mail.example", 465, "tls") == (found.smtp_host, found.smtp_port, found.smtp_security)
    assert b"smtp_host" in msgspec.json.encode(found, enc_hook=str)
