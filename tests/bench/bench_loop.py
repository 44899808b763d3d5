"""Latency and throughput of the whole loop, with the product as real processes between the two simulators, idle otherwise."""

import json
import os
import random
import time
from decimal import Decimal
from statistics import quantiles
from typing import Literal

from bench.budget import Figure
from raccord.storage.engine import tenant_transaction
from sandbox.demo.furnish import SCAN_SECONDS
from support.sandbox_world import SandboxWorld, sandbox_world

CHANGES, IDLE_ORDERS, BURST = 40, 10, 200
CONFIGURATION = (
    f"one worker process of 8 threads, one web process, one agent scanning every {SCAN_SECONDS:g} s, PostgreSQL and Valkey "
    f"embedded, both simulators and this measurement on the same {os.cpu_count()} cores"
)
"""Stands with every figure of orders: without it they mean nothing."""


def figures() -> list[Figure]:
    with sandbox_world() as world:
        world.wait_settled()
        articles = _articles(world)
        latency, order = _latency(world, articles), _order(world, articles)
        return [latency, order, _throughput(world, articles, "none"), _throughput(world, articles, "deposit")]


def _latency(world: SandboxWorld, articles: list[str]) -> Figure:
    """ERP commit → the shop shows it, at random instants of the scanner's interval."""
    dice, took = random.Random(1), []
    for number in range(CHANGES):
        article, price = articles[number % len(articles)], Decimal(1000 + number) / 100
        time.sleep(dice.random() * SCAN_SECONDS)
        begun = time.monotonic()
        world.gescom.change_price(article, price, category=1, tax_included=True)
        while world.price(article) != price:
            time.sleep(0.005)
        took.append(time.monotonic() - begun)
    return Figure(
        path=f"ERP commit → shop shows it, idle, p95 of {CHANGES}",
        limit="scan interval + 500 ms",
        value=_p95(took) * 1000,
        limit_value=(SCAN_SECONDS + 0.5) * 1000,
        unit="ms",
        budget=1.0,
        notes=f"median {sorted(took)[len(took) // 2] * 1000:.0f} ms",
    )


def _order(world: SandboxWorld, articles: list[str]) -> Figure:
    """Shop order → ERP document read back."""
    took = []
    for number in range(IDLE_ORDERS):
        begun = time.monotonic()
        world.buy({articles[number]: 1}, email=f"seul{number}@example.org")
        while _integrated(world) <= number:
            time.sleep(0.02)
        took.append(time.monotonic() - begun)
    return Figure(
        path=f"shop order → ERP document read back, idle, p95 of {IDLE_ORDERS}",
        limit="5 s",
        value=_p95(took),
        limit_value=5.0,
        unit="s",
        budget=1.0,
        notes=f"median {sorted(took)[len(took) // 2]:.2f} s; {CONFIGURATION}",
    )


def _throughput(world: SandboxWorld, articles: list[str], entry: Literal["none", "deposit"]) -> Figure:
    """Orders placed at once, entered by one worker and one agent; none doubled. With deposits, until the last of their payments
    was read back as well."""
    _pay_by(world, entry)
    start, paid, commands, begun = _integrated(world), _paid(world), _commands(world), time.monotonic()
    for number in range(BURST):
        world.buy({articles[number % len(articles)]: 1}, email=f"rafale{number % 40}@example.org")
    while _integrated(world) < start + BURST:
        time.sleep(0.1)
    orders = time.monotonic() - begun
    while entry == "deposit" and _paid(world) < paid + BURST:
        time.sleep(0.1)
    seconds = time.monotonic() - begun
    (row,) = world.rows("SELECT count(DISTINCT document) AS documents, count(*) AS orders FROM sales_order")
    assert row["documents"] == row["orders"], "an order was doubled"
    each = (_commands(world) - commands) / BURST
    told = {"none": "without payments", "deposit": "and their payments entered and read back"}[entry]
    return Figure(
        path=f"{BURST} orders at once, one worker, {told}",
        limit="2,000 orders/hour",
        value=BURST / seconds * 3600,
        limit_value=2000.0,
        unit="orders/hour",
        budget=1.0,
        at_least=True,
        notes=f"all documents after {orders:.0f} of {seconds:.0f} s; {each:.1f} commands an order; none doubled; {CONFIGURATION}",
    )


def _pay_by(world: SandboxWorld, entry: str) -> None:
    """What every payment of the channel becomes."""
    rules = json.dumps({"payments": {"": {"entry": entry}}})

    async def choose() -> None:
        assert world.tenant is not None
        async with tenant_transaction(world.tenant) as connection:
            await connection.execute(
                "UPDATE channel SET settings = settings || jsonb_build_object('orders', "
                "coalesce(settings -> 'orders', '{}') || $1::jsonb)",
                rules,
            )

    world.inside(choose)


def _paid(world: SandboxWorld) -> int:
    (row,) = world.rows("SELECT count(*) AS n FROM order_payment WHERE state = 'entered'")
    return int(row["n"])


def _commands(world: SandboxWorld) -> int:
    (row,) = world.rows("SELECT count(*) AS n FROM command")
    return int(row["n"])


def _articles(world: SandboxWorld) -> list[str]:
    rows = world.rows(
        "SELECT key FROM binding WHERE stream = 'availability' AND target IS NOT NULL AND key NOT LIKE '%|%' "
        "AND (pushed->>'quantity')::numeric >= 20 ORDER BY key LIMIT 40"
    )
    return [row["key"] for row in rows]


def _integrated(world: SandboxWorld) -> int:
    (row,) = world.rows("SELECT count(*) AS n FROM sales_order WHERE state = 'integrated'")
    return int(row["n"])


def _p95(values: list[float]) -> float:
    return quantiles(values, n=20)[-1]
