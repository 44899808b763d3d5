"""What the ERP's follow-up makes of an order in the shop: its status, a parcel's tracking, numbers for the staff.

Only status, notes, custom values and refunds that were decided are written. TRAP: an update that carries an address or a
line makes WooCommerce compute all taxes and totals anew.
"""

from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from typing import Any, Literal

import msgspec

from raccord_connectors.canonical import OrderUpdate, PaperLink, Shipment, plain
from raccord_connectors.contract import Change, Message, Outcome, Problem, Text, listed
from raccord_connectors.shop.woocommerce import keys, problems, texts
from raccord_connectors.shop.woocommerce.client import BATCH, Item, Row, ShopClient
from raccord_connectors.shop.woocommerce.facts import Facts
from raccord_connectors.shop.woocommerce.listing_job import meta_of
from raccord_connectors.shop.woocommerce.order_refunds import Refunds
from raccord_connectors.shop.woocommerce.settings import WooCommerceSettings

STATE = "_raccord_state"
DOCUMENT = "_raccord_document"
INVOICE = "_raccord_invoice"
SHIPMENTS = "_raccord_shipments"
"""What the customer was told, as a JSON list: the key of each shipment, and with its tracking number once there was one."""
PAPERS = "_raccord_documents"
"""The customer’s papers, as a JSON list (number, kind, date, url): what was told, and what a theme or plug-in can show."""
CANCELLED = "_raccord_cancelled"
"""Order line → quantity that will not be delivered, as JSON."""
FINAL = ("cancelled", "refunded", "failed", "trash")
TRACKING = "wc-shipment-tracking/v3"
ADVANCED_TRACKING = "wc-ast/v3"


class OrderUpdateWriter:
    def __init__(self, client: ShopClient, facts: Facts, settings: WooCommerceSettings) -> None:
        self._client = client
        self._facts = facts
        self._settings = settings
        self._refunds = Refunds(client, facts)

    def write(self, changes: Sequence[Change]) -> Iterator[Outcome]:
        for start in range(0, len(changes), BATCH):
            yield from self._write(changes[start : start + BATCH])

    def _write(self, changes: Sequence[Change]) -> Iterator[Outcome]:
        """One reading for all, notes and parcels where they are new, then one update for all."""
        wanted = {place: keys.numbers((_target(change),)) for place, change in enumerate(changes)}
        numbers = [number for found in wanted.values() for number in found]
        rows = (
            self._client.by_ids("orders", numbers, status="any", _fields="id,status,meta_data,line_items")
            if numbers
            else []
        )
        orders = {int(row["id"]): row for row in rows}
        outcomes: dict[int, Outcome] = {}
        todo: list[tuple[int, Item]] = []
        for place, change in enumerate(changes):
            record = change.record
            if not isinstance(record, OrderUpdate):
                raise TypeError(f"{change.op} of {change.key} carries no order update")
            order = orders.get(wanted[place][0]) if wanted[place] else None
            if order is None:
                outcomes[place] = _refused(change, texts.ORDER_GONE, field="key")
                continue
            body = self._body(order, record)
            outcomes[place] = Outcome(
                change.key, str(order["id"]), existed=not body and change.op == "create"
            )
            if body:
                self._tell(
                    order, record
                )  # before the status, so that the shop's own mail holds the tracking number
                todo.append((place, Item("update", {"id": order["id"], **body})))
        answers = self._client.batch("orders", [item for _, item in todo]) if todo else []
        for (place, item), answer in zip(todo, answers, strict=True):
            if answer.get("error"):
                outcomes[place] = self._failed(changes[place], item, answer["error"])
        for place, change in enumerate(changes):
            record = change.record
            if isinstance(record, OrderUpdate) and record.refunds and outcomes[place].done:
                problem = self._refunds.make(orders[wanted[place][0]], record.refunds)
                if problem is not None:
                    outcomes[place] = Outcome(change.key, _target(change), problem=problem)
        yield from (outcomes[place] for place in range(len(changes)))

    # -------------------------------------------------------------------------------- what is to be changed

    def _body(self, order: Row, record: OrderUpdate) -> Row:
        """The fields that differ; empty when the order is as the update says."""
        meta: dict[str, str] = {STATE: record.state}
        if record.erp_document:
            meta[DOCUMENT] = record.erp_document
        if record.invoice_number:
            meta[INVOICE] = ", ".join(_invoices(record))
        if record.shipments:
            told = _told(order)
            said = [mark for shipment in record.shipments for mark in _marks(shipment)]
            every = [*told, *(mark for mark in dict.fromkeys(said) if mark not in told)]
            meta[SHIPMENTS] = msgspec.json.encode(every).decode()
        if record.papers:
            meta[PAPERS] = msgspec.json.encode(record.papers).decode()
        given_up = {line: one.cancelled for line, one in record.lines.items() if one.cancelled}
        if given_up:
            meta[CANCELLED] = msgspec.json.encode(given_up).decode()
        differing = [
            {"key": key, "value": value} for key, value in meta.items() if meta_of(order, key) != value
        ]
        status = self._status(order, record)
        body: Row = {"meta_data": differing} if differing else {}
        return {**body, "status": status} if status else body

    def _status(self, order: Row, record: OrderUpdate) -> str:
        """The status to take, empty for none. Never backwards, and what the shop's people ended stays ended. A status
        that they set afterwards is not taken back: it only follows a state that is new."""
        current = str(order["status"])
        wanted = {
            "preparing": self._settings.status_preparing,
            "partly_shipped": self._settings.status_preparing,
            "shipped": self._settings.status_shipped,
            "invoiced": self._settings.status_shipped,
            "cancelled": "cancelled",
        }.get(record.state, "")
        if current in FINAL or current == wanted or meta_of(order, STATE) == record.state:
            return ""
        backwards = current in ("completed", self._settings.status_shipped) and record.state in (
            "preparing",
            "partly_shipped",
        )
        return "" if backwards else wanted

    # -------------------------------------------------------------------------------------- what is told

    def _tell(self, order: Row, record: OrderUpdate) -> None:
        """Notes and parcels that are not there yet. A write that was cut in the middle is repeated: what the order's
        notes already say is not said again."""
        said: list[str] | None = None

        def note(text: Text, *, customer: bool, **values: object) -> None:
            nonlocal said
            number = order["id"]
            if said is None:
                said = [str(row.get("note") or "") for row in self._client.get(f"orders/{number}/notes")]
            sentence = text.fill(**values).text(self._facts.language)
            if not any(sentence in problems.plain_text(earlier) or sentence in earlier for earlier in said):
                body = {"note": sentence, "customer_note": customer, "added_by_user": False}
                self._client.post(f"orders/{number}/notes", body)
                said.append(sentence)

        def shown(event: Literal["shipped", "invoiced", "cancelled"]) -> bool:
            """A note to the customer is mailed by WooCommerce: where they hear of it otherwise, it is for the staff alone."""
            return event not in record.quiet or not self._facts.mails_notes

        if record.erp_document and meta_of(order, DOCUMENT) != record.erp_document:
            note(texts.NOTE_DOCUMENT, customer=False, number=record.erp_document)
        for number in _invoices(record):
            if number not in str(meta_of(order, INVOICE) or "").split(", "):
                note(texts.NOTE_INVOICE, customer=False, number=number)
        told_papers = _told_papers(order)
        for paper in record.papers:
            if paper.number not in told_papers:
                what = texts.PAPER_KINDS[paper.kind].fill().text(self._facts.language)
                note(
                    texts.NOTE_PAPER,
                    customer=shown("invoiced"),
                    what=what,
                    number=paper.number,
                    url=paper.url,
                )
        names = {str(item["id"]): str(item.get("name") or "") for item in order.get("line_items") or []}
        gone = {line: one.cancelled for line, one in record.lines.items() if one.cancelled}
        if gone and meta_of(order, CANCELLED) != msgspec.json.encode(gone).decode():
            note(texts.NOTE_PART_CANCELLED, customer=shown("cancelled"), what=_listed(gone, names))
        told = _told(order)
        for shipment in record.shipments:
            if _marks(shipment)[-1] in told:
                continue
            if record.state == "partly_shipped" and shipment.lines and shipment.key not in told:
                note(texts.NOTE_PART_SHIPPED, customer=shown("shipped"), what=_listed(shipment.lines, names))
            if shipment.tracking and self._track(int(order["id"]), shipment):
                continue
            if shipment.tracking:
                carrier = shipment.carrier or "—"
                note(
                    texts.NOTE_SHIPPED, customer=shown("shipped"), carrier=carrier, tracking=shipment.tracking
                )
            elif record.state != "partly_shipped" or not shipment.lines:
                note(texts.NOTE_SHIPPED_WITHOUT_TRACKING, customer=shown("shipped"))

    def _track(self, order: int, shipment: Shipment) -> bool:
        """Hands the parcel to a tracking plug-in, if the shop has one that we know."""
        space = next((s for s in (TRACKING, ADVANCED_TRACKING) if s in self._facts.namespaces), None)
        if space is None:
            return False
        path = f"wp-json/{space}/orders/{order}/shipment-trackings"
        known: Any = self._client.get(path)
        if any(str(row.get("tracking_number")) == shipment.tracking for row in known):
            return True
        body: Row = {"tracking_number": shipment.tracking}
        if space == TRACKING:
            body |= {
                "custom_tracking_provider": shipment.carrier or "—",
                "custom_tracking_link": shipment.url,
            }
        else:
            body |= {"tracking_provider": shipment.carrier or "—", "status_shipped": 0}
        if shipment.shipped_at:
            body["date_shipped"] = shipment.shipped_at.date().isoformat()
        self._client.post(path, body)
        return True

    def _failed(self, change: Change, item: Item, error: Row) -> Outcome:
        content = item.content if isinstance(item.content, dict) else {}
        if error.get("code") == "rest_invalid_param" and content.get("status"):
            return _refused(change, texts.STATUS_UNKNOWN, field="state", status=content["status"])
        if str(error.get("code")).endswith("_invalid_id"):
            return _refused(change, texts.ORDER_GONE, field="key")
        problem = problems.of_item(error, key=change.key, sku=_target(change), target=_target(change))
        return Outcome(change.key, _target(change), problem=problem)


def _target(change: Change) -> str:
    """The order's key in the shop: the record is keyed by it."""
    return change.target or (change.record.key if change.record is not None else change.key)


def _marks(shipment: Shipment) -> list[str]:
    """A tracking number that comes after its shipment was told is told as well."""
    return [shipment.key, f"{shipment.key} {shipment.tracking}"] if shipment.tracking else [shipment.key]


def _invoices(record: OrderUpdate) -> list[str]:
    return record.invoice_numbers or ([record.invoice_number] if record.invoice_number else [])


def _listed(lines: Mapping[str, Decimal], names: Mapping[str, str]) -> Message:
    """ "2 × Chaise, 1 × Table" """
    return listed(
        texts.PART.fill(quantity=plain(quantity), name=names.get(line) or line)
        for line, quantity in lines.items()
    )


def _told(order: Row) -> list[str]:
    try:
        return msgspec.json.decode(str(meta_of(order, SHIPMENTS) or "[]"), type=list[str])
    except msgspec.DecodeError:  # edited by hand in the shop
        return []


def _told_papers(order: Row) -> set[str]:
    """Their numbers: a new link for the same paper is not told again."""
    try:
        return {
            one.number
            for one in msgspec.json.decode(str(meta_of(order, PAPERS) or "[]"), type=list[PaperLink])
        }
    except msgspec.DecodeError:  # edited by hand in the shop
        return set()


def _refused(change: Change, text: Text, field: str | None = None, **values: object) -> Outcome:
    said = text.fill(number=_target(change), **values)
    return Outcome(change.key, _target(change), problem=Problem("rejected", said, field=field))
