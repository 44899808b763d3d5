"""Steps on texts. Each works on every text of a list or of a mapping by language, and never fails."""

import html
import re
import unicodedata
from collections.abc import Callable
from typing import ClassVar, Literal

import nh3
from msgspec import Struct

from raccord.core.values import Failed, Value, each_text, is_empty, sound, text
from raccord_connectors.contract import Text

LONGEST_SLUG = 80


class Trim(Struct, frozen=True, tag_field="do", tag="trim"):
    """Without spaces at both ends."""

    TITLE: ClassVar = Text("step.trim", "ôter les espaces", "trim")


class Case(Struct, frozen=True, tag_field="do", tag="case"):
    """`words`: each word begins with a capital; `sentence`: the first one does. Both leave the other letters alone."""

    TITLE: ClassVar = Text("step.case", "majuscules et minuscules", "capitals")
    to: Literal["upper", "lower", "words", "sentence"]


class Replace(Struct, frozen=True, tag_field="do", tag="replace"):
    """Each occurrence of a text by another."""

    TITLE: ClassVar = Text("step.replace", "remplacer", "replace")
    find: str
    by: str = ""


class Join(Struct, frozen=True, tag_field="do", tag="join"):
    """Several texts as one; empty ones are left out. As the first step it gathers the rule's sources."""

    TITLE: ClassVar = Text("step.join", "assembler", "join")
    separator: str = " "


class Split(Struct, frozen=True, tag_field="do", tag="split"):
    """A text as a list of its trimmed, non-empty parts."""

    TITLE: ClassVar = Text("step.split", "découper", "split")
    separator: str = ","


class Words(Struct, frozen=True, tag_field="do", tag="words"):
    """The first or the last words."""

    TITLE: ClassVar = Text("step.words", "garder des mots", "take words")
    count: int
    side: Literal["first", "last"] = "first"


class Cut(Struct, frozen=True, tag_field="do", tag="cut"):
    """At most `length` characters, cut between two words where there are any."""

    TITLE: ClassVar = Text("step.cut", "raccourcir", "cut")
    length: int


class Html(Struct, frozen=True, tag_field="do", tag="html"):
    """Plain text as paragraphs of HTML; a text that is HTML already stays."""

    TITLE: ClassVar = Text("step.html", "mettre en HTML", "make HTML")


class CleanHtml(Struct, frozen=True, tag_field="do", tag="clean_html"):
    """HTML with nothing but structure, emphasis, tables, links and pictures: no script, style, class or handler."""

    TITLE: ClassVar = Text("step.clean_html", "nettoyer le HTML", "clean the HTML")


class StripHtml(Struct, frozen=True, tag_field="do", tag="strip_html"):
    """HTML as plain text, one line for each of its paragraphs and lines."""

    TITLE: ClassVar = Text("step.strip_html", "ôter le HTML", "strip the HTML")


class Slug(Struct, frozen=True, tag_field="do", tag="slug"):
    """As the end of an address: small letters without accents, digits and hyphens."""

    TITLE: ClassVar = Text("step.slug", "adresse de page", "page address")


TextStep = Trim | Case | Replace | Join | Split | Words | Cut | Html | CleanHtml | StripHtml | Slug


def text_step(step: TextStep) -> Callable[[Value], Value]:
    match step:
        case Trim():
            return lambda value: value.strip() if isinstance(value, str) else each_text(value, str.strip)
        case Html():
            return html_of
        case Join(separator=separator):
            return lambda value: (
                separator.join(text(part) for part in value if not is_empty(part))
                if isinstance(value, list)
                else value
            )
        case Split(separator=separator):
            return lambda value: parts(value, separator) if isinstance(value, str) else value
    work = _worker(step)
    return lambda value: work(value) if value.__class__ is str else each_text(value, work)


def _worker(step: TextStep) -> Callable[[str], Value]:
    match step:
        case Case(to=to):
            return _CASES[to]
        case Replace(find=find, by=by):
            return lambda value: value.replace(find, by) if find else value
        case Words(count=count, side="first"):
            return lambda value: " ".join(value.split()[:count])
        case Words(count=count):
            return lambda value: " ".join(value.split()[-count:])
        case Cut(length=length):
            return lambda value: cut(value, length)
        case CleanHtml():
            return _guarded(clean_html)
        case StripHtml():
            return _guarded(strip_html)
        case Slug():
            return slug
    raise AssertionError(f"{step} is made above")


def parts(value: str, separator: str) -> list[str]:
    return [part for p in value.split(separator or None) if (part := p.strip())]


def cut(value: str, length: int) -> str:
    if len(value) <= length:
        return value
    short = value[: length - 1]
    words = (short.rsplit(None, 1) or [short])[0]
    return (words if len(words) >= length // 2 else short).rstrip(" ,;:-") + "…"


_WORD = re.compile(r"(?:^|(?<=[\s\-/(]))\w")


def _words(value: str) -> str:
    return _WORD.sub(lambda found: found[0].upper(), value)


_CASES: dict[str, Callable[[str], str]] = {
    "upper": str.upper,
    "lower": str.lower,
    "words": _words,
    "sentence": lambda value: value[:1].upper() + value[1:],
}

_JOINED = str.maketrans(
    {"’": "-", "œ": "oe", "Œ": "oe", "æ": "ae", "Æ": "ae", "ß": "ss", "ø": "o", "Ø": "o", "ł": "l", "Ł": "l"}
)


def slug(value: str) -> str:
    # An address is short: what stands behind the first page of a text is not in it. An apostrophe has no ASCII form of its
    # own everywhere: "l’été" must not become "lete".
    joined = value[:2_000].translate(_JOINED)
    bare = unicodedata.normalize("NFKD", joined).encode("ascii", "ignore").decode()
    whole = re.sub(r"[^a-z0-9]+", "-", bare.lower()).strip("-")
    if len(whole) <= LONGEST_SLUG:
        return whole
    short = whole[: LONGEST_SLUG + 1].rpartition("-")[0]
    return short or whole[:LONGEST_SLUG]


# ----------------------------------------------------------------------------------------------------- HTML

_MARKUP = re.compile(r"</?(?:p|br|div|span|ul|ol|li|b|i|strong|em|h[1-6]|table|a)\b[^<>]*>", re.IGNORECASE)
_LINE = re.compile(r"[\n\r\v\f\x1c-\x1e\x85\u2028\u2029]")
"""All that ends a line for `splitlines`."""
_BLANK_LINES = re.compile(r"(?:\r?\n[ \t]*){2,}")
_LINE_END = re.compile(r"<br\b[^<>]*>|</(?:p|div|li|tr|h[1-6])\s*>", re.IGNORECASE)
_TAGS = {
    "p", "br", "div", "span", "ul", "ol", "li", "b", "i", "u", "s", "strong", "em", "sub", "sup", "h1", "h2", "h3", "h4",
    "h5", "h6", "table", "thead", "tbody", "tr", "th", "td", "a", "img", "blockquote", "hr",
}  # fmt: skip
_ATTRIBUTES = {"a": {"href", "title"}, "img": {"src", "alt"}, "th": {"colspan"}, "td": {"colspan", "rowspan"}}


def html_of(value: Value) -> Value:
    """Of a text, or of each text of a list or of a mapping by language; what is blank is left out of these."""
    if isinstance(value, str):
        return to_html(value)
    if isinstance(value, dict):
        made = {name: html_of(words) for name, words in value.items()}
        return {name: words for name, words in made.items() if not is_empty(words)}
    if isinstance(value, list):
        return [words for words in map(html_of, value) if not is_empty(words)]
    return value


def to_html(value: str) -> str:
    if "<" in value and _MARKUP.search(value):
        return value
    whole = html.escape(value.strip(), quote=False)
    if not _LINE.search(whole):
        return f"<p>{whole}</p>" if whole else ""
    lines = ["<br />".join(part.splitlines()) for part in _BLANK_LINES.split(whole)]
    return "".join(f"<p>{line}</p>" for line in lines if line)


LONGEST_HTML = 200_000
"""Characters. A long page of a catalogue has a tenth of it."""
DEEPEST_HTML = 500
TOO_MUCH_HTML = Text(
    "step.too_much_html",
    "ce HTML est trop long, ou a trop de balises les unes dans les autres, pour être nettoyé",
    "this HTML is too long, or has too many tags inside one another, to be cleaned",
)
_TAG = re.compile(r"<(/?)(?!(?:br|hr|img|input|meta|link|col|wbr)\b)[a-z]", re.IGNORECASE)


def _guarded(work: Callable[[str], str]) -> Callable[[str], Value]:
    """The cleaner's time grows with the square of the depth: 100,000 tags inside one another would stop a worker for minutes."""

    def guarded(value: str) -> Value:
        return Failed(TOO_MUCH_HTML) if is_too_much_html(value) else work(value)

    return guarded


def is_too_much_html(value: str) -> bool:
    """Nobody should clean it: it is too long or too deep."""
    if len(value) > LONGEST_HTML:
        return True
    depth = 0
    for closes in _TAG.findall(value):
        depth += -1 if closes else 1
        if depth > DEEPEST_HTML:
            return True
    return False


def clean_html(value: str) -> str:
    return nh3.clean(
        sound(value), tags=_TAGS, attributes=_ATTRIBUTES, url_schemes={"http", "https", "mailto", "tel"}
    )


def strip_html(value: str) -> str:
    bare = html.unescape(nh3.clean(_LINE_END.sub("\n", sound(value)), tags=set()))
    lines = [" ".join(line.split()) for line in bare.splitlines()]
    return "\n".join(line for line in lines if line)
