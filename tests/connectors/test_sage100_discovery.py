"""What a Sage 100 company has of its own, for the rules and the tables of correspondence."""

from pathlib import Path

import pytest

from raccord_connectors.contract import CustomField, Discovery
from sandbox.gescom import store
from sandbox.gescom.business import GesCom
from support.gescom import sage100, small_gescom, sql


@pytest.fixture
def gescom(tmp_path: Path) -> GesCom:
    return small_gescom(tmp_path)


def discovered(gescom: GesCom) -> Discovery:
    opened = sage100(gescom)
    try:
        return opened.discover()
    finally:
        opened.close()


def field(found: Discovery, stream: str, name: str) -> CustomField:
    return next(one for one in found.custom_fields if (one.stream, one.name) == (stream, name))


def test_an_information_libre_has_its_own_name_and_type(gescom: GesCom) -> None:
    found = discovered(gescom)
    assert "text" == field(found, "products", "Matière principale").type
    assert "number" == field(found, "products", "Prix conseillé [TTC]").type
    assert "date" == field(found, "customers", "Date d'anniversaire").type


def test_a_deleted_information_libre_is_not_offered(gescom: GesCom) -> None:
    assert "Ancien champ" not in {one.name for one in discovered(gescom).custom_fields}


def test_a_list_offers_the_values_that_records_have(gescom: GesCom) -> None:
    sql(gescom, 'update F_ARTICLE set "Compatible lave-vaisselle" = null')
    sql(gescom, """update F_ARTICLE set "Compatible lave-vaisselle" = 'Oui ' where AR_Stat01 <> ''""")
    assert ("Oui",) == field(discovered(gescom), "products", "Compatible lave-vaisselle").choices


def test_a_statistic_has_the_merchants_title_and_its_values(gescom: GesCom) -> None:
    sql(gescom, "update F_ARTICLE set AR_Stat01 = 'Peugeot'")
    found = field(discovered(gescom), "products", "AR_Stat01")
    assert ("choice", ("Peugeot",)) == (found.type, found.choices)
    assert "Statistique 1" != found.title, "P_INTSTATART names it"


def test_the_axes_of_variants_are_told_with_their_values(gescom: GesCom) -> None:
    sql(gescom, "update P_GAMME set G_Type = 0, G_Intitule = 'Coloris' where cbIndice = 1")
    sql(gescom, "delete from F_ARTGAMME")
    sql(gescom, "update F_ARTICLE set AR_Gamme1 = 0, AR_Gamme2 = 0")
    with store.reading(gescom.path) as connection:
        refs = [row[0] for row in connection.execute("select AR_Ref from F_ARTICLE order by AR_Ref limit 2")]
    for number, (ref, value) in enumerate(zip(refs, ("Rouge", "Bleu "), strict=True), start=900):
        sql(gescom, "update F_ARTICLE set AR_Gamme1 = 1 where AR_Ref = ?", ref)
        statement = "insert into F_ARTGAMME (AR_Ref, AG_No, EG_Enumere, AG_Type) values (?, ?, ?, 0)"
        sql(gescom, statement, ref, number, value)
    axes = {axis.title: axis.values for axis in discovered(gescom).features}
    assert {"Bleu", "Rouge"} == set(axes["Coloris"])
