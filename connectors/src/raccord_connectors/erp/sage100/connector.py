"""The Sage 100 connector: what it can do, and its four verbs. The reading and writing live beside it."""

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any, ClassVar

from raccord_connectors.contract import (
    EVERYTHING,
    Can,
    Change,
    ConfigError,
    ConnectorSpec,
    Discovery,
    Limits,
    Outcome,
    Page,
    Selection,
    Side,
    StreamSpec,
)
from raccord_connectors.erp.sage100 import texts
from raccord_connectors.erp.sage100.bridge import Bridge, BridgeLost, BridgeRefusal, contract_error
from raccord_connectors.erp.sage100.settings import Sage100Settings

if TYPE_CHECKING:  # SQLAlchemy is needed by those who connect, not by those who show the form
    from raccord_connectors.erp.sage100.tables import Tables
    from raccord_connectors.kit.sql import Database

READ_ANY = frozenset({Can.READ, Can.READ_SINCE, Can.READ_SOME, Can.SKETCH})

PAYMENT_FIELDS = (
    "document", "kind", "amount", "currency", "method", "title", "dated", "transaction", "credit", "journal",
)  # fmt: skip
"""Sage's commercial side has no field for the payment service's fee that we know, nor for the day on which the money is there."""


class Sage100:
    """See README.md for versions, limits and traps."""

    spec: ClassVar[ConnectorSpec] = ConnectorSpec(
        name="sage100",
        title="Sage 100 Gestion Commerciale",
        side=Side.ERP,
        settings=Sage100Settings,
        streams=(
            StreamSpec("categories", READ_ANY, page_size=500),
            StreamSpec("products", READ_ANY, page_size=200),
            StreamSpec("prices", READ_ANY, page_size=200),
            StreamSpec("stock", READ_ANY, page_size=500),
            StreamSpec("customers", READ_ANY, page_size=200),
            StreamSpec("documents", READ_ANY, page_size=100),
            StreamSpec("invoices", READ_ANY, page_size=100),
            StreamSpec("customer_drafts", frozenset({Can.CREATE, Can.UPDATE})),
            StreamSpec(
                "drafts",
                frozenset({Can.CREATE}),
                after=("customer_drafts",),
                kinds=("quotation", "order", "delivery", "invoice", "credit"),
            ),
            # No deposit invoice: Sage issues it by itself, if the company wants it, when a deposit is entered.
            StreamSpec(
                "payments",
                frozenset({Can.READ, Can.READ_SOME, Can.CREATE}),
                after=("drafts",),
                fields=PAYMENT_FIELDS,
                kinds=("deposit", "settlement", "refund"),
            ),
        ),
        limits=Limits(concurrency=1),
        verified_against=("Sage 100 tables on SQLite (simulator)",),
    )

    def __init__(self, settings: Sage100Settings) -> None:
        self._settings = settings
        self._database: Database | None = None
        self._tables: Tables | None = None
        self._bridge: Bridge | None = None

    def check(self) -> None:
        """Connects, names every table that is missing or closed to us, and opens the company through the bridge."""
        database, tables = self._opened(anew=True)
        from raccord_connectors.erp.sage100.tables import COLUMNS
        from raccord_connectors.kit.sql import NO_RIGHT, rights

        missing = [texts.TABLE_MISSING.fill(database=database.name, table=name) for name in tables.missing()]
        readable = {name: "cbMarq" for name in COLUMNS if tables.has(name)}
        with database.session() as session:
            closed = rights(session, readable)
        missing += [NO_RIGHT.fill(database=database.name, what=name) for name in closed]
        if missing:
            raise ConfigError(missing[0], field="database", findings=missing)
        if self._settings.bridge:
            self._check_bridge()

    def discover(self) -> Discovery:
        database, tables = self._opened()
        from raccord_connectors.erp.sage100.discovery import discover

        with database.session() as session:
            return discover(session, tables, self._settings)

    def read(self, stream: str, wanted: Selection = EVERYTHING) -> Iterator[Page]:
        spec = self.spec.stream(stream)
        if Can.READ not in spec.can:
            raise ConfigError(texts.NO_SUCH_STREAM.fill(stream=stream))
        # The tables are looked up anew: an information libre may have been added since.
        database, tables = self._opened(anew=wanted.keys is None)
        from raccord_connectors.erp.sage100.reading import Reader

        yield from Reader(database, tables, self._settings).pages(stream, wanted, spec.page_size)

    def write(self, stream: str, changes: Sequence[Change]) -> Iterator[Outcome]:
        if not self.spec.stream(stream).can & {Can.CREATE, Can.UPDATE}:
            raise ConfigError(texts.NO_SUCH_STREAM.fill(stream=stream))
        if not changes:
            return
        database, tables = self._opened()
        from raccord_connectors.erp.sage100.writing import Writer

        yield from Writer(database, tables, self._settings, self._writing_bridge()).outcomes(stream, changes)

    def close(self) -> None:
        bridge, self._bridge = self._bridge, None
        if bridge is not None:
            bridge.close()
        database, self._database = self._database, None
        if database is not None:
            database.close()

    def _opened(self, *, anew: bool = False) -> "tuple[Database, Tables]":
        """Comes first in every verb: it explains a driver that is not there, which the other modules import."""
        try:
            from raccord_connectors.erp.sage100.tables import Tables
            from raccord_connectors.kit.sql import Database, sql_server_engine, sqlite_engine
        except ImportError as error:
            raise ConfigError(texts.NO_DRIVER.fill(), detail=str(error.name)) from error

        settings = self._settings
        if self._database is None:
            if settings.path:
                engine = sqlite_engine(settings.path, timeout=settings.timeout)
                self._database = Database(engine, settings.path.replace("\\", "/").rpartition("/")[2])
            elif settings.server and settings.database:
                try:
                    engine = sql_server_engine(
                        settings.server,
                        settings.database,
                        settings.user,
                        settings.password,
                        port=settings.port or None,
                        timeout=settings.timeout,
                    )
                except ImportError as error:
                    raise ConfigError(texts.NO_DRIVER.fill(), detail=str(error.name)) from error
                self._database = Database(engine, settings.database)
            else:
                raise ConfigError(texts.NO_ADDRESS.fill(), field="database")
        if self._tables is None or anew:
            with self._database.session() as session:
                self._tables = Tables.of(session)
        return self._database, self._tables

    def _writing_bridge(self) -> Bridge:
        settings = self._settings
        if not settings.bridge:
            raise ConfigError(texts.READ_ONLY.fill(), field="bridge")
        if self._bridge is None:
            opening: dict[str, Any] = {
                "server": settings.server,
                "database": settings.database,
                "company": settings.bridge_company,
                "user": settings.sage_user,
                "password": settings.sage_password,
            }
            self._bridge = Bridge(settings.bridge, opening, settings.bridge_timeout)
        return self._bridge

    def _check_bridge(self) -> None:
        from raccord_connectors.contract import TransientError

        try:
            self._writing_bridge().call("check")
        except BridgeRefusal as refused:
            raise contract_error(refused.failure) from refused
        except BridgeLost as error:
            raise TransientError(texts.BRIDGE_DOWN.fill(), detail=str(error)) from error
