"""The shop's last orders on paper: their totals to the cent, their articles, their buyers."""

from decimal import Decimal as D

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from raccord.core.channel import ChannelSettings
from raccord.core.rehearsal.checks import KINDS, run
from raccord.core.rounding import cents
from raccord_connectors.canonical import Address, Buyer, Charge, Customer, Discount, OrderLine, Refund
from support.rehearsed import kinds, order, sale, told, world


def test_nothing_is_said_of_a_sound_order_and_it_becomes_a_draft_of_the_same_total() -> None:
    made = sale()
    assert [] == kinds(made)
    assert made.entry.draft is not None
    assert D(126) == made.entry.draft.gross


def test_an_order_that_does_not_add_up_is_told_with_its_difference() -> None:
    found = sale(order(net=D("101"), gross=D("122")))
    assert [("order.totals", "1042")] == kinds(found)
    assert (
        "its lines and charges make 126.00 EUR, but the customer paid 122.00 EUR (difference -4.00)"
        in told(found)[0]
    )


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"discounts": [Discount(title="FIDELITE", net=D("10"))]}, "that of a discount (FIDELITE)"),
        ({"refunds": [Refund(key="r", amount=D("10"))]}, "that of a refund"),
        (
            {"charges": [Charge(kind="fee", title="Emballage", net=D("9"), tax=D("1"))], "net": D("98")},
            "that of “Emballage”",
        ),
    ],
)
def test_the_difference_is_explained_by_the_figure_that_has_its_size(
    changes: dict[str, object], reason: str
) -> None:
    sound = {"net": D("95"), "gross": D("116")}
    if "charges" in changes:  # the parts make 130 with it, the customer paid 120
        sound = {"net": D("100"), "tax": D("20"), "gross": D("120")}
        changes = {"charges": changes["charges"]}
    assert reason in told(sale(order(**{**sound, **changes})))[0]


def test_cents_of_the_shops_rounding_are_no_obstacle() -> None:
    found = sale(order(net=D("105.01"), gross=D("126.01")))
    assert [("order.rounding", "1042")] == kinds(found)
    assert found.entry.draft is not None
    assert D("126.01") == sum((line.net + line.tax for line in found.entry.draft.lines), D(0))


def test_an_article_that_nobody_knows_is_told_once_however_often_it_was_sold() -> None:
    found = sale(items={})
    assert [("order.item_unknown", "s-chaise")] == kinds(found)
    assert found.entry.draft is not None, "the totals are tried all the same"


def test_a_charge_that_no_article_carries_is_told() -> None:
    without = ChannelSettings()
    found = sale(settings=without)
    assert ("order.no_charge_item", "1042") in kinds(found, world(settings=without))


def test_a_buyer_who_may_be_two_customers_is_told() -> None:
    two = [Customer(key="C1", email="a@b.example"), Customer(key="C2", email="a@b.example")]
    assert [("order.customer", "1042")] == kinds(sale(candidates=two))
    assert [] == kinds(sale(candidates=two[:1]))
    blocked = [replace(two[0], blocked=True)]
    assert [("order.customer", "1042")] == kinds(sale(candidates=blocked))


def test_another_currency_and_a_rate_that_the_erp_lacks_are_told_by_their_own_names() -> None:
    line = OrderLine(
        key="1", item="s-chaise", name="Chaise", quantity=D(1), net=D(100), tax=D("19.60"), rate=D("19.6")
    )
    found = sale(
        order(currency="CHF", lines=[line], charges=[], net=D(100), tax=D("19.60"), gross=D("119.60"))
    )
    assert {("currency.order", "CHF"), ("tax.order_rate", "19.6")} == set(kinds(found))


@pytest.mark.parametrize("country", ["", "XX", "France", "fr"])
def test_a_country_that_does_not_exist_is_told(country: str) -> None:
    assert [("country.unknown", "1042")] == kinds(
        sale(order(billing=Address(last_name="D", country=country)))
    )


def test_an_address_that_the_erp_would_cut_is_told_and_one_it_would_refuse_is_held() -> None:
    city = Address(last_name="D", city="Saint-Remy-en-Bouzemont-Saint-Genest-et-Isson", country="FR")
    assert [("buyer.cut", "1042")] == kinds(sale(order(billing=city)))
    phone = Buyer(email="a@b.example", last_name="D", phone="06 12 34 56 78 le soir seulement")
    found = kinds(sale(order(buyer=phone)))
    assert [("buyer.refused", "1042")] == found
    assert "held" == KINDS[found[0][0]].severity


def test_a_customer_who_exists_keeps_his_own_telephone() -> None:
    phone = Buyer(email="a@b.example", last_name="D", phone="06 12 34 56 78 le soir seulement")
    known = [Customer(key="C1", email="a@b.example")]
    assert [] == kinds(sale(order(buyer=phone), candidates=known))


def test_letters_outside_the_erps_code_page_are_named() -> None:
    polish = Address(last_name="Łukaszewicz", city="Kraków", country="PL")
    found = sale(order(billing=polish))
    assert [("buyer.letters", "1042")] == kinds(found)
    assert "contains Ł," in told(found)[0]
    assert [] == kinds(found, world(erp_connector="tryton"))


def test_letters_of_the_code_page_and_typographic_signs_are_fine() -> None:
    french = Address(
        last_name="L’Hermitte–Œuvrard", city="Saint‑Étienne", line1="3 rue de l’Été €", country="FR"
    )
    assert [] == kinds(sale(order(billing=french)))


def test_a_method_that_only_orders_know_is_told() -> None:
    paid = order()
    other = replace(paid.payments[0], method="paypal_express", title="PayPal Express")
    assert [("payment.unmapped", "paypal_express")] == kinds(sale(replace(paid, payments=[other])))
    sent = replace(paid.charges[0], method="chrono:9", title="Chrono Relais")
    assert [("carrier.unmapped", "chrono:9")] == kinds(sale(replace(paid, charges=[sent])))


amounts = st.decimals("0.01", "900", places=2)


@given(st.lists(st.tuples(amounts, amounts), min_size=1, max_size=6), st.decimals("-0.02", "0.02", places=2))
def test_totals_are_found_wrong_exactly_when_the_entry_would_hold_them(
    parts: list[tuple[D, D]], residue: D
) -> None:
    """A rehearsal that is kinder or stricter than the real entry is no use."""
    lines = [
        OrderLine(key=str(n), item="s-chaise", name="x", quantity=D(1), net=net, tax=tax)
        for n, (net, tax) in enumerate(parts)
    ]
    net, tax = cents(sum((n for n, _ in parts), D(0)) + residue), cents(sum((t for _, t in parts), D(0)))
    made = sale(order(lines=lines, charges=[], net=net, tax=tax, gross=net + tax))
    found = {one.kind for one in run(made, world())}
    assert (made.totals is not None) == ("order.totals" in found)
    if made.totals is None:
        assert made.entry.draft is not None
        written = sum((line.net + line.tax for line in made.entry.draft.lines), D(0))
        assert made.order.gross == written


@given(st.text(max_size=80), st.text(max_size=80), st.text(max_size=5))
def test_no_text_of_a_buyer_makes_a_check_fail(name: str, street: str, country: str) -> None:
    address = Address(last_name=name, line1=street, city=name, country=country)
    for finding in run(sale(order(billing=address, buyer=Buyer(email=name, phone=street))), world()):
        assert finding.message.fr
