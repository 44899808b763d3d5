"""Reading a stream: from what is asked to pages of records, held records, digests and a cursor."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any, Protocol

from raccord_connectors.canonical import Record
from raccord_connectors.contract import Page, RecordRejected, Rejection, Selection
from raccord_connectors.erp.sage100 import articles, categories, customers, prices, stock
from raccord_connectors.erp.sage100.cursors import Marks, from_cursor, to_cursor
from raccord_connectors.erp.sage100.document_rows import WATCHED as DOCUMENT_TABLES
from raccord_connectors.erp.sage100.documents import Documents
from raccord_connectors.erp.sage100.invoices import Invoices
from raccord_connectors.erp.sage100.payments import Payments
from raccord_connectors.erp.sage100.settings import Sage100Settings
from raccord_connectors.erp.sage100.sketch import digest_rows, shared, sketch
from raccord_connectors.erp.sage100.source import Batch, Source
from raccord_connectors.erp.sage100.tables import Tables
from raccord_connectors.kit.sql import Database, Session

SKETCH_PAGE = 5_000
BATCH = 200
"""Main rows fetched together with what hangs on them."""

Made = Record | tuple[str, RecordRejected]


class Maker(Protocol):
    """What `articles`, `prices`, `stock` and `customers` have in common."""

    source: Source

    def records(self, batch: Batch) -> Iterator[Any]: ...


class Reader:
    """Each reading has a connection of its own, so that others may come between its pages."""

    def __init__(self, database: Database, tables: Tables, settings: Sage100Settings) -> None:
        self._database = database
        self._tables = tables
        self._settings = settings

    def pages(self, stream: str, wanted: Selection, size: int) -> Iterator[Page]:
        with self._database.session() as session:
            if stream == "payments":
                yield from _pages(Payments(session, self._tables).records(wanted.keys), size, None)
                return
            now = session.now()  # the watermark is taken before anything is read
            if wanted.sketch:
                yield from self._sketch(session, stream, now)
                return
            marks = from_cursor(wanted.since) if wanted.since is not None else None
            watched, made = self._reading(session, stream, wanted.keys, marks)
            cursor = to_cursor(dict.fromkeys(watched, now)) if wanted.keys is None else None
            yield from _pages(made, size, cursor)

    def _reading(
        self, session: Session, stream: str, keys: Sequence[str] | None, marks: Marks | None
    ) -> tuple[Sequence[str], Iterator[Made]]:
        """The tables that a cursor of this stream watches, and what was asked for."""
        if stream == "categories":
            found = categories.category_records(session, self._tables, marks)
            return categories.WATCHED, (each for each in found if keys is None or _key_of(each) in keys)
        if stream in PAPERS:
            papers = PAPERS[stream](self._database, session, self._tables, self._settings)
            return DOCUMENT_TABLES, _papers(papers, session, keys, marks)
        maker = self._maker(session, stream)
        return maker.source.watched, self._made_of_batches(session, maker, keys, marks)

    def _made_of_batches(
        self, session: Session, maker: Maker, keys: Sequence[str] | None, marks: Marks | None
    ) -> Iterator[Made]:
        if keys is None:
            batches = maker.source.batches(session, BATCH, marks)
        else:  # an item's key leads to its article; a key of that shape may also be an article's own
            parents = [parent for key in keys for parent in (key, articles.article_of(key))]
            batches = maker.source.some(session, parents, BATCH)
        wanted = frozenset(keys) if keys is not None else None
        for batch in batches:
            for rejection in batch.rejected:
                if wanted is None or rejection.key in wanted:
                    problem = rejection.problem
                    yield rejection.key, RecordRejected(problem.message, field=problem.field)
            for each in maker.records(batch):
                if wanted is None or _key_of(each) in wanted:
                    yield each

    def _sketch(self, session: Session, stream: str, now: datetime) -> Iterator[Page]:
        """Digests, and at their end the cursor from which changes can be read: a sketch has seen everything too."""
        if stream == "categories":
            found = categories.category_records(session, self._tables)
            pages: Iterator[Mapping[str, bytes]] = iter(
                [{_key_of(each): digest_rows([str(each)]) for each in found}]
            )
            watched: Sequence[str] = categories.WATCHED
        elif stream in PAPERS:
            papers = PAPERS[stream](self._database, session, self._tables, self._settings)
            pages, watched = papers.sketch(session, SKETCH_PAGE), DOCUMENT_TABLES
        else:
            maker = self._maker(session, stream)
            pages, watched = self._digests(session, stream, maker), maker.source.watched
        for digests in pages:
            yield Page(digests=digests)
        yield Page(cursor=to_cursor(dict.fromkeys(watched, now)))

    def _digests(self, session: Session, stream: str, maker: Maker) -> Iterator[Mapping[str, bytes]]:
        parts = maker.variants if isinstance(maker, prices.Prices | stock.Stock) else None
        # Settings that change what a record says change its digest too.
        context = shared(session, self._tables, _SHARED[stream], extra=repr(self._settings).encode())
        return sketch(
            maker.source, session, context, SKETCH_PAGE, parts=parts, part_key=_variant if parts else None
        )

    def _maker(self, session: Session, stream: str) -> Maker:
        if stream == "products":
            return articles.Articles(session, self._tables, self._settings)
        if stream == "prices":
            return prices.Prices(session, self._tables, self._settings)
        if stream == "stock":
            return stock.Stock(session, self._tables)
        return customers.Customers(session, self._tables, self._settings)


_SHARED = {
    "products": articles.SHARED,
    "prices": prices.SHARED,
    "stock": stock.SHARED,
    "customers": customers.SHARED,
}


PAPERS: dict[str, type[Documents] | type[Invoices]] = {"documents": Documents, "invoices": Invoices}


def _papers(
    papers: Documents | Invoices, session: Session, keys: Sequence[str] | None, marks: Marks | None
) -> Iterator[Made]:
    if keys is not None:
        return papers.some(session, keys)
    return papers.changed(session, marks) if marks is not None else papers.records(session)


def _variant(article: str, row: Any) -> str:
    """`row` is a row of F_ARTENUMREF: AR_Ref, AG_No1, AG_No2, …"""
    return articles.variant_key(article, row[1], row[2])


def _key_of(made: Made) -> str:
    return made[0] if isinstance(made, tuple) else made.key


def _pages(made: Iterator[Made], size: int, cursor: str | None) -> Iterator[Page]:
    """The cursor comes with the last page only: before, going on from it would lose what was not yet read."""
    records: list[Record] = []
    rejected: list[Rejection] = []
    for each in made:
        if isinstance(each, tuple):
            rejected.append(Rejection(each[0], each[1].problem()))
        else:
            records.append(each)
        if len(records) >= size or len(rejected) >= size:
            yield Page(records=records, rejected=rejected)
            records, rejected = [], []
    if records or rejected or cursor is not None:
        yield Page(records=records, rejected=rejected, cursor=cursor)
