"""Reading a merchant's SQL database: engines, rows in constant memory, the database's own clock, errors in plain words.

Needs SQLAlchemy (`raccord-connectors[sql]`), and pymssql for SQL Server (`[sqlserver]`): import this module only when
a connection is really opened, so that an agent without a database ERP stays small. Statements are written once in
SQLAlchemy Core, with columns that have no type: values come as the driver gives them, and the connector converts
them, because every ERP has its own idea of an empty date or of a missing number.
"""

import re
import sqlite3
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any
from urllib.parse import quote

import sqlalchemy as sa
from sqlalchemy.engine import URL, Connection, Engine, Row
from sqlalchemy.pool import NullPool

from raccord_connectors.contract import ConfigError, Text, TransientError

APPLICATION = "Raccord"
"""Integrators' triggers look at `APP_NAME()`: ours must never be taken for the ERP's own program."""

UNREACHABLE = Text(
    "sql.unreachable",
    "La base {database} ne répond pas. Vérifiez que le serveur est allumé, que son nom est juste et que le pare-feu "
    "laisse passer ; nous réessayons tout seuls.",
    "The database {database} does not answer. Check that the server is on, that its name is right and that the "
    "firewall lets us pass; we keep trying by ourselves.",
)
LOGIN_REFUSED = Text(
    "sql.login_refused",
    "Le serveur refuse l’identifiant ou le mot de passe donnés pour la base {database}. Corrigez-les dans les réglages "
    "de la connexion.",
    "The server refuses the login or the password given for the database {database}. Correct them in the settings of "
    "the connection.",
)
NO_DATABASE = Text(
    "sql.no_database",
    "La base {database} n’existe pas, ou notre identifiant n’a pas le droit de l’ouvrir. Vérifiez son nom et les droits.",
    "The database {database} does not exist, or our login may not open it. Check its name and the rights.",
)
NO_TABLE = Text(
    "sql.no_table",
    "Il manque {what} dans la base {database} : ce n’est pas la base attendue, ou sa version n’est pas prise en charge.",
    "{what} is missing in the database {database}: it is not the expected database, or its version is not supported.",
)
NO_RIGHT = Text(
    "sql.no_right",
    "Notre identifiant n’a pas le droit de lire {what} dans la base {database}. Donnez-lui le rôle db_datareader.",
    "Our login may not read {what} in the database {database}. Give it the role db_datareader.",
)
LOCKED = Text(
    "sql.locked",
    "La base {database} est occupée par un autre traitement. Nous réessayons tout seuls.",
    "The database {database} is busy with other work. We try again by ourselves.",
)

_SQL_SERVER_NUMBERS: dict[int, tuple[type[ConfigError] | type[TransientError], Text]] = {
    18452: (ConfigError, LOGIN_REFUSED),
    18456: (ConfigError, LOGIN_REFUSED),
    18470: (ConfigError, LOGIN_REFUSED),
    18487: (ConfigError, LOGIN_REFUSED),
    18488: (ConfigError, LOGIN_REFUSED),
    4060: (ConfigError, NO_DATABASE),
    911: (ConfigError, NO_DATABASE),
    207: (ConfigError, NO_TABLE),
    208: (ConfigError, NO_TABLE),
    229: (ConfigError, NO_RIGHT),
    230: (ConfigError, NO_RIGHT),
    1205: (TransientError, LOCKED),
    1222: (TransientError, LOCKED),
    3960: (TransientError, LOCKED),
    20003: (TransientError, LOCKED),
}


def sqlite_engine(path: str | Path, *, timeout: float = 10.0) -> Engine:
    """A SQLite file, opened read-only. `timeout`: seconds to wait for a writer's lock. A fresh connection for each
    session, so that a file which was replaced is noticed."""
    address = f"file:{quote(str(path))}?mode=ro"

    def connect() -> sqlite3.Connection:
        return sqlite3.connect(address, uri=True, timeout=timeout, check_same_thread=False)

    return sa.create_engine("sqlite://", creator=connect, poolclass=NullPool, hide_parameters=True)


def sql_server_engine(
    server: str, database: str, user: str, password: str, *, port: int | None = None, timeout: float = 60.0
) -> Engine:
    """SQL Server through pymssql (FreeTDS is in its wheel). `server` may name an instance: SRV01\\SAGE100.

    Reads never lock the ERP's users out: READ UNCOMMITTED unless a session asks for `committed` rows.
    """
    url = URL.create(
        "mssql+pymssql", username=user, password=password, host=server, port=port, database=database
    )
    manners = {"appname": APPLICATION, "login_timeout": 15, "timeout": int(timeout)}
    return sa.create_engine(
        url,
        connect_args=manners,
        pool_size=2,
        max_overflow=4,
        pool_pre_ping=True,
        pool_recycle=1800,
        hide_parameters=True,
        isolation_level="READ UNCOMMITTED",
    )


class Column:
    """What a database says of one of its columns. `width` is None where there is no limit in characters."""

    __slots__ = ("name", "width")

    def __init__(self, name: str, width: int | None) -> None:
        self.name = name
        self.width = width


class Database:
    """A read-only database. `name` is what people call it, for messages; `meaning` explains the errors of its driver, where
    it is neither SQLite nor SQL Server."""

    def __init__(
        self, engine: Engine, name: str, meaning: "Callable[[BaseException], _Meaning] | None" = None
    ) -> None:
        self.engine = engine
        self.name = name
        usual = _sqlite_meaning if engine.dialect.name == "sqlite" else _sql_server_meaning
        self._meaning = meaning or usual
        self.dialect = engine.dialect.name

    @contextmanager
    def session(self, *, committed: bool = False) -> Iterator["Session"]:
        """One connection for some statements; each statement is its own short transaction.

        `committed` reads wait for writers instead of seeing what they may still take back: for reading back what
        was just written.
        """
        with self.guard():
            connection = self.engine.connect()
        try:
            if committed and self.dialect == "mssql":
                connection = connection.execution_options(isolation_level="READ COMMITTED")
            yield Session(self, connection)
        finally:
            connection.close()

    @contextmanager
    def guard(self) -> Iterator[None]:
        """Driver errors become errors of the contract; their text, which may quote values, stays behind."""
        try:
            yield
        except sa.exc.DBAPIError as error:
            raise self._explained(error.orig or error) from error
        except sa.exc.TimeoutError as error:  # every connection of the pool is in use
            raise TransientError(LOCKED.fill(database=self.name), detail="pool") from error
        except self._driver_errors() as error:
            raise self._explained(error) from error

    def close(self) -> None:
        self.engine.dispose()

    def _driver_errors(self) -> tuple[type[Exception], ...]:
        found = getattr(self.engine.dialect, "dbapi", None)
        return (found.Error,) if found is not None else ()

    def _explained(self, error: BaseException) -> Exception:
        kind, text, what, detail = self._meaning(error)
        message = text.fill(database=self.name, what=what or "?")
        return kind(message, detail=detail)


class Session:
    """Statements on one connection. Rows come in constant memory where they are iterated over."""

    def __init__(self, database: Database, connection: Connection) -> None:
        self.database = database
        self._connection = connection

    def rows(self, statement: sa.Executable, *, chunk: int = 500) -> Iterator[Row[Any]]:
        """Rows with their column names as attributes, fetched `chunk` at a time."""
        with self.database.guard():
            result = self._connection.execute(statement, execution_options={"yield_per": chunk})
            try:
                yield from result
            finally:
                result.close()
                self._connection.rollback()

    def all(self, statement: sa.Executable) -> Sequence[Row[Any]]:
        with self.database.guard():
            try:
                return self._connection.execute(statement).fetchall()
            finally:
                self._connection.rollback()

    def tuples(self, statement: sa.Executable, *, chunk: int = 2000) -> Iterator[list[tuple[Any, ...]]]:
        """The driver's own tuples, in lists of `chunk`: the fast way, for digests."""
        with self.database.guard():
            result = self._connection.execute(statement)
            cursor = result.cursor
            if cursor is None:
                raise AssertionError("a statement that returns no rows was read")
            try:
                while rows := cursor.fetchmany(chunk):
                    yield rows  # type: ignore[misc]  # drivers give plain tuples, the protocol says Any
            finally:
                result.close()
                self._connection.rollback()

    def columns_of(self, statement: sa.Executable) -> list[str]:
        """The names of what a statement gives, for one that gives no rows."""
        with self.database.guard():
            try:
                return list(self._connection.execute(statement).keys())
            finally:
                self._connection.rollback()

    def first(self, statement: sa.Executable) -> Row[Any] | None:
        found = self.all(statement)
        return found[0] if found else None

    def now(self) -> datetime:
        """The database's own wall clock, without a zone: the one that its stamps are made with."""
        clock = (
            "SELECT datetime('now', 'localtime')" if self.database.dialect == "sqlite" else "SELECT GETDATE()"
        )
        value = self.all(sa.text(clock))[0][0]
        return datetime.fromisoformat(value) if isinstance(value, str) else value

    def stamp(self, value: datetime) -> Any:
        """`value` as this database compares it. Never text for SQL Server: under a French login it reads
        "2026-05-06" as the fifth of June."""
        if self.database.dialect == "sqlite":
            return value.isoformat(sep=" ", timespec="seconds")
        return value

    def columns(self, tables: Sequence[str]) -> dict[str, dict[str, Column]]:
        """Table → column → what it is, for those of `tables` that exist and that we may see."""
        if self.database.dialect == "sqlite":
            statement = sa.text(
                "SELECT m.name, p.name, p.type FROM sqlite_master m, pragma_table_info(m.name) p "
                "WHERE m.type IN ('table', 'view')"
            )
            described = [
                (table, column, _declared_width(kind))
                for table, column, kind in map(_triple, self.all(statement))
            ]
        else:
            view = sa.table("COLUMNS", *map(sa.column, _DESCRIPTION), schema="INFORMATION_SCHEMA")
            named = sa.select(*view.c).where(view.c.TABLE_NAME.in_(list(tables)))
            described = [
                (table, column, _length(size)) for table, column, size in map(_triple, self.all(named))
            ]
        found: dict[str, dict[str, Column]] = {}
        for table, column, width in described:
            if table in tables:
                found.setdefault(table, {})[column] = Column(column, width)
        return found

    def fingerprintable(self, columns: Sequence[sa.ColumnElement[Any]]) -> list[sa.ColumnElement[Any]]:
        """The same columns in the form that is cheapest to digest. SQLite writes them into one JSON text: making one
        Python object instead of thirty is most of what a scan costs. Other drivers give the columns themselves."""
        if self.database.dialect == "sqlite" and columns:
            parts = [columns[start : start + 100] for start in range(0, len(columns), 100)]
            return [sa.func.json_array(*part) for part in parts]  # SQLite's limit is 127 arguments
        return list(columns)


_DESCRIPTION = ("TABLE_NAME", "COLUMN_NAME", "CHARACTER_MAXIMUM_LENGTH")


def _declared_width(declared: str) -> int | None:
    found = re.search(r"char\s*\((\d+)\)", declared, re.IGNORECASE)
    return int(found[1]) if found else None


def _triple(row: Row[Any]) -> tuple[str, str, Any]:
    table, column, kind = tuple(row)
    return table, column, kind


def _length(size: int | None) -> int | None:
    return size if size is not None and size > 0 else None


_Meaning = tuple[type[ConfigError] | type[TransientError], Text, str, str]
"""What happens next, its sentence, the thing concerned, and for us."""


def _sqlite_meaning(error: BaseException) -> _Meaning:
    said = str(error)
    detail = f"{type(error).__name__} {getattr(error, 'sqlite_errorname', '')}".strip()
    missing = re.match(r"no such (?:table|column): (\S+)", said)
    if missing:
        return ConfigError, NO_TABLE, missing[1], detail
    if "unable to open" in said or "not a database" in said:
        return ConfigError, NO_DATABASE, "", detail
    return TransientError, LOCKED, "", detail


def _sql_server_meaning(error: BaseException) -> _Meaning:
    """pymssql raises `(number, b"text")`, sometimes wrapped once more."""
    parts: Any = error.args
    if parts and isinstance(parts[0], tuple):
        parts = parts[0]
    number = parts[0] if parts and isinstance(parts[0], int) else 0
    said = parts[1] if len(parts) > 1 else (parts[0] if parts else b"")
    text = said.decode("utf-8", "replace") if isinstance(said, bytes) else str(said)
    # A failed login comes as 20002/20018 with the server's own number inside the text.
    inner = re.search(r"\b(18452|18456|18470|18487|18488|4060)\b", text)
    known = _SQL_SERVER_NUMBERS.get(number) or (_SQL_SERVER_NUMBERS[int(inner[1])] if inner else None)
    quoted = re.search(r"(?:object name|column name|on the object) '([^']+)'", text)
    detail = f"{type(error).__name__} {number}"
    if known:
        return known[0], known[1], quoted[1] if quoted else "", detail
    return TransientError, UNREACHABLE, "", detail


def rights(session: Session, tables: Mapping[str, str]) -> list[str]:
    """Those of `tables` (table → a column of it) that cannot be read."""
    missing = []
    for name, column in tables.items():
        try:
            session.all(sa.select(sa.column(column)).select_from(sa.table(name)).limit(1))
        except ConfigError:
            missing.append(name)
    return missing
