"""`invoices`: each invoice and credit note by its own number, with what the paper says.

An invoice of Sage is the lines that stand on it now. What was given back comes as an invoice too, told apart by its header
(`DO_Provenance`); the signs of its quantities differ between versions, so it is turned round as a whole when its total is
below zero. Sage does not say which invoice a credit note corrects.
"""

from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from itertools import groupby
from typing import Any

from msgspec.structs import replace
from sqlalchemy.engine import Row

from raccord_connectors.canonical import (
    Address,
    DeducedDeposit,
    DueDate,
    Invoice,
    InvoiceLine,
    TaxAmount,
    plain,
)
from raccord_connectors.contract import RecordRejected
from raccord_connectors.erp.sage100 import texts, values
from raccord_connectors.erp.sage100.articles import item_key
from raccord_connectors.erp.sage100.countries import iso_of
from raccord_connectors.erp.sage100.cursors import Marks
from raccord_connectors.erp.sage100.custom import custom_values
from raccord_connectors.erp.sage100.document_lines import (
    GIVEN_BACK,
    Line,
    header_value,
    line_of,
    parafiscal_of,
    signs_of,
)
from raccord_connectors.erp.sage100.document_record import fees_of
from raccord_connectors.erp.sage100.document_rows import HEADER, Money, root_of
from raccord_connectors.erp.sage100.documents import TOGETHER, Documents
from raccord_connectors.erp.sage100.invoice_rows import InvoiceRows, invoice_key
from raccord_connectors.erp.sage100.settings import Sage100Settings
from raccord_connectors.erp.sage100.sketch import digest_rows
from raccord_connectors.erp.sage100.tables import Tables
from raccord_connectors.kit.sql import Database, Session

POSTED = 7
DEPOSIT, DUE = 0, 2
"""DR_TypeRegl."""
FEES = "frais"
"""Key of the line that stands for the header's shipping fees."""
Made = Invoice | tuple[str, RecordRejected]
Group = tuple[str, list[Row[Any]], "_Around"]


class _Around:
    """What some invoices need besides their lines, looked up together."""

    def __init__(self) -> None:
        self.money = Money()
        self.terms: dict[str, list[Row[Any]]] = {}
        """Rows of F_DOCREGL by number."""
        self.places: dict[int, Row[Any]] = {}
        """Rows of F_LIVRAISON by LI_No."""


class Invoices:
    def __init__(
        self, database: Database, session: Session, tables: Tables, settings: Sage100Settings
    ) -> None:
        documents = Documents(database, session, tables, settings)
        self._database, self._tables, self._settings = database, tables, settings
        self._documents, self._libre = documents.rows, documents.libre
        self._rows = InvoiceRows(documents.rows)
        self._methods = {
            values.whole(row.cbIndice): values.text(row.R_Intitule)
            for row in session.all(tables.select("P_REGLEMENT"))
        }
        self._carriage = {
            values.key(row.AR_Ref) for row in session.all(tables.select("P_EXPEDITION")) if row.AR_Ref
        }

    def records(self, session: Session) -> Iterator[Made]:
        return self._made(self._rows.everything(session))

    def changed(self, session: Session, marks: Marks) -> Iterator[Made]:
        return self.some(session, self._rows.changed(session, marks))

    def some(self, session: Session, keys: Sequence[str]) -> Iterator[Made]:
        wanted = list(dict.fromkeys(keys))
        for start in range(0, len(wanted), TOGETHER):
            yield from self._made(self._rows.of_keys(session, wanted[start : start + TOGETHER]))

    def sketch(self, session: Session, size: int) -> Iterator[Mapping[str, bytes]]:
        ready: dict[str, bytes] = {}
        for key, rows, around in self._groups(self._rows.everything(session)):
            place = around.places.get(values.whole(header_value(rows[0], "LI_No")))
            paid = sorted((str(where), str(paid)) for where, paid in around.money.paid.items())
            mine = [one for one in paid if one[0] in {str(_where(row)) for row in rows}]
            terms = [tuple(row) for row in around.terms.get(values.key(rows[0].DO_Piece), ())]
            told = [[tuple(row) for row in rows], mine, terms, tuple(place) if place is not None else ()]
            ready[key] = digest_rows([told, sorted(self._methods.items()), sorted(self._carriage)])
            if len(ready) >= size:
                yield ready
                ready = {}
        if ready:
            yield ready

    def _made(self, rows: Iterator[Row[Any]]) -> Iterator[Made]:
        for key, lines, around in self._groups(rows):
            try:
                yield self._invoice(key, lines, around)
            except RecordRejected as refusal:
                yield key, refusal

    def _groups(self, rows: Iterator[Row[Any]]) -> Iterator[Group]:
        waiting: list[tuple[str, list[Row[Any]]]] = []
        for key, lines in groupby(rows, lambda row: invoice_key(row.DO_Piece)):
            waiting.append((key, list(lines)))
            if len(waiting) >= TOGETHER:
                yield from self._with_around(waiting)
                waiting = []
        if waiting:
            yield from self._with_around(waiting)

    def _with_around(self, groups: list[tuple[str, list[Row[Any]]]]) -> Iterator[Group]:
        """Over a connection of its own, because the first one may still be streaming."""
        pieces = sorted({values.text(row.DO_Piece) for _, rows in groups for row in rows})
        around = _Around()
        with self._database.session() as session:
            around.money = self._documents.money(session, pieces)
            table = self._tables["F_DOCREGL"]
            for row in session.all(
                self._documents.of_pieces("F_DOCREGL", pieces).order_by(table.c.DR_Date, table.c.DR_No)
            ):
                around.terms.setdefault(values.key(row.DO_Piece), []).append(row)
            numbers = {values.whole(header_value(rows[0], "LI_No")) for _, rows in groups} - {0}
            if numbers:
                places = self._tables["F_LIVRAISON"]
                chosen = self._tables.select("F_LIVRAISON").where(places.c.LI_No.in_(sorted(numbers)))
                around.places = {values.whole(row.LI_No): row for row in session.all(chosen)}
        for key, rows in groups:
            yield key, rows, around

    # ------------------------------------------------------------------------------------------ one record

    def _invoice(self, key: str, rows: list[Row[Any]], around: _Around) -> Invoice:
        first = rows[0]
        number = values.key(first.DO_Piece)
        dated = values.day(header_value(first, "DO_Date")) or values.day(first.DO_Date)
        if dated is None:
            raise RecordRejected(texts.NO_DATE.fill(document=number), field="dated")
        terms = [row for row in around.terms.get(number, []) if row.DO_Type in (6, 7)]
        signs = signs_of(rows)
        read = [line_of(row, signs) for row in rows]
        lines = [self._line(line) for line in read] + _fees(read, around.money)
        back = values.whole(header_value(first, "DO_Provenance")) in GIVEN_BACK
        # What comes back is read below zero; on its paper it is positive.
        lines = [_turned(line) for line in lines] if back else lines
        net = plain(values.cents(sum((line.net for line in lines), values.ZERO)))
        gross = plain(values.cents(sum((line.gross or values.ZERO for line in lines), values.ZERO)))
        told = values.number(header_value(first, "DO_TotalTTC"))
        if told:  # older versions keep no total
            gross = plain(values.cents(abs(told) if back else told))
        deposits = [row for row in terms if values.whole(row.DR_TypeRegl) == DEPOSIT]
        paid = sum(
            (around.money.paid.get(where, values.ZERO) for where in set(map(_where, rows))), values.ZERO
        )
        return Invoice(
            key=key,
            number=number,
            kind="credit" if back else "invoice",
            dated=dated,
            final=first.DO_Type == POSTED or values.flag(header_value(first, "DO_Valide")),
            customer=values.key(first.CT_Num) or values.key(header_value(first, "DO_Tiers")),
            delivery=self._place(around.places.get(values.whole(header_value(first, "LI_No")))),
            delivered=max(filter(None, (values.day(row.DL_DateBL) for row in rows)), default=None),
            documents=list(dict.fromkeys(root_of(row) for row in rows)),
            orders=_numbers(rows, "DL_PieceBC"),
            references=[said] if (said := values.text(header_value(first, "DO_NoWeb"))) else [],
            buyer_reference=values.text(header_value(first, "DO_Ref")),
            lines=lines,
            net=net,
            tax=plain(gross - net),
            gross=gross,
            taxes=_tax_table(lines),
            deposits=[
                DeducedDeposit(
                    amount=plain(values.cents(values.amount(row.DR_Montant))),
                    on=values.day(row.DR_Date),
                    title=self._methods.get(values.whole(row.N_Reglement), ""),
                )
                for row in deposits
                if values.amount(row.DR_Montant)
            ],
            paid=plain(values.cents(paid)),
            due=self._due(terms),
            discount_percent=values.amount(header_value(first, "DO_TxEscompte")) or None,
            custom=custom_values(first, self._libre, prefix=HEADER),
        )

    def _due(self, terms: Sequence[Row[Any]]) -> list[DueDate]:
        found = []
        for row in terms:
            day = values.day(row.DR_Date)
            if values.whole(row.DR_TypeRegl) == DUE and day is not None:
                method = self._methods.get(values.whole(row.N_Reglement), "")
                amount = plain(values.cents(values.amount(row.DR_Montant)))
                found.append(DueDate(on=day, amount=amount, method=method))
        return found

    def _line(self, line: Line) -> InvoiceLine:
        row = line.row
        reference = values.key(row.AR_Ref)
        eco = values.cents(parafiscal_of(row, values.amount(row.DL_Qte))) if line.net else values.ZERO
        price = values.number(row.DL_PrixUnitaire)
        return InvoiceLine(
            key=str(values.whole(row.DL_No)),
            item=item_key(reference, row.AG_No1, row.AG_No2) if reference else None,
            title=values.text(row.DL_Design),
            quantity=line.quantity,
            unit=values.text(row.EU_Enumere),
            unit_net=price if price and not values.flag(row.DL_TTC) else None,
            net=line.net,
            gross=line.gross,
            rate=line.rate,
            kind="comment" if not reference else "shipping" if reference in self._carriage else "item",
            eco_contribution=plain(-eco if line.back else eco) if eco else None,
            order=values.key(row.DL_PieceBC),
            delivery=values.key(row.DL_PieceBL),
        )

    def _place(self, row: Row[Any] | None) -> Address | None:
        if row is None:
            return None
        return Address(
            key=str(values.whole(row.LI_No)),
            title=values.text(row.LI_Intitule),
            last_name=values.text(row.LI_Contact),
            line1=values.text(row.LI_Adresse),
            line2=values.text(row.LI_Complement),
            postal_code=values.text(row.LI_CodePostal),
            city=values.text(row.LI_Ville),
            country=iso_of(values.text(row.LI_Pays), self._settings.default_country),
        )


def _fees(lines: Sequence[Line], money: Money) -> list[InvoiceLine]:
    net, gross = fees_of(lines, money)
    if not gross:
        return []
    percent = values.whole(header_value(lines[0].row, "DO_TypeTaux1")) == 0
    rate = values.amount(header_value(lines[0].row, "DO_Taxe1")) if percent else None
    return [
        InvoiceLine(
            key=FEES, title="Frais d’expédition", quantity=Decimal(1), net=plain(net), gross=plain(gross),
            rate=rate, kind="shipping",
        )
    ]  # fmt: skip


def _turned(line: InvoiceLine) -> InvoiceLine:
    return replace(
        line,
        quantity=plain(-line.quantity),
        net=plain(-line.net),
        gross=plain(-line.gross) if line.gross is not None else None,
        eco_contribution=plain(-line.eco_contribution) if line.eco_contribution is not None else None,
    )


def _tax_table(lines: Sequence[InvoiceLine]) -> list[TaxAmount]:
    sums: dict[Decimal, list[Decimal]] = {}
    for line in lines:
        if line.rate is not None and line.gross is not None and (line.net or line.gross):
            base = sums.setdefault(line.rate, [values.ZERO, values.ZERO])
            base[0] += line.net
            base[1] += line.gross - line.net
    return [TaxAmount(rate, plain(base), plain(tax)) for rate, (base, tax) in sorted(sums.items())]


def _numbers(rows: Sequence[Row[Any]], column: str) -> list[str]:
    return list(dict.fromkeys(filter(None, (values.key(getattr(row, column)) for row in rows))))


def _where(row: Row[Any]) -> tuple[int, str]:
    return row.DO_Type, values.key(row.DO_Piece)
