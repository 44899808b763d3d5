"""Settings of a connector: a struct that never prints its secrets, and what its fields say of themselves."""

from typing import Any, get_type_hints

import msgspec
from msgspec import Struct

MASKED = "•••"


class SettingField(Struct, frozen=True):
    """One field of a connection form, from its `contract.label`."""

    name: str
    fr: str
    en: str
    help_fr: str
    help_en: str
    secret: bool
    advanced: bool
    required: bool


class Settings(Struct, frozen=True):
    """Base of settings structs. Two traps it closes: msgspec prints every field of a struct, and so would any log
    of a connector that keeps its settings. Say `kw_only=True` yourself: msgspec does not inherit it."""

    def __repr__(self) -> str:
        secrets = secret_fields(type(self))
        shown = (
            f"{name}={MASKED if name in secrets else repr(getattr(self, name))}"
            for name in self.__struct_fields__
        )
        return f"{type(self).__name__}({', '.join(shown)})"


def setting_fields(settings: type[Struct]) -> tuple[SettingField, ...]:
    """The fields in declaration order; one without a `label` has empty texts."""
    annotations = get_type_hints(settings, include_extras=True)
    found = []
    for field in msgspec.structs.fields(settings):
        texts = _label_of(annotations[field.name])
        found.append(
            SettingField(
                field.name,
                fr=texts.get("fr", ""),
                en=texts.get("en", ""),
                help_fr=texts.get("help_fr", ""),
                help_en=texts.get("help_en", ""),
                secret=texts.get("secret", False),
                advanced=texts.get("advanced", False),
                required=field.required,
            )
        )
    return tuple(found)


def secret_fields(settings: type[Struct]) -> frozenset[str]:
    return frozenset(field.name for field in setting_fields(settings) if field.secret)


def _label_of(annotation: Any) -> dict[str, Any]:
    """`Annotated[str, label(…), Meta(min_length=1)]` may carry several metas: the label is the one with texts."""
    for meta in getattr(annotation, "__metadata__", ()):
        if isinstance(meta, msgspec.Meta) and meta.extra and "fr" in meta.extra:
            return dict(meta.extra)
    return {}
