"""The description of the API as a page shows it: by subject, each operation with what it takes and gives. Pure."""

import json
from typing import Any

from msgspec import Struct

from raccord.public_api.description import PATH

METHODS = ("get", "post", "put", "delete")
_REF = "#/components/schemas/"
DEEP = 3
"""Levels of a schema that are shown inside an operation; the document has all."""


class Parameter(Struct, frozen=True):
    name: str
    place: str
    required: bool
    about: str


class Operation(Struct, frozen=True):
    id: str
    method: str
    path: str
    about: str
    scope: str
    """That it asks for."""
    parameters: list[Parameter]
    takes: str
    """Its body, as an example or as an outline of its fields; empty where it has none."""
    gives: str


class Subject(Struct, frozen=True):
    name: str
    about: str
    operations: list[Operation]


def subjects(document: dict[str, Any]) -> list[Subject]:
    found: dict[str, list[Operation]] = {tag["name"]: [] for tag in document["tags"]}
    for path, item in document["paths"].items():
        for method in METHODS:
            if method in item:
                found[item[method]["tags"][0]].append(_operation(document, method, path, item[method]))
    return [Subject(tag["name"], tag["description"], found[tag["name"]]) for tag in document["tags"]]


def _operation(document: dict[str, Any], method: str, path: str, told: dict[str, Any]) -> Operation:
    parameters = [
        Parameter(one["name"], one["in"], bool(one.get("required")), one.get("description", ""))
        for one in told.get("parameters", [])
        if one["name"] != "Idempotency-Key"
    ]
    good: dict[str, Any] = next((one for status, one in told["responses"].items() if status[0] == "2"), {})
    return Operation(
        id=f"{method}-{path.removeprefix(PATH)}".replace("/", "-").replace("{", "").replace("}", ""),
        method=method.upper(), path=path, about=told["description"], scope=told["security"][0]["key"][0],
        parameters=parameters,
        takes=_body(document, told.get("requestBody", {})), gives=_body(document, good),
    )  # fmt: skip


def _body(document: dict[str, Any], part: dict[str, Any]) -> str:
    for kind, content in part.get("content", {}).items():
        if "json" in kind:
            shown = (
                content["example"] if "example" in content else _outline(document, content["schema"], DEEP)
            )
            return json.dumps(shown, indent=2, ensure_ascii=False)
    return ""


def _outline(document: dict[str, Any], schema: dict[str, Any], deep: int) -> Any:
    """The fields of a schema with the kind of each."""
    if "$ref" in schema:
        schema = document["components"]["schemas"][schema["$ref"].removeprefix(_REF)]
    for several in ("anyOf", "oneOf"):
        if several in schema:
            choices = [one for one in schema[several] if one.get("type") != "null"]
            return _outline(document, choices[0], deep) if choices else None
    if "enum" in schema:
        return " | ".join(str(one) for one in schema["enum"])
    kind = schema.get("type", "…")
    if kind == "array":
        return [_outline(document, schema.get("items", {}), deep)] if deep else ["…"]
    if kind == "object" and schema.get("properties"):
        if not deep:
            return {"…": "…"}
        return {name: _outline(document, one, deep - 1) for name, one in schema["properties"].items()}
    return f"{kind} ({schema['format']})" if "format" in schema else str(kind)
