"""Stock bookkeeping: what is there, reserved, being prepared or on order, per depot and variant."""

import sqlite3
from decimal import Decimal
from typing import Literal

from sandbox.gescom.store import insert, number, plain

Nature = Literal["QteSto", "QteRes", "QtePrepa", "QteCom"]
KITS = (2, 3)
MAIN_DEPOT = 1


def is_tracked(connection: sqlite3.Connection, ref: str) -> bool:
    row = connection.execute(
        "select AR_SuiviStock, AR_Nomencl from F_ARTICLE where AR_Ref = ?", (ref,)
    ).fetchone()
    return row is not None and bool(row["AR_SuiviStock"]) and row["AR_Nomencl"] not in KITS


def move(
    connection: sqlite3.Connection,
    ref: str,
    variant: tuple[int, int],
    depot: int,
    quantities: dict[Nature, Decimal],
) -> None:
    """Adds to each nature. The article's row holds the totals of its variants'."""
    if not quantities or not is_tracked(connection, ref):
        return
    _add(connection, "F_ARTSTOCK", "AS", {"AR_Ref": ref, "DE_No": depot}, quantities)
    if variant[0]:
        key = {"AR_Ref": ref, "AG_No1": variant[0], "AG_No2": variant[1], "DE_No": depot}
        _add(connection, "F_GAMSTOCK", "GS", key, quantities)


def held(
    connection: sqlite3.Connection, ref: str, variant: tuple[int, int], depot: int, nature: Nature
) -> Decimal:
    if variant[0]:
        row = connection.execute(
            f"select GS_{nature} from F_GAMSTOCK where AR_Ref = ? and AG_No1 = ? and AG_No2 = ? and DE_No = ?",
            (ref, *variant, depot),
        ).fetchone()
    else:
        row = connection.execute(
            f"select AS_{nature} from F_ARTSTOCK where AR_Ref = ? and DE_No = ?", (ref, depot)
        ).fetchone()
    return number(row[0]) if row else Decimal(0)


def parts_of(connection: sqlite3.Connection, ref: str) -> list[tuple[str, tuple[int, int], Decimal]]:
    """(article, variant, quantity) of one kit; nothing for what is no kit."""
    rows = connection.execute(
        "select n.NO_RefDet, n.AG_No1Comp, n.AG_No2Comp, n.NO_Qte from F_NOMENCLAT n join F_ARTICLE a "
        "on a.AR_Ref = n.AR_Ref where n.AR_Ref = ? and a.AR_Nomencl in (2, 3) order by n.cbMarq",
        (ref,),
    ).fetchall()
    return [(row[0], (row[1] or 0, row[2] or 0), number(row[3])) for row in rows]


def _add(
    connection: sqlite3.Connection,
    table: str,
    prefix: str,
    key: dict[str, object],
    quantities: dict[Nature, Decimal],
) -> None:
    where = " and ".join(f"{name} = ?" for name in key)
    row = connection.execute(f"select * from {table} where {where}", list(key.values())).fetchone()
    if row is None:
        insert(connection, table, **key)
        row = connection.execute(f"select * from {table} where {where}", list(key.values())).fetchone()
    sets = {
        f"{prefix}_{nature}": number(row[f"{prefix}_{nature}"]) + more for nature, more in quantities.items()
    }
    assigned = ", ".join(f"{name} = ?" for name in sets)
    connection.execute(
        f"update {table} set {assigned} where {where}",
        [*(plain(value) for value in sets.values()), *key.values()],
    )
