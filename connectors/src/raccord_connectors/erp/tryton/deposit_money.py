"""What the deposit invoices of sales have brought in: they carry the sale's reference, for Tryton hangs none of them on it."""

from collections.abc import Iterable
from datetime import datetime
from decimal import Decimal
from typing import Any

from raccord_connectors.erp.tryton.client import Client, Domain, Row
from raccord_connectors.erp.tryton.payments import reference_of

ZERO = Decimal(0)
FIRM = ["posted", "paid"]
MODULE = "sale_advance_payment"


class DepositMoney:
    """Reads them for a page of sales, which have `party` and `reference`."""

    def __init__(self, client: Client) -> None:
        self._client = client
        self._known: dict[str, list[Row]] = {}

    def look(self, sales: Iterable[Row]) -> None:
        """One request, and none where no sale can have any."""
        self._known = {}
        parties = sorted({sale["party"] for sale in sales if sale["reference"]})
        if parties and self._client.has(MODULE):
            for row in self._papers([["party", "in", parties]]):
                self._known.setdefault(reference_of(row["reference"]), []).append(row)

    def paid(self, sale: Row) -> Decimal | None:
        """Deposits less what was given back of them; None where this Tryton has no deposits."""
        if not self._client.has(MODULE):
            return None
        return sum((row["total_amount"] - row["amount_to_pay"] for row in self._of(sale)), ZERO)

    def stamps(self, sale: Row) -> list[Any]:
        return [[row["id"], row["write_date"], row["create_date"]] for row in self._of(sale)]

    def changed(self, since: datetime) -> Domain:
        """Sales whose deposits changed since then."""
        if not self._client.has(MODULE):
            return []
        stamped = ["OR", ["write_date", ">=", since], ["create_date", ">=", since]]
        references = {reference_of(row["reference"]) for row in self._papers([stamped])}
        wanted = sorted(references | {one.replace("_", " ") for one in references})
        return [["reference", "in", wanted]] if wanted else []

    def _of(self, sale: Row) -> list[Row]:
        return self._known.get((sale["reference"] or "").replace(" ", "_"), [])

    def _papers(self, which: Domain) -> list[Row]:
        domain = [
            ["company", "=", self._client.company],
            ["type", "=", "out"],
            ["state", "in", FIRM],
            ["reference", "like", "%-%/%"],
            *which,
        ]
        fields = ("reference", "total_amount", "amount_to_pay", "write_date", "create_date")
        return self._client.search_read("account.invoice", domain, fields)
