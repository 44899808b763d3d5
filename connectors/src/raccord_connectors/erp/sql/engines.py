"""Engines of the databases that custom ERPs use, read-only where the database can be told so, and what their errors mean."""

import re
import sqlite3
from collections.abc import Callable
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import URL, Engine

from raccord_connectors.contract import ConfigError, Text, TransientError
from raccord_connectors.erp.sql import texts
from raccord_connectors.erp.sql.settings import SqlSettings
from raccord_connectors.kit import sql as kit

Meaning = tuple[type[ConfigError] | type[TransientError], Text, str, str]
POOL: dict[str, Any] = {
    "pool_size": 2, "max_overflow": 4, "pool_pre_ping": True, "pool_recycle": 1800, "hide_parameters": True,
}  # fmt: skip


def reading(settings: SqlSettings) -> kit.Database:
    """Raises `ImportError` where a driver is missing."""
    return _database(settings, settings.user, settings.password, read_only=True)


def ordering(settings: SqlSettings) -> kit.Database:
    """As the login for orders, or the reading one where none is given."""
    user, password = settings.order_user, settings.order_password
    if not user:
        user, password = settings.user, settings.password
    return _database(settings, user, password, read_only=False)


def _database(settings: SqlSettings, user: str, password: str, *, read_only: bool) -> kit.Database:
    name = settings.database
    match settings.kind:
        case "sqlite":
            name = name.replace("\\", "/").rpartition("/")[2]
            engine = _sqlite(settings, read_only)
            return kit.Database(engine, name, _sqlite_meaning)
        case "sqlserver":
            engine = kit.sql_server_engine(
                settings.server, name, user, password, port=settings.port or None, timeout=settings.timeout
            )
            if not read_only:
                engine = engine.execution_options(isolation_level="READ COMMITTED")
            return kit.Database(engine, name, _sql_server_meaning)
        case "postgresql":
            return kit.Database(_postgresql(settings, user, password, read_only), name, _postgresql_meaning)
        case "mariadb":
            return kit.Database(_mariadb(settings, user, password, read_only), name, _mariadb_meaning)


def _sqlite(settings: SqlSettings, read_only: bool) -> Engine:
    if read_only:
        return kit.sqlite_engine(settings.database, timeout=min(settings.timeout, 10.0))

    def connect() -> sqlite3.Connection:
        address = f"{Path(settings.database).absolute().as_uri()}?mode=rw"
        return sqlite3.connect(
            address, uri=True, timeout=min(settings.timeout, 10.0), check_same_thread=False
        )

    return sa.create_engine("sqlite://", creator=connect, poolclass=sa.pool.NullPool, hide_parameters=True)


def _postgresql(settings: SqlSettings, user: str, password: str, read_only: bool) -> Engine:
    url = URL.create(
        "postgresql+psycopg", username=user, password=password or None, port=settings.port or None, database=settings.database
    )  # fmt: skip
    limits = f"-c statement_timeout={int(settings.timeout * 1000)}"
    if read_only:
        limits += " -c default_transaction_read_only=on"
    given = {
        "host": settings.server, "connect_timeout": 15, "application_name": kit.APPLICATION, "options": limits,
    }  # fmt: skip
    engine = sa.create_engine(url, connect_args=given, **POOL)
    # The option of the session may be set back by a statement; that of the transaction, once it reads, may not.
    return engine.execution_options(postgresql_readonly=True) if read_only else engine


def _mariadb(settings: SqlSettings, user: str, password: str, read_only: bool) -> Engine:
    url = URL.create(
        "mysql+pymysql", username=user, password=password, host=settings.server, port=settings.port or None,
        database=settings.database, query={"charset": "utf8mb4"},
    )  # fmt: skip
    given = {
        "connect_timeout": 15,
        "read_timeout": int(settings.timeout) or 1,
        "program_name": kit.APPLICATION,
    }
    engine = sa.create_engine(url, connect_args=given, **POOL)
    if read_only:

        @sa.event.listens_for(engine, "connect")
        def only_read(connection: Any, _: Any) -> None:
            with connection.cursor() as cursor:
                cursor.execute("SET SESSION TRANSACTION READ ONLY")

    return engine


# ------------------------------------------------------------------------------------------------- meanings


def _sqlite_meaning(error: BaseException) -> Meaning:
    said = str(error)
    if re.search(r"syntax error|no such function|near \"|ambiguous column|misuse|readonly", said):
        return ConfigError, texts.QUERY_REFUSED, type(error).__name__, getattr(error, "sqlite_errorname", "")
    return kit._sqlite_meaning(error)


def _sql_server_meaning(error: BaseException) -> Meaning:
    found = kit._sql_server_meaning(error)
    number = found[3].rpartition(" ")[2]
    if found[1] is kit.NO_RIGHT:
        return found[0], texts.NO_RIGHT, found[2], found[3]
    if found[1] is kit.UNREACHABLE and number.isdigit() and 0 < int(number) < 20_000:
        return ConfigError, texts.QUERY_REFUSED, number, found[3]  # FreeTDS's own numbers begin at 20,000
    return found


_POSTGRESQL: dict[str, tuple[type[ConfigError] | type[TransientError], Text]] = {
    "28": (ConfigError, kit.LOGIN_REFUSED),
    "3D": (ConfigError, kit.NO_DATABASE),
    "42P01": (ConfigError, kit.NO_TABLE),
    "42703": (ConfigError, kit.NO_TABLE),
    "42501": (ConfigError, texts.NO_RIGHT),
    "40": (TransientError, kit.LOCKED),
    "53": (TransientError, kit.LOCKED),
    "55": (TransientError, kit.LOCKED),
    "57014": (TransientError, kit.LOCKED),
    "57": (TransientError, kit.UNREACHABLE),
    "08": (TransientError, kit.UNREACHABLE),
}


def _postgresql_meaning(error: BaseException) -> Meaning:
    """By the state that the server sends; a failed login comes without one, as text."""
    state = getattr(error, "sqlstate", None) or ""
    said = str(error)
    detail = f"{type(error).__name__} {state}".strip()
    if not state:
        if re.search(r"authentication|password|role \"", said):
            return ConfigError, kit.LOGIN_REFUSED, "", detail
        if "does not exist" in said:
            return ConfigError, kit.NO_DATABASE, "", detail
        return TransientError, kit.UNREACHABLE, "", detail
    known = _POSTGRESQL.get(state) or _POSTGRESQL.get(state[:2])
    named = re.search(r"(?:relation|column|table|view) \"?([\w.]+)\"?", said)
    if known:
        return known[0], known[1], named[1] if named else "", detail
    return ConfigError, texts.QUERY_REFUSED, state, detail


_MARIADB: dict[int, tuple[type[ConfigError] | type[TransientError], Text]] = {
    1045: (ConfigError, kit.LOGIN_REFUSED),
    1044: (ConfigError, kit.NO_DATABASE),
    1049: (ConfigError, kit.NO_DATABASE),
    1146: (ConfigError, kit.NO_TABLE),
    1054: (ConfigError, kit.NO_TABLE),
    1142: (ConfigError, texts.NO_RIGHT),
    1143: (ConfigError, texts.NO_RIGHT),
    1370: (ConfigError, texts.NO_RIGHT),
    1205: (TransientError, kit.LOCKED),
    1213: (TransientError, kit.LOCKED),
    1040: (TransientError, kit.LOCKED),
}


def _mariadb_meaning(error: BaseException) -> Meaning:
    number = error.args[0] if error.args and isinstance(error.args[0], int) else 0
    detail = f"{type(error).__name__} {number}"
    named = re.search(r"(?:[Tt]able|column|view) '([^']+)'", str(error))
    if number in _MARIADB:
        kind, text = _MARIADB[number]
        return kind, text, named[1] if named else "", detail
    if 1000 <= number < 2000:
        return ConfigError, texts.QUERY_REFUSED, str(number), detail
    return TransientError, kit.UNREACHABLE, "", detail


def own_words(error: BaseException, kind: str) -> str | None:
    """What a procedure says when it refuses on purpose (RAISERROR, RAISE EXCEPTION, SIGNAL, RAISE(ABORT)); None: it did not."""
    said = _TOLD[kind](error)
    return " ".join(said.split())[:300] if said else None


def _told_by_sql_server(error: BaseException) -> str | None:
    parts: Any = error.args[0] if error.args and isinstance(error.args[0], tuple) else error.args
    if not parts or not isinstance(parts[0], int) or not (parts[0] >= 50_000):
        return None
    said = parts[1] if len(parts) > 1 else b""
    text = said.decode("utf-8", "replace") if isinstance(said, bytes) else str(said)
    return text.partition("DB-Lib error")[0]


def _told_by_postgresql(error: BaseException) -> str | None:
    if getattr(error, "sqlstate", "") != "P0001":
        return None
    return getattr(getattr(error, "diag", None), "message_primary", None)


def _told_by_mariadb(error: BaseException) -> str | None:
    return str(error.args[1]) if len(error.args) > 1 and error.args[0] == 1644 else None


def _told_by_sqlite(error: BaseException) -> str | None:
    return str(error) if getattr(error, "sqlite_errorname", "") == "SQLITE_CONSTRAINT_TRIGGER" else None


_TOLD: dict[str, Callable[[BaseException], str | None]] = {
    "sqlserver": _told_by_sql_server,
    "postgresql": _told_by_postgresql,
    "mariadb": _told_by_mariadb,
    "sqlite": _told_by_sqlite,
}
