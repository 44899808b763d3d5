"""The whole loop on the sandbox, with the product as real processes: the promises of the product, one by one.

How quick it is, the benchmark tells (`make bench ARGS="latency orders"`); here everything only has to come.
"""

import random
import threading
import time
from decimal import Decimal
from typing import Any

import pytest

from sandbox.demo.furnish import SCAN_SECONDS
from sandbox.gescom.order_pricing import Entry, Line
from support.gescom import a_customer
from support.sandbox_world import SandboxWorld

SOON = SCAN_SECONDS + 60.0
"""A scan, and plenty for a machine that does other things: the benchmarks say how long it takes."""
A_COMPLETE_PASS = 90.0
"""Deletions are found by complete passes, which are rarer."""

pytestmark = pytest.mark.slow


def test_a_price_changed_in_the_gescom_is_in_the_shop_after_the_next_scan(world: SandboxWorld) -> None:
    sku = world.articles(1)[0]
    world.gescom.change_price(sku, Decimal("123.45"), category=1, tax_included=True)
    world.wait_until(lambda: world.price(sku) == Decimal("123.45"), f"the price of {sku}", SOON)


# ------------------------------------------------------------------------------------------------------ a sale


def test_a_sale_becomes_an_order_document_with_the_same_total_to_the_cent(world: SandboxWorld) -> None:
    """Two VAT rates, a variant, a coupon, gift wrapping and shipping."""
    table, food, variant = world.articles(1)[0], "EPI003", "TAB001-02"
    placed = world.buy({table: 3, food: 7, variant: 1}, coupon="BIENVENUE10", gift_wrap=True)
    document = world.wait_for_document(placed["number"])
    assert (1, Decimal(placed["total"])) == (document.kind, document.gross)
    assert Decimal(placed["total"]) - Decimal(placed["total_tax"]) == document.net
    bought = {line.article: line.quantity for line in document.lines if line.quantity}
    assert {table: 3, food: 7, "TAB001": 1} == {sku: bought[sku] for sku in (table, food, "TAB001")}
    assert {Decimal("20"), Decimal("5.5")} == {line.rate for line in document.lines if line.article}
    assert "PORT" in bought
    rates = {line.article: line.rate for line in document.lines}
    assert (Decimal("5.5"), Decimal(20)) == (rates[food], rates["TAB001"])


def test_the_variant_that_was_bought_is_the_variant_of_the_document(world: SandboxWorld) -> None:
    placed = world.buy({"TAB002-01": 1})
    (line,) = [one for one in world.wait_for_document(placed["number"]).lines if one.article == "TAB002"]
    (key,) = [row["key"] for row in world.rows("SELECT item AS key FROM item_code WHERE sku = 'tab002-01'")]
    assert key == f"TAB002|{line.variant[0]}|{line.variant[1]}"


def test_many_ways_to_buy_all_arrive_with_their_totals(world: SandboxWorld) -> None:
    chance = random.Random(7)
    articles = [*world.articles(6), "EPI001", "EPI007", "LIV002", "PLA001", "TAB003-01"]
    placed = []
    for _ in range(12):
        wanted = {sku: chance.randint(1, 3) for sku in chance.sample(articles, chance.randint(1, 4))}
        how: dict[str, Any] = {"method": chance.choice("12"), "gift_wrap": chance.random() < 0.3}
        if chance.random() < 0.5:
            how["coupon"] = "bienvenue10"
        placed.append(world.buy(wanted, f"acheteur{chance.randint(1, 4)}@example.org", **how))
    totals = {str(order["number"]): Decimal(order["total"]) for order in placed}
    assert totals == {number: world.wait_for_document(number).gross for number in totals}
    world.wait_settled()
    (row,) = world.rows("SELECT count(*) AS n FROM sales_order WHERE state <> 'integrated'")
    assert 0 == row["n"]


def test_an_unpaid_order_waits_for_its_payment_and_then_goes(world: SandboxWorld) -> None:
    sku = world.articles(1)[0]
    placed = world.buy({sku: 1}, gateway="bacs")
    number = str(placed["number"])
    world.wait_until(lambda: world.order_state(number) == "waiting", "the order was collected", SOON)
    assert world.document(number) is None
    world.set_order_status(number, "processing")
    assert Decimal(placed["total"]) == world.wait_for_document(number).gross


# ------------------------------------------------------------------------------------------------------- stock


def test_the_stock_shown_never_exceeds_what_is_left(world: SandboxWorld) -> None:
    """Sold in both places at once, looked at all the time: what the shop has sold and told us of is never given back to it,
    before the ERP has the sale, while it takes it, and after. In the end both sides agree."""
    world.wait_settled()  # what an earlier test sold and is still on its way would be missing from where we start
    watch = Watch(world, world.articles(4, least=60))
    customer, chance = a_customer(world.gescom), random.Random(11)
    with watch:
        for _ in range(40):
            sku = chance.choice(watch.articles)
            if chance.random() < 0.7:
                world.buy({sku: 1})
            else:
                world.gescom.enter(Entry(customer, [Line(sku, quantity=Decimal(1))]))
            watch.sold.append(sku)
            time.sleep(chance.random() * 0.2)
        world.wait_until(lambda: watch.left() == watch.shown(), "the shop shows what is left", 120)
    assert [] == watch.exceeded
    assert watch.looks > 20


class Watch:
    """Looks at the shown stock of some articles all the time, against what was sold of them."""

    def __init__(self, world: SandboxWorld, articles: list[str]) -> None:
        self.articles = articles
        self.sold: list[str] = []
        """Articles, one for each piece, of both sides."""
        self.exceeded: list[tuple[str, Decimal, Decimal]] = []
        """(article, shown, the most that may be shown)."""
        self.looks = 0
        self._world = world
        self._start = self.shown()
        self._before = world.sold_and_settled()
        self._end = threading.Event()
        self._thread = threading.Thread(target=self._look)

    def __enter__(self) -> "Watch":
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._end.set()
        self._thread.join()

    def shown(self) -> dict[str, Decimal]:
        return {sku: self._world.quantity(sku) or Decimal(0) for sku in self.articles}

    def left(self) -> dict[str, Decimal]:
        return {sku: self._start[sku] - self.sold.count(sku) for sku in self.articles}

    def _look(self) -> None:
        """The platform first: what is sold between the two looks lowers what is shown, never more."""
        while not self._end.wait(0.05):
            settled, shown = self._world.sold_and_settled(), self.shown()
            for sku in self.articles:
                if sku in settled:
                    most = self._start[sku] + self._before.get(sku, Decimal(0)) - settled[sku]
                    if shown[sku] > most:
                        self.exceeded.append((sku, shown[sku], most))
            self.looks += 1


def test_the_last_piece_is_sold_once(world: SandboxWorld) -> None:
    """Also while the ERP's stock is being written to the shop."""
    sku = world.articles(9)[8]
    world.gescom.set_stock(sku, Decimal(0), depot=2)
    world.gescom.set_stock(sku, world.erp_stock(sku, "QteRes") + 1)
    world.wait_until(lambda: world.quantity(sku) == 1, f"one piece of {sku} is left", SOON)
    world.buy({sku: 1})
    world.gescom.rename(sku, "Dernière pièce")
    world.wait_settled()
    assert 0 == world.quantity(sku)


# ------------------------------------------------------------------------------------------- leaving the shop


def test_an_article_put_to_sleep_leaves_the_shop_and_woken_it_returns(world: SandboxWorld) -> None:
    sku = world.articles(2)[1]
    world.gescom.sleep(sku)
    world.wait_until(lambda: not world.is_on_sale(sku), f"{sku} left the shop", SOON)
    world.gescom.wake(sku)
    world.wait_until(lambda: world.is_on_sale(sku), f"{sku} is back", SOON)


def test_a_deleted_article_is_withdrawn_and_its_page_is_kept(world: SandboxWorld) -> None:
    sku = world.deletable(1)[0]
    world.gescom.delete_article(sku)
    world.wait_until(lambda: not world.is_on_sale(sku), f"{sku} left the shop", A_COMPLETE_PASS)
    assert world.status(sku) is not None, "it is taken off sale before anything is deleted"


# ----------------------------------------------------------------------------------------------- the follow-up


def test_a_delivery_and_an_invoice_move_the_order_on_in_the_shop(world: SandboxWorld) -> None:
    number = str(world.buy({world.articles(1)[0]: 2})["number"])
    piece = world.wait_for_document(number).piece
    delivery = world.gescom.deliver(piece, parcel="6A12345678901")
    world.wait_until(lambda: "6A12345678901" in world.told(number), "the customer is told the parcel", SOON)
    world.wait_until(lambda: world.order_status(number) == "completed", "the order is completed", SOON)
    invoice = world.gescom.invoice(delivery)
    world.wait_until(lambda: invoice in world.told(number), "the order names its invoice", SOON)


def test_an_order_deleted_in_the_gescom_is_cancelled_in_the_shop(world: SandboxWorld) -> None:
    sku = world.articles(3)[2]
    before = world.quantity(sku)
    number = str(world.buy({sku: 1})["number"])
    piece = world.wait_for_document(number).piece
    world.wait_settled()  # the agent has seen it
    world.gescom.cancel(piece)
    world.wait_until(
        lambda: world.order_status(number) == "cancelled", "the order is cancelled", A_COMPLETE_PASS
    )
    world.wait_until(lambda: world.quantity(sku) == before, "its stock is for sale again", A_COMPLETE_PASS)


# --------------------------------------------------------------------------------------------------- the brake


def test_emptying_the_article_table_withdraws_nothing_and_restoring_releases_the_brake(
    world: SandboxWorld,
) -> None:
    before = world.on_sale()
    world.gescom.empty_articles()
    try:
        # Prices and stock stand in the same table: their brakes may be on as well.
        world.wait_until(lambda: set(world.brakes()) == {"emptied"}, "the brake is on", A_COMPLETE_PASS)
        world.wait_settled()
        assert before == world.on_sale()
    finally:
        world.gescom.restore_articles()
    world.wait_until(lambda: world.brakes() == [], "the brake is off again", A_COMPLETE_PASS)
    world.wait_settled()
    assert before == world.on_sale()


def test_sixty_deletions_wait_for_a_person_who_keeps_everything_or_lets_it_go(world: SandboxWorld) -> None:
    world.wait_settled()
    before, doomed = world.on_sale(), world.deletable(60)
    for sku in doomed:
        world.gescom.delete_article(sku)
    world.wait_until(lambda: world.brakes() == ["withdrawals"], "the brake is on", A_COMPLETE_PASS)
    world.wait_settled()
    assert before == world.on_sale()

    assert world.decide_brake("dismissed")
    world.wait_settled()
    assert ([], before) == (world.brakes(), world.on_sale())


def test_a_person_lets_sixty_deletions_go(world: SandboxWorld) -> None:
    before, doomed = world.on_sale(), world.deletable(60)
    for sku in doomed:
        world.gescom.delete_article(sku)
    world.wait_until(lambda: world.brakes() == ["withdrawals"], "the brake is on", A_COMPLETE_PASS)
    assert world.decide_brake("go")
    world.wait_until(lambda: world.on_sale() == before - set(doomed), "they left the shop", A_COMPLETE_PASS)
    assert [] == world.brakes()
