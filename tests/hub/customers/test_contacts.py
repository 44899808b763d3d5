"""A second person who buys for a company is written among its contacts, and takes nothing over of the company's own."""

from typing import Any

from msgspec.structs import replace

from raccord.orders import views
from raccord.settings import Settings
from raccord.storage.engine import tenant_transaction
from raccord_connectors.canonical import Address, Buyer, Contact
from support.customer_world import CustomerWorld, run

CARAT = "73282932000074"
PLACE = Address(last_name="Petit", company="Carat", postal_code="69002", city="Lyon", country="FR")


def buys(w: CustomerWorld, **buyer: Any) -> None:
    told = {"first_name": "Luc", "last_name": "Petit", "company": "Carat", "siret": CARAT, **buyer}
    w.w.shop.place_order(
        {"CHAISE": 1}, email=str(told["email"]), buyer=Buyer(**told), billing=PLACE, delivery=None
    )


def furnish(w: CustomerWorld) -> None:
    w.w.erp.put_customer("CARAT", "Carat", email="compta@carat.example", siret=CARAT, company="Carat")


async def order(w: CustomerWorld) -> None:
    await w.w.ingest("customers")
    await w.w.collect()
    await w.w.settle()
    await w.hand_over()
    await w.settle()


def test_a_guest_who_buys_for_a_known_company_becomes_a_contact_once(settings: Settings) -> None:
    async def scenario(w: CustomerWorld) -> None:
        furnish(w)
        for _ in range(2):
            buys(w, email="luc@carat.example", phone="0611223344")
            await order(w)
        found = w.erp("CARAT")
        luc = Contact(
            key="", first_name="Luc", last_name="Petit", email="luc@carat.example", phone="0611223344"
        )
        assert [luc] == [replace(one, key="") for one in found.contacts]
        assert "compta@carat.example" == found.email
        assert ["customer_contact"] == await w.told("customer_contact")
        assert {"CARAT"} == {one.customer for one in w.w.erp.all("documents")}  # type: ignore[attr-defined]

    run(settings, scenario)


def test_a_second_account_of_a_company_does_not_take_its_e_mail_address_over(settings: Settings) -> None:
    async def scenario(w: CustomerWorld) -> None:
        furnish(w)
        w.w.shop.put_account(
            "21", email="luc@carat.example", first_name="Luc", last_name="Petit", siret=CARAT, phone="0611"
        )
        buys(w, key="21", email="luc@carat.example")
        await order(w)
        assert "compta@carat.example" == w.erp("CARAT").email
        assert ["luc@carat.example"] == [one.email for one in w.erp("CARAT").contacts]
        w.change_erp("CARAT", price_category="4")
        await w.settle()
        assert "4" == w.account("21").price_category, (
            "what the company was granted is shown to all of its people"
        )

    run(settings, scenario)


def test_contacts_are_written_also_where_accounts_are_not_exchanged(settings: Settings) -> None:
    async def scenario(w: CustomerWorld) -> None:
        furnish(w)
        buys(w, email="luc@carat.example")
        await order(w)
        assert ["luc@carat.example"] == [one.email for one in w.erp("CARAT").contacts]

    run(settings, scenario, direction="none")


def test_a_private_guest_is_nobodys_contact(settings: Settings) -> None:
    async def scenario(w: CustomerWorld) -> None:
        buys(w, email="anne@example.org", first_name="Anne", last_name="Durand", company="", siret=None)
        await order(w)
        assert [] == w.erp().contacts

    run(settings, scenario)


def test_the_order_says_that_its_buyer_is_a_contact_of_the_customer(settings: Settings) -> None:
    async def scenario(w: CustomerWorld) -> None:
        furnish(w)
        buys(w, email="luc@carat.example")
        await order(w)
        async with tenant_transaction(w.w.tenant) as connection:
            shown = await views.one(await connection.fetchval("SELECT id FROM sales_order"))
        assert shown is not None
        assert ("CARAT", "settled") == (shown.customer, shown.further)

    run(settings, scenario)
