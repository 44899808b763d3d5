"""Numbers that Sage hands out, and the locks that its users hold."""

import sqlite3

from sandbox.gescom.refused import Refused


def next_piece(connection: sqlite3.Connection, domain: int, kind: int) -> str:
    """Takes the next number of this kind of document from F_DOCCURRENTPIECE."""
    row = connection.execute(
        "select DC_Piece from F_DOCCURRENTPIECE where DC_Domaine = ? and DC_IdCol = ? and DC_Souche = 0",
        (domain, kind),
    ).fetchone()
    if row is None:
        raise Refused("refused", f"Aucune souche pour le type de document {kind}")
    piece: str = row[0]
    letters = piece.rstrip("0123456789")
    following = f"{letters}{int(piece[len(letters) :]) + 1:0{len(piece) - len(letters)}d}"
    connection.execute(
        "update F_DOCCURRENTPIECE set DC_Piece = ? where DC_Domaine = ? and DC_IdCol = ? and DC_Souche = 0",
        (following, domain, kind),
    )
    return piece


def next_number(connection: sqlite3.Connection, table: str, column: str) -> int:
    return int(connection.execute(f"select coalesce(max({column}), 0) + 1 from {table}").fetchone()[0])


def locked_by(connection: sqlite3.Connection, table: str, key: str) -> None:
    """Raises when a user has the record open."""
    row = connection.execute(
        "select UTILISATEUR from SANDBOX_VERROU where TABLE_Nom = ? and ENREG_Cle = ?", (table, key)
    ).fetchone()
    if row is not None:
        raise Refused("locked", f"{key} est ouvert par {row[0]}", what=key)
