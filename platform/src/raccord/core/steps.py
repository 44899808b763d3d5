"""The steps of a rule, as data, and what each does to a value.

To add one: a struct, its place in `Step`, a case in `compiled`.
"""

import html
import re
from collections.abc import Callable
from decimal import Decimal
from typing import Any, Literal

from msgspec import Struct

from raccord_connectors.canonical import Scalar, plain

Value = Any
"""What travels through the steps: text, number, list, mapping or None."""


def is_empty(value: Value) -> bool:
    return value is None or value == "" or value == [] or value == {}


class Trim(Struct, frozen=True, tag_field="do", tag="trim"):
    """Without spaces at both ends."""


class Default(Struct, frozen=True, tag_field="do", tag="default"):
    """`value` where there is nothing."""

    value: Scalar


class First(Struct, frozen=True, tag_field="do", tag="first"):
    """Of several sources, the first that has something."""


class Join(Struct, frozen=True, tag_field="do", tag="join"):
    """Several texts as one; empty ones are left out."""

    separator: str = " "


class Split(Struct, frozen=True, tag_field="do", tag="split"):
    """A text as a list of its trimmed, non-empty parts."""

    separator: str = ","


class Lookup(Struct, frozen=True, tag_field="do", tag="lookup"):
    """A table of correspondence; what is not in it stays as it is, or is nothing."""

    table: dict[str, str]
    otherwise: Literal["keep", "nothing"] = "nothing"


class Cut(Struct, frozen=True, tag_field="do", tag="cut"):
    """At most `length` characters, cut between two words where there are any."""

    length: int


class Html(Struct, frozen=True, tag_field="do", tag="html"):
    """Plain text as paragraphs of HTML; a text that is HTML already stays."""


Step = Trim | Default | First | Join | Split | Lookup | Cut | Html


def compiled(step: Step) -> Callable[[Value], Value]:
    match step:
        case Trim():
            return lambda value: value.strip() if isinstance(value, str) else value
        case Default(value=default):
            return lambda value: default if is_empty(value) else value
        case Split(separator=separator):
            return lambda value: (
                [part for p in value.split(separator) if (part := p.strip())]
                if isinstance(value, str)
                else value
            )
        case Lookup(table=table, otherwise=otherwise):
            keep = otherwise == "keep"
            return lambda value: table.get(text(value), value if keep else None)
        case Cut(length=length):
            return lambda value: cut(value, length) if isinstance(value, str) else value
        case Html():
            return html_of
        case First() | Join():
            raise AssertionError("gathering steps come first and are taken by the reader")


def text(value: Value) -> str:
    """A number without exponent or trailing zeros, yes or no as the ERP's custom fields have them, the rest as it is."""
    if value.__class__ is str:
        return str(value)
    if isinstance(value, Decimal):
        return f"{plain(value):f}"
    if isinstance(value, bool):
        return "true" if value else "false"
    return "" if value is None else str(value)


def cut(value: str, length: int) -> str:
    if len(value) <= length:
        return value
    short = value[: length - 1]
    words = short.rsplit(None, 1)[0]
    return (words if len(words) >= length // 2 else short).rstrip(" ,;:-") + "…"


_MARKUP = re.compile(r"</?(?:p|br|div|span|ul|ol|li|b|i|strong|em|h[1-6]|table|a)\b[^<>]*>", re.IGNORECASE)


def html_of(value: Value) -> Value:
    """Of a text, or of each text of a mapping by language."""
    if isinstance(value, dict):
        return {language: to_html(words) for language, words in value.items() if words.strip()}
    return to_html(value) if isinstance(value, str) else value


def to_html(value: str) -> str:
    if _MARKUP.search(value):
        return value
    paragraphs = re.split(r"(?:\r?\n[ \t]*){2,}", value.strip())
    lines = ["<br />".join(html.escape(part, quote=False).splitlines()) for part in paragraphs]
    return "".join(f"<p>{line}</p>" for line in lines if line)
