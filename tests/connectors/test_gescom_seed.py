"""The demonstration merchant is credible, the same each time, and has everything that a connector must cope with."""

from pathlib import Path

import pytest
from PIL import Image
from stdnum import ean
from stdnum.eu import vat
from stdnum.fr import siret

from sandbox.gescom import pictures, seed, tables_text
from sandbox.gescom.business import GesCom
from sandbox.gescom.connection import PICTURE_FIELDS
from support.gescom import fresh_gescom, sql


@pytest.fixture(scope="module")
def gescom(tmp_path_factory: pytest.TempPathFactory) -> GesCom:
    return fresh_gescom(tmp_path_factory.mktemp("gescom"))


def count(gescom: GesCom, what: str) -> int:
    return int(sql(gescom, f"select count(*) as n from {what}")[0]["n"])


def test_two_seedings_are_the_same_to_the_row(gescom: GesCom, tmp_path: Path) -> None:
    other = GesCom(seed.seed_if_absent(tmp_path))
    for table in tables_text.TABLES:
        assert sql(gescom, f"select * from {table}") == sql(other, f"select * from {table}"), table


@pytest.mark.parametrize(
    ("what", "least"),
    [
        ("F_ARTICLE", 500),
        ("F_ARTICLE where AR_Gamme1 > 0", 40),
        ("F_ARTICLE where AR_Sommeil = 1", 15),
        ("F_ARTICLE where AR_Publie = 0", 30),
        ("F_ARTICLE where AR_PrixVen = 0 and AR_Publie = 1", 3),
        ("F_ARTICLE where AR_PrixTTC = 1", 30),
        ("F_ARTICLE where AR_Nomencl = 2", 10),
        ("F_ARTCOMPTA where ACP_ComptaCPT_Taxe2 like 'DEEE%'", 40),
        ("F_CONDITION where EC_Enumere = 'Carton de 6'", 100),
        ("F_TARIFQTE", 100),
        ("F_ARTCLIENT where CT_Num is not null", 15),
        ("F_ARTSTOCK where AS_QteSto < 0", 3),
        ("F_COMPTET where CT_Type = 0", 60),
        ("F_COMPTET where CT_Siret <> ''", 15),
        ("(select distinct TA_Taux from F_TAXE where TA_TTaux = 0 and TA_Taux > 0)", 4),
        ("F_DEPOT", 2),
        ("P_CATTARIF where CT_Intitule <> ''", 3),
    ],
)
def test_there_is_enough_of_everything(gescom: GesCom, what: str, least: int) -> None:
    assert count(gescom, what) >= least


def test_barcodes_have_valid_check_digits_and_are_unique(gescom: GesCom) -> None:
    codes = [row["c"] for row in sql(gescom, "select AR_CodeBarre c from F_ARTICLE where AR_CodeBarre <> ''")]
    codes += [row["c"] for row in sql(gescom, "select AE_CodeBarre c from F_ARTENUMREF")]
    codes += [row["c"] for row in sql(gescom, "select CO_CodeBarre c from F_CONDITION")]
    assert len(codes) == len(set(codes))
    assert [] == [code for code in codes if not ean.is_valid(code)]


def test_companies_have_valid_siret_and_vat_numbers(gescom: GesCom) -> None:
    rows = sql(gescom, "select CT_Siret, CT_Identifiant from F_COMPTET where CT_Siret <> ''")
    assert [] == [row for row in rows if not siret.is_valid(row["CT_Siret"])]
    assert [] == [row for row in rows if not vat.is_valid(row["CT_Identifiant"])]


def test_french_letters_ligatures_and_apostrophes_are_there(gescom: GesCom) -> None:
    names = " ".join(row["AR_Design"] for row in sql(gescom, "select AR_Design from F_ARTICLE"))
    assert not set("éèêàçœî’«°") - set(names.lower())


def test_everything_fits_the_french_code_page(gescom: GesCom) -> None:
    for table in tables_text.TABLES:
        for row in sql(gescom, f"select * from {table}"):
            for value in row.values():
                if isinstance(value, str):
                    value.encode("cp1252")


def test_articles_point_to_families_and_catalogue_nodes_that_exist(gescom: GesCom) -> None:
    assert 0 == count(
        gescom,
        "F_ARTICLE where FA_CodeFamille not in (select FA_CodeFamille from F_FAMILLE where FA_Type = 0)",
    )
    assert 0 == count(
        gescom,
        "F_ARTICLE where CL_No2 > 0 and CL_No2 not in (select CL_No from F_CATALOGUE where CL_NoParent = CL_No1)",
    )


def test_a_seeding_cut_short_is_begun_again(tmp_path: Path) -> None:
    (tmp_path / "gescom.unfinished").write_text("à moitié")
    path = seed.seed_if_absent(tmp_path)
    assert path == seed.seed_if_absent(tmp_path)
    assert [path.name] == [
        each.name for each in tmp_path.iterdir() if not each.name.endswith(("-wal", "-shm"))
    ]


def test_a_seeded_file_is_never_written_over(tmp_path: Path) -> None:
    path = seed.seed_if_absent(tmp_path)
    with pytest.raises(FileExistsError):
        seed.seed(path)


def test_pictures_are_drawn_under_the_names_that_the_articles_say(gescom: GesCom, tmp_path: Path) -> None:
    for family in (*pictures.SHAPES, "AUTRE"):
        pictures.draw(tmp_path / f"{family}.jpg", "REF1", "Œuf à la coque « Étretat », façon Noël", family)
        with Image.open(tmp_path / f"{family}.jpg") as drawn:
            assert ("JPEG", (720, 720)) == (drawn.format, drawn.size)
    (row,) = sql(gescom, "select AR_Photo, \"Photo 1\" as first from F_ARTICLE where AR_Ref = 'ASS 012/B'")
    assert ("ASS_012_B.jpg", "ASS_012_B.jpg") == (row["AR_Photo"], row["first"])
    assert ["Photo 1", "Photo 2"] == PICTURE_FIELDS


def test_a_picture_of_the_users_own_is_left_alone(gescom: GesCom, tmp_path: Path) -> None:
    folder = tmp_path / "photos"
    folder.mkdir()
    fields = "AR_Photo", "Photo 2"
    rows = sql(gescom, "select * from F_ARTICLE where AR_Photo <> ''")
    names = {row[field] for row in rows for field in fields if row[field]}
    names |= {row["ME_Fichier"] for row in sql(gescom, "select ME_Fichier from F_ARTICLEMEDIA")}
    for name in names:
        (folder / name).write_bytes(b"la mienne")
    assert 0 == pictures.draw_all(gescom.path, folder)
    assert all((folder / name).read_bytes() == b"la mienne" for name in names)
