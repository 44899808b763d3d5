"""Deposit invoices, and their credits: made on the account of unearned revenue, taken off the final invoice's draft.

Tryton's module `sale_advance_payment` makes the same two papers by itself, but only from terms that are on a sale before it is
quoted: Tryton closes its advance lines afterwards, and money of a web order comes when it comes. So they are made here one by
one, with the module's own account and with the link by which Tryton knows what was taken off.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from raccord_connectors.canonical import plain
from raccord_connectors.contract import RecordRejected
from raccord_connectors.erp.tryton import payment_texts as texts
from raccord_connectors.erp.tryton.client import Client, Row
from raccord_connectors.erp.tryton.deposit_parts import Parts
from raccord_connectors.erp.tryton.lookups import TAX_FIELDS, effective
from raccord_connectors.erp.tryton.payments import number_of, reference_of
from raccord_connectors.erp.tryton.remembered import Remembered
from raccord_connectors.erp.tryton.settings import TrytonSettings

ZERO = Decimal(0)
LINE = "account.invoice.line"
RECALLED = "advance_payment_recalled_lines"
TAXES = ("lines.taxes", "lines.taxes.childs")
PAPER = (
    "state", "reference", "total_amount", "amount_to_pay", "account", "party", "currency",
    *(f"lines.{name}" for name in ("account", "amount", "origin", "description", "taxes")),
    *(f"{path}.{name}" for path in TAXES for name in TAX_FIELDS),
    *(f"lines.{RECALLED}.{name}" for name in ("amount", "invoice", "invoice.state")),
)  # fmt: skip
"""Of a final invoice as well."""
GONE = ("cancelled",)


class Deposits:
    """Of one sale after another."""

    def __init__(self, client: Client, settings: TrytonSettings) -> None:
        self._client = client
        self._settings = settings
        self._accounts: Remembered[list[Row]] = Remembered()

    def papers(self, party: int, reference: str) -> list[Row]:
        """Deposit invoices and their credits of the order with this reference, as in keys of payments."""
        domain = [
            ["company", "=", self._client.company],
            ["party", "=", party],
            ["type", "=", "out"],
            ["state", "not in", list(GONE)],
            ["reference", "like", f"{reference}/%"],
        ]
        rows = self._client.search_read("account.invoice", domain, PAPER)
        return [row for row in rows if reference_of(row["reference"]) == reference]

    def account(self) -> int:
        """That of the settings, or the only one of unearned revenue."""
        domain: list[Any] = [
            ["company", "=", self._client.company],
            ["closed", "!=", True],
            ["type.unearned_revenue", "=", True],
        ]
        if self._settings.deposit_account:
            domain.append(["code", "=", self._settings.deposit_account])
        rows = self._accounts.get(
            "deposits",
            lambda: self._client.search_read("account.account", domain, ("code",)),
            holds=lambda known: len(known) == 1,
        )
        if len(rows) != 1:
            known = ", ".join(row["code"] or "?" for row in rows) or "—"
            raise RecordRejected(texts.NO_DEPOSIT_ACCOUNT.fill(known=known), field="deposit_account")
        return int(rows[0]["id"])

    def make(self, sale: Row, key: str, dated: date, lines: Sequence[Row], title: str) -> Row:
        """A draft invoice with these lines; the paper as it was read back."""
        start = {"type": "out", "company": self._client.company, "party": sale["party"]}
        proposal = self._client.call("account.invoice", "on_change", start, ["party", "type"], repeat=True)
        values: Row = {
            **start,
            "account": proposal.get("account"),
            "invoice_address": sale["invoice_address"] or proposal.get("invoice_address"),
            "currency": sale["currency"],
            "reference": key,
            "description": title,
            "invoice_date": dated,
            "payment_term": None,
            "lines": [["create", [{"type": "line", "invoice_type": "out", **line} for line in lines]]],
        }
        if proposal.get("journal"):
            values["journal"] = proposal["journal"]
        made = self._client.create("account.invoice", values)
        (row,) = self._client.read("account.invoice", [made], PAPER)
        return row

    def lines_of(
        self, parts: Parts, account: int, taxes: Mapping[Decimal, list[int]], title: str
    ) -> list[Row]:
        return [
            {
                "quantity": 1,
                "account": account,
                "unit_price": base,
                "description": title,
                "taxes": [["add", taxes[rate]]] if taxes.get(rate) else [],
            }
            for rate, (base, _) in sorted(parts.items(), reverse=True)
        ]

    def credit_lines(self, parts: Parts, left: Sequence["Left"], title: str) -> list[Row]:
        """Which deposit lines are given back: the parts of each rate off the lines of that rate, the oldest first. Cents without
        tax that no line has are a line of their own, and one more that the final invoice takes off."""
        rows: list[Row] = []
        for rate, (wanted, _) in sorted(parts.items(), reverse=True):
            mine = [one for one in left if one.rate == rate]
            for number, one in enumerate(mine):
                taken = wanted if number == len(mine) - 1 else min(wanted, one.amount)
                wanted -= taken
                if taken:
                    rows.append(_taken(one.account, taken, one.title, one.taxes, one.line))
            if wanted:
                rows.append(_taken(left[0].account, wanted, title, [], None))
        return rows

    def take_off(self, papers: Sequence[Row], drafts: Sequence[Row]) -> None:
        """Brings the lines that take the deposits off in the final invoice's draft to what is left of the deposits. Nothing to
        do where they say so already, or where no draft is left."""
        if not drafts:
            return
        drafted = {row["id"] for row in drafts}
        kept = {
            number_of(line["origin"]): (draft["id"], line)
            for draft in drafts
            for line in draft["lines."]
            if (line["origin"] or "").startswith(f"{LINE},")
        }
        commands: dict[int, list[Any]] = {}
        for one in left_of(papers, drafted, paid=True):
            here, line = kept.get(one.line, (self._roomy(drafts, one), None))
            if line is not None and -line["amount"] == one.amount:
                continue
            if line is not None:
                commands.setdefault(here, []).append(["delete", [line["id"]]])
            if one.amount:
                recall = _taken(one.account, one.amount, one.title, one.taxes, one.line)
                commands.setdefault(here, []).append(["create", [{"type": "line", **recall}]])
        for draft, wanted in commands.items():
            self._client.write("account.invoice", [draft], {"lines": wanted})

    def _roomy(self, drafts: Sequence[Row], one: "Left") -> int:
        found = next((row for row in drafts if row["total_amount"] >= one.amount), drafts[0])
        return int(found["id"])


@dataclass
class Left:
    """What is left of one line of a deposit invoice."""

    line: int
    account: int
    taxes: list[int]
    title: str
    amount: Decimal
    """Without tax."""
    rate: Decimal = ZERO


def _taken(account: int, amount: Decimal, title: str, taxes: Sequence[int], line: int | None) -> Row:
    """A line that takes something off a line of a deposit: by this origin Tryton knows that it is taken."""
    return {
        "quantity": -1,
        "account": account,
        "unit_price": amount,
        "description": title,
        "origin": None if line is None else f"{LINE},{line}",
        "taxes": [["add", list(taxes)]] if taxes else [],
    }


def left_of(papers: Iterable[Row], drafts: set[int], *, paid: bool, today: date | None = None) -> list[Left]:
    """Line by line; what stands in the final invoice's `drafts` is not taken off yet. With `today`, rates are told."""
    found = []
    for paper in papers:
        if paid and paper["state"] != "paid":
            continue
        for line in paper["lines."]:
            if (line["origin"] or "").startswith(f"{LINE},"):
                continue
            taken = sum(
                (
                    one["amount"]
                    for one in line[f"{RECALLED}."]
                    if one["invoice"] not in drafts and (one.get("invoice.") or {}).get("state") not in GONE
                ),
                ZERO,
            )
            title = line["description"] or paper["reference"]
            left = Left(line["id"], line["account"], list(line["taxes"]), title, line["amount"] + taken)
            if today is not None:
                left.rate = rate_of(line["taxes."], today) or ZERO
            found.append(left)
    return found


def rate_of(taxes: Sequence[Row], today: date) -> Decimal | None:
    """In percent; None when one of them is no percentage."""
    valid = list(effective(taxes, today))
    if any(tax["type"] != "percentage" for tax in valid):
        return None
    return plain(sum((tax["rate"] * 100 for tax in valid), ZERO))
