"""A demonstration GesCom for a test: seeded once per run, copied for each test."""

import shutil
import tempfile
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any

import msgspec

from raccord_connectors.canonical import Record
from raccord_connectors.contract import EVERYTHING, Page, Selection
from raccord_connectors.erp.sage100 import Sage100, Sage100Settings
from sandbox.gescom import seed, store
from sandbox.gescom.business import ARTICLE_TABLES, GesCom
from sandbox.gescom.connection import connector_settings


@cache
def _seeded() -> Path:
    return seed.seed_if_absent(tempfile.mkdtemp(prefix="raccord-gescom-"))


def fresh_gescom(folder: Path) -> GesCom:
    """A GesCom of its own in `folder`."""
    folder.mkdir(parents=True, exist_ok=True)
    return GesCom(shutil.copy(_seeded(), folder / store.FILE))


@cache
def _small() -> Path:
    """Sixty articles of every kind instead of five hundred: the suite reads everything hundreds of times."""
    path = Path(shutil.copy(_seeded(), Path(tempfile.mkdtemp(prefix="raccord-gescom-")) / store.FILE))
    kept = (
        "select AR_Ref from F_ARTICLE where cbMarq <= 12 or FA_CodeFamille in ('REVUES', 'SERVICES') "
        "or AR_Ref in ('SANS-NOM', 'TAXE-INCONNUE', 'LTA001', 'LMA003', 'TAB002', 'ELE004', 'COF001', 'COF002', 'EPI003') "
        "or AR_Ref in (select NO_RefDet from F_NOMENCLAT where AR_Ref in ('COF001', 'COF002', 'ASS001')) "
        "or AR_Ref in (select AR_Ref from F_DOCLIGNE where AR_Ref is not null)"
    )
    with store.writing(path) as connection:
        connection.execute(f"create temp table kept as {kept}")
        for table in ARTICLE_TABLES:
            connection.execute(f"delete from {table} where AR_Ref not in (select AR_Ref from kept)")
    with store.reading(path) as connection:
        connection.execute("vacuum")
        connection.execute("pragma wal_checkpoint(truncate)")
    return path


def small_gescom(folder: Path) -> GesCom:
    return GesCom(shutil.copy(_small(), folder / store.FILE))


def sage100(gescom: GesCom, **changes: Any) -> Sage100:
    """The connector on it, with a bridge."""
    settings = connector_settings(gescom.path, **changes)
    return Sage100(msgspec.convert(settings, type=Sage100Settings))


def pages(gescom: GesCom, stream: str, wanted: Selection = EVERYTHING, **changes: Any) -> list[Page]:
    connector = sage100(gescom, **changes)
    try:
        return list(connector.read(stream, wanted))
    finally:
        connector.close()


def records(gescom: GesCom, stream: str, wanted: Selection = EVERYTHING, **changes: Any) -> dict[str, Any]:
    found: dict[str, Record] = {}
    for page in pages(gescom, stream, wanted, **changes):
        found.update((record.key, record) for record in page.records)
    return found


def held(gescom: GesCom, stream: str) -> dict[str, str]:
    """Key → code of the reason."""
    return {each.key: each.problem.message.code for page in pages(gescom, stream) for each in page.rejected}


def sql(gescom: GesCom, statement: str, *values: Any) -> list[dict[str, Any]]:
    """One statement on the file, as somebody with a database tool would."""
    with store.writing(gescom.path) as connection:
        rows = connection.execute(statement, [store.plain(value) for value in values]).fetchall()
        return [dict(row) for row in rows]


def an_article(gescom: GesCom, where: str = "1") -> str:
    """The reference of a plain, published, awake, priced article with stock."""
    (row,) = sql(
        gescom,
        "select AR_Ref from F_ARTICLE where AR_PrixVen > 0 and AR_Sommeil = 0 and AR_Publie = 1 and AR_Gamme1 = 0 "
        f"and AR_Nomencl = 0 and AR_SuiviStock = 2 and AR_PrixTTC = 0 and FA_CodeFamille = 'ASSIETTES' and ({where}) "
        "and AR_Ref in (select AR_Ref from F_ARTSTOCK where AS_QteSto > 5) order by cbMarq limit 1",
    )
    return str(row["AR_Ref"])


def some_articles(gescom: GesCom, count: int) -> list[str]:
    rows = sql(
        gescom,
        "select AR_Ref from F_ARTICLE where AR_PrixVen > 0 and AR_Sommeil = 0 and AR_Publie = 1 and AR_Gamme1 = 0 "
        "and AR_Nomencl = 0 and AR_SuiviStock = 2 and FA_CodeFamille = 'ASSIETTES' order by cbMarq limit ?",
        count,
    )
    return [str(row["AR_Ref"]) for row in rows]


def a_customer(gescom: GesCom) -> str:
    (row,) = sql(
        gescom,
        "select CT_Num from F_COMPTET where CT_Type = 0 and CT_Sommeil = 0 and CT_ControlEnc = 0 and N_CatCompta = 1 "
        "and CT_Siret = '' order by cbMarq limit 1",
    )
    return str(row["CT_Num"])


def stock_of(gescom: GesCom, ref: str, depot: int = 1) -> dict[str, Decimal]:
    rows = sql(gescom, "select * from F_ARTSTOCK where AR_Ref = ? and DE_No = ?", ref, depot)
    names = ("QteSto", "QteRes", "QtePrepa", "QteCom")
    return {name: store.number(rows[0][f"AS_{name}"]) if rows else Decimal(0) for name in names}
