"""`stock`: every nature of stock that Sage keeps apart, per item and depot.

No row means that the article never moved there, which is zero. Articles without stock of their own (services, kits)
have no depot at all: their stock is the rule's affair, and unknown is not zero.
"""

from collections.abc import Iterator, Sequence
from typing import Any

from sqlalchemy.engine import Row

from raccord_connectors.canonical import DepotStock, StockLevels
from raccord_connectors.erp.sage100 import values
from raccord_connectors.erp.sage100.articles import KITS, real_gammes, variant_key, variants_of
from raccord_connectors.erp.sage100.source import Batch, Hanging, Source
from raccord_connectors.erp.sage100.tables import Tables
from raccord_connectors.kit.sql import Session

NAMES = ("AR_Ref", "AR_SuiviStock", "AR_Nomencl", "AR_Gamme1")
SHARED = ("F_DEPOT", "P_GAMME")
NATURES = {
    "real": "QteSto",
    "reserved": "QteRes",
    "ordered": "QteCom",
    "preparing": "QtePrepa",
    "in_control": "QteAControler",
}


class Stock:
    def __init__(self, session: Session, tables: Tables) -> None:
        depots = session.all(tables.select("F_DEPOT").order_by(tables["F_DEPOT"].c.DE_No))
        self.depots = [values.whole(row.DE_No) for row in depots]
        self.variants = variants_of(tables, list(real_gammes(session, tables)))
        self.source = Source(
            tables,
            "F_ARTICLE",
            "AR_Ref",
            names=NAMES,
            hanging=[self.variants, Hanging("F_ARTSTOCK", "AR_Ref"), Hanging("F_GAMSTOCK", "AR_Ref")],
        )

    def records(self, batch: Batch) -> Iterator[StockLevels]:
        for key, row in batch.rows.items():
            has_stock = values.whole(row.AR_SuiviStock) > 0 and values.whole(row.AR_Nomencl) not in KITS
            depots = self.depots if has_stock else []
            variants = batch.of("F_ARTENUMREF", key)
            if not variants:
                yield StockLevels(
                    key=key, product=key, depots=_levels(depots, batch.of("F_ARTSTOCK", key), "AS")
                )
            for variant in variants:  # F_ARTSTOCK then holds totals only
                item = variant_key(key, variant.AG_No1, variant.AG_No2)
                mine = [part for part in batch.of("F_GAMSTOCK", key) if _same_variant(part, variant)]
                yield StockLevels(key=item, product=key, depots=_levels(depots, mine, "GS"))


def _same_variant(one: Row[Any], other: Row[Any]) -> bool:
    return (values.whole(one.AG_No1), values.whole(one.AG_No2)) == (
        values.whole(other.AG_No1),
        values.whole(other.AG_No2),
    )


def _levels(depots: Sequence[int], rows: Sequence[Row[Any]], prefix: str) -> list[DepotStock]:
    by_depot = {values.whole(row.DE_No): row for row in rows}
    return [_level(depot, by_depot.get(depot), prefix) for depot in depots]


def _level(depot: int, row: Row[Any] | None, prefix: str) -> DepotStock:
    held = {
        nature: values.amount(getattr(row, f"{prefix}_{column}")) if row is not None else values.ZERO
        for nature, column in NATURES.items()
    }
    return DepotStock(depot=str(depot), **held)
