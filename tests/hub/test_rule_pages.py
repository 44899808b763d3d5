"""The workbenches of stock, prices and publication: numbers of a live article as the form changes, and what is kept of it."""

import re
from typing import Any
from uuid import UUID

import pytest

from support.web import Site, site, text_of

__all__ = ["site"]

STOCK: dict[str, Any] = {
    "depots": ["LYON", "PARIS"], "nature": "prudent", "margin": "1", "margin_percent": "0", "maximum": "", "kits": "count",
    "untracked": "always", "made_to_order": "always", "article": "TABLE",
}  # fmt: skip
PRICES: dict[str, Any] = {
    "category": "WEB", "tax_included": "", "currency": "EUR", "promotions": "1", "crossed_out": "promotion",
    "crossed_out_category": "", "crossed_out_field": "", "eco_contribution": "added", "free": "hold", "below_cost": "send",
    "lowest": "", "article": "TABLE",
}  # fmt: skip
PUBLICATION: dict[str, Any] = {
    "match": "all", "conditions": "0", "formula": "", "leaving": "unpublish", "delete_after_days": "30", "article": "TABLE",
}  # fmt: skip


def place(site: Site, which: str) -> str:
    return site.at(f"channels/{site.made.channel}/{which}")


def revision(site: Site, which: str) -> str:
    """Of the draft that the page shows."""
    found = re.search(r'name="revision" value="(-?\d+)"', site.as_("owner").get(place(site, which)).text)
    assert found
    return found[1]


def tried(site: Site, which: str, form: dict[str, Any], **changed: Any) -> str:
    """The numbers while the form changes, as its script asks for them."""
    answer = site.as_("owner").change(place(site, which), **{**form, **changed})
    assert 200 == answer.status_code
    assert "<html" not in answer.text
    return text_of(answer)


# --------------------------------------------------------------------------------------------------- stock


def test_the_stock_of_a_live_article_is_worked_out_step_by_step(site: Site) -> None:
    page = site.as_("owner").get(place(site, "stock") + "?choose=TABLE")
    told = text_of(page)
    for part in ("Table de ferme 180 cm", "réel 16 − réservé 2", "Entrepôt de Lyon", "Retours ne compte pas"):
        assert part in told, part
    assert 'class="waterfall"' in page.text


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"margin": "4"}, "réel 16 − réservé 2 − marge de sécurité 4 = 10"),
        ({"margin": "0", "nature": "real"}, "réel 16 = 16"),
        ({"depots": ["PARIS"], "margin": "0"}, "réel 3 = 3"),
        ({"margin": "0", "margin_percent": "50"}, "réel 16 − réservé 2 − marge de sécurité 7 = 7"),
        ({"margin": "0", "maximum": "5"}, "au-delà du maximum affiché 9 = 5"),
        ({"margin": "0", "nature": "terms", "term-real": "plus", "term-reserved": "plus"}, "réel 16 + réservé 2 = 18"),
        ({"margin": "0", "nature": "formula", "formula": "stock.real * 2.0"}, "formule 32 = 32"),
    ],
)  # fmt: skip
def test_numbers_follow_the_form_before_anything_is_kept(
    site: Site, changed: dict[str, Any], said: str
) -> None:
    before = revision(site, "stock")
    assert said in tried(site, "stock", STOCK, **changed)
    assert before == revision(site, "stock")


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"margin": "beaucoup"}, "« beaucoup » n’est pas un nombre"),
        ({"margin_percent": "120"}, "« 120 » n’est pas un nombre"),
        ({"nature": "terms"}, "Choisissez au moins un chiffre à compter"),
        ({"nature": "terms", "term-reserved": "minus"}, "Le calcul du stock n’additionne rien"),
        ({"nature": "formula"}, "Écrivez la formule"),
        ({"nature": "formula", "formula": "stock.reel"}, "« stock.reel »"),
        ({"nature": "formula", "formula": "product.name"}, "La formule du stock lit"),
        ({"nature": "x"}, "Choisissez une des réponses proposées"),
        ({"depots": ["MARS"]}, "pas de dépôt « MARS »"),
    ],
)
def test_a_stock_rule_that_cannot_be_is_refused_by_field(
    site: Site, changed: dict[str, Any], said: str
) -> None:
    form = {**STOCK, **changed, "revision": revision(site, "stock"), "do": "save"}
    answer = site.as_("owner").post(place(site, "stock"), **form)
    assert 422 == answer.status_code
    assert said in text_of(answer)
    assert "non appliquée" not in text_of(site.as_("owner").get(place(site, "stock")))


def test_what_is_wrong_is_said_beside_the_former_numbers(site: Site) -> None:
    told = tried(site, "stock", STOCK, margin="beaucoup")
    assert "Les chiffres attendent que ceci soit corrigé" in told
    assert "réel 16" in told


def test_articles_are_found_and_leafed_through_with_the_form_as_it_is(site: Site) -> None:
    found = tried(site, "stock", STOCK, margin="4", q="fauteuil")
    assert "Fauteuil club en cuir patiné" in found
    assert "marge de sécurité 4" in found
    assert "Aucun article ne correspond" in tried(site, "stock", STOCK, q="rien de tel")
    assert "Vase soliflore" in tried(site, "stock", STOCK, choose="VASE")


def test_items_of_an_article_with_variants_are_told_apart(site: Site) -> None:
    told = tried(site, "stock", STOCK, choose="CHAISE")
    assert "Naturel CHAISE|1" in told
    assert "Noir CHAISE|2" in told


# -------------------------------------------------------------------------------------------------- prices


def test_a_price_is_worked_out_line_by_line(site: Site) -> None:
    told = tried(site, "prices", PRICES, category="PRO")
    for part in (
        "Prix du tarif « Professionnels HT » 448,00 € HT",
        "TVA 20 % ajoutée 537,60 € TTC",
        "En boutique : 537,60 € TTC",
    ):
        assert part in told, part


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"tax_included": "no"}, "TVA 20 % retirée"),
        ({"discount-1": "10"}, "Remise de 10 % de ce canal 576,00 €"),
        ({"discount-1": "-10"}, "Majoration de 10 % de ce canal 704,00 €"),
        ({"typed-1": "no"}, "TVA 20 % ajoutée 768,00 € TTC"),
        ({"lowest": "1000"}, "l’article attendrait une personne"),
        ({"category": "PRO", "group-1": "revendeurs"}, "revendeurs, à partir de 1 640,00 €"),
        ({"crossed_out": "category", "crossed_out_category": "PRO", "category": "WEB", "discount-1": "50"}, "537,60 €"),
    ],
)  # fmt: skip
def test_prices_follow_the_form(site: Site, changed: dict[str, Any], said: str) -> None:
    assert said in tried(site, "prices", PRICES, **changed)


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"currency": "euros"}, "n’est pas un code de devise"),
        ({"crossed_out": "field"}, "Choisissez le champ de la gestion"),
        ({"discount-1": "200"}, "« 200 » n’est pas un nombre"),
        ({"category": "OR"}, "pas de catégorie tarifaire « OR »"),
        ({"tax:": "vingt"}, "« vingt » n’est pas un nombre"),
    ],
)
def test_prices_that_cannot_be_are_refused_by_field(site: Site, changed: dict[str, Any], said: str) -> None:
    form = {**PRICES, **changed, "revision": revision(site, "prices"), "do": "save"}
    answer = site.as_("owner").post(place(site, "prices"), **form)
    assert 422 == answer.status_code
    assert said in text_of(answer)


# --------------------------------------------------------------------------------------------- publication


def test_the_catalogue_is_counted_in_and_out_by_reason(site: Site) -> None:
    told = text_of(site.as_("owner").get(place(site, "publication") + "?count=1"))
    assert "60 dans la boutique" in told
    assert "1 × La gestion ne le marque pas comme publié sur le web" in told
    assert "Par exemple : PORT" in told


def test_conditions_are_added_and_removed_without_a_script(site: Site) -> None:
    visitor, path = site.as_("owner"), place(site, "publication")
    added = visitor.post(path, **{**PUBLICATION, "do": "add", "kind": "field"})
    assert 200 == added.status_code
    assert 'name="c0-is" value="field"' in added.text
    form = {
        **PUBLICATION,
        "conditions": "1",
        "c0-is": "field",
        "c0-field": "product.brand",
        "c0-values": "Duval",
    }
    more = visitor.post(path, **{**form, "do": "add", "kind": "has_price"})
    assert 'name="c1-is" value="has_price"' in more.text
    less = visitor.post(path, **{**form, "conditions": "2", "c1-is": "has_price", "remove": "0"})
    assert 'name="c0-is" value="has_price"' in less.text
    assert 'name="c1-is"' not in less.text


@pytest.mark.parametrize(
    ("condition", "inside"),
    [
        ({"c0-is": "field", "c0-field": "product.brand", "c0-test": "equal", "c0-values": "duval"}, 60),
        ({"c0-is": "field", "c0-field": "product.brand", "c0-test": "different", "c0-values": "Duval"}, 0),
        ({"c0-is": "has_price"}, 59),
        ({"c0-is": "in_stock", "c0-least": "40"}, 32),
        ({"c0-is": "in_categories", "c0-typed": "MEUBLES", "c0-inside": "yes"}, 60),
        ({"c0-is": "has_text", "c0-field": "summary", "c0-least": "1"}, 0),
    ],
)
def test_conditions_decide_without_code(site: Site, condition: dict[str, str], inside: int) -> None:
    form = {**PUBLICATION, "conditions": "1", **condition}
    told = text_of(site.as_("owner").change(place(site, "publication") + "?count=1", **form))
    counted = re.search(r"(\d+) dans la boutique", told)
    assert inside == (int(counted[1]) if counted else 0)


def test_one_article_is_told_why_it_is_out(site: Site) -> None:
    form = {
        "conditions": "1",
        "c0-is": "field",
        "c0-field": "product.brand",
        "c0-test": "equal",
        "c0-values": "Autre",
    }
    told = tried(site, "publication", PUBLICATION, **form)
    assert "Pas en boutique" in told
    assert "« Duval »" in told
    assert "Rien ne l’en tient éloigné" in tried(site, "publication", PUBLICATION)


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"formula": "product.brand"}, "vrai ou faux"),
        ({"formula": "product.nom == 'x'"}, "« product.nom »"),
        ({"conditions": "1", "c0-is": "field", "c0-field": "product.brand", "c0-test": "equal"}, "Dites la valeur attendue"),
        ({"conditions": "1", "c0-is": "in_categories"}, "Cochez au moins une famille"),
        ({"delete_after_days": "0"}, "« 0 » n’est pas un nombre"),
    ],
)  # fmt: skip
def test_a_publication_rule_that_cannot_be_is_refused(site: Site, changed: dict[str, Any], said: str) -> None:
    form = {**PUBLICATION, **changed, "revision": revision(site, "publication"), "do": "save"}
    answer = site.as_("owner").post(place(site, "publication"), **form)
    assert 422 == answer.status_code
    assert said in text_of(answer)


# --------------------------------------------------------------------------------------------------- draft


def test_what_is_kept_is_a_draft_and_moves_nothing(site: Site) -> None:
    visitor, path = site.as_("owner"), place(site, "stock")
    seen = revision(site, "stock")
    site.wake.woken.clear()
    kept = visitor.post(path, **{**STOCK, "margin": "7", "revision": seen, "do": "save"})
    assert 303 == kept.status_code
    told = text_of(visitor.get(kept.headers["location"]))
    assert "1 modification n’est pas encore appliquée" in told
    assert "marge de sécurité 7" in told
    assert [] == site.wake.woken
    again = visitor.post(path, **{**STOCK, "margin": "9", "revision": seen, "do": "save"})
    assert 422 == again.status_code
    assert "a modifié ce brouillon entre-temps" in text_of(again)
    discarded = visitor.post(site.at(f"channels/{site.made.channel}/draft/discard"))
    assert discarded.headers["location"].endswith("done=discarded")
    assert "non appliquée" not in text_of(visitor.get(path))


def test_a_form_sent_as_it_was_shown_is_no_change(site: Site) -> None:
    form = {**STOCK, "revision": revision(site, "stock"), "do": "save"}
    assert 303 == site.as_("owner").post(place(site, "stock"), **form).status_code
    assert "non appliquée" not in text_of(site.as_("owner").get(place(site, "stock")))


@pytest.mark.parametrize("which", ["stock", "prices", "publication"])
def test_readers_look_and_change_nothing(site: Site, which: str) -> None:
    page = site.as_("reader").get(place(site, which) + "?choose=TABLE")
    assert "Seul un responsable peut changer ces règles" in text_of(page)
    assert "Garder les modifications" not in text_of(page)
    assert 403 == site.as_("reader").post(place(site, which), do="save").status_code
    assert 404 == site.as_("stranger").get(place(site, which)).status_code


def test_a_channel_that_is_not_there_is_not_found(site: Site) -> None:
    assert 404 == site.as_("owner").get(site.at(f"channels/{UUID(int=1)}/stock")).status_code


def test_the_pages_offer_what_the_shop_can_and_say_what_is_never_sent(site: Site) -> None:
    visitor = site.as_("owner")
    prices = text_of(visitor.get(place(site, "prices")))
    assert "Les prix convenus avec un client particulier ne sont jamais envoyés" in prices
    assert "Cette boutique ne prend pas de prix par quantité ni par groupe de clients" in prices
    assert "dépublié, puis supprimé" in text_of(visitor.get(place(site, "publication")))
