"""Every page, in both languages: it is there, complete, in one language only, and built as readers' programs expect."""

import re
from functools import cache
from itertools import pairwise
from pathlib import Path

import pytest
from babel.messages.pofile import read_po

from support.web import EMAILS, Site, Visitor, pages, site, text_of

__all__ = ["site"]
CATALOGUE = Path(__file__).parents[2] / "frontend/locale/fr/LC_MESSAGES/raccord.po"
LONG = 15
"""Characters from which a text is told apart from data and names by its mere presence."""


@cache
def texts() -> list[tuple[str, str]]:
    """(English, French) of the long page texts without places."""
    with CATALOGUE.open("rb") as source:
        catalogue = read_po(source, locale="fr")
    return [
        (message.id, str(message.string))
        for message in catalogue
        if isinstance(message.id, str) and len(message.id) >= LONG and "%" not in message.id
    ]


OF_TEMPLATES = ("text of a mail", "text of a text message")
"""Pages on which a merchant writes templates, in braces of their own."""


@pytest.fixture(scope="module")
def visitors(site: Site) -> dict[str, Visitor]:
    found = {language: Visitor(site.client, language) for language in ("fr", "en")}
    for language, visitor in found.items():
        who = "owner" if language == "fr" else "other_owner"
        visitor.sign_in(EMAILS[who])
        visitor.post("/language", language=language, next="/tenants")
    return found


@pytest.mark.parametrize("language", ["fr", "en"])
def test_every_page_is_there_in_one_language(site: Site, visitors: dict[str, Visitor], language: str) -> None:
    foreign = [(en if language == "fr" else fr) for en, fr in texts() if en != fr]
    for name, path in pages(site.made).items():
        answer = visitors[language].get(path)
        assert 200 == answer.status_code, name
        assert f'<html lang="{language}">' in answer.text, name
        said = text_of(answer)
        assert [] == [text for text in foreign if text_of_plain(text) in said], name
        braces = () if name in OF_TEMPLATES else ("{{", "}}", "{%")
        for leftover in (*braces, "None", "Undefined", "<Macro", "[object", "%(", "Traceback"):
            assert leftover not in said, (name, leftover)


@pytest.mark.parametrize("language", ["fr", "en"])
def test_headings_come_in_order(site: Site, visitors: dict[str, Visitor], language: str) -> None:
    for name, path in pages(site.made).items():
        levels = [int(level) for level in re.findall(r"<h([1-6])\b", visitors[language].get(path).text)]
        assert 1 == levels.count(1), name
        assert 1 == levels[0], name
        assert [] == [pair for pair in pairwise(levels) if pair[1] > pair[0] + 1], name


def test_every_page_has_a_title_of_its_own(site: Site, visitors: dict[str, Visitor]) -> None:
    for name, path in pages(site.made).items():
        title = re.search(r"<title>(.*?) · Raccord</title>", visitors["fr"].get(path).text, re.DOTALL)
        assert title, name
        assert title[1].strip(), name


def test_no_page_runs_or_styles_anything_inline(site: Site, visitors: dict[str, Visitor]) -> None:
    """The content security policy would stop it."""
    for name, path in pages(site.made).items():
        text = visitors["fr"].get(path).text
        assert not re.search(r"\son\w+=|\sstyle=|hx-on|javascript:", text), name
        assert set() == set(re.findall(r"<script(?![^>]*\bsrc=)", text)), name


def test_no_page_is_kept_by_the_browser_and_no_part_taken_for_a_page(site: Site) -> None:
    headers = site.as_("owner").get(site.at("orders")).headers
    assert ("no-store", "HX-Request") == (headers["cache-control"], headers["vary"])


def test_a_page_restored_by_htmx_is_whole(site: Site) -> None:
    visitor = site.as_("owner")
    for place in ("overview", "catalogue", "orders"):
        assert "<html" not in visitor.get(site.at(place), htmx=True).text
        assert "<html" in visitor.get(site.at(place), htmx=True, restoring=True).text


def test_every_form_that_changes_something_carries_its_token(
    site: Site, visitors: dict[str, Visitor]
) -> None:
    for name, path in pages(site.made).items():
        for form in re.findall(
            r'<form[^>]*method="post".*?</form>', visitors["fr"].get(path).text, re.DOTALL
        ):
            assert 'name="_csrf_token"' in form, name


def test_what_is_said_to_readers_without_the_right_has_no_button(site: Site) -> None:
    """Nobody is shown a button that would refuse them."""
    reader = site.as_("reader")
    for name, path in pages(site.made).items():
        answer = reader.get(path)
        if answer.status_code == 200 and path.startswith("/t/"):
            forms = re.findall(r'<form[^>]*method="post"[^>]*>', answer.text)
            assert [] == [form for form in forms if "/sign-out" not in form and "/language" not in form], name


def test_a_page_that_does_not_exist_says_what_to_do(site: Site) -> None:
    answer = site.as_("owner").get(site.at("journal/999999999"))
    assert 404 == answer.status_code
    assert "Cette page n’existe pas" in text_of(answer)


def test_empty_companies_are_told_what_to_do_next(site: Site) -> None:
    """Each empty page leads on."""
    for place in (
        "overview",
        "waiting",
        "journal",
        "catalogue",
        "orders",
        "connections",
        "agents",
        "channels",
        "partners",
    ):
        answer = site.as_("stranger").get(f"/t/{site.made.other}/{place}")
        assert 200 == answer.status_code
        assert 'empty"' in answer.text, place


def text_of_plain(text: str) -> str:
    return re.sub(r"\s+", " ", text).replace("\u202f", " ")
