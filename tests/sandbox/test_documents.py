"""An invoice made in the GesCom is with the customer: in his order in the shop, and on a page of his own; its credit note too."""

import re
import urllib.request

import pytest

from sandbox.gescom.order_pricing import Entry, Line
from support.gescom import a_customer
from support.sandbox_world import SandboxWorld

pytestmark = pytest.mark.slow


def looked_at(address: str) -> bytes:
    with urllib.request.urlopen(address, timeout=30) as answer:
        content: bytes = answer.read()
    return content


def test_an_invoice_and_its_credit_note_reach_the_customers_page_by_the_link_in_his_order(
    world: SandboxWorld,
) -> None:
    sku = world.articles(1)[0]
    placed = world.buy({sku: 2}, "facture@example.org")
    number = str(placed["number"])
    document = world.wait_for_document(number)
    invoice = world.gescom.invoice(world.gescom.deliver(document.piece))
    world.wait_until(lambda: f"facture n° {invoice}" in world.told(number), "the shop shows the invoice", 90)
    found = re.search(r"https?://\S+/d/[\w-]+", world.told(number))
    assert found is not None
    page = looked_at(found[0]).decode()
    assert invoice in page
    (file,) = re.findall(r'href="(/d/[\w-]+/[0-9a-f-]{36})"', page)
    paper = looked_at(found[0].partition("/d/")[0] + file)
    assert (True, True) == (paper.startswith(b"%PDF-"), b"factur-x.xml" in paper)

    credit = world.gescom.transform(world.gescom.take_back(invoice), 6)
    world.wait_until(lambda: credit in looked_at(found[0]).decode(), "the page shows the credit note", 90)
    assert 1 == world.told(number).count(f"facture n° {invoice}"), "the customer is told once"


def test_an_invoice_of_an_order_typed_in_the_gescom_becomes_a_paper_too(world: SandboxWorld) -> None:
    customer = a_customer(world.gescom)
    invoice = world.gescom.invoice(world.gescom.enter(Entry(customer, [Line(world.articles(1)[0])])))

    def given() -> bool:
        return bool(world.rows("SELECT 1 FROM paper WHERE number = $1 AND state = 'ready'", invoice))

    world.wait_until(given, "the paper is there", 90)
