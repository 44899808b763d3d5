"""The list of orders as a CSV file for spreadsheets, sent piece by piece: UTF-8 with a mark, semicolons, a decimal comma in
French, and no cell that a spreadsheet would run as a formula."""

import csv
import io
import re
from collections.abc import AsyncIterator, Sequence
from datetime import datetime
from decimal import Decimal
from uuid import UUID
from zoneinfo import ZoneInfo

from raccord.orders import listing
from raccord.orders.decision_words import STATE_NAMES, TURN_NAMES
from raccord.orders.listing import ListRow, Wanted
from raccord.storage.engine import tenant_transaction
from raccord_connectors.contract import Text

PIECE = 500
"""Orders of one query; between two the database is left alone, however slowly the file is taken."""
MARK = "\ufeff"
FORMULA = re.compile(r"'*[=+\-@\t\r\n]")
HEADER = Text(
    "orders.csv_header",
    "Numéro;Passée le;Boutique;Canal;État;Acheteur;E-mail;Code client;Document;Total HT;Taxes;Total TTC;Devise;"
    "Total TTC dans la gestion;Écart;Attend qui;Attend depuis;Essais;Motif",
    "Number;Placed;Shop;Channel;State;Buyer;E-mail;Customer code;Document;Total without tax;Tax;Total with tax;Currency;"
    "Total with tax in the ERP;Difference;Waits for whom;Waits since;Attempts;Reason",
)


async def pieces(tenant: UUID, wanted: Wanted, language: str, timezone: str) -> AsyncIterator[bytes]:
    """The whole file. Every piece is a transaction of its own: orders that arrive meanwhile are not in it twice."""
    zone, place = ZoneInfo(timezone), ""
    yield (
        MARK + _lines([HEADER.fill().fr.split(";") if language == "fr" else HEADER.fill().en.split(";")])
    ).encode()
    while True:
        async with tenant_transaction(tenant):
            rows = await listing.page_of(wanted, place, PIECE)
        if rows:
            yield _lines([cells(row, language, zone) for row in rows[:PIECE]]).encode()
        if len(rows) <= PIECE:
            return
        place = rows[PIECE - 1].place


def cells(row: ListRow, language: str, zone: ZoneInfo) -> list[str]:
    """One order. Texts of shops and people are made harmless; figures stay figures."""

    def said(text: Text | None) -> str:
        return (text.fr if language == "fr" else text.en) if text else ""

    def amount(value: Decimal | None) -> str:
        if value is None:
            return ""
        plain = f"{value:f}"
        return plain.replace(".", ",") if language == "fr" else plain

    def moment(value: datetime | None) -> str:
        return value.astimezone(zone).strftime("%Y-%m-%d %H:%M:%S") if value else ""

    gap = row.document_gross - row.gross if row.document_gross is not None else None
    reason = row.problem.message.text(language) if row.problem else ""
    return [
        harmless(row.number), moment(row.placed_at), harmless(row.shop_name), harmless(row.channel_name),
        said(STATE_NAMES[row.state]), harmless(row.buyer), harmless(row.email), harmless(row.customer or ""),
        harmless(row.document_number or ""), amount(row.net), amount(row.tax), amount(row.gross), row.currency,
        amount(row.document_gross), amount(gap), said(TURN_NAMES.get(row.turn) if row.turn else None), moment(row.stuck_since),
        str(row.attempts), harmless(reason),
    ]  # fmt: skip


def harmless(text: str) -> str:
    """What a spreadsheet would take for a formula begins with an apostrophe."""
    return f"'{text}" if FORMULA.match(text) else text


def _lines(rows: Sequence[Sequence[str]]) -> str:
    written = io.StringIO()
    csv.writer(written, delimiter=";", lineterminator="\r\n").writerows(rows)
    return written.getvalue()
