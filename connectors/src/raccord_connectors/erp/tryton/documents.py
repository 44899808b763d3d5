"""Sales and how far they went: one document per `sale.sale`, with its shipments and invoices."""

from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, time
from decimal import Decimal
from typing import Any, Literal

from raccord_connectors.canonical import Document, DocumentLine, Shipment, TaxAmount, plain
from raccord_connectors.canonical.document import Kind
from raccord_connectors.erp.tryton.client import Client, Row
from raccord_connectors.erp.tryton.deposit_money import DepositMoney
from raccord_connectors.erp.tryton.keys import item_key
from raccord_connectors.erp.tryton.lookups import TAX_FIELDS, effective
from raccord_connectors.erp.tryton.reading import Built, Source, digest, stamp_fields
from raccord_connectors.erp.tryton.settings import TrytonSettings

State = Literal["draft", "confirmed", "preparing", "partly_delivered", "delivered", "invoiced", "cancelled"]
PATHS = ("", "lines", "lines.moves")
SHIPMENT = ("lines.moves.shipment", "stock.shipment.out")
INVOICE = "lines.invoice_lines.invoice"
LEFT = ("shipped", "done")
"""States of a shipment that has left the warehouse; its moves are done only with the last."""
FIRM = ("posted", "paid")
ZERO = Decimal(0)


def source(client: Client, settings: TrytonSettings) -> Source:
    base: list[Any] = [["company", "=", client.company]]
    if settings.documents_from is not None:
        # A draft has no date yet.
        base.append(["OR", ["sale_date", ">=", settings.documents_from], ["sale_date", "=", None]])

    # A tracking number may be typed on the package alone, after the shipment has left.
    paths = (*PATHS, "lines.moves.package") if client.has("stock_package") else PATHS

    deposits = DepositMoney(client)

    def build(rows: list[Row]) -> Built:
        today = client.today() if rows else date.min
        deposits.look(rows)
        return Built([_document(row, today, deposits.paid(row)) for row in rows])

    def digests(rows: list[Row]) -> dict[str, bytes]:
        deposits.look(rows)
        return {str(row["id"]): digest([row, deposits.stamps(row)]) for row in rows}

    return Source(
        model="sale.sale",
        base=base,
        stamps=(*paths, SHIPMENT, INVOICE),
        sketch=("party", "reference", *stamp_fields(*paths, "shipments", "invoices")),
        digests=digests,
        fields=lambda: _fields(client),
        build=build,
        more=deposits.changed,
    )


def _fields(client: Client) -> list[str]:
    fields = [
        "number", "reference", "state", "shipment_state", "sale_date", "quotation_date", "create_date", "party",
        "party.code", "origin",
        "currency.code", "untaxed_amount", "tax_amount", "total_amount",
    ]  # fmt: skip
    fields += [f"lines.{name}" for name in ("type", "description", "quantity", "amount", "product.type")]
    fields += ["lines.product.template", "lines.product.template.products"]
    fields += [f"lines.taxes.{name}" for name in TAX_FIELDS]
    fields += [f"lines.taxes.childs.{name}" for name in TAX_FIELDS]
    fields += ["lines.unit.factor", "lines.product.default_uom.factor"]
    fields += ["lines.invoice_lines.quantity"]
    fields += [f"lines.invoice_lines.invoice.{name}" for name in ("state", "number")]
    fields += [f"shipments.{name}" for name in ("number", "state", "effective_date")]
    fields += [f"shipments.outgoing_moves.{name}" for name in ("origin", "internal_quantity", "state")]
    fields += [f"invoices.{name}" for name in ("number", "state", "total_amount", "amount_to_pay")]
    if client.has("stock_shipment_cost"):
        fields.append("shipments.carrier.party.name")
    if client.has("stock_package_shipping"):
        fields += ["shipments.shipping_reference"]
        fields += [f"shipments.root_packages.shipping_{name}" for name in ("reference", "tracking_url")]
    return fields


def _document(row: Row, today: date, deposits: Decimal | None) -> Document:
    """`deposits` is what deposit invoices brought in."""
    items = {
        line["id"]: _item(line) for line in row["lines."] if line["type"] == "line" and line.get("product.")
    }
    sent = _sent(row)
    lines = [_line(line, items, sent, today) for line in row["lines."] if line["type"] == "line"]
    state = _state(row, lines)
    return Document(
        key=str(row["id"]),
        number=row["number"] or "",
        kind=_kind(row, state),
        dated=row["sale_date"] or row["quotation_date"] or row["create_date"].date(),
        reference=row["reference"] or "",
        customer=row["party."]["code"],
        state=state,
        lines=lines,
        shipments=[_shipment(one, items) for one in row["shipments."] if one["state"] in LEFT],
        invoices=[one["number"] for one in row["invoices."] if one["state"] in FIRM and one["number"]],
        currency=row["currency."]["code"],
        net=plain(row["untaxed_amount"]),
        tax=plain(row["tax_amount"]),
        gross=plain(row["total_amount"]),
        taxes=_tax_table(row, lines),
        paid=plain(_paid(row) + (deposits or ZERO)),
        deposits=None if deposits is None else plain(deposits),
        origin=_origin(row),
    )


def _item(line: Row) -> str:
    product = line["product."]
    return item_key(product["template"], product["id"], len(product["template."]["products"]))


def _sent(row: Row) -> dict[int, Decimal]:
    """Sale line → what has left, in the product's default unit. One shipment may serve several sales."""
    sent: dict[int, Decimal] = {}
    for shipment in row["shipments."]:
        for move in shipment["outgoing_moves."]:
            line = _sale_line_of(move)
            if line is not None and (move["state"] == "done" or shipment["state"] in LEFT):
                sent[line] = sent.get(line, ZERO) + Decimal(move["internal_quantity"])
    return sent


def _sale_line_of(move: Row) -> int | None:
    model, _, number = (move["origin"] or "").partition(",")
    return int(number) if model == "sale.line" and number else None


def _line(line: Row, items: Mapping[int, str], sent: Mapping[int, Decimal], today: date) -> DocumentLine:
    quantity = plain(round(Decimal(line["quantity"]) * _factor(line), 6))
    delivered = plain(round(sent.get(line["id"], ZERO), 6))
    arrived = delivered >= quantity or not _movable(line)
    stage: Kind = "order"
    if arrived and _billed(line):
        stage = "invoice"
    elif arrived and _movable(line):
        stage = "delivery"
    return DocumentLine(
        key=str(line["id"]),
        item=items.get(line["id"]),
        title=line["description"] or "",
        quantity=quantity,
        net=plain(line["amount"]),
        rate=_rate(line, today),
        stage=stage,
        delivered=delivered,
        invoiced=plain(round(max(ZERO, _invoiced(line)) * _factor(line), 6)),
        invoices=sorted({invoice["number"] for _, invoice in _firm(line) if invoice["number"]}),
    )


def _factor(line: Row) -> Decimal:
    """From the line's unit to the product's default unit, in which stock and shipments count."""
    unit = line.get("unit.")
    product = line.get("product.")
    if not unit or not product:
        return Decimal(1)
    return Decimal(unit["factor"]) / Decimal(product["default_uom."]["factor"])


def _movable(line: Row) -> bool:
    """Services do not travel, and what comes back (a negative quantity) is no delivery."""
    product = line.get("product.")
    return product is not None and product["type"] in ("goods", "assets") and line["quantity"] > 0


def _billed(line: Row) -> bool:
    return bool(_firm(line)) and _invoiced(line) >= line["quantity"]


def _invoiced(line: Row) -> Decimal:
    """In the line's unit; what a credit note took back is not."""
    return sum((quantity for quantity, _ in _firm(line)), ZERO)


def _firm(line: Row) -> list[tuple[Decimal, Row]]:
    """(quantity, invoice) of the invoices that count."""
    found = [(Decimal(one["quantity"]), one.get("invoice.") or {}) for one in line["invoice_lines."]]
    return [(quantity, invoice) for quantity, invoice in found if invoice.get("state") in FIRM]


def _rate(line: Row, today: date) -> Decimal | None:
    taxes = list(effective(line["taxes."], today))
    if any(tax["type"] != "percentage" for tax in taxes):
        return None
    return plain(sum((tax["rate"] for tax in taxes), ZERO) * 100)


def _state(row: Row, lines: Sequence[DocumentLine]) -> State:
    if row["state"] in ("draft", "quotation"):
        return "draft"
    if row["state"] == "cancelled":
        return "cancelled"
    movable = [line for line, found in zip(lines, _plain_lines(row), strict=True) if _movable(found)]
    all_left = row["shipment_state"] == "sent" or all(line.delivered >= line.quantity for line in movable)
    if row["state"] == "done" or (all_left and lines and all(line.stage == "invoice" for line in lines)):
        return "invoiced"
    if movable and all_left:
        return "delivered"
    if any(line.delivered > 0 for line in movable):
        return "partly_delivered"
    if any(one["state"] in ("assigned", "picked", "packed") for one in row["shipments."]):
        return "preparing"
    return "confirmed"


def _plain_lines(row: Row) -> list[Row]:
    return [line for line in row["lines."] if line["type"] == "line"]


def _kind(row: Row, state: State) -> Kind:
    if row["state"] in ("draft", "quotation"):
        return "quotation"
    if _origin(row) and row["total_amount"] < 0:
        return "credit"
    kinds: dict[State, Kind] = {"delivered": "delivery", "invoiced": "invoice", "preparing": "preparation"}
    return kinds.get(state, "order")


def _shipment(row: Row, items: Mapping[int, str]) -> Shipment:
    quantities: dict[str, Decimal] = {}
    for move in row["outgoing_moves."]:
        item = items.get(_sale_line_of(move) or 0)
        if item is not None and move["state"] != "cancelled":
            quantities[item] = quantities.get(item, ZERO) + Decimal(move["internal_quantity"])
    packages = row.get("root_packages.") or []
    references = [row.get("shipping_reference"), *(one["shipping_reference"] for one in packages)]
    urls = [one["shipping_tracking_url"] for one in packages]
    carrier = ((row.get("carrier.") or {}).get("party.") or {}).get("name") or ""
    sent_on: date | None = row["effective_date"]
    return Shipment(
        key=row["number"] or str(row["id"]),
        carrier=carrier,
        tracking=", ".join(dict.fromkeys(reference for reference in references if reference)),
        url=next((url for url in urls if url), ""),
        lines={item: plain(round(quantity, 6)) for item, quantity in quantities.items()},
        # Tryton knows the day only: noon is the same day in every zone that a French merchant sells to.
        shipped_at=datetime.combine(sent_on, time(12), UTC) if sent_on else None,
    )


def _tax_table(row: Row, lines: Sequence[DocumentLine]) -> list[TaxAmount]:
    """A sale keeps no VAT table: it is told when it follows from the lines without doubt, that is to the cent."""
    bases: dict[Decimal, Decimal] = {}
    for line in lines:
        if line.rate is None:
            return []
        bases[line.rate] = bases.get(line.rate, ZERO) + line.net
    table = {rate: round(base * rate / 100, 2) for rate, base in bases.items()}
    whole: Decimal = row["tax_amount"]
    if len(table) == 1:
        table = dict.fromkeys(table, whole)
    if sum(table.values(), ZERO) != whole:
        return []
    return [TaxAmount(plain(rate), plain(bases[rate]), plain(table[rate])) for rate in sorted(table)]


def _paid(row: Row) -> Decimal:
    paid = (one["total_amount"] - one["amount_to_pay"] for one in row["invoices."] if one["state"] in FIRM)
    return sum(paid, ZERO)


def _origin(row: Row) -> str:
    """Of a return or a credit: the sale that it was made from."""
    model, _, number = (row["origin"] or "").partition(",")
    return number if model == "sale.sale" else ""
