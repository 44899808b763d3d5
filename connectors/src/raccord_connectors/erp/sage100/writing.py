"""Writing through the bridge, once: look by reference, ask, and after any doubt look again before asking again."""

from collections.abc import Callable, Iterator, Sequence
from typing import Any

import sqlalchemy as sa

from raccord_connectors.canonical import Customer, CustomerDraft, Draft, PaymentEntry
from raccord_connectors.contract import (
    Change,
    ConfigError,
    ConnectorError,
    Message,
    Outcome,
    RecordRejected,
    TransientError,
)
from raccord_connectors.erp.sage100 import protocol, texts, values
from raccord_connectors.erp.sage100.bridge import Bridge, BridgeLost, BridgeRefusal, contract_error
from raccord_connectors.erp.sage100.custom import libre_fields
from raccord_connectors.erp.sage100.customer_drafts import PHONES, CustomerForm, mark_of
from raccord_connectors.erp.sage100.document_rows import FAMILIES, SALES, document_key, root_of
from raccord_connectors.erp.sage100.drafts import DraftForm, Parameters
from raccord_connectors.erp.sage100.payments import Payments, demand_storable, payment_form
from raccord_connectors.erp.sage100.settings import Sage100Settings
from raccord_connectors.erp.sage100.tables import Tables, among
from raccord_connectors.kit.sql import Database

ATTEMPTS = 2
"""Of one write: after the bridge was lost, and what it wrote was looked for, it is asked once more."""
CODES = 20
"""Account numbers tried when somebody takes ours at the same moment."""
GIVEN_BACK = (4, 5)
"""DO_Type of returns and credits: one that a user made in Sage carries its order's reference too. Once invoiced, it is the
header's provenance that tells them."""


class Writer:
    def __init__(self, database: Database, tables: Tables, settings: Sage100Settings, bridge: Bridge) -> None:
        self._database = database
        self._tables = tables
        self._settings = settings
        self._bridge = bridge
        self._answer: dict[str, Any] = {}
        """Of the bridge, to the last write."""

    def outcomes(self, stream: str, changes: Sequence[Change]) -> Iterator[Outcome]:
        """A refused or locked record is an outcome; a bridge that cannot work at all is raised."""
        streams = {"customer_drafts": self._customer, "payments": self._payment}
        write = streams.get(stream, self._document)
        for change in changes:
            try:
                yield write(change)
            except RecordRejected as refusal:
                yield Outcome(change.key, problem=refusal.problem())
            except TransientError as error:
                if error.detail != protocol.LOCKED:
                    raise
                yield Outcome(change.key, problem=error.problem())

    # ---------------------------------------------------------------------------------------- documents

    def _document(self, change: Change) -> Outcome:
        draft = change.record
        if not isinstance(draft, Draft) or change.op != "create":
            raise RecordRejected(texts.NO_RECORD.fill(key=change.key, op=change.op), field="record")
        reference, credit = self._reference(draft), draft.kind == "credit"
        known = self.document_of(reference, credit=credit)
        if known is not None:
            return Outcome(change.key, known, existed=True)
        with self._database.session(committed=True) as session:
            wanted = DraftForm(session, self._tables, self._settings).document(draft, reference)
        data = protocol.as_data(wanted)
        verb: protocol.Verb = "create_foreign_document" if wanted.currency else "create_document"
        answer = self._once(verb, data, lambda: self.document_of(reference, credit=credit), draft.key)
        found = answer or self.document_of(reference, credit=credit)
        if found is None:
            raise TransientError(texts.NOT_VISIBLE.fill(key=draft.key), detail=protocol.LOCKED)
        return Outcome(change.key, found)

    def _reference(self, draft: Draft) -> str:
        """As it is or not at all: two keys cut to the same text would be taken for one order."""
        width = self._tables.width("F_DOCENTETE", "DO_NoWeb") or 17
        if len(draft.key) > width or values.storable(draft.key) != draft.key:
            message = texts.TOO_LONG.fill(value=draft.key, column="DO_NoWeb", width=width)
            raise RecordRejected(message, field="key")
        return draft.key

    def document_of(self, reference: str, *, credit: bool = False) -> str | None:
        """The key, in `documents`, of the sale (or the return or credit) that has this web reference."""
        header, line = self._tables["F_DOCENTETE"], self._tables["F_DOCLIGNE"]
        width = self._tables.width("F_DOCENTETE", "DO_NoWeb")
        statement = (
            self._tables.select("F_DOCENTETE", ["DO_Type", "DO_Piece", "DO_Provenance"])
            .where(header.c.DO_Domaine == SALES, among(header.c.DO_NoWeb, width, [reference]))
            .order_by(header.c.cbMarq)
        )
        with self._database.session(committed=True) as session:
            for row in session.all(statement):
                back = row.DO_Type in GIVEN_BACK or values.whole(row.DO_Provenance) != 0
                if row.DO_Type not in FAMILIES or back != credit:
                    continue
                lines = self._tables.select("F_DOCLIGNE").where(
                    line.c.DO_Domaine == SALES, line.c.DO_Type == row.DO_Type, line.c.DO_Piece == row.DO_Piece
                )
                first = session.first(lines.order_by(line.c.DL_Ligne, line.c.DL_No).limit(1))
                return root_of(first) if first is not None else document_key(row.DO_Type, row.DO_Piece)
        return None

    # ----------------------------------------------------------------------------------------- payments

    def _payment(self, change: Change) -> Outcome:
        entry = change.record
        if not isinstance(entry, PaymentEntry) or change.op != "create":
            raise RecordRejected(texts.NO_RECORD.fill(key=change.key, op=change.op), field="record")
        demand_storable(entry.key, self._tables.width("F_DOCREGL", "DR_Libelle") or 35)
        if self.payment_of(entry.key) is not None:
            return Outcome(change.key, entry.key, existed=True)
        with self._database.session(committed=True) as session:
            methods = dict(Parameters.of(session, self._tables).methods)
            wanted = payment_form(entry, session, self._tables, self._settings, methods)
        data = protocol.as_data(wanted)
        verb: protocol.Verb = "enter_foreign_payment" if wanted.currency else "enter_payment"
        found = self._once(verb, data, lambda: self.payment_of(entry.key), entry.key)
        if found is None and self.payment_of(entry.key) is None:
            raise TransientError(texts.NOT_VISIBLE.fill(key=entry.key), detail=protocol.LOCKED)
        return Outcome(change.key, entry.key)

    def payment_of(self, key: str) -> str | None:
        with self._database.session(committed=True) as session:
            return next((found.key for found in Payments(session, self._tables).records([key])), None)

    # ---------------------------------------------------------------------------------------- customers

    def _customer(self, change: Change) -> Outcome:
        draft = change.record
        if not isinstance(draft, CustomerDraft) or change.op == "delete":
            raise RecordRejected(texts.NO_RECORD.fill(key=change.key, op=change.op), field="record")
        if change.op == "update":
            return self._update(change, draft.customer)
        mark = mark_of(draft.key)
        known = self.customer_of(mark) or self._account(values.key(draft.customer.key))
        if known is not None:
            return Outcome(change.key, known, existed=True)
        return self._create(draft.key, mark, draft.customer)

    def _form(self, customer: Customer) -> CustomerForm:
        if not customer.custom:
            return CustomerForm(self._tables, self._settings)
        with self._database.session(committed=True) as session:
            libre = libre_fields(session, self._tables, "F_COMPTET")
        return CustomerForm(self._tables, self._settings, [field.name for field in libre])

    def _create(self, key: str, mark: str, customer: Customer) -> Outcome:
        form = self._form(customer)
        code = values.key(customer.key) or self._next_code()
        for _ in range(CODES):
            data = protocol.as_data(form.creation(key, customer, code))
            try:
                done = self._once("create_customer", data, lambda: self.customer_of(mark), key)
            except RecordRejected as refusal:
                if refusal.detail != "code_taken" or customer.key:
                    raise
                code = self._next_code(code)
                continue
            found = done or self.customer_of(mark)
            if found is None:
                raise TransientError(texts.NOT_VISIBLE.fill(key=key), detail=protocol.LOCKED)
            return Outcome(key, found, said=[*form.said, *self._by_hand(found)])
        raise RecordRejected(texts.NO_CODE_LEFT.fill(code=code), field="key")

    def _update(self, change: Change, customer: Customer) -> Outcome:
        previous = change.previous.customer if isinstance(change.previous, CustomerDraft) else None
        form = self._form(customer)
        data = protocol.as_data(form.changes(customer, previous))
        code = data["code"] = values.key(change.target or customer.key)
        self._once("update_customer", data, lambda: None, change.key)  # absolute values: harmless twice
        cut = form.said if data["fields"].keys() & PHONES.keys() else []
        return Outcome(change.key, code, said=[*cut, *self._by_hand(code)])

    def _by_hand(self, code: str) -> list[Message]:
        """What the bridge said that it did not write."""
        ignored = [str(name) for name in self._answer.get("ignored", ()) if name != "CG_NumPrinc"]
        return [texts.BY_HAND.fill(customer=code, columns=", ".join(ignored))] if ignored else []

    def customer_of(self, mark: str) -> str | None:
        third = self._tables["F_COMPTET"]
        return self._first_code(third.c.CT_Type == 0, third.c.CT_Commentaire == mark)

    def _account(self, code: str) -> str | None:
        third = self._tables["F_COMPTET"]
        width = self._tables.width("F_COMPTET", "CT_Num")
        return self._first_code(third.c.CT_Type == 0, among(third.c.CT_Num, width, [code])) if code else None

    def _first_code(self, *conditions: sa.ColumnElement[bool]) -> str | None:
        statement = self._tables.select("F_COMPTET", ["CT_Num"]).where(*conditions).limit(1)
        with self._database.session(committed=True) as session:
            row = session.first(statement)
        return values.key(row.CT_Num) if row is not None else None

    def _next_code(self, after: str = "") -> str:
        """The prefix and the next number: the highest account of that form, and one."""
        prefix = self._settings.customer_prefix
        third = self._tables["F_COMPTET"]
        statement = self._tables.select("F_COMPTET", ["CT_Num"]).where(third.c.CT_Num.like(f"{prefix}%"))
        with self._database.session(committed=True) as session:
            codes = [values.key(row.CT_Num) for row in session.all(statement)]
        numbers = [code[len(prefix) :] for code in [*codes, after]]
        highest = max((int(number) for number in numbers if number.isascii() and number.isdigit()), default=0)
        return f"{prefix}{highest + 1:05d}"

    # ------------------------------------------------------------------------------------------- bridge

    def _once(
        self, verb: protocol.Verb, data: dict[str, Any], find: Callable[[], str | None], key: str
    ) -> str | None:
        """What `find` sees if the bridge was lost after it had written; None when it answered."""
        for attempt in range(1, ATTEMPTS + 1):
            try:
                self._answer = self._bridge.call(verb, data)
            except BridgeLost as error:
                found = find()
                if found is not None:
                    return found
                if attempt == ATTEMPTS:
                    raise TransientError(texts.BRIDGE_DOWN.fill(), detail=str(error)) from error
            except BridgeRefusal as refused:
                raise _named(contract_error(refused.failure, key)) from refused
            else:
                return None
        raise AssertionError("unreachable: the last attempt returns or raises")


def _named(error: ConnectorError) -> ConnectorError:
    """A bridge that cannot do what is asked concerns all changes, and says which setting."""
    if isinstance(error, ConfigError) and error.field is None:
        error.field = "bridge"
    return error
