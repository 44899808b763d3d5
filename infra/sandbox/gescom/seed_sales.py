"""Some sales in progress, entered and followed up by the GesCom's own business: typed in the office, not web orders."""

from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path

from sandbox.gescom import store
from sandbox.gescom.business import GesCom
from sandbox.gescom.order_pricing import QUOTATION, Entry, Line


def fill(path: Path, today: date) -> None:
    gescom = GesCom(path)
    with store.reading(path) as connection:
        accounts = [
            row[0]
            for row in connection.execute(
                "select CT_Num from F_COMPTET where CT_Type = 0 and CT_Sommeil = 0 and CT_ControlEnc = 0 "
                "and N_CatCompta = 1 and CT_Siret <> '' order by cbMarq limit 8"
            )
        ]
        refs = [
            row[0]
            for row in connection.execute(
                "select AR_Ref from F_ARTICLE where AR_PrixVen > 0 and AR_Sommeil = 0 and AR_Gamme1 = 0 and AR_Nomencl = 0 "
                "and AR_SuiviStock = 2 and AR_Ref not in ('TAXE-INCONNUE', 'SANS-NOM') order by cbMarq"
            )
        ]
    pieces = [_enter(gescom, account, refs, number, today) for number, account in enumerate(accounts)]
    gescom.enter(
        Entry(accounts[0], [Line(refs[9], quantity=Decimal(24))], kind=QUOTATION, dated=today.isoformat())
    )  # fmt: skip
    day = today.isoformat()
    gescom.confirm(pieces[1])
    gescom.prepare(pieces[2])
    with store.reading(path) as connection:
        first = connection.execute(
            "select DL_No from F_DOCLIGNE where DO_Type = 1 and DO_Piece = ? order by DL_Ligne limit 1",
            (pieces[3],),
        ).fetchone()[0]
    gescom.deliver(pieces[3], {first: Decimal(2)}, parcel="6A20451873326", day=day)
    gescom.deliver(pieces[4], parcel="6A20451873401", day=day)
    note = gescom.deliver(pieces[5], parcel="6A20451873555", day=day)
    gescom.invoice(note, day=day)
    gescom.invoice(pieces[6], day=day)


def _enter(gescom: GesCom, account: str, refs: list[str], number: int, today: date) -> str:
    lines = [
        Line(refs[(number * 23 + step * 51) % len(refs)], quantity=Decimal(3 + (number + step) % 6))
        for step in range(2 + number % 3)
    ]
    lines.append(Line(None, title="Merci de livrer avant 11 h"))
    dated = (today - timedelta(days=12 - number)).isoformat()
    fields = {"DO_Ref": f"Tel. {number + 1:03d}", "DO_Expedit": 1 + number % 3}
    return gescom.enter(Entry(account, lines, dated=dated, fields=fields))
