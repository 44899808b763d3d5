"""The letters of drawn papers: Source Sans Pro from its wheel, embedded in each paper, as archives want it."""

import functools
from importlib.resources import files

from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont

PLAIN, STRONG, ITALIC = "RaccordSans", "RaccordSansBold", "RaccordSansItalic"
_FILES = {PLAIN: "Regular", STRONG: "Semibold", ITALIC: "It"}
_SUBSTITUTES = {"\u202f": "\u00a0", "\u2011": "-", "\u2009": " ", "\u200b": ""}


@functools.cache
def register() -> frozenset[int]:
    """Once per process. Returns the code points that all of them can draw."""
    folder = files("font_source_sans_pro") / "files"
    drawable: frozenset[int] | None = None
    for name, style in _FILES.items():
        font = TTFont(name, str(folder / f"SourceSansPro-{style}.ttf"))
        pdfmetrics.registerFont(font)
        mine = frozenset(font.face.charToGlyph)
        drawable = mine if drawable is None else drawable & mine
    pdfmetrics.registerFontFamily(PLAIN, normal=PLAIN, bold=STRONG, italic=ITALIC, boldItalic=STRONG)
    return drawable or frozenset()


def drawable(text: str) -> str:
    """What the letters can draw: an archive may not point to a glyph that is not there."""
    known = register()
    out = []
    for sign in text:
        if ord(sign) in known or sign == "\n":
            out.append(sign)
        else:
            out.append(_SUBSTITUTES.get(sign, "" if sign < " " else "?"))
    return "".join(out)
