"""The rules of a drop folder: which files are read, what they mean, what is refused and how it is told."""

from decimal import Decimal
from pathlib import Path

import pytest

from raccord_connectors.canonical import PriceSet, Product
from raccord_connectors.contract import ConfigError, Selection, TransientError
from raccord_connectors.kit.definition.guessing import propose
from support.drop_folder import HEAD, ROW, Folder, rows, workbook


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252", "utf-16"])
def test_a_french_file_is_read_in_any_usual_encoding(tmp_path: Path, encoding: str) -> None:
    folder = Folder(tmp_path)
    folder.drop(
        "articles.csv", HEAD + "007;L’Œuvre d’été, 12 €;0123456789012;5,5;1 234,50;31/12/2026\r\n", encoding
    )
    product = folder.read()["007"]
    assert isinstance(product, Product)
    assert ("L’Œuvre d’été, 12 €", "0123456789012") == (product.name, product.ean)
    assert product.tax is not None
    assert Decimal("5.5") == product.tax.rate
    prices = folder.read("prices")["007"]
    assert isinstance(prices, PriceSet)
    assert [(Decimal("1234.5"), False, "2026-12-31")] == [
        (one.amount, one.tax_included, str(one.ends)) for one in prices.prices
    ]


def test_a_spreadsheet_keeps_leading_zeros_and_long_codes(tmp_path: Path) -> None:
    folder = Folder(tmp_path)
    header = HEAD.strip().split(";")
    workbook(folder.root / "articles.xlsx", [header, ["007", "Chaise", 3760123450016, 20, 12.5, 46387]])
    product = folder.read()["007"]
    assert isinstance(product, Product)
    assert ("007", "3760123450016") == (product.sku, product.ean)
    prices = folder.read("prices")["007"]
    assert isinstance(prices, PriceSet)
    assert "2026-12-31" == str(prices.prices[0].ends), "a spreadsheet's day is a number"


def test_a_code_that_a_spreadsheet_destroyed_is_refused_with_what_to_do(tmp_path: Path) -> None:
    folder = Folder(tmp_path)
    folder.drop("articles.csv", HEAD + "008;Banc;3,76E+12;20;1;\n" + ROW.format(ref="007"))
    assert ["007"] == list(folder.read())
    problem = folder.held()["008"].problem
    assert ("row.spreadsheet", "ean") == (problem.message.code, problem.field)
    assert "articles.csv, ligne 2, colonne « EAN »" in problem.message.fr


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("articles.xml", "<articles><article><REF>007</REF><DESIGNATION>A &amp; B</DESIGNATION><EAN/><TVA>20</TVA>"
         "<PRIX>12,5</PRIX><DATE/></article></articles>"),
        ("articles.json", '{"articles": [{"REF": "007", "DESIGNATION": "A & B", "EAN": null, "TVA": 20, "PRIX": 12.50, '
         '"DATE": ""}]}'),
        ("articles.json", '{"REF": "007", "DESIGNATION": "A & B", "EAN": "", "TVA": 20, "PRIX": "12,50", "DATE": ""}\n'
         '{"REF": "008", "DESIGNATION": "C", "EAN": "", "TVA": 20, "PRIX": 1, "DATE": ""}'),
    ],
    ids=["xml", "json", "json lines"],
)  # fmt: skip
def test_xml_and_json_say_the_same(tmp_path: Path, name: str, content: str) -> None:
    folder = Folder(tmp_path)
    folder.drop(name, content)
    product, prices = folder.read()["007"], folder.read("prices")["007"]
    assert isinstance(product, Product)
    assert isinstance(prices, PriceSet)
    assert ("A & B", Decimal("12.5")) == (product.name, prices.prices[0].amount)


def test_xml_that_declares_entities_is_not_opened(tmp_path: Path) -> None:
    folder = Folder(tmp_path)
    folder.drop(
        "articles.xml", '<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]><a><b><REF>&x;</REF></b></a>'
    )
    assert {} == folder.read()
    assert "DOCTYPE" in folder.report("refuses")


def test_a_file_that_still_grows_waits(tmp_path: Path) -> None:
    folder = Folder(tmp_path, head="settle_seconds = 5")
    folder.drop("articles.csv", rows("001"))
    assert {} == folder.read()
    folder.clock += 4
    folder.drop("articles.csv", rows("001", "002"))
    assert {} == folder.read(), "it changed since the last look"
    folder.clock += 5.1
    assert ["001", "002"] == list(folder.read())
    assert ["articles.csv"] == folder.names("lus")


def test_a_file_counts_once_its_marker_is_there(tmp_path: Path) -> None:
    folder = Folder(tmp_path, head='marker = ".ok"')
    folder.drop("articles.csv", rows("001"))
    folder.drop("articles.csv.tmp", rows("002"))
    assert {} == folder.read()
    folder.drop("articles.ok", "")
    assert ["001"] == list(folder.read())
    assert ["articles.csv.tmp"] == [path.name for path in folder.root.iterdir() if path.is_file()]


def test_a_snapshot_concludes_what_is_gone_and_a_delta_does_not(tmp_path: Path) -> None:
    folder = Folder(tmp_path)
    folder.drop("articles.csv", rows("001", "002", "003"))
    (cursor,) = [page.cursor for page in folder.pages() if page.cursor]
    folder.drop("articles.csv", rows("001", "003"))
    pages = folder.pages(wanted=Selection(since=cursor))
    assert ["002"] == [key for page in pages for key in page.deleted]
    assert [] == [record.key for page in pages for record in page.records], "what is the same did not change"
    text = folder.definition.read_text("utf-8").replace('"snapshot"', '"delta"\naction = "ACTION"')
    folder.define(text)
    folder.connector.check()
    folder.drop(
        "articles_1.csv", "ACTION;" + HEAD + ";" + ROW.format(ref="004") + "D;" + ROW.format(ref="001")
    )
    assert ["003", "004"] == list(folder.read()), "only what the file says"
    assert ["003", "004"] == list(folder.read("prices"))


def test_a_snapshot_that_lacks_much_waits_for_a_person(tmp_path: Path) -> None:
    folder = Folder(tmp_path)
    refs = [f"{number:03}" for number in range(40)]
    folder.drop("articles.csv", rows(*refs))
    assert 40 == len(folder.read())
    folder.drop("articles.csv", rows(*refs[:20]))
    assert 40 == len(folder.read()), "half of it is gone: nothing is taken"
    assert "20 des 40" in folder.report("refuses")
    with pytest.raises(ConfigError) as told:
        folder.connector.check()
    assert "articles.csv.confirmer" in told.value.message.fr
    folder.drop("articles.csv", rows(*refs[:20]))
    folder.drop("articles.csv.confirmer", "")
    assert 20 == len(folder.read())
    folder.connector.check()


def test_an_empty_or_cut_snapshot_removes_nothing(tmp_path: Path) -> None:
    folder = Folder(tmp_path, more='trailer = "FIN"')
    folder.drop("articles.csv", rows("001", "002") + "FIN;2\n")
    assert ["001", "002"] == list(folder.read())
    for content in (HEAD + "FIN;0\n", rows("001"), rows("001") + "FIN;2\n"):
        folder.clock += 1
        folder.drop("articles.csv", content)
        assert ["001", "002"] == list(folder.read())
    assert 3 == len(list((folder.root / "refuses").glob("*.csv")))


def test_a_row_without_a_readable_key_keeps_the_others_from_being_deleted(tmp_path: Path) -> None:
    folder = Folder(tmp_path)
    folder.drop("articles.csv", rows("001", "002"))
    folder.read()
    folder.drop("articles.csv", rows("001") + ";Sans référence;;20;1;\n")
    assert ["001", "002"] == list(folder.read())
    report = folder.report("lus")
    assert "articles.csv, ligne 3, colonne « REF »" in report
    assert "Rien n’est supprimé cette fois" in report


def test_a_bad_row_is_held_by_row_and_column_and_the_others_are_read(tmp_path: Path) -> None:
    folder = Folder(tmp_path, head='settle_seconds = 0\nlanguage = "en"')
    folder.drop("articles.csv", rows("001") + "002;Banc;;vingt;12.00.0;31/02/2026\n")
    assert ["001"] == list(folder.read())
    assert ["001"] == list(folder.read("prices"))
    assert "tax_rate" == folder.held()["002"].problem.field
    report = folder.report("lus")
    assert "articles.csv, row 3, column “TVA”: “vingt” is not a number" in report
    assert "articles.csv, row 3, column “PRIX”" in report


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (rows("001") + "002;trop;de;cellules;1;;x;y\n", "ligne 3 : 8 cellules au lieu de 6"),
        (
            "REF;DESIGNATION;EAN;TVA;PRIX\n001;A;;20;1\n",
            "champ « custom.date » : articles.csv n’a pas de colonne « DATE »",
        ),
        ("REF;REF;DESIGNATION\n", "deux colonnes « REF »"),
        ("", "pas de ligne d’en-tête"),
        ('REF;DESIGNATION;EAN;TVA;PRIX;DATE\n001;"coupé', "incomplet ou abîmé"),
    ],
)
def test_a_file_that_cannot_be_used_is_put_aside_whole_with_its_reason(
    tmp_path: Path, content: str, said: str
) -> None:
    folder = Folder(tmp_path)
    folder.drop("articles.csv", content)
    assert {} == folder.read()
    assert said in folder.report("refuses")
    assert not (folder.root / "articles.csv").exists()


def test_the_same_key_twice_is_told_with_both_rows(tmp_path: Path) -> None:
    folder = Folder(tmp_path)
    folder.drop("articles.csv", rows("001", "002", "001"))
    assert ["002"] == list(folder.read())
    assert "ligne 4 : « 001 » est déjà à la ligne 2" in folder.held()["001"].problem.message.fr


def test_columns_are_found_whatever_their_case_and_accents(tmp_path: Path) -> None:
    folder = Folder(tmp_path)
    folder.drop("articles.csv", rows("001").replace("DESIGNATION", "Désignation").replace("REF", "réf."))
    assert ["001"] == list(folder.read())


@pytest.mark.parametrize(
    ("wrong", "right", "said"),
    [
        ('name = "D', 'nom = "D', "ligne 8 : le flux products n’a pas de champ « nom »."),
        ("[streams.products]", "[streams.produits]", "« produits » n’est pas un flux"),
        ('content = "snapshot"', 'content = "tout"', "ligne 4, « streams.products.content »"),
        ("settle_seconds = 0", "settle_seconds = ", "ligne 1 : ce n’est pas du TOML correct"),
        ('key = "REF"', "", "a besoin du champ « key »"),
        ('key = "REF"', "key = { pad = 3 }", "ni colonne (column) ni valeur fixe"),
    ],
)
def test_a_wrong_definition_is_told_by_its_line_and_field(
    tmp_path: Path, wrong: str, right: str, said: str
) -> None:
    folder = Folder(tmp_path)
    folder.define(folder.definition.read_text("utf-8").replace(wrong, right, 1))
    with pytest.raises(ConfigError) as told:
        folder.connector.check()
    assert said in told.value.message.fr
    assert "definition.toml" in told.value.message.fr


def test_a_share_that_is_away_is_waited_for(tmp_path: Path) -> None:
    folder = Folder(tmp_path)
    folder.root.rename(tmp_path / "ailleurs")
    with pytest.raises(TransientError):
        folder.connector.check()
    (tmp_path / "ailleurs").rename(folder.root)
    folder.connector.check()


def test_usual_names_give_a_definition(tmp_path: Path) -> None:
    found = propose(
        {
            "T_ARTICLE": [
                "REF",
                "DESIGNATION",
                "PRIX_HT",
                "STOCK",
                "CODE_BARRE",
                "TAUX_TVA",
                "DATE_MODIF",
                "DIVERS",
            ],
            "V_WEB_CLIENTS": ["CODE_CLIENT", "RAISON_SOCIALE", "EMAIL"],
            "JOURNAL": ["REF", "DESIGNATION"],
            "orders": ["order_no", "order_date", "net_total", "gross_total", "status"],
        }
    )
    told = {one.stream: (one.table, one.fields) for one in found}
    assert ["products", "prices", "stock", "customers", "documents"] == list(told)
    assert ("T_ARTICLE", {"product": "REF", "net": "PRIX_HT"}) == told["prices"]
    assert "DATE_MODIF" == found[0].modified
    assert {"key": "REF", "name": "DESIGNATION", "ean": "CODE_BARRE", "tax_rate": "TAUX_TVA"} == told[
        "products"
    ][1]
