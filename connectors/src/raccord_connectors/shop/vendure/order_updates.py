"""What the ERP's follow-up makes of an order in the shop: notes for its staff, fulfilments, cancellation.

The state that comes is absolute, so that the first thing is always to read the order and compare: a note that is there
is not written again, a shipment that has its fulfilment makes no second one, also when we died between making the
fulfilment and calling it shipped. Money goes back only where the update asks for it by name, which somebody decided.
"""

from collections.abc import Iterator, Sequence
from decimal import Decimal

from raccord_connectors.canonical import OrderUpdate, PaperLink, Shipment
from raccord_connectors.contract import Change, Message, Outcome, Problem, RecordRejected, TransientError
from raccord_connectors.shop.vendure import texts
from raccord_connectors.shop.vendure.client import Graph, Json, Refused
from raccord_connectors.shop.vendure.cursors import readable
from raccord_connectors.shop.vendure.fulfilments import Fulfilments, remaining
from raccord_connectors.shop.vendure.giving_back import GivingBack
from raccord_connectors.shop.vendure.installation import Installation
from raccord_connectors.shop.vendure.settings import VendureSettings

ORDER = """query($id: ID!) { order(id: $id) { id code state nextStates
  lines { id quantity orderPlacedQuantity productVariant { id name } }
  payments { id state amount refunds { state total reason } }
  shippingLines { shippingMethod { name } }
  fulfillments { id state nextStates method trackingCode lines { orderLineId quantity } }
  history(options: { take: 1000, filter: { type: { eq: "ORDER_NOTE" } } }) { items { data } } } }"""
NOTE = """mutation($input: AddNoteToOrderInput!) { addNoteToOrder(input: $input) { id } }"""


class OrderUpdates:
    def __init__(self, graph: Graph, installation: Installation, settings: VendureSettings) -> None:
        self._graph = graph
        self._language = installation.language
        self._giving_back = GivingBack(graph, installation)
        self._fulfilments = Fulfilments(graph, installation, settings.fulfillment_handler)

    def write(self, changes: Sequence[Change]) -> Iterator[Outcome]:
        for change in changes:
            try:
                self._apply(change)
                yield Outcome(change.key, change.target)
            except RecordRejected as error:
                yield Outcome(change.key, change.target, problem=error.problem())
            except Refused as refusal:
                yield Outcome(change.key, change.target, problem=_problem(change, refusal))

    def _apply(self, change: Change) -> None:
        record = change.record
        assert isinstance(record, OrderUpdate), "an order is updated from an OrderUpdate"
        order = self._order(change.target or record.key)
        shipments = [_counted(order, shipment) for shipment in record.shipments]
        for note in self._notes(record):
            self._note(order, note)
        for paper in record.papers:
            self._show(order, paper)
        if record.state == "cancelled":
            self._cancel(order)
        else:
            self._giving_back.give_up(order, record.lines)
        # What is invoiced may have left before it was, or after: parcels are told whatever the state beside them.
        if record.state in ("shipped", "partly_shipped") or (record.state == "invoiced" and shipments):
            self._ship(order, record.state, shipments)
        self._giving_back.refund(order, record.refunds)

    def _order(self, key: str) -> Json:
        order: Json | None = self._graph.ask(ORDER, id=key)["order"] if readable([key]) else None
        if order is None:
            raise RecordRejected(
                texts.GONE.fill(what_fr=f"La commande {key}", what_en=f"Order {key}"), field="key"
            )
        return order

    # -------------------------------------------------------------------------------------------------- notes

    def _notes(self, record: OrderUpdate) -> list[Message]:
        notes = []
        if record.erp_document:
            notes.append(texts.NOTE_ACCEPTED.fill(document=record.erp_document))
        if record.state == "preparing":
            notes.append(texts.NOTE_PREPARING.fill())
        invoices = record.invoice_numbers or ([record.invoice_number] if record.invoice_number else [])
        notes += [texts.NOTE_INVOICED.fill(invoice=number) for number in invoices]
        return notes

    def _note(self, order: Json, note: Message) -> None:
        """A private note: the customer hears of it by the platform's own messages."""
        text = note.text(self._language)
        if text in [entry["data"].get("note") for entry in order["history"]["items"]]:
            return
        note_input = {"id": order["id"], "note": text, "isPublic": False}
        self._graph.change(NOTE, input=note_input)
        order["history"]["items"].append({"data": {"note": text}})

    def _show(self, order: Json, paper: PaperLink) -> None:
        """A note that the customer sees with the order, once for each paper: a new link for it is not told again."""
        what = texts.PAPER_KINDS[paper.kind].fill().text(self._language)
        text = texts.NOTE_PAPER.fill(what=what, number=paper.number).text(self._language)
        if any(str(entry["data"].get("note")).startswith(text) for entry in order["history"]["items"]):
            return
        note = f"{text} {paper.url}"
        self._graph.change(NOTE, input={"id": order["id"], "note": note, "isPublic": True})
        order["history"]["items"].append({"data": {"note": note}})

    # ----------------------------------------------------------------------------------------------- shipping

    def _ship(self, order: Json, state: str, shipments: Sequence[tuple[Shipment, dict[str, int]]]) -> None:
        if state == "shipped" and not shipments:
            shipments = [(Shipment(key=order["code"]), {})]
        # The shipment that names its lines comes before the one that takes what remains.
        for shipment, lines in sorted(shipments, key=lambda pair: not pair[1]):
            if not lines and state == "partly_shipped":
                raise RecordRejected(texts.NO_LINES.fill(code=order["code"]), field="shipments")
            held = self._fulfilments.ensure(order, shipment, lines)
            if shipment.tracking and held is not None and held["trackingCode"] != shipment.tracking:
                # Vendure has no way to give a fulfilment its tracking code later.
                carrier = shipment.carrier or held["method"]
                self._note(order, texts.NOTE_TRACKING.fill(carrier=carrier, tracking=shipment.tracking))

    # --------------------------------------------------------------------------------------------- cancelling

    def _cancel(self, order: Json) -> None:
        """What has not left is cancelled, and what had been promised of the stock is free again."""
        if order["state"] == "Cancelled":
            return
        left = remaining(order)
        wanted = {line: quantity for line, quantity in left.items() if quantity}
        whole = all(left[line["id"]] == line["quantity"] for line in order["lines"])
        self._giving_back.cancel(order, wanted, whole=whole)


def _counted(order: Json, shipment: Shipment) -> tuple[Shipment, dict[str, int]]:
    """The shipment's lines in whole units, checked against the order."""
    ordered = {line["id"]: line["quantity"] for line in order["lines"]}
    found: dict[str, int] = {}
    for line, quantity in shipment.lines.items():
        if line not in ordered:
            raise RecordRejected(texts.UNKNOWN_LINE.fill(code=order["code"], line=line), field="shipments")
        if quantity != quantity.to_integral_value() or quantity < 0:
            raise RecordRejected(
                texts.NOT_WHOLE.fill(code=order["code"], quantity=quantity), field="shipments"
            )
        if quantity > Decimal(ordered[line]):
            message = texts.TOO_MUCH.fill(code=order["code"], shipped=quantity, ordered=ordered[line])
            raise RecordRejected(message, field="shipments")
        if quantity:
            found[line] = int(quantity)
    return shipment, found


def _problem(change: Change, refusal: Refused) -> Problem:
    if refusal.code == "INTERNAL_SERVER_ERROR":
        return TransientError(texts.FAULT.fill(words=refusal.words), detail=refusal.code).problem()
    message = texts.ORDER_REFUSED.fill(code=change.key, words=refusal.words)
    return RecordRejected(message, detail=refusal.code).problem()
