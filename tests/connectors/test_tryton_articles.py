"""What a merchant does to articles and prices in Tryton is what is read, at once and afterwards."""

from decimal import Decimal as D

import pytest

from raccord_connectors.canonical import Category, Price, PriceSet, Product
from raccord_connectors.erp.tryton import Tryton as Connector
from raccord_connectors.registry import build
from support import tryton_fixtures as given
from support.tryton_merchant import Merchant, Variant
from support.tryton_reading import cursor, keys, one, pages, rejection
from support.tryton_server import Tryton

pytestmark = pytest.mark.counterpart
erp, merchant, server = given.erp, given.merchant, given.server


BLUE, RED = {"couleur": "bleu", "taille": "M"}, {"couleur": "rouge", "taille": "M"}


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
