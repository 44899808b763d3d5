"""Rows of the webservice: read from its XML, written into it, and changed in place where it only takes whole ones."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any
from xml.etree.ElementTree import Element

from raccord_connectors.kit.xml import written

Row = dict[str, Any]
"""Field → text, or text by language id; `associations`: name → list of rows of text."""
Fields = Mapping[str, Any]
"""The same, of what is to be written. A name such as `name@2` is one language of a translated field."""

NOT_WRITABLE = frozenset(
    ("manufacturer_name", "quantity", "type", "id_default_combination", "position_in_category", "shipping_number", "new",
     "cache_default_attribute", "cache_is_pack", "cache_has_attachments", "pack_stock_type")
)  # fmt: skip
"""Computed when shown, refused or misunderstood when sent back. `quantity` is so of products and combinations only."""
NO_SETTER = frozenset(
    ("stock_availables", "images", "combinations", "product_option_values_display", "order_rows")
)
ITEMS = {
    "categories": "category", "product_features": "product_feature", "tags": "tag", "accessories": "product",
    "product_option_values": "product_option_value", "images": "image", "groups": "group",
}  # fmt: skip
"""Association → name of its elements."""


def rows_in(root: Element) -> Iterator[Element]:
    """The rows of an answer: in a list, or bare where one or several were asked for or written."""
    for child in root:
        if child.find("id") is not None or (len(child) == 0 and child.get("id")):
            yield child
        else:
            yield from rows_in(child)


def row_of(element: Element) -> Row:
    row: Row = {"id": element.get("id", "")} if element.get("id") else {}
    for child in element:
        if child.tag == "associations":
            row["associations"] = {
                one.tag: [{part.tag: (part.text or "").strip() for part in item} for item in one]
                for one in child
            }
        elif child.find("language") is not None:
            row[child.tag] = {one.get("id", ""): one.text or "" for one in child.iter("language")}
        else:
            row[child.tag] = child.text or ""
    return row


def number(row: Row) -> int:
    return int(str(row["id"]).strip())


def linked(row: Row, name: str, key: str = "id") -> list[int]:
    """Ids in one association, in its order."""
    found = (row.get("associations") or {}).get(name, [])
    return [int(one[key]) for one in found if str(one.get(key, "")).isdigit()]


def document(node: str, rows: Sequence[Fields]) -> bytes:
    """The body of a POST or PATCH of several rows of one kind."""
    inside = "".join(f"<{node}>{_fields(row)}</{node}>" for row in rows)
    return _wrapped(inside)


def changed_document(node: str, elements: Sequence[tuple[Element, Fields]], *, quantity: bool) -> bytes:
    """The body of a PUT: whole rows as they were read, ours changed and nothing else. `quantity`: it is a field here."""
    inside = "".join(
        f"<{node}>{_changed(element, fields, quantity)}</{node}>" for element, fields in elements
    )
    return _wrapped(inside)


def _wrapped(inside: str) -> bytes:
    return f'<?xml version="1.0" encoding="UTF-8"?><prestashop>{inside}</prestashop>'.encode()


def _fields(fields: Fields) -> str:
    plain, translated = _by_language(fields)
    parts = [f"<{name}>{_cdata(value)}</{name}>" for name, value in plain.items()]
    parts += [f"<{name}>{_languages(texts)}</{name}>" for name, texts in translated.items()]
    associations = fields.get("associations")
    if associations:
        parts.append(
            f"<associations>{''.join(_association(*one) for one in associations.items())}</associations>"
        )
    return "".join(parts)


def _by_language(fields: Fields) -> tuple[dict[str, Any], dict[str, dict[str, str]]]:
    plain: dict[str, Any] = {}
    translated: dict[str, dict[str, str]] = {}
    for name, value in fields.items():
        base, at, language = name.partition("@")
        if at:
            translated.setdefault(base, {})[language] = value
        elif name != "associations":
            plain[name] = value
    return plain, translated


def _changed(element: Element, fields: Fields, quantity: bool) -> str:
    plain, translated = _by_language(fields)
    kept = NOT_WRITABLE - {"quantity"} if quantity else NOT_WRITABLE
    parts = []
    for child in element:
        name = child.tag
        if name in plain or name == "associations" or name in kept:
            continue
        if child.get("notFilterable") == "true" and name != "id_default_image":
            continue
        if child.find("language") is not None:
            texts = {one.get("id", ""): one.text or "" for one in child.iter("language")}
            parts.append(f"<{name}>{_languages({**texts, **translated.pop(name, {})})}</{name}>")
        else:
            parts.append(f"<{name}>{_cdata(child.text or '')}</{name}>")
    parts += [f"<{name}>{_cdata(value)}</{name}>" for name, value in plain.items()]
    parts += [f"<{name}>{_languages(texts)}</{name}>" for name, texts in translated.items()]
    associations = _kept_associations(element) | dict(fields.get("associations") or {})
    if associations:
        parts.append(
            f"<associations>{''.join(_association(*one) for one in associations.items())}</associations>"
        )
    return "".join(parts)


def _kept_associations(element: Element) -> dict[str, list[dict[str, str]]]:
    """Those that have a setter are sent as they are: absent ones stay in any case, by what is known of the real one."""
    found = row_of(element).get("associations", {})
    return {name: rows for name, rows in found.items() if name not in NO_SETTER and name in ITEMS}


def _languages(texts: Mapping[str, str]) -> str:
    return "".join(f'<language id="{language}">{_cdata(text)}</language>' for language, text in texts.items())


def _association(name: str, rows: Sequence[Mapping[str, object]]) -> str:
    item = ITEMS[name]
    inside = "".join(
        f"<{item}>{''.join(f'<{key}>{_cdata(value)}</{key}>' for key, value in row.items())}</{item}>"
        for row in rows
    )
    return f"<{name}>{inside}</{name}>"


def _cdata(value: object) -> str:
    """White space between tags would belong to the value, so there is none."""
    text = written(value)
    return "<![CDATA[" + text.replace("]]>", "]]]]><![CDATA[>") + "]]>"
