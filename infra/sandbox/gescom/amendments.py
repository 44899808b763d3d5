"""What users change in an order that waits: quantities, lines taken away or added, several documents gathered on one."""

import sqlite3
from collections.abc import Mapping, Sequence
from decimal import Decimal

from sandbox.gescom import settlement, stockroom, store
from sandbox.gescom.numbering import next_piece
from sandbox.gescom.order_entry import append, refresh_totals
from sandbox.gescom.order_pricing import Line
from sandbox.gescom.refused import Refused
from sandbox.gescom.store import number, update
from sandbox.gescom.transformation import (
    INVOICE,
    NEXT,
    ORDER,
    QUOTATION,
    close_source,
    copy_header,
    header,
    lines_of,
    move_line,
    part_of,
    variant_of,
)


def amend(connection: sqlite3.Connection, piece: str, quantities: Mapping[int, Decimal]) -> None:
    """DL_No → its new quantity; 0 takes the line away, and the parts of a kit go with it. The price of a piece stays."""
    source = _amendable(connection, piece)
    lines = lines_of(connection, source["DO_Type"], source["DO_Piece"])
    share = Decimal(1)
    for line in lines:
        there = number(line["DL_Qte"])
        if not line["AR_RefCompose"]:
            wanted = quantities.get(line["DL_No"], there)
            if wanted < 0:
                raise Refused("refused", "Une quantité ne peut pas être négative", field="quantities")
            share = wanted / there if there else Decimal(1)
        if line["AR_Ref"] and share != 1:
            _set(connection, source["DO_Type"], line, there * share)
    refresh_totals(connection, source["DO_Type"], source["DO_Piece"])


def add_line(connection: sqlite3.Connection, piece: str, line: Line) -> None:
    """At the end, at the article's own price if none is given."""
    source = _amendable(connection, piece)
    append(connection, source, line)


def gather(
    connection: sqlite3.Connection, pieces: Sequence[str], to: int, *, parcel: str = "", day: str = ""
) -> str:
    """Several documents of one customer become one delivery note or invoice, under the header of the first: each line keeps where
    it came from, the web number of the others is on no header any more. Gives the new number."""
    sources = [header(connection, piece) for piece in pieces]
    if not sources or any(
        (one["DO_Type"], one["DO_Tiers"]) != (sources[0]["DO_Type"], sources[0]["DO_Tiers"])
        for one in sources
    ):
        raise Refused("refused", "On ne regroupe que des documents d’un même client et d’un même type")
    kind = sources[0]["DO_Type"]
    if to not in NEXT.get(kind, ()):
        raise Refused("refused", "Ces documents ne peuvent pas être regroupés ainsi", field="kind")
    day = day or store.today()
    made = next_piece(connection, 0, to)
    copy_header(connection, sources[0], to, made, day)
    for source in sources:
        for line in lines_of(connection, kind, source["DO_Piece"]):
            move_line(connection, line, number(line["DL_Qte"]), kind, to, made, day, parcel)
        close_source(connection, source, to, made)
    if to == INVOICE:
        settlement.due(connection, made, day)
    return made


def _amendable(connection: sqlite3.Connection, piece: str) -> sqlite3.Row:
    source = header(connection, piece)
    if source["DO_Type"] not in (QUOTATION, ORDER):
        raise Refused("refused", f"{piece} ne se modifie plus : il est déjà livré ou facturé", field="piece")
    return source


def _set(connection: sqlite3.Connection, kind: int, line: sqlite3.Row, wanted: Decimal) -> None:
    if kind == ORDER:
        more = wanted - number(line["DL_Qte"])
        stockroom.move(connection, line["AR_Ref"], variant_of(line), line["DE_No"], {"QteRes": more})
    if wanted:
        update(
            connection,
            "F_DOCLIGNE",
            "cbMarq = ?",
            (line["cbMarq"],),
            **part_of(line, wanted),
            DL_QteBC=wanted,
        )
    else:
        connection.execute("delete from F_DOCLIGNE where cbMarq = ?", (line["cbMarq"],))
