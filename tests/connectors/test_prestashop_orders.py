"""Orders of PrestaShop, to the cent as it rounds them, and what the ERP's follow-up makes of them in the shop."""

from collections.abc import Iterator
from datetime import UTC, date, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from raccord.core.rounding import Part, targets
from raccord_connectors.canonical import (
    LineUpdate,
    Order,
    OrderUpdate,
    PaperLink,
    RefundWish,
    Shipment,
)
from raccord_connectors.contract import Change, Outcome, Selection
from raccord_connectors.shop.prestashop.rounding import rounded
from raccord_connectors.shop.prestashop.windows import beginning
from sandbox.prestashop.buying import refund
from sandbox.prestashop.testing import CUSTOMER, DemoPrestaShop, prestashop
from support.prestashop_shop import an_article, connector, cursor_of, read

ZERO = Decimal(0)
PAID, PREPARING, SHIPPED, DELIVERED, CANCELLED = 2, 3, 4, 5, 6


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[DemoPrestaShop]:
    with prestashop(tmp_path_factory.mktemp("prestashop")) as found:
        yield found


@pytest.fixture
def shop(served: DemoPrestaShop) -> DemoPrestaShop:
    served.reset()
    return served


def the_order(shop: DemoPrestaShop, number: int) -> Order:
    found = read(shop, "orders", Selection(keys=(str(number),)))[str(number)]
    assert isinstance(found, Order)
    return found


def update(shop: DemoPrestaShop, record: OrderUpdate, **settings: object) -> Outcome:
    (outcome,) = connector(shop, **settings).write("order_updates", [Change("update", record.key, record)])
    return outcome


# ----------------------------------------------------------------------------------------------------- amounts


@pytest.mark.parametrize("where", [1, 2, 3])
@pytest.mark.parametrize("mode", [0, 2, 4, 5])
def test_lines_and_charges_make_the_shops_totals_however_it_rounds(
    shop: DemoPrestaShop, where: int, mode: int
) -> None:
    """By piece, by line or in the total; up, half up, half even, half odd: two rates, a voucher, gift wrapping, shipping."""
    shop.configure(PS_ROUND_TYPE=where, PS_PRICE_ROUND_MODE=mode)
    table, food = an_article(shop, "TABLE", "24.916667"), an_article(shop, "MIEL", "3.317535", tax=3)
    number = shop.buy({(table, 0): 3, (food, 0): 7}, voucher=Decimal(10), gift_wrap=True)
    order, row = the_order(shop, number), shop.row("orders", number)
    assert Decimal(row["total_paid_tax_incl"]) == order.gross
    assert Decimal(row["total_paid_tax_excl"]) == order.net
    parts = [Part(line.rate, line.net, line.tax) for line in order.lines]
    parts += [Part(charge.rate, charge.net, charge.tax) for charge in order.charges]
    net, tax = sum((part.net for part in parts), ZERO), sum((part.tax for part in parts), ZERO)
    # Rounded in the total only, its lines have six decimals, and the shop's own way leads to the cents.
    assert (rounded(net, mode), rounded(net + tax, mode)) == (order.net, order.gross)
    assert where == 3 or (net, tax) == (order.net, order.tax)
    found = targets(order, parts)
    assert {Decimal(20), Decimal("5.5")} == set(found)
    assert (order.net, order.tax) == (sum(a.net for a in found.values()), sum(a.tax for a in found.values()))


@given(st.integers(-10_000_000, 10_000_000), st.integers(0, 5))
def test_every_way_of_rounding_stays_within_a_cent(thousandths: int, mode: int) -> None:
    amount = Decimal(thousandths).scaleb(-3)
    found = rounded(amount, mode)
    assert abs(found - amount) < Decimal("0.01")
    half = abs(amount - found) == Decimal("0.005")
    last = int(found.scaleb(2)) % 2
    assert not (half and mode == 4 and last), "half even ends evenly"
    assert not (half and mode == 5 and not last), "half odd ends oddly"
    assert mode != 0 or found >= amount
    assert mode != 1 or found <= amount


def test_a_voucher_is_shared_out_and_free_shipping_is_taken_off_the_shipping(shop: DemoPrestaShop) -> None:
    article = an_article(shop, "VASE", "10")
    number = shop.buy({(article, 0): 2})
    voucher = {"id_order": number, "name": "Port offert et 2 €", "value": "7.90", "value_tax_excl": "6.59"}
    shop.add("order_cart_rules", free_shipping=1, **voucher)
    shop.add("order_cart_rules", deleted=1, **voucher)
    order = the_order(shop, number)
    (shipping,) = order.charges
    assert (Decimal(0), Decimal(0)) == (shipping.net, shipping.tax)
    (line,) = order.lines
    assert Decimal("22") == line.net + line.tax
    assert [("Port offert et 2 €", "voucher")] == [(one.title, one.kind) for one in line.discounts]


def test_a_carrier_is_known_by_the_number_that_stays_when_it_is_edited(shop: DemoPrestaShop) -> None:
    article = an_article(shop, "VASE", "10")
    edited = shop.add("carriers", id_reference=2, name="Colissimo", active=1)
    number = shop.buy({(article, 0): 1})
    shop.set("orders", number, id_carrier=edited)
    (shipping,) = the_order(shop, number).charges
    assert ("2", "Colissimo") == (shipping.method, shipping.title)
    assert ["1", "2"] == [choice.key for choice in connector(shop).discover().carriers]


# ------------------------------------------------------------------------------------------- what an order means


@pytest.mark.parametrize(
    ("gateway", "state", "stage", "paid"),
    [
        ("ps_wirepayment", None, "pending", "pending"),
        ("ps_cashondelivery", None, "open", "pending"),
        ("carte_demo", None, "open", "paid"),
        ("ps_wirepayment", PAID, "open", "paid"),
        ("carte_demo", SHIPPED, "closed", "paid"),
        ("carte_demo", CANCELLED, "cancelled", "paid"),
    ],
)
def test_the_state_says_what_an_order_is(
    shop: DemoPrestaShop, gateway: str, state: int | None, stage: str, paid: str
) -> None:
    number = shop.buy({(an_article(shop, "VASE", "10"), 0): 1}, gateway=gateway)
    if state is not None:
        shop.change_state(number, state)
    order = the_order(shop, number)
    assert (stage, paid, gateway) == (order.stage, order.payments[0].state, order.payments[0].method)


def test_a_shop_without_invoices_tells_payments_by_its_states_only(shop: DemoPrestaShop) -> None:
    shop.configure(PS_INVOICE=0)
    number = shop.buy({(an_article(shop, "VASE", "10"), 0): 1})
    assert [] == shop.rows("order_payments")
    order = the_order(shop, number)
    assert [("paid", order.gross)] == [(one.state, one.amount) for one in order.payments]


def test_two_orders_of_one_cart_are_told_apart_and_each_is_paid_for_itself(shop: DemoPrestaShop) -> None:
    article = an_article(shop, "VASE", "10")
    numbers = [shop.buy({(article, 0): n}, reference="SPLITCART", gateway="ps_wirepayment") for n in (1, 2)]
    paid = sum(Decimal(shop.row("orders", number)["total_paid_tax_incl"]) for number in numbers)
    shop.add(
        "order_payments",
        order_reference="SPLITCART",
        id_currency=1,
        amount=str(paid),
        payment_method="Virement bancaire",
    )
    for number in numbers:
        shop.change_state(number, PAID)
    orders = [the_order(shop, number) for number in numbers]
    assert ["SPLITCART#1", "SPLITCART#2"] == [order.number for order in orders]
    assert [[order.gross] for order in orders] == [[one.amount for one in order.payments] for order in orders]


def test_who_bought_and_what_he_wrote(shop: DemoPrestaShop) -> None:
    company = {
        **CUSTOMER,
        "company": "Lefèvre SARL",
        "siret": "73282932000074",
        "vat_number": "FR83732829320",
    }
    number = shop.buy(
        {(an_article(shop, "VASE", "10"), 0): 1}, customer=company, message="Sonnez deux fois, merci"
    )
    order = the_order(shop, number)
    buyer = order.buyer
    assert ("Lefèvre SARL", "73282932000074", "FR83732829320") == (
        buyer.company,
        buyer.siret,
        buyer.vat_number,
    )
    assert ("fr", ["3"], "Sonnez deux fois, merci") == (buyer.language, buyer.groups, order.note)
    assert ("44000", "FR") == (order.billing.postal_code, order.billing.country)
    assert order.delivery is None
    guest = the_order(shop, shop.buy({(an_article(shop, "BOL", "10"), 0): 1}, guest=True))
    assert guest.buyer.key is None


def test_a_credit_slip_is_a_refund_with_its_lines(shop: DemoPrestaShop) -> None:
    article = an_article(shop, "VASE", "10")
    number = shop.buy({(article, 0): 3})
    (line,) = shop.rows("order_details", id_order=number)
    cursor = cursor_of(shop, "orders")
    stamp = {"date_upd": "2020-01-01 00:00:00"}
    slip = refund(shop.shop, number, {int(line["id"]): 2}, shipping=True)
    with shop.shop.database.write() as db:  # a slip does not always touch its order
        db.execute("UPDATE orders SET date_upd = ?", (stamp["date_upd"],))
    order = read(shop, "orders", Selection(since=cursor))[str(number)]
    (found,) = order.refunds
    assert (str(slip), Decimal("29.9"), {line["id"]: Decimal(2)}) == (found.key, found.amount, found.lines)
    assert [(Decimal(20), Decimal(4)), (Decimal("4.92"), Decimal("0.98"))] == [
        (p.net, p.tax) for p in found.parts
    ]


# ------------------------------------------------------------------------------------------------------- its clock


def test_stamps_of_the_shop_are_told_in_utc(shop: DemoPrestaShop) -> None:
    shop.configure(PS_TIMEZONE="America/Guadeloupe")
    number = shop.buy({(an_article(shop, "VASE", "10"), 0): 1})
    shop.set("orders", number, date_add="2026-07-01 20:30:00")
    assert datetime(2026, 7, 2, 0, 30, tzinfo=UTC) == the_order(shop, number).placed_at


def test_the_hour_that_comes_twice_is_read_twice() -> None:
    """At 03:00 on 25 October 2026 Paris goes back to 02:00: what is stamped 02:10 then is later than 02:55 before."""
    paris = ZoneInfo("Europe/Paris")
    since = datetime(2026, 10, 25, 0, 55, tzinfo=UTC)  # 02:55, summer time
    changed = datetime(2026, 10, 25, 1, 10, tzinfo=UTC)  # 02:10, winter time
    began = beginning(int(since.timestamp()), int(changed.timestamp()), paris)
    assert began < changed.astimezone(paris).strftime("%Y-%m-%d %H:%M:%S")
    usual = datetime(2026, 6, 1, 10, 0, tzinfo=UTC)
    assert "2026-06-01 11:55:00" == beginning(int(usual.timestamp()), int(usual.timestamp()) + 60, paris)


# ------------------------------------------------------------------------------------------------------ follow-up


def messages(shop: DemoPrestaShop) -> list[tuple[str, str]]:
    return [(row["message"], row["private"]) for row in shop.rows("customer_messages")]


def histories(shop: DemoPrestaShop, number: int) -> list[str]:
    return [row["id_order_state"] for row in shop.rows("order_histories", id_order=number)]


def test_an_order_goes_on_once_with_its_number_and_its_words(shop: DemoPrestaShop) -> None:
    number = shop.buy({(an_article(shop, "VASE", "10"), 0): 1})
    parcels = [
        Shipment(key="BL1", carrier="Colissimo", tracking="6A123"),
        Shipment(key="BL2", tracking="6A124"),
    ]
    paper = PaperLink(number="FA1", dated=date(2026, 11, 24), url="https://papers.example/p/1")
    record = OrderUpdate(
        key=str(number),
        state="shipped",
        shipments=parcels,
        erp_document="BC9",
        invoice_number="FA1",
        papers=[paper],
    )
    for _ in range(2):
        assert update(shop, record).done
    assert [str(PAID), str(SHIPPED)] == histories(shop, number)
    assert ["6A123"] == [row["tracking_number"] for row in shop.rows("order_carriers", id_order=number)]
    assert 4 == len(messages(shop))
    told = {private: [text for text, kind in messages(shop) if kind == private] for private in "01"}
    assert ["BC9" in told["1"][0], "FA1" in told["1"][1]] == [True, True]
    assert ["6A124" in told["0"][0], "https://papers.example/p/1" in told["0"][1]] == [True, True]
    assert "" == the_order(shop, number).note, "what we wrote is not the customer's"


def test_what_the_shops_people_made_of_an_order_is_not_taken_back(shop: DemoPrestaShop) -> None:
    number = shop.buy({(an_article(shop, "VASE", "10"), 0): 1})
    record = OrderUpdate(key=str(number), state="preparing")
    update(shop, record)
    shop.change_state(number, PAID)
    update(shop, record)
    assert [str(PAID), str(PREPARING), str(PAID)] == histories(shop, number)
    shop.change_state(number, DELIVERED)
    update(shop, OrderUpdate(key=str(number), state="shipped"))
    assert str(DELIVERED) == histories(shop, number)[-1]
    shop.change_state(number, CANCELLED)
    update(shop, OrderUpdate(key=str(number), state="invoiced"))
    assert str(CANCELLED) == histories(shop, number)[-1]


def test_the_shop_mails_only_where_the_merchant_says_so(shop: DemoPrestaShop) -> None:
    article = an_article(shop, "VASE", "10")

    def mails(**settings: object) -> int:
        number = shop.buy({(article, 0): 1})
        before = shop.mails()
        parcel = Shipment(key="BL1", tracking="6A1")
        update(shop, OrderUpdate(key=str(number), state="shipped", shipments=[parcel]), **settings)
        return shop.mails() - before

    assert (0, 2) == (mails(), mails(shop_mails=True))


def test_states_can_be_chosen_or_left_alone(shop: DemoPrestaShop) -> None:
    article = an_article(shop, "VASE", "10")
    first, second = (shop.buy({(article, 0): 1}) for _ in range(2))
    update(shop, OrderUpdate(key=str(first), state="preparing"), state_preparing="9")
    update(shop, OrderUpdate(key=str(second), state="preparing"), state_preparing="-")
    assert [[str(PAID), "9"], [str(PAID)]] == [histories(shop, number) for number in (first, second)]


def test_what_will_not_be_delivered_is_said_in_the_customers_language(shop: DemoPrestaShop) -> None:
    number = shop.buy({(an_article(shop, "VASE", "10"), 0): 3})
    shop.set("orders", number, id_lang=2)
    (line,) = shop.rows("order_details", id_order=number)
    lines = {line["id"]: LineUpdate(ordered=Decimal(3), delivered=Decimal(2), cancelled=Decimal(1))}
    parcel = Shipment(key="BL1", lines={line["id"]: Decimal(2)})
    update(shop, OrderUpdate(key=str(number), state="partly_shipped", lines=lines, shipments=[parcel]))
    shipped, cancelled = (text for text, _ in messages(shop))
    assert ("2 × Article VASE" in shipped, "1 × Article VASE" in cancelled) == (True, True)
    assert shipped.startswith("A part of your order")


def test_a_refund_that_was_decided_is_refused_with_the_place_where_to_make_it(shop: DemoPrestaShop) -> None:
    number = shop.buy({(an_article(shop, "VASE", "10"), 0): 1})
    wish = RefundWish(key="R1", amount=Decimal("5.00"))
    outcome = update(shop, OrderUpdate(key=str(number), state="shipped", refunds=[wish]))
    assert outcome.problem is not None
    assert ("rejected", "refunds") == (outcome.problem.kind, outcome.problem.field)
    assert str(SHIPPED) in histories(shop, number), "the rest was done"


def test_a_tracking_number_that_prestashop_refuses_is_named(shop: DemoPrestaShop) -> None:
    number = shop.buy({(an_article(shop, "VASE", "10"), 0): 1})
    parcel = Shipment(key="BL1", tracking="Colis n° 1 — été")
    outcome = update(shop, OrderUpdate(key=str(number), state="shipped", shipments=[parcel]))
    assert outcome.problem is not None
    assert "shipments" == outcome.problem.field
    assert [str(PAID)] == histories(shop, number)


def test_a_page_of_orders_takes_ten_requests(shop: DemoPrestaShop) -> None:
    article = an_article(shop, "VASE", "10", stock=500)
    for _ in range(20):
        shop.buy({(article, 0): 1}, message="Bonjour")
    with_it = connector(shop)
    list(with_it.read("orders"))
    shop.reset_log()
    assert 20 == sum(len(page.records) for page in with_it.read("orders"))
    assert 10 == shop.log()["requests"]
