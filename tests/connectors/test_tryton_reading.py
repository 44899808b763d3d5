"""What a merchant does in Tryton is what the connector reads, at once and afterwards."""

from collections.abc import Iterator
from decimal import Decimal as D
from typing import Any

import pytest

from raccord_connectors.canonical import (
    Category,
    Customer,
    DepotStock,
    Document,
    Price,
    PriceSet,
    Product,
    Record,
    StockLevels,
)  # fmt: skip
from raccord_connectors.contract import Page, Rejection, Selection
from raccord_connectors.erp.tryton import Tryton as Connector
from raccord_connectors.erp.tryton import reading
from raccord_connectors.registry import build
from support.tryton_merchant import Merchant, TrytonRefused, Variant
from support.tryton_server import Tryton, tryton

pytestmark = pytest.mark.counterpart

BLUE, RED = {"couleur": "bleu", "taille": "M"}, {"couleur": "rouge", "taille": "M"}


@pytest.fixture(scope="module")
def server() -> Iterator[Tryton]:
    with tryton() as running:
        yield running


@pytest.fixture(scope="module")
def merchant(server: Tryton) -> Merchant:
    return server.manager


@pytest.fixture(scope="module")
def erp(server: Tryton) -> Iterator[Connector]:
    connector = build("tryton", server.settings())
    assert isinstance(connector, Connector)
    yield connector
    connector.close()


def pages(erp: Connector, stream: str, **wanted: Any) -> list[Page]:
    return list(erp.read(stream, Selection(**wanted)))


def one(erp: Connector, stream: str, key: str) -> Any:
    (record,) = [record for page in pages(erp, stream, keys=(key,)) for record in page.records]
    return record


def keys(found: list[Page]) -> set[str]:
    return {record.key for page in found for record in page.records}


def cursor(erp: Connector, stream: str) -> str:
    last = pages(erp, stream)[-1].cursor
    assert last is not None
    return last


def rejection(erp: Connector, stream: str, key: str) -> Rejection:
    (found,) = [one for page in pages(erp, stream, keys=(key,)) for one in page.rejected]
    return found


# --------------------------------------------------------------------------------------------------- articles


def test_an_article_with_variants_has_axes_codes_and_eans(merchant: Merchant, erp: Connector) -> None:
    made = merchant.create_product(
        "TABLIER",
        "Tablier de cuisine",
        "24.90",
        tax="TVA 20",
        categories=["Textile"],
        variants=[Variant("-B", BLUE, ean="3760123456784"), Variant("-R", RED, ean="4006381333931")],
    )
    product: Product = one(erp, "products", made.key)
    assert ("TABLIER", "Tablier de cuisine", "u") == (product.sku, product.name, product.unit)
    assert [("couleur", "Couleur")] == [(axis.key, axis.title) for axis in product.axes]
    assert [
        (made.items[0], "TABLIER-B", {"couleur": "Bleu"}, "3760123456784"),
        (made.items[1], "TABLIER-R", {"couleur": "Rouge"}, "4006381333931"),
    ] == [(variant.key, variant.sku, variant.options, variant.ean) for variant in product.variants]
    assert {"taille": "M"} == product.custom, "an attribute that all variants share is no axis"
    assert product.tax is not None
    assert D(20) == product.tax.rate
    (category,) = product.categories
    textile: Category = one(erp, "categories", category)
    assert "Textile" == textile.name
    assert textile.parent is not None
    assert "Maison" == one(erp, "categories", textile.parent).name


def test_an_article_of_one_variant_is_a_simple_product(merchant: Merchant, erp: Connector) -> None:
    made = merchant.create_product("MOULIN", "Moulin à café", "39.00", ean="3760123456784", tax="TVA 5,5")
    product: Product = one(erp, "products", made.key)
    assert ("MOULIN", "3760123456784", [], []) == (product.sku, product.ean, product.axes, product.variants)
    assert [made.key] == product.items() == made.items
    assert product.tax is not None
    assert D("5.5") == product.tax.rate
    assert ("tracked", True, True) == (product.stock_policy, product.active, product.published)


def test_variants_that_attributes_do_not_tell_apart_differ_by_code(
    merchant: Merchant, erp: Connector
) -> None:
    made = merchant.create_product("BOL", "Bol", "5.00", variants=[Variant("-S", BLUE), Variant("-L", BLUE)])
    product: Product = one(erp, "products", made.key)
    assert [{"variant": "-S"}, {"variant": "-L"}] == [variant.options for variant in product.variants]


def test_a_deactivated_article_is_seen_and_stays_readable(merchant: Merchant, erp: Connector) -> None:
    made = merchant.create_product("VIEUX", "Modèle ancien", "1.00")
    since = cursor(erp, "products")
    merchant.deactivate(made)
    (found,) = [
        record
        for page in pages(erp, "products", since=since)
        for record in page.records
        if record.key == made.key
    ]
    assert isinstance(found, Product)
    assert not found.active
    assert made.key in keys(pages(erp, "products")), "retired is not deleted"
    assert made.key in keys(pages(erp, "prices"))


def test_one_retired_variant_leaves_the_others_their_keys(merchant: Merchant, erp: Connector) -> None:
    made = merchant.create_product("GANT", "Gant", "9.00", variants=[Variant("-B", BLUE), Variant("-R", RED)])
    merchant.write("product.product", made.products[0], active=False)
    product: Product = one(erp, "products", made.key)
    assert [(made.items[0], False), (made.items[1], True)] == [
        (one.key, one.active) for one in product.variants
    ]
    assert product.active


def test_an_article_withdrawn_from_sale_is_not_published(merchant: Merchant, erp: Connector) -> None:
    made = merchant.create_product("RETRAIT", "Article retiré", "1.00")
    merchant.withdraw(made)
    product: Product = one(erp, "products", made.key)
    assert (False, True) == (product.published, product.active)


def test_an_ean_typed_on_the_variant_alone_is_a_change_of_the_article(
    merchant: Merchant, erp: Connector
) -> None:
    made = merchant.create_product("CARAFE", "Carafe", "15.00")
    since = cursor(erp, "products")
    merchant.create("product.identifier", product=made.products[0], type="ean", code="4006381333931")
    assert made.key in keys(pages(erp, "products", since=since))
    assert "4006381333931" == one(erp, "products", made.key).ean


def test_an_accounting_category_with_another_tax_changes_its_articles(
    merchant: Merchant, erp: Connector
) -> None:
    category = merchant.create("product.category", name="Taux du livre", accounting=True)
    made = merchant.create_product("LIVRE", "Livre", "10.00")
    merchant.write("product.template", made.template, account_category=category)
    since = cursor(erp, "products")
    tax = merchant.one("account.tax", ["name", "=", "T.V.A. Vente de biens 5,5%"])["id"]
    merchant.write("product.category", category, customer_taxes=[["add", [tax]]])
    (found,) = [
        record
        for page in pages(erp, "products", since=since)
        for record in page.records
        if record.key == made.key
    ]
    assert isinstance(found, Product)
    assert found.tax is not None
    assert D("5.5") == found.tax.rate


def test_a_weight_is_read_in_grams(merchant: Merchant, erp: Connector) -> None:
    made = merchant.create_product("POIDS", "Poids de table", "3.00")
    pound = merchant.one("product.uom", ["symbol", "=", "kg"])["id"]
    merchant.write("product.template", made.template, weight=1.25, weight_uom=pound)
    assert D(1250) == one(erp, "products", made.key).weight_g


def test_names_are_read_in_the_other_languages(server: Tryton, merchant: Merchant) -> None:
    made = merchant.create_product("VERRE", "Verre à pied", "4.00")
    merchant.rpc(
        "model.product.template.write", [made.template], {"name": "Wine glass"}, context={"language": "en"}
    )
    connector = build("tryton", server.settings(other_languages=["en"]))
    product: Product = one(connector, "products", made.key)  # type: ignore[arg-type]
    assert {"fr": "Verre à pied", "en": "Wine glass"} == product.names


def test_a_field_of_their_own_is_read_when_it_is_chosen(server: Tryton, merchant: Merchant) -> None:
    made = merchant.create_product("CONSO", "Consommable", "1.00")
    merchant.write("product.template", made.template, consumable=True)
    connector = build("tryton", server.settings(article_fields=["consumable"]))
    product: Product = one(connector, "products", made.key)  # type: ignore[arg-type]
    assert product.custom["consumable"]
    assert "untracked" == product.stock_policy


def test_an_article_for_sale_without_a_code_is_held_with_its_name(merchant: Merchant, erp: Connector) -> None:
    made = merchant.create_product("", "Sans code", "1.00")
    problem = rejection(erp, "products", made.key).problem
    assert "sku" == problem.field
    assert "Sans code" in problem.message.fr
    assert "Sans code" in problem.message.en


def test_an_article_without_variant_is_held(merchant: Merchant, erp: Connector) -> None:
    made = merchant.create_product("VIDE", "Gabarit vide", "1.00")
    merchant.delete("product.product", *made.products)
    assert "variants" == rejection(erp, "products", made.key).problem.field


# ----------------------------------------------------------------------------------------------------- prices


def test_prices_come_with_their_list_their_tier_and_their_tax_flag(
    merchant: Merchant, erp: Connector
) -> None:
    made = merchant.create_product("LAMPE", "Lampe", "50.00", cost="21.50")
    prices: PriceSet = one(erp, "prices", made.key)
    resellers = str(merchant.one("product.price_list", ["name", "=", "Revendeurs"])["id"])
    public = str(merchant.one("product.price_list", ["name", "=", "Boutique TTC"])["id"])
    assert [
        Price(amount=D(50), tax_included=False),
        Price(amount=D(40), tax_included=False, category=resellers),
        Price(amount=D(35), tax_included=False, category=resellers, minimum=D(10)),
        Price(amount=D(60), tax_included=True, category=public),
    ] == prices.prices
    assert D("21.5") == prices.purchase


def test_a_variant_may_have_its_own_price(merchant: Merchant, erp: Connector) -> None:
    made = merchant.create_product(
        "NAPPE", "Nappe", "30.00", variants=[Variant("-B", BLUE), Variant("-R", RED, price="33.00")]
    )
    assert [D(30), D(33)] == [one(erp, "prices", item).prices[0].amount for item in made.items]


def test_a_new_price_is_seen_and_only_that_digest_changes(merchant: Merchant, erp: Connector) -> None:
    made = merchant.create_product("VASE", "Vase", "20.00")
    since, before = cursor(erp, "prices"), pages(erp, "prices", sketch=True)
    merchant.change_price(made, "21.90")
    assert made.key in keys(pages(erp, "prices", since=since))
    assert D("21.9") == one(erp, "prices", made.key).prices[0].amount
    after = pages(erp, "prices", sketch=True)
    old, new = (
        {key: one for page in found for key, one in page.digests.items()} for found in (before, after)
    )
    assert {made.key} == {key for key in new if old.get(key) != new[key]}


def test_a_line_of_a_price_list_for_one_article_changes_that_article(
    merchant: Merchant, erp: Connector
) -> None:
    made = merchant.create_product("PROMO", "Article en promotion", "10.00")
    price_list = merchant.one("product.price_list", ["name", "=", "Revendeurs"])["id"]
    since = cursor(erp, "prices")
    line = merchant.create(
        "product.price_list.line",
        price_list=price_list,
        product=made.products[0],
        formula="Decimal('6.66')",
        sequence=1,
    )
    assert made.key in keys(pages(erp, "prices", since=since))
    assert D("6.66") in [price.amount for price in one(erp, "prices", made.key).prices]
    merchant.delete("product.price_list.line", line)


def test_a_line_of_a_price_list_for_all_changes_all(merchant: Merchant, erp: Connector) -> None:
    since = cursor(erp, "prices")
    price_list = merchant.one("product.price_list", ["name", "=", "Boutique TTC"])["id"]
    (line,) = merchant.find("product.price_list.line", ["price_list", "=", price_list])
    merchant.write("product.price_list.line", line["id"], formula="unit_price * 1.2 + 0")
    assert keys(pages(erp, "prices")) == keys(pages(erp, "prices", since=since))


def test_a_formula_that_fails_holds_its_article_and_no_other(merchant: Merchant, erp: Connector) -> None:
    broken = merchant.create_product("CASSE", "Formule cassée", "10.00")
    sound = merchant.create_product("SAIN", "Formule saine", "10.00")
    price_list = merchant.one("product.price_list", ["name", "=", "Revendeurs"])["id"]
    line = merchant.create(
        "product.price_list.line",
        price_list=price_list,
        product=broken.products[0],
        formula="unit_price / (list_price - 10)",
        sequence=1,
    )
    problem = rejection(erp, "prices", broken.key).problem
    assert "Formule cassée" in problem.message.fr
    assert sound.key in keys(pages(erp, "prices"))
    merchant.delete("product.price_list.line", line)


# ------------------------------------------------------------------------------------------------------ stock


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
