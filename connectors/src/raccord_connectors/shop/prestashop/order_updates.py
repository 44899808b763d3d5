"""What the ERP's follow-up makes of an order in the shop: its state, a parcel's tracking number, words for staff and customer.

TRAPS: a state is changed by a new line of the order's history, never by saving the order; twice the same state makes two lines.
Nothing of an order is paid back through the webservice.
"""

import html
import secrets
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from raccord_connectors.canonical import OrderUpdate, plain
from raccord_connectors.contract import (
    Change,
    Message,
    Outcome,
    Problem,
    RecordRejected,
    Text,
    TransientError,
    listed,
)
from raccord_connectors.shop.prestashop import keys, texts
from raccord_connectors.shop.prestashop.client import Webservice
from raccord_connectors.shop.prestashop.facts import Facts
from raccord_connectors.shop.prestashop.refusals import Refused
from raccord_connectors.shop.prestashop.rows import Row, number
from raccord_connectors.shop.prestashop.settings import PrestaShopSettings

BATCH = 20
ORDER = "[id,id_customer,id_lang,id_shop,current_state,reference]"
PURPOSES = {
    "preparing": "PREPARATION", "partly_shipped": "PREPARATION", "shipped": "SHIPPING", "invoiced": "SHIPPING",
    "cancelled": "CANCELED",
}  # fmt: skip
STAFF = "1"
"""Employee in whose name messages are written: PrestaShop's first one. Without one they would be the customer's."""
LEAVE = "-"


@dataclass
class _Held:
    """An order as the shop has it."""

    row: Row
    states: set[str] = field(default_factory=set)
    """All that it was ever in."""
    carriers: list[Row] = field(default_factory=list)
    thread: int = 0
    said: list[str] = field(default_factory=list)


class OrderUpdateWriter:
    def __init__(self, client: Webservice, facts: Facts, settings: PrestaShopSettings) -> None:
        self._client = client
        self._facts = facts
        self._settings = settings

    def write(self, changes: Sequence[Change]) -> Iterator[Outcome]:
        for start in range(0, len(changes), BATCH):
            part = changes[start : start + BATCH]
            held = self._held([target for change in part for target in keys.numbers((_target(change),))])
            for change in part:
                yield self._write(change, held)

    def _held(self, numbers: Sequence[int]) -> dict[int, _Held]:
        if not numbers:
            return {}
        by = self._client.by
        found = {number(row): _Held(row) for row in by("orders", "id", numbers, display=ORDER)}
        for row in by("order_histories", "id_order", found, display="[id,id_order,id_order_state]"):
            found[int(row["id_order"])].states.add(row["id_order_state"].strip())
        for row in sorted(by("order_carriers", "id_order", found), key=number):
            found[int(row["id_order"])].carriers.append(row)
        owner: dict[str, int] = {}
        for row in sorted(by("customer_threads", "id_order", found, display="[id,id_order]"), key=number):
            order = int(row["id_order"])
            owner[str(number(row))] = order
            found[order].thread = found[order].thread or number(row)
        for row in by("customer_messages", "id_customer_thread", owner) if owner else ():
            found[owner[row["id_customer_thread"].strip()]].said.append(html.unescape(row["message"]))
        return found

    def _write(self, change: Change, held: Mapping[int, _Held]) -> Outcome:
        record, target = change.record, _target(change)
        if not isinstance(record, OrderUpdate):
            raise TypeError(f"{change.op} of {change.key} carries no order update")
        order = next((held[one] for one in keys.numbers((target,)) if one in held), None)
        if order is None:
            said = texts.ORDER_GONE.fill(number=target)
            return Outcome(change.key, target, problem=Problem("rejected", said, field="key"))
        try:
            # The number before the state, so that the shop's own mail holds it.
            self._track(order, record)
            self._tell(order, record)
            self._move(order, record)
        except RecordRejected as refused:
            return Outcome(change.key, target, problem=refused.problem())
        except Refused as refusal:
            return Outcome(change.key, target, problem=_problem(target, refusal))
        return Outcome(change.key, target, problem=_of_refunds(order, record))

    # ---------------------------------------------------------------------------------------------- its state

    def _move(self, order: _Held, record: OrderUpdate) -> None:
        """Each state is entered once: what the shop's people made of the order afterwards is not taken back."""
        wanted = self._state(record)
        current = order.row["current_state"].strip()
        if not wanted or wanted == current or wanted in order.states or self._is_past(current, wanted):
            return
        line = {"id_order": str(number(order.row)), "id_order_state": wanted}
        self._client.create("order_histories", [line], mail=self._settings.shop_mails)
        order.states.add(wanted)

    def _state(self, record: OrderUpdate) -> str:
        purpose = PURPOSES.get(record.state)
        if purpose is None:
            return ""
        chosen = {
            "PREPARATION": self._settings.state_preparing,
            "SHIPPING": self._settings.state_shipped,
        }.get(purpose, "")
        if chosen.strip() == LEAVE:
            return ""
        return chosen.strip() or self._facts.state_for(purpose)

    def _is_past(self, current: str, wanted: str) -> bool:
        """Ended, or further on than what is wanted."""
        if current in {self._facts.state_for(name) for name in ("CANCELED", "REFUND", "ERROR")}:
            return True
        now, then = self._facts.states.get(current), self._facts.states.get(wanted)
        delivered = current == self._facts.state_for("DELIVERED")
        shipped = now is not None and now.shipped
        return wanted != self._facts.state_for("CANCELED") and (
            delivered or (shipped and not (then is not None and then.shipped))
        )

    # -------------------------------------------------------------------------------------------- its parcels

    def _track(self, order: _Held, record: OrderUpdate) -> None:
        """The shop has one place for a number, in a few shops more: the first parcels take them, the others are told."""
        parcels = [shipment for shipment in record.shipments if shipment.tracking]
        for parcel, row in zip(parcels, order.carriers, strict=False):
            if row["tracking_number"].strip() == parcel.tracking:
                continue
            refused = self._client.update_each(
                "order_carriers",
                [(number(row), {"tracking_number": parcel.tracking})],
                mail=self._settings.shop_mails,
            )
            for refusal in refused.values():
                if refusal.code == 46:
                    continue  # saved; the mail about it failed
                said = texts.TRACKING_REFUSED.fill(tracking=parcel.tracking, number=order.row["reference"])
                raise RecordRejected(said, field="shipments", detail=str(refusal))

    # ------------------------------------------------------------------------------------------- what is told

    def _tell(self, order: _Held, record: OrderUpdate) -> None:
        if record.erp_document:
            self._note(order, texts.NOTE_DOCUMENT, private=True, number=record.erp_document)
        numbers = record.invoice_numbers or ([record.invoice_number] if record.invoice_number else [])
        for invoice in numbers:
            self._note(order, texts.NOTE_INVOICE, private=True, number=invoice)
        language = self._language(order)
        names = self._names(order, record)
        for parcel in [one for one in record.shipments if one.tracking][len(order.carriers) :]:
            self._note(order, texts.NOTE_PARCEL, carrier=parcel.carrier or "—", tracking=parcel.tracking)
        if record.state == "partly_shipped":
            for shipment in record.shipments:
                if shipment.lines:
                    self._note(order, texts.NOTE_PART_SHIPPED, what=_listed(shipment.lines, names))
        gone = {line: one.cancelled for line, one in record.lines.items() if one.cancelled}
        if gone:
            self._note(order, texts.NOTE_PART_CANCELLED, what=_listed(gone, names))
        for paper in record.papers:
            what = texts.PAPER_KINDS[paper.kind].fill().text(language)
            # A new address of the same paper is not told again.
            if not any(
                f"{what} n° {paper.number} " in said or f"{what} {paper.number} " in said
                for said in order.said
            ):
                self._note(order, texts.NOTE_PAPER, what=what, number=paper.number, url=paper.url)

    def _note(self, order: _Held, text: Text, *, private: bool = False, **values: object) -> None:
        """Once: what the order's messages say already is not said again."""
        language = self._facts.language if private else self._language(order)
        sentence = text.fill(**values).text(language)
        if any(sentence in said for said in order.said):
            return
        order.thread = order.thread or self._thread(order)
        self._client.create("customer_messages", [{
            "id_employee": STAFF, "id_customer_thread": str(order.thread), "message": sentence,
            "private": "1" if private else "0", "read": "1",
        }])  # fmt: skip
        order.said.append(sentence)

    def _thread(self, order: _Held) -> int:
        customer = order.row["id_customer"].strip()
        rows = self._client.by("customers", "id", [customer], display="[id,email]")
        (made,) = self._client.create("customer_threads", [{
            "id_lang": order.row["id_lang"].strip(), "id_shop": order.row["id_shop"].strip() or "1", "id_customer": customer,
            "id_order": str(number(order.row)), "id_contact": "0", "token": secrets.token_hex(6), "status": "open",
            "email": rows[0]["email"].strip() if rows else "",
        }])  # fmt: skip
        return number(made)

    def _language(self, order: _Held) -> str:
        return self._facts.languages.get(order.row["id_lang"].strip(), self._facts.language)

    def _names(self, order: _Held, record: OrderUpdate) -> Mapping[str, str]:
        """Line → what it is, where lines are spoken of."""
        if not record.lines and not any(shipment.lines for shipment in record.shipments):
            return {}
        rows = self._client.by(
            "order_details", "id_order", [number(order.row)], display="[id,id_order,product_name]"
        )
        found: dict[str, str] = defaultdict(str)
        return found | {str(number(row)): row["product_name"].strip() for row in rows}


def _of_refunds(order: _Held, record: OrderUpdate) -> Problem | None:
    if not record.refunds:
        return None
    amount = sum((wish.amount for wish in record.refunds), Decimal(0))
    said = texts.REFUND_BY_HAND.fill(amount=plain(amount), number=order.row["reference"].strip())
    return Problem("rejected", said, field="refunds")


def _problem(target: str, refusal: Refused) -> Problem:
    if refusal.status >= 500:
        return TransientError(
            texts.FAULT.fill(name=target, words=refusal.words), detail=str(refusal)
        ).problem()
    return RecordRejected(
        texts.REFUSED.fill(name=target, words=refusal.words), field="state", detail=str(refusal)
    ).problem()


def _target(change: Change) -> str:
    """The order's key in the shop: the record is keyed by it."""
    return change.target or (change.record.key if change.record is not None else change.key)


def _listed(lines: Mapping[str, Decimal], names: Mapping[str, str]) -> Message:
    """ "2 × Chaise, 1 × Table" """
    return listed(
        texts.PART.fill(quantity=plain(quantity), name=names.get(line) or line)
        for line, quantity in lines.items()
    )
