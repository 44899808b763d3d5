"""All settings of a process, read once from the environment. Nothing else in the product reads `os.environ`.

Without any of them the product runs on its embedded services in `./.raccord`: that is what `make demo` does.
"""

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Literal

import msgspec
from msgspec import Struct


class Settings(Struct, frozen=True, kw_only=True):
    data_dir: Path = Path(".raccord")
    """Of the embedded services, and of the files when no S3 is named."""
    database_url: str | None = None
    """PostgreSQL as the application role, `postgresql://raccord_app:…@host/raccord`. Unset: embedded."""
    database_session_url: str | None = None
    """The same as the application role without PgBouncer between, for listening and locks. Unset: `database_url`."""
    database_owner_url: str | None = None
    """The same database as the owner of the tables; only `raccord migrate` uses it."""
    database_system_url: str | None = None
    """The same database as the system role, for the few listed uses that cross tenants."""
    database_backup_url: str | None = None
    """The same database as a role that reads past row-level security; only `raccord backup` and `restore` use it."""
    broker_url: str | None = None
    """Valkey, Redis or RabbitMQ, as Celery writes it. Unset: embedded Valkey."""
    s3_endpoint: str | None = None
    """Of an S3-compatible service, as this machine reaches it. Unset, with no bucket either: files are kept in `data_dir`."""
    s3_public_endpoint: str | None = None
    """The same service as agents, shops and browsers reach it, when that is another address."""
    s3_bucket: str | None = None
    s3_access_key: str | None = None
    s3_secret_key: str | None = None
    s3_region: str = "us-east-1"
    smtp_host: str | None = None
    """The installation's own mail server, for alerts to merchants' people. Unset: alerts are shown and not mailed."""
    smtp_port: int = 587
    smtp_security: Literal["starttls", "tls", "none"] = "starttls"
    smtp_user: str | None = None
    smtp_password: str | None = None
    smtp_sender: str | None = None
    """The address in whose name it writes, e.g. alerts@raccord.example."""
    public_url: str = "http://127.0.0.1:8000"
    """Where people and agents reach the web process; links in pages and mails start with it."""
    secret_key: str | None = None
    """32 bytes in hexadecimal: encrypts the shops' tokens and signs. Unset: made once in `data_dir`."""
    allow_private_addresses: bool = False
    """The sandbox's own setting: shops on loopback may be called. Never set in production."""
    secure_cookies: bool = False
    """Set wherever people come by HTTPS: cookies then travel on no other way."""
    metrics_token: str | None = None
    """What Prometheus shows at `/metrics`. Unset: there is no such page."""
    otlp_endpoint: str | None = None
    """Where traces are sent, e.g. http://collector:4318/v1/traces. Unset: none are made."""
    pool_size: int = 12
    """Database connections of one process."""
    environment: str = "production"

    @property
    def session_url(self) -> str | None:
        return self.database_session_url or self.database_url

    @property
    def embedded_database(self) -> bool:
        return self.database_url is None

    @property
    def can_be_called(self) -> bool:
        """Shops reach us under `public_url`: by HTTPS from anywhere; in the sandbox, on the same machine."""
        return self.allow_private_addresses or self.public_url.startswith("https://")

    @property
    def embedded_objects(self) -> bool:
        return self.s3_endpoint is None and self.s3_bucket is None

    @property
    def embedded_broker(self) -> bool:
        return self.broker_url is None


def from_environment(environment: Mapping[str, str] | None = None) -> Settings:
    """Variables are the field names in capitals with the prefix RACCORD_, e.g. RACCORD_DATABASE_URL.
    Raises `msgspec.ValidationError`, which names the field, on a value of the wrong type."""
    source = os.environ if environment is None else environment
    given = {
        name: source[f"RACCORD_{name.upper()}"]
        for name in Settings.__struct_fields__
        if source.get(f"RACCORD_{name.upper()}")
    }
    return msgspec.convert(given, type=Settings, strict=False, dec_hook=_decode)


def _decode(kind: type, value: object) -> object:
    if kind is Path:
        return Path(str(value))
    raise NotImplementedError(kind)
