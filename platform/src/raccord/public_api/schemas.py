"""The schemas of the description: msgspec's own, which says exactly what is taken and given (decimals as texts, tagged unions,
limits, the words of the structs), put where Litestar describes only the fields."""

from collections.abc import Sequence
from typing import Any

import msgspec
from litestar.openapi.spec import Schema
from litestar.plugins import OpenAPISchemaPlugin
from litestar.typing import FieldDefinition

_MARK = "msgspec:"
_REF = "#/components/schemas/"


class StructSchemas(OpenAPISchemaPlugin):
    """Leaves a mark for each struct, and keeps the struct for `filled_in`."""

    def __init__(self) -> None:
        self.types: list[Any] = []

    def is_plugin_supported_field(self, field_definition: FieldDefinition) -> bool:
        return not field_definition.is_union and field_definition.is_subclass_of(msgspec.Struct)

    def to_openapi_schema(self, field_definition: FieldDefinition, schema_creator: Any) -> Schema:
        kind = field_definition.annotation
        if kind not in self.types:
            self.types.append(kind)
        schema: Schema = schema_creator.schema_registry.get_schema_for_field_definition(field_definition)
        schema.title = f"{_MARK}{self.types.index(kind)}"
        return schema


def filled_in(document: dict[str, Any], structs: StructSchemas, others: Sequence[Any]) -> list[str]:
    """Puts msgspec's schemas in the place of the marks. `document` as plain JSON; changed in place. Returns the references of
    `others`, structs that no route names."""
    types = [*structs.types, *(one for one in others if one not in structs.types)]
    found, components = msgspec.json.schema_components(types, ref_template=_REF + "{name}")
    schemas: dict[str, Any] = document["components"]["schemas"]
    marked = {_MARK + str(number): one["$ref"] for number, one in enumerate(found)}
    renamed = {}
    for name, schema in list(schemas.items()):
        if str(schema.get("title")) in marked:
            renamed[_REF + name] = marked[schema["title"]]
            del schemas[name]
    _refer(document["paths"], marked, renamed)
    schemas.update(msgspec.to_builtins(components))
    return [found[types.index(one)]["$ref"] for one in others]


def _refer(part: Any, marked: dict[str, str], renamed: dict[str, str]) -> None:
    if isinstance(part, dict):
        if part.get("$ref") in renamed:
            part["$ref"] = renamed[part["$ref"]]
        elif str(part.get("title")) in marked:  # used in one place only: Litestar writes it there
            part["$ref"] = marked[part.pop("title")]
        for inner in part.values():
            _refer(inner, marked, renamed)
    elif isinstance(part, list):
        for inner in part:
            _refer(inner, marked, renamed)
