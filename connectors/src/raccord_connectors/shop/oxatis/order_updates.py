"""What the ERP's follow-up makes of an order in the shop: its progress state, its parcel, and the ERP's invoice, which Oxatis
keeps and shows to the customer itself.

TRAP: a progress state that is set again may mail again. So the order is read first, and nothing is set that it has already.
"""

from collections.abc import Iterator, Sequence
from typing import Any
from xml.etree.ElementTree import Element

from raccord_connectors.canonical import OrderUpdate, PaperLink, Shipment
from raccord_connectors.contract import Change, Outcome, Problem, RecordRejected
from raccord_connectors.kit.xml import text_of
from raccord_connectors.shop.oxatis import texts
from raccord_connectors.shop.oxatis.client import OxatisClient, Refusal
from raccord_connectors.shop.oxatis.orders import ORDERS, details
from raccord_connectors.shop.oxatis.settings import OxatisSettings
from raccord_connectors.shop.oxatis.states import States

TRACKING, ADDRESS, CARRIER, INVOICE, FILE = 32, 200, 30, 25, 50
"""Characters that Oxatis takes."""


class OrderUpdateWriter:
    def __init__(self, shop: OxatisClient, settings: OxatisSettings, states: States) -> None:
        self._shop = shop
        self._settings = settings
        self._states = states

    def write(self, changes: Sequence[Change]) -> Iterator[Outcome]:
        for change in changes:
            record = change.record
            if not isinstance(record, OrderUpdate):
                raise TypeError(f"{change.op} of {change.key} carries no order update")
            try:
                target = change.target or record.key
                yield Outcome(change.key, target, existed=not self._follow(target, record))
            except RecordRejected as error:
                yield Outcome(change.key, change.target, problem=error.problem())
            except Refusal as refusal:
                said = texts.REFUSED.fill(what=change.key, reason=refusal.reason)
                problem = Problem("rejected", said, field="state", detail=refusal.detail)
                yield Outcome(change.key, change.target, problem=problem)

    def _follow(self, target: str, record: OrderUpdate) -> bool:
        """True when something was written."""
        order = details(self._shop, target)
        if order is None:
            raise RecordRejected(texts.ORDER_GONE.fill(target=target), field="key")
        if record.refunds:
            raise RecordRejected(texts.NO_REFUNDS.fill(key=record.key), field="refunds")
        wanted = self._wanted_state(record)
        wrote = self._tell_parcel(
            target, order, record.shipments
        )  # before the state, whose mail then holds it
        content: dict[str, Any] = {}
        if wanted and self._states.code_of(order) != wanted:
            content = {
                "ProgressStateMnemonicName": wanted, "Publish": True, "SendEmail": self._settings.send_email,
                "SendSMS": self._settings.send_sms, "UpdateOrderProgressState": True,
            }  # fmt: skip
        content |= self._invoice(order, record, wanted, told=bool(content))
        if content:
            now = self._shop.local(self._shop.now())
            whole = {"OrderID": target, "Date": now, **content, "CreateInvoice": False}
            self._shop.call(ORDERS, "OrderUpdateTracking", "ProgressState", whole, "orders", repeat=False)
        return wrote or bool(content)

    def _wanted_state(self, record: OrderUpdate) -> str:
        wanted = self._states.wanted(record.state)
        known = [code for code, _ in self._states.codes.values() if code] if wanted else []
        if wanted and wanted not in known:
            said = texts.UNKNOWN_STATE.fill(state=wanted, known=", ".join(known) or "–")
            raise RecordRejected(said, field="state")
        return wanted

    def _tell_parcel(self, target: str, order: Element, shipments: Sequence[Shipment]) -> bool:
        """Oxatis keeps one parcel of an order: the last one that has a number."""
        tracked = [one for one in shipments if one.tracking]
        if not tracked:
            return False
        last = tracked[-1]
        content = {
            "TrackingNumber": last.tracking[:TRACKING], "TransportName": last.carrier[:CARRIER],
            "TrackingUrl": last.url if len(last.url) <= ADDRESS else "",
        }  # fmt: skip
        if all(text_of(order, name) == value for name, value in content.items()):
            return False
        self._shop.call(ORDERS, "OrderUpdateTransportInfo", "Order", {"OxID": target, **content}, "orders")
        return True

    def _invoice(self, order: Element, record: OrderUpdate, wanted: str, *, told: bool) -> dict[str, Any]:
        """The newest one, once: Oxatis keeps one invoice of an order. It goes with the state that the order has anyway, and
        then nobody is told a second time."""
        paper = _newest(record.papers)
        if paper is None or paper.content is None or text_of(order, "InvoiceID") == paper.number[:INVOICE]:
            return {}
        state = wanted or self._states.code_of(order)
        if not state:
            return {}
        quiet = {
            "ProgressStateMnemonicName": state, "Publish": True, "SendEmail": False, "SendSMS": False,
            "UpdateOrderProgressState": False,
        }  # fmt: skip
        return {
            **({} if told else quiet),
            "InvoiceID": paper.number[:INVOICE],
            "InvoiceDate": paper.dated,
            "InvoiceFileName": file_name(paper.number),
            "Invoice": {"StrBytes": paper.content},
        }


def _newest(papers: Sequence[PaperLink]) -> PaperLink | None:
    """Papers come oldest first."""
    return next((paper for paper in reversed(papers) if paper.kind == "invoice"), None)


def file_name(number: str) -> str:
    plain = "".join(
        letter if letter.isascii() and (letter.isalnum() or letter in "-_") else "-" for letter in number
    )
    return f"{plain[: FILE - 4]}.pdf"
