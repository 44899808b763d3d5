"""What rules can read and fill, as an editor shows it, and what the fields do with the values that they get."""

from decimal import Decimal
from typing import Any

import msgspec
import pytest

from raccord.core.channel import ChannelSettings, PriceRules
from raccord.core.default_mapping import default_mapping
from raccord.core.rules import Mapping, MappingError, Rule, Table, compile_rules, parse_target
from raccord.core.source_titles import GROUPS as SOURCE_GROUPS
from raccord.core.source_titles import TITLES, source_of, sources_of
from raccord.core.sources import FOR_ALL, FOR_ITEMS
from raccord.core.steps import Arithmetic, Formula, Join, Lookup, Round, Split
from raccord.core.targets import GROUPS, OPENINGS, STANDARD, openings_of, target_of, targets_of
from raccord_connectors.canonical import (
    Listing,
    MediaRef,
    Offer,
    OfferPrice,
    Packaging,
    PriceSet,
    Product,
    StockLevels,
    Tax,
    Variant,
)
from raccord_connectors.contract import Can, CustomField, Discovery, Feature, StreamSpec
from support.catalogue import TODAY, prices, product, projection, stock, with_variants

D = Decimal
NEEDED = [
    Rule(target="name", sources=["product.name"]),
    Rule(target="offer.sku", sources=["item.sku"]),
    Rule(target="offer.price", sources=["price"]),
]


def projected(
    article: Product, *rules: Rule, known: dict[str, PriceSet] | None = None, **options: Any
) -> Any:
    mapping = Mapping(
        [*(one for one in NEEDED if one.target not in {r.target for r in rules}), *rules],
        options.pop("tables", {}),
    )
    levels: dict[str, StockLevels] | None = options.pop("levels", None)
    given = known if known is not None else {item: prices(item, "10") for item in article.items()}
    return projection(mapping=mapping, **options).listing(article, given, {}, TODAY, levels)


def listing(article: Product, *rules: Rule, **options: Any) -> Listing:
    found = projected(article, *rules, **options)
    assert found.listing is not None, found.problem
    made: Listing = found.listing
    return made


def offer(article: Product, *rules: Rule, **options: Any) -> Offer:
    return listing(article, *rules, **options).offers[0]


# -------------------------------------------------------------------------------------------- what can be told


def test_every_field_of_a_listing_and_an_offer_is_a_target() -> None:
    beside = {"key", "published", "offers", "axes", "pictures", "track_stock", "custom", "features"}
    of_listing = {field.name for field in msgspec.structs.fields(Listing)} - beside
    assert of_listing == {one.path for one in STANDARD if not one.path.startswith("offer.")}
    beside = {"key", "active", "pictures", "custom", "options"}
    of_offer = {f"offer.{field.name}" for field in msgspec.structs.fields(Offer)} - {
        f"offer.{name}" for name in beside
    }
    assert of_offer == {one.path for one in STANDARD if one.path.startswith("offer.")}
    assert {"features.", "custom.", "offer.custom.", "names.", "descriptions.", "offer.options."} == {
        one.prefix for one in OPENINGS
    }


def test_every_plain_field_of_an_article_is_a_source_with_a_title() -> None:
    inside = {"tax", "eco_contribution", "packagings", "media", "axes", "variants", "components", "custom"}
    assert {
        f"product.{field.name}" for field in msgspec.structs.fields(Product) if field.name not in inside
    } <= set(FOR_ALL)
    assert {
        f"item.{field.name}"
        for field in msgspec.structs.fields(Variant)
        if field.name not in {"options", "media", "custom"}
    } <= set(FOR_ITEMS)
    assert set(TITLES) == {*FOR_ALL, *FOR_ITEMS}


def test_what_a_shop_takes_is_narrowed_by_what_it_declares_and_lacks() -> None:
    stream = StreamSpec(
        "listings",
        frozenset({Can.CREATE}),
        fields=("name", "custom", "offer.sku", "offer.price", "seo_title", "features"),
    )
    shop = Discovery(
        custom_fields=(
            CustomField("listings", "couleur", "La couleur"),
            CustomField("listings", "offers.rayon", "Rayon"),
        ),
        features=(Feature("Matière", ("hêtre",)),),
        missing_fields=("seo_title",),
    )
    found = [one.path for one in targets_of(stream, shop, used=["descriptions.de"])]
    assert {
        "name",
        "offer.sku",
        "offer.price",
        "custom.couleur",
        "features.Matière",
        "descriptions.de",
    } == set(found)
    assert ["custom.", "features.", "offer.options."] == sorted(
        one.prefix for one in openings_of(stream, shop)
    )
    everything = targets_of(None, shop)
    assert "offer.custom.rayon" in {one.path for one in everything}
    groups = [one.group for one in everything]
    assert groups == sorted(groups, key=list(GROUPS).index)
    assert "La couleur" == next(one.title.fr for one in everything if one.path == "custom.couleur")


def test_targets_by_their_paths() -> None:
    for path in (
        "name",
        "offer.ean",
        "features.Couleur",
        "names.de",
        "offer.custom.a.b",
        "offer.options.Taille",
    ):
        target = target_of(path)
        assert target is not None
        assert path == target.path
        assert parse_target(path)
    for path in (
        "nom",
        "features",
        "features.",
        "offer.features.X",
        "custom",
        "offer.name",
        "ean",
        "offer.options",
        "axes",
    ):
        assert target_of(path) is None
        with pytest.raises(MappingError) as refused:
            parse_target(path)
        assert path == refused.value.target


def test_what_an_erp_has_is_offered_with_its_titles() -> None:
    erp = Discovery(
        custom_fields=(
            CustomField("products", "MARQUE", "Marque du fabricant"),
            CustomField("customers", "X", "X"),
        )
    )
    found = sources_of(erp, used=["item.options.Taille", "custom.ANCIEN"])
    by_path = {one.path: one for one in found}
    assert "Marque du fabricant" == by_path["product.custom.MARQUE"].title.fr
    assert "product.custom.X" not in by_path
    assert ("item", "item") == (by_path["item.options.Taille"].level, by_path["item.options.Taille"].group)
    former = by_path["custom.ANCIEN"]
    assert ("product", "custom", "ANCIEN") == (former.level, former.group, former.title.en)
    groups = [one.group for one in found]
    assert groups == sorted(groups, key=list(SOURCE_GROUPS).index)
    assert source_of("product.nom") is None
    assert source_of("product.__class__") is None


def test_every_source_can_be_read_by_a_rule_of_its_level() -> None:
    for one in sources_of(Discovery(custom_fields=(CustomField("products", "A b", "A b"),))):
        if one.kind == "other" and one.path not in ("price", "tiers", "categories"):
            continue
        target = "offer.custom.x" if one.level == "item" else "custom.x"
        compile_rules(Mapping([Rule(target=target, sources=[one.path])]))


# ------------------------------------------------------------------------------------------- what they read


def test_fields_inside_others_are_read() -> None:
    article = product(
        tax=Tax(code="V20", rate=D(20)),
        dimensions_mm=(D(1200), D(800), D("450.5")),
        packagings=[
            Packaging(key="1", title="Sac", quantity=D(2)),
            Packaging(key="6", title="Carton", quantity=D(6), ean="3017620422003", principal=True),
        ],
        media=[MediaRef(name="notice.pdf", kind="document"), MediaRef(name="a.jpg")],
        active=True,
    )
    made = listing(
        article,
        *(
            Rule(target=f"custom.{number}", sources=[path])
            for number, path in enumerate(
                ("product.tax.code", "product.dimensions_mm.height", "product.packaging.title", "product.packaging.quantity",
                 "product.documents", "product.eco_contribution.code", "product.active", "product.stock_policy")
            )
        ),
        Rule(target="offer.dimensions_mm", sources=["product.dimensions_mm"]),
    )  # fmt: skip
    assert {
        "0": "V20", "1": "450.5", "2": "Carton", "3": "6", "4": "notice.pdf", "6": True, "7": "tracked",
    } == made.custom  # fmt: skip
    assert (D(1200), D(800), D("450.5")) == made.offers[0].dimensions_mm


def test_a_rule_reads_the_stock_of_the_channels_depots_and_says_so() -> None:
    rule = Rule(target="offer.custom.dispo", steps=[Formula('stock.real > 5 ? "En stock" : "Sur commande"')])
    assert "En stock" == offer(product(), rule, levels={"CHAISE": stock("CHAISE", "6")}).custom["dispo"]
    assert "Sur commande" == offer(product(), rule, levels={"CHAISE": stock("CHAISE", "2")}).custom["dispo"]
    held = projected(product(), rule)
    assert "stock.real est vide" in held.problem.message.fr
    plain, direct = (Rule(target="offer.custom.x", sources=[path]) for path in ("item.sku", "stock.real"))
    assert [True, False, True] == [compile_rules(Mapping([one])).reads_stock for one in (rule, plain, direct)]


def test_the_values_of_an_axis_are_translated_by_a_table() -> None:
    tables = {"Couleurs": Table({"rouge": "Rouge vif", "bleu": "Bleu", "azur": "Bleu"})}
    rule = Rule(
        target="offer.options.Couleur", sources=["item.options.Couleur"], steps=[Lookup("Couleurs", "keep")]
    )
    made = listing(with_variants("T", "rouge", "vert"), rule, tables=tables)
    assert [{"Couleur": "Rouge vif"}, {"Couleur": "vert"}] == [one.options for one in made.offers]
    held = projected(with_variants("T", "bleu", "azur"), rule, tables=tables)
    assert "projection.same_options_inside" == held.problem.message.code
    assert "Couleur Bleu" in held.problem.message.fr
    assert {} == offer(product(), rule, tables=tables).options


# ------------------------------------------------------------------------------------------- what they take


def test_a_price_can_be_changed_by_rules_and_is_rounded_once() -> None:
    dearer = Rule(
        target="offer.price",
        sources=["price"],
        steps=[Arithmetic("multiply", D("1.02")), Round("x.99", "up")],
    )
    made = offer(product(), dearer)
    assert OfferPrice(amount=D("12.99"), tax_included=True, currency="EUR") == made.price
    formula = Rule(target="offer.price", steps=[Formula("price.amount / 3")])
    assert OfferPrice(amount=D(4), tax_included=True, currency="EUR") == offer(product(), formula).price


def test_an_article_may_have_its_price_from_another_field_only() -> None:
    rule = Rule(target="offer.price", sources=["product.custom.PRIX_WEB"])
    article = product(custom={"PRIX_WEB": "19,901"})
    settings = ChannelSettings(prices=PriceRules(currency="CHF"))
    made = offer(article, rule, known={}, settings=settings)
    assert OfferPrice(amount=D("19.9"), tax_included=True, currency="CHF") == made.price
    assert "projection.no_price" == projected(product(), rule, known={}).problem.message.code


@pytest.mark.parametrize(("typed", "word"), [("0", "zéro"), ("-3", "zéro"), ("gratuit", "nombre")])
def test_a_price_that_is_none_holds_the_article(typed: str, word: str) -> None:
    rule = Rule(target="offer.price", sources=["product.custom.PRIX"])
    problem = projected(product(custom={"PRIX": typed}), rule).problem
    assert ("projection.rule_failed", "offer.price") == (problem.message.code, problem.field)
    assert word in problem.message.fr
    assert "CHAISE" in problem.message.fr


def test_a_wrong_bar_code_made_by_a_rule_is_left_out_and_told() -> None:
    rule = Rule(target="offer.ean", sources=["product.custom.CODE"])
    assert "3017620422003" == offer(product(custom={"CODE": "3 017620 422003"}), rule).ean
    found = projected(product(custom={"CODE": "123"}), rule)
    assert found.listing.offers[0].ean is msgspec.UNSET
    assert ["projection.wrong_ean"] == [one.message.code for one in found.warnings]


def test_values_take_the_type_of_their_field() -> None:
    article = product(
        brand="A, B", custom={"L": "a;b;a", "C": "Maison > Salon", "D": "12 x 8 × 4,5", "P": "2,5"}
    )
    made = listing(
        article,
        Rule(target="tags", sources=["product.custom.L"], steps=[Split(";")]),
        Rule(target="features.Marque", sources=["product.brand"]),
        Rule(target="categories", sources=["product.custom.C"]),
        Rule(target="summary", sources=["product.custom.L"], steps=[Split(";")]),
        Rule(target="names.en", sources=["product.name"]),
        Rule(target="names.de", sources=["product.brand"]),
        Rule(target="custom.n", steps=[Formula("1.50 + 1")]),
        Rule(target="custom.t", steps=[Formula("1 > 2")]),
        Rule(target="offer.weight_g", sources=["product.custom.P"]),
        Rule(target="offer.dimensions_mm", sources=["product.custom.D"]),
    )
    assert (["a", "b"], {"Marque": ["A, B"]}, [["Maison", "Salon"]]) == (
        made.tags,
        made.features,
        made.categories,
    )
    assert ("a, b, a", {"en": "Article CHAISE", "de": "A, B"}) == (made.summary, made.names)
    assert {"n": "2.5", "t": False} == made.custom
    assert (D("2.5"), (D(12), D(8), D("4.5"))) == (made.offers[0].weight_g, made.offers[0].dimensions_mm)


@pytest.mark.parametrize(
    ("target", "path", "fields"),
    [
        ("name", "product.names", {"names": {"fr": "Chaise"}}),
        ("features.X", "product.names", {"names": {"fr": "Chaise"}}),
        ("categories", "product.names", {"names": {"fr": "Chaise"}}),
        ("names", "product.brand", {"brand": "Duval"}),
        ("offer.tiers", "product.brand", {"brand": "Duval"}),
        ("offer.weight_g", "product.brand", {"brand": "lourd"}),
        ("offer.weight_g", "product.brand", {"brand": "-1"}),
        ("offer.dimensions_mm", "product.brand", {"brand": "12 x 8"}),
        ("tax_rate", "product.brand", {"brand": "normal"}),
    ],
)
def test_a_value_that_does_not_fit_holds_the_article_and_names_rule_and_record(
    target: str, path: str, fields: dict[str, Any]
) -> None:
    problem = projected(product(**fields), Rule(target=target, sources=[path])).problem
    assert "projection.rule_failed" == problem.message.code
    known = target_of(target)
    assert known is not None
    for sentence, title in ((problem.message.fr, known.title.fr), (problem.message.en, known.title.en)):
        assert "CHAISE" in sentence
        assert title in sentence
    assert target == problem.field


def test_clearing_leaves_each_field_in_a_form_that_shops_take() -> None:
    paths = (
        "custom.c",
        "features.F",
        "descriptions.de",
        "names.de",
        "tags",
        "brand",
        "slug",
        "offer.weight_g",
        "offer.custom.o",
    )
    made = listing(
        product(), *(Rule(target=path, sources=["custom.VIDE"], when_empty="clear") for path in paths)
    )
    assert ({"c": None}, {"F": []}, {"de": ""}) == (made.custom, made.features, made.descriptions)
    assert (msgspec.UNSET, [], None, "") == (made.names, made.tags, made.brand, made.slug)
    assert (None, {"o": None}) == (made.offers[0].weight_g, made.offers[0].custom)


def test_each_language_may_have_a_rule_but_not_beside_one_for_all() -> None:
    for rules in (["names", "names.en"], ["names.en", "names"], ["descriptions.de", "descriptions"]):
        with pytest.raises(MappingError) as refused:
            compile_rules(Mapping([Rule(target=target, sources=["product.name"]) for target in rules]))
        assert "mapping.whole_and_part" == refused.value.message.code
    dotted = listing(
        product(), *(Rule(target=f"features.{name}", sources=["product.key"]) for name in ("a", "a.b"))
    )
    assert {"a": ["CHAISE"], "a.b": ["CHAISE"]} == dotted.features


@pytest.mark.parametrize("target", ["name", "offer.sku", "offer.price"])
def test_what_no_article_can_do_without_is_not_left_to_the_shop(target: str) -> None:
    with pytest.raises(MappingError) as refused:
        compile_rules(Mapping([Rule(target=target, owner="shop")]))
    assert ("mapping.needed", target) == (refused.value.message.code, refused.value.target)


@pytest.mark.parametrize("target", ["name", "offer.sku", "offer.options.Taille"])
def test_what_a_shop_knows_an_article_by_is_the_erps_always(target: str) -> None:
    with pytest.raises(MappingError) as refused:
        compile_rules(Mapping([Rule(target=target, sources=["product.name"], owner="creation")]))
    assert ("mapping.always", target) == (refused.value.message.code, refused.value.target)


def test_a_wrong_step_is_told_with_its_rule_and_number() -> None:
    rule = Rule(
        target="brand", sources=["product.brand", "product.name"], steps=[Join(" "), Formula("value + 1 +")]
    )
    with pytest.raises(MappingError) as refused:
        compile_rules(Mapping([rule]))
    assert ("brand", 1, "formula.ends") == (
        refused.value.target,
        refused.value.step,
        refused.value.message.code,
    )
    assert "Règle « Marque », étape 2 (formule)" in refused.value.message.fr


def test_default_mappings_fill_what_the_shop_takes() -> None:
    for erp, shop in (("sage100", "woocommerce"), ("tryton", "vendure")):
        for rule in default_mapping(erp, shop).rules:
            assert target_of(rule.target) is not None
            assert all(source_of(path) is not None for path in rule.sources)
