"""Reads a definition file. Whatever is wrong in it is told with the file, the line, the field and what to do."""

import difflib
import re
import tomllib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Protocol, TypeVar, get_type_hints

import msgspec
from msgspec import Struct

from raccord_connectors.contract import ConfigError, Message, Text
from raccord_connectors.kit.definition import texts
from raccord_connectors.kit.definition.fields import FIELDS, field_of, needed
from raccord_connectors.kit.definition.model import Fields, Rule, columns_of, rule_of

D = TypeVar("D", bound=Struct)
SETTING = "definition"
"""The setting that names the file, in all connectors that have one."""


class Source(Protocol):
    @property
    def fields(self) -> Fields: ...


class Place:
    """One definition file, and where in it something stands."""

    def __init__(self, path: Path, text: str) -> None:
        self.path = path
        self._text = text

    @property
    def name(self) -> str:
        return self.path.name

    def line(self, *path: str) -> int:
        """Of the deepest part of this path that the file names; 1 where none is."""
        best, depth = 1, 0
        table: tuple[str, ...] = ()
        for number, line in enumerate(self._text.splitlines(), start=1):
            header = re.match(r"\s*\[+([^\]]+)\]", line)
            key = None if header else re.match(r"\s*([\w.\"'-]+)\s*=", line)
            if header:
                table = here = _parts(header[1])
            elif key:
                here = (*table, *_parts(key[1]))
            else:
                continue
            shared = _shared(here, path)
            if shared == len(here) and shared > depth:
                best, depth = number, shared
        return best

    def error(self, text: Text, path: Sequence[str], **values: object) -> ConfigError:
        return ConfigError(self.message(text, path, **values), field=SETTING)

    def message(self, text: Text, path: Sequence[str], **values: object) -> Message:
        return text.fill(file=self.name, line=self.line(*path), **values)


def load(path: str, kind: type[D]) -> tuple[D, Place]:
    """Raises `ConfigError`. What the streams say is checked by `findings`."""
    file = Path(path)
    try:
        text = file.read_text(encoding="utf-8-sig")
    except FileNotFoundError:
        raise ConfigError(texts.NO_FILE.fill(file=path), field=SETTING) from None
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "UTF-8"
        raise ConfigError(
            texts.UNREADABLE.fill(file=file.name, line=1, reason=reason), field=SETTING
        ) from None
    place = Place(file, text)
    try:
        told = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        found = re.search(r"line (\d+)", str(error))
        reason = str(error).partition(" (at")[0]
        raise ConfigError(
            texts.UNREADABLE.fill(file=file.name, line=found[1] if found else "?", reason=reason),
            field=SETTING,
        ) from None
    _look_at_streams(told.get("streams"), kind, place)
    return _converted(told, kind, place, ()), place


def _look_at_streams(told: Any, kind: type[Struct], place: Place) -> None:
    """One by one, field by field: of all together msgspec would not tell which one is wrong."""
    if not isinstance(told, dict):
        return
    (stream_kind,) = get_type_hints(kind)["streams"].__args__[1:]
    for name, stream in told.items():
        if name not in FIELDS:
            raise place.error(texts.NO_SUCH_STREAM, ["streams", name], name=name, known=", ".join(FIELDS))
        fields = stream.get("fields") if isinstance(stream, dict) else None
        for field, rule in fields.items() if isinstance(fields, dict) else ():
            if not isinstance(rule, str):
                _converted(rule, Rule, place, ("streams", name, "fields", field))
        _converted(stream, stream_kind, place, ("streams", name))


def _converted(told: Any, kind: type[D], place: Place, above: tuple[str, ...]) -> D:
    try:
        return msgspec.convert(told, type=kind)
    except msgspec.ValidationError as error:
        reason, _, where = str(error).partition(" - at `")
        named = re.search(r"unknown field `(.+?)`", reason)
        steps = [*above, *re.findall(r"\w+", where), *([named[1]] if named else [])]
        raise place.error(texts.WRONG, steps, where=".".join(steps), reason=reason) from None


def findings(place: Place, streams: Mapping[str, Source]) -> list[Message]:
    """What is wrong with the names of fields, and which needed ones are missing."""
    found: list[Message] = []
    for stream, source in streams.items():
        path = ["streams", stream]
        for name, given in source.fields.items():
            if field_of(stream, name) is None:
                hints = near(name, FIELDS[stream])
                found.append(
                    place.message(
                        texts.NO_SUCH_FIELD, [*path, "fields", name], stream=stream, name=name, **hints
                    )
                )
            rule = rule_of(given)
            if rule.column is None and rule.value is None:
                found.append(place.message(texts.NO_ORIGIN, [*path, "fields", name], name=name))
        for name in needed(stream):
            if name not in source.fields:
                found.append(place.message(texts.FIELD_MISSING, [*path, "fields"], stream=stream, name=name))
        if stream == "prices" and not {"net", "gross"} & source.fields.keys():
            found.append(place.message(texts.FIELD_MISSING, [*path, "fields"], stream=stream, name="net"))
    return found


def missing_columns(
    place: Place,
    stream: str,
    fields: Fields,
    source: str,
    columns: Sequence[str],
    found_as: Mapping[str, str],
) -> list[Message]:
    """Fields whose column is not among `columns` of `source`. `found_as`: column as defined → as it is there."""
    told = []
    for name, column in columns_of(fields).items():
        if column not in found_as:
            hints = near(column, columns)
            path = ["streams", stream, "fields", name]
            told.append(
                place.message(
                    texts.NO_COLUMN, path, stream=stream, field=name, source=source, column=column, **hints
                )
            )
    return told


def near(name: str, known: Sequence[str] | Mapping[str, object]) -> dict[str, str]:
    """The hint of a sentence, in both languages: what was perhaps meant."""
    close = difflib.get_close_matches(name.casefold(), [one.casefold() for one in known], n=1)
    meant = next((one for one in known if close and one.casefold() == close[0]), None)
    if meant is None:
        return {"hint_fr": "", "hint_en": ""}
    return {"hint_fr": texts.MEANT_FR.format(near=meant), "hint_en": texts.MEANT_EN.format(near=meant)}


def _parts(dotted: str) -> tuple[str, ...]:
    """`fields."custom.colour"` → fields, custom.colour; `custom.colour` is one name too, as TOML's dotted keys are not used."""
    found = re.findall(r"\"([^\"]+)\"|'([^']+)'|([\w-]+)", dotted)
    return tuple(first or second or third for first, second, third in found)


def _shared(one: Sequence[str], other: Sequence[str]) -> int:
    count = 0
    for first, second in zip(one, other, strict=False):
        if first != second:
            break
        count += 1
    return count
