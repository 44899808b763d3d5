"""Orders as `OrderServices` shows them, their progress states with mails and SMS, and the ERP's invoices."""

import base64
import binascii
import time
from collections.abc import Callable
from pathlib import Path

from sandbox.oxatis.replies import INVALID, NOT_FOUND, Refused, listed
from sandbox.oxatis.store import Store
from sandbox.oxatis.times import inside, local, moment
from sandbox.oxatis.trees import Tree, text, truth

SUMMARY = ("OxID", "Date", "NetAmountDue", "PaymentStatusCode", "ProgressStateID")


class Orders:
    def __init__(self, store: Store, folder: Path, clock: Callable[[], float] = time.time) -> None:
        self._store = store
        self._clock = clock
        self._papers = folder / "invoices"
        self._papers.mkdir(parents=True, exist_ok=True)

    # --------------------------------------------------------------------------------------------- by lists

    def ids(self, asked: Tree) -> Tree:
        return listed("OrderList", [{"OxID": one["OxID"]} for one in self._wanted(asked)], asked, "Order")

    def summaries(self, asked: Tree) -> Tree:
        rows = [{name: one.get(name, "") for name in SUMMARY} for one in self._wanted(asked)]
        return listed("OrderSummaryList", rows, asked, "OrderSummary")

    def _wanted(self, asked: Tree) -> list[Tree]:
        """`OrderDate` is taken as the last modification or as the creation, as the option says: the guide and the name
        disagree."""
        field = self._store.option("order_date_means", "Modified")
        status = text(asked, "OrderStatus") or "2"
        payment = text(asked, "PaymentStatusCode")
        return [
            order
            for order in self._store.every("order")
            if inside(order[field], asked, "OrderDate")
            and inside(order["PaymentStatusDate"], asked, "PaymentStatusDate")
            and (status == "2" or bool(text(order, "InvoiceID")) == (status == "1"))
            and payment in ("", order["PaymentStatusCode"])
        ]

    def details(self, asked: Tree) -> Tree:
        found = self.needed(text(asked, "OxID"))
        hidden = ("Modified", "Created", "PaymentStatusDate")
        return {"Order": {name: value for name, value in found.items() if name not in hidden}}

    # -------------------------------------------------------------------------------------------- by writing

    def transport(self, asked: Tree) -> Tree:
        found = self.needed(text(asked, "OxID"))
        if len(text(asked, "TrackingNumber")) > 32 or len(text(asked, "TransportName")) > 30:
            raise Refused(INVALID, "TrackingNumber")
        given = ("TrackingNumber", "TrackingUrl", "TransportName")
        self.save(found, {name: text(asked, name) for name in given if name in asked})
        return {"OxID": found["OxID"]}

    def tracking(self, asked: Tree) -> Tree:
        """`OrderUpdateTracking`: a state, its mail and SMS, and the ERP's invoice."""
        found = self.needed(text(asked, "OrderID") or text(asked, "OrderID/OxID"))
        state = self._state(asked)
        changes: Tree = {}
        if truth(text(asked, "UpdateOrderProgressState")):
            changes["ProgressStateID"] = state["OxID"]
        if text(asked, "InvoiceID"):
            changes |= self._invoice(found, asked)
        with self._store.write():
            self.save(found, changes)
            code, now = text(state, "Code"), local(self._clock())
            self._store.add(
                "state_log",
                found["OxID"],
                {"OrderID": found["OxID"], "ProgressStateID": state["OxID"], "Date": now},
            )
            for flag, medium in (("SendEmail", "e-mail"), ("SendSMS", "SMS")):
                if truth(text(asked, flag)):
                    told = {"Medium": medium, "Order": found["OxID"], "State": code, "Date": now}
                    self._store.add(
                        "told", found["OxID"], {**told, "Tracking": text(found, "TrackingNumber")}
                    )
        return {"OxID": found["OxID"]}

    def _state(self, asked: Tree) -> Tree:
        number, code = text(asked, "ProgressStateID"), text(asked, "ProgressStateMnemonicName")
        found = (
            self._store.get("state", int(number))
            if number.isdigit()
            else self._store.by_natural("state", code)
        )
        if found is None:
            raise Refused(NOT_FOUND, "ProgressState inconnu")
        return found

    def _invoice(self, order: Tree, asked: Tree) -> Tree:
        if len(text(asked, "InvoiceID")) > 25 or len(text(asked, "InvoiceFileName")) > 50:
            raise Refused(INVALID, "InvoiceID")
        try:
            content = base64.b64decode(text(asked, "Invoice/StrBytes"), validate=True)
        except binascii.Error as error:
            raise Refused(INVALID, "Invoice") from error
        if not content.startswith(b"%PDF"):
            raise Refused(INVALID, "Invoice n’est pas un PDF")
        (self._papers / f"{order['OxID']}.pdf").write_bytes(content)
        return {
            "InvoiceID": text(asked, "InvoiceID"), "InvoiceDate": text(asked, "InvoiceDate"),
            "InvoiceFileName": text(asked, "InvoiceFileName"), "InvoiceURL": f"/client/facture/{order['OxID']}",
        }  # fmt: skip

    def log(self, asked: Tree) -> Tree:
        """`GetUpdatedOrderList`."""
        begin, end = moment(text(asked, "StartDate")), moment(text(asked, "EndDate"), 1e12)
        rows = [one for one in self._store.every("state_log") if begin <= moment(one["Date"]) <= end]
        return listed("OrderProgressStateLogList", rows, asked, "OrderProgressStateLog")

    # ---------------------------------------------------------------------------------------- by the shop

    def needed(self, number: str) -> Tree:
        found = self._store.get("order", int(number)) if number.isdigit() else None
        if found is None:
            raise Refused(NOT_FOUND, "commande introuvable")
        return found

    def save(self, order: Tree, changes: Tree) -> None:
        data = {
            k: v for k, v in {**order, **changes, "Modified": local(self._clock())}.items() if k != "OxID"
        }
        self._store.save(int(order["OxID"]), "", data)

    def set_payment(self, number: int, status: str) -> None:
        """As the bank answers, or the merchant confirms a cheque."""
        self.save(
            self.needed(str(number)), {"PaymentStatusCode": status, "PaymentStatusDate": local(self._clock())}
        )

    def paper(self, number: int) -> bytes | None:
        place = self._papers / f"{number}.pdf"
        return place.read_bytes() if place.exists() else None
