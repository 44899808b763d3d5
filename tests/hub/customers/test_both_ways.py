"""What the ERP owns of a customer is shown by the shop; what the customer owns goes to the ERP; nothing comes back."""

from datetime import date
from decimal import Decimal

import pytest
from msgspec.structs import replace

from raccord.settings import Settings
from raccord_connectors.canonical import Address, Customer
from support.customer_world import HOME, MOVED, CustomerWorld, run


def test_what_the_erp_owns_reaches_the_account_and_nothing_else_of_it_is_touched(settings: Settings) -> None:
    async def scenario(w: CustomerWorld) -> None:
        w.change_erp(
            price_category="3",
            discount_percent=Decimal("7.5"),
            credit_limit=Decimal(2000),
            outstanding=Decimal(150),
        )
        w.w.shop.edit_account("7", birthday=date(1980, 5, 1))
        before = w.account()
        await w.settle()
        expected = replace(
            before, price_category="3", discount_percent=Decimal("7.5"), credit_limit=Decimal(2000), outstanding=Decimal(150)
        )  # fmt: skip
        assert expected == w.account()
        assert "updated" in await w.told()

    run(settings, scenario)


def test_what_the_customer_owns_reaches_the_erp_and_nothing_else_of_it_is_touched(settings: Settings) -> None:
    async def scenario(w: CustomerWorld) -> None:
        await w.settle()
        before = w.erp()
        w.w.shop.edit_account(
            "7", email="anne.d@example.org", phone="0611223344", billing=MOVED, first_name="Annie"
        )
        await w.settle()
        assert (
            replace(
                before,
                email="anne.d@example.org",
                phone="0611223344",
                billing=replace(MOVED, last_name="Durand"),
            )
            == w.erp()
        ), "an address keeps the ERP's name, and the name is each side's own"
        assert ["customer_updated"] == await w.told("customer_updated")

    run(settings, scenario)


def test_what_we_wrote_does_not_come_back(settings: Settings) -> None:
    async def scenario(w: CustomerWorld) -> None:
        w.change_erp(price_category="3")
        w.w.shop.edit_account("7", phone="0611223344")
        await w.settle()
        drafts, accounts = w.writes("customer_drafts"), w.writes("customers")
        for _ in range(3):
            await w.collect(whole=True)
            await w.settle()
        assert (drafts, accounts) == (w.writes("customer_drafts"), w.writes("customers"))
        assert (1, 2) == (drafts, accounts), "once with the first price category, once with the new one"

    run(settings, scenario)


def test_the_owner_wins_whoever_changed_it(settings: Settings) -> None:
    async def scenario(w: CustomerWorld) -> None:
        w.change_erp(price_category="3")
        w.w.shop.edit_account("7", phone="0611223344")
        await w.settle()
        w.change_erp(phone="0100000000")
        w.w.shop.edit_account("7", price_category="9")
        await w.settle()
        assert ("0611223344", "3") == (w.erp().phone, w.account().price_category)

    run(settings, scenario)


def test_what_the_shop_does_not_know_empties_nothing(settings: Settings) -> None:
    """An account that never had a telephone, or a shop that has no field for it."""

    async def scenario(w: CustomerWorld) -> None:
        w.change_erp("DURAND", mobile="0600000000", fax="0478000001")
        w.w.shop.edit_account("7", phone="", billing=Address(), fields=["email", "phone", "billing"])
        await w.settle()
        assert ("0600000000", "0478000001", HOME) == (w.erp().mobile, w.erp().fax, w.erp().billing)

    run(settings, scenario)


def test_what_the_customer_emptied_is_emptied_but_its_address(settings: Settings) -> None:
    async def scenario(w: CustomerWorld) -> None:
        w.w.shop.edit_account("7", phone="0611223344")
        await w.settle()
        assert "0611223344" == w.erp().phone
        w.w.shop.edit_account("7", phone="", email="")
        await w.settle()
        assert ("", "anne@example.org") == (w.erp().phone, w.erp().email)

    run(settings, scenario)


def test_what_the_erp_emptied_is_emptied_in_the_shop(settings: Settings) -> None:
    async def scenario(w: CustomerWorld) -> None:
        w.change_erp(discount_percent=Decimal(5))
        await w.settle()
        w.change_erp(discount_percent=None)
        await w.settle()
        assert w.account().discount_percent is None

    run(settings, scenario)


def test_a_new_delivery_address_is_added_and_no_old_one_is_changed(settings: Settings) -> None:
    async def scenario(w: CustomerWorld) -> None:
        depot = Address(
            key="1", title="Dépôt", line1="1 rue du Dépôt", postal_code="69800", city="Saint-Priest"
        )
        w.change_erp(deliveries=[depot])
        w.w.shop.edit_account("7", deliveries=[MOVED, replace(depot, key=None, line1="1, RUE DU DEPOT")])
        await w.settle()
        assert [depot, MOVED] == w.erp().deliveries

    run(settings, scenario)


def test_another_owner_is_obeyed_without_emptying_what_was_sent(settings: Settings) -> None:
    async def scenario(w: CustomerWorld) -> None:
        w.change_erp(price_category="3", company="Durand SARL")
        await w.settle()
        await w.choose(
            direction="both", owners={"price_category": "creation", "names": "erp", "phones": "erp"}
        )
        w.w.shop.edit_account("7", price_category="9", phone="0699999999")
        await w.settle()
        account = w.account()
        assert ("9", "Durand SARL", "0478000000") == (account.price_category, account.company, account.phone)

    run(settings, scenario)


@pytest.mark.parametrize(
    ("direction", "erp_phone", "category"),
    [("none", "0478000000", None), ("to_shop", "0478000000", "3"), ("to_erp", "0611223344", None)],
)
def test_only_the_chosen_direction_travels(
    settings: Settings, direction: str, erp_phone: str, category: str | None
) -> None:
    async def scenario(w: CustomerWorld) -> None:
        w.change_erp(price_category="3")
        w.w.shop.edit_account("7", phone="0611223344")
        await w.settle()
        assert (erp_phone, category) == (w.erp().phone, w.account().price_category)

    run(settings, scenario, direction=direction)


def test_birthday_and_subscriptions_go_to_the_fields_that_the_merchant_named(settings: Settings) -> None:
    async def scenario(w: CustomerWorld) -> None:
        w.w.shop.edit_account("7", birthday=date(1980, 5, 1), subscriptions={"lettre": True})
        await w.settle()
        assert {"Naissance": "1980-05-01", "Lettre": "1"} == w.erp().custom

    run(
        settings,
        scenario,
        birthday_field="Naissance",
        subscription_fields={"lettre": "Lettre"},
    )


def test_custom_fields_travel_both_ways(settings: Settings) -> None:
    async def scenario(w: CustomerWorld) -> None:
        w.change_erp(custom={"CT_Statistique01": "Or", "Autre": "x"})
        w.w.shop.edit_account("7", custom={"_metier": "Fleuriste", "_autre": "y"})
        await w.settle()
        assert {"CT_Statistique01": "Or", "Autre": "x", "Metier": "Fleuriste"} == w.erp().custom
        assert {"_fidelite": "Or", "_metier": "Fleuriste", "_autre": "y"} == w.account().custom

    run(
        settings,
        scenario,
        custom=[
            {"erp": "CT_Statistique01", "shop": "_fidelite"},
            {"erp": "Metier", "shop": "_metier", "owner": "shop"},
        ],
    )


def test_a_refusal_of_the_erp_is_told_and_waits_for_a_change(settings: Settings) -> None:
    async def scenario(w: CustomerWorld) -> None:
        key = f"account:{w.w.shop_connection}:7"
        w.w.erp.refuse(key, field="customer.phone", reason="trop long")
        w.w.shop.edit_account("7", phone="0611223344")
        await w.settle()
        assert "held" == (await w.rows())["7"]["state"]
        assert ["customer_held"] == await w.told("customer_held")
        w.w.erp.accept(key)
        await w.settle()
        assert "0478000000" == w.erp().phone, "nobody tries again by himself what was refused"
        w.w.shop.edit_account("7", phone="0611223345")
        await w.settle()
        assert "0611223345" == w.erp().phone

    run(settings, scenario)


def test_an_account_that_nothing_tells_for_sure_is_left_alone(settings: Settings) -> None:
    async def scenario(w: CustomerWorld) -> None:
        w.w.shop.put_account(
            "8", email="anne@example.org", first_name="Julien", last_name="Durand", phone="0699999999"
        )
        w.w.shop.put_account("9", email="inconnue@example.org", last_name="Nouvelle")
        await w.settle()
        assert ["7"] == list(await w.rows())
        assert {"DURAND"} == {one.key for one in w.w.erp.all("customers") if isinstance(one, Customer)}

    run(settings, scenario)


def test_a_customer_that_the_erp_has_deleted_is_sent_nowhere(settings: Settings) -> None:
    async def scenario(w: CustomerWorld) -> None:
        w.w.shop.drop("customers", "7")
        await w.settle()
        assert "DURAND" == w.erp().key, "no account's deletion travels"

    run(settings, scenario)
