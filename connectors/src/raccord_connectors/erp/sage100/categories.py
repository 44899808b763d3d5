"""`categories`: families (those that carry articles) and the catalogue tree, in one stream.

Both are small: they are read whole, and what is asked for is picked out.
"""

from collections.abc import Iterator
from typing import Any

from raccord_connectors.canonical import Category
from raccord_connectors.contract import RecordRejected
from raccord_connectors.erp.sage100 import texts, values
from raccord_connectors.erp.sage100.articles import catalogue_key, family_key
from raccord_connectors.erp.sage100.cursors import Marks, stamped_since
from raccord_connectors.erp.sage100.tables import Tables
from raccord_connectors.kit.sql import Session

WATCHED = ("F_FAMILLE", "F_CATALOGUE")
DETAIL = 0
"""FA_Type: only families of detail carry articles; totals and central families are for reports."""


def category_records(
    session: Session, tables: Tables, marks: Marks | None = None
) -> Iterator[Category | tuple[str, RecordRejected]]:
    for table, made in (("F_FAMILLE", _family), ("F_CATALOGUE", _node)):
        statement = tables.select(table).order_by(tables[table].c.cbMarq)
        if marks is not None:
            statement = statement.where(stamped_since(session, tables, table, marks))
        for row in session.all(statement):
            found = made(row)
            if found is None:
                continue
            yield found if found.name else (found.key, _nameless(found.key))


def _family(row: Any) -> Category | None:
    if values.whole(row.FA_Type) != DETAIL:
        return None
    code = values.key(row.FA_CodeFamille)
    return Category(key=family_key(code), name=values.text(row.FA_Intitule) or code, kind="family")


def _node(row: Any) -> Category:
    parent = values.whole(row.CL_NoParent)
    return Category(
        key=catalogue_key(row.CL_No),
        name=values.text(row.CL_Intitule),
        parent=catalogue_key(parent) if parent else None,
        kind="catalogue",
    )


def _nameless(key: str) -> RecordRejected:
    return RecordRejected(texts.NAMELESS_NODE.fill(key=key), field="name")
