"""The credit note that Tryton makes of a sale below zero: dated and posted, so that its number exists and it can be paid out."""

from datetime import date

from raccord_connectors.erp.tryton.client import Client


class CreditNotes:
    def __init__(self, client: Client) -> None:
        self._client = client

    def post(self, sale: int, dated: date) -> None:
        """Nothing to do where they are posted already. Raises `Refused` (a closed period, a missing right)."""
        rows = self._client.search_read(
            "account.invoice", [["sales", "=", sale], ["state", "in", ["draft", "validated"]]], ("id",)
        )
        ids = [row["id"] for row in rows]
        if ids:
            self._client.write("account.invoice", ids, {"invoice_date": dated})
            self._client.call("account.invoice", "post", ids)
