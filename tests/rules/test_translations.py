"""Every sentence that a person may read is there in French and in English, with the same places to fill."""

import ast
import re
from collections.abc import Iterator
from html import unescape
from pathlib import Path
from string import Formatter
from typing import NamedTuple

import pytest
from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po
from jinja2 import Environment

from raccord.front.i18n import typographic
from raccord.journal.fields import NAMES

ROOT = Path(__file__).parents[2]
TEMPLATES = ROOT / "frontend/templates"
DISTRIBUTIONS = ("connectors/src", "tenant_agent/src", "platform/src")
KEYWORDS = {"_": None, "gettext": None, "ngettext": (1, 2), "pgettext": ((1, "c"), 2)}

# ---------------------------------------------------------------------------------------------- page texts


class Wanted(NamedTuple):
    text: str | tuple[str, ...]
    context: str | None


def wanted() -> set[Wanted]:
    """What templates and page code ask the catalogue for."""
    found = set()
    for folder, method in ((TEMPLATES, "jinja2"), (ROOT / "platform/src", "python")):
        pattern = "**.html" if method == "jinja2" else "**.py"
        for _, _, text, _, context in extract_from_dir(
            folder, [(pattern, method)], {pattern: {}}, KEYWORDS, strip_comment_tags=True
        ):  # fmt: skip
            found.add(Wanted(tuple(text) if isinstance(text, list | tuple) else text, context))
    return found


@pytest.fixture(scope="module")
def french() -> Catalog:
    with (ROOT / "frontend/locale/fr/LC_MESSAGES/raccord.po").open("rb") as source:
        return read_po(source, locale="fr")


def translations(catalog: Catalog) -> Iterator[tuple[Wanted, tuple[str, ...]]]:
    for message in catalog:
        if message.id:
            told = message.string if isinstance(message.string, tuple) else (str(message.string),)
            text = tuple(message.id) if isinstance(message.id, list | tuple) else message.id
            yield Wanted(text, message.context), tuple(told)


def places(text: str) -> list[str]:
    """`%(name)s` places and escaped signs, in any order."""
    return sorted(re.findall(r"%\(\w+\)s|%%", text))


def test_every_page_text_has_its_french(french: Catalog) -> None:
    known = {text for text, told in translations(french) if all(told)}
    assert len(known) > 300
    assert set() == wanted() - known


def test_the_catalogue_holds_nothing_that_no_page_says(french: Catalog) -> None:
    assert set() == {text for text, _ in translations(french)} - wanted()
    assert [] == [message.id for message in french if message.fuzzy and message.id]


def test_the_french_has_the_same_places_to_fill(french: Catalog) -> None:
    for (text, _), told in translations(french):
        originals = text if isinstance(text, tuple) else (text,) * len(told)
        assert [places(original) for original in originals] == [places(one) for one in told], text


def test_the_french_is_set_as_print_has_it(french: Catalog) -> None:
    """Apostrophes, guillemets, and spaces at which no line breaks."""
    for text, told in translations(french):
        for one in told:
            assert "'" not in one, text
            assert '"' not in one, text
            assert typographic(one) == one, text


# --------------------------------------------------------------------------------------------- no other text

NAMES_AND_CODES = re.compile(r"\b(Raccord|Français|English|SIRET|Windows|Linux)\b|&\w+;|[\d\W_]+")
SPOKEN = re.compile(r"""\b(?:aria-label|title|alt|placeholder)=("[^"]*"|'[^']*')""")


def bare(template: str) -> list[str]:
    """Words that stand in a template without being asked of the catalogue."""
    source = re.sub(r"{#.*?#}", " ", template, flags=re.DOTALL)
    pieces = [value for _, kind, value in Environment().lex(source) if kind == "data"]
    html = re.sub(r"<(script|style)\b.*?</\1>", " ", "\x1f".join(pieces), flags=re.DOTALL)
    spoken = " ".join(part.strip("\"'") for part in SPOKEN.findall(html))
    html = re.sub(r"<[^>]*>", " ", html)
    html = re.sub(
        r"""[\w-]+="[^"]*\x1f[^"]*"|[\w-]+="[\w -]*\"""", " ", html
    )  # attributes that a macro makes
    text = unescape(html) + " " + spoken
    return [word for word in NAMES_AND_CODES.sub(" ", text).split() if len(word) > 1]


@pytest.mark.parametrize("template", ["<p>Hello</p>", "<p>{{ x }} there</p>", '<a aria-label="Close">×</a>'])
def test_a_bare_text_is_found(template: str) -> None:
    assert bare(template)


@pytest.mark.parametrize(
    "template",
    ['<p class="muted">{{ _("Hello") }} · 2 %</p>', "{# a note #}", '<a aria-label="{{ _("Close") }}">×</a>'],
)
def test_a_translated_text_is_left_alone(template: str) -> None:
    assert [] == bare(template)


def test_no_template_says_anything_by_itself() -> None:
    found = {path.name: bare(path.read_text("utf-8")) for path in sorted(TEMPLATES.rglob("*.html"))}
    assert {} == {name: words for name, words in found.items() if words}


# ------------------------------------------------------------------------------------------------ sentences


class Sentence(NamedTuple):
    where: str
    code: str
    fr: str
    en: str


def constant(node: ast.expr) -> str | None:
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else None


def sentences(name: str) -> Iterator[Sentence]:
    """Each `Text("code", "…", "…")` of a distribution; those made in a loop are looked at below."""
    for path in sorted((ROOT / name).rglob("*.py")):
        if "scaffold" in path.parts:  # what a new connector starts with, to be changed
            continue
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if not (
                isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "Text"
            ):
                continue
            given = [*node.args, *(keyword.value for keyword in node.keywords)]
            parts = [constant(part) for part in given]
            if len(parts) == 3 and None not in parts:
                yield Sentence(f"{path.relative_to(ROOT)}:{node.lineno}", *(str(part) for part in parts))


def fields(text: str) -> set[str]:
    """`{gap_fr}` and `{gap_en}`, `{french}` and `{english}`: words that each language puts in its own way."""
    named = (field for _, field, _, _ in Formatter().parse(text) if field)
    return {re.sub(r"_(fr|en)$|^(french|english)$", "", field) for field in named}


@pytest.mark.parametrize("name", DISTRIBUTIONS)
def test_every_sentence_is_said_in_both_languages_with_the_same_places(name: str) -> None:
    found = list(sentences(name))
    assert len(found) > 15
    for one in found:
        assert one.code, one.where
        assert one.fr.strip(), one.where
        assert one.en.strip(), one.where
        assert fields(one.fr) == fields(one.en), one.where


@pytest.mark.parametrize("name", DISTRIBUTIONS)
def test_one_code_is_one_sentence(name: str) -> None:
    seen: dict[str, Sentence] = {}
    for one in sentences(name):
        other = seen.setdefault(one.code, one)
        assert (other.fr, other.en) == (one.fr, one.en), f"{one.where} and {other.where}"


def test_fields_have_names_in_both_languages() -> None:
    for path, name in NAMES.items():
        assert name.fr.strip(), path
        assert name.en.strip(), path
