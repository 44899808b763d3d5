"""One merchant's way with a new channel, in a real Chromium over the whole product, by keyboard alone: rehearsal, going live, a
formula for the name of each article, its preview, its plan, two articles first, then all; seen on the storefront; and back.
Each page is photographed at a desk and on a phone; the pictures stay in the test's temporary folder."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Locator, Page, expect, sync_playwright

from sandbox.demo.furnish import MERCHANT
from support.browser import ARGUMENTS, CHROMIUM, LANGUAGES
from support.keyboard import choose_step, press, settle, tab_to, wider_than_the_screen
from support.sandbox_world import SandboxWorld, sandbox_world

pytestmark = [pytest.mark.browser, pytest.mark.slow]

DESK, PHONE = {"width": 1280, "height": 900}, {"width": 390, "height": 844}
SAMPLE = 2
ADDED = " · nouveau"
WORDS = {
    "fr": {
        "email": "Adresse e-mail", "password": "Mot de passe", "sign in": "Se connecter", "channels": "Canaux",
        "rehearsal": "Répétition", "start": "Lancer la répétition", "again": "Répéter de nouveau", "overview": "Vue d’ensemble",
        "make": "Faire le plan", "ready": "Prêt", "go live": "Appliquer et mettre en service",
        "live now": "Mettre en service maintenant", "applied": "Appliqué", "mapping": "Règles de champs",
        "change": "Modifier Nom", "step": "Étape à ajouter", "add step": "Ajouter cette étape",
        "saved": "Enregistré dans le brouillon", "formula": "Formule", "usable": "La formule est utilisable",
        "now": "Aujourd’hui", "then": "Une fois le brouillon appliqué", "plan": "Voir le plan",
        "updates": "Mises à jour", "try": "Essayer d’abord quelques articles", "many": "Nombre d’articles",
        "try them": "Les essayer", "what": "Ce qui a été envoyé", "sent": "Envoyé, à l’essai", "all": "Appliquer à tous",
        "apply": "Appliquer", "apply now": "Appliquer maintenant", "versions": "Versions", "version": "Version",
        "back": "Revenir à cette version", "in force": "En vigueur", "found": "Trouvés",
    },
    "en": {
        "email": "E-mail", "password": "Password", "sign in": "Sign in", "channels": "Channels",
        "rehearsal": "Rehearsal", "start": "Start the rehearsal", "again": "Rehearse again", "overview": "Overview",
        "make": "Make the plan", "ready": "Ready", "go live": "Apply and go live",
        "live now": "Go live now", "applied": "Applied", "mapping": "Mapping",
        "change": "Change Name", "step": "Step to add", "add step": "Add this step",
        "saved": "Saved in the draft", "formula": "Formula", "usable": "The formula can be used",
        "now": "Now", "then": "Once the draft is applied", "plan": "See the plan",
        "updates": "Updates", "try": "Try a few articles first", "many": "How many articles",
        "try them": "Try them", "what": "What was sent", "sent": "Sent, on trial", "all": "Apply to all",
        "apply": "Apply", "apply now": "Apply now", "versions": "Versions", "version": "Version",
        "back": "Go back to this version", "in force": "In force", "found": "Found",
    },
}  # fmt: skip


@dataclass
class Traveller:
    """A merchant's manager at the keyboard, and the visitor of the shop who looks over the shoulder."""

    world: SandboxWorld
    page: Page
    visitor: Page
    language: str
    album: Path
    pictures: list[str] = field(default_factory=list)

    @property
    def words(self) -> dict[str, str]:
        return WORDS[self.language]

    def press(self, name: str) -> None:
        """Of the page as a whole: the keyboard begins at its top."""
        self.page.evaluate("() => document.activeElement?.blur()")
        press(self.page, self.words[name], most=200)

    def to_channel(self, tab: str) -> None:
        self.press("channels")
        expect(self.page.get_by_role("heading", level=1, name=self.words["channels"])).to_be_visible()
        main = self.page.get_by_role("main")
        expect(main.get_by_role("link", name="Boutique en ligne")).to_be_visible()
        tab_to(self.page, "Boutique en ligne")
        self.page.keyboard.press("Enter")
        tabs = self.page.locator("nav.of-channel")
        expect(tabs).to_be_visible()
        if tab:
            link = tabs.get_by_role("link", name=self.words[tab], exact=True)
            self.tab_to_the(link)
            self.page.keyboard.press("Enter")
            expect(link).to_have_attribute("aria-current", "page")

    def tab_to_the(self, wanted: Locator) -> None:
        """Where another has the same name."""
        for _ in range(60):
            self.page.keyboard.press("Tab")
            if wanted.evaluate("one => one === document.activeElement"):
                return
        raise AssertionError("the keyboard does not reach it")

    def photograph(self, name: str, page: Page | None = None) -> None:
        """At a desk and on a phone, and nothing is wider than it."""
        taken = page or self.page
        settle(self.page)
        for width, size in (("1280", DESK), ("390", PHONE)):
            taken.set_viewport_size({"width": size["width"], "height": size["height"]})
            file = f"{len(self.pictures) // 2 + 1:02d}-{name}-{self.language}-{width}.png"
            taken.screenshot(path=self.album / file, full_page=True)
            self.pictures.append(file)
            assert 0 == wider_than_the_screen(taken), file
        taken.set_viewport_size({"width": DESK["width"], "height": DESK["height"]})

    def wait_for_plan(self) -> None:
        expect(self.page.locator("#plan-state")).to_contain_text(self.words["ready"], timeout=90_000)
        expect(self.page.locator(".plan-figures")).to_be_visible()

    def figure(self, name: str) -> int:
        """Of the plan: so many articles."""
        card = self.page.locator(".plan-figures .card").filter(
            has=self.page.get_by_role("heading", name=self.words[name], exact=True)
        )
        return int(re.sub(r"\D", "", card.locator(".figure").inner_text()))

    def shown(self, sku: str) -> str:
        """What the storefront's page of an article is headed with."""
        self.visitor.goto(self.world.address(sku))
        return self.visitor.locator("article.product h1").inner_text()

    def names(self, skus: list[str]) -> dict[str, str | None]:
        """In the shop."""
        return {sku: self.world.name(sku) for sku in skus}


@pytest.fixture(scope="module", params=["fr", "en"])
def language(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture(scope="module")
def world(language: str) -> Iterator[SandboxWorld]:
    """A company of its own for each language: both sides are connected, the channel is a draft."""
    if CHROMIUM is None:
        pytest.skip("JOURNEY NOT MADE: no Chromium is installed (apt-get install chromium)")
    with sandbox_world(1.0, live=False) as found:
        found.wait_read()
        yield found


@pytest.fixture(scope="module")
def chromium(world: SandboxWorld) -> Iterator[Browser]:
    """After the product is running, and gone before it: Playwright keeps this thread's event loop to itself."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        yield browser
        browser.close()


@pytest.fixture
def traveller(language: str, chromium: Browser, world: SandboxWorld, tmp_path: Path) -> Iterator[Traveller]:
    """Signed in, in this language; whatever the browser complains of fails the test."""
    complaints = list[str]()
    context = chromium.new_context(locale=LANGUAGES[language], viewport={"width": 1280, "height": 900})
    context.set_default_timeout(20_000)
    context.set_default_navigation_timeout(30_000)
    page, visitor = context.new_page(), chromium.new_page(locale="fr-FR")
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on("console", lambda said: complaints.append(said.text) if said.type == "error" else None)
    page.goto(f"{world.stack.url}/sign-in")
    tab_to(page, WORDS[language]["email"])
    page.keyboard.type(MERCHANT[0])
    tab_to(page, WORDS[language]["password"])
    page.keyboard.type(MERCHANT[1])
    page.keyboard.press("Enter")
    page.wait_for_url("**/overview")
    if page.locator("html").get_attribute("lang") != language:
        press(page, "English" if language == "en" else "Français")
        expect(page.locator("html")).to_have_attribute("lang", language)
    yield Traveller(world, page, visitor, language, tmp_path)
    visitor.close()
    context.close()
    assert [] == complaints


def rehearse(on: Traveller) -> None:
    """Nothing is written, on either side."""
    on.to_channel("")
    on.photograph("draft-channel")
    on.to_channel("rehearsal")
    on.press("start")
    expect(on.page.get_by_role("button", name=on.words["again"])).to_be_visible(timeout=120_000)
    on.photograph("rehearsal")
    assert set() == on.world.on_sale()


def go_live(on: Traveller) -> None:
    on.to_channel("")
    on.press("make")
    on.wait_for_plan()
    on.photograph("first-plan")
    assert set() == on.world.on_sale()
    on.press("go live")
    press(on.page, on.words["live now"])
    expect(on.page.locator("#plan-state")).to_contain_text(on.words["applied"])
    on.world.wait_settled()


def build(on: Traveller) -> None:
    """What the shop calls an article: its name, and then what a formula adds to it."""
    page, words = on.page, on.words
    on.to_channel("mapping")
    on.photograph("mapping")
    press(page, words["change"], most=250)
    form = page.locator("form.rule")
    expect(form.get_by_role("heading", level=3)).to_be_focused()
    tab_to(page, words["step"])
    choose_step(page, "formula")
    settle(page)
    press(page, words["add step"])
    formula = form.get_by_label(words["formula"], exact=True)
    expect(formula).to_be_focused()
    page.keyboard.type(f'value + "{ADDED}"')
    expect(form.locator(".formula-check")).to_contain_text(words["usable"])
    page.keyboard.press("Tab")
    expect(form.locator(".result")).to_contain_text(words["saved"])
    settle(page)
    on.photograph("rule")


def preview(on: Traveller, sku: str, made: str) -> None:
    """The article as the shop shows it now, and as it would."""
    page, words = on.page, on.words
    on.to_channel("mapping")
    tab_to(page, "Un autre article" if on.language == "fr" else "Another article", most=120)
    page.keyboard.type(sku)
    page.keyboard.press("Enter")
    found = page.locator("#articles").get_by_role("link")
    expect(page.locator("#articles")).to_contain_text(words["found"])
    on.tab_to_the(found.first)
    page.keyboard.press("Enter")
    expect(page.locator(".tried-name")).to_contain_text(sku)
    cards = page.locator("#shown .shop-card")
    expect(cards).to_have_count(2)
    now, then = cards.filter(has_text=words["now"]), cards.filter(has_text=words["then"])
    expect(now).not_to_contain_text(made)
    expect(then).to_contain_text(made)
    on.photograph("preview")


def try_two(on: Traveller, made: dict[str, str | None]) -> list[str]:
    """References of the two articles that follow the plan before the others do."""
    page, words = on.page, on.words
    on.press("try")
    tab_to(page, words["many"])
    page.keyboard.press("Control+A")
    page.keyboard.type(str(SAMPLE))
    press(page, words["try them"])
    expect(
        page.get_by_role("heading", name="L’essai" if on.language == "fr" else "The trial")
    ).to_be_visible()
    on.press("what")
    tried = page.locator("#lines ol.lines > li")
    expect(tried).to_have_count(SAMPLE)
    keys = [one.strip() for one in tried.locator("summary small.key").all_inner_texts()]
    on.world.wait_until(
        lambda: on.names(keys) == {key: made[key] for key in keys}, "the two have it in the shop"
    )
    page.reload()
    expect(tried.filter(has_text=words["sent"])).to_have_count(SAMPLE)
    on.photograph("trial")
    return keys


def go_back(on: Traveller) -> None:
    page, words = on.page, on.words
    on.to_channel("versions")
    on.photograph("versions")
    rows = page.get_by_role("row").filter(
        has=page.get_by_role("link", name=re.compile(f"^{words['version']} \\d+"))
    )
    expect(rows.first).to_contain_text(words["in force"])
    on.tab_to_the(rows.nth(1).get_by_role("link").first)
    page.keyboard.press("Enter")
    expect(page.get_by_role("button", name=words["back"])).to_be_visible()
    on.photograph("version")
    on.press("back")
    on.wait_for_plan()


def apply(on: Traveller, opener: str) -> None:
    on.press(opener)
    press(on.page, on.words["apply now"])
    expect(on.page.locator("#plan-state")).to_contain_text(on.words["applied"])
    on.photograph("applied")


def test_a_merchant_puts_a_channel_on_air_changes_it_sees_it_and_goes_back(traveller: Traveller) -> None:
    on = traveller
    world = on.world
    rehearse(on)
    go_live(on)
    articles = sorted(world.on_sale())
    before = on.names(articles)
    made: dict[str, str | None] = {sku: f"{name}{ADDED}" for sku, name in before.items()}
    assert len(articles) > 300

    build(on)
    preview(on, articles[0], f"{made[articles[0]]}")
    on.press("plan")
    on.wait_for_plan()
    on.photograph("plan")
    assert len(articles) == on.figure("updates")
    assert before == on.names(articles)  # nothing moves before it is applied

    tried = try_two(on, made)
    other = next(sku for sku in articles if sku not in tried)
    assert [made[sku] for sku in tried] == [on.shown(sku) for sku in tried]
    assert before[other] == on.shown(other)
    assert {**before, **{sku: made[sku] for sku in tried}} == on.names(articles)

    apply(on, "all")
    world.wait_until(lambda: made == on.names(articles), "the shop has it on all of them")
    assert made[other] == on.shown(other)
    on.photograph("storefront", on.visitor)

    go_back(on)
    on.photograph("plan-back")
    assert len(articles) == on.figure("updates")
    assert made == on.names(articles)
    apply(on, "apply")
    world.wait_until(lambda: before == on.names(articles), "the shop is as it was")
    assert before[other] == on.shown(other)
    on.photograph("storefront-back", on.visitor)
