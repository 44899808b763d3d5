"""A channel's rules as a file: to keep, to move to another channel, to give to a colleague. JSON, with a version.

    {
      "raccord": "mapping",
      "version": 1,
      "made_for": {"erp": "sage100", "shop": "woocommerce"},      (where it comes from; told, not demanded)
      "rules": [{"target": "name", "sources": ["product.name"], "steps": [{"do": "trim"}], "owner": "erp"}, …],
      "tables": {"Marques": {"entries": {"DUV": "Duval"}}},
      "settings": {…}                                             (only if they were asked for)
    }

Whatever is wrong in a file that was changed by hand is said with the rule or table it is in.
"""

from typing import Any

import msgspec
from msgspec import Struct

from raccord.core.channel import ChannelSettings
from raccord.core.rules import Mapping, MappingError, Rule, Table, compile_rules
from raccord.core.step_catalogue import kind
from raccord.core.values import quoted
from raccord_connectors.contract import Message, Text

KIND, VERSION = "mapping", 1
LARGEST = 5_000_000
"""Bytes of a file."""
MOST_RULES = 500

TOO_LARGE = Text(
    "file.too_large",
    "Le fichier est trop grand : {limit} Mo au plus. Est-ce bien un fichier de règles ?",
    "The file is too large: {limit} MB at most. Is it a file of rules?",
)
NO_JSON = Text(
    "file.no_json",
    "Le fichier ne se lit pas : ce n’est pas du JSON valable ({why}). Exportez-le de nouveau.",
    "The file cannot be read: it is not valid JSON ({why}). Export it again.",
)
OTHER_KIND = Text(
    "file.other_kind",
    "Ce fichier n’est pas un fichier de règles de Raccord. Choisissez un fichier exporté depuis la page des règles.",
    "This file is not a file of Raccord’s rules. Choose one that was exported from the page of the rules.",
)
NEWER = Text(
    "file.newer",
    "Ce fichier a la version {version}, plus récente que ce que cette installation sait lire ({known}).",
    "This file has version {version}, newer than what this installation can read ({known}).",
)
NO_LIST = Text("file.no_list", "Le fichier n’a pas de liste « {name} ».", "The file has no list “{name}”.")
TOO_MANY = Text(
    "file.too_many",
    "Le fichier a {count} règles ; {limit} au plus.",
    "The file has {count} rules; {limit} at most.",
)
BAD_RULE = Text(
    "file.bad_rule",
    "Règle {number} du fichier ({target}) : {why}.",
    "Rule {number} of the file ({target}): {why}.",
)
UNKNOWN_STEP = Text(
    "file.unknown_step",
    "Règle {number} du fichier ({target}), étape {step} : « {do} » n’est pas une étape connue.",
    "Rule {number} of the file ({target}), step {step}: “{do}” is not a known step.",
)
BAD_TABLE = Text(
    "file.bad_table",
    "Table « {name} » du fichier : {why}. Une table a des « entries », de texte à texte.",
    "Table “{name}” of the file: {why}. A table has “entries”, from text to text.",
)
BAD_SETTINGS = Text(
    "file.bad_settings",
    "Les réglages du fichier ne se lisent pas : {why}.",
    "The file’s settings cannot be read: {why}.",
)


class FileError(Exception):
    """The file cannot be used. `target`: the rule that is wrong, where it is one."""

    def __init__(self, message: Message, target: str = "") -> None:
        super().__init__(f"{message.code}: {message.en}")
        self.message = message
        self.target = target


class Imported(Struct, frozen=True):
    """What a file says."""

    mapping: Mapping
    settings: ChannelSettings | None = None
    """None: the file has none, and a channel keeps its own."""
    erp: str = ""
    shop: str = ""
    """Names of the connectors that it was made for."""


def to_file(
    mapping: Mapping, erp: str = "", shop: str = "", settings: ChannelSettings | None = None
) -> bytes:
    """Laid out for people, in UTF-8; the same rules give the same bytes."""
    told: dict[str, Any] = {"raccord": KIND, "version": VERSION}
    if erp or shop:
        told["made_for"] = {"erp": erp, "shop": shop}
    told |= {"rules": mapping.rules, "tables": dict(sorted(mapping.tables.items()))}
    if settings is not None:
        told["settings"] = settings
    return msgspec.json.format(_encoder.encode(told), indent=2) + b"\n"


_encoder = msgspec.json.Encoder(decimal_format="string")


def from_file(data: bytes) -> Imported:
    """The rules of a file, which can all be used. Raises `FileError`."""
    if len(data) > LARGEST:
        raise FileError(TOO_LARGE.fill(limit=LARGEST // 1_000_000))
    told = _object(data)
    rules = told.get("rules")
    if not isinstance(rules, list):
        raise FileError(NO_LIST.fill(name="rules"))
    if len(rules) > MOST_RULES:
        raise FileError(TOO_MANY.fill(count=len(rules), limit=MOST_RULES))
    mapping = Mapping(
        [_rule(number, rule) for number, rule in enumerate(rules, 1)], _tables(told.get("tables") or {})
    )
    try:
        compile_rules(mapping)
    except MappingError as error:
        raise FileError(error.message, error.target) from None
    made_for = told.get("made_for")
    names = made_for if isinstance(made_for, dict) else {}
    return Imported(mapping, _settings(told), quoted(names.get("erp") or ""), quoted(names.get("shop") or ""))


def _object(data: bytes) -> dict[str, Any]:
    try:
        told = msgspec.json.decode(data.removeprefix(b"\xef\xbb\xbf"))
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise FileError(NO_JSON.fill(why=quoted(str(error)))) from None
    if not isinstance(told, dict) or told.get("raccord") != KIND or not isinstance(told.get("version"), int):
        raise FileError(OTHER_KIND.fill())
    if told["version"] > VERSION:
        raise FileError(NEWER.fill(version=told["version"], known=VERSION))
    return told


def _rule(number: int, told: Any) -> Rule:
    target = quoted(told.get("target") or "?") if isinstance(told, dict) else "?"
    steps = told.get("steps") if isinstance(told, dict) else None
    for place, step in enumerate(steps if isinstance(steps, list) else (), 1):
        do = step.get("do") if isinstance(step, dict) else None
        if not isinstance(do, str) or kind(do) is None:
            raise FileError(
                UNKNOWN_STEP.fill(number=number, target=target, step=place, do=quoted(do)), target
            )
    try:
        return msgspec.convert(told, Rule)
    except (msgspec.ValidationError, RecursionError) as error:
        raise FileError(BAD_RULE.fill(number=number, target=target, why=quoted(str(error))), target) from None


def _tables(told: Any) -> dict[str, Table]:
    if not isinstance(told, dict):
        raise FileError(NO_LIST.fill(name="tables"))
    found = {}
    for name, table in told.items():
        try:
            found[name] = msgspec.convert(table, Table)
        except (msgspec.ValidationError, RecursionError) as error:
            raise FileError(BAD_TABLE.fill(name=quoted(name), why=quoted(str(error)))) from None
    return found


def _settings(told: dict[str, Any]) -> ChannelSettings | None:
    if told.get("settings") is None:
        return None
    try:
        return msgspec.convert(told["settings"], ChannelSettings)
    except (msgspec.ValidationError, RecursionError) as error:
        raise FileError(BAD_SETTINGS.fill(why=quoted(str(error)))) from None
