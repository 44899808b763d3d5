"""What WordPress does to texts before it keeps them. Connectors must know it; here it is done the same way."""

import re
import sqlite3
import unicodedata

_ENTITY = re.compile(r"&(?!(?:[a-zA-Z][a-zA-Z0-9]*|#[0-9]+|#x[0-9a-fA-F]+);)")
_LONE_LESS = re.compile(r"<(?![a-zA-Z/!])")
_TAG = re.compile(r"<[^>]*>")
_OCTET = re.compile(r"%[a-fA-F0-9]{2}")


def kses(text: str) -> str:
    """Names and descriptions: one level of backslashes is lost, `&` and a lone `<` become entities."""
    unslashed = re.sub(r"\\(.?)", r"\1", text, flags=re.DOTALL)
    return _LONE_LESS.sub("&lt;", _ENTITY.sub("&amp;", unslashed))


def clean(text: str) -> str:
    """One-line fields (SKU, GTIN, attribute names): tags and %-octets vanish, white space is collapsed."""
    return re.sub(r"\s+", " ", _OCTET.sub("", _TAG.sub("", text))).strip()


def term_name(text: str) -> str:
    return _LONE_LESS.sub("&lt;", _ENTITY.sub("&amp;", re.sub(r"\s+", " ", _TAG.sub("", text)).strip()))


def slugify(text: str) -> str:
    plain = unicodedata.normalize("NFKD", text.replace("œ", "oe").replace("Œ", "oe").replace("æ", "ae"))
    ascii_only = plain.encode("ascii", "ignore").decode().lower()
    return re.sub(r"[^a-z0-9]+", "-", ascii_only).strip("-")[:190]


def unique_slug(db: sqlite3.Connection, query: str, wanted: str, *arguments: object) -> str:
    """`wanted`, or with the first free number behind it. `query` asks whether a slug is taken; it is its first argument."""
    slug, number = wanted, 2
    while db.execute(query, (slug, *arguments)).fetchone() is not None:
        slug, number = f"{wanted}-{number}", number + 1
    return slug
