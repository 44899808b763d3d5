"""Orders become sales of Tryton, to the cent and once, whatever happens on the way; customers are not doubled."""

import random
from collections.abc import Iterator
from datetime import date
from decimal import Decimal as D
from itertools import count
from typing import Any, ClassVar

import httpx
import msgspec
import pytest
from msgspec.structs import replace

from raccord_connectors.canonical import (
    Address,
    Customer,
    CustomerDraft,
    Document,
    Draft,
    DraftLine,
    Payment,
    StockLevels,
)  # fmt: skip
from raccord_connectors.contract import Change, Outcome, Problem, Selection, TransientError
from raccord_connectors.erp.tryton import Tryton as Connector
from raccord_connectors.erp.tryton.settings import TrytonSettings
from support.tryton_merchant import CreatedProduct, Merchant
from support.tryton_server import Tryton, tryton

pytestmark = pytest.mark.counterpart

numbers = count(1)
LYON = Address(
    first_name="Anne",
    last_name="Durand",
    line1="3 rue Mercière",
    postal_code="69002",
    city="Lyon",
    country="FR",
)
BRUSSELS = Address(
    first_name="Luc",
    last_name="Peeters",
    line1="1 Grand-Place",
    postal_code="1000",
    city="Bruxelles",
    country="BE",
)


@pytest.fixture(scope="module")
def server() -> Iterator[Tryton]:
    with tryton() as running:
        yield running


@pytest.fixture(scope="module")
def merchant(server: Tryton) -> Merchant:
    return server.manager


@pytest.fixture(scope="module")
def erp(server: Tryton) -> Iterator[Connector]:
    with_line = connect(server)
    yield with_line
    with_line.close()


@pytest.fixture(scope="module")
def tea(merchant: Merchant) -> CreatedProduct:
    made = merchant.create_product("THE", "Thé noir", "8.40", tax="TVA 5,5")
    merchant.set_stock(made.products[0], "500")
    return made


@pytest.fixture(scope="module")
def pot(merchant: Merchant) -> CreatedProduct:
    return merchant.create_product("POT", "Théière", "49.90", tax="TVA 20")


@pytest.fixture(scope="module")
def customer(merchant: Merchant) -> str:
    party = merchant.create_party("Salon Mercière", email="salon@example.org")
    return str(merchant.one("party.party", ["id", "=", party], fields=["code"])["code"])


def connect(server: Tryton, transport: httpx.BaseTransport | None = None, **changes: Any) -> Connector:
    settings = msgspec.convert(server.settings(**changes), TrytonSettings)
    return Connector(settings, transport=transport, sleep=lambda seconds: None)


def line(item: str | None, quantity: str, net: str, tax: str, rate: str = "20", **more: Any) -> DraftLine:
    unit = (D(net) / D(quantity)).quantize(D("0.000001"))
    title = more.pop("title", f"Article {item}")
    return DraftLine(
        item=item,
        title=title,
        quantity=D(quantity),
        unit_net=unit,
        net=D(net),
        tax=D(tax),
        rate=D(rate),
        **more,
    )


def order(customer: str, *lines: DraftLine, **more: Any) -> Draft:
    number = str(1000 + next(numbers))
    net, tax = sum((one.net for one in lines), D(0)), sum((one.tax for one in lines), D(0))
    known = {
        "dated": date(2026, 11, 24),
        "reference": number,
        "billing": LYON,
        "net": net,
        "tax": tax,
        "gross": net + tax,
    }
    return Draft(key=f"K3QZ-{number}", customer=customer, lines=list(lines), **{**known, **more})


def write(erp: Connector, record: Draft | CustomerDraft, **more: Any) -> Outcome:
    stream = "drafts" if isinstance(record, Draft) else "customer_drafts"
    (outcome,) = erp.write(stream, [Change("create", record.key, record, **more)])
    return outcome


def problem_of(outcome: Outcome) -> Problem:
    assert outcome.problem is not None, "the write was called done"
    assert "rejected" == outcome.problem.kind
    return outcome.problem


def document(erp: Connector, outcome: Outcome) -> Document:
    assert outcome.problem is None, outcome.problem
    (record,) = [
        record
        for page in erp.read("documents", Selection(keys=(str(outcome.target),)))
        for record in page.records
    ]
    assert isinstance(record, Document)
    return record


def totals(sale: dict[str, Any]) -> tuple[D, D, D]:
    return sale["untaxed_amount"], sale["tax_amount"], sale["total_amount"]


# ----------------------------------------------------------------------------------------------------- orders


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
    assert "8.33 / 1.66 / 9.99" in problem.message.fr
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
    draft = order(customer, line(tea.key, "1", "100.00", "20.00", title="Thé très cher"))
    problem = problem_of(write(erp, draft))
    assert (
        "« Thé très cher » : 100.00 HT à 20 % dans la boutique, 100.00 à 5.5 % dans Tryton."
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
    assert "lines" == problem.field


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


# ---------------------------------------------------------------------------------------------------- crashes

WRITES = ("create", "write", "delete", "quote", "confirm", "process", "draft", "cancel")


class CrashAt(httpx.BaseTransport):
    """Breaks the line at the nth request that changes something: before it leaves, or after Tryton has done it."""

    names: ClassVar[list[str]] = []

    def __init__(self, number: int, *, done: bool) -> None:
        self.number = number
        self.done = done
        self.crashed = ""
        self._real = httpx.HTTPTransport()

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        method = str(msgspec.json.decode(request.read())["method"]).removeprefix("model.")
        if method.rpartition(".")[2] in WRITES:
            self.number -= 1
        if self.number == 0 and not self.crashed:
            self.crashed = method
            if self.done:
                self._real.handle_request(request).read()
            raise httpx.ReadError("the agent died here")
        return self._real.handle_request(request)

    def close(self) -> None:
        self._real.close()


@pytest.mark.parametrize("done", [False, True], ids=["before the step", "after the step"])
def test_a_crash_at_any_step_is_repaired_by_writing_the_same_draft_again(
    server: Tryton, erp: Connector, merchant: Merchant, customer: str, pot: CreatedProduct, done: bool
) -> None:
    steps = []
    for number in count(1):
        place = replace(
            LYON, line1=f"{next(numbers)} rue des Tables-Claudiennes"
        )  # an address to create as well
        draft = order(customer, line(pot.key, "1", "8.33", "1.66"), billing=place)
        line_that_breaks = CrashAt(number, done=done)
        dying = connect(server, line_that_breaks)
        try:
            assert write(dying, draft).done
            assert not line_that_breaks.crashed
            break  # no step is left to crash at
        except TransientError:
            steps.append(line_that_breaks.crashed)
        assert write(erp, draft).done
        (sale,) = merchant.sales(draft.key)
        assert ("processing", D("9.99")) == (sale["state"], sale["total_amount"]), f"after {steps[-1]}"
        assert (1, 1) == (len(sale["shipments"]), len(sale["invoices"]))
    assert [
        "party.address.create",
        "sale.sale.create",
        "sale.sale.write",
        "sale.sale.quote",
        "sale.sale.confirm",
    ] == steps


def test_two_writers_at_once_leave_one_sale(
    erp: Connector, merchant: Merchant, customer: str, pot: CreatedProduct
) -> None:
    """As if another agent had created its draft in the same instant."""
    draft = order(customer, line(pot.key, "1", "49.90", "9.98"))
    party = merchant.one("party.party", ["code", "=", customer])["id"]
    twins = [merchant.create_sale(party, pot.products[0], "1", "1.00") for _ in range(2)]
    merchant.write("sale.sale", twins, reference=draft.key, shipment_cost_method=None)
    outcome = write(erp, draft)
    assert str(twins[0]) == outcome.target
    assert ["processing", "cancelled"] == [sale["state"] for sale in merchant.sales(draft.key)]


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


def test_a_shipment_being_prepared_is_said(
    erp: Connector, merchant: Merchant, customer: str, pot: CreatedProduct
) -> None:
    outcome = write(erp, order(customer, line(pot.key, "1", "49.90", "9.98")))
    (shipment,) = merchant.find("stock.shipment.out", ["moves.sale", "=", int(str(outcome.target))])
    merchant.click("stock.shipment.out", "wait", shipment["id"])
    merchant.click("stock.shipment.out", "assign_force", shipment["id"])
    assert ("preparing", "preparation") == (document(erp, outcome).state, document(erp, outcome).kind)


# -------------------------------------------------------------------------------------------------- customers


def new_customer(**more: Any) -> CustomerDraft:
    number = next(numbers)
    known = {"account_title": f"DURAND Anne {number}", "email": f"anne{number}@example.org", "billing": LYON}
    return CustomerDraft(
        key=f"email:anne{number}@example.org", customer=Customer(key="", **{**known, **more})
    )


def read_customer(erp: Connector, outcome: Outcome) -> Customer:
    assert outcome.problem is None, outcome.problem
    (found,) = [
        record
        for page in erp.read("customers", Selection(keys=(str(outcome.target),)))
        for record in page.records
    ]
    assert isinstance(found, Customer)
    return found


def test_a_company_is_created_with_its_identifiers(erp: Connector) -> None:
    wanted = new_customer(
        account_title="Carat SARL", siret="732 829 320 00074", vat_number="FR 40 303 265 045", phone="04 72 00 00 00",
        deliveries=[BRUSSELS], price_category="1",
    )  # fmt: skip
    found = read_customer(erp, write(erp, wanted))
    assert ("Carat SARL", "73282932000074", "FR40303265045") == (
        found.account_title,
        found.siret,
        found.vat_number,
    )
    assert ("04 72 00 00 00", "1") == (found.phone, found.price_category)
    assert ["BE"] == [place.country for place in found.deliveries]
    assert found.billing is not None
    assert ("3 rue Mercière", "Anne Durand", "FR") == (
        found.billing.line1,
        found.billing.last_name,
        found.billing.country,
    )


def test_a_customer_known_by_e_mail_or_siret_is_not_created_again(erp: Connector, merchant: Merchant) -> None:
    merchant.create_party("Connue par courriel", email="Connue_1@Example.org")
    merchant.create_party("Connue par SIRET", siret="55210055400013")
    for known, wanted in (
        ("Connue par courriel", new_customer(email="connue_1@example.ORG")),
        ("Connue par SIRET", new_customer(siret="552 100 554 00013")),
    ):
        outcome = write(erp, wanted)
        assert outcome.existed
        assert known == read_customer(erp, outcome).account_title
        again = write(erp, replace(wanted, customer=replace(wanted.customer, email="", siret=None)))
        assert outcome.target == again.target, "our reference stays with the party"


def test_two_parties_with_one_e_mail_become_a_question(erp: Connector, merchant: Merchant) -> None:
    for name in ("Jumelle 1", "Jumelle 2"):
        merchant.create_party(name, email="jumelle@example.org")
    assert "email" == problem_of(write(erp, new_customer(email="jumelle@example.org"))).field


@pytest.mark.parametrize(("field", "value"), [("siret", "12345678900011"), ("vat_number", "FR00000000000")])
def test_a_wrong_identifier_names_its_field_and_leaves_no_half_customer(
    erp: Connector, merchant: Merchant, field: str, value: str
) -> None:
    wanted = new_customer(**{field: value})
    assert field == problem_of(write(erp, wanted)).field
    assert [] == merchant.find("party.party", ["name", "=", wanted.customer.account_title])


def test_a_creation_cut_before_its_siret_is_completed(
    server: Tryton, erp: Connector, merchant: Merchant
) -> None:
    wanted = new_customer(siret="44306184100047")
    with pytest.raises(TransientError):
        write(connect(server, CrashAt(2, done=False)), wanted)
    found = read_customer(erp, write(erp, wanted))
    assert "44306184100047" == found.siret
    assert 1 == len(merchant.find("party.party", ["name", "=", wanted.customer.account_title]))


def test_a_moved_customer_is_moved_and_not_given_a_second_home(erp: Connector) -> None:
    before = new_customer()
    known = write(erp, before)
    after = replace(
        before, customer=replace(before.customer, billing=replace(LYON, line1="9 quai Saint-Antoine"))
    )
    (outcome,) = erp.write("customer_drafts", [Change("update", before.key, after, before, known.target)])
    found = read_customer(erp, outcome)
    assert found.billing is not None
    assert ("9 quai Saint-Antoine", []) == (found.billing.line1, found.deliveries)


def test_a_merged_party_leads_to_the_one_it_became(
    erp: Connector, merchant: Merchant, pot: CreatedProduct
) -> None:
    wanted = new_customer()
    old = write(erp, wanted)
    kept = merchant.create_party("Celle qui reste")
    (source,) = merchant.find("party.party", ["code", "=", old.target])
    merchant.merge(source["id"], kept)
    code = str(merchant.one("party.party", ["id", "=", kept], fields=["code"])["code"])
    assert code == write(erp, wanted).target
    draft = order(str(old.target), line(pot.key, "1", "49.90", "9.98"))
    assert code == document(erp, write(erp, draft)).customer
