"""Stock, customers and documents of Tryton are read as they are; readings go on, and nothing is lost between them."""

from decimal import Decimal as D

import pytest

from raccord_connectors.canonical import (
    Customer,
    DepotStock,
    Document,
    Invoice,
    Record,
    StockLevels,
    TaxAmount,
)
from raccord_connectors.erp.tryton import Tryton as Connector
from raccord_connectors.erp.tryton import reading
from raccord_connectors.registry import build
from support import tryton_fixtures as given
from support.tryton_merchant import Merchant, TrytonRefused
from support.tryton_reading import cursor, keys, one, pages
from support.tryton_server import Tryton

pytestmark = pytest.mark.counterpart
erp, merchant, server = given.erp, given.merchant, given.server


def depots(erp: Connector, item: str) -> dict[str, DepotStock]:
    levels: StockLevels = one(erp, "stock", item)
    return {depot.depot: depot for depot in levels.depots}


def warehouse(merchant: Merchant, code: str) -> str:
    return str(merchant.one("stock.location", ["code", "=", code])["id"])


def test_stock_is_counted_per_warehouse_and_seen(merchant: Merchant, erp: Connector) -> None:
    made = merchant.create_product("CHAISE", "Chaise", "80.00")
    lyon, lille = warehouse(merchant, "LYON"), warehouse(merchant, "LILLE")
    assert [D(0), D(0)] == [depots(erp, made.key)[depot].real for depot in (lyon, lille)]
    since = cursor(erp, "stock")
    merchant.set_stock(made.products[0], "7")
    merchant.set_stock(made.products[0], "2", "LILLE")
    assert made.key in keys(pages(erp, "stock", since=since))
    assert [D(7), D(2)] == [depots(erp, made.key)[depot].real for depot in (lyon, lille)]


def test_what_suppliers_owe_is_ordered_also_when_it_is_late(merchant: Merchant, erp: Connector) -> None:
    made = merchant.create_product("ATTENDU", "Article attendu", "8.00")
    supplier = merchant.one("stock.location", ["type", "=", "supplier"])["id"]
    lyon = merchant.one("stock.location", ["code", "=", "LYON"], fields=["input_location"])
    merchant.create(
        "stock.move",
        product=made.products[0],
        quantity=30.0,
        unit=merchant.one("product.uom", ["symbol", "=", "u"])["id"],
        from_location=supplier,
        to_location=lyon["input_location"],
        company=merchant.company,
        unit_price=D(3),
        currency=merchant.one("currency.currency", ["code", "=", "EUR"])["id"],
        planned_date=merchant.today().replace(day=1),
    )
    found = depots(erp, made.key)[str(lyon["id"])]
    assert (D(0), D(30), D(0)) == (found.real, found.ordered, found.reserved)


def test_only_the_chosen_warehouses_are_counted(server: Tryton, merchant: Merchant) -> None:
    made = merchant.create_product("TABLE", "Table", "300.00")
    connector = build("tryton", server.settings(warehouses=["dépôt lille"]))
    assert [warehouse(merchant, "LILLE")] == list(depots(connector, made.key))  # type: ignore[arg-type]


def test_services_have_no_stock(merchant: Merchant, erp: Connector) -> None:
    made = merchant.create_product("POSE", "Pose à domicile", "60.00", kind="service", tax="Services 20")
    assert "untracked" == one(erp, "products", made.key).stock_policy
    assert made.key not in keys(pages(erp, "stock"))


def test_a_second_variant_gives_all_items_new_keys_at_once(merchant: Merchant, erp: Connector) -> None:
    made = merchant.create_product("DUO", "Devient double", "10.00")
    since = {stream: cursor(erp, stream) for stream in ("products", "prices", "stock")}
    second = merchant.create("product.product", template=made.template, suffix_code="-2")
    items = {f"{made.key}.{made.products[0]}", f"{made.key}.{second}"}
    for stream in ("prices", "stock"):
        assert items <= keys(pages(erp, stream, since=since[stream])), (
            f"{stream}: the first variant has a new key too"
        )
        assert set() == keys(pages(erp, stream, keys=(made.key,))), "the old key is no item any more"
    assert items == set(one(erp, "products", made.key).items())


# -------------------------------------------------------------------------------------------------- customers


def test_a_party_is_a_customer_with_its_identifiers_and_addresses(merchant: Merchant, erp: Connector) -> None:
    party = merchant.create_party("Carat SARL", email="achat@carat.example", siret="73282932000074")
    merchant.create("party.identifier", party=party, type="eu_vat", code="FR40303265045")
    merchant.create(
        "party.contact_mechanism", party=party, type="email", value="compta@carat.example", name="Compta"
    )
    code = merchant.one("party.party", ["id", "=", party], fields=["code"])["code"]
    customer: Customer = one(erp, "customers", code)
    assert ("Carat SARL", "Carat SARL") == (customer.account_title, customer.company)
    assert ("73282932000074", "FR40303265045") == (customer.siret, customer.vat_number)
    assert "achat@carat.example" == customer.email
    assert [("compta@carat.example", "Compta")] == [(one.email, one.role) for one in customer.contacts]
    assert customer.billing is not None
    assert ("1 place Bellecour", "69002", "Lyon", "FR") == (
        customer.billing.line1, customer.billing.postal_code, customer.billing.city, customer.billing.country,
    )  # fmt: skip


def test_a_new_phone_number_is_a_change_of_the_customer(merchant: Merchant, erp: Connector) -> None:
    party = merchant.create_party("Durand")
    code = merchant.one("party.party", ["id", "=", party], fields=["code"])["code"]
    since = cursor(erp, "customers")
    merchant.create("party.contact_mechanism", party=party, type="phone", value="04 72 00 00 00")
    assert code in keys(pages(erp, "customers", since=since))
    assert "04 72 00 00 00" == one(erp, "customers", code).phone


def test_the_company_itself_is_no_customer(erp: Connector) -> None:
    names = {
        record.account_title
        for page in pages(erp, "customers")
        for record in page.records
        if isinstance(record, Customer)
    }
    assert "Maison Raccord" not in names


# ---------------------------------------------------------------------------------------------------- reading


def test_a_long_reading_goes_on_where_it_was_cut(
    merchant: Merchant, erp: Connector, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With pages of three rows instead of hundreds."""
    monkeypatch.setattr(reading, "PAGE", 3)
    changed = merchant.create_product("COUPE", "Lecture coupée", "1.00")
    whole = pages(erp, "products")
    assert len(whole) > 3
    assert all(len(page.records) + len(page.rejected) <= 3 for page in whole)
    first_two = keys(whole[:2])
    merchant.write("product.template", int(whole[0].records[0].key), name="Changé pendant la lecture")
    rest = pages(erp, "products", since=whole[1].cursor)
    assert keys(whole) == first_two | keys(rest)
    assert not first_two & keys(rest), "what was read before the cut is not read again"
    later = pages(erp, "products", since=rest[-1].cursor)
    assert {whole[0].records[0].key, changed.key} <= keys(later), (
        "but what changed meanwhile comes afterwards"
    )


def test_an_unchanged_catalogue_is_not_read_again(server: Tryton) -> None:
    """Without overlap nothing changed since the cursor, so one request finds nothing."""
    connector = build("tryton", server.settings(overlap_seconds=0))
    assert isinstance(connector, Connector)
    since = cursor(connector, "products")
    future = since.replace(since[since.index("20") : since.index("20") + 4], "2099")
    assert set() == keys(pages(connector, "products", since=future))


def test_a_verb_between_two_pages_disturbs_nothing(erp: Connector, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading, "PAGE", 5)
    alone = keys(pages(erp, "prices"))
    found: list[Record] = []
    for page in erp.read("prices"):
        found += page.records
        erp.check()
        next(iter(erp.read("stock")))
    assert alone == {record.key for record in found}


def test_the_merchants_helper_raises_what_tryton_refuses(merchant: Merchant) -> None:
    with pytest.raises(TrytonRefused, match="n'est pas valide"):
        merchant.create_product("FAUX", "EAN faux", "1.00", ean="3760123456789")


def test_documents_of_all_kinds_can_be_read(merchant: Merchant, erp: Connector) -> None:
    party = merchant.create_party("Client du comptoir")
    made = merchant.create_product("COMPTOIR", "Article du comptoir", "12.00")
    sale = merchant.create_sale(party, made.products[0], "2", "12.00")
    document: Document = one(erp, "documents", str(sale))
    assert ("draft", "quotation", "") == (document.state, document.kind, document.reference)
    assert (D(24), D("4.8"), D("28.8")) == (document.net, document.tax, document.gross)
    merchant.cancel(sale)
    assert "cancelled" == one(erp, "documents", str(sale)).state


def test_an_invoice_says_its_sale_and_its_credit_note_says_what_it_corrects(
    merchant: Merchant, erp: Connector
) -> None:
    party = merchant.create_party("Client facturé")
    made = merchant.create_product("FACTURE", "Article facturé", "12.00")
    sale = merchant.create_sale(party, made.products[0], "2", "12.00")
    merchant.write("sale.sale", sale, carrier=merchant.find("carrier")[0]["id"], reference="K3QZ-77")
    for button in ("quote", "confirm", "process"):
        merchant.click("sale.sale", button, sale)
    number = merchant.post_invoice(sale)
    key = merchant.one("account.invoice", ["number", "=", number])["id"]
    found: Invoice = one(erp, "invoices", str(key))
    assert ("invoice", number, [str(sale)], ["K3QZ-77"]) == (
        found.kind, found.number, found.documents, found.references,
    )  # fmt: skip
    assert (D(24), D("4.8"), D("28.8")) == (found.net, found.tax, found.gross)
    assert [TaxAmount(D(20), D(24), D("4.8"))] == found.taxes
    assert {D(20)} == {line.rate for line in found.lines}, "of the tax that the chart's group stands for"
    back: Invoice = one(erp, "invoices", str(merchant.give_back(key)))
    assert ("credit", [number], ["K3QZ-77"]) == (back.kind, back.corrects, back.references)
    assert (D(24), D("28.8"), D(2)) == (back.net, back.gross, back.lines[0].quantity)
