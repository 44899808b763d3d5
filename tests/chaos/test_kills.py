"""Chaos: processes are killed at random under a load in both directions; nothing is lost, nothing doubled.

`RACCORD_CHAOS=full` runs the whole measure (100 kills, 2,000 changes, 200 orders, some minutes); the usual run is a tenth.
"""

import os
import random
import signal
import time
from decimal import Decimal

import pytest

from raccord.embedded import start_valkey
from sandbox.gescom.store import reading
from support.sandbox_world import SandboxWorld, sandbox_world

FULL = os.environ.get("RACCORD_CHAOS") == "full"
KILLS, CHANGES, ORDERS = (100, 2_000, 200) if FULL else (12, 240, 24)
SEED = int(os.environ.get("RACCORD_CHAOS_SEED", "1"))


class Chaos:
    def __init__(self, world: SandboxWorld) -> None:
        self.world = world
        self.random = random.Random(SEED)
        self.articles = _sellable(world)
        self.prices: dict[str, Decimal] = {}
        self.bought: dict[str, Decimal] = {}
        """Order number in the shop → what the customer paid."""
        self.sold: dict[str, int] = {}

    def run(self) -> None:
        """Changes, orders and kills, spread evenly over each other."""
        steps = ["change"] * CHANGES + ["order"] * ORDERS + ["kill"] * KILLS
        self.random.shuffle(steps)
        for step in steps:
            getattr(self, step)()
            self.world.stack.children.restart_dead()
            time.sleep(0.02)

    def change(self) -> None:
        article = self.random.choice(self.articles)
        price = Decimal(self.random.randint(100, 20_000)) / 100
        self.world.gescom.change_price(article, price, category=1, tax_included=True)
        self.prices[article] = price

    def order(self) -> None:
        wanted = dict.fromkeys(self.random.sample(self.articles, 2), 1)
        shown = {article: self.world.quantity(article) for article in wanted}
        if all(quantity is not None and quantity >= 1 for quantity in shown.values()):
            placed = self.world.buy(wanted, email=f"client{self.random.randint(1, 40)}@example.org")
            self.bought[str(placed["number"])] = Decimal(placed["total"])
            for article in wanted:
                self.sold[article] = self.sold.get(article, 0) + 1

    def kill(self) -> None:
        victim = self.random.choice(["agent", "worker", "web", "valkey"])
        if victim == "valkey":
            folder = self.world.folder / "services" / "valkey"
            pid, port = (int(part) for part in (folder / "server").read_text().split())
            os.kill(pid, signal.SIGKILL)
            (folder / "server").unlink()
            start_valkey(folder, port=port)
            return
        (child,) = [one for one in self.world.stack.children.running if one.name == victim]
        assert child.process is not None
        os.killpg(child.process.pid, signal.SIGKILL)  # a web server's workers are the web process too
        child.process.wait()


@pytest.mark.chaos
@pytest.mark.slow
def test_kills_lose_nothing_and_double_nothing() -> None:
    with sandbox_world() as world:
        world.wait_settled()
        before = {article: world.quantity(article) for article in _sellable(world)}
        chaos = Chaos(world)
        chaos.run()
        world.stack.children.restart_dead()
        world.wait_until(lambda: _received(world) == len(chaos.bought), "every order was collected", 120)
        world.wait_settled(seconds=300)
        _assert_prices(chaos)
        _assert_orders(chaos)
        _assert_stock(chaos, before)
        _assert_shop_is_as_projected(world)


def _received(world: SandboxWorld) -> int:
    (row,) = world.rows("SELECT count(*) AS n FROM sales_order")
    return int(row["n"])


def _assert_prices(chaos: Chaos) -> None:
    assert chaos.prices == {article: chaos.world.price(article) for article in chaos.prices}


def _assert_orders(chaos: Chaos) -> None:
    """Each order is one document with its total; each buyer is one customer."""
    assert chaos.bought, "no order could be placed: the test proves nothing"
    documents = _documents(chaos.world)
    assert chaos.bought == {number: total for number, (total, _) in documents.items()}
    emails = [row["CT_EMail"].lower() for row in _customers(chaos.world)]
    assert sorted(set(emails)) == sorted(emails)
    states = chaos.world.rows("SELECT state, count(*) AS n FROM sales_order GROUP BY state")
    assert [("integrated", len(chaos.bought))] == [(row["state"], row["n"]) for row in states]


def _assert_stock(chaos: Chaos, before: dict[str, Decimal | None]) -> None:
    """What the shop shows is what there was, minus what was sold: no sale counted twice, none forgotten."""
    for article, sold in chaos.sold.items():
        start = before[article]
        assert start is not None
        assert (article, start - sold) == (article, chaos.world.quantity(article))


def _assert_shop_is_as_projected(world: SandboxWorld) -> None:
    (row,) = world.rows(
        "SELECT count(*) AS n FROM binding WHERE NOT held AND desired_print IS DISTINCT FROM pushed_print"
    )
    assert 0 == row["n"]
    skus = world.shop.shop.database.read().execute(
        "SELECT sku, count(*) AS n FROM products WHERE sku <> '' GROUP BY sku HAVING count(*) > 1"
    )
    assert [] == [tuple(found) for found in skus.fetchall()], "an article was created twice"


def _sellable(world: SandboxWorld) -> list[str]:
    """Simple articles with plenty of stock that the shop shows."""
    rows = world.rows(
        "SELECT key FROM binding WHERE stream = 'availability' AND target IS NOT NULL AND key NOT LIKE '%|%' "
        "AND (pushed->>'quantity')::numeric >= 30 ORDER BY key LIMIT 60"
    )
    return [row["key"] for row in rows]


def _documents(world: SandboxWorld) -> dict[str, tuple[Decimal, str]]:
    """Shop order number → (total with tax, piece) of the orders in the GesCom."""
    with reading(world.database) as connection:
        rows = connection.execute(
            "SELECT e.DO_Ref AS number, e.DO_Piece AS piece, sum(l.DL_MontantTTC) AS total FROM F_DOCENTETE e "
            "JOIN F_DOCLIGNE l ON l.DO_Piece = e.DO_Piece AND l.DO_Type = e.DO_Type AND l.DO_Domaine = e.DO_Domaine "
            "WHERE e.DO_Domaine = 0 AND e.DO_NoWeb <> '' GROUP BY e.DO_Piece"
        ).fetchall()
    numbers = [row["number"] for row in rows]
    assert sorted(set(numbers)) == sorted(numbers), "an order has two documents"
    return {
        row["number"]: (Decimal(str(row["total"])).quantize(Decimal("0.01")), row["piece"]) for row in rows
    }


def _customers(world: SandboxWorld) -> list[dict[str, str]]:
    with reading(world.database) as connection:
        rows = connection.execute(
            "SELECT CT_Num, CT_EMail FROM F_COMPTET WHERE CT_Type = 0 AND CT_EMail LIKE 'client%@example.org'"
        ).fetchall()
    return [dict(row) for row in rows]
