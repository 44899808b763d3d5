"""Answers of the webservice, in XML (its own form) or in JSON with its quirks."""

import json
from collections.abc import Mapping, Sequence
from typing import Any

from sandbox.prestashop.database import Values
from sandbox.prestashop.queries import Display
from sandbox.prestashop.refusals import Refusal
from sandbox.prestashop.schema import Resource

HEAD = '<?xml version="1.0" encoding="UTF-8"?>\n<prestashop xmlns:xlink="http://www.w3.org/1999/xlink">\n'
TAIL = "</prestashop>\n"
NODES = {
    "combinations": "combination",
    "stock_availables": "stock_available",
    "images": "image",
    "order_rows": "order_row",
    "categories": "category",
    "product_features": "product_feature",
    "tags": "tag",
    "accessories": "product",
    "product_option_values": "product_option_value",
    "groups": "group",
    "taxes": "tax",
    "order_slip_details": "order_slip_detail",
    "customer_messages": "customer_message",
}


def listing(
    resource: Resource, rows: Sequence[Values], display: Display, languages: Sequence[str], as_json: bool
) -> str:
    if as_json:
        shown = [_plain(resource, row, display, languages) for row in rows]
        return _dumped({resource.name: shown} if shown else [])
    if display.names == ():
        inside = "".join(f'<{resource.node} id="{row["id"]}"/>\n' for row in rows)
    else:
        inside = "".join(_row(resource, row, display, languages) for row in rows)
    return f"{HEAD}<{resource.name}>\n{inside}</{resource.name}>\n{TAIL}"


def details(
    resource: Resource, rows: Sequence[Values], display: Display, languages: Sequence[str], as_json: bool
) -> str:
    """One row, or the several ones that were written at once, without a list around them."""
    if as_json:
        shown = [_plain(resource, row, display, languages) for row in rows]
        return _dumped({resource.node: shown[0]} if len(shown) == 1 else {resource.name: shown})
    return HEAD + "".join(_row(resource, row, display, languages) for row in rows) + TAIL


def errors(refusal: Refusal, as_json: bool) -> str:
    if as_json:
        return _dumped({"errors": [{"code": refusal.code, "message": refusal.message}]})
    inside = f"<error>\n<code>{cdata(str(refusal.code))}</code>\n<message>{cdata(refusal.message)}</message>\n</error>\n"
    return f"{HEAD}<errors>\n{inside}</errors>\n{TAIL}"


def rights(shop: str, granted: Mapping[str, Sequence[str]], home: str) -> str:
    """What `GET /api/` answers: the resources that a key may use, verb by verb."""
    lines = []
    for name, verbs in granted.items():
        shown = " ".join(f'{verb.lower()}="true"' for verb in verbs)
        lines.append(
            f'<{name} xlink:href="{home}/api/{name}" {shown}>\n<description xlink:href="{home}/api/{name}" '
            f'{shown}>{name}</description>\n<schema xlink:href="{home}/api/{name}?schema=blank" type="blank"/>\n</{name}>\n'
        )
    return f'{HEAD}<api shopName="{shop}">\n{"".join(lines)}</api>\n{TAIL}'


def blank(resource: Resource, languages: Sequence[str]) -> str:
    fields = "".join(
        f"<{f.name}>{_languages({}, languages) if f.kind == 'lang' else ''}</{f.name}>\n"
        for f in resource.fields
    )
    return f"{HEAD}<{resource.node}>\n<id/>\n{fields}</{resource.node}>\n{TAIL}"


def synopsis(resource: Resource) -> str:
    parts = []
    for field in resource.fields:
        told = {
            "format": field.check,
            "maxSize": str(field.size or ""),
            "required": "true" if field.required else "",
        }
        attributes = "".join(f' {name}="{value}"' for name, value in told.items() if value)
        inside = f'<language id=""{attributes}/>' if field.kind == "lang" else ""
        parts.append(f"<{field.name}{'' if inside else attributes}>{inside}</{field.name}>\n")
    parts += [f'<{name} readOnly="true"/>\n' for name in resource.computed]
    return f"{HEAD}<{resource.node}>\n{''.join(parts)}</{resource.node}>\n{TAIL}"


def cdata(text: str) -> str:
    return "<![CDATA[" + text.replace("]]>", "]]]]><![CDATA[>") + "]]>"


def _row(resource: Resource, row: Values, display: Display, languages: Sequence[str]) -> str:
    parts = [f"<id>{cdata(str(row['id']))}</id>\n"] if display.shows("id") else []
    for name in resource.computed:
        if display.shows(name):
            parts.append(f'<{name} notFilterable="true">{cdata(str(row.get(name, "")))}</{name}>\n')
    for field in resource.fields:
        if display.shows(field.name):
            value = row[field.name]
            shown = _languages(value, languages) if field.kind == "lang" else cdata(str(value))
            parts.append(f"<{field.name}>{shown}</{field.name}>\n")
    linked = _linked(row, display)
    if linked:
        parts.append(
            "<associations>\n" + "".join(_association(*one) for one in linked.items()) + "</associations>\n"
        )
    return f"<{resource.node}>\n{''.join(parts)}</{resource.node}>\n"


def _languages(value: Mapping[str, str], languages: Sequence[str]) -> str:
    return "".join(
        f'<language id="{number}">{cdata(value.get(number, ""))}</language>' for number in languages
    )


def _association(name: str, rows: Sequence[Mapping[str, str]]) -> str:
    node = NODES.get(name, name)
    inside = "".join(
        f"<{node}>\n"
        + "".join(f"<{key}>{cdata(value)}</{key}>\n" for key, value in row.items())
        + f"</{node}>\n"
        for row in rows
    )
    return f'<{name} nodeType="{node}" api="{name}">\n{inside}</{name}>\n'


def _linked(row: Values, display: Display) -> dict[str, list[dict[str, str]]]:
    """All associations, or those parts of them that were asked for."""
    found: dict[str, list[dict[str, str]]] = row.get("associations", {})
    if display.names is None:
        return found
    return {
        name: [{key: one[key] for key in wanted if key in one} for one in found.get(name, [])]
        for name, wanted in display.nested.items()
    }


def _plain(resource: Resource, row: Values, display: Display, languages: Sequence[str]) -> dict[str, Any]:
    """Numbers are texts; a translated field is a list, and a bare text where there is one language."""
    shown: dict[str, Any] = {"id": int(row["id"])}
    for name in (*resource.computed, *(field.name for field in resource.fields)):
        if not display.shows(name):
            continue
        value = row.get(name, "")
        if isinstance(value, dict):
            every = [{"id": number, "value": value.get(number, "")} for number in languages]
            value = every[0]["value"] if len(every) == 1 else every
        shown[name] = value
    linked = _linked(row, display)
    return {**shown, "associations": linked} if linked else shown


def _dumped(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False)
