"""The life of a sales document: transformed in place, as Sage does.

The *same* line rows get the new type and number and keep their past in DL_PieceBC / PL / BL. A part of a line leaves
the rest behind as a new row. A header disappears when its last line has left it. Returns are documents of their own.
"""

import sqlite3
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from sandbox.gescom import settlement, stockroom, store
from sandbox.gescom.numbering import locked_by, next_number, next_piece
from sandbox.gescom.order_entry import refresh_totals
from sandbox.gescom.order_pricing import cents
from sandbox.gescom.refused import Refused
from sandbox.gescom.store import insert, number, update

QUOTATION, ORDER, PREPARATION, DELIVERY, RETURN, CREDIT, INVOICE = 0, 1, 2, 3, 4, 5, 6
PROVENANCES = {RETURN: 1, CREDIT: 2}
"""Of the invoice that a return or a credit becomes."""
PAST = {QUOTATION: "DE", ORDER: "BC", PREPARATION: "PL", DELIVERY: "BL", RETURN: "BL", CREDIT: "BL"}
"""Where a line keeps the number of the document that it leaves."""
NEXT = {
    QUOTATION: (ORDER,), ORDER: (PREPARATION, DELIVERY, INVOICE), PREPARATION: (DELIVERY, INVOICE), DELIVERY: (INVOICE,),
    RETURN: (INVOICE,), CREDIT: (INVOICE,),
}  # fmt: skip


def header(connection: sqlite3.Connection, piece: str) -> sqlite3.Row:
    """The living sales document of that number; its screen must not be open at another user's."""
    row: sqlite3.Row | None = connection.execute(
        "select * from F_DOCENTETE where DO_Domaine = 0 and DO_Piece = ?", (piece,)
    ).fetchone()
    if row is None:
        raise Refused("refused", f"Le document {piece} n’existe pas ou a été transformé", field="piece")
    locked_by(connection, "F_DOCENTETE", piece)
    return row


def lines_of(connection: sqlite3.Connection, kind: int, piece: str) -> list[sqlite3.Row]:
    return connection.execute(
        "select * from F_DOCLIGNE where DO_Domaine = 0 and DO_Type = ? and DO_Piece = ? order by DL_Ligne, DL_No",
        (kind, piece),
    ).fetchall()


def transform(
    connection: sqlite3.Connection,
    piece: str,
    to: int,
    quantities: Mapping[int, Decimal] | None = None,
    *,
    parcel: str = "",
    day: str = "",
) -> str:
    """Turns a document, or some quantities of it (DL_No → quantity), into the type `to`; gives the new number."""
    source = header(connection, piece)
    kind = source["DO_Type"]
    if to not in NEXT.get(kind, ()):
        raise Refused("refused", f"Le document {piece} ne peut pas être transformé ainsi", field="kind")
    lines = lines_of(connection, kind, source["DO_Piece"])
    wanted = _wanted(lines, quantities)
    if not wanted:
        raise Refused("refused", f"Aucune quantité à transformer dans {piece}", field="quantities")
    day = day or store.today()
    number_ = next_piece(connection, 0, to)
    copy_header(connection, source, to, number_, day)
    for line in lines:
        if line["DL_No"] in wanted:
            move_line(connection, line, wanted[line["DL_No"]], kind, to, number_, day, parcel)
    if kind in PROVENANCES:
        where = "DO_Domaine = 0 and DO_Type = ? and DO_Piece = ?"
        update(connection, "F_DOCENTETE", where, (to, number_), DO_Provenance=PROVENANCES[kind])
    close_source(connection, source, to, number_)
    if to == INVOICE:
        settlement.due(connection, number_, day)
    return number_


def take_back(
    connection: sqlite3.Connection,
    piece: str,
    quantities: Mapping[int, Decimal] | None = None,
    *,
    day: str = "",
) -> str:
    """A return note for goods of a delivery note or invoice: a document of its own, and the stock comes back."""
    source = header(connection, piece)
    if source["DO_Type"] not in (DELIVERY, INVOICE):
        raise Refused("refused", f"Rien n’a encore été livré sur {piece}", field="piece")
    lines = lines_of(connection, source["DO_Type"], source["DO_Piece"])
    wanted = _wanted(lines, quantities)
    if not any(line["AR_Ref"] and line["DL_No"] in wanted for line in lines):
        raise Refused("refused", f"Aucune quantité à reprendre sur {piece}", field="quantities")
    day = day or store.today()
    number_ = next_piece(connection, 0, RETURN)
    copy_header(connection, source, RETURN, number_, day)
    for line in lines:
        if not line["AR_Ref"] or line["DL_No"] not in wanted:
            continue
        part = wanted[line["DL_No"]]
        amounts = part_of(line, part)
        copied = _values(line, "cbMarq", "cbModification", "DL_No", "DO_Type", "DO_Piece", "DO_Date", *_PASTS)
        copied |= {"DL_PieceBC": "", "DL_PiecePL": "", "DL_PieceBL": "", "DL_PieceDE": "", **amounts}
        insert(
            connection, "F_DOCLIGNE", **copied, DL_No=next_number(connection, "F_DOCLIGNE", "DL_No"), DO_Type=RETURN,
            DO_Piece=number_, DO_Date=f"{day} 00:00:00",
        )  # fmt: skip
        stockroom.move(connection, line["AR_Ref"], variant_of(line), line["DE_No"], {"QteSto": part})
    refresh_totals(connection, RETURN, number_)
    return number_


def cancel(connection: sqlite3.Connection, piece: str) -> None:
    """Deletes an order of which nothing was delivered, as Sage users do; what it reserved is free again."""
    source = header(connection, piece)
    kind = source["DO_Type"]
    if kind not in (QUOTATION, ORDER):
        raise Refused("refused", f"Seuls les devis et bons de commande s’annulent : {piece}", field="piece")
    if kind == ORDER:
        for line in lines_of(connection, kind, source["DO_Piece"]):
            if line["AR_Ref"]:
                back = -number(line["DL_Qte"])
                stockroom.move(connection, line["AR_Ref"], variant_of(line), line["DE_No"], {"QteRes": back})
    for table in ("F_DOCLIGNE", "F_DOCREGL", "F_DOCENTETE"):
        connection.execute(
            f"delete from {table} where DO_Domaine = 0 and DO_Type = ? and DO_Piece = ?",
            (kind, source["DO_Piece"]),
        )


def pay(connection: sqlite3.Connection, piece: str, amount: Decimal, method: int, *, day: str = "") -> None:
    """Enters a payment and allocates it to the invoice's due date."""
    source = header(connection, piece)
    due = connection.execute(
        "select * from F_DOCREGL where DO_Domaine = 0 and DO_Type = ? and DO_Piece = ? and DR_TypeRegl = 2",
        (source["DO_Type"], source["DO_Piece"]),
    ).fetchone()
    if due is None or amount <= 0:
        raise Refused("refused", f"Rien à régler sur {piece}", field="amount")
    day = day or store.today()
    payment = next_number(connection, "F_CREGLEMENT", "RG_No")
    insert(
        connection, "F_CREGLEMENT", RG_No=payment, CT_NumPayeur=source["DO_Tiers"], RG_Date=day, RG_Montant=amount,
        N_Reglement=method, RG_Libelle=f"Règlement {piece}"[:35], RG_Impute=1, RG_Type=0,
    )  # fmt: skip
    insert(
        connection, "F_REGLECH", RG_No=payment, DR_No=due["DR_No"], DO_Domaine=0, DO_Type=source["DO_Type"],
        DO_Piece=source["DO_Piece"], RC_Montant=amount,
    )  # fmt: skip


_PASTS = ("DL_PieceBC", "DL_PiecePL", "DL_PieceBL", "DL_PieceDE")
_PROPORTIONAL = ("DL_MontantHT", "DL_MontantTTC")


def _wanted(lines: list[sqlite3.Row], quantities: Mapping[int, Decimal] | None) -> dict[int, Decimal]:
    """DL_No → quantity to take. Comments follow the first part; components follow their kit."""
    if quantities is None:
        return {line["DL_No"]: number(line["DL_Qte"]) for line in lines}
    taken = {number_: quantity for number_, quantity in quantities.items() if quantity}
    found: dict[int, Decimal] = {}
    share = Decimal(0)
    for line in lines:
        there, number_ = number(line["DL_Qte"]), line["DL_No"]
        if line["AR_RefCompose"]:
            if share:
                found[number_] = there * share
            continue
        asked = taken.get(number_, Decimal(0))
        if abs(asked) > abs(there):
            raise Refused("refused", f"Quantité {asked} supérieure au reste {there}", field="quantities")
        share = asked / there if there else Decimal(0)
        if asked or (not line["AR_Ref"] and taken):
            found[number_] = asked
    return found


def part_of(line: sqlite3.Row, part: Decimal) -> dict[str, Decimal]:
    """Quantity and amounts of a part of a line."""
    there = number(line["DL_Qte"])
    share = part / there if there else Decimal(1)
    amounts = {name: cents(number(line[name]) * share) for name in _PROPORTIONAL}
    return {"DL_Qte": part, "EU_Qte": part, **amounts}


def move_line(
    connection: sqlite3.Connection,
    line: sqlite3.Row,
    part: Decimal,
    kind: int,
    to: int,
    piece: str,
    day: str,
    parcel: str,
) -> None:
    there = number(line["DL_Qte"])
    moved = part_of(line, part)
    if part != there:
        rest: dict[str, Any] = {name: number(line[name]) - moved[name] for name in moved}
        kept = _values(line, "cbMarq", "cbModification", "DL_No", *rest)
        insert(connection, "F_DOCLIGNE", **kept, **rest, DL_No=next_number(connection, "F_DOCLIGNE", "DL_No"))
    past = PAST[kind]
    named = {f"DL_Piece{past}": line["DO_Piece"], f"DL_Date{past}": line["DO_Date"]}
    done = {"DL_QtePL": part} if to == PREPARATION else {"DL_QteBL": part} if to == DELIVERY else {}
    parcels = {"DL_NoColis": parcel} if parcel and to == DELIVERY else {}
    update(
        connection, "F_DOCLIGNE", "cbMarq = ?", (line["cbMarq"],), DO_Type=to, DO_Piece=piece,
        DO_Date=f"{day} 00:00:00", **named, **done, **parcels, **moved,
    )  # fmt: skip
    if line["AR_Ref"]:
        stockroom.move(connection, line["AR_Ref"], variant_of(line), line["DE_No"], _moves(kind, to, part))


def _moves(kind: int, to: int, part: Decimal) -> dict[stockroom.Nature, Decimal]:
    """An order reserves, a preparation sets aside, a delivery (or an invoice without one) takes out."""
    moves: dict[stockroom.Nature, Decimal] = {}
    if kind == QUOTATION and to == ORDER:
        moves["QteRes"] = part
    if kind == ORDER:
        moves["QteRes"] = -part
    if kind == PREPARATION:
        moves["QtePrepa"] = -part
    if to == PREPARATION:
        moves["QtePrepa"] = part
    if kind in (ORDER, PREPARATION) and to in (DELIVERY, INVOICE):
        moves["QteSto"] = -part
    return moves


def copy_header(connection: sqlite3.Connection, source: sqlite3.Row, to: int, piece: str, day: str) -> None:
    copied = _values(
        source, "cbMarq", "cbModification", "DO_Type", "DO_Piece", "DO_Date", "DO_DateExpedition"
    )
    shipped = f"{day} 00:00:00" if to == DELIVERY else source["DO_DateExpedition"]
    insert(
        connection, "F_DOCENTETE", **copied, DO_Type=to, DO_Piece=piece, DO_Date=f"{day} 00:00:00",
        DO_DateExpedition=shipped,
    )  # fmt: skip


def close_source(connection: sqlite3.Connection, source: sqlite3.Row, to: int, piece: str) -> None:
    """The old header goes with its last line, and its deposits with it; else it waits as a back order."""
    key = (source["DO_Type"], source["DO_Piece"])
    where = "DO_Domaine = 0 and DO_Type = ? and DO_Piece = ?"
    left = connection.execute(f"select count(*) from F_DOCLIGNE where {where}", key).fetchone()[0]
    if left:
        update(connection, "F_DOCENTETE", where, key, DO_Reliquat=1)
        settlement.share_deposits(connection, key, (to, piece))
        refresh_totals(connection, *key)
    else:
        update(connection, "F_DOCREGL", where, key, DO_Type=to, DO_Piece=piece)
        connection.execute(f"delete from F_DOCENTETE where {where}", key)
    refresh_totals(connection, to, piece)


def _values(row: sqlite3.Row, *without: str) -> dict[str, Any]:
    return {name: row[name] for name in row.keys() if name not in without}  # noqa: SIM118  # a Row iterates over values


def variant_of(line: sqlite3.Row) -> tuple[int, int]:
    return line["AG_No1"] or 0, line["AG_No2"] or 0
