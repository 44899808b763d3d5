"""Customer accounts: made and changed as Sage does, in the caller's transaction."""

import sqlite3
from collections.abc import Sequence
from typing import Any

from sandbox.gescom import store
from sandbox.gescom.numbering import locked_by, next_number
from sandbox.gescom.refused import Refused, narrow_columns
from sandbox.gescom.store import insert, update


def create(
    connection: sqlite3.Connection,
    code: str,
    fields: dict[str, Any],
    contact: dict[str, Any],
    places: Sequence[dict[str, str]],
) -> None:
    if connection.execute("select 1 from F_COMPTET where CT_Num = ?", (code,)).fetchone():
        raise Refused("code_taken", f"Le compte {code} existe déjà", field="key", customer=code)
    if not str(fields.get("CT_Intitule", "")).strip():
        raise Refused("refused", "L’intitulé du compte est obligatoire", field="customer.account_title")
    today = store.today()
    with narrow_columns():
        insert(
            connection, "F_COMPTET", CT_Num=code, CT_Type=0, CT_NumPayeur=code, N_Risque=1, N_Expedition=1, DE_No=1,
            CT_DateCreate=today, CT_DateMAJ=today, **{"N_CatTarif": 1, "N_CatCompta": 1, "CG_NumPrinc": "4110000", **fields},
        )  # fmt: skip
        main = {
            "LI_Intitule": str(fields["CT_Intitule"])[:35], "LI_Adresse": fields.get("CT_Adresse", ""),
            "LI_Complement": fields.get("CT_Complement", ""), "LI_CodePostal": fields.get("CT_CodePostal", ""),
            "LI_Ville": fields.get("CT_Ville", ""), "LI_Pays": fields.get("CT_Pays", ""),
            "LI_Contact": fields.get("CT_Contact", ""),
        }  # fmt: skip
        for wanted in (main, *places):
            place(connection, code, wanted)
        if contact:
            _set_contact(connection, code, contact)


def change(
    connection: sqlite3.Connection,
    code: str,
    fields: dict[str, Any],
    contact: dict[str, Any],
    places: Sequence[dict[str, str]],
) -> None:
    """Only the columns given; addresses are added, never removed: documents point to them."""
    row = connection.execute("select 1 from F_COMPTET where CT_Num = ? and CT_Type = 0", (code,)).fetchone()
    if row is None:
        raise Refused("unknown_customer", f"Le client {code} n’existe pas", field="customer", customer=code)
    locked_by(connection, "F_COMPTET", code)
    with narrow_columns():
        if fields:
            update(connection, "F_COMPTET", "CT_Num = ?", (code,), **fields, CT_DateMAJ=store.today())
        if contact:
            _set_contact(connection, code, contact)
        for wanted in places:
            place(connection, code, wanted)


def _set_contact(connection: sqlite3.Connection, code: str, contact: dict[str, Any]) -> None:
    row = connection.execute(
        "select cbMarq from F_CONTACTT where CT_Num = ? order by CT_No", (code,)
    ).fetchone()
    if row is not None:
        update(connection, "F_CONTACTT", "cbMarq = ?", (row[0],), **contact)
    else:
        insert(
            connection,
            "F_CONTACTT",
            CT_No=next_number(connection, "F_CONTACTT", "CT_No"),
            CT_Num=code,
            **contact,
        )


def add_contacts(connection: sqlite3.Connection, code: str, wanted: Sequence[dict[str, Any]]) -> None:
    """Further people: one who is there already, by e-mail address or else by name, is not added again."""
    for contact in wanted:
        rows = connection.execute("select * from F_CONTACTT where CT_Num = ?", (code,)).fetchall()
        if any(_is_person(row, contact) for row in rows):
            continue
        number = next_number(connection, "F_CONTACTT", "CT_No")
        with narrow_columns():
            insert(connection, "F_CONTACTT", CT_No=number, CT_Num=code, **contact)


def _is_person(row: sqlite3.Row, contact: dict[str, Any]) -> bool:
    names = ("CT_EMail",) if contact.get("CT_EMail") else ("CT_Nom", "CT_Prenom")
    return all((row[name] or "").casefold() == (contact.get(name) or "").casefold() for name in names)


def place(connection: sqlite3.Connection, code: str, wanted: dict[str, Any] | None) -> int | None:
    """LI_No of the delivery address: the one with the same words, or a new one under a title that is still free.
    None wanted gives the principal one."""
    rows = connection.execute(
        "select * from F_LIVRAISON where CT_Num = ? order by LI_Principal desc, LI_No", (code,)
    ).fetchall()
    if not wanted:
        return rows[0]["LI_No"] if rows else None
    for row in rows:
        if all((row[name] or "").casefold() == (wanted.get(name) or "").casefold() for name in _SAME):
            return int(row["LI_No"])
    titles = {row["LI_Intitule"].casefold() for row in rows}
    title = wanted.get("LI_Intitule") or "Livraison"
    tried = (title, *(f"{title[:31]} {step}" for step in range(2, 1000)))
    free = next(name for name in tried if name.casefold() not in titles)
    number = next_number(connection, "F_LIVRAISON", "LI_No")
    told = {**wanted, "LI_Intitule": free, "LI_Principal": int(not rows)}
    insert(connection, "F_LIVRAISON", **told, LI_No=number, CT_Num=code)
    return number


_SAME = ("LI_Adresse", "LI_Complement", "LI_CodePostal", "LI_Ville", "LI_Contact")
