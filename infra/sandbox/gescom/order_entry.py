"""Entering a sales document, as Sage does: checks, taxes by article and customer, a number, lines, reserved stock.

One transaction, the caller's. What Sage refuses is refused here with its reason, before anything is written.
"""

import sqlite3
from decimal import Decimal
from typing import Any

from sandbox.gescom import accounts, settlement, stockroom, store
from sandbox.gescom.numbering import locked_by, next_number, next_piece
from sandbox.gescom.order_pricing import (
    DELIVERY,
    GIVEN_BACK,
    INVOICE,
    ORDER,
    RETURN,
    Deposit,
    Entry,
    Line,
    Money,
    Taxed,
    cents,
    check_total,
    priced_line,
    six,
)
from sandbox.gescom.refused import Refused, narrow_columns
from sandbox.gescom.store import insert, number


def enter(connection: sqlite3.Connection, entry: Entry) -> tuple[str, bool]:
    """(number of the document, whether it was there already). Raises `Refused`."""
    if entry.reference:
        known = find(connection, entry.reference, credit=entry.kind in GIVEN_BACK)
        if known is not None:
            return known, True
    customer = _customer(connection, entry.customer)
    dated = entry.dated or store.today()
    check_open(connection, dated)
    depot = entry.depot or customer["DE_No"] or stockroom.MAIN_DEPOT
    priced = [priced_line(connection, line, customer) for line in entry.lines]
    check_total(entry, priced)
    piece = next_piece(connection, 0, entry.kind)
    with narrow_columns():
        place = accounts.place(connection, entry.customer, entry.delivery)
        _header(connection, entry, customer, piece, dated, depot, place)
        for position, (line, taxes) in enumerate(priced, start=1):
            _line(connection, entry, piece, dated, depot, position * 1000, line, taxes)
        for deposit in entry.deposits:
            _deposit(connection, entry, piece, deposit)
    refresh_totals(connection, entry.kind, piece)
    if entry.kind == INVOICE:
        settlement.due(connection, piece, dated)
    return piece, False


def append(connection: sqlite3.Connection, document: sqlite3.Row, line: Line) -> None:
    """Adds a line to a document that is there, after its last one; an order reserves it."""
    kind, piece = document["DO_Type"], document["DO_Piece"]
    priced, taxes = priced_line(connection, line, _customer(connection, document["DO_Tiers"]))
    last = connection.execute(
        "select max(DL_Ligne) from F_DOCLIGNE where DO_Domaine = 0 and DO_Type = ? and DO_Piece = ?",
        (kind, piece),
    ).fetchone()[0]
    money = Money.of(connection, document["DO_Devise"] or 0, number(document["DO_Cours"]))
    entry = Entry(document["DO_Tiers"], [line], kind, fields={"DO_Ref": document["DO_Ref"]}, money=money)
    _line(connection, entry, piece, document["DO_Date"], document["DE_No"], (last or 0) + 1000, priced, taxes)
    refresh_totals(connection, kind, piece)


def find(connection: sqlite3.Connection, reference: str, *, credit: bool = False) -> str | None:
    """The sale of that web reference, or the return or credit."""
    row = connection.execute(
        "select DO_Piece from F_DOCENTETE where DO_Domaine = 0 and DO_NoWeb = ? "
        "and (DO_Type in (4, 5) or DO_Provenance <> 0) = ? order by cbMarq",
        (reference, int(credit)),
    ).fetchone()
    return row[0] if row else None


def refresh_totals(connection: sqlite3.Connection, kind: int, piece: str) -> None:
    """The header's totals, from its lines; what is left to pay, from its deposits. What a credit pays out is below zero."""
    key = (kind, piece)
    lines = connection.execute(
        "select DL_MontantHT, DL_MontantTTC from F_DOCLIGNE where DO_Domaine = 0 and DO_Type = ? and DO_Piece = ? "
        "and DL_Valorise = 1",
        key,
    ).fetchall()
    deposits = connection.execute(
        "select DR_Montant from F_DOCREGL where DO_Domaine = 0 and DO_Type = ? and DO_Piece = ? and DR_TypeRegl = 0",
        key,
    ).fetchall()
    net = sum((number(row[0]) for row in lines), Decimal(0))
    gross = sum((number(row[1]) for row in lines), Decimal(0))
    paid = sum((number(row[0]) for row in deposits), Decimal(0))
    header = connection.execute(
        "select DO_Provenance from F_DOCENTETE where DO_Domaine = 0 and DO_Type = ? and DO_Piece = ?", key
    ).fetchone()
    left = gross + paid if kind in GIVEN_BACK or (header and header[0]) else gross - paid
    connection.execute(
        "update F_DOCENTETE set DO_TotalHT = ?, DO_TotalHTNet = ?, DO_TotalTTC = ?, DO_NetAPayer = ?, DO_MontantRegle = ? "
        "where DO_Domaine = 0 and DO_Type = ? and DO_Piece = ?",
        (str(net), str(net), str(gross), str(left), str(paid), *key),
    )


def _customer(connection: sqlite3.Connection, code: str) -> sqlite3.Row:
    row: sqlite3.Row | None = connection.execute(
        "select * from F_COMPTET where CT_Num = ? and CT_Type = 0", (code,)
    ).fetchone()
    if row is None:
        raise Refused("unknown_customer", f"Le client {code} n’existe pas", field="customer", customer=code)
    if row["CT_Sommeil"]:
        raise Refused(
            "sleeping_customer", f"Le client {code} est en sommeil", field="customer", customer=code
        )
    if row["CT_ControlEnc"] == 2:
        raise Refused("blocked_customer", f"Le client {code} est bloqué", field="customer", customer=code)
    locked_by(connection, "F_COMPTET", code)
    return row


def check_open(connection: sqlite3.Connection, dated: str) -> None:
    """The settings `cloture_au`, and `exercice_du` and `exercice_au`, all days; none of them: everything is open."""
    rules = dict(connection.execute("select NOM, VALEUR from SANDBOX_REGLAGE").fetchall())
    if not rules.get("exercice_du", "") <= dated[:10] <= rules.get("exercice_au", "9999"):
        said = f"Le {dated[:10]} n’appartient à aucun exercice"
        raise Refused("no_exercise", said, field="dated", day=dated[:10])
    if dated[:10] <= rules.get("cloture_au", ""):
        raise Refused(
            "month_closed", f"La période du {dated[:10]} est clôturée", field="dated", day=dated[:10]
        )


def _header(
    connection: sqlite3.Connection,
    entry: Entry,
    customer: sqlite3.Row,
    piece: str,
    dated: str,
    depot: int,
    place: int | None,
) -> None:
    hour = "080000" if entry.dated else f"{store.now():%H%M%S}"
    fields = {
        "DO_Ref": "", "DO_Statut": 0, "DO_Expedit": customer["N_Expedition"] or 1, "CO_No": customer["CO_No"],
        "DO_Coord01": "", "DO_Coord02": "", "DO_Coord03": "", "DO_Coord04": "", **entry.fields,
    }  # fmt: skip
    insert(
        connection, "F_DOCENTETE", DO_Domaine=0, DO_Type=entry.kind, DO_Piece=piece, DO_Date=f"{dated[:10]} 00:00:00",
        DO_Heure=f"000{hour}", DO_Tiers=entry.customer, CT_NumPayeur=entry.customer, LI_No=place, DE_No=depot,
        DO_Souche=0, DO_Tarif=customer["N_CatTarif"], N_CatCompta=customer["N_CatCompta"], DO_NoWeb=entry.reference,
        DO_DateLivr="1753-01-01", DO_DateLivrRealisee="1753-01-01",
        DO_Devise=entry.money.index, DO_Cours=entry.money.rate,
        DO_DateExpedition=f"{dated[:10]} 00:00:00" if entry.kind in (DELIVERY, INVOICE) else "1753-01-01",
        **fields,
    )  # fmt: skip


def _line(
    connection: sqlite3.Connection,
    entry: Entry,
    piece: str,
    dated: str,
    depot: int,
    position: int,
    line: Line,
    taxes: Taxed | None,
) -> None:
    common = {
        "DO_Domaine": 0, "DO_Type": entry.kind, "DO_Piece": piece, "DO_Date": f"{dated[:10]} 00:00:00",
        "CT_Num": entry.customer, "DE_No": depot, "DO_Ref": entry.fields.get("DO_Ref", ""), "DL_NoColis": "",
        "DL_PieceBC": "", "DL_PiecePL": "", "DL_PieceBL": "", "DL_PieceDE": "",
    }  # fmt: skip
    if line.article is None or taxes is None or line.net is None:
        insert(
            connection, "F_DOCLIGNE", **common, DL_No=next_number(connection, "F_DOCLIGNE", "DL_No"), DL_Ligne=position,
            DL_Design=line.title, DL_Valorise=1,
        )  # fmt: skip
        return
    article = connection.execute("select * from F_ARTICLE where AR_Ref = ?", (line.article,)).fetchone()
    eco, money = cents(taxes.eco * line.quantity), entry.money
    insert(
        connection, "F_DOCLIGNE", **common, DL_No=next_number(connection, "F_DOCLIGNE", "DL_No"), DL_Ligne=position,
        AR_Ref=article["AR_Ref"], AG_No1=line.variant[0], AG_No2=line.variant[1],
        DL_Design=line.title or article["AR_Design"],
        DL_Qte=line.quantity, DL_QteBC=line.quantity, DL_QteBL=line.quantity if entry.kind == DELIVERY else 0,
        EU_Enumere="Pièce", EU_Qte=line.quantity,
        DL_PrixUnitaire=six(money.own(line.net_price)), DL_PUTTC=six(money.own(line.gross_price)),
        DL_PUDevise=line.net_price if money.index else 0, DL_TTC=int(entry.prices_include_tax),
        DL_Taxe1=taxes.rate, DL_TypeTaux1=0, DL_TypeTaxe1=0, DL_CodeTaxe1=taxes.code, DL_Taxe2=taxes.eco,
        DL_TypeTaux2=2 if taxes.eco_code else 0, DL_TypeTaxe2=2 if taxes.eco_code else 0, DL_CodeTaxe2=taxes.eco_code,
        DL_MontantHT=cents(money.own(line.net)) - eco, DL_MontantTTC=cents(money.own(line.gross or line.net)), DL_Valorise=1,
        DL_PoidsNet=article["AR_PoidsNet"],
        DL_TNomencl=int(article["AR_Nomencl"] in stockroom.KITS),
    )  # fmt: skip
    stockroom.move(connection, article["AR_Ref"], line.variant, depot, _moves(entry.kind, line.quantity))
    for step, (part, variant, each) in enumerate(stockroom.parts_of(connection, article["AR_Ref"]), start=1):
        _part(connection, common, position + step, article["AR_Ref"], part, variant, each * line.quantity)
        stockroom.move(connection, part, variant, depot, _moves(entry.kind, each * line.quantity))


def _moves(kind: int, quantity: Decimal) -> dict[stockroom.Nature, Decimal]:
    """An order reserves, a delivery note or an invoice of its own takes out, a return puts back; a credit is money alone."""
    if kind == ORDER:
        return {"QteRes": quantity}
    if kind in (DELIVERY, INVOICE):
        return {"QteSto": -quantity}
    return {"QteSto": quantity} if kind == RETURN else {}


def _part(
    connection: sqlite3.Connection,
    common: dict[str, Any],
    position: int,
    kit: str,
    part: str,
    variant: tuple[int, int],
    quantity: Decimal,
) -> None:
    """A component's line: it moves stock and counts for nothing in the totals."""
    named = connection.execute("select AR_Design from F_ARTICLE where AR_Ref = ?", (part,)).fetchone()
    insert(
        connection, "F_DOCLIGNE", **common, DL_No=next_number(connection, "F_DOCLIGNE", "DL_No"), DL_Ligne=position,
        AR_Ref=part, AG_No1=variant[0], AG_No2=variant[1], DL_Design=named[0] if named else part, DL_Qte=quantity,
        DL_QteBC=quantity, EU_Enumere="Pièce", EU_Qte=quantity, DL_Valorise=0, AR_RefCompose=kit,
    )  # fmt: skip


def _deposit(connection: sqlite3.Connection, entry: Entry, piece: str, deposit: Deposit) -> None:
    insert(
        connection, "F_DOCREGL", DR_No=next_number(connection, "F_DOCREGL", "DR_No"), DO_Domaine=0, DO_Type=entry.kind,
        DO_Piece=piece, DR_TypeRegl=0, DR_Date=deposit.dated, DR_Libelle=deposit.label,
        DR_Montant=cents(entry.money.own(deposit.amount)), DR_MontantDev=deposit.amount if entry.money.index else 0,
        DR_Regle=1, N_Reglement=deposit.method,
    )  # fmt: skip
