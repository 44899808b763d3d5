"""Values as Tryton's JSON-RPC writes them: amounts, dates and bytes are objects with a `__class__`."""

import base64
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import msgspec

_encoder = msgspec.json.Encoder(decimal_format="number")


class Number(msgspec.Struct, frozen=True):
    """A quantity, for a field of type float: a plain JSON number, unlike an amount (`Decimal`), which Tryton wraps."""

    value: Decimal


def to_json(message: dict[str, Any]) -> bytes:
    return _encoder.encode(_outgoing(message))


def from_json(value: Any) -> Any:
    """Decoded JSON with its special objects revived. Times are UTC and say so; decimals of plain numbers were kept by
    the JSON decoder."""
    if isinstance(value, list):
        return [from_json(inner) for inner in value]
    if not isinstance(value, dict):
        return value
    match value.get("__class__"):
        case "Decimal":
            return Decimal(value["decimal"])
        case "datetime":
            clock = (value["hour"], value["minute"], value["second"], value["microsecond"])
            return datetime(value["year"], value["month"], value["day"], *clock, tzinfo=UTC)
        case "date":
            return date(value["year"], value["month"], value["day"])
        case "timedelta":
            return timedelta(seconds=float(value["seconds"]))
        case "bytes":
            return base64.b64decode(value["base64"])
        case _:
            return {key: from_json(inner) for key, inner in value.items()}


def _outgoing(value: Any) -> Any:
    match value:
        case Number():
            return value.value
        case Decimal():
            return {"__class__": "Decimal", "decimal": str(value)}
        case datetime():  # a datetime is a date too: this case comes first
            return {
                "__class__": "datetime", "year": value.year, "month": value.month, "day": value.day,
                "hour": value.hour, "minute": value.minute, "second": value.second, "microsecond": value.microsecond,
            }  # fmt: skip
        case date():
            return {"__class__": "date", "year": value.year, "month": value.month, "day": value.day}
        case dict():
            return {key: _outgoing(inner) for key, inner in value.items()}
        case list() | tuple():
            return [_outgoing(inner) for inner in value]
        case _:
            return value
