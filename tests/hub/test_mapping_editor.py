"""The mapping editor without a browser: the table, one rule and its buttons, what is saved and what is not, who may."""

import re
from html import unescape
from typing import Any

import httpx
import pytest

from support.web import Site, site, text_of

__all__ = ["site"]


def at(site: Site, place: str = "") -> str:
    return site.at(f"channels/{site.made.channel}/mapping{place}")


def fields_of(page: httpx.Response | str) -> dict[str, Any]:
    """The entries of the rule's form, as a browser would send them without pressing a button."""
    text = page if isinstance(page, str) else page.text
    form = re.search(r'<form class="rule".*?</form>', text, re.DOTALL)
    assert form, text[:2000]
    found: dict[str, Any] = {}

    def put(name: str, value: str) -> None:
        if name in found:
            found[name] = [*(found[name] if isinstance(found[name], list) else [found[name]]), value]
        else:
            found[name] = value

    for tag in re.findall(r"<input[^>]*>", form[0]):
        attributes = {name: unescape(value) for name, value in re.findall(r'([\w-]+)="([^"]*)"', tag)}
        ticked = " checked" in tag or attributes.get("type") not in ("radio", "checkbox")
        if "name" in attributes and ticked and attributes["name"] not in ("_csrf_token", "find"):
            put(attributes["name"], attributes.get("value", ""))
    for name, inside in re.findall(r'<select[^>]*name="([^"]+)"[^>]*>(.*?)</select>', form[0], re.DOTALL):
        chosen = re.search(r'<option value="([^"]*)" selected', inside) or re.search(
            r'<option value="([^"]*)"', inside
        )
        put(name, unescape(chosen[1]) if chosen else "")
    for name, inside in re.findall(r'<textarea[^>]*name="([^"]+)"[^>]*>(.*?)</textarea>', form[0], re.DOTALL):
        put(name, unescape(inside))
    return found


def opened(site: Site, target: str, article: str = "TABLE", who: Any = "owner") -> dict[str, Any]:
    answer = site.as_(who).get(at(site, f"/rule?target={target}&article={article}"))
    assert 200 == answer.status_code
    return fields_of(answer)


def press(site: Site, form: dict[str, Any], who: Any = "owner", **changed: Any) -> httpx.Response:
    return site.as_(who).post(at(site, "/rule"), **{**form, **changed})


def saved(site: Site, form: dict[str, Any], **changed: Any) -> dict[str, Any]:
    """Saves, and follows to the rule's page."""
    answer = press(site, form, **{"do": "save", **changed})
    assert 303 == answer.status_code, text_of(answer)
    return fields_of(site.as_("owner").get(answer.headers["location"]))


def row_of(site: Site, title: str, article: str = "TABLE") -> str:
    page = site.as_("owner").get(at(site, f"?article={article}&q={title}"))
    rows = re.findall(r'<tr[^>]*><th scope="row">.*?</tr>', page.text, re.DOTALL)
    assert rows, text_of(page)
    return re.sub(r"\s+", " ", unescape(re.sub(r"<[^>]+>", " ", rows[0]))).strip()


# ------------------------------------------------------------------------------------------------ the table


def test_the_table_says_what_fills_each_field_and_with_what(site: Site) -> None:
    told = text_of(site.as_("reader").get(at(site, "?article=TABLE")))
    assert "Règles de champs de Boutique en ligne" in told
    assert "Nom name Désignation" in told
    assert "ôter les espaces aux bouts" in told
    assert "Table de ferme 180 cm" in told
    assert "640,00 € TTC" in told
    assert "Titre de référencement seo_title la boutique elle-même, jamais envoyé" in told


def test_an_article_that_does_not_exist_is_said(site: Site) -> None:
    told = text_of(site.as_("owner").get(at(site, "?article=NOPE")))
    assert "La gestion n’a pas d’article « NOPE »" in told


@pytest.mark.parametrize(
    ("query", "there", "absent"),
    [
        ("q=marque", "brand", "offer.price"),
        ("q=PRIX+canal", "offer.price", "brand"),
        ("only=shop", "seo_title", "offer.price"),
        ("only=filled", "offer.price", "seo_title"),
        ("q=nothing+of+the+kind", "Aucun champ ne correspond", "offer.price"),
    ],
)
def test_the_table_is_filtered(site: Site, query: str, there: str, absent: str) -> None:
    answer = site.as_("owner").get(at(site, f"?article=TABLE&{query}"), htmx=True)
    assert "<html" not in answer.text
    assert there in text_of(answer)
    assert absent not in text_of(answer)


def test_articles_are_found_by_name_and_leafed_through(site: Site) -> None:
    visitor = site.as_("owner")
    found = visitor.get(at(site, "/articles?find=miroir"), htmx=True)
    assert "article=MIROIR" in found.text
    page = visitor.get(at(site, "?article=BOUGIE")).text
    assert 'rel="prev" href="' + at(site, "?article=BANC") in page
    assert 'rel="next" href="' + at(site, "?article=CHAISE") in page


def test_an_article_that_is_held_says_why_at_its_field(site: Site) -> None:
    page = site.as_("owner").get(at(site, "?article=MIROIR&only=problems"))
    assert "aucun prix" in text_of(page)
    assert 'class="has-problem"' in page.text


# ------------------------------------------------------------------------------------------------- one rule


def test_a_rule_is_built_by_its_buttons_and_tried_on_the_article(site: Site) -> None:
    form = opened(site, "seo_title")
    assert "shop" == form["owner"]
    form = saved(site, form, owner="erp", do="source-add:product.brand")
    form = saved(site, form, do="source-add:product.name")
    assert ["product.brand", "product.name"] == form["source"]
    assert "first" == form["step-0-do"]  # several are gathered
    answer = press(site, form, do="step-off-0")
    assert "lit plusieurs champs" in text_of(answer)
    form = saved(site, fields_of(answer), do="step-add", kind="join")
    saved(site, form, **{"step-0-separator": " – "})
    told = text_of(site.as_("owner").get(at(site, "/rule?target=seo_title&article=TABLE")))
    assert "Sur Table de ferme 180 cm, étape par étape Marque Duval Désignation Table de ferme 180 cm" in told
    assert "Duval – Table de ferme 180 cm En boutique rien → Duval – Table de ferme 180 cm" in told


def test_steps_are_added_moved_and_removed(site: Site) -> None:
    form = saved(site, opened(site, "summary"), do="step-add", kind="case")
    form = saved(site, form, **{"step-2-to": "upper"})
    assert ["trim", "html", "case"] == [form[f"step-{n}-do"] for n in range(3)]
    form = saved(site, form, do="step-up-2")
    assert ["trim", "case", "html"] == [form[f"step-{n}-do"] for n in range(3)]
    assert "upper" == form["step-1-to"]
    form = saved(site, form, do="step-off-0")
    assert ["case", "html"] == [form[f"step-{n}-do"] for n in range(2)]


def test_what_cannot_be_used_yet_stays_in_the_form_and_is_not_saved(site: Site) -> None:
    form = opened(site, "brand")
    answer = press(site, form, do="step-add", kind="replace")
    assert 422 == answer.status_code
    assert "Pas encore enregistré" in text_of(answer)
    assert "« Chercher » est vide" in text_of(answer)
    assert "replace" == fields_of(answer)["step-1-do"]
    assert "step-1-do" not in opened(site, "brand")


def test_a_draft_shows_before_and_after_and_can_be_taken_back(site: Site) -> None:
    form = saved(site, opened(site, "brand"), do="step-add", kind="case")
    form = saved(site, form, **{"step-1-to": "upper"})
    assert "Duval → DUVAL" in row_of(site, "marque")
    assert "pas encore appliqué" in row_of(site, "marque")
    saved(site, form, do="undo")
    assert "→ DUVAL" not in row_of(site, "marque")


def test_the_usual_rule_comes_back_and_a_rule_can_be_none(site: Site) -> None:
    form = saved(site, opened(site, "offer.mpn"), do="remove")
    assert "rien : la valeur de la boutique reste" in row_of(site, "offer.mpn")
    saved(site, form, do="default")
    assert "Référence du fabricant" in row_of(site, "offer.mpn")


def test_a_rule_can_be_written_before_there_is_an_article_to_try_it_on(site: Site) -> None:
    form = opened(site, "slug", article="NOPE")
    form = saved(site, form, owner="erp", do="source-add:product.name")
    assert "product.name" == form["source"]
    assert "slug" == saved(site, form, do="step-add", kind="slug")["step-0-do"]


def test_a_field_of_ones_own_is_named_and_filled(site: Site) -> None:
    visitor = site.as_("owner")
    page = visitor.get(at(site, "/rule?opening=features.&name=Fabricant&article=TABLE"))
    assert 200 == page.status_code
    saved(site, fields_of(page), do="source-add:product.brand")
    assert "rien → Duval" in row_of(site, "features.Fabricant")


def test_a_field_that_the_shop_does_not_have_is_not_found(site: Site) -> None:
    assert 404 == site.as_("owner").get(at(site, "/rule?target=nonsense")).status_code
    assert 404 == site.as_("owner").get(at(site, "/rule?target=")).status_code


# ------------------------------------------------------------------------------------------------- formulas


def asked(site: Site, expression: str, target: str = "description") -> str:
    form = opened(site, target)
    number = len([name for name in form if name.endswith("-do")])
    step = {f"step-{number}-do": "formula", f"step-{number}-expression": expression}
    answer = site.as_("owner").post(at(site, f"/formula?step={number}"), **{**form, **step})
    assert 200 == answer.status_code
    return text_of(answer)


def test_a_formula_is_checked_while_it_is_typed(site: Site) -> None:
    assert "La formule est utilisable. Elle donne : TABLE" in asked(site, "upper(words(product.name, 1))")
    assert "Au caractère 1, la formule lit « produit.nom »" in asked(site, "produit.nom")
    assert "" == asked(site, "  ").strip()


def test_a_formula_that_is_wrong_is_shown_where(site: Site) -> None:
    form = opened(site, "description")
    step = {"step-2-do": "formula", "step-2-expression": 'product.name + ) "x"'}
    answer = site.as_("owner").post(at(site, "/formula?step=2"), **{**form, **step})
    assert "product.name + <mark>)</mark>" in unescape(answer.text)


def test_sources_are_searched_by_name_and_by_what_they_hold(site: Site) -> None:
    form = opened(site, "description")
    found = site.as_("owner").post(at(site, "/sources"), **{**form, "find": "duval"})
    assert "product.brand" in found.text
    assert "product.sku" not in found.text
    found = site.as_("owner").post(at(site, "/sources"), **{**form, "find": "poids"})
    assert "product.weight_g" in found.text
    assert "item.weight_g" not in found.text  # not for a field of the whole sheet


# ------------------------------------------------------------------------------------------------- together


def test_two_people_change_two_rules_and_neither_is_lost(site: Site) -> None:
    mine, theirs = opened(site, "tax_rate"), opened(site, "tags")
    assert (
        303 == press(site, theirs, who="other_owner", owner="erp", do="source-add:product.family").status_code
    )
    assert 303 == press(site, mine, owner="creation", do="save").status_code
    assert "Famille" in row_of(site, "tags")
    assert "la gestion à la création" in row_of(site, "tax_rate")


def test_a_rule_that_somebody_else_changed_is_not_overwritten_unseen(site: Site) -> None:
    mine, theirs = opened(site, "related"), opened(site, "related")
    assert (
        303
        == press(site, theirs, who="other_owner", owner="erp", do="source-add:product.related").status_code
    )
    answer = press(site, mine, owner="erp", do="source-add:product.replaced_by")
    assert 422 == answer.status_code
    assert "Jean Duval a changé cette règle entre-temps" in text_of(answer)
    assert "Articles liés" in row_of(site, "related")
    taken = fields_of(press(site, fields_of(answer), do="reload"))
    assert "product.related" == taken["source"]
    assert 303 == press(site, mine, owner="erp", source="product.replaced_by", do="overrule").status_code
    assert "Article de remplacement" in row_of(site, "related")


def test_a_form_that_outlived_its_draft_says_so(site: Site) -> None:
    form = saved(site, opened(site, "offer.weight_g"), owner="creation")
    site.as_("other_owner").post(site.at(f"channels/{site.made.channel}/draft/discard"))
    answer = press(site, form, owner="erp", do="step-add", kind="round")
    assert 422 == answer.status_code
    assert "a été appliqué ou abandonné entre-temps" in text_of(answer)
    assert 303 == press(site, form, owner="erp", do="overrule").status_code


def test_a_change_of_a_row_brings_what_else_the_page_says_now(site: Site) -> None:
    form = opened(site, "brand", article="VASE")
    changed = {**form, "do": "step-add", "kind": "slug"}
    del changed["alone"]
    answer = site.as_("owner").change(at(site, "/rule"), **changed)
    assert 200 == answer.status_code
    assert "<html" not in answer.text
    assert "slug" == fields_of(answer)["step-1-do"]
    beside = set(re.findall(r'id="(\w+)[^"]*" hx-swap-oob', answer.text))
    assert {"draft", "filled", "owner", "value", "shown", "problems"} == beside
    assert 'hx-swap-oob="outerHTML:.revision"' in answer.text
    assert fields_of(answer)["revision"] != form["revision"]
    alone = site.as_("owner").change(at(site, "/rule"), **{**fields_of(answer), "alone": "1", "do": "undo"})
    assert {"draft"} == set(re.findall(r'id="(\w+)[^"]*" hx-swap-oob', alone.text))


# ------------------------------------------------------------------------------------------ on the whole catalogue


def test_the_whole_catalogue_is_counted_by_reason_with_examples(site: Site) -> None:
    page = site.as_("owner").get(at(site, "?article=TABLE&count=1"))
    told = text_of(page)
    assert "articles essayés sur" in told
    assert "1 article retenu Prix" in told
    assert "Par exemple : MIROIR" in told


def test_a_catalogue_is_not_tried_by_itself_while_nothing_is_changed(site: Site) -> None:
    site.as_("owner").post(site.at(f"channels/{site.made.channel}/draft/discard"))
    page = site.as_("owner").get(at(site, "?article=TABLE"))
    assert "L’essayer maintenant" in text_of(page)
    assert "load delay" not in page.text
    saved(site, opened(site, "brand"), do="step-add", kind="case")
    assert "load delay" in site.as_("owner").get(at(site, "?article=TABLE")).text


def test_one_rule_is_counted_alone(site: Site) -> None:
    form = saved(site, opened(site, "offer.ean"), do="remove")
    form = saved(site, form, do="source-add:item.key")
    form = saved(site, {**form, "kind": "arithmetic"}, do="save")
    answer = press(site, form, do="step-add", kind="arithmetic")
    form = saved(site, fields_of(answer), **{"step-0-number": "2"})
    count = site.as_("owner").post(at(site, "/problems"), target="offer.ean", state="", article="TABLE")
    told = text_of(count)
    assert "articles retenus" in told
    assert "n’est pas un nombre utilisable" in told
    saved(site, form, do="undo")


def test_a_count_of_another_draft_begins_anew(site: Site) -> None:
    state = '{"revision": 1, "after": "ZZZ", "seen": 5000, "of": 5000, "ended": true}'
    count = site.as_("owner").post(at(site, "/problems"), state=state, article="TABLE")
    assert "5 000" not in text_of(count)
    assert "61 articles essayés sur 61" in text_of(count)


# --------------------------------------------------------------------------------------------------- who may


def test_a_reader_sees_the_rules_and_cannot_change_them(site: Site) -> None:
    reader = site.as_("reader")
    page = reader.get(at(site, "/rule?target=name&article=TABLE"))
    assert 200 == page.status_code
    assert "Enregistrer dans le brouillon" not in text_of(page)
    assert 403 == reader.post(at(site, "/rule"), target="name", owner="shop").status_code
    assert 403 == reader.post(at(site, "/formula"), target="name").status_code


def test_another_merchants_channel_does_not_exist(site: Site) -> None:
    assert 404 == site.as_("stranger").get(at(site)).status_code
