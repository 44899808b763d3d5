"""Enters payments, deposits and refunds: found or made, paid by Tryton's own wizard, each once under its key.

Money goes to what is due first: the posted invoices of the order, the oldest first. Only what is left of a deposit becomes a
deposit invoice, and only when the order's invoice is there to take it off. Every step is one request that Tryton commits as a
whole, and begins by looking at what is there; so after a crash the same entry goes on where it stopped.
"""

from collections.abc import Sequence
from decimal import Decimal

from msgspec.structs import replace

from raccord_connectors.canonical import PaymentEntry, plain
from raccord_connectors.contract import Change, Outcome, RecordRejected
from raccord_connectors.erp.tryton import payment_texts as texts
from raccord_connectors.erp.tryton.amounts import cents
from raccord_connectors.erp.tryton.answers import Refused
from raccord_connectors.erp.tryton.client import Client, Row
from raccord_connectors.erp.tryton.deposit_parts import given_back, parts
from raccord_connectors.erp.tryton.deposits import PAPER, Deposits, left_of, rate_of
from raccord_connectors.erp.tryton.keys import record_ids
from raccord_connectors.erp.tryton.payments import OURS, Payments, label_of, reference_of
from raccord_connectors.erp.tryton.remembered import Remembered
from raccord_connectors.erp.tryton.settings import TrytonSettings

KINDS = ("deposit", "deposit_invoice", "settlement", "refund")
SALE = (
    "number",
    "reference",
    "state",
    "party",
    "party.code",
    "currency",
    "currency.code",
    "invoice_address",
    "origin",
)
DRAFT = ("draft", "validated")
ZERO = Decimal(0)


class PaymentEntries:
    def __init__(self, client: Client, settings: TrytonSettings) -> None:
        self._client = client
        self._settings = settings
        self._payments = Payments(client)
        self._deposits = Deposits(client, settings)
        self._methods: Remembered[list[Row]] = Remembered()

    def write(self, change: Change) -> Outcome:
        entry = change.record
        assert isinstance(entry, PaymentEntry)
        entry = replace(
            entry, amount=plain(entry.amount)
        )  # Tryton counts zeros as decimals, and refuses a third
        try:
            return self._enter(entry)
        except RecordRejected as error:
            return Outcome(change.key, problem=error.problem())
        except Refused as refused:
            text = texts.PAYMENT_WARNED if refused.warning else texts.PAYMENT_REFUSED
            message = text.fill(key=entry.key, sentence=refused.sentence)
            return Outcome(change.key, problem=RecordRejected(message, field="payment").problem())

    def _enter(self, entry: PaymentEntry) -> Outcome:
        if entry.amount <= 0:
            raise RecordRejected(texts.NO_AMOUNT.fill(key=entry.key, amount=entry.amount), field="amount")
        sale = self._sale(entry)
        known = self._payments.records([entry.key])
        done = known[0].amount if known else ZERO
        if done < entry.amount:
            if entry.kind == "refund":
                self._give_back(entry, sale, entry.amount - done)
            else:
                self._take(entry, sale, entry.amount - done)
        if entry.kind != "settlement" and entry.credit is None:
            self._take_off(sale, reference_of(entry.key))
        return Outcome(entry.key, target=entry.key, existed=done >= entry.amount)

    # ------------------------------------------------------------------------------------------ what is there

    def _sale(self, entry: PaymentEntry) -> Row:
        ids = record_ids([entry.document])
        domain = [["id", "in", ids], ["company", "=", self._client.company]]
        rows = self._client.search_read("sale.sale", domain, SALE) if ids else []
        if not rows or rows[0]["state"] == "cancelled":
            message = texts.UNKNOWN_DOCUMENT.fill(key=entry.key, document=entry.document)
            raise RecordRejected(message, field="document")
        sale = rows[0]
        if not OURS.fullmatch(entry.key) or (sale["reference"] or "").replace(" ", "_") != reference_of(
            entry.key
        ):
            message = texts.OTHER_REFERENCE.fill(
                key=entry.key, number=sale["number"], reference=sale["reference"]
            )
            raise RecordRejected(message, field="key")
        if sale["currency."]["code"] != entry.currency:
            message = texts.OTHER_CURRENCY.fill(
                key=entry.key, currency=entry.currency, number=sale["number"], known=sale["currency."]["code"]
            )
            raise RecordRejected(message, field="currency")
        return sale

    def _invoices(self, sale: int) -> list[Row]:
        domain = [["sales", "=", sale], ["type", "=", "out"], ["state", "in", ["posted", *DRAFT]]]
        return self._client.search_read("account.invoice", domain, PAPER)

    def _method(self, entry: PaymentEntry) -> Row:
        """By its name or id in Tryton, else by the shop's name of it, else the usual one of the settings."""
        domain = [["company", "=", self._client.company]]
        known = self._methods.get(
            "all", lambda: self._client.search_read("account.invoice.payment.method", domain, ("name",))
        )
        for wanted in (entry.method, entry.title, self._settings.payment_method):
            for row in known:
                if wanted and wanted.casefold() in (row["name"].casefold(), str(row["id"])):
                    return row
        message = texts.NO_PAYMENT_METHOD.fill(
            key=entry.key,
            method=entry.title or entry.method,
            known=", ".join(row["name"] for row in known) or "—",
        )
        raise RecordRejected(message, field="method")

    # -------------------------------------------------------------------------------------------- money comes

    def _take(self, entry: PaymentEntry, sale: Row, rest: Decimal) -> None:
        """Works out where the money goes before anything is written."""
        method = self._method(entry)
        invoices = self._invoices(sale["id"])
        papers = self._deposits.papers(sale["party"], reference_of(entry.key))
        mine = next((row for row in papers if row["reference"] == entry.key), None)
        if mine is not None and mine["state"] != "paid":
            self._pay(self._posted(mine), mine["amount_to_pay"] or mine["total_amount"], entry, method)
            return
        shares: list[tuple[Row, Decimal]] = []
        for invoice in invoices:
            if invoice["state"] == "posted" and invoice["amount_to_pay"] > 0 and rest:
                shares.append((invoice, min(rest, invoice["amount_to_pay"])))
                rest -= shares[-1][1]
        draft = None
        if rest:
            draft = self._taker(entry, sale, invoices, rest)
        for invoice, share in shares:
            self._pay(invoice, share, entry, method)
        if draft is not None:
            made = self._deposit(entry, sale, rest, draft, papers)
            self._pay(self._posted(made), rest, entry, method)

    def _taker(self, entry: PaymentEntry, sale: Row, invoices: Sequence[Row], rest: Decimal) -> Row:
        """The draft of the final invoice that has room for a deposit of `rest`."""
        drafts = [row for row in invoices if row["state"] in DRAFT]
        if entry.kind == "settlement" or (not drafts and sale["state"] == "done"):
            message = texts.MORE_THAN_DUE.fill(
                key=entry.key, amount=entry.amount, number=sale["number"], due=entry.amount - rest
            )
            raise RecordRejected(message, field="amount")
        if not drafts:
            raise RecordRejected(
                texts.NOT_INVOICED_YET.fill(key=entry.key, number=sale["number"]), field="document"
            )
        draft = next((row for row in drafts if row["total_amount"] >= rest), None)
        if draft is None:
            due = entry.amount - rest + max(row["total_amount"] for row in drafts)
            message = texts.MORE_THAN_DUE.fill(
                key=entry.key, amount=entry.amount, number=sale["number"], due=due
            )
            raise RecordRejected(message, field="amount")
        return draft

    def _deposit(
        self, entry: PaymentEntry, sale: Row, amount: Decimal, draft: Row, papers: Sequence[Row]
    ) -> Row:
        today = self._client.today()
        taxes: dict[Decimal, list[int]] = {}
        for line in draft["lines."]:
            rate = rate_of(line["taxes."], today)
            if rate and line["taxes"] and line["amount"] > 0:
                taxes.setdefault(rate, list(line["taxes"]))
        told = entry.taxes if entry.kind == "deposit_invoice" and amount == entry.amount else []
        for one in told:
            if one.rate and one.rate not in taxes:
                message = texts.NO_SUCH_RATE.fill(key=entry.key, rate=one.rate, number=sale["number"])
                raise RecordRejected(message, field="taxes")
        before: dict[Decimal, tuple[Decimal, Decimal]] = {}
        for left in left_of(papers, {draft["id"]}, paid=False, today=today):
            base = before.get(left.rate, (ZERO, ZERO))[0] + left.amount
            before[left.rate] = (base, _tax(base, left.rate))
        title = self._title("Acompte", "Deposit", entry)
        found = parts(amount, told, before)
        lines = self._deposits.lines_of(found, self._deposits.account(), taxes, title)
        return self._paper(entry, sale, lines, title, amount)

    def _paper(self, entry: PaymentEntry, sale: Row, lines: Sequence[Row], title: str, total: Decimal) -> Row:
        made = self._deposits.make(sale, entry.key, entry.dated, lines, title)
        if made["total_amount"] != total:
            self._client.call("account.invoice", "delete", [made["id"]])
            message = texts.DEPOSIT_DIFFERS.fill(key=entry.key, wanted=total, found=made["total_amount"])
            raise RecordRejected(message, field="amount")
        return made

    # ------------------------------------------------------------------------------------------ money goes back

    def _give_back(self, entry: PaymentEntry, sale: Row, rest: Decimal) -> None:
        method = self._method(entry)
        if entry.credit is not None:
            self._pay_out(entry, rest, method)
            return
        papers = self._deposits.papers(sale["party"], reference_of(entry.key))
        mine = next((row for row in papers if row["reference"] == entry.key), None)
        if mine is None:
            mine = self._credit_deposits(entry, sale, papers, rest)
        self._pay(self._posted(mine), mine["amount_to_pay"] or mine["total_amount"], entry, method)

    def _pay_out(self, entry: PaymentEntry, rest: Decimal, method: Row) -> None:
        ids = record_ids([str(entry.credit)])
        invoices = self._invoices(ids[0]) if ids else []
        open_ = [row for row in invoices if row["state"] == "posted" and row["amount_to_pay"] < 0]
        left = -sum((row["amount_to_pay"] for row in open_), ZERO)
        if rest > left:
            message = texts.MORE_THAN_CREDIT.fill(key=entry.key, amount=entry.amount, left=left)
            raise RecordRejected(message, field="credit" if not open_ else "amount")
        for invoice in open_:
            share = min(rest, -invoice["amount_to_pay"])
            if share:
                self._pay(invoice, -share, entry, method)
                rest -= share

    def _credit_deposits(self, entry: PaymentEntry, sale: Row, papers: Sequence[Row], amount: Decimal) -> Row:
        """Before the final invoice, what is given back is a deposit."""
        drafts = {row["id"] for row in self._invoices(sale["id"]) if row["state"] in DRAFT}
        left = left_of(papers, drafts, paid=True, today=self._client.today())
        bases: dict[Decimal, Decimal] = {}
        for one in left:
            bases[one.rate] = bases.get(one.rate, ZERO) + one.amount
        known = {rate: (base, _tax(base, rate)) for rate, base in bases.items() if base}
        whole = sum((base + tax for base, tax in known.values()), ZERO)
        if amount > whole:
            text = texts.NEEDS_CREDIT if not whole else texts.MORE_THAN_DEPOSITS
            message = text.fill(key=entry.key, amount=entry.amount, number=sale["number"], left=whole)
            raise RecordRejected(message, field="amount" if whole else "credit")
        title = self._title("Remboursement d’acompte", "Deposit given back", entry)
        lines = self._deposits.credit_lines(given_back(amount, known), left, title)
        return self._paper(entry, sale, lines, title, -amount)

    # ---------------------------------------------------------------------------------------------- the steps

    def _posted(self, invoice: Row) -> Row:
        if invoice["state"] in DRAFT:
            self._client.call("account.invoice", "post", [invoice["id"]])
        return invoice

    def _pay(self, invoice: Row, amount: Decimal, entry: PaymentEntry, method: Row) -> None:
        """Through the wizard *Pay*; below zero money is paid out. What is paid in full is reconciled by it."""
        form: Row = {
            "payee": invoice["party"],
            "payees": [invoice["party"]],
            "amount": amount,
            "currency": invoice["currency"],
            "company": self._client.company,
            "invoice_account": invoice["account"],
            "payment_method": method["id"],
            "date": entry.dated,
            "description": label_of(entry.key, entry.transaction, method["name"]),
        }
        self._client.wizard(
            "account.invoice.pay",
            ("account.invoice", invoice["id"]),
            "choice",
            form,
            then=("pay", {"type": "partial"}),
        )

    def _take_off(self, sale: Row, reference: str) -> None:
        papers = self._deposits.papers(sale["party"], reference)
        if papers:
            drafts = [row for row in self._invoices(sale["id"]) if row["state"] in DRAFT]
            self._deposits.take_off(papers, drafts)

    def _title(self, french: str, english: str, entry: PaymentEntry) -> str:
        word = french if self._settings.language.startswith("fr") else english
        return f"{word} {reference_of(entry.key)}"


def _tax(base: Decimal, rate: Decimal) -> Decimal:
    return cents(base * rate / 100)
