"""The books of a Tryton, as its accountant sees them: read by the merchant's own session, not by the connector."""

from collections import Counter
from decimal import Decimal
from typing import Any

from support.tryton_merchant import Merchant

ZERO = Decimal(0)


class Ledger:
    """Of one customer's business. All moves of the company must balance, whoever made them."""

    def __init__(self, merchant: Merchant, customer: str) -> None:
        self._merchant = merchant
        self._customer = customer

    def demand_balance(self) -> None:
        """Each move, and so the whole."""
        sums: Counter[int] = Counter()
        for line in self._lines():
            sums[line["move"]] += line["debit"] - line["credit"]
        assert {} == {move: left for move, left in sums.items() if left}

    def balances(self) -> dict[str, Decimal]:
        """First three or four digits of an account → debit less credit, of all moves that concern this customer's invoices."""
        moves = {
            line["move"] for line in self._lines() if (line["party."] or {}).get("code") == self._customer
        }
        found: dict[str, Decimal] = {}
        for line in self._lines():
            if line["move"] in moves:
                code = line["account."]["code"]
                name = code[:4] if code.startswith("41") else code[:3]
                found[name] = found.get(name, ZERO) + line["debit"] - line["credit"]
        return {name: amount for name, amount in found.items() if amount}

    def receivable(self) -> Decimal:
        """What the customer owes, by Tryton's own word."""
        fields = ["receivable"]
        return Decimal(
            self._merchant.one("party.party", ["code", "=", self._customer], fields=fields)["receivable"]
        )

    def open_lines(self) -> int:
        """Lines of the customer's account that are not reconciled."""
        return sum(
            1
            for line in self._lines()
            if (line["party."] or {}).get("code") == self._customer and line["reconciliation"] is None
        )

    def _lines(self) -> list[dict[str, Any]]:
        fields = ["move", "debit", "credit", "account.code", "party.code", "reconciliation"]
        return self._merchant.find("account.move.line", fields=fields)
