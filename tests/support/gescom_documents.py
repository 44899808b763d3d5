"""The sales documents of a demonstration GesCom, as its users see them."""

from decimal import Decimal
from pathlib import Path
from typing import NamedTuple

from sandbox.gescom.store import number, reading


class DocumentLine(NamedTuple):
    """`article` is empty for a comment; `rate` is the VAT's."""

    article: str
    variant: tuple[int, int]
    quantity: Decimal
    rate: Decimal
    net: Decimal
    gross: Decimal


class Document(NamedTuple):
    """`kind`: 1 order, 3 delivery note, 6 invoice."""

    kind: int
    piece: str
    net: Decimal
    gross: Decimal
    lines: list[DocumentLine]


def of_order(path: Path, shop_number: str) -> list[Document]:
    """The living documents that carry a shop's order number: one, if nothing was doubled."""
    with reading(path) as connection:
        headers = connection.execute(
            "select DO_Type, DO_Piece, DO_TotalHT, DO_TotalTTC from F_DOCENTETE where DO_Domaine = 0 and DO_Ref = ? "
            "and DO_NoWeb <> '' order by cbMarq",
            (shop_number,),
        ).fetchall()
        found = []
        for header in headers:
            rows = connection.execute(
                "select * from F_DOCLIGNE where DO_Domaine = 0 and DO_Type = ? and DO_Piece = ? and DL_Valorise = 1 "
                "order by DL_Ligne",
                (header["DO_Type"], header["DO_Piece"]),
            ).fetchall()
            lines = [
                DocumentLine(
                    row["AR_Ref"] or "", (row["AG_No1"] or 0, row["AG_No2"] or 0), number(row["DL_Qte"]),
                    number(row["DL_Taxe1"]), number(row["DL_MontantHT"]), number(row["DL_MontantTTC"]),
                )
                for row in rows
            ]  # fmt: skip
            found.append(
                Document(header["DO_Type"], header["DO_Piece"], number(header["DO_TotalHT"]),
                         number(header["DO_TotalTTC"]), lines)
            )  # fmt: skip
    return found
