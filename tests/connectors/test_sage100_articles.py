"""Articles, families and the traps of their tables: what Sage stores, and what we say."""

from decimal import Decimal
from pathlib import Path

import pytest

from raccord_connectors.canonical import Axis, Component, EcoContribution, Product, Tax
from raccord_connectors.contract import Selection
from sandbox.gescom import store
from sandbox.gescom.business import GesCom
from support.gescom import an_article, held, records, small_gescom, sql


@pytest.fixture
def gescom(tmp_path: Path) -> GesCom:
    return small_gescom(tmp_path)


def product(gescom: GesCom, ref: str, **settings: object) -> Product:
    found = records(gescom, "products", Selection(keys=(ref,)), **settings)[ref]
    assert isinstance(found, Product)
    return found


def test_padding_is_taken_off(gescom: GesCom) -> None:
    ref = an_article(gescom)
    sql(
        gescom,
        "update F_ARTICLE set AR_Design = 'Assiette creuse   ', AR_CodeBarre = '  ' where AR_Ref = ?",
        ref,
    )
    assert ("Assiette creuse", None) == (product(gescom, ref).name, product(gescom, ref).ean)


def test_a_reference_padded_in_its_own_column_is_the_same_article(gescom: GesCom) -> None:
    sql(
        gescom,
        "insert into F_ARTICLE (AR_Ref, AR_Design, FA_CodeFamille, AR_SuiviStock) values ('ZPAD   ', 'Seau', 'VERRES', 2)",
    )
    assert "ZPAD" in records(gescom, "products")
    assert "ZPAD" in records(gescom, "stock")


def test_letters_of_the_windows_code_page_come_out_right(gescom: GesCom) -> None:
    """A cp1252 text read as ISO-8859-1 holds control characters where its quotes and ligatures were."""
    ref = an_article(gescom)
    sql(gescom, "update F_ARTICLE set AR_Design = ? where AR_Ref = ?", "L\x92\x8cuf \xe0 12 \x80", ref)
    assert "L’Œuf à 12 €" == product(gescom, ref).name


def test_sleeping_unpublished_and_deleted_are_three_things(gescom: GesCom) -> None:
    ref = an_article(gescom)
    gescom.sleep(ref)
    assert (False, True) == (product(gescom, ref).active, product(gescom, ref).published)
    gescom.wake(ref)
    gescom.publish(ref, False)
    assert (True, False) == (product(gescom, ref).active, product(gescom, ref).published)


def test_two_gammes_make_variants_with_stable_keys(gescom: GesCom) -> None:
    found = product(gescom, "LTA001")
    assert [Axis("1", "Taille"), Axis("2", "Couleur")] == found.axes
    assert 9 == len(found.variants)
    first = found.variants[0]
    assert first.key.startswith("LTA001|")
    assert "150 × 150 cm" == first.options["1"]
    sql(
        gescom,
        "update F_ARTGAMME set EG_Enumere = '1,5 m' where AR_Ref = 'LTA001' and EG_Enumere = '150 × 150 cm'",
    )
    renamed = product(gescom, "LTA001").variants[0]
    assert (first.key, "1,5 m") == (renamed.key, renamed.options["1"])


def test_a_variant_without_a_reference_gets_one_that_stays(gescom: GesCom) -> None:
    variants = product(gescom, "LTA001").variants
    assert len({variant.sku for variant in variants}) == len(variants)
    fifth = variants[4]
    _, first, second = fifth.key.split("|")
    assert f"LTA001-{first}-{second}" == fifth.sku


def test_one_gamme_makes_variants_with_one_axis(gescom: GesCom) -> None:
    found = product(gescom, "TAB002")
    assert [Axis("1", "Couleur")] == found.axes
    assert all(variant.key.endswith("|0") for variant in found.variants)


def test_a_gamme_of_quantities_is_a_price_scale_and_no_variant(gescom: GesCom) -> None:
    sql(gescom, "update F_ARTICLE set AR_Gamme1 = 3, AR_Gamme2 = 0 where AR_Ref = 'TAB002'")
    assert ([], []) == (product(gescom, "TAB002").axes, product(gescom, "TAB002").variants)
    assert "TAB002" in records(gescom, "stock", Selection(keys=("TAB002",)))
    assert "TAB002" in records(gescom, "prices", Selection(sketch=False, keys=("TAB002",)))


def test_a_variant_without_a_label_holds_its_article(gescom: GesCom) -> None:
    sql(gescom, "delete from F_ARTGAMME where AR_Ref = 'TAB002'")
    assert "sage100.no_label" == held(gescom, "products")["TAB002"]


def test_packagings_hold_base_units(gescom: GesCom) -> None:
    (carton,) = product(gescom, "ASS001").packagings
    assert ("Carton de 6", Decimal(6)) == (carton.title, carton.quantity)


def test_kits_name_their_parts_and_have_no_stock_of_their_own(gescom: GesCom) -> None:
    found = product(gescom, "COF001")
    assert "kit" == found.stock_policy
    assert [Decimal(1), Decimal(1)] == [part.quantity for part in found.components]
    assert [] == records(gescom, "stock", Selection(keys=("COF001",)))["COF001"].depots


def test_linked_articles_are_related_and_no_components(gescom: GesCom) -> None:
    found = product(gescom, "ASS001")
    assert (["ASS002"], []) == (found.related, found.components)


def test_a_component_may_be_a_variant(gescom: GesCom) -> None:
    variant = product(gescom, "TAB002").variants[0].key
    first = int(variant.split("|")[1])
    sql(gescom, "update F_NOMENCLAT set NO_RefDet = 'tab002', AG_No1Comp = ? where AR_Ref = 'COF001'", first)
    assert Component(variant, Decimal(1)) == product(gescom, "COF001").components[0]


def test_taxes_come_from_the_article_else_from_its_family(gescom: GesCom) -> None:
    assert Tax(code="C20", rate=Decimal(20)) == product(gescom, "ASS001").tax
    assert Tax(code="C05", rate=Decimal("5.5")) == product(gescom, "EPI003").tax
    electric = product(gescom, "ELE004")
    assert Tax(code="C20", rate=Decimal(20)) == electric.tax
    assert EcoContribution(code="DEEE2", amount=Decimal("1.2")) == electric.eco_contribution


def test_taxes_depend_on_the_accounting_category(gescom: GesCom) -> None:
    assert Decimal(0) == product(gescom, "EPI003", accounting_category=2).tax.rate  # type: ignore[union-attr]


def test_an_unknown_tax_code_holds_the_article_and_no_other(gescom: GesCom) -> None:
    assert {"TAXE-INCONNUE": "sage100.unknown_tax", "SANS-NOM": "sage100.no_name"} == held(gescom, "products")


@pytest.mark.parametrize(
    ("unit", "weight", "grams"),
    [
        (0, "0.5", "500000"),
        (1, "1", "100000"),
        (2, "1.25", "1250"),
        (3, "80", "80"),
        (4, "500", "0.5"),
        (2, "0", None),
    ],
)
def test_weights_are_in_the_articles_own_unit(
    gescom: GesCom, unit: int, weight: str, grams: str | None
) -> None:
    ref = an_article(gescom)
    sql(gescom, "update F_ARTICLE set AR_UnitePoids = ?, AR_PoidsNet = ? where AR_Ref = ?", unit, weight, ref)
    assert (None if grams is None else Decimal(grams)) == product(gescom, ref).weight_g


def test_custom_fields_keep_their_names_and_empty_dates_are_none(gescom: GesCom) -> None:
    ref = an_article(gescom)
    with store.writing(gescom.path) as connection:
        store.update(
            connection, "F_ARTICLE", "AR_Ref = ?", (ref,),
            **{"Prix conseillé [TTC]": Decimal("14.90"), "Date de nouveauté": "1900-01-01", "Garantie étendue (ans)": 5},
        )  # fmt: skip
    custom = product(gescom, ref).custom
    assert ("14.9", "5") == (custom["Prix conseillé [TTC]"], custom["Garantie étendue (ans)"])
    assert "Date de nouveauté" not in custom
    sql(gescom, "update F_ARTICLE set \"Date de nouveauté\" = '2026-04-01' where AR_Ref = ?", ref)
    assert "2026-04-01" == product(gescom, ref).custom["Date de nouveauté"]


def test_a_field_that_was_deleted_in_sage_is_not_read(gescom: GesCom) -> None:
    sql(gescom, 'alter table F_ARTICLE add column "Ancien champ" varchar(20)')
    sql(gescom, "update F_ARTICLE set \"Ancien champ\" = 'x'")
    assert "Ancien champ" not in product(gescom, an_article(gescom)).custom


def test_a_field_name_cannot_break_out_of_its_quotes(gescom: GesCom) -> None:
    name = 'a"] , (select 1) --'
    sql(gescom, f"alter table F_ARTICLE add column {store.quoted(name)} varchar(20)")
    sql(
        gescom,
        "insert into cbSysLibre (CB_File, CB_Name, CB_Pos, CB_Type) values ('F_ARTICLE', ?, 50, 9)",
        name,
    )
    ref = an_article(gescom)
    sql(gescom, f"update F_ARTICLE set {store.quoted(name)} = 'oui' where AR_Ref = ?", ref)
    assert "oui" == product(gescom, ref).custom[name]


def test_a_listed_field_without_a_column_is_left_out(gescom: GesCom) -> None:
    sql(
        gescom,
        "insert into cbSysLibre (CB_File, CB_Name, CB_Pos, CB_Type) values ('F_ARTICLE', 'Absent', 51, 9)",
    )
    assert "Absent" not in product(gescom, an_article(gescom)).custom


def test_an_older_version_lacks_columns_and_is_read_all_the_same(gescom: GesCom) -> None:
    sql(gescom, "alter table F_ARTICLE drop column AR_CodeFiscal")
    sql(gescom, "drop table F_GLOSSAIRE")
    assert (None, "") == (product(gescom, "ASS001").customs_code, product(gescom, "ASS001").description)


def test_references_that_differ_by_padding_are_held_and_stop_nobody(gescom: GesCom) -> None:
    ref = an_article(gescom)
    copied = "insert into F_ARTICLE (AR_Ref, AR_Design, FA_CodeFamille, AR_SuiviStock) values (?, 'Double', 'VERRES', 2)"
    sql(gescom, copied, ref.lower() + "  ")
    for stream in ("products", "stock", "prices"):
        assert "sage100.doubled_article" == held(gescom, stream)[ref]
        assert ref not in records(gescom, stream)
        assert len(records(gescom, stream)) > 10


def test_references_that_differ_by_case_are_held_where_the_database_tells_case_apart(gescom: GesCom) -> None:
    for statement in (
        "create table PLAIN as select * from F_ARTICLE",  # without the collation
        "drop table F_ARTICLE",
        "alter table PLAIN rename to F_ARTICLE",
        "insert into F_ARTICLE (AR_Ref, AR_Design, FA_CodeFamille, cbMarq) values ('ass001', 'Double', 'VERRES', 9999)",
    ):
        sql(gescom, statement)
    assert "sage100.doubled_article" == held(gescom, "products")["ASS001"]
    assert "ASS002" in records(gescom, "products")


def test_pictures_come_in_order_and_once(gescom: GesCom) -> None:
    names = [media.name for media in product(gescom, "ASS001", picture_fields=["Photo 1", "Photo 2"]).media]
    assert ["ASS001.jpg", "ASS001_2.jpg"] == names


def test_a_manual_is_a_document(gescom: GesCom) -> None:
    sql(
        gescom,
        "insert into F_ARTICLEMEDIA (AR_Ref, ME_Fichier, ME_Commentaire) values ('ELE004', 'D:\\doc\\n.PDF', 'Notice')",
    )
    last = product(gescom, "ELE004").media[-1]
    assert ("D:\\doc\\n.PDF", "document", "Notice") == (last.name, last.kind, last.title)


def test_foreign_labels_are_given_by_language(gescom: GesCom) -> None:
    sql(gescom, "update F_ARTICLE set AR_Langue1 = 'Dinner plate' where AR_Ref = 'ASS001'")
    found = product(gescom, "ASS001", language_1="en")
    assert {"fr": found.name, "en": "Dinner plate"} == found.names


def test_categories_are_families_of_detail_and_the_catalogue_tree(gescom: GesCom) -> None:
    found = records(gescom, "categories")
    assert "FA|ZTOTAL" not in found
    assert found["CL|2"].parent == "CL|1"
    ass = product(gescom, "ASS001")
    assert ass.family in found
    assert ass.categories[0] in found
