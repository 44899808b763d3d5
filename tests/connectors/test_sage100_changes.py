"""What changed: a watermark per table, and digests of raw rows."""

from datetime import datetime, timedelta
from decimal import Decimal
from pathlib import Path

import msgspec
import pytest

from raccord_connectors.contract import Selection
from raccord_connectors.erp.sage100 import cursors, sketch
from sandbox.gescom.business import GesCom
from support.gescom import a_customer, an_article, pages, records, sage100, small_gescom, sql

LONG_AGO = "2026-01-05 08:00:00"


@pytest.fixture
def gescom(tmp_path: Path) -> GesCom:
    return small_gescom(tmp_path)


def cursor_of(gescom: GesCom, stream: str) -> str:
    cursor = pages(gescom, stream)[-1].cursor
    assert cursor is not None
    return cursor


def since(gescom: GesCom, stream: str, cursor: str) -> set[str]:
    return set(records(gescom, stream, Selection(since=cursor)))


def digests(gescom: GesCom, stream: str) -> dict[str, bytes]:
    found: dict[str, bytes] = {}
    for page in pages(gescom, stream, Selection(sketch=True)):
        assert not found.keys() & page.digests.keys(), "a key came twice"
        found.update(page.digests)
    return found


# Statement, stream, and the one key that it concerns (None: the test's own article).
TOUCHES = [
    ("update F_ARTICLE set AR_Design = 'Autre' where AR_Ref = :ref", "products", None),
    ("update F_CONDITION set EC_Quantite = 12 where AR_Ref = :ref", "products", None),
    ("insert into F_ARTICLEMEDIA (AR_Ref, ME_Fichier) values (:ref, 'vue.jpg')", "products", None),
    ("insert into F_ARTCOMPTA (AR_Ref, ACP_Type, ACP_Champ, ACP_ComptaCPT_Taxe1) values (:ref, 0, 1, 'C10')", "products", None),
    ("update F_ARTGAMME set EG_Enumere = 'Parme' where AR_Ref = 'TAB002'", "products", "TAB002"),
    ("update F_ARTENUMREF set AE_Sommeil = 1 where AR_Ref = 'TAB002'", "products", "TAB002"),
    ("update F_NOMENCLAT set NO_Qte = 3 where AR_Ref = 'COF001'", "products", "COF001"),
    ("update F_ARTICLE set AR_PrixVen = 99 where AR_Ref = :ref", "prices", None),
    ("update F_ARTCLIENT set AC_PrixVen = 99 where AR_Ref = :ref and AC_Categorie = 1", "prices", None),
    ("insert into F_TARIFQTE (AR_Ref, TQ_RefCF, TQ_BorneSup, TQ_PrixNet) values (:ref, 'a03', 99, 1)", "prices", None),
    ("update F_ARTSTOCK set AS_QteSto = 99 where AR_Ref = :ref and DE_No = 2", "stock", None),
    ("update F_COMPTET set CT_EMail = 'autre@exemple.fr' where CT_Num = :customer", "customers", "customer"),
    ("update F_LIVRAISON set LI_Ville = 'Dole' where CT_Num = :customer", "customers", "customer"),
    ("update F_CONTACTT set CT_TelPortable = '0700000000' where CT_Num = :customer", "customers", "customer"),
    ("update F_CATALOGUE set CL_Intitule = 'Table' where CL_No = 1", "categories", "CL|1"),
]  # fmt: skip


@pytest.mark.parametrize(("statement", "stream", "key"), TOUCHES)
def test_a_change_in_any_table_is_seen_by_cursor_and_by_digest(
    gescom: GesCom, statement: str, stream: str, key: str | None
) -> None:
    ref, customer = an_article(gescom), a_customer(gescom)
    expected = {None: ref, "customer": customer}.get(key, key)
    cursor, before = cursor_of(gescom, stream), digests(gescom, stream)
    assert set() == since(gescom, stream, cursor)
    values = {":ref": ref, ":customer": customer}
    for name, value in values.items():
        statement = statement.replace(name, f"'{value}'")
    sql(gescom, statement)
    after = digests(gescom, stream)
    assert {expected} == since(gescom, stream, cursor)
    assert {expected} == {name for name in after if after[name] != before.get(name)}


def test_one_variants_price_or_stock_marks_all_variants_of_its_article(gescom: GesCom) -> None:
    before = digests(gescom, "stock")
    cursor = cursor_of(gescom, "stock")
    sql(gescom, "update F_GAMSTOCK set GS_QteSto = 99 where AR_Ref = 'TAB002' and DE_No = 1 and cbMarq % 2")
    after = digests(gescom, "stock")
    changed = {key for key in after if after[key] != before[key]}
    assert changed == since(gescom, "stock", cursor) == {key for key in after if key.startswith("TAB002|")}


def test_a_family_tax_reaches_the_articles_of_the_family(gescom: GesCom) -> None:
    cursor = cursor_of(gescom, "products")
    sql(
        gescom,
        "update F_FAMCOMPTA set FCP_ComptaCPT_Taxe1 = 'C05' where FA_CodeFamille = 'REVUES' and FCP_Champ = 1",
    )
    assert {key for key in records(gescom, "products") if key.startswith("REV")} == since(
        gescom, "products", cursor
    )


def test_a_rate_that_changes_reaches_every_article(gescom: GesCom) -> None:
    cursor, before = cursor_of(gescom, "products"), digests(gescom, "products")
    sql(gescom, "update F_TAXE set TA_Taux = 21 where TA_Code = 'C20'")
    assert set(records(gescom, "products")) == since(gescom, "products", cursor)
    assert not set(before.items()) & set(digests(gescom, "products").items())


def test_a_long_text_reaches_the_articles_that_show_it(gescom: GesCom) -> None:
    cursor = cursor_of(gescom, "products")
    sql(gescom, "update F_GLOSSAIRE set GL_Text = 'Nouveau' where GL_No = 1")
    assert "ASS001" in since(gescom, "products", cursor)


def test_a_row_stamped_by_nobody_is_always_read(gescom: GesCom) -> None:
    ref = an_article(gescom)
    cursor = cursor_of(gescom, "products")
    for stamp in (None, "1900-01-01 00:00:00"):
        sql(gescom, "update F_ARTICLE set cbModification = ? where AR_Ref = ?", stamp, ref)
        assert {ref} == since(gescom, "products", cursor)


def test_each_table_has_its_own_watermark(gescom: GesCom) -> None:
    """A cursor made before we read a table knows nothing of it: that table is read whole, once."""
    marks = msgspec.json.decode(cursor_of(gescom, "stock"))
    assert {"F_ARTICLE", "F_ARTSTOCK", "F_GAMSTOCK", "F_ARTENUMREF"} == set(marks)
    del marks["F_GAMSTOCK"]
    found = since(gescom, "stock", msgspec.json.encode(marks).decode())
    assert found
    assert all("|" in key for key in found)


def test_a_cursor_that_cannot_be_read_means_everything(gescom: GesCom) -> None:
    assert set(records(gescom, "stock")) == since(gescom, "stock", "n’importe quoi")


def test_the_look_back_covers_the_rounding_of_stamps() -> None:
    mark = datetime.fromisoformat("2026-05-04 10:00:40")
    expected = datetime.fromisoformat("2026-05-04 09:58:00")
    assert expected == cursors.lower_bound(mark, mark + timedelta(seconds=5))


def test_a_clock_that_went_back_loses_nothing() -> None:
    """At the end of summer time what was written after the mark carries stamps of an hour before it."""
    mark = datetime.fromisoformat("2026-10-25 02:59:50")
    now = datetime.fromisoformat("2026-10-25 02:00:20")
    assert cursors.lower_bound(mark, now) < now - timedelta(minutes=59)


@pytest.mark.parametrize("stream", ["categories", "products", "prices", "stock", "customers", "documents"])
def test_a_sketch_ends_with_a_cursor_to_go_on_from(gescom: GesCom, stream: str) -> None:
    found = [page.cursor for page in pages(gescom, stream, Selection(sketch=True))]
    assert [None] * (len(found) - 1) == found[:-1]
    assert set() == since(gescom, stream, str(found[-1]))


def test_a_sketch_in_spans_is_the_same_as_in_one(gescom: GesCom, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = {stream: digests(gescom, stream) for stream in ("products", "prices", "stock", "customers")}
    monkeypatch.setattr(sketch, "SPAN", 7)
    assert whole == {stream: digests(gescom, stream) for stream in whole}


def test_a_doubled_reference_is_in_the_sketch_once(gescom: GesCom) -> None:
    ref = an_article(gescom)
    sql(
        gescom,
        "insert into F_ARTICLE (AR_Ref, AR_Design, FA_CodeFamille) values (?, 'Double', 'VERRES')",
        ref + " ",
    )
    assert ref in digests(gescom, "products")
    sql(gescom, "update F_ARTICLE set AR_Design = 'Autre' where AR_Ref = ?", ref + " ")
    assert ref in digests(gescom, "products")


def test_an_information_libre_added_while_connected_is_read_at_the_next_reading(gescom: GesCom) -> None:
    connector = sage100(gescom)
    ref = an_article(gescom)
    list(connector.read("products"))
    sql(gescom, "alter table F_ARTICLE add column \"Entretien\" varchar(20) default 'Main'")
    sql(
        gescom,
        "insert into cbSysLibre (CB_File, CB_Name, CB_Pos, CB_Type) values ('F_ARTICLE', 'Entretien', 60, 9)",
    )
    found = {record.key: record for page in connector.read("products") for record in page.records}
    connector.close()
    assert "Main" == found[ref].custom["Entretien"]  # type: ignore[attr-defined]


def test_the_gescom_may_write_while_it_is_read(gescom: GesCom) -> None:
    connector = sage100(gescom)
    reading = connector.read("stock")
    first = next(reading)
    ref = an_article(gescom)
    gescom.set_stock(ref, Decimal(5))
    rest = [record for page in reading for record in page.records]
    connector.close()
    assert len(first.records) + len(rest) == len(records(gescom, "stock"))
