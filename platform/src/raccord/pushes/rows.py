"""From a row as a program sends it to a record that can be taken, or to the reason why it cannot. Pure."""

from decimal import Decimal
from typing import Any

import msgspec
from msgspec.structs import replace

from raccord.pushes import errors
from raccord.pushes.models import RowError
from raccord.sync.records import READ_STREAMS, check, nul_in_key, place_of
from raccord_connectors import wire
from raccord_connectors.canonical import STREAMS, encode, fingerprint, plain
from raccord_connectors.contract import Problem, RecordRejected

LONGEST_KEY = 255
_decoders = {stream: msgspec.json.Decoder(STREAMS[stream]) for stream in READ_STREAMS}


class _Keyed(msgspec.Struct):
    key: str


class Rows:
    """What a batch brings."""

    def __init__(self) -> None:
        self.upserts: dict[str, wire.Upsert] = {}
        self.held: dict[str, Problem] = {}
        self.refused: list[RowError] = []
        self.warnings: list[RowError] = []
        self.unnamed = 0
        self._rows: dict[str, int] = {}

    @property
    def keys(self) -> set[str]:
        """All that the source has, usable or not."""
        return {*self.upserts, *self.held}

    def add(self, stream: str, row: int, raw: bytes) -> None:
        key = _key_of(raw)
        if key is None:
            self.unnamed += 1
            self.refused.append(RowError(row=row, key=None, field="key", message=errors.NO_KEY.fill(row=row)))
            return
        if key in self._rows:
            message = errors.TWICE.fill(key=key, first=self._rows[key], row=row)
            self.warnings.append(RowError(row=row, key=key, field="key", message=message))
        self._rows[key] = row
        self.upserts.pop(key, None)
        self.held.pop(key, None)
        try:
            self.upserts[key] = _upsert(stream, row, key, raw)
        except RecordRejected as error:
            self.held[key] = error.problem()
            self.refused.append(RowError(row=row, key=key, field=error.field, message=error.message))


def _key_of(raw: bytes) -> str | None:
    """Read apart: of a row that is wrong elsewhere it is still known which record the source has."""
    try:
        key = msgspec.json.decode(raw, type=_Keyed).key
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return None
    return key if 0 < len(key) <= LONGEST_KEY and nul_in_key(key) is None else None


def _upsert(stream: str, row: int, key: str, raw: bytes) -> wire.Upsert:
    try:
        record = _decoders[stream].decode(raw)
        data = encode(_plain(record))
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError, ArithmeticError, ValueError) as error:
        field, reason = place_of(error)
        message = errors.ROW_UNREADABLE.fill(row=row, key=key, field=field or "?", reason=reason)
        raise RecordRejected(message, field=field) from error
    upsert = wire.Upsert(key, fingerprint(data), data)
    check(stream, upsert)
    return upsert


def _plain(value: Any) -> Any:
    """10.00 and 10 are the same amount: programs write either, and nothing has changed by that."""
    match value:
        case Decimal():
            return plain(value) if value.is_finite() and abs(value.adjusted()) < 30 else value
        case msgspec.Struct():
            return replace(value, **{name: _plain(getattr(value, name)) for name in value.__struct_fields__})
        case list() | tuple():
            return type(value)(_plain(one) for one in value)
        case dict():
            return {key: _plain(one) for key, one in value.items()}
        case _:
            return value
