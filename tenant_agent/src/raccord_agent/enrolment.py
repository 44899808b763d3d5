"""From a one-time code to an agent with a name: the key pair is made here, and its secret half never leaves."""

import platform
import socket
import sys
from collections.abc import Mapping

import httpx
import msgspec
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from raccord_agent import __version__
from raccord_agent.cli_texts import NO_SUCH_SETTING, NOT_AN_ERP
from raccord_agent.home import Home, write_private
from raccord_agent.line import Line, Refused
from raccord_agent.settings import Identity, Secrets, Settings, connector_settings, load_key
from raccord_agent.settings_file import agent_toml, identity_toml, secrets_toml
from raccord_connectors import wire
from raccord_connectors.contract import ConfigError, Connector, Side
from raccord_connectors.kit.settings import secret_fields, setting_fields
from raccord_connectors.registry import BAD_SETTINGS, connector_class


def typed_settings(
    cls: type[Connector], typed: Mapping[str, str]
) -> tuple[dict[str, object], dict[str, object]]:
    """What a person typed as `key=value`, as the connector wants it: (plain settings, secret settings).

    `ConfigError` names an unknown, missing or wrong setting.
    """
    spec = cls.spec
    known = [field.name for field in setting_fields(spec.settings)]
    for name in typed:
        if name not in known:
            raise ConfigError(
                NO_SUCH_SETTING.fill(connector=spec.name, name=name, known=", ".join(known)), field=name
            )
    values: dict[str, object] = {name: _unquoted(value) for name, value in typed.items()}
    try:
        settings = msgspec.convert(values, type=spec.settings, strict=False)
    except msgspec.ValidationError as error:
        raise ConfigError(BAD_SETTINGS.fill(name=spec.name, reason=error)) from None
    plain: dict[str, object] = {
        name: value for name, value in msgspec.to_builtins(settings).items() if name in typed
    }
    secret = secret_fields(spec.settings)
    return (
        {name: value for name, value in plain.items() if name not in secret},
        {name: value for name, value in plain.items() if name in secret},
    )


def enrol(
    home: Home,
    settings: Settings,
    secrets: Secrets,
    code: str,
    *,
    transport: httpx.BaseTransport | None = None,
) -> Identity:
    """Makes or reuses the key, asks the platform, writes the files. May be repeated with the same code when the
    answer was lost: the same key then gets the same answer."""
    cls = connector_class(settings.connector)
    if cls.spec.side is not Side.ERP:
        raise ConfigError(NOT_AN_ERP.fill(name=settings.connector), field="connector")
    cls(msgspec.convert(connector_settings(settings, secrets), type=cls.spec.settings)).close()
    home.make()
    key = _key(home)
    line = Line(
        settings.platform,
        proxy=secrets.proxy or settings.proxy,
        ca_file=settings.ca_file,
        transport=transport,
    )
    try:
        answer = line.call("POST", "/agent/enrol", wire.pack(_request(code, key, settings)), wire.Enrolled)
    except Refused as refusal:
        # The platform says it best: unknown, used or expired code, and where to get another.
        raise ConfigError(refusal.refusal.message, detail=str(refusal.status), field="code") from refusal
    finally:
        line.close()
    identity = Identity(
        agent=answer.agent, tenant_name=answer.tenant_name, connection_name=answer.connection_name
    )
    write_private(home.settings, agent_toml(settings, cls.spec).encode())
    write_private(home.secrets, secrets_toml(secrets).encode())
    # Last: an agent with an identity is one whose other files are complete.
    write_private(home.identity, identity_toml(identity).encode())
    return identity


def _request(code: str, key: Ed25519PrivateKey, settings: Settings) -> wire.Enrolment:
    return wire.Enrolment(
        code=code.strip().upper().replace("-", "").replace(" ", ""),
        public_key=key.public_key().public_bytes_raw(),
        connector=settings.connector,
        version=__version__,
        host=socket.gethostname(),
        system=f"{platform.system()} {platform.release()}, Python {sys.version.split()[0]}",
    )


def _key(home: Home) -> Ed25519PrivateKey:
    if home.key.exists():
        return load_key(home)
    key = Ed25519PrivateKey.generate()
    pem = key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    write_private(home.key, pem)
    return key


def _unquoted(value: str) -> object:
    """`["a","b"]` and `{"a":"b"}` are JSON, for the few settings that hold lists and tables; the rest is text."""
    if value[:1] in "[{" and value[-1:] in "]}":
        try:
            decoded: object = msgspec.json.decode(value)
        except msgspec.DecodeError:
            return value
        return decoded
    return value
