"""The base of all records, their canonical encoding and their fingerprint."""

import hashlib
from decimal import Decimal
from typing import TypeVar

import msgspec
from msgspec import Struct

Scalar = str | int | bool | None
"""Values of custom fields: decimals as plain strings ("12.5"), dates in ISO 8601; `contract.CustomField` tells the type."""

Names = dict[str, str]
"""A text by language: {"fr": "Chaise", "en": "Chair"}."""


class Record(Struct, kw_only=True, frozen=True, omit_defaults=True):
    """A key and its data. `key` is the record's natural id in its system, always a string.

    Records hold no reading time and no modification stamp: two equal states have equal encodings.
    """

    key: str


R = TypeVar("R", bound=Record)

_encoder = msgspec.json.Encoder(order="deterministic", decimal_format="string")


def encode(record: Record) -> bytes:
    """The canonical encoding: JSON, fields in declaration order, defaults omitted, mappings sorted by key,
    decimals as strings (so that 12.50 stays exact). It travels and is stored as it is."""
    return _encoder.encode(record)


def decode(data: bytes | str, record: type[R]) -> R:
    """Raises `msgspec.ValidationError`, which names the field, when `data` is not such a record."""
    return msgspec.json.decode(data, type=record)


def fingerprint(encoded: bytes) -> bytes:
    """128-bit hash of a canonical encoding: 16 bytes."""
    return hashlib.blake2b(encoded, digest_size=16).digest()


def plain(value: Decimal) -> Decimal:
    """The same number with no trailing zeros and no exponent, so that equal amounts are encoded alike:
    Decimal("10.00") and Decimal("1E+1") both become Decimal("10")."""
    if value == value.to_integral_value():
        return value.quantize(Decimal(1))
    return value.normalize()
