"""XML of systems that speak it: read without anything that XML can be made to do, written from plain mappings.

A document that declares a type or an entity is refused before it is understood: the first can name files of ours, the
second can grow a kilobyte into gigabytes. No web service needs either.
"""

import base64
from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from xml.etree.ElementTree import Element, SubElement, TreeBuilder, tostring
from xml.parsers import expat

DEEPEST = 60
"""Elements inside each other: more is nobody's record."""


class BadXml(ValueError):
    """Not XML, or XML that we do not read."""


def parse(data: bytes) -> Element:
    """The root element. Raises `BadXml`: an HTML page, half an answer, a document type, an entity."""
    builder, depth = TreeBuilder(), 0

    def begin(name: str, attributes: dict[str, str]) -> None:
        nonlocal depth
        depth += 1
        if depth > DEEPEST:
            raise BadXml("too deep")
        builder.start(name, attributes)

    def end(name: str) -> None:
        nonlocal depth
        depth -= 1
        builder.end(name)

    def refuse(*_: object) -> None:
        raise BadXml("a document type or an entity")

    def refuse_external(*_: object) -> int:
        raise BadXml("an external entity")

    parser = expat.ParserCreate()
    parser.buffer_text = True
    parser.StartElementHandler = begin
    parser.EndElementHandler = end
    parser.CharacterDataHandler = builder.data
    parser.StartDoctypeDeclHandler = refuse
    parser.EntityDeclHandler = refuse
    parser.ExternalEntityRefHandler = refuse_external
    try:
        parser.Parse(data, True)
        return builder.close()
    except (expat.ExpatError, AssertionError, LookupError) as error:
        raise BadXml(str(error)) from error


def text_of(element: Element | None, path: str, default: str = "") -> str:
    """The text at the end of a path, without the space around it; `default` where there is none or it is empty."""
    found = None if element is None else element.find(path)
    text = "" if found is None else (found.text or "").strip()
    return text or default


def build(name: str, content: Mapping[str, Any], attributes: Mapping[str, str] | None = None) -> bytes:
    """A document in UTF-8 whose root holds `content`: name → text, number, truth, moment, mapping or sequence (one element
    for each). None is left out; "" is an empty element, which says something else in most systems."""
    root = Element(name, dict(attributes or {}))
    _fill(root, content)
    return bytes(tostring(root, encoding="utf-8", xml_declaration=True))


def _fill(parent: Element, content: Mapping[str, Any]) -> None:
    for name, value in content.items():
        for one in value if isinstance(value, list | tuple) else (value,):
            if one is None:
                continue
            child = SubElement(parent, name)
            if isinstance(one, Mapping):
                _fill(child, one)
            else:
                child.text = written(one)


def written(value: object) -> str:
    """As web services write it: `true`, `12.50`, `2026-02-03T09:12:00`, bytes in base64. Characters that XML cannot hold are left
    out."""
    match value:
        case bool():
            return "true" if value else "false"
        case Decimal():
            return f"{value:f}"
        case datetime():
            return value.strftime("%Y-%m-%dT%H:%M:%S")
        case date():
            return f"{value.isoformat()}T00:00:00"
        case bytes():
            return base64.b64encode(value).decode()
    return "".join(letter for letter in str(value) if letter in "\t\n\r" or _holdable(ord(letter)))


def _holdable(code: int) -> bool:
    return 0x20 <= code <= 0xD7FF or 0xE000 <= code <= 0xFFFD or code >= 0x10000
