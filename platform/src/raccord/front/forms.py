"""Forms made from a settings struct: one field per setting, with its label and help; secrets are never shown again.

What was typed is brought to the settings' types field by field, so that every wrong entry is named at once.
"""

import types
from collections.abc import Collection, Mapping
from typing import Any, Literal, Union, get_args, get_origin, get_type_hints

import msgspec
from msgspec import Struct

from raccord_connectors.contract import Message, Text
from raccord_connectors.kit.settings import SettingField, setting_fields

REQUIRED = Text("form.required", "« {label} » est nécessaire.", "“{label}” is needed.")
NOT_A_NUMBER = Text(
    "form.not_a_number",
    "« {label} » doit être un nombre, par exemple {example}.",
    "“{label}” must be a number, for example {example}.",
)
UNUSABLE = Text(
    "form.unusable",
    "« {label} » ne peut pas être utilisé : {reason}.",
    "“{label}” cannot be used: {reason}.",
)

Kind = Literal["text", "secret", "url", "number", "tick", "choice"]


class Field(Struct, frozen=True, kw_only=True):
    """One entry of a form, in one language."""

    name: str
    label: str
    help: str
    kind: Kind
    value: str
    """Empty for a secret, whatever is kept."""
    ticked: bool = False
    choices: tuple[str, ...] = ()
    required: bool
    advanced: bool
    kept: bool = False
    """A secret that is there already: left empty, it stays."""
    wrong: Message | None = None


def fields(
    settings: type[Struct],
    language: str,
    given: Mapping[str, Any],
    *,
    wrong: Mapping[str, Message] | None = None,
    kept: Collection[str] = (),
    without: Collection[str] = (),
) -> list[Field]:
    """`given`: values by name, as typed or as kept; those absent have the struct's default."""
    hints = get_type_hints(settings)
    defaults = {field.name: field.default for field in msgspec.structs.fields(settings)}
    made = []
    for setting in setting_fields(settings):
        if setting.name in without:
            continue
        value = given.get(setting.name, defaults[setting.name])
        kind, choices = _kind(setting, hints[setting.name])
        made.append(
            Field(
                name=setting.name,
                label=_label(setting, language),
                help=setting.help_fr if language == "fr" else setting.help_en,
                kind=kind,
                value="" if kind in ("secret", "tick") else _text(value),
                ticked=kind == "tick" and value is True,
                choices=choices,
                required=setting.required and setting.name not in kept,
                advanced=setting.advanced,
                kept=setting.name in kept,
                wrong=(wrong or {}).get(setting.name),
            )
        )
    return made


def typed(
    settings: type[Struct],
    form: Mapping[str, str],
    language: str,
    *,
    kept: Collection[str] = (),
    without: Collection[str] = (),
) -> tuple[dict[str, Any], dict[str, Message]]:
    """What was typed, brought to its types, and what is wrong with it by field. An empty entry means the default."""
    hints = get_type_hints(settings)
    values: dict[str, Any] = {}
    wrong: dict[str, Message] = {}
    for setting in setting_fields(settings):
        name, kind = setting.name, _kind(setting, hints[setting.name])[0]
        if name in without:
            continue
        text = form.get(name, "").strip()
        if kind == "tick":
            values[name] = name in form
        elif text:
            value, refused = _converted(text, hints[name], _label(setting, language))
            values[name] = value
            if refused:
                wrong[name] = refused
        elif setting.required and name not in kept:
            wrong[name] = REQUIRED.fill(label=_label(setting, language))
    return values, wrong


def _converted(text: str, hint: Any, label: str) -> tuple[Any, Message | None]:
    if "\0" in text:
        return text, UNUSABLE.fill(label=label, reason="NUL")
    try:
        return msgspec.convert(text, type=hint, strict=False), None
    except msgspec.ValidationError as error:
        if _bare(hint) in (int, float):
            return text, NOT_A_NUMBER.fill(label=label, example=100)
        return text, UNUSABLE.fill(label=label, reason=error)


def _kind(setting: SettingField, hint: Any) -> tuple[Kind, tuple[str, ...]]:
    if setting.secret:
        return "secret", ()
    bare = _bare(hint)
    if get_origin(bare) is Literal:
        return "choice", tuple(str(choice) for choice in get_args(bare))
    if bare is bool:
        return "tick", ()
    if bare in (int, float):
        return "number", ()
    return ("url" if setting.name == "url" else "text"), ()


def _bare(hint: Any) -> Any:
    """Without `| None`."""
    if get_origin(hint) in (Union, types.UnionType):
        parts = [part for part in get_args(hint) if part is not type(None)]
        return parts[0] if len(parts) == 1 else hint
    return hint


def _label(setting: SettingField, language: str) -> str:
    return (setting.fr if language == "fr" else setting.en) or setting.name


def _text(value: Any) -> str:
    return "" if value is None or value is msgspec.NODEFAULT else str(value)
