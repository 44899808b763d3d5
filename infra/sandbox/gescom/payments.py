"""Money entered by a program: a deposit on a document, a payment of its invoices, and what is given back.

One transaction, the caller's. What Sage refuses is refused with its reason, before anything is written. A payment that
carries the key of one that is there is not entered again.
"""

import sqlite3
from collections.abc import Sequence
from decimal import Decimal

from raccord_connectors.erp.sage100.protocol import NewPayment
from sandbox.gescom.numbering import locked_by, next_number
from sandbox.gescom.order_entry import check_open, refresh_totals
from sandbox.gescom.order_pricing import Money, cents
from sandbox.gescom.refused import Refused, narrow_columns
from sandbox.gescom.store import insert, number

INVOICES = (6, 7)
ZERO = Decimal(0)


def enter(connection: sqlite3.Connection, wanted: NewPayment) -> bool:
    """Whether it was there already. Raises `Refused`."""
    if find(connection, wanted.key):
        return True
    headers = [_header(connection, kind, piece) for kind, piece in wanted.pieces]
    given_back = [_header(connection, kind, piece) for kind, piece in wanted.credit]
    check_open(connection, wanted.dated)
    _demand_method(connection, wanted.method)
    invoices = [header for header in headers if header["DO_Type"] in INVOICES]
    orders = [header for header in headers if header["DO_Type"] not in INVOICES]
    with narrow_columns():
        if wanted.kind == "settlement":
            _settle(connection, wanted, invoices)
        elif wanted.kind == "deposit":
            if not orders:
                raise Refused("moved", f"{wanted.pieces[0][1]} est facturé", field="document")
            _deposit(connection, wanted, orders[0], wanted.amount)
        elif given_back:
            _pay_out(connection, wanted, given_back[-1])
        else:
            _give_back(connection, wanted, orders, invoices)
    return False


def find(connection: sqlite3.Connection, key: str) -> bool:
    for table, column in (("F_DOCREGL", "DR_Libelle"), ("F_CREGLEMENT", "RG_Libelle")):
        titled = f"{column} = ? or substr({column}, 1, ?) = ?"
        if connection.execute(
            f"select 1 from {table} where {titled}", (key, len(key) + 1, f"{key} ")
        ).fetchone():
            return True
    return False


def _header(connection: sqlite3.Connection, kind: int, piece: str) -> sqlite3.Row:
    row: sqlite3.Row | None = connection.execute(
        "select * from F_DOCENTETE where DO_Domaine = 0 and DO_Type = ? and DO_Piece = ?", (kind, piece)
    ).fetchone()
    if row is None:
        raise Refused("moved", f"Le document {piece} n’existe pas ou a été transformé", field="document")
    locked_by(connection, "F_DOCENTETE", piece)
    return row


def _demand_method(connection: sqlite3.Connection, method: int) -> None:
    if not connection.execute("select 1 from P_REGLEMENT where cbIndice = ?", (method,)).fetchone():
        raise Refused("refused", f"Le mode de règlement {method} n’existe pas", field="method")


def _deposit(
    connection: sqlite3.Connection, wanted: NewPayment, header: sqlite3.Row, amount: Decimal
) -> None:
    """In the document's currency; the rate says what it is worth in euros, as it does for the lines."""
    money = Money.of(connection, header["DO_Devise"] or 0, number(header["DO_Cours"]))
    own = cents(money.own(amount))
    insert(
        connection, "F_DOCREGL", DR_No=next_number(connection, "F_DOCREGL", "DR_No"), DO_Domaine=0,
        DO_Type=header["DO_Type"], DO_Piece=header["DO_Piece"], DR_TypeRegl=0, DR_Date=wanted.dated,
        DR_Libelle=wanted.label, DR_Montant=own, DR_MontantDev=amount if money.index else 0, DR_Regle=1,
        N_Reglement=wanted.method,
    )  # fmt: skip
    refresh_totals(connection, header["DO_Type"], header["DO_Piece"])


def _settle(connection: sqlite3.Connection, wanted: NewPayment, invoices: Sequence[sqlite3.Row]) -> None:
    """Allocated to the due dates, the first invoice's first; more than what is due is refused."""
    if not invoices:
        raise Refused("moved", "Aucune facture à régler", field="document")
    _demand_validated(connection, invoices)
    shares: list[tuple[sqlite3.Row, Decimal]] = []
    left, total = wanted.amount, ZERO
    for due in _dues(connection, invoices):
        open_ = number(due["DR_Montant"]) - _allocated(connection, due)
        total += max(open_, ZERO)
        part = min(left, open_)
        if part > 0:
            shares.append((due, part))
            left -= part
    if left > 0:
        piece = ", ".join(header["DO_Piece"] for header in invoices)
        raise Refused(
            "nothing_due", f"Reste {total} à régler sur {piece}", field="amount", left=total, piece=piece,
            amount=wanted.amount,
        )  # fmt: skip
    _pay(connection, wanted, invoices[0], wanted.amount, shares)


def _give_back(
    connection: sqlite3.Connection,
    wanted: NewPayment,
    orders: Sequence[sqlite3.Row],
    invoices: Sequence[sqlite3.Row],
) -> None:
    paid = sum((_paid(connection, header) for header in [*orders, *invoices]), ZERO)
    if wanted.amount > paid:
        piece = ", ".join(header["DO_Piece"] for header in [*orders, *invoices])
        raise Refused(
            "too_much_back", f"{paid} réglés sur {piece}", field="amount", left=paid, piece=piece,
            amount=wanted.amount,
        )  # fmt: skip
    if not invoices:
        _deposit(connection, wanted, orders[0], -wanted.amount)
        return
    _demand_validated(connection, invoices)
    due = _dues(connection, invoices)[0]
    _pay(connection, wanted, invoices[0], -wanted.amount, [(due, -wanted.amount)])


def _pay_out(connection: sqlite3.Connection, wanted: NewPayment, credit: sqlite3.Row) -> None:
    """On the return or credit itself; on its due date once it is an invoice. Never more than it gives back."""
    left = number(credit["DO_TotalTTC"]) + _paid(connection, credit)
    if wanted.amount > left:
        raise Refused(
            "too_much_back", f"Reste {left} à rembourser sur {credit['DO_Piece']}", field="amount", left=left,
            piece=credit["DO_Piece"], amount=wanted.amount,
        )  # fmt: skip
    if credit["DO_Type"] not in INVOICES:
        _deposit(connection, wanted, credit, -wanted.amount)
        return
    _demand_validated(connection, [credit])
    due = _dues(connection, [credit])[0]
    _pay(connection, wanted, credit, -wanted.amount, [(due, -wanted.amount)])


def _pay(
    connection: sqlite3.Connection,
    wanted: NewPayment,
    header: sqlite3.Row,
    amount: Decimal,
    shares: Sequence[tuple[sqlite3.Row, Decimal]],
) -> None:
    payment = next_number(connection, "F_CREGLEMENT", "RG_No")
    insert(
        connection, "F_CREGLEMENT", RG_No=payment, CT_NumPayeur=header["DO_Tiers"], RG_Date=wanted.dated,
        RG_Reference=wanted.reference, RG_Libelle=wanted.label, RG_Montant=amount, N_Reglement=wanted.method,
        RG_Impute=1, JO_Num=wanted.journal, RG_Type=0,
    )  # fmt: skip
    for due, part in shares:
        insert(
            connection, "F_REGLECH", RG_No=payment, DR_No=due["DR_No"], DO_Domaine=0, DO_Type=due["DO_Type"],
            DO_Piece=due["DO_Piece"], RC_Montant=part,
        )  # fmt: skip


def _demand_validated(connection: sqlite3.Connection, invoices: Sequence[sqlite3.Row]) -> None:
    """Where the company asks for it (SANDBOX_REGLAGE "factures_validees"), as recent versions of Sage do."""
    rule = connection.execute("select VALEUR from SANDBOX_REGLAGE where NOM = 'factures_validees'").fetchone()
    open_ = [header["DO_Piece"] for header in invoices if not header["DO_Valide"]]
    if rule is not None and rule[0] == "1" and open_:
        raise Refused("not_validated", f"{open_[0]} n’est pas validée", field="document", piece=open_[0])


def _dues(connection: sqlite3.Connection, invoices: Sequence[sqlite3.Row]) -> list[sqlite3.Row]:
    found: list[sqlite3.Row] = []
    for header in invoices:
        found += connection.execute(
            "select * from F_DOCREGL where DO_Domaine = 0 and DO_Type = ? and DO_Piece = ? and DR_TypeRegl = 2 "
            "order by DR_Date, DR_No",
            (header["DO_Type"], header["DO_Piece"]),
        ).fetchall()
    return found


def _allocated(connection: sqlite3.Connection, due: sqlite3.Row) -> Decimal:
    rows = connection.execute("select RC_Montant from F_REGLECH where DR_No = ?", (due["DR_No"],)).fetchall()
    return sum((number(row[0]) for row in rows), ZERO)


def _paid(connection: sqlite3.Connection, header: sqlite3.Row) -> Decimal:
    """Deposits of the document, and what was allocated to its due dates."""
    key = (header["DO_Type"], header["DO_Piece"])
    deposits = connection.execute(
        "select DR_Montant from F_DOCREGL where DO_Domaine = 0 and DO_Type = ? and DO_Piece = ? and DR_TypeRegl = 0",
        key,
    ).fetchall()
    shares = connection.execute(
        "select RC_Montant from F_REGLECH where DO_Domaine = 0 and DO_Type = ? and DO_Piece = ?", key
    ).fetchall()
    return sum((number(row[0]) for row in [*deposits, *shares]), ZERO)
