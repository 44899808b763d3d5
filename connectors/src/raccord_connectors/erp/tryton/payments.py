"""`payments`: the deposits, payments and refunds that we entered, told by the key that their accounting move begins with.

Tryton pays invoices: a payment is a move that Tryton's own wizard makes on an invoice, its description is ours. A deposit is the
payment of a deposit invoice, a refund the payment of a credit note; ours carry the same key as their reference.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any, Literal

from raccord_connectors.canonical import PaymentEntry, plain
from raccord_connectors.contract import Page
from raccord_connectors.erp.tryton.client import Client, Row

OURS = re.compile(r"\S+-\S*/[^\s/]+")
"""First word of a move's description of ours: see `canonical.payment_key`."""
METHOD = " · "
"""Before the method, last in a description."""
ZERO = Decimal(0)
PAGE = 200
MOVE = (
    "description", "date", "origin", "journal", "lines.debit", "lines.credit", "lines.account", "lines.second_currency",
    "lines.amount_second_currency",
)  # fmt: skip
INVOICE = ("number", "account", "reference", "currency.code", "tax_amount", "sales.reference", "sales.origin")


def reference_of(key: str) -> str:
    """The order's reference, with which the key of a payment begins."""
    return key.rpartition("/")[0]


def label_of(key: str, transaction: str, method: str) -> str:
    """Of a move: it keeps no method, and two methods may share a journal and an account."""
    return f"{key} {transaction}".strip() + f"{METHOD}{method}"


@dataclass
class _Found:
    """What was entered under one key, in one move or several."""

    amount: Decimal = ZERO
    dated: list[date] = field(default_factory=list)
    transaction: str = ""
    method: str = ""
    journal: int = 0
    account: int = 0
    invoices: list[Row] = field(default_factory=list)


class Payments:
    """Reads them."""

    def __init__(self, client: Client) -> None:
        self._client = client

    def pages(self, keys: Sequence[str] | None) -> Iterator[Page]:
        records = self.records(keys)
        for start in range(0, len(records), PAGE):
            yield Page(records=records[start : start + PAGE])
        if not records:
            yield Page()

    def records(self, keys: Sequence[str] | None = None) -> list[PaymentEntry]:
        """All of ours, or those of these keys."""
        moves = [move for move in self._moves(keys) if _ours(move, keys)]
        invoices = self._invoices({number_of(move["origin"]) for move in moves})
        found: dict[str, _Found] = {}
        for move in moves:
            invoice = invoices.get(number_of(move["origin"]))
            if invoice is not None:
                label, _, method = move["description"].partition(METHOD)
                key, _, transaction = label.partition(" ")
                _add(found.setdefault(key, _Found(transaction=transaction, method=method)), move, invoice)
        sales = self._sales(found)
        methods = self._methods() if found else {}
        entries = (_entry(key, one, sales, methods) for key, one in found.items())
        return [entry for entry in entries if entry is not None]

    def _moves(self, keys: Sequence[str] | None) -> list[Row]:
        domain: list[Any] = [["company", "=", self._client.company], ["origin", "like", "account.invoice,%"]]
        if keys is None:
            domain.append(["description", "like", "%/%"])
        else:
            begun = [["description", "like", f"{key} %"] for key in keys]
            domain.append(["OR", ["description", "in", list(keys)], *begun])
        moves = self._client.search_read("account.move", domain, MOVE)
        undone = self._undone([move["id"] for move in moves])
        return [move for move in moves if move["id"] not in undone]

    def _undone(self, ids: Sequence[int]) -> set[int]:
        """Moves that somebody cancelled: Tryton keeps them, and a second one that takes them back."""
        found: set[int] = set()
        for start in range(0, len(ids), PAGE):
            names = [f"account.move,{number}" for number in ids[start : start + PAGE]]
            rows = self._client.search_read("account.move", [["origin", "in", names]], ("origin",))
            found |= {number_of(row["origin"]) for row in rows}
        return found

    def _invoices(self, ids: set[int]) -> dict[int, Row]:
        rows = (
            self._client.search_read("account.invoice", [["id", "in", sorted(ids)]], INVOICE) if ids else []
        )
        return {row["id"]: row for row in rows}

    def _sales(self, keys: Iterable[str]) -> dict[str, Row]:
        """Reference, its spaces as in the keys → the order's sale, for Tryton hangs no deposit on a sale."""
        names = {reference_of(key) for key in keys}
        wanted = sorted(names | {name.replace("_", " ") for name in names})
        domain = [
            ["reference", "in", wanted],
            ["company", "=", self._client.company],
            ["state", "!=", "cancelled"],
        ]
        rows = self._client.search_read("sale.sale", domain, ("reference", "origin")) if wanted else []
        return {row["reference"].replace(" ", "_"): row for row in reversed(rows)}

    def _methods(self) -> dict[tuple[int, int], str]:
        """(journal, account) → name, for payments entered by hand under one of our keys."""
        names: dict[tuple[int, int], str] = {}
        domain = [["company", "=", self._client.company]]
        fields = ("name", "journal", "debit_account", "credit_account")
        for row in self._client.search_read("account.invoice.payment.method", domain, fields):
            for account in (row["debit_account"], row["credit_account"]):
                names.setdefault((row["journal"], account), row["name"])
        return names


def _ours(move: Row, keys: Sequence[str] | None) -> bool:
    key = (move["description"] or "").partition(" ")[0]
    return bool(OURS.fullmatch(key)) and (keys is None or key in keys)


def _add(found: _Found, move: Row, invoice: Row) -> None:
    for line in move["lines."]:
        if line["account"] == invoice["account"]:
            found.amount += _balance(line)
        else:
            found.account = line["account"]
    found.dated.append(move["date"])
    found.journal = move["journal"]
    found.invoices.append(invoice)


def _balance(line: Row) -> Decimal:
    """What came in: in the invoice's currency."""
    if line["second_currency"]:
        return -Decimal(line["amount_second_currency"])
    return Decimal(line["credit"]) - Decimal(line["debit"])


def _entry(
    key: str, found: _Found, sales: Mapping[str, Row], methods: Mapping[tuple[int, int], str]
) -> PaymentEntry | None:
    credit = next((sale for one in found.invoices for sale in one["sales."] if _is_credit(sale)), None)
    sale = sales.get(reference_of(key))
    document = number_of(credit["origin"]) if credit else sale["id"] if sale else 0
    if not document or not found.amount:
        return None
    paper = next((one for one in found.invoices if one["reference"] == key), None)
    kind: Literal["refund", "settlement", "deposit", "deposit_invoice"] = "settlement"
    if found.amount < 0:
        kind = "refund"
    elif paper is not None:
        kind = "deposit_invoice" if paper["tax_amount"] else "deposit"
    return PaymentEntry(
        key=key,
        document=str(document),
        kind=kind,
        amount=plain(abs(found.amount)),
        currency=found.invoices[0]["currency."]["code"],
        method=found.method or methods.get((found.journal, found.account), ""),
        dated=min(found.dated),
        transaction=found.transaction,
        credit=str(credit["id"]) if credit else None,
        invoice=(paper["number"] or "") if paper is not None else "",
    )


def _is_credit(sale: Row) -> bool:
    return (sale["origin"] or "").startswith("sale.sale,")


def number_of(reference: str | None) -> int:
    """The id in a reference of Tryton ("account.invoice,12"); 0 without one."""
    number = (reference or "").partition(",")[2]
    return int(number) if number.isdigit() else 0
