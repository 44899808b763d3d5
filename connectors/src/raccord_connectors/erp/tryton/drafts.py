"""Writes shop orders, and the credits of their refunds, as sales: found or created, compared to the cent, then quoted, compared
again, confirmed, processed. Nothing becomes firm that is not what the customer paid.

Every step is one request that Tryton commits as a whole, and begins by looking at what is there. So a crash anywhere is
repaired by writing the same draft again: the sale is found by its reference and taken up at the state it is in.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from msgspec.structs import replace

from raccord_connectors.canonical import Draft
from raccord_connectors.contract import Change, Message, Outcome, RecordRejected, Text
from raccord_connectors.erp.tryton import texts
from raccord_connectors.erp.tryton.answers import Refused
from raccord_connectors.erp.tryton.client import Client, Row
from raccord_connectors.erp.tryton.comparing import Amounts, differing_rates, explanation, rates_explanation
from raccord_connectors.erp.tryton.credit_notes import CreditNotes
from raccord_connectors.erp.tryton.sale_header import Head, SaleHeader
from raccord_connectors.erp.tryton.sale_lines import SaleLine, SaleLines
from raccord_connectors.erp.tryton.settings import TrytonSettings

KINDS = ("quotation", "order", "credit")
HEAD = ("company", "party", "party.name", "party.customer_tax_rule", "currency")
LINES = tuple(f"lines.{name}" for name in ("type", "description", "amount"))
SALE = ("number", "state", *HEAD, "untaxed_amount", "tax_amount", "total_amount", *LINES)
FIRM = ("confirmed", "processing", "done")
STEPS = {
    "create": ("création", "creation"),
    "lines": ("lignes", "lines"),
    "quote": ("devis", "quotation"),
    "confirm": ("confirmation", "confirmation"),
    "post": ("comptabilisation de l’avoir", "posting of the credit note"),
}


@dataclass
class Sale:
    """A sale of Tryton on its way."""

    id: int
    number: str
    state: str
    head: Head
    amounts: Amounts
    rows: list[Row]
    """Its lines of the type "line", in their order."""
    existed: bool
    lines: Sequence[SaleLine] | None = None
    """As prepared before the creation; not prepared twice."""


class Drafts:
    def __init__(self, client: Client, settings: TrytonSettings) -> None:
        self._client = client
        self._header = SaleHeader(client, settings)
        self._lines = SaleLines(client, settings)
        self._credits = CreditNotes(client)

    def write(self, change: Change) -> Outcome:
        draft = change.record
        assert isinstance(draft, Draft)
        sale: Sale | None = None
        try:
            if draft.kind not in KINDS:
                raise RecordRejected(texts.WRONG_KIND.fill(kind=draft.kind), field="kind")
            if draft.kind == "credit":
                draft = below_zero(draft)
            sale = self._find(draft) or self._create(draft)
            if sale.state not in FIRM:
                self._fill(sale, draft)
            return self._conclude(sale, draft)
        except RecordRejected as error:
            target = str(sale.id) if sale is not None and sale.state in FIRM else None
            return Outcome(change.key, target=target, problem=error.problem())

    # -------------------------------------------------------------------------------------------- the sale

    def _find(self, draft: Draft) -> Sale | None:
        """The sale with our reference. Of several (two writers at once), the furthest, else the first; the others, if
        they are drafts still, are cancelled."""
        domain = [["reference", "=", draft.key], ["company", "=", self._client.company]]
        rows = self._client.search_read("sale.sale", domain, SALE)
        if not rows:
            return None
        living = [row for row in rows if row["state"] != "cancelled"]
        if not living:
            message = texts.CANCELLED.fill(
                reference=draft.reference, number=rows[0]["number"] or rows[0]["id"]
            )
            raise RecordRejected(message, field="reference")
        chosen = max(living, key=lambda row: (row["state"] in FIRM, row["state"] == "quotation", -row["id"]))
        doubles = [row["id"] for row in living if row["state"] == "draft" and row is not chosen]
        if doubles:
            self._press("cancel", doubles, draft)
        return _sale(chosen, existed=True)

    def _create(self, draft: Draft) -> Sale:
        head = self._header.head(draft)
        lines = self._lines.prepare(draft, head)  # what is refused here leaves no sale behind
        values = {**self._header.values(draft, head), "lines": [["create", _numbered(lines)]]}
        try:
            created = self._client.create("sale.sale", values)
        except Refused as refused:
            raise _refusal(refused, "create", draft) from refused
        found = self._find(draft)
        if found is None:
            raise AssertionError("a sale was created and cannot be found by its reference")
        found.existed, found.lines = found.id != created, lines
        return found

    # ------------------------------------------------------------------------------------------- the amounts

    def _fill(self, sale: Sale, draft: Draft) -> None:
        """Brings a draft or quotation to the wanted lines, amounts and taxes, and to a quotation."""
        wanted = Amounts.of(draft)
        if sale.state == "quotation" and sale.amounts != wanted:
            self._press("draft", [sale.id], draft)
            self._refresh(sale)
        lines = sale.lines or self._lines.prepare(draft, sale.head)
        if sale.state == "draft":
            if sale.existed:  # from an earlier attempt, or somebody else's: not surely the wanted lines
                self._put(sale, lines, draft)
            if sale.amounts != wanted:
                self._give_up(sale, explanation(draft, sale.amounts, lines, sale.rows))
            self._compare_rates(sale, draft, lines)
            self._press("quote", [sale.id], draft)
            self._refresh(sale)
        if sale.amounts != wanted:  # a module of theirs added something while quoting (shipping, promotions)
            self._press("draft", [sale.id], draft)
            self._give_up(sale, explanation(draft, sale.amounts, lines, sale.rows))
        self._compare_rates(sale, draft, lines)

    def _compare_rates(self, sale: Sale, draft: Draft, lines: Sequence[SaleLine]) -> None:
        told = differing_rates(draft, sale.amounts.tax, lines, sale.rows)
        if told:
            if sale.state == "quotation":
                self._press("draft", [sale.id], draft)
            self._give_up(sale, rates_explanation(draft, told))

    def _put(self, sale: Sale, lines: Sequence[SaleLine], draft: Draft) -> None:
        """Replaces all lines in one request."""
        rows = self._client.search_read("sale.line", [["sale", "=", sale.id]], ("id",))
        commands: list[object] = [["delete", [row["id"] for row in rows]]] if rows else []
        try:
            self._client.write("sale.sale", [sale.id], {"lines": [*commands, ["create", _numbered(lines)]]})
        except Refused as refused:
            raise _refusal(refused, "lines", draft) from refused
        self._refresh(sale)

    def _give_up(self, sale: Sale, message: Message) -> None:
        """A draft that we began ourselves just now is taken away: nobody could use it."""
        if not sale.existed:
            self._client.call("sale.sale", "delete", [sale.id])
        raise RecordRejected(message, field="gross")

    # --------------------------------------------------------------------------------------------- the states

    def _conclude(self, sale: Sale, draft: Draft) -> Outcome:
        """From a quotation with the right amounts to a firm, processed sale, read back."""
        if draft.kind != "quotation" and sale.state == "quotation":
            self._press("confirm", [sale.id], draft)
            self._refresh(sale)
        if sale.amounts != Amounts.of(draft):
            message = texts.ALREADY_FIRM.fill(
                reference=draft.reference,
                number=sale.number,
                found=sale.amounts.told(),
                wanted=Amounts.of(draft).told(),
            )
            raise RecordRejected(message, field="gross")
        if sale.state == "confirmed":
            # Tryton processes confirmed sales by itself; one that stays confirmed waits for its worker, or met an
            # obstacle that Tryton files away (`ir.error`). Asking again tells which.
            try:
                self._client.call("sale.sale", "process", [sale.id])
            except Refused as refused:
                message = texts.NOT_PROCESSED.fill(
                    reference=draft.reference, number=sale.number, sentence=refused.sentence
                )
                raise RecordRejected(message, field="state") from refused
        if draft.kind == "credit":
            try:
                self._credits.post(sale.id, draft.dated)
            except Refused as refused:
                raise _refusal(refused, "post", draft) from refused
        return Outcome(draft.key, target=str(sale.id), existed=sale.existed)

    def _press(self, button: str, ids: list[int], draft: Draft) -> None:
        try:
            self._client.call("sale.sale", button, ids)
        except Refused as refused:
            raise _refusal(refused, button, draft) from refused

    def _refresh(self, sale: Sale) -> None:
        (row,) = self._client.read("sale.sale", [sale.id], SALE)
        now = _sale(row, sale.existed)
        sale.number, sale.state, sale.amounts, sale.rows = now.number, now.state, now.amounts, now.rows


def below_zero(draft: Draft) -> Draft:
    """A credit as Tryton has it: an order of quantities below zero."""
    lines = [
        replace(line, quantity=-line.quantity, net=-line.net, tax=-line.tax)
        if line.kind != "comment"
        else line
        for line in draft.lines
    ]
    return replace(draft, lines=lines, net=-draft.net, tax=-draft.tax, gross=-draft.gross)


def _numbered(lines: Sequence[SaleLine]) -> list[Row]:
    return [{**line.values, "sequence": number} for number, line in enumerate(lines, start=1)]


def _sale(row: Row, existed: bool) -> Sale:
    amounts = Amounts(*(Decimal(row[f"{name}_amount"]) for name in ("untaxed", "tax", "total")))
    party = row["party."]
    head = Head(
        row["company"], row["party"], row["currency"], party["name"] or "", party["customer_tax_rule"]
    )
    lines = [line for line in row["lines."] if line["type"] == "line"]
    return Sale(row["id"], row["number"] or "", row["state"], head, amounts, lines, existed)


def _refusal(refused: Refused, step: str, draft: Draft) -> RecordRejected:
    text: Text = texts.SALE_WARNED if refused.warning else texts.SALE_REFUSED
    french, english = STEPS.get(step, (step, step))
    message = text.fill(reference=draft.reference, step=french, step_en=english, sentence=refused.sentence)
    return RecordRejected(message, field=step)
