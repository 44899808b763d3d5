"""Writes `agent.toml`, `secrets.toml` and `identity.toml`, with every key explained where a person will look for it."""

import json
from collections.abc import Mapping
from typing import Any

import msgspec

from raccord_agent.settings import FileSettings, Identity, Secrets, Settings
from raccord_connectors.contract import ConnectorSpec
from raccord_connectors.kit.settings import SettingField, setting_fields

HEAD = """\
# Raccord : réglages de l’agent / settings of the agent.
# Les mots de passe sont dans secrets.toml / passwords are in secrets.toml.
# Après un changement, redémarrez l’agent / after a change, restart the agent.
"""
OPTIONS = {
    "outbox_max_mb": (
        "Place que peuvent prendre sur le disque les changements en attente, en Mo / disk space for waiting changes, MB"
    ),
    "log_level": "debug, info, warning, error",
    "proxy": (
        "Vide : HTTPS_PROXY. Un proxy avec mot de passe va dans secrets.toml / "
        "empty: HTTPS_PROXY. A proxy with a password belongs in secrets.toml"
    ),
    "ca_file": (
        "Certificats de l’autorité de l’entreprise (PEM), si la ligne est inspectée / "
        "certificates of the company’s own authority (PEM), when the line is inspected"
    ),
}


FILE_OPTIONS = {
    "folders": (
        "Dossiers des photos et documents, partages compris : l’agent n’en lit aucun autre / folders of pictures and "
        "documents, shares included: the agent reads no other"
    ),
    "by_reference": "Fichiers nommés REF, REF_1, REF_alt_2, REF_bleu / files called REF, REF_1, REF_alt_2, REF_blue",
    "by_family": "Photo de la famille à défaut / the family’s picture where there is no other",
    "largest_mb": "Taille maximale d’un fichier, Mo / largest file, MB",
    "every": "Secondes entre deux passages / seconds between two looks",
    "kilobytes_per_second": "Débit d’envoi maximal, 0 : sans limite / upload limit, 0: none",
    "quiet_from": "Aucun envoi entre ces heures, p. ex. 09:00 / nothing is sent between these hours, e.g. 09:00",
    "quiet_until": "… et celle-ci, p. ex. 18:00 / … and this one, e.g. 18:00",
}


def agent_toml(settings: Settings, spec: ConnectorSpec) -> str:
    lines = [HEAD]
    lines += [
        "# Adresse de la plateforme / address of the platform",
        f"platform = {_value(settings.platform)}",
    ]
    lines += [
        "# Connecteur de la gestion commerciale / connector of the ERP",
        f"connector = {_value(settings.connector)}",
    ]
    for name, explanation in OPTIONS.items():
        value = getattr(settings, name)
        default = value == getattr(Settings(platform="", connector=""), name)
        lines += ["", f"# {explanation}", f"{'# ' if default else ''}{name} = {_value(value)}"]
    lines += ["", "# Photos et documents / pictures and documents", "[files]"]
    for name, explanation in FILE_OPTIONS.items():
        value = getattr(settings.files, name)
        default = value == getattr(FileSettings(), name)
        lines += ["", f"# {explanation}", f"{'# ' if default else ''}{name} = {_value(value)}"]
    lines += [
        "",
        f"# Réglages du connecteur {spec.title} / settings of the connector {spec.title}",
        "[settings]",
    ]
    for field in setting_fields(spec.settings):
        if not field.secret:
            lines += _setting(field, settings.settings, spec)
    return "\n".join(lines) + "\n"


def secrets_toml(secrets: Secrets) -> str:
    lines = [
        "# Mots de passe : ce fichier ne quitte jamais cette machine / passwords: this file never leaves this machine.",
        "# Seul le compte de l’agent doit pouvoir le lire / only the agent’s account should be able to read it.",
        f"{'' if secrets.proxy else '# '}proxy = {_value(secrets.proxy)}",
        "",
        "[settings]",
        *(f"{name} = {_value(value)}" for name, value in secrets.settings.items()),
    ]
    return "\n".join(lines) + "\n"


def identity_toml(identity: Identity) -> str:
    lines = ["# Écrit par l’enrôlement / written by the enrolment."]
    lines += [f"{name} = {_value(value)}" for name, value in msgspec.structs.asdict(identity).items()]
    return "\n".join(lines) + "\n"


def _setting(field: SettingField, given: Mapping[str, Any], spec: ConnectorSpec) -> list[str]:
    lines = ["", f"# {field.fr} / {field.en}" if field.fr else f"# {field.name}"]
    if field.help_fr:
        lines.append(f"# {_one_line(field.help_fr)} / {_one_line(field.help_en)}")
    if field.name in given:
        return [*lines, f"{field.name} = {_value(given[field.name])}"]
    default = msgspec.to_builtins(_default(spec, field.name))
    return [*lines, f"# {field.name} = {_value(default)}"]


def _default(spec: ConnectorSpec, name: str) -> Any:
    for field in msgspec.structs.fields(spec.settings):
        if field.name == name and field.default is not msgspec.NODEFAULT:
            return field.default
        if field.name == name and field.default_factory is not msgspec.NODEFAULT:
            return field.default_factory()
    return ""


def _value(value: Any) -> str:
    """TOML of a plain value. TOML's strings are JSON's, except that TOML wants DEL escaped too."""
    if value is None:
        return '""'
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float):
        return repr(value)
    if isinstance(value, Mapping):
        return "{ " + ", ".join(f"{_name(key)} = {_value(item)}" for key, item in value.items()) + " }"
    if isinstance(value, list | tuple | set | frozenset):
        return "[" + ", ".join(_value(item) for item in value) + "]"
    return json.dumps(str(value), ensure_ascii=False).replace("\x7f", "\\u007f")


def _name(name: Any) -> str:
    return json.dumps(str(name), ensure_ascii=False)


def _one_line(text: str) -> str:
    return " ".join(text.split())
