"""Whether a record that arrived can be used: one check, and a sentence for each way to fail it. Pure.

A record that fails is held with its reason; the others of its delta go on.
"""

import re
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import msgspec

from raccord.storage.text import holds_nul
from raccord_connectors import wire
from raccord_connectors.canonical import STREAMS, Record, fingerprint
from raccord_connectors.contract import Problem, RecordRejected, Text

READ_STREAMS = ("categories", "products", "prices", "stock", "customers", "documents", "invoices")
"""What an ERP is read for. The others are written, or belong to shops."""

ALTERED = Text(
    "record.altered",
    "L’enregistrement {key} est arrivé altéré : son empreinte ne correspond pas à ses données. La prochaine "
    "comparaison le redemandera à l’agent ; si cela se répète, mettez l’agent à jour.",
    "The record {key} arrived altered: its fingerprint does not match its data. The next comparison asks "
    "the agent for it again; if this repeats, update the agent.",
)
UNREADABLE = Text(
    "record.unreadable",
    "L’enregistrement {key} n’a pas la forme attendue (champ {field} : {reason}). Mettez l’agent à jour ; si cela se "
    "répète, le connecteur doit être corrigé.",
    "The record {key} does not have the expected form (field {field}: {reason}). Update the agent; if this repeats, "
    "the connector must be corrected.",
)
OTHER_KEY = Text(
    "record.other_key",
    "L’enregistrement annoncé sous la clé {key} porte la clé {found}. Mettez l’agent à jour ; si cela se répète, le "
    "connecteur doit être corrigé.",
    "The record announced under the key {key} carries the key {found}. Update the agent; if this repeats, the "
    "connector must be corrected.",
)
NUL = Text(
    "record.nul",
    "L’enregistrement {key} contient un caractère nul (invisible) dans le champ {field}. Ressaisissez ce champ dans "
    "la gestion.",
    "The record {key} contains a NUL character (invisible) in the field {field}. Type that field anew in the ERP.",
)
NOT_A_NUMBER = Text(
    "record.not_a_number",
    "L’enregistrement {key} contient dans le champ {field} une valeur qui n’est pas un nombre utilisable ({value}). "
    "Corrigez ce champ dans la gestion.",
    "The record {key} holds in the field {field} a value that is not a usable number ({value}). Correct that field in "
    "the ERP.",
)

_decoders = {stream: msgspec.json.Decoder(STREAMS[stream]) for stream in READ_STREAMS}
_MISSING = re.compile(r"missing required field `(\w+)`")
_LARGEST_EXPONENT = 30
_DIGITS = bytes.maketrans(b"123456789", b"000000000")
_MANY = b"0" * (_LARGEST_EXPONENT + 2)
"""A number with so many digits of its own has no exponent. (A regular expression takes ten times as long.)"""
_NUL_SIGN = "␀"


def check(stream: str, upsert: wire.Upsert) -> Record:
    """The decoded record. Raises `RecordRejected` with the field and the reason."""
    data = upsert.data
    if fingerprint(data) != upsert.fingerprint:
        raise RecordRejected(ALTERED.fill(key=_shown(upsert.key)))
    record = _decoded(stream, upsert)
    if record.key != upsert.key:
        raise RecordRejected(OTHER_KEY.fill(key=_shown(upsert.key), found=_shown(record.key)), field="key")
    if holds_nul(data):
        field = next((path for path, value in _walk(record) if isinstance(value, str) and "\0" in value), "?")
        raise RecordRejected(NUL.fill(key=_shown(upsert.key), field=field), field=field)
    if (
        (b"+" in data and b"E+" in data)
        or _MANY in data.translate(_DIGITS)
        or b'NaN"' in data
        or b'Infinity"' in data
    ):
        # Traces of decimals that no amount can be. A text may look alike, so the record is walked then.
        _demand_usable_numbers(record)
    return record


def nul_in_key(key: str) -> Problem | None:
    """Such a key cannot even be looked up."""
    return Problem("rejected", NUL.fill(key=_shown(key), field="key"), field="key") if "\0" in key else None


def former(stream: str, data: str) -> Record | None:
    """A record of the snapshot; None when it was stored in a form that is no longer understood."""
    try:
        return _decoders[stream].decode(data)
    except msgspec.DecodeError:
        return None


def _decoded(stream: str, upsert: wire.Upsert) -> Record:
    try:
        if not upsert.data.isascii():
            upsert.data.decode()  # the decoder does not look inside fields that it does not know
        return _decoders[stream].decode(upsert.data)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        field, reason = place_of(error)
        message = UNREADABLE.fill(key=_shown(upsert.key), field=field or "?", reason=reason)
        raise RecordRejected(message, field=field) from error


def place_of(error: Exception) -> tuple[str | None, str]:
    """The wrong field's path without `$.`, if the decoder tells it, and what is wrong with it."""
    if isinstance(error, UnicodeDecodeError):
        return None, "UTF-8"
    if isinstance(error, RecursionError):
        return None, "nesting"
    reason, _, path = str(error).partition(" - at `$")
    missing = _MISSING.search(reason)
    parts = [path.rstrip("`").lstrip("."), missing[1] if missing else ""]
    return ".".join(part for part in parts if part) or None, reason


def _demand_usable_numbers(record: Record) -> None:
    for path, value in _walk(record):
        if isinstance(value, Decimal) and not _usable(value):
            message = NOT_A_NUMBER.fill(key=_shown(record.key), field=path, value=value)
            raise RecordRejected(message, field=path)


def _usable(value: Decimal) -> bool:
    return value.is_finite() and value.adjusted() <= _LARGEST_EXPONENT


def _walk(value: Any, path: str = "") -> Iterator[tuple[str, Any]]:
    """Every value inside a record with its path, keys of mappings as values of their own path."""
    match value:
        case msgspec.Struct():
            for name in value.__struct_fields__:
                yield from _walk(getattr(value, name), f"{path}.{name}" if path else name)
        case dict():
            for key, inner in value.items():
                yield f"{path}.{key}".replace("\0", _NUL_SIGN), key
                yield from _walk(inner, f"{path}.{key}".replace("\0", _NUL_SIGN))
        case list() | tuple():
            for index, inner in enumerate(value):
                yield from _walk(inner, f"{path}[{index}]")
        case _:
            yield path, value


def _shown(key: str) -> str:
    return key.replace("\0", _NUL_SIGN)
