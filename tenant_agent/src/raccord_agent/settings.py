"""What a person sets: `agent.toml`, and the ERP's credentials apart in `secrets.toml`. What enrolment found out:
`identity.toml` and the key. Wrong files are a `ConfigError` that names the file and the line or the key."""

import tomllib
from datetime import datetime
from pathlib import Path
from typing import Annotated, Any, Literal, TypeVar

import msgspec
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from msgspec import Meta, Struct

from raccord_agent.cli_texts import BAD_FILE, BAD_KEY, NOT_ENROLLED
from raccord_agent.home import Home
from raccord_connectors.contract import ConfigError

S = TypeVar("S", bound=Struct)


Hour = Annotated[str, Meta(pattern=r"^([01][0-9]|2[0-3]):[0-5][0-9]$")]


class FileSettings(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """`[files]`: which pictures and documents the agent may read, and how it sends them. Without a folder it reads none."""

    folders: list[str] = []
    """Local folders or network shares, with all that is below them."""
    by_reference: bool = True
    """Files called after a reference belong to it: REF.jpg, REF_1.jpg, REF_alt_2.jpg; REF_blue.jpg to its blue variants."""
    by_family: bool = True
    """A file called after a family is shown for its articles that have no other picture."""
    largest_mb: Annotated[int, Meta(ge=1, le=500)] = 50
    every: Annotated[float, Meta(ge=1)] = 120.0
    """Seconds between two looks through the folders."""
    kilobytes_per_second: Annotated[int, Meta(ge=0)] = 0
    """For uploads; 0: no limit."""
    quiet_from: Hour | None = None
    """Nothing is uploaded between these two hours of the day."""
    quiet_until: Hour | None = None

    def is_quiet(self, at: datetime) -> bool:
        if self.quiet_from is None or self.quiet_until is None:
            return False
        hour = at.strftime("%H:%M")
        if self.quiet_from <= self.quiet_until:
            return self.quiet_from <= hour < self.quiet_until
        return hour >= self.quiet_from or hour < self.quiet_until  # over midnight


class Settings(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """`agent.toml`. Each key is explained there too (`settings_file`)."""

    platform: str
    """Address of the platform."""
    connector: str
    settings: dict[str, Any] = {}
    """The connector's, without its secrets."""
    outbox_max_mb: Annotated[int, Meta(ge=10)] = 2_048
    log_level: Literal["debug", "info", "warning", "error"] = "info"
    proxy: str = ""
    """Empty: the HTTPS_PROXY of the environment, if any."""
    ca_file: str = ""
    """Certificates of a company's own authority (PEM), for lines that are inspected."""
    files: FileSettings = FileSettings()


class Secrets(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """`secrets.toml`."""

    settings: dict[str, Any] = {}
    proxy: str = ""
    """The proxy's address when it holds a password; it then replaces that of agent.toml."""

    def __repr__(self) -> str:
        return "Secrets(•••)"

    def values(self) -> list[str]:
        """What must never be printed."""
        return [str(value) for value in (*self.settings.values(), self.proxy) if str(value)]


class Identity(Struct, frozen=True, kw_only=True):
    """`identity.toml`: who this agent is to the platform."""

    agent: str
    tenant_name: str
    connection_name: str


def load_settings(home: Home) -> Settings:
    return _load(home.settings, Settings)


def load_secrets(home: Home) -> Secrets:
    return _load(home.secrets, Secrets) if home.secrets.exists() else Secrets()


def load_identity(home: Home) -> Identity:
    return _load(home.identity, Identity)


def load_key(home: Home) -> Ed25519PrivateKey:
    """Raises `ConfigError` when there is none, or what lies there is not an Ed25519 key."""
    try:
        key = serialization.load_pem_private_key(home.key.read_bytes(), password=None)
    except FileNotFoundError:
        raise ConfigError(NOT_ENROLLED.fill(folder=home.folder)) from None
    except (ValueError, OSError) as error:
        raise ConfigError(BAD_KEY.fill(file=home.key), detail=type(error).__name__) from None
    if not isinstance(key, Ed25519PrivateKey):
        raise ConfigError(BAD_KEY.fill(file=home.key), detail=type(key).__name__)
    return key


def connector_settings(settings: Settings, secrets: Secrets) -> dict[str, Any]:
    return {**settings.settings, **secrets.settings}


def _load(path: Path, type_: type[S]) -> S:
    try:
        text = path.read_text(encoding="utf-8-sig")  # Windows' Notepad may put a mark in front
        return msgspec.convert(tomllib.loads(text), type=type_)
    except FileNotFoundError:
        raise ConfigError(NOT_ENROLLED.fill(folder=path.parent)) from None
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError, msgspec.ValidationError) as error:
        # The text of an OSError or of a syntax error holds places, not values; that of a ValidationError may quote a
        # value only for choices, which are no secrets.
        raise ConfigError(BAD_FILE.fill(file=path, reason=error), field=path.name) from None
