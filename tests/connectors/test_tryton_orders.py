"""Orders become sales of Tryton, to the cent, or are held with a reason; what Tryton does with them is followed."""

import random
from datetime import date
from decimal import Decimal as D
from typing import Any

import pytest
from msgspec.structs import replace

from raccord.core.order_progress import Bought, progress
from raccord_connectors.canonical import Document, Payment, StockLevels
from raccord_connectors.contract import Selection
from raccord_connectors.erp.tryton import Tryton as Connector
from support import tryton_fixtures as given
from support.tryton_merchant import CreatedProduct, Merchant
from support.tryton_orders import BRUSSELS, LYON, connect, document, line, order, problem_of, totals, write
from support.tryton_server import Tryton

pytestmark = pytest.mark.counterpart
customer, erp, merchant, pot, server, tea = (
    given.customer,
    given.erp,
    given.merchant,
    given.pot,
    given.server,
    given.tea,
)


def test_an_order_becomes_a_sale_in_preparation_with_its_total_to_the_cent(
    erp: Connector, merchant: Merchant, customer: str, tea: CreatedProduct, pot: CreatedProduct
) -> None:
    draft = order(
        customer,
        line(tea.key, "3", "25.20", "1.39", "5.5", title="Thé noir (3 boîtes)"),
        line(pot.key, "1", "49.90", "9.98"),
        line(None, "1", "4.92", "0.98", kind="shipping", title="Colissimo"),
        line(None, "1", "0.00", "0.00", kind="comment", title="Emballage cadeau, merci"),
        delivery=BRUSSELS,
        carrier="Colissimo",
        remark="Sonner deux fois",
        payments=[
            Payment(
                key="1", method="card", title="Carte", amount=D("92.37"), state="paid", transaction="tr_9"
            )
        ],
    )
    outcome = write(erp, draft)
    (sale,) = merchant.sales(draft.key)
    assert "processing" == sale["state"]
    assert (draft.net, draft.tax, draft.gross) == totals(sale)
    found = document(erp, outcome)
    assert (draft.key, "confirmed", "order") == (found.reference, found.state, found.kind)
    assert (draft.gross, customer) == (found.gross, found.customer)
    assert [(tea.key, D(3)), (pot.key, D(1))] == [(one.item, one.quantity) for one in found.lines[:2]]
    assert "Thé noir (3 boîtes)" == found.lines[0].title
    texts = merchant.one(
        "sale.sale", ["id", "=", sale["id"]], fields=["comment", "description", "carrier.party.name"]
    )
    assert "Sonner deux fois\nCarte · 92.37 EUR · tr_9" == texts["comment"]
    assert (draft.reference, "Colissimo") == (texts["description"], texts["carrier."]["party."]["name"])
    assert ["line", "line", "line", "comment"] == [one["type"] for one in sale["lines."]]


def test_the_goods_of_an_order_are_reserved(erp: Connector, tea: CreatedProduct, customer: str) -> None:
    def reserved() -> D | None:
        (levels,) = [
            record for page in erp.read("stock", Selection(keys=(tea.key,))) for record in page.records
        ]
        assert isinstance(levels, StockLevels)
        return levels.depots[0].reserved

    before = reserved()
    assert before is not None
    assert write(erp, order(customer, line(tea.key, "4", "33.60", "1.85", "5.5"))).done
    assert before + 4 == reserved()


def test_the_same_order_written_again_is_the_same_sale(
    erp: Connector, merchant: Merchant, customer: str, tea: CreatedProduct
) -> None:
    draft = order(customer, line(tea.key, "1", "8.40", "0.46", "5.5"))
    first, second = write(erp, draft), write(erp, draft)
    assert (first.target, True) == (second.target, second.existed)
    assert 1 == len(merchant.sales(draft.key))


def test_an_order_like_the_last_one_costs_eleven_requests(
    erp: Connector, customer: str, tea: CreatedProduct, pot: CreatedProduct
) -> None:
    """Every one of them waits for the ERP's machine, which the merchant's people use at the same time."""
    lines = [line(tea.key, "1", "8.40", "0.46", "5.5"), line(pot.key, "1", "49.90", "9.98")]
    assert write(erp, order(customer, *lines)).done
    before = erp.requests
    assert write(erp, order(customer, *lines)).done
    assert 11 >= erp.requests - before


def test_a_quotation_stays_a_quotation(
    erp: Connector, merchant: Merchant, customer: str, tea: CreatedProduct
) -> None:
    draft = order(customer, line(tea.key, "1", "8.40", "0.46", "5.5"), kind="quotation")
    assert "draft" == document(erp, write(erp, draft)).state
    assert ["quotation"] == [sale["state"] for sale in merchant.sales(draft.key)]


def test_prices_of_nine_ninety_nine_with_tax_are_met(
    erp: Connector, merchant: Merchant, customer: str, pot: CreatedProduct
) -> None:
    """8.32 + 1.66 is 9.98 and 8.33 + 1.67 is 10.00: Tryton needs a rounding of one cent."""
    draft = order(customer, line(pot.key, "1", "8.33", "1.66"))
    assert write(erp, draft).done
    (sale,) = merchant.sales(draft.key)
    assert (D("8.33"), D("1.66"), D("9.99")) == totals(sale)
    assert [D("8.32"), D("0.01")] == [one["amount"] for one in sale["lines."]]


def test_without_a_rounding_article_it_is_held_with_the_difference_and_nothing_is_left_behind(
    server: Tryton, merchant: Merchant, customer: str, pot: CreatedProduct
) -> None:
    draft = order(customer, line(pot.key, "1", "8.33", "1.66"))
    problem = problem_of(write(connect(server, rounding_article=""), draft))
    assert "gross" == problem.field
    assert "8,33 / 1,66 / 9,99" in problem.message.fr
    assert "article d’arrondi" in problem.message.fr
    assert "rounding article" in problem.message.en
    assert [] == merchant.sales(draft.key)


def test_orders_of_all_sizes_with_prices_including_tax_are_met(
    erp: Connector, merchant: Merchant, customer: str, tea: CreatedProduct, pot: CreatedProduct
) -> None:
    """What the arithmetic promises (test_tryton_amounts), Tryton keeps."""
    chance = random.Random(8)
    for _ in range(5):
        lines = []
        for _ in range(chance.randint(1, 6)):
            made, rate = chance.choice([(tea, D("5.5")), (pot, D(20))])
            quantity = chance.randint(1, 30)
            gross = quantity * D(chance.randint(50, 9_999)) / 100
            net = (gross / (1 + rate / 100)).quantize(D("0.01"))
            lines.append(line(made.key, str(quantity), str(net), str(gross - net), str(rate)))
        draft = order(customer, *lines)
        outcome = write(erp, draft)
        assert outcome.problem is None, (outcome.problem, lines)
        assert (draft.net, draft.tax, draft.gross) == totals(merchant.sales(draft.key)[0])


def test_a_company_that_rounds_taxes_line_by_line_is_met_too(
    server: Tryton, merchant: Merchant, customer: str, pot: CreatedProduct
) -> None:
    merchant.write("account.configuration", 1, tax_rounding="line")
    try:
        lines = [line(pot.key, "3", "24.98", "4.99"), line(pot.key, "1", "8.33", "1.66")]
        draft = order(customer, *lines)
        assert write(connect(server), draft).done
        assert (draft.net, draft.tax, draft.gross) == totals(merchant.sales(draft.key)[0])
    finally:
        merchant.write("account.configuration", 1, tax_rounding="document")


def test_shipping_takes_the_rate_of_the_goods_when_the_shop_says_so(
    erp: Connector, merchant: Merchant, customer: str, tea: CreatedProduct
) -> None:
    draft = order(
        customer,
        line(tea.key, "2", "16.80", "0.92", "5.5"),
        line(None, "1", "5.00", "0.28", "5.5", kind="shipping", title="Livraison"),
    )
    assert write(erp, draft).done
    assert (D("21.80"), D("1.20"), D("23.00")) == totals(merchant.sales(draft.key)[0])


def test_charges_and_discounts_go_to_their_articles(
    erp: Connector, merchant: Merchant, customer: str, pot: CreatedProduct
) -> None:
    draft = order(
        customer,
        line(pot.key, "1", "49.90", "9.98"),
        line(None, "1", "2.00", "0.40", kind="gift_wrap", title="Papier cadeau"),
        line(None, "1", "-5.00", "-1.00", kind="discount", title="Bon BIENVENUE"),
    )
    assert write(erp, draft).done
    (sale,) = merchant.sales(draft.key)
    products = [one["product"] for one in sale["lines."]]
    codes = {
        row["id"]: row["code"]
        for row in merchant.find("product.product", ["id", "in", products], fields=["code"])
    }
    assert ["POT", "FRAIS", "REMISE"] == [codes[product] for product in products]
    assert D("56.28") == sale["total_amount"]


# ----------------------------------------------------------------------------------------------- refused orders


def test_a_rate_that_is_not_the_articles_is_explained_line_by_line(
    erp: Connector, merchant: Merchant, customer: str, tea: CreatedProduct
) -> None:
    draft = order(
        customer,
        line(None, "1", "0.00", "0.00", kind="comment", title="Merci de livrer vite"),
        line(tea.key, "2", "16.80", "0.92", "5.5"),
        line(tea.key, "1", "100.00", "20.00", title="Thé très cher"),
    )
    problem = problem_of(write(erp, draft))
    assert (
        "« Thé très cher » : 100,00 HT à 20 % dans la boutique, 100,00 à 5,5 % dans Tryton."
        in problem.message.fr
    )
    assert "Nothing was confirmed" in problem.message.en
    assert [] == merchant.sales(draft.key)


@pytest.mark.parametrize(
    ("field", "change"),
    [
        ("lines.item", {"lines": [line("999999", "1", "1.00", "0.20")]}),
        ("customer", {"customer": "INCONNU"}),
        ("depot", {"depot": "999"}),
        ("currency", {"currency": "XPF"}),
        ("kind", {"kind": "invoice"}),
        ("country", {"billing": replace(LYON, country="AQ")}),
    ],
)
def test_what_tryton_does_not_have_is_named_and_leaves_nothing(
    erp: Connector, merchant: Merchant, customer: str, tea: CreatedProduct, field: str, change: dict[str, Any]
) -> None:
    draft = replace(order(customer, line(tea.key, "1", "8.40", "0.46", "5.5")), **change)
    assert field == problem_of(write(erp, draft)).field
    assert [] == merchant.sales(draft.key)


def test_a_currency_is_taken_at_tryton_s_rate_of_the_day_unless_the_shop_s_is_far_from_it(
    erp: Connector, merchant: Merchant, customer: str, tea: CreatedProduct
) -> None:
    """A sale cannot be given a rate: with another one the books would say another turnover."""
    dollar = merchant.create(
        "currency.currency", name="USD", symbol="$", code="USD", numeric_code="840", rounding=D("0.01")
    )
    sale = order(customer, line(tea.key, "1", "8.40", "0.46", "5.5"))

    def problem(key: str, rate: str | None) -> tuple[str, str]:
        draft = replace(sale, key=key, currency="USD", exchange_rate=D(rate) if rate else None)
        outcome = write(erp, draft)
        if outcome.problem is None:
            return document(erp, outcome).currency, ""
        return str(outcome.problem.field), outcome.problem.message.code

    assert ("exchange_rate", "tryton.no_rate") == problem("K3QZ-USD1", None)
    merchant.create("currency.currency.rate", currency=dollar, date=date(2026, 1, 1), rate=D("1.10"))
    assert ("USD", "") == problem("K3QZ-USD2", None)
    assert ("USD", "") == problem("K3QZ-USD3", "0.92")
    assert ("exchange_rate", "tryton.rate_far") == problem("K3QZ-USD4", "1.10")


def test_an_article_withdrawn_from_sale_holds_the_order(
    erp: Connector, merchant: Merchant, customer: str
) -> None:
    made = merchant.create_product("FINI", "Fin de série", "8.00")
    merchant.withdraw(made)
    problem = problem_of(
        write(erp, order(customer, line(made.key, "1", "8.00", "1.60", title="Fin de série")))
    )
    assert "Fin de série" in problem.message.fr


def test_a_fraction_that_the_unit_does_not_have_is_tryton_s_own_refusal(
    erp: Connector, customer: str, pot: CreatedProduct
) -> None:
    problem = problem_of(write(erp, order(customer, line(pot.key, "1.5", "74.85", "14.97"))))
    assert "décimales" in problem.message.fr
    assert "create" == problem.field


def test_a_cancelled_sale_is_not_written_again(
    erp: Connector, merchant: Merchant, customer: str, tea: CreatedProduct
) -> None:
    draft = order(customer, line(tea.key, "1", "8.40", "0.46", "5.5"), kind="quotation")
    outcome = write(erp, draft)
    merchant.cancel(int(str(outcome.target)))
    assert "reference" == problem_of(write(erp, draft)).field
    assert 1 == len(merchant.sales(draft.key))


def test_a_firm_sale_with_other_amounts_is_not_touched(
    erp: Connector, merchant: Merchant, customer: str, tea: CreatedProduct
) -> None:
    draft = order(customer, line(tea.key, "1", "8.40", "0.46", "5.5"))
    assert write(erp, draft).done
    other = replace(
        draft,
        lines=[line(tea.key, "2", "16.80", "0.92", "5.5")],
        net=D("16.80"),
        tax=D("0.92"),
        gross=D("17.72"),
    )
    problem = problem_of(write(erp, other))
    assert "16.80 / 0.92 / 17.72" in problem.message.en
    assert [D("8.86")] == [sale["total_amount"] for sale in merchant.sales(draft.key)]


def test_a_quotation_that_someone_changed_is_brought_back_to_the_order(
    erp: Connector, merchant: Merchant, customer: str, tea: CreatedProduct
) -> None:
    draft = order(customer, line(tea.key, "1", "8.40", "0.46", "5.5"), kind="quotation")
    outcome = write(erp, draft)
    sale = int(str(outcome.target))
    merchant.click("sale.sale", "draft", sale)
    (first,) = merchant.find("sale.line", ["sale", "=", sale])
    merchant.write("sale.line", first["id"], quantity=5.0)
    assert write(erp, replace(draft, kind="order")).done
    assert [("processing", D("8.86"))] == [
        (one["state"], one["total_amount"]) for one in merchant.sales(draft.key)
    ]


def test_a_confirmed_sale_that_tryton_cannot_process_tells_why_and_goes_on_once_corrected(
    erp: Connector, merchant: Merchant, customer: str
) -> None:
    """Tryton confirms, fails to process in the background, and files the reason where only administrators look."""
    made = merchant.create_product("MUET", "Compte fermé", "10.00")
    account = merchant.one("account.account", ["code", "=", "7071"])["id"]
    draft = order(customer, line(made.key, "1", "10.00", "2.00"))
    merchant.write("account.account", account, closed=True)
    try:
        outcome = write(erp, draft)
    finally:
        merchant.write("account.account", account, closed=False)
    assert "7071" in problem_of(outcome).message.fr
    assert ["confirmed"] == [sale["state"] for sale in merchant.sales(draft.key)]
    assert str(merchant.sales(draft.key)[0]["id"]) == outcome.target
    assert write(erp, draft).done
    assert ["processing"] == [sale["state"] for sale in merchant.sales(draft.key)]


# -------------------------------------------------------------------------------------------------- follow-up


def test_the_document_follows_preparation_partial_delivery_delivery_and_invoice(
    erp: Connector, merchant: Merchant, customer: str, tea: CreatedProduct, pot: CreatedProduct
) -> None:
    draft = order(customer, line(tea.key, "4", "33.60", "1.85", "5.5"), line(pot.key, "1", "49.90", "9.98"))
    outcome = write(erp, draft)
    sale = int(str(outcome.target))

    def since(cursor: str | None) -> tuple[Document, str | None]:
        pages = list(erp.read("documents", Selection(since=cursor)))
        (found,) = [record for page in pages for record in page.records if record.key == str(sale)]
        assert isinstance(found, Document)
        return found, pages[-1].cursor

    start = list(erp.read("documents"))[-1].cursor
    first = merchant.ship(sale, quantities={tea.products[0]: "3"}, tracking="8L123")
    partly, cursor = since(start)
    assert "partly_delivered" == partly.state
    assert [D(3), D(0)] == [one.delivered for one in partly.lines]
    (shipment,) = partly.shipments
    assert ({tea.key: D(3)}, "8L123") == (shipment.lines, shipment.tracking)
    assert shipment.shipped_at is not None

    assert first != merchant.ship(sale, tracking="8L124")
    delivered, cursor = since(cursor)
    assert ("delivered", "delivery") == (delivered.state, delivered.kind)
    assert ["8L123", "8L124"] == [one.tracking for one in delivered.shipments]
    assert [{tea.key: D(3)}, {tea.key: D(1), pot.key: D(1)}] == [one.lines for one in delivered.shipments]
    assert [] == delivered.invoices, "a draft invoice has no number yet"

    number = merchant.post_invoice(sale)
    invoiced, cursor = since(cursor)
    assert ("invoiced", "invoice", [number]) == (invoiced.state, invoiced.kind, invoiced.invoices)
    assert D(0) == invoiced.paid
    bought_lines = [Bought("1", tea.key, D(4)), Bought("2", pot.key, D(1))]
    tea_line, pot_line = progress(bought_lines, invoiced).lines
    assert [D(4), D(1)] == [tea_line.delivered, pot_line.delivered] == [tea_line.invoiced, pot_line.invoiced]
    assert [D(3), D(1)] == list(tea_line.shipments.values())
    assert [number] == tea_line.invoices == pot_line.invoices
    before = progress(bought_lines, partly).lines[0]
    assert (D(3), D(0), D(0)) == (before.delivered, before.invoiced, before.cancelled)


def test_a_tracking_number_typed_on_the_parcel_afterwards_is_seen(
    erp: Connector, merchant: Merchant, customer: str, pot: CreatedProduct
) -> None:
    outcome = write(erp, order(customer, line(pot.key, "1", "49.90", "9.98")))
    shipment = merchant.ship(int(str(outcome.target)), package=True)
    cursor = list(erp.read("documents"))[-1].cursor
    package = merchant.one("stock.package", ["shipment", "=", f"stock.shipment.out,{shipment}"])["id"]
    merchant.write("stock.package", package, shipping_reference="6A0042")
    (found,) = [
        record
        for page in erp.read("documents", Selection(since=cursor))
        for record in page.records
        if record.key == outcome.target
    ]
    assert isinstance(found, Document)
    assert ["6A0042"] == [one.tracking for one in found.shipments]


def test_a_shipment_being_prepared_is_said(
    erp: Connector, merchant: Merchant, customer: str, pot: CreatedProduct
) -> None:
    outcome = write(erp, order(customer, line(pot.key, "1", "49.90", "9.98")))
    (shipment,) = merchant.find("stock.shipment.out", ["moves.sale", "=", int(str(outcome.target))])
    merchant.click("stock.shipment.out", "wait", shipment["id"])
    merchant.click("stock.shipment.out", "assign_force", shipment["id"])
    assert ("preparing", "preparation") == (document(erp, outcome).state, document(erp, outcome).kind)
