"""Money on documents: deposits follow the goods, an invoice has a due date for what is left."""

import sqlite3
from decimal import Decimal

from sandbox.gescom.numbering import next_number
from sandbox.gescom.store import insert, number, update

INVOICE = 6
CENT = Decimal("0.01")


def share_deposits(connection: sqlite3.Connection, old: tuple[int, str], new: tuple[int, str]) -> None:
    """Money that was paid on the order goes with the goods, as far as they are worth it."""
    where = "DO_Domaine = 0 and DO_Type = ? and DO_Piece = ?"
    rows = connection.execute(
        f"select DL_MontantTTC from F_DOCLIGNE where {where} and DL_Valorise = 1", new
    ).fetchall()
    wanted = sum((number(row[0]) for row in rows), Decimal(0))
    deposits = connection.execute(
        f"select * from F_DOCREGL where {where} and DR_TypeRegl = 0 order by DR_No", old
    ).fetchall()
    for deposit in deposits:
        there = number(deposit["DR_Montant"])
        taken = min(wanted, there)
        if taken <= 0:
            continue
        wanted -= taken
        foreign = number(deposit["DR_MontantDev"])
        moved = (foreign * taken / there).quantize(CENT)
        update(
            connection, "F_DOCREGL", "cbMarq = ?", (deposit["cbMarq"],), DO_Type=new[0], DO_Piece=new[1], DR_Montant=taken,
            DR_MontantDev=moved,
        )  # fmt: skip
        if there > taken:
            without = ("cbMarq", "cbModification", "DR_No", "DR_Montant", "DR_MontantDev")
            left = {name: deposit[name] for name in deposit.keys() if name not in without}  # noqa: SIM118
            insert(
                connection,
                "F_DOCREGL",
                **left,
                DR_No=next_number(connection, "F_DOCREGL", "DR_No"),
                DR_Montant=there - taken,
                DR_MontantDev=foreign - moved,
            )


def due(connection: sqlite3.Connection, piece: str, day: str) -> None:
    """What is left of an invoice; of the invoice of a return or a credit it is below zero."""
    row = connection.execute(
        "select case when DO_Provenance = 0 then DO_NetAPayer else -DO_NetAPayer end from F_DOCENTETE "
        "where DO_Domaine = 0 and DO_Type = 6 and DO_Piece = ?",
        (piece,),
    ).fetchone()
    insert(
        connection, "F_DOCREGL", DR_No=next_number(connection, "F_DOCREGL", "DR_No"), DO_Domaine=0, DO_Type=INVOICE,
        DO_Piece=piece, DR_TypeRegl=2, DR_Date=day, DR_Libelle="Échéance", DR_Montant=number(row[0]), DR_Equil=1,
        N_Reglement=1,
    )  # fmt: skip
