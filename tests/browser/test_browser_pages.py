"""The pages in a real Chromium: walked by role and label, by keyboard alone, on a phone, without scripts, by axe."""

import asyncio
import re
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import asyncpg
import pytest
from playwright.sync_api import Browser, Page, expect

from support.browser import Reader, Served
from support.web import pages

pytestmark = pytest.mark.browser

SECTIONS = {
    "fr": ("En attente de vous", "Journal", "Catalogue", "Commandes", "Canaux", "Connexions", "Agents", "Accès partenaire"),
    "en": ("Waiting for you", "Journal", "Catalogue", "Orders", "Channels", "Connections", "Agents", "Partner access"),
}  # fmt: skip
NAVIGATION = {"fr": "Rubriques", "en": "Sections"}
GRAVE = ("serious", "critical")


def happen(served: Served, stream: str, key: str, event: str) -> None:
    """An entry as a worker would write it."""

    async def main() -> None:
        connection = await asyncpg.connect(served.settings.database_url)
        try:
            async with connection.transaction():
                await connection.execute(
                    "SELECT set_config('raccord.tenant', $1, true)", str(served.made.tenant)
                )
                await connection.execute(
                    "INSERT INTO journal (tenant, connection, channel, stream, key, event) VALUES ($1, $2, $3, $4, $5, $6)",
                    served.made.tenant, served.made.shop, served.made.channel, stream, key, event,
                )  # fmt: skip
        finally:
            await connection.close()

    # Playwright keeps this thread's event loop to itself.
    with ThreadPoolExecutor(1) as other:
        other.submit(asyncio.run, main()).result()


def violations(page: Page, axe: str) -> list[str]:
    page.evaluate(axe)
    found: dict[str, Any] = page.evaluate("() => axe.run(document, {resultTypes: ['violations']})")
    return [
        f"{one['id']}: {one['help']}: {node['html'][:160]} ({node.get('failureSummary', '')[:200]})"
        for one in found["violations"]
        if one["impact"] in GRAVE
        for node in one["nodes"]
    ]


# ----------------------------------------------------------------------------------------------- at a desk


def test_every_section_is_reached_by_its_link(reader: Reader) -> None:
    page = reader.page
    for section in SECTIONS[reader.language]:
        page.get_by_role("navigation", name=NAVIGATION[reader.language]).get_by_role(
            "link", name=re.compile(f"^{section}")
        ).click()
        expect(page.get_by_role("heading", level=1)).to_have_text(section)


def test_an_article_is_found_while_one_types(reader: Reader, served: Served) -> None:
    page = reader.go(f"/t/{served.made.tenant}/catalogue")
    page.get_by_role("searchbox").type("fauteuil")
    expect(page.get_by_role("link", name="Fauteuil club en cuir patiné")).to_be_visible()
    expect(page.get_by_role("link", name="Table de ferme 180 cm")).to_have_count(0)
    expect(page).to_have_url(re.compile("q=fauteuil"))
    page.get_by_role("link", name="Fauteuil club en cuir patiné").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Fauteuil club en cuir patiné")


def test_the_journal_grows_by_itself_until_it_is_paused(reader: Reader, served: Served) -> None:
    page = reader.go(f"/t/{served.made.tenant}/journal")
    entries = page.get_by_role("list", name="Entrées" if reader.language == "fr" else "Entries")
    key = f"ARRIVE-{reader.language}"
    happen(served, "listings", key, "updated")
    expect(entries.get_by_role("link", name=key)).to_be_visible(timeout=8_000)
    expect(entries.get_by_role("listitem").first).to_contain_text(key)
    told = "1 nouvelle entrée" if reader.language == "fr" else "1 new entry"
    expect(page.get_by_text(told)).to_be_attached()
    page.get_by_role("link", name="Mettre en pause" if reader.language == "fr" else "Pause").click()
    happen(served, "listings", f"{key}-2", "updated")
    page.wait_for_timeout(3_000)  # longer than the list's own interval
    expect(entries.get_by_role("link", name=f"{key}-2")).to_have_count(0)


def test_the_address_of_a_strange_key_works_in_a_browser(reader: Reader, served: Served) -> None:
    page = reader.go(f"/t/{served.made.tenant}/catalogue?q=tabouret")
    page.get_by_role("link", name=re.compile("Tabouret")).click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Tabouret 1/2 hauteur « atelier »")


def test_no_page_makes_the_browser_complain(reader: Reader, served: Served) -> None:
    """Nothing is missing, nothing is stopped by the content security policy."""
    for path in pages(served.made).values():
        reader.go(path)


# --------------------------------------------------------------------------------------------- by keyboard


def test_the_main_path_is_walked_by_keyboard_alone(chromium: Browser, served: Served) -> None:
    """Sign in, skip to the content, open what waits, choose the customer of a held order."""
    reader = Reader(chromium, served, "fr")
    page = reader.page
    page.goto(f"{served.url}/sign-in")
    expect(page.get_by_label("Adresse e-mail")).to_be_focused()
    page.keyboard.type("anne@duval.example")
    page.keyboard.press("Tab")
    page.keyboard.type("une phrase facile à retenir")
    page.keyboard.press("Enter")
    page.wait_for_url("**/overview")
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Aller au contenu")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator("main")).to_be_focused()
    tab_to(page, "Voir quoi")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("En attente de vous")
    tab_to(page, "Commande 1034")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("Commande 1034")
    tab_to(page, "Choisir CLBESNARD")
    page.keyboard.press("Enter")
    expect(page.get_by_role("status").first).to_contain_text("Le client est choisi")
    tab_to(page, "Ignorer…")
    page.keyboard.press("Enter")
    tab_to(page, "Ignorer cette commande")  # the confirmation opened without a mouse
    reader.close()
    assert [] == reader.complaints


def tab_to(page: Page, name: str, most: int = 60) -> None:
    """Presses Tab until the element of this name has the focus, and sees that the focus is shown."""
    for _ in range(most):
        page.keyboard.press("Tab")
        label = page.evaluate(
            "() => document.activeElement.getAttribute('aria-label') || document.activeElement.textContent.trim()"
        )
        if label == name:
            assert "none" != page.evaluate("() => getComputedStyle(document.activeElement).outlineStyle")
            return
    raise AssertionError(f"the keyboard does not reach “{name}”")


# --------------------------------------------------------------------------------------- on a phone, without scripts


@pytest.mark.parametrize("language", ["fr", "en"])
def test_no_page_is_wider_than_a_phone(chromium: Browser, served: Served, language: str) -> None:
    reader = Reader(
        chromium, served, language, viewport={"width": 360, "height": 740}, has_touch=True, is_mobile=True
    )
    reader.sign_in()
    for name, path in pages(served.made).items():
        page = reader.go(path)
        wider = page.evaluate(
            "() => document.documentElement.scrollWidth - document.documentElement.clientWidth"
        )
        assert 0 == wider, name
    reader.close()


def test_what_one_does_works_without_scripts(chromium: Browser, served: Served) -> None:
    reader = Reader(chromium, served, "fr", java_script_enabled=False)
    page = reader.sign_in()
    page.get_by_role("link", name="Catalogue").click()
    page.get_by_role("searchbox").fill("miroir")
    page.get_by_role("button", name="Rechercher").click()
    page.get_by_role("link", name="Miroir rond laiton").click()
    page.get_by_role("button", name="Réessayer maintenant").click()
    expect(page.get_by_role("status").first).to_contain_text("nouvelle tentative")
    page.get_by_role("link", name=re.compile("^Agents")).click()
    page.get_by_text("Révoquer…").click()
    expect(page.get_by_role("button", name="Révoquer cet agent")).to_be_visible()
    page.get_by_role("link", name="Journal").first.click()
    page.get_by_label("Seulement les problèmes").check()
    page.get_by_role("button", name="Filtrer").click()
    expect(page).to_have_url(re.compile("problems=1"))
    page.get_by_role("button", name="Se déconnecter").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Se connecter")
    reader.close()


# ------------------------------------------------------------------------------------------------ open to all


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_nobody_is_shut_out_of_a_page(chromium: Browser, served: Served, axe: str, scheme: str) -> None:
    """axe finds nothing serious: names, roles, contrast, order, in both colour schemes and with everything unfolded."""
    reader = Reader(chromium, served, "fr" if scheme == "light" else "en", color_scheme=scheme)
    reader.go("/sign-in")
    assert [] == violations(reader.page, axe)
    reader.sign_in()
    found = {}
    for name, path in pages(served.made).items():
        page = reader.go(path)
        page.evaluate("() => document.querySelectorAll('details').forEach(one => one.open = true)")
        found[name] = violations(page, axe)
    reader.close()
    assert {} == {name: texts for name, texts in found.items() if texts}
