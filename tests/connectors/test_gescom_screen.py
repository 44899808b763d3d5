"""The GesCom's screen: what a person presses is done, said, and shown; what is refused says why."""

from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path

import pytest
from litestar import Litestar
from litestar.testing import TestClient

from sandbox.gescom.app import create_app
from sandbox.gescom.business import GesCom
from sandbox.gescom.order_pricing import Entry, Line
from support.gescom import a_customer, an_article, small_gescom, sql, stock_of

Client = TestClient[Litestar]


@pytest.fixture
def gescom(tmp_path: Path) -> GesCom:
    return small_gescom(tmp_path)


@pytest.fixture
def screen(gescom: GesCom) -> Iterator[Client]:
    with TestClient(create_app(gescom.path.parent), base_url="http://127.0.0.1") as client:
        yield client


def press(screen: Client, path: str, **form: str) -> str:
    """Presses a button and gives the page that it leads to."""
    answer = screen.post(path, data=form)
    assert 200 == answer.status_code, answer.text
    return answer.text


@pytest.mark.parametrize(
    ("address", "shown"),
    [
        ("/", "Derniers documents de vente"),
        ("/articles", "Nouvel article"),
        ("/articles?q=assiette+plate", "Assiette plate 27 cm"),
        ("/articles?etat=sommeil", "articles"),
        ("/article?ref=LTA001", "150 × 150 cm"),
        ("/article?ref=ele004", "Petit électroménager"),
        ("/article?ref=COF001", "Composition du coffret"),
        ("/articles/nouveau", "Créer l’article"),
        ("/clients?q=rivi", "Hôtel des Trois Rivières"),
        ("/client?code=PHOTELDEST00", "Adresses de livraison"),
        ("/documents?genre=6", "FA00001"),
        ("/document?piece=BC00004", "Livrer les quantités"),
        ("/document?piece=FA00001", "Saisir le règlement"),
        ("/mouvements", "Magasin de Lyon"),
    ],
)
def test_every_page_shows_its_matter(screen: Client, address: str, shown: str) -> None:
    answer = screen.get(address)
    assert 200 == answer.status_code
    assert shown in answer.text
    assert 'lang="fr"' in answer.text


def test_a_price_typed_with_a_comma_is_changed_and_said(screen: Client, gescom: GesCom) -> None:
    ref = an_article(gescom)
    page = press(screen, "/article/prix", ref=ref, prix="1 234,50")
    assert f"Prix de {ref} : 1 234,50 €." in page
    (row,) = sql(gescom, "select AR_PrixVen from F_ARTICLE where AR_Ref = ?", ref)
    assert 1234.5 == row["AR_PrixVen"]


@pytest.mark.parametrize("typed", ["douze", "NaN", "1e99", "--"])
def test_what_is_no_number_is_refused_in_words(screen: Client, gescom: GesCom, typed: str) -> None:
    ref = an_article(gescom)
    assert "n’est pas un nombre" in press(screen, "/article/prix", ref=ref, prix=typed)


def test_stock_is_counted_per_depot_and_variant(screen: Client, gescom: GesCom) -> None:
    ref = an_article(gescom)
    press(screen, "/article/stock", ref=ref, depot="2", quantite="7", ag1="0", ag2="0")
    assert Decimal(7) == stock_of(gescom, ref, 2)["QteSto"]


def test_an_article_sleeps_wakes_hides_and_goes(screen: Client, gescom: GesCom) -> None:
    press(
        screen,
        "/article/nouveau",
        ref="zz-9",
        nom="Écumoire d’été",
        famille="USTENSILES",
        prix="9,9",
        ttc="1",
        publie="1",
    )
    assert "En sommeil" in press(screen, "/article/sommeil", ref="ZZ-9")
    assert "Publié" in press(screen, "/article/reveil", ref="ZZ-9")
    assert "Non publié" in press(screen, "/article/publication", ref="ZZ-9", publie="0")
    assert "est supprimé" in press(screen, "/article/supprimer", ref="ZZ-9")
    assert 404 == screen.get("/article?ref=ZZ-9").status_code


def test_emptying_the_table_asks_first_and_can_be_undone(screen: Client, gescom: GesCom) -> None:
    assert "Rien n’a été vidé" in press(screen, "/articles/vider", confirmation="oui")
    assert "articles ont disparu" in press(screen, "/articles/vider", confirmation="vider")
    assert "Restaurer les articles" in screen.get("/articles").text
    assert "sont restaurés" in press(screen, "/articles/restaurer")


def test_an_order_is_followed_to_its_credit_note(screen: Client, gescom: GesCom) -> None:
    ref = an_article(gescom)
    piece = gescom.enter(Entry(a_customer(gescom), [Line(ref, quantity=Decimal(4))], reference="K3QZ-7"))
    assert "est confirmé" in press(screen, "/document/confirmer", piece=piece)
    (row,) = sql(gescom, "select DL_No from F_DOCLIGNE where DO_Piece = ?", piece)
    page = press(screen, "/document/livrer", **{"piece": piece, f"q{row['DL_No']}": "1", "colis": "6A42"})
    assert "6A42" in page
    assert "Reliquat" in screen.get(f"/document?piece={piece}").text
    press(screen, "/document/livrer", piece=piece)
    note = sql(
        gescom,
        "select DO_Piece from F_DOCENTETE where DO_Type = 3 and DO_NoWeb = 'K3QZ-7' order by cbMarq desc",
    )[0]
    assert "Facture" in press(screen, "/document/facturer", piece=note["DO_Piece"])
    bill = sql(gescom, "select DO_Piece from F_DOCENTETE where DO_Type = 6 and DO_NoWeb = 'K3QZ-7'")[0][
        "DO_Piece"
    ]
    assert "Règlement de 5 € saisi" in press(screen, "/document/regler", piece=bill, montant="5", mode="1")
    (line,) = sql(gescom, "select DL_No from F_DOCLIGNE where DO_Piece = ?", bill)
    assert "Bon de retour" in press(
        screen, "/document/reprendre", **{"piece": bill, f"q{line['DL_No']}": "1"}
    )


def test_a_waiting_order_is_changed_and_two_go_on_one_note(screen: Client, gescom: GesCom) -> None:
    ref, customer = an_article(gescom), a_customer(gescom)
    before = stock_of(gescom, ref)["QteRes"]
    first, second = (gescom.enter(Entry(customer, [Line(ref, quantity=Decimal(3))])) for _ in range(2))
    (row,) = sql(gescom, "select DL_No from F_DOCLIGNE where DO_Piece = ?", first)
    press(screen, "/document/modifier", **{"piece": first, f"q{row['DL_No']}": "2"})
    assert "est ajouté" in press(screen, "/document/ajouter", piece=first, ref=ref, quantite="1,5")
    assert before + Decimal("6.5") == stock_of(gescom, ref)["QteRes"]
    page = press(screen, "/document/regrouper", piece=first, avec=second)
    assert (True, True) == (first in page, second in page)
    assert before == stock_of(gescom, ref)["QteRes"]
    (note,) = sql(
        gescom, "select distinct DO_Piece from F_DOCLIGNE where DL_PieceBC in (?, ?)", first, second
    )
    assert "ne se modifie plus" in press(screen, "/document/modifier", piece=note["DO_Piece"])


def test_a_document_opened_by_a_user_refuses_until_it_is_shut(screen: Client) -> None:
    assert "Ouvert par" in press(screen, "/document/ouvrir", piece="BC00001")
    assert "est ouvert par" in press(screen, "/document/livrer", piece="BC00001")
    press(screen, "/document/fermer", piece="BC00001")
    assert "est annulé" in press(screen, "/document/annuler", piece="BC00001")


def test_a_document_that_was_transformed_is_explained(screen: Client) -> None:
    answer = screen.get("/document?piece=BC00005")
    assert (404, True) == (answer.status_code, "transformé ou annulé" in answer.text)


def test_an_unknown_action_is_refused(screen: Client, gescom: GesCom) -> None:
    assert "Action inconnue" in press(screen, "/article/effacer-le-disque", ref=an_article(gescom))


def test_another_sites_page_cannot_press_our_buttons(screen: Client, gescom: GesCom) -> None:
    answer = screen.post(
        "/articles/vider", data={"confirmation": "VIDER"}, headers={"Sec-Fetch-Site": "cross-site"}
    )
    assert 403 == answer.status_code
    assert 403 == screen.get("/", headers={"Host": "pirate.example"}).status_code
    assert sql(gescom, "select 1 from F_ARTICLE limit 1")


def test_what_people_type_is_shown_as_text(screen: Client, gescom: GesCom) -> None:
    gescom.rename(an_article(gescom), "<script>alert(1)</script>")
    assert "<script>alert" not in screen.get("/articles").text
    assert "<script>" not in screen.get("/articles?dit=<script>").text
