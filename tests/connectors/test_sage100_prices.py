"""Prices and stock: each list with its own tax flag, each nature of stock in its depot."""

from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from raccord_connectors.canonical import Price, PriceSet, StockLevels
from raccord_connectors.contract import Selection
from sandbox.gescom.business import GesCom
from support.gescom import an_article, held, records, small_gescom, sql


@pytest.fixture
def gescom(tmp_path: Path) -> GesCom:
    return small_gescom(tmp_path)


@pytest.fixture
def ref(gescom: GesCom) -> str:
    """An article with a price of 10 without VAT, a purchase price of 4, and no other price."""
    ref = an_article(gescom)
    for table in ("F_ARTCLIENT", "F_TARIFQTE", "F_TARIFCOND", "F_TARIFGAM"):
        sql(gescom, f"delete from {table} where AR_Ref = ?", ref)
    sql(
        gescom,
        "update F_ARTICLE set AR_PrixVen = 10, AR_PrixAch = 4, AR_PUNet = 0, AR_Coef = 2.5 where AR_Ref = ?",
        ref,
    )
    return ref


def priced(gescom: GesCom, item: str, **settings: object) -> PriceSet:
    found = records(gescom, "prices", Selection(keys=(item,)), **settings)[item]
    assert isinstance(found, PriceSet)
    return found


def client(gescom: GesCom, ref: str, **values: object) -> None:
    names = ", ".join(["AR_Ref", *values])
    marks = ", ".join("?" * (len(values) + 1))
    sql(gescom, f"insert into F_ARTCLIENT ({names}) values ({marks})", ref, *values.values())


def test_the_article_says_whether_its_price_includes_tax(gescom: GesCom, ref: str) -> None:
    assert [Price(amount=Decimal(10), tax_included=False)] == priced(gescom, ref).prices
    sql(gescom, "update F_ARTICLE set AR_PrixTTC = 1 where AR_Ref = ?", ref)
    assert [Price(amount=Decimal(10), tax_included=True)] == priced(gescom, ref).prices


def test_a_price_of_zero_is_purchase_times_coefficient(gescom: GesCom, ref: str) -> None:
    sql(gescom, "update F_ARTICLE set AR_PrixVen = 0, AR_PrixAch = 3.333333 where AR_Ref = ?", ref)
    assert Decimal("8.333333") == priced(gescom, ref).prices[0].amount


def test_an_article_without_any_price_has_an_empty_set_and_is_not_held(gescom: GesCom, ref: str) -> None:
    sql(gescom, "update F_ARTICLE set AR_PrixVen = NULL, AR_Coef = 0 where AR_Ref = ?", ref)
    assert ([], Decimal(4)) == (priced(gescom, ref).prices, priced(gescom, ref).purchase)
    assert ref not in held(gescom, "prices")


def test_a_category_has_its_own_price_and_tax_flag(gescom: GesCom, ref: str) -> None:
    client(gescom, ref, AC_Categorie=1, AC_PrixVen="12.90", AC_PrixTTC=1)
    assert Price(amount=Decimal("12.9"), tax_included=True, category="1") == priced(gescom, ref).prices[1]


def test_a_category_with_a_discount_only_takes_it_off_the_articles_price(gescom: GesCom, ref: str) -> None:
    client(gescom, ref, AC_Categorie=2, AC_PrixVen=0, AC_Remise=8)
    expected = Price(amount=Decimal(10), tax_included=False, category="2", discount_percent=Decimal(8))
    assert expected == priced(gescom, ref).prices[1]


def test_a_category_with_a_coefficient_applies_it_to_the_purchase_price(gescom: GesCom, ref: str) -> None:
    client(gescom, ref, AC_Categorie=3, AC_PrixVen=0, AC_Coef="1.5")
    assert Price(amount=Decimal(6), tax_included=False, category="3") == priced(gescom, ref).prices[1]


def test_a_category_row_that_says_nothing_is_left_out(gescom: GesCom, ref: str) -> None:
    client(gescom, ref, AC_Categorie=3, AC_PrixVen=0)
    assert 1 == len(priced(gescom, ref).prices)


def test_a_customer_has_his_own_price(gescom: GesCom, ref: str) -> None:
    client(gescom, ref, AC_Categorie=0, CT_Num="photeldest00", AC_PrixVen=7)
    assert (
        Price(amount=Decimal(7), tax_included=False, customer="PHOTELDEST00") == priced(gescom, ref).prices[1]
    )


def test_quantity_tiers_begin_where_the_one_before_ends(gescom: GesCom, ref: str) -> None:
    for bound, percent in ((9, 0), (49, 5), (9999999, 10)):
        sql(
            gescom,
            "insert into F_TARIFQTE (AR_Ref, TQ_RefCF, TQ_BorneSup, TQ_Remise01REM_Valeur, TQ_Remise01REM_Type) "
            "values (?, 'a02', ?, ?, 1)",
            ref, bound, percent,
        )  # fmt: skip
    tiers = [
        (price.minimum, price.discount_percent)
        for price in priced(gescom, ref).prices
        if price.category == "2"
    ]
    assert [(Decimal(1), None), (Decimal(10), Decimal(5)), (Decimal(50), Decimal(10))] == tiers


def test_discounts_in_cascade_and_per_unit_become_one_price(gescom: GesCom, ref: str) -> None:
    sql(
        gescom,
        "insert into F_TARIFQTE (AR_Ref, TQ_RefCF, TQ_BorneSup, TQ_Remise01REM_Valeur, TQ_Remise01REM_Type, "
        "TQ_Remise02REM_Valeur, TQ_Remise02REM_Type, TQ_Remise03REM_Valeur, TQ_Remise03REM_Type) "
        "values (?, 'a02', 9999999, 10, 1, 10, 1, 0.5, 2)",
        ref,
    )
    (price,) = (price for price in priced(gescom, ref).prices if price.category == "2")
    assert (Decimal("9.5"), Decimal(19), Decimal(1)) == (price.amount, price.discount_percent, price.minimum)


def test_a_net_price_of_a_tier_takes_the_place_of_all(gescom: GesCom, ref: str) -> None:
    sql(
        gescom,
        "insert into F_TARIFQTE (AR_Ref, TQ_RefCF, TQ_BorneSup, TQ_PrixNet) values (?, 'a03', 9999999, 5.55)",
        ref,
    )
    assert Price(amount=Decimal("5.55"), tax_included=False, category="3") == priced(gescom, ref).prices[1]


def test_a_tier_in_amount_cannot_be_expressed_and_holds_the_item(gescom: GesCom, ref: str) -> None:
    sql(
        gescom,
        "insert into F_TARIFQTE (AR_Ref, TQ_RefCF, TQ_BorneSup, TQ_Remise01REM_Valeur, TQ_Remise01REM_Type) "
        "values (?, 'a02', 9999999, 3, 0)",
        ref,
    )
    assert {ref: "sage100.tier_by_amount"} == held(gescom, "prices")


def test_a_packaging_price_is_told_per_base_unit(gescom: GesCom, ref: str) -> None:
    (row,) = sql(gescom, "select CO_No from F_CONDITION where AR_Ref = ?", ref)
    sql(
        gescom,
        "insert into F_TARIFCOND (AR_Ref, TC_RefCF, CO_No, TC_Prix) values (?, 'a02', ?, 50)",
        ref,
        row["CO_No"],
    )
    (pack,) = (price for price in priced(gescom, ref).prices if price.packaging)
    assert (Decimal("8.333333"), Decimal(6), "2") == (pack.amount, pack.minimum, pack.category)


def test_a_suppliers_tariff_is_no_sale_price(gescom: GesCom, ref: str) -> None:
    sql(
        gescom,
        "insert into F_TARIFQTE (AR_Ref, TQ_RefCF, TQ_BorneSup, TQ_PrixNet) values (?, 'FOURN01', 99, 1)",
        ref,
    )
    assert 1 == len(priced(gescom, ref).prices)


def test_each_variant_has_its_own_prices(gescom: GesCom) -> None:
    items = [key for key in records(gescom, "prices") if key.startswith("LTA001|")]
    assert 9 == len(items)
    publics = [next(p for p in priced(gescom, item).prices if p.category == "1") for item in items]
    assert all(price.tax_included for price in publics)
    assert 3 == len({price.amount for price in publics})  # by size


def test_a_variant_price_without_a_list_has_its_categorys_tax_flag(gescom: GesCom) -> None:
    sql(gescom, "delete from F_ARTCLIENT where AR_Ref = 'LTA001'")
    item = next(key for key in records(gescom, "prices") if key.startswith("LTA001|"))
    flags = {price.category: price.tax_included for price in priced(gescom, item).prices}
    assert {None: False, "1": True, "3": False} == flags


def test_scheduled_prices_are_told_with_their_days_if_wanted(gescom: GesCom, ref: str) -> None:
    sql(
        gescom,
        "update F_ARTICLE set AR_PrixVenNouv = 11, AR_DateApplication = '2026-09-01' where AR_Ref = ?",
        ref,
    )
    assert [Price(amount=Decimal(10), tax_included=False)] == priced(gescom, ref).prices
    now, then = priced(gescom, ref, scheduled_prices=True).prices
    assert (Decimal(10), date(2026, 8, 31)) == (now.amount, now.ends)
    assert (Decimal(11), date(2026, 9, 1)) == (then.amount, then.starts)


# -------------------------------------------------------------------------------------------------- stock


def levels(gescom: GesCom, item: str) -> StockLevels:
    found = records(gescom, "stock", Selection(keys=(item,)))[item]
    assert isinstance(found, StockLevels)
    return found


def test_every_nature_is_told_per_depot(gescom: GesCom, ref: str) -> None:
    sql(
        gescom,
        "update F_ARTSTOCK set AS_QteSto = 12.5, AS_QteRes = 2, AS_QteCom = NULL, AS_QtePrepa = 1, AS_QteAControler = 3 "
        "where AR_Ref = ? and DE_No = 1",
        ref,
    )
    depot = levels(gescom, ref).depots[0]
    assert ("1", Decimal("12.5"), Decimal(2), Decimal(0), Decimal(1), Decimal(3)) == (
        depot.depot, depot.real, depot.reserved, depot.ordered, depot.preparing, depot.in_control,
    )  # fmt: skip


def test_no_row_means_never_moved_which_is_zero(gescom: GesCom, ref: str) -> None:
    sql(gescom, "delete from F_ARTSTOCK where AR_Ref = ?", ref)
    assert [("1", Decimal(0)), ("2", Decimal(0))] == [(d.depot, d.real) for d in levels(gescom, ref).depots]


def test_negative_stock_is_told_as_it_is(gescom: GesCom, ref: str) -> None:
    sql(gescom, "update F_ARTSTOCK set AS_QteSto = -2 where AR_Ref = ? and DE_No = 1", ref)
    assert Decimal(-2) == levels(gescom, ref).depots[0].real


def test_services_have_no_stock_rather_than_none_left(gescom: GesCom) -> None:
    assert [] == levels(gescom, "PORT").depots


def test_variants_have_their_own_stock_and_the_article_none(gescom: GesCom) -> None:
    stock = records(gescom, "stock")
    assert "LTA001" not in stock
    item = next(key for key in stock if key.startswith("LTA001|"))
    _, first, second = item.split("|")
    gescom.set_stock("LTA001", Decimal(41), variant=(int(first), int(second)))
    assert Decimal(41) == levels(gescom, item).depots[0].real


def test_items_of_prices_and_stock_are_those_of_products(gescom: GesCom) -> None:
    products = records(gescom, "products")
    faulty = {"SANS-NOM", "TAXE-INCONNUE"}
    items = {item for product in products.values() for item in product.items()} | faulty
    assert items == set(records(gescom, "prices")) == set(records(gescom, "stock"))
