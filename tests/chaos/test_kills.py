"""Chaos: processes are killed at random under a load in both directions, and the shop's webhooks come twice, late, in another
order or never. Nothing is lost, nothing doubled: no document, no customer, no payment.

`RACCORD_CHAOS=full` runs the whole measure (1,000 orders of 400 buyers, 2,000 changes, 100 kills; the better part of an hour);
the usual run is a small one. `RACCORD_CHAOS_SEED` chooses another course of events.
"""

import os
import random
import signal
import time
from dataclasses import asdict
from decimal import Decimal

import pytest

from raccord.embedded import start_valkey
from sandbox.gescom.store import reading
from support.crowd import Person, crowd
from support.sandbox_world import SandboxWorld, sandbox_world
from support.unruly_line import UnrulyLine

FULL = os.environ.get("RACCORD_CHAOS") == "full"
KILLS, CHANGES, ORDERS, BUYERS = (100, 2_000, 1_000, 400) if FULL else (10, 200, 60, 24)
MOVEMENTS = ORDERS // 4
"""Deliveries into stock while orders wait for the proof of theirs."""
SEED = int(os.environ.get("RACCORD_CHAOS_SEED", "1"))
PATIENCE = 3_600.0 if FULL else 300.0
LONGEST = 20.0 if FULL else 6.0
"""Seconds that a webhook may be under way."""
TRANSFERS = 0.3
"""Share of the orders that are paid by bank transfer, later."""


class Chaos:
    def __init__(self, world: SandboxWorld) -> None:
        self.world = world
        self.random = random.Random(SEED)
        self.articles = _sellable(world)
        self.people = crowd(BUYERS, SEED)
        self.line = UnrulyLine(world.shop.shop.webhooks.send, seed=SEED, longest=LONGEST)
        world.shop.shop.webhooks.send = self.line.take
        self.prices: dict[str, Decimal] = {}
        self.bought: dict[str, Decimal] = {}
        """Order number in the shop → what the customer paid."""
        self.buyers: dict[str, Person] = {}
        self.owed: list[str] = []
        """Orders whose transfer has not come yet."""
        self.moved: dict[str, int] = {}
        """Article → what came into stock less what was sold."""
        self.turns = iter(self.random.sample(self.people, len(self.people)) * (ORDERS // BUYERS + 1))

    def run(self) -> None:
        """Changes, orders, deliveries and kills, spread evenly over each other; then what is owed is paid, and the other half of
        the kills comes while the orders go into the ERP."""
        kills = KILLS // 2
        steps = ["change"] * CHANGES + ["order"] * ORDERS + ["delivery"] * MOVEMENTS + ["kill"] * kills
        self.random.shuffle(steps)
        for step in steps:
            getattr(self, step)()
            self.world.stack.children.restart_dead()
            time.sleep(0.02)
        while self.owed:
            self.transfer()
        self.world.stack.children.restart_dead()
        self._kill_on(KILLS - kills)
        self.world.shop.shop.webhooks.wait()
        self.line.wait()

    def _kill_on(self, kills: int) -> None:
        done = _integrated(self.world)
        for number in range(kills):
            wanted = done + (ORDERS - done) * number // kills
            self.world.wait_until(
                lambda wanted=wanted: _integrated(self.world) >= wanted,  # type: ignore[misc]
                f"{wanted} orders are in the ERP",
                PATIENCE,
                left=self.world.left,
            )
            self.kill()
            self.world.stack.children.restart_dead()

    def change(self) -> None:
        article = self.random.choice(self.articles)
        price = Decimal(self.random.randint(100, 20_000)) / 100
        self.world.gescom.change_price(article, price, category=1, tax_included=True)
        self.prices[article] = price

    def order(self) -> None:
        """Everybody buys in turn. While the shop shows too little of what is wanted, something else is bought."""
        if self.owed and self.random.random() < TRANSFERS:
            self.transfer()
        wanted = self._wanted()
        person, transfer = next(self.turns), self.random.random() < TRANSFERS
        placed = self.world.buy(
            wanted,
            billing=person.billing(self.random),
            meta=person.meta(),
            gateway="bacs" if transfer else "carte_demo",
        )
        number = str(placed["number"])
        self.bought[number], self.buyers[number] = Decimal(placed["total"]), person
        if transfer:
            self.owed.append(number)
        for article in wanted:
            self.moved[article] = self.moved.get(article, 0) - 1

    def _wanted(self) -> dict[str, int]:
        while True:
            wanted = dict.fromkeys(self.random.sample(self.articles, 2), 1)
            if all((self.world.quantity(article) or 0) >= 1 for article in wanted):
                return wanted
            self.delivery()

    def transfer(self) -> None:
        """The shop's people see the money on the bank account."""
        number = self.owed.pop(self.random.randrange(len(self.owed)))
        self.world.set_order_status(number, "processing")

    def delivery(self) -> None:
        article, more = self.random.choice(self.articles), self.random.randint(1, 8)
        self.world.gescom.set_stock(article, self.world.erp_stock_in(article) + more)
        self.moved[article] = self.moved.get(article, 0) + more

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
def test_kills_and_bad_lines_lose_nothing_and_double_nothing() -> None:
    with sandbox_world() as world:
        world.wait_settled()
        before = {article: world.quantity(article) for article in _sellable(world)}
        begun = time.monotonic()
        chaos = Chaos(world)
        chaos.run()
        ran = time.monotonic()
        wait = world.wait_until
        wait(lambda: _received(world) == ORDERS, "every order was collected", PATIENCE, left=world.left)
        wait(lambda: _integrated(world) == ORDERS, "every order is in the ERP", PATIENCE, left=world.left)
        wait(lambda: _entered(world) == ORDERS, "every payment is in the ERP", PATIENCE, left=world.left)
        entered = time.monotonic()
        world.wait_settled(PATIENCE)
        print(
            f"{ORDERS} orders of {BUYERS} buyers, {CHANGES} price changes, {MOVEMENTS} deliveries, {KILLS} kills, "
            f"seed {SEED}: {ran - begun:.0f} s of load, all orders and payments in after {entered - begun:.0f} s, at rest after "
            f"{time.monotonic() - begun:.0f} s; the line: {asdict(chaos.line.told)}"
        )
        chaos.line.stop()
        assert ORDERS == len(chaos.bought)
        _assert_prices(chaos)
        _assert_orders(chaos)
        _assert_customers(chaos)
        _assert_payments(chaos)
        _assert_stock(chaos, before)
        _assert_shop_is_as_projected(world)


def _received(world: SandboxWorld) -> int:
    return _count(world, "sales_order")


def _integrated(world: SandboxWorld) -> int:
    return _count(world, "sales_order WHERE state = 'integrated'")


def _entered(world: SandboxWorld) -> int:
    return _count(world, "order_payment WHERE state = 'entered'")


def _count(world: SandboxWorld, of: str) -> int:
    (row,) = world.rows(f"SELECT count(*) AS n FROM {of}")
    return int(row["n"])


def _assert_prices(chaos: Chaos) -> None:
    assert chaos.prices == {article: chaos.world.price(article) for article in chaos.prices}


def _assert_orders(chaos: Chaos) -> None:
    """Each order is one document with its total."""
    with reading(chaos.world.database) as connection:
        rows = connection.execute(
            "SELECT e.DO_Ref AS number, sum(l.DL_MontantTTC) AS total FROM F_DOCENTETE e "
            "JOIN F_DOCLIGNE l ON l.DO_Piece = e.DO_Piece AND l.DO_Type = e.DO_Type AND l.DO_Domaine = e.DO_Domaine "
            "WHERE e.DO_Domaine = 0 AND e.DO_NoWeb <> '' GROUP BY e.DO_Type, e.DO_Piece"
        ).fetchall()
    numbers = [row["number"] for row in rows]
    assert sorted(set(numbers)) == sorted(numbers), "an order has two documents"
    assert chaos.bought == {row["number"]: _cents(row["total"]) for row in rows}


def _assert_customers(chaos: Chaos) -> None:
    """Each buyer is one customer, whichever of their addresses they wrote, and no two buyers are the same one."""
    with reading(chaos.world.database) as connection:
        rows = connection.execute(
            "SELECT DO_Ref AS number, DO_Tiers AS customer FROM F_DOCENTETE WHERE DO_Domaine = 0 AND DO_NoWeb <> ''"
        ).fetchall()
        (made,) = connection.execute(
            "SELECT count(*) FROM F_COMPTET WHERE CT_Type = 0 AND CT_Commentaire LIKE 'Web %'"
        ).fetchone()
    found: dict[int, set[str]] = {}
    for row in rows:
        found.setdefault(chaos.buyers[row["number"]].number, set()).add(row["customer"])
    assert {} == {number: codes for number, codes in found.items() if len(codes) > 1}, "a buyer was doubled"
    codes = {code for one in found.values() for code in one}
    assert len(found) == len(codes), "two buyers are one customer"
    assert len(found) == made, "a customer was made whom no document names"


def _assert_payments(chaos: Chaos) -> None:
    """Each order's document has its one payment, of what the customer paid."""
    with reading(chaos.world.database) as connection:
        rows = connection.execute(
            "SELECT e.DO_Ref AS number, r.DR_Montant AS amount FROM F_DOCREGL r JOIN F_DOCENTETE e "
            "ON e.DO_Domaine = r.DO_Domaine AND e.DO_Type = r.DO_Type AND e.DO_Piece = r.DO_Piece "
            "WHERE r.DO_Domaine = 0 AND r.DR_TypeRegl = 0 AND e.DO_NoWeb <> ''"
        ).fetchall()
    assert sorted(chaos.bought.items()) == sorted((row["number"], _cents(row["amount"])) for row in rows)


def _assert_stock(chaos: Chaos, before: dict[str, Decimal | None]) -> None:
    """What the shop shows is what there was, less what was sold, and what came: no sale counted twice, none forgotten."""
    for article, moved in chaos.moved.items():
        start = before[article]
        assert start is not None
        assert (article, start + moved) == (article, chaos.world.quantity(article))


def _assert_shop_is_as_projected(world: SandboxWorld) -> None:
    assert 0 == _count(world, "binding WHERE NOT held AND desired_print IS DISTINCT FROM pushed_print")
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


def _cents(value: object) -> Decimal:
    return Decimal(str(value)).quantize(Decimal("0.01"))
