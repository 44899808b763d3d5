"""The drop folder as an ERP: what it can do, and its four verbs."""

import time
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from pathlib import Path
from typing import ClassVar

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
    Problem,
    Rejection,
    Selection,
    Side,
    StreamSpec,
)
from raccord_connectors.erp.files import texts
from raccord_connectors.erp.files.intake import Intake, watched
from raccord_connectors.erp.files.settings import FilesDefinition, FilesSettings
from raccord_connectors.erp.files.store import SCHEMA, Store, Stored
from raccord_connectors.kit.definition.fields import CUSTOM
from raccord_connectors.kit.definition.loading import SETTING, Place, findings, load
from raccord_connectors.kit.dropfolder.handover import FileHandover, Handover
from raccord_connectors.kit.dropfolder.incoming import away
from raccord_connectors.kit.dropfolder.state import State
from raccord_connectors.kit.dropfolder.texts import NO_FOLDER

READS = frozenset({Can.READ, Can.READ_SINCE, Can.READ_SOME, Can.SKETCH})
SKETCH_PAGE = 5_000
BLOCKS = {
    "drafts": ("orders", "les commandes", "orders"),
    "customer_drafts": ("customers", "les nouveaux clients", "new customers"),
}


class DropFolder:
    """See README.md for the rules that files obey."""

    spec: ClassVar[ConnectorSpec] = ConnectorSpec(
        name="files",
        title="ERP sur mesure, par fichiers (CSV, XLSX, XML, JSON)",
        title_en="Custom ERP, by files (CSV, XLSX, XML, JSON)",
        side=Side.ERP,
        settings=FilesSettings,
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
        verified_against=("files in French and in English formats, with a simulated ERP (simulator)",),
    )

    def __init__(
        self,
        settings: FilesSettings,
        *,
        now: Callable[[], float] = time.time,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._settings = settings
        self._root = Path(settings.folder)
        self._now = now
        self._sleep = sleep
        self._opened: tuple[FilesDefinition, Place, Store] | None = None

    @classmethod
    def propose(cls, settings: FilesSettings) -> str:
        """A first definition, from the files that lie in the folder."""
        from raccord_connectors.erp.files.proposing import proposed

        return proposed(Path(settings.folder))

    def check(self) -> None:
        """The folder, the definition line by line, the folders of orders, and what was refused last."""
        definition, place, store = self._open(anew=True)
        self._look_at_root()
        told = [
            NO_FOLDER.fill(folder=self._root / folder, where=f"{place.name}, {place.line('streams')}")
            for folder in watched(definition)
            if not (self._root / folder).is_dir()
        ]
        for stream, at, problem in store.last_refused():
            if stream in definition.streams:
                when = f"{datetime.fromtimestamp(at).astimezone():%d/%m/%Y %H:%M}"
                told.append(_last_refused(stream, when, problem))
        if told:
            raise ConfigError(told[0], field=SETTING, findings=told)
        for stream, (block, _, _) in BLOCKS.items():
            handover = self._handover(stream)
            if handover is not None:
                handover.check(f"{place.name}, [{block}]")

    def discover(self) -> Discovery:
        definition, _, store = self._open()
        depots = {one.key: one.title for one in definition.depots}
        categories = {one.key: one.title for one in definition.price_categories}
        for key in store.choices("stock", "depots", "depot"):
            depots.setdefault(key, key)
        for key in store.choices("prices", "prices", "category"):
            categories.setdefault(key, key)
        customs = [
            CustomField(stream, name.removeprefix(CUSTOM), name.removeprefix(CUSTOM))
            for stream, told in definition.streams.items()
            for name in told.fields
            if name.startswith(CUSTOM)
        ]
        return Discovery(
            company=definition.company,
            currency=definition.currency,
            custom_fields=tuple(customs),
            depots=tuple(Choice(key, title) for key, title in depots.items()),
            price_categories=tuple(Choice(key, title) for key, title in categories.items()),
            tax_classes=tuple(Choice(code, code, {"rate": rate}) for code, rate in store.taxes()),
        )

    def read(self, stream: str, wanted: Selection = EVERYTHING) -> Iterator[Page]:
        spec = self.spec.stream(stream)
        if Can.READ not in spec.can:
            raise ConfigError(texts.NOT_A_STREAM.fill(stream=stream))
        store = self._taken_in()
        if wanted.keys is not None:
            yield from _chosen(store, stream, wanted.keys, spec.page_size)
            return
        position = store.position()  # before anything is read: what is taken in meanwhile comes again
        since = _since(wanted.since)
        if wanted.sketch:
            for prints in store.prints(stream, SKETCH_PAGE):
                yield Page(digests=prints)
        else:
            for page in store.records(stream, spec.page_size, since=since):
                yield _page(page)
        gone = store.gone(stream, since) if since is not None else []
        yield Page(deleted=gone, cursor=str(position))

    def write(self, stream: str, changes: Sequence[Change]) -> Iterator[Outcome]:
        if Can.CREATE not in self.spec.stream(stream).can:
            raise ConfigError(texts.NOT_A_STREAM.fill(stream=stream))
        if not changes:
            return
        store = self._taken_in()
        handover = self._handover(stream)
        if handover is None:
            block, french, english = BLOCKS[stream]
            message = texts.NO_ORDERS.fill(block=block, what_fr=french, what_en=english)
            raise ConfigError(message, field=SETTING)
        outcomes = handover.send([_written(change) for change in changes])
        for outcome in outcomes:
            store.take_answers()
            yield outcome

    def close(self) -> None:
        if self._opened is not None:
            self._opened[2].state.close()
            self._opened = None

    # ------------------------------------------------------------------------------------------------ inside

    def _open(self, *, anew: bool = False) -> tuple[FilesDefinition, Place, Store]:
        """`anew`: the definition may have been corrected since."""
        if self._opened is None or anew:
            definition, place = load(self._settings.definition, FilesDefinition)
            told = findings(place, definition.streams)
            if told:
                raise ConfigError(told[0], field=SETTING, findings=told)
            store = self._opened[2] if self._opened else Store(State.beside(place.path, schema=SCHEMA))
            self._opened = definition, place, store
        return self._opened

    def _look_at_root(self) -> None:
        if not self._root.is_dir():
            raise away(self._root, FileNotFoundError(2, "?"))

    def _taken_in(self) -> Store:
        definition, place, store = self._open()
        self._look_at_root()
        Intake(store, self._root, definition, place, self._now).take()
        for stream in BLOCKS:
            handover = self._handover(stream)
            if handover is not None:
                handover.take_answers()
        store.take_answers()
        return store

    def _handover(self, stream: str) -> Handover | None:
        definition, _, store = self._open()
        rules: FileHandover | None = getattr(definition, BLOCKS[stream][0])
        if rules is None:
            return None
        return Handover(
            store.state,
            stream,
            rules,
            self._root,
            manners=definition.manners(),
            language=definition.language,
            now=self._now,
            sleep=self._sleep,
        )


def _written(change: Change) -> Record:
    assert isinstance(change.record, Draft | CustomerDraft)
    return change.record


def _since(cursor: str | None) -> int | None:
    """A cursor that is not ours means everything: reading too much is harmless."""
    if cursor is None:
        return None
    return int(cursor) if cursor.isascii() and cursor.isdigit() else -1


def _chosen(store: Store, stream: str, keys: Sequence[str], size: int) -> Iterator[Page]:
    found = list(store.some(stream, keys))
    for start in range(0, len(found), size):
        yield _page(found[start : start + size])
    missing = set(keys) - {one.key for one in found}
    if missing:
        yield Page(deleted=sorted(missing))


def _page(some: Sequence[Stored]) -> Page:
    return Page(
        records=[one.record for one in some if one.record is not None],
        rejected=[Rejection(one.key, one.problem) for one in some if one.problem is not None],
    )


def _last_refused(stream: str, when: str, problem: Problem) -> Message:
    said, text = problem.message, texts.LAST_REFUSED
    return Message(
        text.code,
        text.fr.format(stream=stream, at=when, reason=said.fr),
        text.en.format(stream=stream, at=when, reason=said.en),
    )
