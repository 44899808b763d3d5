"""Further fields of an installation (of its own modules) that the merchant chose to have read."""

from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Literal

from raccord_connectors.canonical import Scalar, plain
from raccord_connectors.contract import ConfigError, CustomField
from raccord_connectors.erp.tryton import texts
from raccord_connectors.erp.tryton.client import Client, Row
from raccord_connectors.erp.tryton.lookups import Attribute

Kind = Literal["text", "number", "date", "boolean", "choice"]
FIELD_KINDS: dict[str, Kind] = {
    "char": "text", "text": "text", "selection": "choice", "integer": "number", "float": "number",
    "numeric": "number", "boolean": "boolean", "date": "date", "timestamp": "date", "datetime": "date",
}  # fmt: skip
ATTRIBUTE_KINDS: dict[str, Kind] = {
    "selection": "choice", "integer": "number", "float": "number", "numeric": "number", "date": "date",
}  # fmt: skip


def extra_fields(client: Client, model: str, names: Sequence[str]) -> dict[str, Row]:
    """Definitions of the chosen fields. `ConfigError` names one that is absent or not plain (a list, a link)."""
    if not names:
        return {}
    known = client.fields_of(model)
    for name in names:
        if known.get(name, {}).get("type") not in FIELD_KINDS:
            raise ConfigError(texts.NO_FIELD.fill(model=model, name=name), field="article_fields")
    return {name: known[name] for name in names}


def custom_value(value: Any) -> Scalar:
    """As custom fields are written: decimals as plain text, dates in ISO 8601."""
    if isinstance(value, Decimal):
        return str(plain(value))
    if isinstance(value, datetime | date):
        return value.isoformat()
    return value if isinstance(value, str | int | bool) else str(value)


def field_of(name: str, definition: Row) -> CustomField:
    kind = FIELD_KINDS[definition["type"]]
    selection = definition.get("selection")
    pairs = selection if kind == "choice" and isinstance(selection, list) else []
    return CustomField(
        "products", name, definition["string"] or name, kind, tuple(str(value) for value, _ in pairs if value)
    )


def field_of_attribute(attribute: Attribute) -> CustomField:
    """Its values arrive as what people see: labels of a selection, Oui and Non."""
    kind = ATTRIBUTE_KINDS.get(attribute.kind, "text")
    choices = tuple(attribute.labels.values()) if kind == "choice" else ()
    return CustomField("products", attribute.name, attribute.title, kind, choices)
