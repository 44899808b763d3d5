"""A custom ERP by SQL: what it can do, and its four verbs."""

import time
from collections.abc import Callable, Iterator, Sequence
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

from raccord_connectors.canonical import CustomerDraft, Draft, Record
from raccord_connectors.contract import (
    EVERYTHING,
    Can,
    Change,
    Choice,
    ConfigError,
    ConnectorSpec,
    CustomField,
    Discovery,
    Limits,
    Message,
    Outcome,
    Page,
    Selection,
    Side,
    StreamSpec,
)
from raccord_connectors.erp.sql import texts
from raccord_connectors.erp.sql.settings import OrdersByFile, OrdersByStatement, SqlDefinition, SqlSettings
from raccord_connectors.kit.definition.fields import CUSTOM
from raccord_connectors.kit.definition.loading import SETTING, Place, findings, load
from raccord_connectors.kit.definition.model import columns_of
from raccord_connectors.kit.definition.reading import matched
from raccord_connectors.kit.definition.values import text
from raccord_connectors.kit.dropfolder.handover import Handover
from raccord_connectors.kit.dropfolder.register import Register
from raccord_connectors.kit.dropfolder.state import State

if TYPE_CHECKING:  # SQLAlchemy is needed by those who connect, not by those who show the form
    from raccord_connectors.erp.sql.marks import Mark
    from raccord_connectors.erp.sql.reading import Reading
    from raccord_connectors.kit.dropfolder.delivery import Delivery
    from raccord_connectors.kit.sql import Database, Session

READS = frozenset({Can.READ, Can.READ_SINCE, Can.READ_SOME, Can.SKETCH})
BLOCKS = {
    "drafts": ("orders", "les commandes", "orders"),
    "customer_drafts": ("customers", "les nouveaux clients", "new customers"),
}
READ_BACK = {"drafts": "documents", "customer_drafts": "customers"}
LETTERS = {"documents": "drafts", "customers": "customer_drafts"}


class CustomSql:
    """See README.md for the definition, step by step."""

    spec: ClassVar[ConnectorSpec] = ConnectorSpec(
        name="sql",
        title="ERP sur mesure, par sa base SQL",
        title_en="Custom ERP, by its SQL database",
        side=Side.ERP,
        settings=SqlSettings,
        streams=(
            StreamSpec("categories", READS, page_size=500),
            StreamSpec("products", READS, page_size=200),
            StreamSpec("prices", READS, page_size=200),
            StreamSpec("stock", READS, page_size=500),
            StreamSpec("customers", READS, page_size=200),
            StreamSpec("documents", READS, page_size=100),
            StreamSpec("customer_drafts", frozenset({Can.CREATE})),
            StreamSpec(
                "drafts", frozenset({Can.CREATE}), batch_size=20, after=("customer_drafts",), kinds=("order",)
            ),
        ),
        limits=Limits(concurrency=1),
        verified_against=(
            "a French schema on SQLite (simulator)",
            "a French schema on PostgreSQL 18 (simulator)",
        ),
    )

    def __init__(
        self,
        settings: SqlSettings,
        *,
        now: Callable[[], float] = time.time,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._settings = settings
        self._now = now
        self._sleep = sleep
        self._database: Database | None = None
        self._ordering: Database | None = None
        self._defined: tuple[SqlDefinition, Place] | None = None
        self._state: State | None = None
        self._marks: dict[str, Mark] = {}

    @classmethod
    def propose(cls, settings: SqlSettings) -> str:
        """A first definition, from the names of tables, views and columns."""
        connector = cls(settings)
        try:
            database = connector._connected()
            from raccord_connectors.erp.sql.proposing import proposed

            return proposed(database)
        finally:
            connector.close()

    def check(self) -> None:
        """The login, the definition line by line, each column that is missing, and whether rows can be read at all."""
        database = self._connected()
        definition, place = self._definition(anew=True)
        from raccord_connectors.erp.sql.checking import look_at, look_at_orders

        told: list[Message] = []
        with database.session() as session:
            for name in definition.streams:
                told += look_at(lambda: self._reading(session, definition, place, name), place, name)  # noqa: B023
        told += look_at_orders(definition, place, bool(self._settings.folder))
        if told:
            raise ConfigError(told[0], field=SETTING, findings=told)
        for stream, (block, _, _) in BLOCKS.items():
            delivery = self._delivery(stream)
            if isinstance(delivery, Handover):
                delivery.check(f"{place.name}, [{block}]")

    def discover(self) -> Discovery:
        definition, _ = self._definition()
        customs = [
            CustomField(stream, name.removeprefix(CUSTOM), name.removeprefix(CUSTOM))
            for stream, told in definition.streams.items()
            for name in told.fields
            if name.startswith(CUSTOM)
        ]
        return Discovery(
            company=definition.company or self._connected().name,
            currency=definition.currency,
            custom_fields=tuple(customs),
            depots=tuple(Choice(one.key, one.title) for one in definition.depots),
            price_categories=tuple(Choice(one.key, one.title) for one in definition.price_categories),
        )

    def read(self, stream: str, wanted: Selection = EVERYTHING) -> Iterator[Page]:
        spec = self.spec.stream(stream)
        if Can.READ not in spec.can:
            raise ConfigError(texts.NOT_A_STREAM.fill(stream=stream))
        definition, place = self._definition()
        if stream not in definition.streams:
            yield from self._acknowledged(stream, wanted, spec.page_size)
            return
        with self._connected().session() as session:
            reading = self._reading(session, definition, place, stream)
            yield from reading.pages(wanted, spec.page_size)

    def write(self, stream: str, changes: Sequence[Change]) -> Iterator[Outcome]:
        if Can.CREATE not in self.spec.stream(stream).can:
            raise ConfigError(texts.NOT_A_STREAM.fill(stream=stream))
        if not changes:
            return
        delivery = self._delivery(stream)
        if delivery is None:
            block, french, english = BLOCKS[stream]
            message = texts.NO_ORDERS.fill(block=block, what_fr=french, what_en=english)
            raise ConfigError(message, field=SETTING)
        yield from delivery.send([_written(change) for change in changes])

    def close(self) -> None:
        for database in (self._database, self._ordering):
            if database is not None:
                database.close()
        self._database = self._ordering = None
        if self._state is not None:
            self._state.close()
            self._state = None

    # ------------------------------------------------------------------------------------------- what is there

    def _connected(self) -> "Database":
        """Comes first in every verb: it explains a driver that is not there, which the other modules import."""
        settings = self._settings
        if self._database is None:
            if settings.kind != "sqlite" and not settings.server:
                raise ConfigError(texts.NO_ADDRESS.fill(), field="server")
            try:
                from raccord_connectors.erp.sql.engines import reading

                self._database = reading(settings)
            except ImportError as error:
                raise ConfigError(texts.NO_DRIVER.fill(name=settings.kind), detail=str(error.name)) from error
        return self._database

    def _definition(self, *, anew: bool = False) -> tuple[SqlDefinition, Place]:
        """Checked as text, before anything of it is executed."""
        if self._defined is None or anew:
            self._connected()
            from raccord_connectors.erp.sql.source import objections

            definition, place = load(self._settings.definition, SqlDefinition)
            told = findings(place, definition.streams)
            if not told:
                for name, stream in definition.streams.items():
                    told += objections(place, name, stream, self._settings.kind)
            if told:
                raise ConfigError(told[0], field=SETTING, findings=told)
            self._defined = definition, place
        return self._defined

    def _reading(self, session: "Session", definition: SqlDefinition, place: Place, name: str) -> "Reading":
        from raccord_connectors.erp.sql.reading import Reading
        from raccord_connectors.erp.sql.source import Shape, Source

        stream = definition.streams[name]
        shape = Shape(session, place, name, stream)
        if shape.lacking:
            raise ConfigError(shape.lacking[0], field=SETTING, findings=shape.lacking)
        overlap = timedelta(seconds=definition.overlap_seconds)
        return Reading(
            Source(session, name, stream, shape, overlap), name, stream, definition, self._now(), self._marks
        )

    # ----------------------------------------------------------------------------------------------- writing

    def _memory(self) -> State:
        if self._state is None:
            self._state = State.beside(Path(self._settings.definition))
        return self._state

    def _delivery(self, stream: str) -> "Delivery | None":
        definition, _ = self._definition()
        rules: OrdersByFile | OrdersByStatement | None = getattr(definition, BLOCKS[stream][0])
        if rules is None:
            return None
        register = Register(self._memory(), stream)

        def find(key: str) -> str | None:
            return self._found(READ_BACK[stream], key)

        if isinstance(rules, OrdersByStatement):
            self._connected()
            from raccord_connectors.erp.sql.engines import ordering
            from raccord_connectors.erp.sql.procedure import Procedure

            if self._ordering is None:
                self._ordering = ordering(self._settings)
            return Procedure(
                self._ordering, self._settings.kind, register, rules, find, now=self._now, sleep=self._sleep
            )
        if not self._settings.folder:
            raise ConfigError(texts.NO_EXCHANGE.fill(), field="folder")
        return Handover(
            self._memory(),
            stream,
            rules,
            Path(self._settings.folder),
            manners=definition.manners,
            language=definition.language,
            find=find,
            now=self._now,
            sleep=self._sleep,
        )

    def _found(self, stream: str, reference: str) -> str | None:
        """The ERP's number of what carries our reference; None where it has none, or cannot be asked."""
        definition, place = self._definition()
        told = definition.streams.get(stream)
        if told is None or "reference" not in columns_of(told.fields):
            return None
        from raccord_connectors.erp.sql.source import Shape, Source

        with self._connected().session(committed=True) as session:
            shape = Shape(session, place, stream, told)
            if shape.lacking:
                raise ConfigError(shape.lacking[0], field=SETTING, findings=shape.lacking)
            column = matched({"reference": told.fields["reference"]}, shape.columns)
            source = Source(session, stream, told, shape, timedelta(0))
            number = source.key_of(next(iter(column.values())), reference)
        return None if number is None else text(number)

    def _acknowledged(self, stream: str, wanted: Selection, size: int) -> Iterator[Page]:
        """What the definition has no query for: of documents and customers, those that the ERP acknowledged."""
        found: list[Record] = []
        if stream in LETTERS and getattr(self._definition()[0], BLOCKS[LETTERS[stream]][0]) is not None:
            delivery = self._delivery(LETTERS[stream])
            assert delivery is not None
            delivery.take_answers()
            found = [letter.entered() for letter in delivery.register.done()]
        if wanted.keys is not None:
            keys = set(wanted.keys)
            found = [record for record in found if record.key in keys]
        if wanted.sketch:
            from raccord_connectors.canonical import encode, fingerprint

            yield Page(digests={record.key: fingerprint(encode(record)) for record in found})
            return
        for start in range(0, len(found), size):
            yield Page(records=found[start : start + size])


def _written(change: Change) -> Record:
    assert isinstance(change.record, Draft | CustomerDraft)
    return change.record
