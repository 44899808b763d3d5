"""What is particular to Oxatis: its statuses told apart, what it keeps apart from a product, states with their mails, the
ERP's invoice in the customer's area, amounts to the cent, and calls that are not spent."""

from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from typing import Any

import httpx
import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from raccord_connectors.canonical import (
    Availability,
    Customer,
    Listing,
    Offer,
    OfferPrice,
    Order,
    OrderUpdate,
    PaperLink,
    RefundWish,
    Shipment,
    Tier,
)
from raccord_connectors.contract import (
    Change,
    ConfigError,
    DaySpent,
    Outcome,
    Page,
    Selection,
    TransientError,
)
from raccord_connectors.shop.oxatis import Oxatis, OxatisSettings, tags
from raccord_connectors.shop.oxatis.order_updates import file_name
from sandbox.oxatis.testing import TestedShop
from sandbox.oxatis.trees import many, text

PDF = b"%PDF-1.7 facture"


@pytest.fixture(scope="module")
def kept(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestedShop]:
    found = TestedShop(tmp_path_factory.mktemp("oxatis"))
    yield found
    found.shop.close()


@pytest.fixture
def shop(kept: TestedShop) -> TestedShop:
    kept.reset()
    return kept


def oxatis(shop: TestedShop, **chosen: Any) -> Oxatis:
    converted = msgspec.convert(shop.settings(**chosen), OxatisSettings)
    return Oxatis(converted, transport=shop.line(), sleep=lambda _: None)


def write(shop: TestedShop, stream: str, change: Change, **chosen: Any) -> Outcome:
    (outcome,) = oxatis(shop, **chosen).write(stream, [change])
    return outcome


def listing(key: str = "CHAISE", **fields: Any) -> Listing:
    price = OfferPrice(amount=Decimal("49.9"), tax_included=True, currency="EUR")
    offer = Offer(key=key, sku=f"{key}-REF", price=price, **fields.pop("offer", {}))
    return Listing(key=key, published=True, name="Chaise", offers=[offer], tax_rate=Decimal(20), **fields)


def product(shop: TestedShop, outcome: Outcome) -> Any:
    assert outcome.problem is None, outcome.problem
    return shop.shop.store.get("product", int(outcome.target or 0))


# -------------------------------------------------------------------------------------------- statuses


@pytest.mark.parametrize(("option", "error"), [("maintenance", TransientError), ("forbidden", ConfigError)])
def test_each_status_is_another_error(shop: TestedShop, option: str, error: type[Exception]) -> None:
    shop.shop.store.set_option(option, {"maintenance": "yes"}.get(option, "OrderServices"))
    with pytest.raises(error):
        list(oxatis(shop).read("orders"))


def test_a_day_that_is_used_up_comes_back_at_the_shops_midnight(shop: TestedShop) -> None:
    shop.shop.store.set_option("daily_calls", "0")
    with pytest.raises(DaySpent) as caught:
        list(oxatis(shop).read("orders"))
    assert caught.value.retry_after is not None
    assert 0 < caught.value.retry_after <= 90_000


def test_the_missing_right_is_named_area_by_area(shop: TestedShop) -> None:
    shop.shop.store.set_option("forbidden", "OrderServices,UserServices")
    with pytest.raises(ConfigError) as caught:
        oxatis(shop).check()
    areas = [finding.en for finding in caught.value.findings]
    assert (2, True, True) == (len(areas), "the orders" in areas[0], "the customers" in areas[1])


def test_a_state_that_the_shop_does_not_have_is_named_by_the_test(shop: TestedShop) -> None:
    with pytest.raises(ConfigError) as caught:
        oxatis(shop, state_shipped="PARTIE").check()
    assert ("state_shipped", True) == (caught.value.field, "EXPEDIEE" in caught.value.message.en)


def test_a_zone_that_does_not_exist_is_a_setting_to_correct(shop: TestedShop) -> None:
    with pytest.raises(ConfigError) as caught:
        oxatis(shop, time_zone="../etc/passwd")
    assert "time_zone" == caught.value.field


@pytest.mark.parametrize(
    "body",
    [b"<html><p>Erreur</html>", b"", b"<!DOCTYPE a [<!ENTITY x 'y'>]><a>&x;</a>", b"<DataResultService/>"],
)
def test_what_is_no_answer_is_tried_again(shop: TestedShop, body: bytes) -> None:
    line = httpx.MockTransport(lambda request: httpx.Response(200, content=body))
    connector = Oxatis(msgspec.convert(shop.settings(), OxatisSettings), transport=line, sleep=lambda _: None)
    with pytest.raises(TransientError):
        connector.check()


def test_an_id_of_minus_one_is_a_refusal_whatever_the_status_says(shop: TestedShop) -> None:
    said = "<StatusCode>300</StatusCode><ErrorDetails>Nom refusé</ErrorDetails><Data><OxID>-1</OxID></Data>"
    body = f"<DataResultService>{said}</DataResultService>".encode()
    missing = b"<DataResultService><StatusCode>500</StatusCode><StatusSubCode>1001</StatusSubCode></DataResultService>"

    def answer(request: httpx.Request) -> httpx.Response:
        return httpx.Response(200, content=missing if b"Method=ProductGet&" in request.read() else body)

    connector = Oxatis(
        msgspec.convert(shop.settings(), OxatisSettings),
        transport=httpx.MockTransport(answer),
        sleep=lambda _: None,
    )
    (outcome,) = connector.write("listings", [Change("create", "CHAISE", listing())])
    assert outcome.problem is not None
    assert ("rejected", True) == (outcome.problem.kind, "Nom refusé" in outcome.problem.message.fr)


def test_a_lost_answer_makes_no_second_article(shop: TestedShop) -> None:
    shop.shop.faults.arm(kind="cut_after", match="ProductV2Import")
    outcome = write(shop, "listings", Change("create", "CHAISE", listing()))
    assert [text(product(shop, outcome), "ItemSKU")] == [
        text(one, "ItemSKU") for one in shop.shop.store.every("product")
    ]


# -------------------------------------------------------------------------------------------- articles


def test_price_levels_and_grids_are_those_of_the_tiers(shop: TestedShop) -> None:
    tiers = [
        Tier(Decimal(45), Decimal(1), "2"),
        Tier(Decimal("44.5"), Decimal(10), "2"),
        Tier(Decimal(40), Decimal(50), None),
    ]
    record = listing(offer={"tiers": tiers})
    outcome = write(shop, "listings", Change("create", "CHAISE", record))
    found = product(shop, outcome)
    rules = {text(rule, "PriceIndex"): rule for rule in many(found, "DiscountRules/Rule")}
    assert ("45", "10", "44.5", "40") == (
        text(found, "Price1/Value"), text(rules["1"], "GridLowerStep1Value"), text(rules["1"], "GridLowerStep1Result"),
        text(rules["0"], "GridLowerStep1Result"),
    )  # fmt: skip
    bare = replace(record, offers=[replace(record.offers[0], tiers=[])])
    found = product(
        shop,
        write(shop, "listings", Change("update", "CHAISE", bare, record, outcome.target, outcome.targets)),
    )
    assert ("0", {"false"}) == (
        text(found, "Price1/Value"), {text(rule, "Active") for rule in many(found, "DiscountRules/Rule")},
    )  # fmt: skip


def test_characteristics_and_packagings_stand_apart(shop: TestedShop) -> None:
    packs = "Carton de 6|CHAISE-C6|6|270; Palette|CHAISE-P|48|1999.9"
    record = listing(features={"Matière": ["Chêne", "Hêtre"]}, custom={"Packaging": packs, "Guarantee": 24})
    outcome = write(shop, "listings", Change("create", "CHAISE", record))
    found = product(shop, outcome)
    (facet,) = many(found, "Characteristics/One")
    packed = [
        (text(one, "Name"), text(one, "Quantity"), text(one, "Price"))
        for one in many(found, "Packagings/Item")
    ]
    assert (["Chêne", "Hêtre"], [("Carton de 6", "6", "270"), ("Palette", "48", "1999.9")], "24") == (
        many(facet, "Value"), packed, text(found, "Guarantee"),
    )  # fmt: skip
    empty = replace(record, custom={"Packaging": None, "Guarantee": 24})
    found = product(
        shop,
        write(shop, "listings", Change("update", "CHAISE", empty, record, outcome.target, outcome.targets)),
    )
    assert [] == many(found, "Packagings/Item")


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"custom": {"Packaging": "Carton|X|six|1"}}, "custom.Packaging"), ({"custom": {"Couleur": "x"}}, "custom.Couleur"),
        ({"offer": {"tiers": [Tier(Decimal(1), Decimal(1), "11")]}}, "offer.tiers"), ({"slug": "x" * 101}, "slug"),
        ({"description": "é" * 8_001}, "description"), ({"categories": [["A"]] * 11}, "categories"),
        ({"features": {"x" * 51: ["y"]}}, "features"),
    ],
)  # fmt: skip
def test_what_the_shop_cannot_hold_costs_no_call_but_the_look(
    shop: TestedShop, fields: dict[str, Any], field: str
) -> None:
    outcome = write(shop, "listings", Change("create", "CHAISE", listing(**fields)))
    assert outcome.problem is not None
    assert (field, []) == (outcome.problem.field, shop.calls)


def test_a_brand_is_never_renamed(shop: TestedShop) -> None:
    """TRAP: an id sent with another name renames it for the whole shop; names alone are sent."""
    first = write(shop, "listings", Change("create", "A", listing("A", brand="Maison Duval")))
    record = listing("B", brand="Maison Duval")
    second = write(shop, "listings", Change("create", "B", record))
    write(
        shop,
        "listings",
        Change("update", "B", replace(record, brand="Autre"), record, second.target, second.targets),
    )
    assert ("Maison Duval", "Autre") == (
        text(product(shop, first), "Brand/Name"), text(product(shop, second), "Brand/Name"),
    )  # fmt: skip


def test_what_has_no_price_is_not_for_sale(shop: TestedShop) -> None:
    record = listing()
    record = replace(record, offers=[replace(record.offers[0], price=None)])
    found = product(shop, write(shop, "listings", Change("create", "CHAISE", record)))
    assert ("false", "3") == (text(found, "Visible"), text(found, "State"))


def test_a_variant_that_leaves_is_hidden_and_a_new_one_made(shop: TestedShop) -> None:
    price = OfferPrice(amount=Decimal(10), tax_included=True, currency="EUR")
    offers = [
        Offer(key=f"P|{size}", sku=f"P-{size}", options={"Taille": size}, price=price) for size in "SML"
    ]
    record = Listing(key="P", published=True, name="Pull", offers=offers[:2], axes=["Taille"])
    made = write(shop, "listings", Change("create", "P", record))
    later = replace(record, offers=offers[1:])
    outcome = write(shop, "listings", Change("update", "P", later, record, made.target, made.targets))
    assert {"P|M", "P|L"} == outcome.targets.keys()
    gone = shop.shop.store.get("product", int(made.targets["P|S"])) or {}
    assert "false" == text(gone, "Visible")


@given(st.lists(st.text(max_size=70), min_size=2, max_size=12, unique=True))
def test_codes_of_options_are_short_and_apart(values: list[str]) -> None:
    codes = [tags.option_code(value) for value in values]
    assert all(0 < len(code) <= 10 for code in codes)
    assert len(set(codes)) == len({value.upper() if value.isascii() and value.isalnum() and len(value) <= 10 else value
                                   for value in values})  # fmt: skip


# ----------------------------------------------------------------------------------------------- stock


def test_two_hundred_quantities_are_two_calls_and_none_when_nothing_differs(shop: TestedShop) -> None:
    ids = [shop.add({"ItemSKU": f"S{n}", "Name": f"S{n}"}) for n in range(200)]
    records = [Availability(key=f"S{n}", quantity=Decimal(n), product="x") for n in range(200)]
    changes = [Change("update", one.key, one, target=str(n)) for one, n in zip(records, ids, strict=True)]
    assert all(outcome.done for outcome in oxatis(shop).write("availability", changes))
    assert ["ProductServices/ProductUpdateItemQtyList"] * 2 == shop.calls
    again = [msgspec.structs.replace(change, previous=change.record) for change in changes]
    assert all(outcome.done for outcome in oxatis(shop).write("availability", again))
    assert 2 == len(shop.calls)


def test_lists_that_are_refused_are_told_with_the_setting_to_change(shop: TestedShop) -> None:
    number = shop.add({"ItemSKU": "S", "Name": "S"})
    body = b"<DataResultService><StatusCode>500</StatusCode><StatusSubCode>1002</StatusSubCode></DataResultService>"
    line = httpx.MockTransport(lambda request: httpx.Response(200, content=body))
    connector = Oxatis(msgspec.convert(shop.settings(), OxatisSettings), transport=line)
    change = Change(
        "update", "S", Availability(key="S", quantity=Decimal(2), product="S"), target=str(number)
    )
    with pytest.raises(ConfigError) as caught:
        list(connector.write("availability", [change]))
    assert "stock_in_lists" == caught.value.field
    assert write(shop, "availability", change, stock_in_lists=False).done
    assert ["ProductServices/ProductUpdateQuantityInStock"] == shop.calls


def test_sale_without_stock_is_allowed_only_where_it_changed(shop: TestedShop) -> None:
    number = shop.add({"ItemSKU": "S", "Name": "S"})
    record = Availability(key="S", quantity=Decimal(-3), product="S", backorders=True)
    assert write(shop, "availability", Change("update", "S", record, target=str(number))).done
    found = shop.shop.store.get("product", number) or {}
    assert ("true", "0") == (text(found, "SaleIfOutOfStock"), text(found, "QuantityInStock/Value"))


# ---------------------------------------------------------------------------------------------- orders


def bought(shop: TestedShop, **others: Any) -> str:
    item = shop.add({"ItemSKU": "V", "Name": "Vase", "Price": {"Value": "29.90", "VATIncluded": "true"}}, 50)
    return str(shop.buy({item: 2}, **others))


def order(shop: TestedShop, number: str) -> Order:
    (page,) = oxatis(shop).read("orders", Selection(keys=(number,)))
    (record,) = page.records
    assert isinstance(record, Order)
    return record


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.lists(
        st.tuples(st.integers(1, 40_000), st.sampled_from(["20", "10", "5.5", "2.1", "0"]), st.integers(1, 9)),
        min_size=1, max_size=5,
    ),
    st.booleans(), st.booleans(), st.booleans(), st.sampled_from(["0", "1.50"]),
)  # fmt: skip
def test_every_order_adds_up_to_what_was_paid(
    shop: TestedShop, lines: list[tuple[int, str, int]], coupon: bool, with_tax: bool, whole: bool, fees: str
) -> None:
    """Whether the VAT table holds shipping and fees or not, with and without a discount, in both tax modes."""
    shop.reset()
    shop.shop.store.set_option("tax_details", "all" if whole else "")
    wishes = {}
    for place, (cents, rate, pieces) in enumerate(lines):
        price = {"Value": str(Decimal(cents) / 100), "VATIncluded": "true" if with_tax else "false"}
        item = shop.add({"ItemSKU": f"P{place}", "Name": "P", "TaxRate": rate, "Price": price}, 99)
        wishes[item] = pieces
    number = shop.buy(wishes, coupon="BIENVENUE10" if coupon else "", with_tax=with_tax, fees=Decimal(fees))
    read = order(shop, str(number))
    stored = shop.shop.store.get("order", number) or {}
    assert Decimal(stored["NetAmountDue"]) == read.gross == read.net + read.tax
    net = sum(one.net for one in read.lines) + sum(one.net for one in read.charges)
    tax = sum(one.tax for one in read.lines) + sum(one.tax for one in read.charges)
    assert (read.net, read.tax) == (net, tax)
    assert (read.net, read.tax) == (sum(one.base for one in read.taxes), sum(one.tax for one in read.taxes))
    table = {
        Decimal(text(row, "TaxRate")): Decimal(text(row, "TotalNetVATAmount"))
        for row in many(stored, "OrderTaxDetails/TaxDetail")
    }
    if whole:
        assert {rate: tax for rate, tax in table.items() if tax} == {
            one.rate: one.tax for one in read.taxes if one.tax
        }
    assert coupon or all(one.kind in ("shipping", "fee", "rounding") for one in read.charges)


def test_a_total_that_comes_out_no_way_is_left_as_it_is(shop: TestedShop) -> None:
    """The platform then holds the order, and says by how much."""
    number = bought(shop)
    shop.shop.orders.save(shop.shop.orders.needed(number), {"NetAmountDue": "1.00"})
    read = order(shop, number)
    parts = sum(one.net + one.tax for one in read.lines) + sum(one.net + one.tax for one in read.charges)
    assert (Decimal(1), Decimal("66.7")) == (read.gross, parts)


def test_a_cheque_waits_and_its_confirmation_is_seen(shop: TestedShop) -> None:
    number = bought(shop, payment="Chèque", status="20")
    first = list(oxatis(shop).read("orders"))
    assert [("pending", "pending")] == states(first)
    shop.shop.orders.set_payment(int(number), "40")
    later = list(oxatis(shop).read("orders", Selection(since=first[-1].cursor)))
    assert [("open", "paid")] == states(later)


def states(pages: list[Page]) -> list[tuple[str, str]]:
    orders = [one for page in pages for one in page.records if isinstance(one, Order)]
    return [(one.stage, one.payments[0].state) for one in orders]


@pytest.mark.parametrize("means", ["Modified", "Created"])
def test_asking_again_costs_three_calls_and_reads_nothing_twice(shop: TestedShop, means: str) -> None:
    """Whatever the date filter means: what an earlier window told already is not read again."""
    shop.shop.store.set_option("order_date_means", means)
    numbers = [bought_again(shop, place) for place in range(5)]
    cursor = list(oxatis(shop).read("orders"))[-1].cursor
    shop.calls.clear()
    cursor = list(oxatis(shop).read("orders", Selection(since=cursor)))[-1].cursor
    read = [call for call in shop.calls if call.endswith("OrderGetDetails")]
    shop.calls.clear()
    again = list(oxatis(shop).read("orders", Selection(since=cursor)))
    assert ([], 3) == ([one for page in again for one in page.records], len(shop.calls))
    assert len(read) <= len(numbers)


def bought_again(shop: TestedShop, place: int) -> int:
    item = shop.add(
        {"ItemSKU": f"V{place}", "Name": "Vase", "Price": {"Value": "10", "VATIncluded": "true"}}, 5
    )
    return shop.buy({item: 1})


# ------------------------------------------------------------------------------------------- follow-up


def invoiced(number: str, **others: Any) -> OrderUpdate:
    paper = PaperLink(number="FA-2026/0042", dated=date(2026, 2, 3), url="https://x.example/p", content=PDF)
    return OrderUpdate(key=number, state="invoiced", invoice_number=paper.number, papers=[paper], **others)


def test_state_parcel_and_invoice_reach_the_customer_once(shop: TestedShop) -> None:
    number = bought(shop)
    record = invoiced(
        number,
        shipments=[Shipment(key="S", carrier="Colissimo", tracking="6A1", url="https://c.example/6A1")],
    )
    for _ in range(2):
        assert write(
            shop, "order_updates", Change("create", number, record), send_email=True, send_sms=True
        ).done
    stored = shop.shop.store.get("order", int(number)) or {}
    told = [(one["Medium"], one["State"], one["Tracking"]) for one in shop.shop.store.every("told")]
    assert [("e-mail", "FACTUREE", "6A1"), ("SMS", "FACTUREE", "6A1")] == told, "told once, with the parcel"
    assert ("FA-2026/0042", "FA-2026-0042.pdf", PDF) == (
        stored["InvoiceID"], stored["InvoiceFileName"], shop.shop.orders.paper(int(number)),
    )  # fmt: skip


def test_an_invoice_that_comes_later_tells_nobody_again(shop: TestedShop) -> None:
    number = bought(shop)
    early = replace(invoiced(number), papers=[])
    assert write(shop, "order_updates", Change("create", number, early), send_email=True).done
    assert write(
        shop, "order_updates", Change("update", number, invoiced(number), early), send_email=True
    ).done
    assert 1 == len(shop.shop.store.every("told"))
    assert PDF == shop.shop.orders.paper(int(number))


def test_nobody_is_told_unless_the_merchant_says_so(shop: TestedShop) -> None:
    number = bought(shop)
    assert write(shop, "order_updates", Change("create", number, invoiced(number))).done
    assert [] == shop.shop.store.every("told")


def test_a_lost_answer_to_a_state_mails_once(shop: TestedShop) -> None:
    number = bought(shop)
    shop.shop.faults.arm(kind="cut_after", match="OrderUpdateTracking")
    with pytest.raises(TransientError):
        write(shop, "order_updates", Change("create", number, invoiced(number)), send_email=True)
    assert write(shop, "order_updates", Change("create", number, invoiced(number)), send_email=True).done
    assert 1 == len(shop.shop.store.every("told"))


def test_what_the_shop_cannot_do_is_said(shop: TestedShop) -> None:
    number = bought(shop)
    refund = OrderUpdate(key=number, state="cancelled", refunds=[RefundWish(key="r", amount=Decimal(5))])
    refused = write(shop, "order_updates", Change("create", number, refund))
    unknown = write(shop, "order_updates", Change("create", number, invoiced(number)), state_invoiced="FACT")
    assert refused.problem is not None
    assert unknown.problem is not None
    assert ("refunds", "state") == (refused.problem.field, unknown.problem.field)


def test_a_files_name_fits_into_what_the_shop_keeps() -> None:
    assert ("FA1.pdf", 50) == (file_name("FA1"), len(file_name("x" * 80)))


# ------------------------------------------------------------------------------------------- customers


def test_what_the_erp_agreed_reaches_the_customer(shop: TestedShop) -> None:
    record = Customer(
        key="CLI0042", email="Achats@Essai.example", company="Essai", price_category="10", discount_percent=Decimal("7.5"),
        on_account=True, vat_number="FR90902147362", custom={"DiscountGridCode": "PRO"},
    )  # fmt: skip
    outcome = write(shop, "customers", Change("create", record.key, record))
    found = shop.shop.store.get("user", int(outcome.target or 0)) or {}
    assert ("CLI0042", "9", "7.5", "true", None) == (
        found["CustomerCode"], found["PriceIndex"], found["Discount"], found["CustomerAccount"], found.get("DiscountGridCode"),
    ), "a grid that the shop does not know is dropped by it without a word"  # fmt: skip


def test_a_customer_who_came_by_himself_is_found_by_his_address(shop: TestedShop) -> None:
    bought(shop)
    record = Customer(key="CLI1", email="ELODIE.lefevre@example.org")
    assert write(shop, "customers", Change("create", "CLI1", record)).existed
