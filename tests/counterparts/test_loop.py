"""The loop on real systems: what a person does in Tryton is in Vendure, what a customer buys in Vendure is in Tryton."""

import os
import re
import signal
import time
from collections.abc import Iterator
from datetime import datetime
from decimal import Decimal
from typing import NamedTuple

import httpx
import pytest

from support.mail_server import Mailbox, mail_server
from support.media_world import photo
from support.real_world import RealWorld, real_world
from support.tryton_merchant import CreatedProduct, Variant
from support.vendure.customer import ADDRESS, Placed

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
    """What a deposit invoice took off the sale's invoice, its VAT included."""
    fields = ["untaxed_amount", "tax_amount", "lines.amount", "lines.origin"]
    found = world.erp.manager.find("account.invoice", ["sales", "=", sale], fields=fields)
    (row,) = world.erp.manager.find("sale.sale", ["id", "=", sale], fields=["total_amount"])
    taken = [
        line["amount"]
        for invoice in found
        for line in invoice["lines."]
        if (line["origin"] or "").startswith("account.invoice.line,")
    ]
    owed = sum((one["untaxed_amount"] + one["tax_amount"] for one in found), Decimal(0))
    return row["total_amount"] - owed if taken else Decimal(0)


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


def test_pictures_of_the_merchants_folder_are_in_the_shop_each_once(world: RealWorld) -> None:
    """Counted among the shop's own assets, and in its own log."""
    for number, name in enumerate(("VASE", "VASE_2", "BOL")):
        (world.photos / f"{name}.png").write_bytes(photo(number))
    for code in ("VASE", "BOL"):
        _cup(world, code)
    world.wait_until(
        lambda: (2, 1) == (_pictures(world, "VASE"), _pictures(world, "BOL")), "both have theirs"
    )
    had, wrote = world.shop.count_assets(), len(world.shop.writes())

    os.utime(world.photos / "VASE.png", (1_700_000_000, 1_700_000_000))
    (world.photos / "VASE_2.png").rename(world.photos / "VASE_3.png")
    world.wait_until(lambda: _is_told(world, "VASE_3.png"), "the agent has looked again")
    world.wait_settled()
    assert (had, []) == (world.shop.count_assets(), world.shop.writes()[wrote:])

    (world.photos / "BOL.png").write_bytes(photo(9))
    world.wait_until(lambda: world.shop.count_assets() == had + 1, "the changed one is there")
    world.wait_settled()
    assert (had + 1, 2, 1) == (world.shop.count_assets(), _pictures(world, "VASE"), _pictures(world, "BOL"))


def _pictures(world: RealWorld, sku: str) -> int:
    return len(world.shop.product(world.shop.variant(sku).product_id)["assets"])


def _is_told(world: RealWorld, name: str) -> bool:
    return bool(world.rows("SELECT 1 FROM media_file WHERE name LIKE '%' || $1", name))


@pytest.fixture(scope="module")
def told(world: RealWorld) -> Iterator[Mailbox]:
    """Customers are told of everything by us, through this server."""
    with mail_server() as box:
        world.tell_customers(box.port)
        yield box
        world.tell_customers(None)


ABROAD = {**ADDRESS, "city": "Berlin", "postalCode": "10115", "countryCode": "DE"}


class Sold(NamedTuple):
    """An order in Tryton, paid, and what its buyer is to read."""

    code: str
    language: str
    left: str
    billed: str
    placed: Placed
    sale: int
    product: int


def _sold(
    world: RealWorld, code: str, language: str, billing: dict[str, str], left: str, billed: str
) -> Sold:
    product = _cup(world, code)
    placed = world.shop.place_order({code: 1}, email=f"{code.lower()}@example.org", billing=billing)
    world.wait_until(lambda: _integrated(world, placed), "the order is in Tryton, read back")
    (sale,) = world.erp.manager.sales(_reference(world, placed))
    world.wait_until(
        lambda: _paid_in_tryton(world, sale["id"]) == placed.gross, "the payment is entered", 120
    )
    subjects = left.format(placed.code), billed.format(placed.code)
    return Sold(code, language, *subjects, placed, sale["id"], product.products[0])


def test_shipped_and_invoiced_in_the_erp_the_order_moves_and_its_buyer_is_told_once(
    world: RealWorld, told: Mailbox
) -> None:
    """In whichever order it happens, in the buyer's language; the invoice is behind the link that the mail and the shop have."""
    merchant = world.erp.manager
    first = _sold(
        world, "TASSE8", "fr", ADDRESS, "Votre commande {} est partie", "La facture de votre commande {}"
    )
    other = _sold(
        world, "TASSE9", "en", ABROAD, "Your order {} is on its way", "The invoice of your order {}"
    )
    merchant.ship(first.sale, quantities={first.product: "1"}, tracking="6ATASSE8")
    number_of_other = merchant.post_invoice(other.sale)
    world.wait_settled()
    number_of_first = merchant.post_invoice(first.sale)
    merchant.ship(other.sale, quantities={other.product: "1"}, tracking="6ATASSE9")
    for sold, number in ((first, number_of_first), (other, number_of_other)):
        _assert_told(world, told, sold, number)


def _assert_told(world: RealWorld, told: Mailbox, sold: Sold, number: str) -> None:
    world.wait_until(
        lambda: {sold.left, sold.billed} <= set(told.subjects()), "both mails have arrived", 120,
        left=lambda: _untold_of(world, sold.placed),
    )  # fmt: skip
    for subject in (sold.left, sold.billed):
        mail = told.mails[told.subjects().index(subject)]
        assert (f"{sold.code.lower()}@example.org", sold.language) == (mail["To"], mail["Content-Language"])
    tracking = f"6A{sold.code}"
    assert tracking in told.text(told.subjects().index(sold.left))
    world.wait_until(
        lambda: _shipped(world, sold.placed) == [("Shipped", tracking)], "the order has moved on"
    )
    world.wait_until(lambda: bool(_links(world, sold.placed)), "the order shows its invoice")
    (shown,) = _links(world, sold.placed)
    billed = told.subjects().index(sold.billed)
    assert shown in told.text(billed)
    (attached,) = told.mails[billed].iter_attachments()
    file = _file_behind(shown, number)
    assert (True, file) == (file.startswith(b"%PDF-"), attached.get_content())


def _untold_of(world: RealWorld, placed: Placed) -> str:
    messages = world.rows(
        "SELECT n.event, n.state, n.reason, n.problem FROM notification n JOIN sales_order o ON o.id = n.sales_order "
        "WHERE o.number = $1 AND n.medium = 'email'",
        placed.code,
    )
    papers = world.rows("SELECT number, state, problem, missing FROM paper")
    return "\n".join(str(dict(row)) for row in [*messages, *papers])


def _links(world: RealWorld, placed: Placed) -> list[str]:
    return re.findall(r"http://[^\s<>]+/d/[\w-]+", " ".join(world.shop.notes(placed.id)))


def _file_behind(page: str, number: str) -> bytes:
    """As the customer's browser gets it: the page, the paper in its list, its file."""
    shown = httpx.get(page).raise_for_status().text
    (line,) = [one for one in shown.split("<li")[1:] if number in one]
    (path,) = set(re.findall(r'href="(/d/[\w-]+/[0-9a-f-]{36})"', line))
    return httpx.get(httpx.URL(page).join(path), follow_redirects=True).raise_for_status().content


def test_an_agent_that_forgot_everything_tells_it_all_again_and_nothing_happens_twice(
    world: RealWorld, told: Mailbox
) -> None:
    world.wait_settled()
    before = (world.shop.writes(), world.shop.count_assets(), told.subjects())
    (row,) = world.rows("SELECT now() AS at, last_delta FROM agent WHERE revoked_at IS NULL")
    world.forget_at_the_agent()
    world.wait_until(
        lambda: _taken(world) > row["last_delta"] and not _untold(world, row["at"]), "all is told again", 120
    )
    world.wait_settled()
    assert before == (world.shop.writes(), world.shop.count_assets(), told.subjects())


def _untold(world: RealWorld, since: datetime) -> bool:
    return bool(world.rows("SELECT 1 FROM media_file WHERE told_at < $1", since))


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
