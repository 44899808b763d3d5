"""The tables of Sage 100 that the connector reads, with their columns and widths (version 21 and later).

Notation: `AR_Ref 19!` is varchar(19) not null, `#` numeric(24,6), `s` smallint, `i` int, `d` smalldatetime, `c9`
char(9), `t` text. SQLite keeps no widths: a check on each column does, so that a text too long is refused as by SQL
Server. Texts compare without case, as in a French_CI_AS database. Every table ends with Sage's own `cb` columns.
"""

import re
import sqlite3

from sandbox.gescom import tables_text

STAMP = "strftime('%Y-%m-%d %H:%M:00', 'now', 'localtime', '+30 seconds')"
"""smalldatetime is rounded to the nearest minute: a stamp may lie half a minute ahead."""

INDEXES = (
    "unique index UKA_F_ARTICLE on F_ARTICLE (AR_Ref)",
    "index IDX_F_ARTICLE_FA on F_ARTICLE (FA_CodeFamille)",
    "index IDX_F_ARTICLEMEDIA on F_ARTICLEMEDIA (AR_Ref)",
    "index IDX_F_ARTGLOSS on F_ARTGLOSS (AR_Ref)",
    "unique index UKA_F_ARTGAMME on F_ARTGAMME (AG_No)",
    "index IDX_F_ARTGAMME on F_ARTGAMME (AR_Ref)",
    "unique index UKA_F_ARTENUMREF on F_ARTENUMREF (AR_Ref, AG_No1, AG_No2)",
    "index IDX_F_CONDITION on F_CONDITION (AR_Ref)",
    "index IDX_F_NOMENCLAT on F_NOMENCLAT (AR_Ref)",
    "index IDX_F_ARTCOMPTA on F_ARTCOMPTA (AR_Ref)",
    "index IDX_F_ARTCLIENT on F_ARTCLIENT (AR_Ref)",
    "index IDX_F_TARIFGAM on F_TARIFGAM (AR_Ref)",
    "index IDX_F_TARIFCOND on F_TARIFCOND (AR_Ref)",
    "index IDX_F_TARIFQTE on F_TARIFQTE (AR_Ref)",
    "unique index UKA_F_ARTSTOCK on F_ARTSTOCK (AR_Ref, DE_No)",
    "unique index UKA_F_GAMSTOCK on F_GAMSTOCK (AR_Ref, AG_No1, AG_No2, DE_No)",
    "unique index UKA_F_COMPTET on F_COMPTET (CT_Num)",
    "unique index UKA_F_LIVRAISON on F_LIVRAISON (CT_Num, LI_Intitule)",
    "index IDX_F_CONTACTT on F_CONTACTT (CT_Num)",
    "unique index UKA_F_TAXE on F_TAXE (TA_Code)",
    "unique index UKA_F_FAMILLE on F_FAMILLE (FA_CodeFamille)",
    "unique index UKA_F_DOCENTETE on F_DOCENTETE (DO_Domaine, DO_Type, DO_Piece)",
    "index IDX_F_DOCENTETE_WEB on F_DOCENTETE (DO_NoWeb)",
    "unique index UKA_F_DOCLIGNE on F_DOCLIGNE (DL_No)",
    "index IDX_F_DOCLIGNE on F_DOCLIGNE (DO_Domaine, DO_Type, DO_Piece)",
    "index IDX_F_DOCLIGNE_BC on F_DOCLIGNE (DL_PieceBC)",
    "index IDX_F_DOCLIGNE_BL on F_DOCLIGNE (DL_PieceBL)",
    "index IDX_F_DOCLIGNE_AR on F_DOCLIGNE (AR_Ref)",
    "index IDX_F_DOCREGL on F_DOCREGL (DO_Domaine, DO_Type, DO_Piece)",
)


def create(connection: sqlite3.Connection) -> None:
    """Makes every table, index and trigger in an empty database."""
    for name, columns in tables_text.TABLES.items():
        connection.execute(_table(name, columns.split()))
        if not name.startswith(("P_", "SANDBOX_")):
            for trigger in _triggers(name):
                connection.execute(trigger)
    for index in INDEXES:
        connection.execute(f"create {index}")


def add_libre(
    connection: sqlite3.Connection, table: str, name: str, kind: int, width: int, position: int
) -> None:
    """An information libre: a column named as people see it, and its line in cbSysLibre."""
    declared = {7: "numeric(24,6)", 20: "numeric(24,6)", 3: "smalldatetime", 14: "datetime"}
    column = name.replace('"', '""')
    connection.execute(f'alter table {table} add column "{column}" {declared.get(kind, f"varchar({width})")}')
    connection.execute(
        "insert into cbSysLibre (CB_File, CB_Name, CB_Pos, CB_Type, CB_Len) values (?, ?, ?, ?, ?)",
        (table, name, position, kind, width),
    )


def _table(name: str, words: list[str]) -> str:
    columns = [_column(column, kind) for column, kind in zip(words[::2], words[1::2], strict=True)]
    columns.append("cbMarq integer primary key autoincrement")
    if name.startswith("F_"):
        columns += ["cbProt smallint default 0", "cbCreateur char(4)", "cbModification smalldatetime"]
        columns += ["cbReplication int default 0", "cbFlag smallint default 0"]
    elif not name.startswith(("P_", "SANDBOX_")):
        columns.append("cbModification smalldatetime")
    return f"create table {name} ({', '.join(columns)})"


def _column(name: str, kind: str) -> str:
    needed = " not null" if kind.endswith("!") else ""
    kind = kind.rstrip("!")
    if kind == "#":
        return f"{name} numeric(24,6) default 0{needed}"
    if kind == "s":
        return f"{name} smallint default 0{needed}"
    if kind == "i":
        return f"{name} int{needed}"
    if kind == "d":
        return f"{name} smalldatetime{needed}"
    if kind == "t":
        return f"{name} text{needed}"
    fixed, width = re.fullmatch(r"(c?)(\d+)", kind).groups()  # type: ignore[union-attr]  # ours, and tested
    base = "char" if fixed else "varchar"
    return f"{name} {base}({width}){needed} collate nocase check (length({name}) <= {width})"


def _triggers(name: str) -> tuple[str, str]:
    """Stamps a row when it is made or changed, unless whoever wrote it gave the stamp (imports do)."""
    touch = f"update {name} set cbModification = {STAMP} where cbMarq = new.cbMarq"
    return (
        f"create trigger TG_INS_{name} after insert on {name} when new.cbModification is null begin {touch}; end",
        f"create trigger TG_UPD_{name} after update on {name} "
        f"when new.cbModification is old.cbModification begin {touch}; end",
    )
