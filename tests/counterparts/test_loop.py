"""The loop on real systems: what a person does in Tryton is in Vendure, what a customer buys in Vendure is in Tryton."""

import os
import signal
import time
from collections.abc import Iterator
from decimal import Decimal

import pytest

from support.mail_server import mail_server
from support.real_world import RealWorld, real_world
from support.tryton_merchant import CreatedProduct, Variant
from support.vendure.customer import Placed

pytestmark = [pytest.mark.counterpart, pytest.mark.slow]


@pytest.fixture(scope="module")
def world() -> Iterator[RealWorld]:
    with real_world() as found:
        yield found


def _cup(world: RealWorld, code: str, *, stock: str = "10") -> CreatedProduct:
    """A simple article at 10.00 without tax, in stock, and shown by the shop."""
    merchant = world.erp.manager
    product = merchant.create_product(code, f"Tasse {code}", "10.00")
    merchant.set_stock(product.products[0], stock)
    world.wait_until(lambda: _on_sale(world, code) == int(stock), f"{code} is on sale in Vendure")
    return product


def _on_sale(world: RealWorld, sku: str) -> int | None:
    found = world.shop.variants(sku)
    return found[0].on_hand - found[0].allocated if len(found) == 1 and found[0].enabled else None


def _integrated(world: RealWorld, placed: Placed) -> bool:
    rows = world.rows("SELECT state, problem FROM sales_order WHERE number = $1", placed.code)
    assert not rows or rows[0]["state"] != "held", rows[0]["problem"]
    return bool(rows) and rows[0]["state"] == "integrated"


def _reference(world: RealWorld, placed: Placed) -> str:
    (row,) = world.rows("SELECT reference FROM sales_order WHERE number = $1", placed.code)
    return str(row["reference"])


def _paid_in_tryton(world: RealWorld, sale: int) -> Decimal:
    """What a deposit took off the sale's invoice."""
    fields = ["total_amount", "lines.amount", "lines.origin"]
    found = world.erp.manager.find("account.invoice", ["sales", "=", sale], fields=fields)
    lines = [line for invoice in found for line in invoice["lines."]]
    return -sum(
        (one["amount"] for one in lines if (one["origin"] or "").startswith("account.invoice.line,")),
        Decimal(0),
    )


def _shipped(world: RealWorld, placed: Placed) -> list[tuple[str, str]]:
    found = world.shop.order(placed.id)["fulfillments"]
    return [(one["state"], one["trackingCode"]) for one in found]


def test_an_article_with_variants_prices_and_stock_appears_changes_and_leaves(world: RealWorld) -> None:
    merchant = world.erp.manager
    variants = [Variant("-B", {"couleur": "bleu"}), Variant("-R", {"couleur": "rouge"})]
    product = merchant.create_product("ECHARPE", "Écharpe", "20.00", variants=variants)
    for number, quantity in zip(product.products, ("7", "3"), strict=True):
        merchant.set_stock(number, quantity)
    world.wait_until(lambda: _on_sale(world, "ECHARPE-B") == 7, "the blue scarf is on sale")
    world.wait_until(lambda: _on_sale(world, "ECHARPE-R") == 3, "the red scarf is on sale")
    assert Decimal("24.00") == world.shop.variant("ECHARPE-B").price_with_tax
    assert world.shop.variant("ECHARPE-B").product_id == world.shop.variant("ECHARPE-R").product_id

    merchant.change_price(product, "25.00")
    world.wait_until(
        lambda: world.shop.variant("ECHARPE-R").price_with_tax == Decimal("30.00"), "the new price is shown"
    )
    merchant.deactivate(product)
    world.wait_until(
        lambda: not world.shop.product(world.shop.variants("ECHARPE-B")[0].product_id)["enabled"],
        "the article left the shop",
    )


def test_an_order_becomes_a_sale_is_shipped_and_fulfilled(world: RealWorld) -> None:
    product = _cup(world, "TASSE1")
    placed = world.shop.place_order({"TASSE1": 2}, email="zoe@example.org")
    world.wait_until(lambda: _integrated(world, placed), "the order is in Tryton, read back")
    (sale,) = world.erp.manager.sales(_reference(world, placed))
    assert (placed.gross, True) == (sale["total_amount"], sale["state"] in ("confirmed", "processing"))
    world.wait_settled()
    assert 8 == _on_sale(world, "TASSE1")
    world.wait_until(
        lambda: _paid_in_tryton(world, sale["id"]) == placed.gross,
        "the payment is in Tryton's books",
        120,
    )

    world.erp.manager.ship(sale["id"], quantities={product.products[0]: "2"}, tracking="6A12345")
    world.wait_until(
        lambda: _shipped(world, placed) == [("Shipped", "6A12345")], "Vendure knows the shipment"
    )
    world.wait_settled()
    assert 8 == _on_sale(world, "TASSE1"), "a shipped sale is counted once"


def test_a_buyer_is_told_once_that_the_parcel_has_left(world: RealWorld) -> None:
    with mail_server() as box:
        world.tell_customers(box.port)
        product = _cup(world, "TASSE9")
        placed = world.shop.place_order({"TASSE9": 1}, email="zoe@example.org")
        world.wait_until(lambda: _integrated(world, placed), "the order is in Tryton, read back")
        (sale,) = world.erp.manager.sales(_reference(world, placed))
        world.erp.manager.ship(sale["id"], quantities={product.products[0]: "1"}, tracking="6A99999")
        left = f"Votre commande {placed.code} est partie"
        world.wait_until(lambda: left in box.subjects(), "the mail has arrived")
        mail = box.mails[box.subjects().index(left)]
        assert ("zoe@example.org", "fr") == (mail["To"], mail["Content-Language"])
        assert "6A99999" in box.text(box.subjects().index(left))
        world.wait_settled()
        assert 1 == box.subjects().count(left)
        world.tell_customers(None)


@pytest.mark.parametrize("number", range(2))
def test_an_agent_killed_between_write_and_answer_makes_no_second_sale(world: RealWorld, number: int) -> None:
    code = f"MORTEL{number}"
    _cup(world, code)
    (agent,) = [child for child in world.stack.children.running if child.name == "agent"]
    placed = world.shop.place_order({code: 1}, email="zoe@example.org")
    world.wait_until(
        lambda: bool(world.rows("SELECT 1 FROM sales_order WHERE number = $1", placed.code)), "collected"
    )
    reference = _reference(world, placed)
    deadline = time.monotonic() + 60
    while not world.erp.manager.sales(reference):  # as soon as anything of it is in Tryton
        assert time.monotonic() < deadline
    assert agent.process is not None
    os.killpg(agent.process.pid, signal.SIGKILL)
    agent.process.wait()
    world.stack.children.restart_dead()
    world.wait_until(lambda: _integrated(world, placed), "the order is in Tryton, read back", 120)
    (sale,) = world.erp.manager.sales(reference)
    assert placed.gross == sale["total_amount"]


def test_one_buyer_is_one_party(world: RealWorld) -> None:
    """Also under another e-mail address: the telephone and the name say who it is."""
    _cup(world, "TASSE2")
    parties = set()
    for email in ("unique@example.org", "UNIQUE@example.org", "autre@example.org"):
        placed = world.shop.place_order({"TASSE2": 1}, email=email)
        world.wait_until(lambda placed=placed: _integrated(world, placed), "the order is in Tryton")  # type: ignore[misc]
        (sale,) = world.erp.manager.sales(_reference(world, placed))
        parties.add(sale["party"])
    assert 1 == len(parties)


def test_an_unchanged_pass_sends_no_record_and_writes_nothing(world: RealWorld) -> None:
    world.wait_settled()
    before = world.shop.writes(), _taken(world)
    time.sleep(12)  # two complete passes at the agent's schedule
    assert before == (world.shop.writes(), _taken(world))


def _taken(world: RealWorld) -> int:
    (row,) = world.rows("SELECT last_delta FROM agent WHERE revoked_at IS NULL")
    return int(row["last_delta"])
