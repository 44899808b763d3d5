"""Customers are told what the ERP did with their order: in their language, once, and nothing that is no news any more."""

from datetime import timedelta

from msgspec.structs import replace

from raccord.core.notification_rules import EventRule, NotificationRules
from raccord.settings import Settings
from raccord_connectors.canonical import Buyer, PaperLink
from raccord_connectors.canonical.customer import Address
from support.telling_world import ALL_BY_US, Merchant, run, settings

__all__ = ["settings"]


def test_a_parcel_is_told_once_however_often_the_erp_says_so(settings: Settings) -> None:
    async def scenario(m: Merchant) -> None:
        document = await m.sold()
        m.world.erp.ship(document, carrier="Colissimo", tracking="6A123")
        for _ in range(3):
            await m.seen()
            await m.told()
        (number,) = [row["number"] for row in await m.rows("SELECT number FROM sales_order")]
        assert [f"Votre commande {number} est partie"] == m.box.subjects()
        assert {"accepted": "skipped: overtaken", "shipped": "sent"} == await m.states()
        assert "2 × Chaise" in m.box.text()
        assert "Numéro de suivi : 6A123" in m.box.text()
        assert "boutique@duval.example" in str(m.box.mails[0]["From"])
        assert "fr" == m.box.mails[0]["Content-Language"]

    run(settings, scenario)


def test_each_step_is_told_in_its_turn_and_its_journal_says_so(settings: Settings) -> None:
    async def scenario(m: Merchant) -> None:
        document = await m.sold()
        await m.seen()
        await m.told()
        m.world.erp.ship(document)
        await m.seen()
        await m.told()
        m.world.erp.invoice(document)
        await m.seen()
        told = await m.told()
        assert ["est confirmée", "est partie", "La facture de"] == [
            next(word for word in ("est confirmée", "est partie", "La facture de") if word in subject)
            for subject in told
        ]
        entries = await m.rows("SELECT after FROM journal WHERE event = 'customer_told' ORDER BY id")
        assert 3 == len(entries)
        assert "lucie.martin@example.com" in entries[0]["after"]

    run(settings, scenario)


def test_two_parcels_are_two_messages(settings: Settings) -> None:
    async def scenario(m: Merchant) -> None:
        document = await m.sold()
        m.world.erp.ship(document, {"CHAISE": 1})
        await m.seen()
        await m.told()
        assert "Une partie de votre commande" in m.box.text()
        m.world.erp.ship(document)
        await m.seen()
        assert 2 == len(await m.told())
        assert m.box.mails[0]["Message-ID"] != m.box.mails[1]["Message-ID"]

    run(settings, scenario)


def test_a_buyer_abroad_is_written_to_in_english_unless_the_shop_knows_better(settings: Settings) -> None:
    async def scenario(m: Merchant) -> None:
        berlin = Address(
            first_name="Jana",
            last_name="Berg",
            line1="Weg 1",
            postal_code="10115",
            city="Berlin",
            country="DE",
        )
        buyer = Buyer(email="jana@example.de", first_name="Jana", last_name="Berg")
        await m.sold(buyer=buyer, billing=berlin, delivery=berlin)
        await m.seen()
        assert "is confirmed" in (await m.told())[0]
        await m.sold(
            buyer=replace(buyer, email="j@example.fr", language="fr_FR"), billing=berlin, delivery=berlin
        )
        await m.seen()
        assert "est confirmée" in (await m.told())[1]

    run(settings, scenario)


def test_nothing_follows_a_cancellation_but_the_cancellation(settings: Settings) -> None:
    """The delivery note arrives after the cancellation that overtook it, while nothing could be sent."""

    async def scenario(m: Merchant) -> None:
        await m.use_mail(port=1)  # nobody listens there
        document = await m.sold()
        await m.seen()
        assert [] == await m.told()
        m.world.erp.cancel(document)
        await m.seen()
        await m.use_mail()
        await m.act("UPDATE notification SET retry_at = now() WHERE state = 'due'")
        assert ["est annulée"] == [subject[-11:] for subject in await m.told()]
        assert {"accepted": "skipped: overtaken", "cancelled": "sent"} == await m.states()

    run(settings, scenario)


def test_what_the_shop_itself_cancelled_it_has_told_itself(settings: Settings) -> None:
    """Our own writing comes back from the other side: no event."""

    async def scenario(m: Merchant) -> None:
        document = await m.sold()
        await m.seen()
        await m.told()
        (row,) = await m.rows("SELECT key FROM sales_order")
        m.world.shop.cancel_order(row["key"])
        await m.world.collect()
        m.world.erp.cancel(document)
        await m.seen()
        assert 1 == len(await m.told())
        assert "skipped: echo" == (await m.states())["cancelled"]

    run(settings, scenario)


def test_what_the_shop_tells_we_do_not(settings: Settings) -> None:
    async def scenario(m: Merchant) -> None:
        document = await m.sold()
        await m.seen()
        m.world.erp.ship(document)
        await m.seen()
        assert [] == await m.told()
        assert {"accepted": "skipped: shop", "shipped": "skipped: shop"} == await m.states()
        # Whoever switches it on now does not tell the past.
        await m.choose(ALL_BY_US)
        await m.seen()
        assert [] == await m.told()

    run(settings, scenario, rules=NotificationRules())


def test_an_event_that_is_switched_off_in_the_meantime_is_not_told(settings: Settings) -> None:
    async def scenario(m: Merchant) -> None:
        await m.sold()
        await m.seen()
        await m.choose(NotificationRules(events={"accepted": EventRule(teller="nobody")}))
        assert [] == await m.told()
        assert {"accepted": "skipped: off"} == await m.states()

    run(settings, scenario)


def test_orders_of_the_past_are_not_told(settings: Settings) -> None:
    async def scenario(m: Merchant) -> None:
        await m.act("UPDATE channel SET created_at = now() + interval '1 hour'")
        await m.sold()
        await m.seen()
        assert [] == await m.told()
        assert {"accepted": "skipped: imported"} == await m.states()

    run(settings, scenario)


def test_orders_from_before_there_were_messages_are_not_told(settings: Settings) -> None:
    """Nothing of them is recorded, and a document that is touched again is no news."""

    async def scenario(m: Merchant) -> None:
        document = await m.sold()
        m.world.erp.invoice(document)
        await m.act("UPDATE sales_order SET integrated_at = now() - interval '40 days'")
        await m.seen()
        assert [] == await m.told()
        assert {"accepted": "skipped: overtaken", "invoiced": "skipped: old"} == await m.states()

    run(settings, scenario)


def test_a_parcel_of_last_week_is_no_news(settings: Settings) -> None:
    async def scenario(m: Merchant) -> None:
        document = await m.sold()
        shipped = m.world.erp.ship(document)
        old = replace(shipped.shipments[0], shipped_at=m.world.shop.now() - timedelta(days=9))
        m.world.erp.put("documents", replace(shipped, shipments=[old]))
        await m.seen()
        assert [] == await m.told()
        assert "skipped: old" == (await m.states())["shipped"]

    run(settings, scenario)


def test_what_could_not_leave_for_days_is_not_sent_any_more(settings: Settings) -> None:
    async def scenario(m: Merchant) -> None:
        await m.sold()
        await m.seen()
        await m.act("UPDATE notification SET seen_at = now() - interval '4 days'")
        assert [] == await m.told()
        assert {"accepted": "skipped: old"} == await m.states()

    run(settings, scenario)


def test_quiet_hours_hold_a_mail_back_until_the_merchants_morning(settings: Settings) -> None:
    async def scenario(m: Merchant) -> None:
        await m.sold()
        await m.seen()
        night = m.world.shop.now().replace(hour=22, minute=30) - timedelta(days=1)  # 23:30 or 00:30 in Paris
        m.clock.append(night)
        assert [] == await m.told()
        (row,) = await m.rows("SELECT retry_at FROM notification WHERE medium = 'email'")
        assert timedelta(hours=7) < row["retry_at"] - night < timedelta(hours=10)
        m.clock[0] = row["retry_at"]
        await m.act("UPDATE notification SET retry_at = now() WHERE state = 'due'")
        assert 1 == len(await m.told())

    rules = replace(ALL_BY_US, quiet_from=21, quiet_until=8, quiet_email=True)
    run(settings, scenario, rules=rules)


def test_a_parcel_waits_for_its_tracking_number_but_not_for_ever(settings: Settings) -> None:
    async def scenario(m: Merchant) -> None:
        document = await m.sold()
        shipped = m.world.erp.ship(document)
        await m.seen()
        assert [] == await m.told()
        found = replace(shipped.shipments[0], carrier="Chronopost", tracking="XY99")
        m.world.erp.put("documents", replace(shipped, shipments=[found]))
        await m.seen()
        await m.act("UPDATE notification SET retry_at = now() WHERE state = 'due'")
        await m.told()
        assert "XY99" in m.box.text()

    run(settings, scenario, rules=replace(ALL_BY_US, tracking_hours=4))


def test_a_delivery_note_that_was_deleted_again_is_not_told(settings: Settings) -> None:
    async def scenario(m: Merchant) -> None:
        document = await m.sold()
        before = m.world.erp.documents_of(
            (await m.rows("SELECT reference FROM sales_order"))[0]["reference"]
        )[0]
        m.world.erp.ship(document)
        await m.seen()
        m.world.erp.put("documents", before)
        await m.seen()
        assert [] == await m.told()
        assert "skipped: overtaken" == (await m.states())["shipped"]

    run(settings, scenario)


def test_who_wants_no_messages_gets_none_but_those_of_the_contract(settings: Settings) -> None:
    async def scenario(m: Merchant) -> None:
        document = await m.sold()
        await m.seen()
        await m.told()
        assert "List-Unsubscribe=One-Click" == m.box.mails[0]["List-Unsubscribe-Post"]
        link = str(m.box.mails[0]["List-Unsubscribe"]).strip("<>")
        assert (m.world.tenant, "lucie.martin@example.com") == m.links.read(link.rpartition("/")[2])
        await m.act(
            "INSERT INTO unsubscribed (tenant, address) VALUES ($1, 'lucie.martin@example.com')",
            m.world.tenant,
        )
        m.world.erp.ship(document)
        m.world.erp.invoice(document)
        await m.seen()
        assert "La facture" in (await m.told())[-1]
        assert "skipped: unsubscribed" == (await m.states())["shipped"]
        assert m.box.mails[-1]["List-Unsubscribe"] is None

    run(settings, scenario)


def test_an_order_without_address_says_so(settings: Settings) -> None:
    async def scenario(m: Merchant) -> None:
        await m.sold(buyer=Buyer(first_name="Lucie"), billing=Address(country="FR"))
        await m.seen()
        await m.told()
        assert {"accepted": "skipped: no_address"} == await m.states()

    run(settings, scenario)


def test_a_refund_in_the_shop_is_told_where_we_tell_refunds(settings: Settings) -> None:
    async def scenario(m: Merchant) -> None:
        await m.sold()
        await m.seen()
        await m.told()
        (row,) = await m.rows("SELECT key FROM sales_order")
        m.world.shop.refund(row["key"], 12, reason="un pied rayé")
        await m.world.collect()
        await m.seen()
        assert "Remboursement" in (await m.told())[-1]
        assert "12,00 €" in m.box.text().replace("\xa0", " ")
        await m.seen()
        assert 2 == len(await m.told())

    run(settings, scenario)


def test_the_shops_order_goes_where_the_table_says_and_stays_where_it_says_nothing(
    settings: Settings,
) -> None:
    async def scenario(m: Merchant) -> None:
        async def wanted() -> list[str]:
            return [row["state"] for row in await m.rows(
                "SELECT desired ->> 'state' AS state FROM binding WHERE stream = 'order_updates'"
            )]  # fmt: skip

        document = await m.sold()
        await m.seen()
        assert ["accepted"] == await wanted()
        m.world.erp.ship(document)
        await m.seen()
        assert ["shipped"] == await wanted()
        m.world.erp.invoice(document)
        await m.seen()
        assert ["shipped"] == await wanted()

    run(settings, scenario, rules=NotificationRules(moves={"invoiced": "stay"}))


def test_an_invoices_file_goes_with_the_mail_where_the_merchant_says_so_and_there_is_one(
    settings: Settings,
) -> None:
    async def scenario(m: Merchant) -> None:
        for attach, there in ((True, True), (True, False), (False, True)):
            events = {**ALL_BY_US.events, "invoiced": EventRule(teller="us", attach=attach)}
            await m.choose(replace(ALL_BY_US, events=events))
            document = await m.sold()
            m.world.erp.invoice(document)
            await m.seen()
            (row,) = await m.rows(
                "SELECT event FROM notification WHERE state = 'due' AND event LIKE 'invoiced/%'"
            )
            number = row["event"].partition("/")[2]
            m.files.update({number: b"%PDF-1.7 " + number.encode()} if there else {})
            await m.told()
            found = [(one.get_filename(), one.get_content()) for one in m.box.mails[-1].iter_attachments()]
            assert ([(f"{number}.pdf", m.files[number])] if attach and there else []) == found
            assert ("fr", True) == (m.box.mails[-1]["Content-Language"], number in m.box.text())

    run(settings, scenario)


def test_an_invoice_is_told_with_its_link_and_waits_some_minutes_for_it(settings: Settings) -> None:
    async def scenario(m: Merchant) -> None:
        await m.act("UPDATE channel SET settings = jsonb_set(settings, '{documents}', '{\"active\": true}')")
        document = await m.sold()
        m.world.erp.invoice(document)
        await m.seen()
        assert [] == await m.told()
        (number,) = m.world.erp.documents_of(
            (await m.rows("SELECT reference FROM sales_order"))[0]["reference"]
        )[0].invoices
        m.papers.append(
            PaperLink(
                number=number,
                kind="invoice",
                dated=m.world.shop.now().date(),
                url="https://raccord.example/d/x",
            )
        )
        await m.act("UPDATE notification SET retry_at = now() WHERE state = 'due'")
        assert 1 == len(await m.told())
        assert "Voir la facture: https://raccord.example/d/x" in m.box.text()
        assert 'href="https://raccord.example/d/x"' in m.box.html()

    run(settings, scenario)
