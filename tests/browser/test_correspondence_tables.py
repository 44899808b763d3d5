"""Correspondence tables in a real Chromium: made and filled by keyboard, the missing values found while one looks, by axe and on
a phone."""

from typing import Any

import pytest
from playwright.sync_api import Page, expect

from support.browser import Reader, Served

pytestmark = pytest.mark.browser

WORDS = {
    "fr": {
        "name": "Nom de la table", "kept": "Gardé dans le brouillon", "add": "Ajouter les lignes cochées",
        "all": "La table a toutes les valeurs de vos articles", "save": "Enregistrer dans le brouillon",
        "saved": "Enregistré dans le brouillon", "in_shop": "En boutique, Duval", "twice": "est déjà dans la table",
    },
    "en": {
        "name": "Name of the table", "kept": "Kept in the draft", "add": "Add the ticked ones",
        "all": "The table has every value of your articles", "save": "Save in the draft",
        "saved": "Saved in the draft", "in_shop": "In the shop, Duval", "twice": "is in the table already",
    },
}  # fmt: skip
GRAVE = ("serious", "critical")


def at(served: Served, place: str = "tables") -> str:
    return f"/t/{served.made.tenant}/channels/{served.made.channel}/{place}"


def made_by_keyboard(reader: Reader, served: Served, name: str) -> Page:
    page, words = reader.go(at(served)), WORDS[reader.language]
    page.get_by_label(words["name"]).focus()
    page.keyboard.type(name)
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1, name=name)).to_be_visible()
    return page


def grave_faults(page: Page, axe: str) -> list[Any]:
    page.evaluate(axe)  # by the debugger: the pages' own policy allows no foreign script
    found = page.evaluate("() => axe.run(document, {resultTypes: ['violations']})")
    return [
        (one["id"], [node["html"] for node in one["nodes"]])
        for one in found["violations"]
        if one["impact"] in GRAVE
    ]


def test_a_table_is_made_and_filled_by_keyboard_alone(reader: Reader, served: Served) -> None:
    words = WORDS[reader.language]
    page = made_by_keyboard(reader, served, f"Clavier {reader.language}")
    page.locator('.entries input[name="value-0"]').focus()
    for part in ("LE CREUSET", "Le Creuset", "SEB", "Tefal"):
        page.keyboard.type(part)
        page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.get_by_text(words["kept"])).to_be_visible()
    expect(page.locator('.entries input[name="value-0"]')).to_have_value("LE CREUSET")
    expect(page.locator('.entries input[name="meant-1"]')).to_have_value("Tefal")
    page.locator('.entries input[name="value-1"]').fill("le creuset")
    page.keyboard.press("Enter")
    wrong = page.locator('.entries input[name="value-1"]')
    expect(wrong).to_have_attribute("aria-invalid", "true")
    expect(page.locator("#wrong-1")).to_contain_text(words["twice"])


def test_missing_values_appear_by_themselves_and_are_taken(reader: Reader, served: Served, axe: str) -> None:
    words, name = WORDS[reader.language], f"Marques {reader.language}"
    made_by_keyboard(reader, served, name)
    page = reader.go(at(served, "mapping/rule?target=brand"))
    if page.locator('select[name$="-table"]').count() == 0:
        page.locator('select[name="kind"]').select_option("lookup")
        page.locator('button[value="step-add"]').click()
    page.locator('select[name$="-table"]').select_option(name)
    page.locator('select[name$="-otherwise"]').select_option("keep")
    page.get_by_role("button", name=words["save"]).click()
    expect(page.get_by_text(words["saved"]).first).to_be_visible()
    reader.go(at(served, f"tables/table?name={name}"))
    meaning = page.get_by_label(words["in_shop"])
    expect(meaning).to_be_visible()
    assert [] == grave_faults(page, axe)
    meaning.fill("Maison Duval")
    page.get_by_role("button", name=words["add"]).click()
    expect(page.get_by_text(words["all"])).to_be_visible()
    expect(page.locator('.entries input[name="value-0"]')).to_have_value("Duval")


def test_nothing_sticks_out_on_a_phone(reader: Reader, served: Served) -> None:
    page = made_by_keyboard(reader, served, f"Téléphone {reader.language} {'très ' * 6}long")
    page.set_viewport_size({"width": 360, "height": 800})
    assert 360 == page.evaluate("() => document.documentElement.scrollWidth")
