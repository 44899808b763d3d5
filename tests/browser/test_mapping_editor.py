"""The mapping editor in a real Chromium: a rule built from nothing by keyboard alone, tried on an article as it grows; the same
without scripts, on a phone, and by axe."""

import re

import pytest
from playwright.sync_api import Browser, expect

from support.browser import Reader, Served
from support.keyboard import choose_step, name_of_focus, settle, tab_to, violations

pytestmark = pytest.mark.browser

WORDS = {
    "fr": {
        "fill": "Remplir ce champ", "add": "Ajouter un champ de la gestion", "step": "Ajouter cette étape",
        "saved": "Enregistré dans le brouillon", "brand": "Marque", "change": "Modifier Nom", "close": "Fermer",
        "not_yet": "Pas encore enregistré", "unapplied": "pas encore appliqué", "usable": "La formule est utilisable",
        "none_held": "Aucun article n’est retenu par cette règle", "up": "Monter raccourcir",
    },
    "en": {
        "fill": "Fill this field", "add": "Add a field of the ERP", "step": "Add this step",
        "saved": "Saved in the draft", "brand": "Brand", "change": "Change Name", "close": "Close",
        "not_yet": "Not saved yet", "unapplied": "not applied", "usable": "The formula can be used",
        "none_held": "No article is held by this rule", "up": "Move cut up",
    },
}  # fmt: skip


def at(served: Served, place: str = "") -> str:
    return f"/t/{served.made.tenant}/channels/{served.made.channel}/mapping{place}"


# --------------------------------------------------------------------------------------------- by keyboard


def test_a_rule_is_built_from_nothing_by_keyboard_alone(reader: Reader, served: Served) -> None:
    """A characteristic that nobody filled: named, fed from a field that is searched, changed by a step and by a formula with
    completion; the value for the article is there after each of them."""
    words, field = WORDS[reader.language], f"Atelier {reader.language}"
    page = reader.go(at(served, "?article=TABLE"))
    tab_to(page, "Son nom dans la boutique" if reader.language == "fr" else "Its name in the shop", most=150)
    page.keyboard.type(field)
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text(field)
    tab_to(page, words["add"])
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    page.keyboard.type("duval")  # what it holds finds it as well as its name
    offer = page.get_by_role("button", name=re.compile("product.brand"))
    expect(offer).to_be_visible()
    tab_to(page, words["brand"])
    page.keyboard.press("Enter")
    expect(page.get_by_role("status").filter(has_text=words["saved"])).to_be_visible()
    result = page.locator(".result")
    expect(result.locator("li.end")).to_contain_text("Duval")

    tab_to(page, "Étape à ajouter" if reader.language == "fr" else "Step to add")
    choose_step(page, "case")
    settle(page)
    tab_to(page, words["step"])
    page.keyboard.press("Enter")
    expect(page.get_by_label("Écrire" if reader.language == "fr" else "Write")).to_be_focused()
    page.keyboard.press("Home")
    expect(result.locator("li.end")).to_contain_text("DUVAL")

    tab_to(page, "Étape à ajouter" if reader.language == "fr" else "Step to add")
    choose_step(page, "formula")
    settle(page)
    tab_to(page, words["step"])
    page.keyboard.press("Enter")
    formula = page.get_by_label("Formule" if reader.language == "fr" else "Formula", exact=True)
    expect(formula).to_be_focused()
    expect(result).to_contain_text(words["not_yet"])
    page.keyboard.type('value + " / " + wor')
    options = page.locator(".words").get_by_role("option")
    expect(options.first).to_have_text(re.compile("^words"))
    expect(formula).to_have_attribute("aria-activedescendant", re.compile("-0$"))
    page.keyboard.press("Enter")
    page.keyboard.type("product.na")
    expect(options.first).to_have_text(re.compile("^product.name"))
    page.keyboard.press("Enter")
    expect(options).to_have_count(0)
    page.keyboard.type(", 1)")
    expect(formula).to_have_value('value + " / " + words(product.name, 1)')
    expect(page.locator(".formula-check")).to_contain_text(words["usable"])
    expect(page.locator(".formula-check")).to_contain_text("DUVAL / Table")
    page.keyboard.press("Tab")
    expect(result).to_contain_text(words["saved"])
    expect(result.locator("li.end")).to_contain_text("DUVAL / Table")
    expect(result).to_contain_text(words["none_held"])


def test_a_row_opens_where_it_is_and_gives_the_focus_back(reader: Reader, served: Served) -> None:
    words = WORDS[reader.language]
    page = reader.go(at(served, "?article=VASE"))
    tab_to(page, words["change"], most=120)
    page.keyboard.press("Enter")
    form = page.get_by_role("form", name=re.compile("Nom" if reader.language == "fr" else "Name"))
    expect(form.get_by_role("heading", level=3)).to_be_focused()
    tab_to(page, "Étape à ajouter" if reader.language == "fr" else "Step to add")
    choose_step(page, "cut")
    settle(page)
    tab_to(page, words["step"])
    page.keyboard.press("Enter")
    length = form.get_by_label("Caractères au plus" if reader.language == "fr" else "Characters at most").last
    expect(length).to_be_focused()
    page.keyboard.press("Control+A")
    page.keyboard.type("9")
    page.keyboard.press("Tab")
    row = page.locator("tr").filter(has=page.get_by_role("link", name=words["change"]))
    expect(row).to_contain_text("Vase…")
    expect(row).to_contain_text(words["unapplied"])
    expect(page.locator("#shown .shop-card")).to_have_count(2)
    expect(page.locator("#shown .shop-card").last).to_contain_text("Vase…")
    expect(page.locator("#draft")).to_contain_text(re.compile("1|2|3|4"))
    page.keyboard.press("Escape")
    expect(page.get_by_role("link", name=words["change"])).to_be_focused()
    expect(page.locator("form.rule")).to_have_count(0)


def test_steps_are_moved_and_the_focus_goes_with_them(reader: Reader, served: Served) -> None:
    words = WORDS[reader.language]
    page = reader.go(at(served, "/rule?target=description&article=VASE"))
    tab_to(page, "Étape à ajouter" if reader.language == "fr" else "Step to add")
    choose_step(page, "cut")
    settle(page)
    tab_to(page, words["step"])
    page.keyboard.press("Enter")
    expect(
        page.get_by_label("Caractères au plus" if reader.language == "fr" else "Characters at most").last
    ).to_be_focused()
    tab_to(page, words["up"], back=True)
    page.keyboard.press("Enter")
    settle(page)
    expect(page.locator(":focus")).to_have_attribute("value", re.compile(r"step-up-\d"))
    assert words["up"] == name_of_focus(page)
    reader.go(at(served, "/rule?target=description&article=VASE"))
    tab_to(page, "Revenir à la version" if reader.language == "fr" else "Back to the version")
    page.keyboard.press("Enter")
    expect(page.locator("li.step")).to_have_count(2)


# ------------------------------------------------------------------------------------ together, elsewhere, open to all


def test_what_a_colleague_changed_is_not_overwritten_unseen(chromium: Browser, served: Served) -> None:
    mine, theirs = Reader(chromium, served, "fr"), Reader(chromium, served, "en")
    mine.sign_in()
    theirs.sign_in()
    for one in (mine, theirs):
        one.go(at(served, "/rule?target=tags&article=TABLE"))
    theirs.page.get_by_label("the ERP, always").check()
    expect(theirs.page.locator(".result")).to_contain_text("Saved in the draft")
    mine.page.get_by_label("la gestion à la création").check()
    expect(mine.page.locator(".result")).to_contain_text("Jean Duval a changé cette règle entre-temps")
    mine.page.get_by_role("button", name="Garder la mienne").click()
    expect(mine.page.locator(".result")).to_contain_text("Enregistré dans le brouillon")
    mine.page.get_by_role("button", name="Revenir à la version en service").click()
    expect(mine.page.get_by_label("la boutique jamais envoyé")).to_be_checked()
    for one in (mine, theirs):
        one.close()
        assert [] == one.complaints


def test_a_rule_is_built_without_scripts(chromium: Browser, served: Served) -> None:
    reader = Reader(chromium, served, "fr", java_script_enabled=False)
    reader.sign_in()
    page = reader.go(at(served, "?article=TABLE"))
    page.get_by_role("link", name="Modifier Marque", exact=True).click()
    page.get_by_label("Étape à ajouter").select_option("replace")
    page.get_by_role("button", name="Ajouter cette étape").click()
    expect(page.get_by_text("Pas encore enregistré")).to_be_visible()
    page.get_by_label("Chercher", exact=True).fill("Duval")
    page.get_by_label("Remplacer par").fill("Maison Duval")
    page.get_by_role("button", name="Enregistrer dans le brouillon").click()
    expect(page.locator(".result li.end")).to_contain_text("Maison Duval")
    page.get_by_text("Ajouter un champ de la gestion").click()
    page.get_by_label("Chercher par nom ou par contenu").fill("famille")
    page.get_by_role("button", name="Rechercher").click()
    page.get_by_role("button", name=re.compile("product.family")).click()
    expect(page.locator(".pieces").first).to_contain_text("product.family")
    page.get_by_role("button", name="Revenir à la version en service").click()
    expect(page.locator("li.step")).to_have_count(1)
    reader.close()


@pytest.mark.parametrize(("language", "scheme"), [("fr", "light"), ("en", "dark")])
def test_nobody_is_shut_out_of_the_editor(
    chromium: Browser, served: Served, axe: str, language: str, scheme: str
) -> None:
    """With a rule open in its row, a formula in it, its help unfolded and its suggestions shown."""
    reader = Reader(chromium, served, language, color_scheme=scheme)
    reader.sign_in()
    page = reader.go(at(served, "?article=TABLE"))
    assert [] == violations(page, axe)
    page.locator("a[href*='target=description&']").click()
    page.get_by_label("Étape à ajouter" if language == "fr" else "Step to add").select_option("formula")
    settle(page)
    page.get_by_role("button", name=WORDS[language]["step"]).click()
    formula = page.get_by_label("Formule" if language == "fr" else "Formula", exact=True)
    formula.press_sequentially('"x" + product.na')
    expect(page.locator(".words").get_by_role("option").first).to_be_visible()
    page.evaluate("() => document.querySelectorAll('details').forEach(one => one.open = true)")
    settle(page)
    assert [] == violations(page, axe)
    reader.close()


def test_the_editor_is_no_wider_than_a_phone(chromium: Browser, served: Served) -> None:
    reader = Reader(
        chromium, served, "fr", viewport={"width": 360, "height": 740}, has_touch=True, is_mobile=True
    )
    reader.sign_in()
    for place in ("?article=CHAISE", "/rule?target=offer.price&article=CHAISE", "/rule?target=seo_title"):
        page = reader.go(at(served, place))
        page.evaluate("() => document.querySelectorAll('details').forEach(one => one.open = true)")
        wider = page.evaluate(
            "() => document.documentElement.scrollWidth - document.documentElement.clientWidth"
        )
        assert 0 == wider, place
    page = reader.go(at(served, "?article=CHAISE"))
    page.locator("a[href*='target=description']").first.click()
    expect(page.locator("form.rule")).to_be_visible()
    assert 0 == page.evaluate(
        "() => document.documentElement.scrollWidth - document.documentElement.clientWidth"
    )
    reader.close()
    assert [] == reader.complaints
