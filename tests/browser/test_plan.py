"""A rule changed, planned, applied, seen in the shop, and gone back from, in a real Chromium over the whole product: the
demonstration GesCom, an agent, the web, the workers and the demonstration shop."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright

from sandbox.demo.furnish import MERCHANT
from support.browser import ARGUMENTS, CHROMIUM, LANGUAGES
from support.sandbox_world import SandboxWorld, sandbox_world

pytestmark = [pytest.mark.browser, pytest.mark.slow]

MORE = 5
"""Units that the safety margin grows by."""
WORDS = {
    "fr": {
        "email": "Adresse e-mail", "password": "Mot de passe", "sign in": "Se connecter", "channels": "Canaux",
        "stock": "Stock", "margin": "Marge de sécurité", "keep": "Garder les modifications", "plan": "Voir le plan",
        "apply": "Appliquer", "now": "Appliquer maintenant", "versions": "Versions", "version": "Version",
        "back": "Revenir à cette version", "ready": "Prêt", "applied": "Appliqué", "search": "Essayer sur un autre article",
        "quantities": "Quantités", "in force": "En vigueur",
    },
    "en": {
        "email": "E-mail", "password": "Password", "sign in": "Sign in", "channels": "Channels",
        "stock": "Stock", "margin": "Safety margin", "keep": "Keep the changes", "plan": "See the plan",
        "apply": "Apply", "now": "Apply now", "versions": "Versions", "version": "Version",
        "back": "Go back to this version", "ready": "Ready", "applied": "Applied", "search": "Try it on another article",
        "quantities": "Quantities", "in force": "In force",
    },
}  # fmt: skip


@dataclass(frozen=True)
class Shop:
    """One article of the running product, and what the shop shows of it."""

    world: SandboxWorld
    sku: str

    def shown(self) -> Decimal:
        found = self.world.quantity(self.sku)
        assert found is not None
        return found

    def wait_for(self, quantity: Decimal) -> None:
        self.world.wait_until(lambda: self.shown() == quantity, f"the shop shows {quantity} of {self.sku}")


@pytest.fixture(scope="module")
def shop() -> Iterator[Shop]:
    with sandbox_world(1.0) as world:
        world.wait_settled()
        yield Shop(world, world.articles(1)[0])


@pytest.fixture(scope="module")
def chromium(shop: Shop) -> Iterator[Browser]:
    """After the product is running, and gone before it: Playwright keeps this thread's event loop to itself."""
    if CHROMIUM is None:
        pytest.skip("PLANS NOT LOOKED AT: no Chromium is installed (apt-get install chromium)")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        yield browser
        browser.close()


@pytest.fixture(params=["fr", "en"])
def page(request: pytest.FixtureRequest, chromium: Browser, shop: Shop) -> Iterator[Page]:
    """Signed in, in each language; whatever the browser complains of fails the test."""
    words, complaints = WORDS["fr"], list[str]()
    context = chromium.new_context(locale=LANGUAGES["fr"], viewport={"width": 1280, "height": 900})
    context.set_default_timeout(20_000)
    found = context.new_page()
    found.on("pageerror", lambda error: complaints.append(str(error)))
    found.on("console", lambda said: complaints.append(said.text) if said.type == "error" else None)
    found.goto(f"{shop.world.stack.url}/sign-in")
    found.get_by_label(words["email"]).fill(MERCHANT[0])
    found.get_by_label(words["password"]).fill(MERCHANT[1])
    found.get_by_role("button", name=words["sign in"]).click()
    found.wait_for_url("**/overview")
    switch = found.get_by_role("button", name="English" if request.param == "en" else "Français")
    if switch.count():  # the language is kept with the account
        switch.click()
    found.set_default_navigation_timeout(30_000)
    yield found
    context.close()
    assert [] == complaints


def words_of(page: Page) -> dict[str, str]:
    return WORDS[page.locator("html").get_attribute("lang") or "fr"]


def to_channel(page: Page, tab: str) -> None:
    words = words_of(page)
    page.get_by_role("link", name=words["channels"]).first.click()
    page.get_by_role("main").get_by_role("link", name="Boutique en ligne").click()
    page.locator("nav.of-channel").get_by_role("link", name=words[tab], exact=True).click()


def apply(page: Page) -> None:
    """From a plan that is asked for to its end."""
    words = words_of(page)
    expect(page.locator("#plan-state")).to_contain_text(
        words["ready"], timeout=60_000
    )  # the page asks by itself
    page.locator("summary").get_by_text(words["apply"], exact=True).click()
    page.get_by_role("button", name=words["now"]).click()
    expect(page.locator("#plan-state")).to_contain_text(words["applied"])


def test_a_margin_is_changed_planned_applied_seen_in_the_shop_and_undone(page: Page, shop: Shop) -> None:
    words, before = words_of(page), shop.shown()
    to_channel(page, "stock")
    page.get_by_label(words["search"]).fill(shop.sku)
    numbers = page.locator("#numbers")
    expect(numbers.get_by_role("link", name=shop.sku, exact=True)).to_be_visible()
    margin = page.get_by_label(words["margin"], exact=True)
    was = int(margin.input_value())
    margin.fill(str(was + MORE))
    expect(numbers.locator("tr.total")).to_contain_text(
        f"= {before - MORE:f}"
    )  # worked out while it is typed
    assert before == shop.shown()

    page.get_by_role("button", name=words["keep"]).click()
    page.locator("#draft-bar").get_by_role("button", name=words["plan"]).click()
    expect(page.locator("#plan")).to_contain_text(words["quantities"])
    expect(page.locator("#plan")).to_contain_text(f"{words['margin']}")
    assert before == shop.shown()  # nothing moves before it is applied
    apply(page)
    shop.wait_for(before - MORE)

    to_channel(page, "versions")
    expect(page.locator("tr", has_text=words["in force"])).to_have_count(1)
    rows = page.get_by_role("row").filter(
        has=page.get_by_role("link", name=re.compile(f"^{words['version']} \\d+$"))
    )
    rows.nth(1).get_by_role("link").first.click()  # the one before
    page.get_by_role("button", name=words["back"]).click()
    apply(page)
    shop.wait_for(before)
