"""Bad input on both sides: what is bad is held with a sentence, the rest goes on, and the hold falls once it is mended."""

from collections.abc import Iterator
from contextlib import contextmanager
from decimal import Decimal
from typing import Any

import pytest

from raccord_connectors.contract import Problem
from sandbox.demo.furnish import SCAN_SECONDS
from sandbox.gescom.store import reading, writing
from support.gescom import sql
from support.sandbox_world import SandboxWorld

pytestmark = pytest.mark.slow
SOON = SCAN_SECONDS + 60.0
"""Deletions apart, everything is seen by the next scan; the machine does other things too."""
LATER = 90.0
"""For what is tried again after a pause, or found by a complete pass."""


def explained(problem: Problem, *names: str, field: str | None) -> None:
    """A sentence in both languages that names the record and says what to do; the field beside it."""
    assert field == problem.field
    for sentence in (problem.message.fr, problem.message.en):
        assert [] == [name for name in names if name not in sentence], sentence
    assert problem.message.fr != problem.message.en
    for trace in ("Traceback", "Error(", "None", "{"):
        assert trace not in problem.message.fr + problem.message.en


@contextmanager
def the_others_go_on(world: SandboxWorld) -> Iterator[None]:
    """Whatever happens inside, another article's change reaches the shop while it lasts."""
    other = world.articles(1)[0]
    yield
    price = (world.price(other) or Decimal(10)) + Decimal("0.01")
    world.gescom.change_price(other, price, category=1, tax_included=True)
    world.wait_until(lambda: world.price(other) == price, "the others go on", SOON)


# ---------------------------------------------------------------------------------------------- from the ERP


def test_an_article_without_a_price_is_held_until_it_has_one(world: SandboxWorld) -> None:
    world.gescom.add_article("BAD-PRICE", "Sans prix", family="VERRES", stock=Decimal(5))
    with the_others_go_on(world):
        explained(world.wait_for_hold("BAD-PRICE"), "BAD-PRICE", field="offer.price")
    world.gescom.change_price("BAD-PRICE", Decimal("12.50"))
    world.wait_until(lambda: world.price("BAD-PRICE") == Decimal("15.00"), "it is sold", SOON)
    assert world.hold("BAD-PRICE") is None


def test_a_reference_that_another_article_has_already_is_held_also_in_other_letters(
    world: SandboxWorld,
) -> None:
    """The variants of an article have references of their own, typed by hand."""
    sql(world.gescom, "update F_ARTENUMREF set AE_Ref = ' ass001 ' where AE_Ref = 'TAB005-01'")
    with the_others_go_on(world):
        explained(world.wait_for_hold("TAB005"), "TAB005", "ASS001", field="offer.sku")
    assert world.is_on_sale("ASS001")
    sql(world.gescom, "update F_ARTENUMREF set AE_Ref = 'TAB005-01' where AE_Ref = ' ass001 '")
    world.wait_until(lambda: world.hold("TAB005") is None, "the hold fell", SOON)
    world.wait_settled()
    assert world.is_on_sale("TAB005")


def test_a_wrong_bar_code_is_left_out_and_told(world: SandboxWorld) -> None:
    world.gescom.add_article("BAD-EAN", "Faux code", family="VERRES", price=Decimal(10), ean="3017620422004")
    world.wait_until(lambda: world.is_on_sale("BAD-EAN"), "it is sold all the same", SOON)
    assert "" == world.ean("BAD-EAN")
    problem = world.problem("BAD-EAN")
    assert problem is not None
    explained(problem, "BAD-EAN", "3017620422004", field="offer.ean")
    sql(world.gescom, "update F_ARTICLE set AR_CodeBarre = '3017620422003' where AR_Ref = 'BAD-EAN'")
    world.wait_until(lambda: world.ean("BAD-EAN") == "3017620422003", "the right one is shown", SOON)
    assert world.problem("BAD-EAN") is None


def test_an_unknown_vat_code_holds_its_article_until_it_is_corrected(world: SandboxWorld) -> None:
    """The demonstration has one from the start."""
    with the_others_go_on(world):
        explained(world.wait_for_hold("TAXE-INCONNUE"), "TAXE-INCONNUE", "C196", field="tax")
    sql(world.gescom, "update F_ARTCOMPTA set ACP_ComptaCPT_Taxe1 = 'C05' where AR_Ref = 'TAXE-INCONNUE'")
    world.wait_until(lambda: world.is_on_sale("TAXE-INCONNUE"), "it is sold", LATER)
    assert world.hold("TAXE-INCONNUE") is None


def test_a_vat_rate_that_the_shop_does_not_have_holds_the_article(world: SandboxWorld) -> None:
    sql(
        world.gescom,
        "insert into F_TAXE (TA_Code, TA_Intitule, TA_Taux, TA_TTaux, TA_Type, TA_Sens) values ('C13', 'Treize', 13, 0, 0, 1)",
    )
    world.gescom.add_article("BAD-RATE", "Treize pour cent", family="VERRES", price=Decimal(10))
    sql(
        world.gescom,
        "insert into F_ARTCOMPTA (AR_Ref, ACP_Type, ACP_Champ, ACP_ComptaCPT_Taxe1) values ('BAD-RATE', 0, 1, 'C13')",
    )
    with the_others_go_on(world):
        explained(world.wait_for_hold("BAD-RATE"), "BAD-RATE", "13", field="tax_class")
    sql(world.gescom, "update F_ARTCOMPTA set ACP_ComptaCPT_Taxe1 = 'C10' where AR_Ref = 'BAD-RATE'")
    world.wait_until(lambda: world.price("BAD-RATE") == Decimal("11.00"), "it is sold", LATER)
    assert world.hold("BAD-RATE") is None


def test_a_text_longer_than_the_shop_allows_holds_its_articles(world: SandboxWorld) -> None:
    """A shop's category has 200 characters at most. Sage's has 69; an ERP with wider columns is tried here."""
    sku = "EPI003"
    ((number, title),) = _query(
        world,
        "select CL_No, CL_Intitule from F_CATALOGUE where CL_No = (select CL_No2 from F_ARTICLE where AR_Ref = ?)",
        sku,
    )
    _rename_category(world, number, "V" * 250)
    with the_others_go_on(world):
        # What is wrong is the category, and many articles stand in it: it is the category that is named.
        explained(world.wait_for_hold(sku), "V" * 20, "200", field="categories")
    _rename_category(world, number, title)
    world.wait_until(lambda: world.hold(sku) is None, "the hold fell", LATER)
    world.wait_settled()
    assert world.is_on_sale(sku)


def test_dates_that_mean_none_are_none(world: SandboxWorld) -> None:
    """Sage writes 1753 for an empty date, others 1900; neither ends a promotion nor dates a document."""
    sku = world.articles(5)[4]
    sql(
        world.gescom,
        "update F_ARTICLE set AR_DateApplication = '1753-01-01', AR_DateCreation = '1900-01-01' where AR_Ref = ?",
        sku,
    )
    sql(
        world.gescom,
        'update F_ARTICLE set "Date de nouveauté" = ? where AR_Ref = ?',
        "1753-01-01 00:00:00",
        sku,
    )
    world.gescom.change_price(sku, Decimal("33.30"), category=1, tax_included=True)
    world.wait_until(lambda: world.price(sku) == Decimal("33.30"), "the price is shown", SOON)
    assert (None, None) == (world.hold(sku), world.problem(sku))
    (row,) = world.rows("SELECT data::text AS data FROM snapshot WHERE stream = 'products' AND key = $1", sku)
    assert "1753" not in row["data"]
    assert "1900" not in row["data"]


def test_a_negative_stock_is_shown_as_nothing_left(world: SandboxWorld) -> None:
    sku = world.articles(6)[5]
    sql(world.gescom, "update F_ARTSTOCK set AS_QteSto = -7, AS_QteRes = 0 where AR_Ref = ?", sku)
    world.wait_until(lambda: world.quantity(sku) == 0, "nothing is left", SOON)
    sql(world.gescom, "update F_ARTSTOCK set AS_QteSto = 40 where AR_Ref = ? and DE_No = 1", sku)
    world.wait_until(lambda: world.quantity(sku) == 33, "the sum of the depots, one of them negative", SOON)


# ---------------------------------------------------------------------------------------------- from the shop


def test_an_order_with_an_unknown_article_is_held_until_the_article_exists(world: SandboxWorld) -> None:
    world.create_in_the_shop("BAD-ORDER", "Ajouté à la main", "20.00")
    known = world.articles(1)[0]
    bad = world.buy({"BAD-ORDER": 1})
    good = world.buy({known: 1})
    world.wait_for_document(good["number"])
    problem = world.order_problem(bad["number"])
    assert problem is not None
    explained(problem, str(bad["number"]), "BAD-ORDER", field=problem.field)
    assert (problem.field or "").startswith("lines.")
    assert "held" == world.order_state(bad["number"])
    world.gescom.add_article(
        "BAD-ORDER", "Ajouté à la main", family="VERRES", price=Decimal("16.67"), stock=Decimal(3)
    )
    world.wait_settled()
    world.clock("prove")
    assert Decimal(bad["total"]) == world.wait_for_document(bad["number"], LATER).gross


# -------------------------------------------------------------------------------------------- the lines are down


def test_a_wrong_shop_key_stops_the_connection_and_tells_which_setting(world: SandboxWorld) -> None:
    sku = world.articles(1)[0]
    try:
        with world.without_the_shops_key():
            world.gescom.change_price(sku, Decimal("71.10"), category=1, tax_included=True)
            world.wait_until(lambda: world.shop_state() == "problem", "the connection stopped", SOON)
            problem = world.shop_problem()
            assert problem is not None
            explained(problem, "127.0.0.1", field="consumer_key")
            assert "API REST" in problem.message.fr
            assert Decimal("71.10") != world.price(sku)
            assert not world.check_the_shop().good
    finally:
        well = world.check_the_shop().good
    assert well
    world.wait_until(lambda: world.price(sku) == Decimal("71.10"), "what waited is sent", SOON)
    assert "ready" == world.shop_state()


def test_a_shop_that_is_down_delays_and_loses_nothing(world: SandboxWorld) -> None:
    """It refuses, breaks off, and answers with a page of its hosting company."""
    sku, price = world.articles(1)[0], Decimal("80.30")
    for fault in ({"kind": "status", "status": 503}, {"kind": "cut_before"}, {"kind": "html"}):
        world.shop.shop.faults.arm(**fault, match="/wp-json", count=2)
    world.shop.shop.faults.arm(kind="status", status=503, match="/wp-json", count=-1)
    world.gescom.change_price(sku, price, category=1, tax_included=True)
    bought = world.buy({sku: 1})
    world.wait_until(lambda: world.problem(sku) is not None, "the trouble is told", LATER)
    problem = world.problem(sku)
    assert problem is not None
    assert "transient" == problem.kind
    explained(problem, "127.0.0.1", field=None)
    assert "ready" == world.shop_state()
    world.shop.shop.faults.clear()
    world.clock("collect")
    world.wait_until(lambda: world.price(sku) == price, "what waited is sent", LATER)
    assert Decimal(bought["total"]) == world.wait_for_document(bought["number"], LATER).gross
    assert world.problem(sku) is None


def test_an_erp_that_is_down_is_told_and_loses_nothing(world: SandboxWorld) -> None:
    sku, before = world.articles(1)[0], world.on_sale()
    away = world.database.with_suffix(".away")
    world.database.rename(away)
    try:
        bought = world.buy({sku: 1})
        world.wait_until(lambda: world.erp_problem() is not None, "the trouble is told", LATER)
        problem = world.erp_problem()
        assert problem is not None
        explained(problem, "gescom.sqlite", field=None)
        world.wait_until(lambda: world.order_state(bought["number"]) == "held", "the order waits", SOON)
        assert before == world.on_sale()
        assert not world.database.exists(), "nobody makes an empty company"
    finally:
        away.rename(world.database)

    def goes_on() -> bool:
        world.clock("prove")
        return world.order_state(bought["number"]) == "integrated"

    world.wait_until(goes_on, "the order is in, and nobody had to retry it", 2 * LATER)
    assert Decimal(bought["total"]) == world.wait_for_document(bought["number"]).gross
    world.wait_until(lambda: world.erp_problem() is None, "nothing is wrong any more", LATER)


def _query(world: SandboxWorld, statement: str, *values: object) -> list[tuple[Any, ...]]:
    with reading(world.database) as connection:
        return [tuple(row) for row in connection.execute(statement, values)]


def _rename_category(world: SandboxWorld, number: int, title: str) -> None:
    with writing(world.database) as connection:
        connection.execute("pragma ignore_check_constraints = on")  # Sage's own column has 69 characters
        connection.execute("update F_CATALOGUE set CL_Intitule = ? where CL_No = ?", (title, number))
