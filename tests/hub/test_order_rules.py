"""A channel's order rules at work: which orders go into the ERP, when, and with which words and articles."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec
from msgspec.structs import replace

from raccord.core.order_rules import OrderRules
from raccord.orders import repository
from raccord.settings import Settings
from raccord.storage.engine import tenant_transaction
from raccord_connectors.canonical import Document, TaxAmount
from raccord_connectors.contract import Problem
from raccord_connectors.numerals import french
from support.database import opened
from support.order_world import World, world


def run(settings: Settings, scenario: Callable[[World], Awaitable[None]], **rules: object) -> None:
    async def inside() -> None:
        async with opened(settings), world(**rules) as found:
            await scenario(found)

    asyncio.run(inside())


async def document_of(w: World) -> Document:
    (document,) = w.erp.documents_of(str((await w.order())["reference"]))
    return document


async def change_rules(w: World, **rules: Any) -> None:
    """As the form does: at once, and what slept goes on."""
    async with tenant_transaction(w.tenant) as connection:
        settings = {"orders": msgspec.to_builtins(OrderRules(items={"shipping": "PORT"}, **rules))}
        await connection.execute("UPDATE channel SET settings = $1", msgspec.json.encode(settings).decode())
        await repository.rouse(w.channel, rules.get("stages", ("open",)))


def test_an_order_waits_for_its_delay_with_its_stock_reserved_and_then_goes_in(settings: Settings) -> None:
    async def scenario(w: World) -> None:
        order = w.shop.place_order({"CHAISE": 2}, placed_at=datetime.now(UTC))
        await w.collect()
        await w.settle()
        assert "waiting" == (await w.order())["state"]
        assert [2] == [int(str(one)) for one in (await w.open_reservations()).values()]
        w.shop.put("orders", replace(order, placed_at=datetime.now(UTC) - timedelta(minutes=61)))
        await w.collect([order.key])
        await w.settle()
        assert "integrated" == (await w.order())["state"]

    run(settings, scenario, delay_minutes=60)


def test_an_order_sleeps_until_the_shop_or_the_rules_give_it_a_status_that_imports(
    settings: Settings,
) -> None:
    async def scenario(w: World) -> None:
        w.shop.place_order({"CHAISE": 1}, status="on-hold")
        await w.collect()
        await w.settle()
        assert "waiting" == (await w.order())["state"]
        await change_rules(w, statuses=("processing", "on-hold"))
        await w.settle()
        assert "integrated" == (await w.order())["state"]

    run(settings, scenario, statuses=("processing",))


def test_an_order_that_is_not_paid_in_full_sleeps_until_it_is(settings: Settings) -> None:
    async def scenario(w: World) -> None:
        order = w.shop.place_order({"CHAISE": 1})
        part = [replace(order.payments[0], amount=order.gross / 2)]
        w.shop.put("orders", replace(order, payments=part))
        await w.collect()
        await w.settle()
        assert "waiting" == (await w.order())["state"]
        w.shop.put("orders", order)
        await w.collect([order.key])
        await w.settle()
        assert "integrated" == (await w.order())["state"]

    run(settings, scenario, payment_states=("paid",))


def test_the_document_has_the_merchant_s_words_and_the_other_article_with_its_reason(
    settings: Settings,
) -> None:
    async def scenario(w: World) -> None:
        order = w.shop.place_order({"CHAISE": 1}, note="Deuxième étage")
        unknown = replace(order.lines[0], item="nowhere", sku="INCONNU", name="Tabouret")
        w.shop.put("orders", replace(order, lines=[unknown]))
        await w.collect()
        await w.settle()
        assert "integrated" == (await w.order())["state"]
        document = await document_of(w)
        assert order.gross == document.gross
        assert [
            (None, f"Commande {order.number} : Deuxième étage"),
            ("PORT", "Tabouret"),
            (None, "Article inconnu de la gestion : « Tabouret », référence INCONNU dans la boutique"),
        ] == [(line.item, line.title) for line in document.lines]

    run(
        settings, scenario, unknown_item="other", other_item="PORT", comments=["Commande {number} : {note}", "{transaction}"]
    )  # fmt: skip


def test_a_document_whose_taxes_moved_between_rates_is_held_rate_by_rate(settings: Settings) -> None:
    """The totals agree; the accountant's VAT return would not."""

    async def scenario(w: World) -> None:
        w.shop.place_order({"CHAISE": 2})
        await w.collect()
        for _ in range(10):
            await w.advance_all()
            reference = str((await w.order())["reference"])
            if w.erp.documents_of(reference):
                break
            await w.play_agent()
        document = await document_of(w)
        wrong = [TaxAmount(msgspec.convert("10", type=type(document.net)), document.net, document.tax)]
        w.erp.put("documents", replace(document, taxes=wrong))
        await w.settle()
        found = await w.order()
        problem = msgspec.json.decode(str(found["problem"]), type=Problem)
        assert ("held", "order.document_differs") == (found["state"], problem.message.code)
        assert f"taxe à 20 % : 0,00 au lieu de {french(document.tax)}" in problem.message.fr
        assert f"tax at 10%: {document.tax:.2f} instead of 0.00" in problem.message.en

    run(settings, scenario)
