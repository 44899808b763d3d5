"""The rows of one key as one canonical record."""

from collections.abc import Callable, Sequence
from decimal import Decimal
from typing import Any

from raccord_connectors.canonical import (
    Address,
    Axis,
    Category,
    Customer,
    DepotStock,
    Document,
    DocumentLine,
    MediaRef,
    Price,
    PriceSet,
    Product,
    Record,
    Shipment,
    StockLevels,
    Tax,
    Variant,
    plain,
)
from raccord_connectors.contract import Text
from raccord_connectors.kit.definition import texts
from raccord_connectors.kit.definition.fields import CUSTOM, key_field
from raccord_connectors.kit.definition.reading import Cells, RowRejected, place_of, rejected

CENT = Decimal("0.01")
MANY_ROWS = ("prices", "stock", "documents")
"""Streams of which one record has several rows. Elsewhere a second row is a double."""


def group_field(stream: str, cells: Cells) -> str:
    """What rows are put together by: variants stand with their article."""
    if stream == "products":
        return str(cells.fields.get("parent") or cells.key)
    return cells.key


def record_of(stream: str, rows: Sequence[Cells]) -> Record:
    """Raises `RowRejected` for what rows say together and cannot mean."""
    return _MAKERS[stream](rows)


def _category(rows: Sequence[Cells]) -> Category:
    found = _only(rows, "key").fields
    return Category(
        key=found["key"],
        name=found["name"],
        parent=found.get("parent"),
        position=int(found.get("position", 0)),
        active=found.get("active", True),
    )


# ------------------------------------------------------------------------------------------------ articles


def _product(rows: Sequence[Cells]) -> Product:
    own = [row for row in rows if not row.fields.get("parent")]
    parts = [row for row in rows if row.fields.get("parent")]
    _once(parts, "key")
    first = _only(own or rows[:1], "key")
    found = first.fields
    key = found["parent"] if not own else first.key
    weight = found.get("weight_g", None if "weight_kg" not in found else found["weight_kg"] * 1000)
    rate = found.get("tax_rate")
    axes = {str(n): found.get(f"option{n}_name") or _named(parts, n) for n in (1, 2) if _used(parts, n)}
    return Product(
        key=key,
        sku=found.get("sku") or key,
        name=found["name"],
        description=found.get("description", ""),
        summary=found.get("summary", ""),
        family=found.get("family"),
        brand=found.get("brand"),
        ean=None if parts and not own else found.get("ean"),
        mpn=found.get("mpn"),
        unit=found.get("unit"),
        weight_g=None if weight is None else plain(weight),
        tax=None if rate is None else Tax(code=found.get("tax_code") or f"{rate:f}", rate=rate),
        origin_country=found.get("origin_country"),
        customs_code=found.get("customs_code"),
        active=_active(found),
        published=found.get("published", True),
        stock_policy="tracked" if found.get("tracked", True) else "untracked",
        axes=[Axis(number, title) for number, title in axes.items()],
        variants=[_variant(row) for row in parts],
        media=_media(found),
        related=found.get("related", []),
        replaced_by=found.get("replaced_by"),
        custom=_custom(found),
    )


def _variant(row: Cells) -> Variant:
    found = row.fields
    options = {str(number): found[f"option{number}"] for number in (1, 2) if f"option{number}" in found}
    if not options:
        raise _refused(row, texts.NO_OPTION, "option1", key=row.key)
    weight = found.get("weight_g", None if "weight_kg" not in found else found["weight_kg"] * 1000)
    return Variant(
        key=row.key,
        sku=found.get("sku") or row.key,
        options=options,
        ean=found.get("ean"),
        mpn=found.get("mpn"),
        weight_g=None if weight is None else plain(weight),
        active=_active(found),
        media=_media(found),
        custom=_custom(found),
    )


def _used(parts: Sequence[Cells], number: int) -> bool:
    return any(f"option{number}" in part.fields for part in parts)


def _named(parts: Sequence[Cells], number: int) -> str:
    told = (part.fields.get(f"option{number}_name") for part in parts)
    return next(filter(None, told), "Option" if number == 1 else f"Option {number}")


def _active(found: dict[str, Any]) -> bool:
    return bool(found.get("active", True)) and not found.get("asleep", False)


def _media(found: dict[str, Any]) -> list[MediaRef]:
    """Only the file's name: the agent looks in its own folders, whatever path another machine knows. An address stays one."""
    pictures = [MediaRef(name=_file(name)) for name in found.get("pictures", [])]
    return [*pictures, *(MediaRef(name=_file(name), kind="document") for name in found.get("documents", []))]


def _file(name: str) -> str:
    if name[:8].lower().startswith(("http://", "https://")):
        return name
    return name.replace("\\", "/").rpartition("/")[2]


def _custom(found: dict[str, Any]) -> dict[str, Any]:
    return {name.removeprefix(CUSTOM): value for name, value in found.items() if name.startswith(CUSTOM)}


# ---------------------------------------------------------------------------------------- prices and stock


def _prices(rows: Sequence[Cells]) -> PriceSet:
    product = rows[0].fields["product"]
    prices = []
    for row in rows:
        found = row.fields
        for name in ("net", "gross"):
            if name in found:
                prices.append(
                    Price(
                        amount=found[name],
                        tax_included=name == "gross",
                        currency=found.get("currency", "EUR"),
                        category=found.get("category"),
                        customer=found.get("customer"),
                        minimum=found.get("minimum") or Decimal(1),
                        discount_percent=found.get("discount_percent"),
                        starts=found.get("starts"),
                        ends=found.get("ends"),
                    )
                )
                break  # the net one is believed where a row has both: a rounded gross price may disagree
    purchase = next((row.fields["purchase"] for row in rows if "purchase" in row.fields), None)
    return PriceSet(key=product, product=product, prices=prices, purchase=purchase)


def _stock(rows: Sequence[Cells]) -> StockLevels:
    """An empty quantity is not known, which is not zero."""
    product = rows[0].fields["product"]
    depots: dict[str, DepotStock] = {}
    for row in rows:
        found = row.fields
        depot = found.get("depot", "1")
        if depot in depots:
            raise _refused(
                row, texts.TWICE, "depot", key=f"{product} / {depot}", first=rows[0].spot.row or "?"
            )
        depots[depot] = DepotStock(
            depot=depot, real=found.get("real"), reserved=found.get("reserved"), ordered=found.get("ordered")
        )
    return StockLevels(key=product, product=product, depots=list(depots.values()))


# --------------------------------------------------------------------------------------- customers, documents


def _customer(rows: Sequence[Cells]) -> Customer:
    found = _only(rows, "key").fields
    address = {
        name: found[name] for name in ("line1", "line2", "postal_code", "city", "country") if name in found
    }
    plain_fields = (
        "civility", "first_name", "last_name", "company", "email", "phone", "mobile", "fax", "siret", "vat_number",
        "price_category", "payment_terms", "representative", "category", "discount_percent", "on_account", "credit_limit",
        "outstanding", "blocked", "language", "birthday",
    )  # fmt: skip
    given = {name: found[name] for name in plain_fields if name in found}
    title = found.get("account_title") or found.get("company") or ""
    return Customer(
        key=found["key"],
        account_title=title,
        billing=Address(**address) if address else None,
        active=_active(found),
        custom=_custom(found),
        **given,
    )


def _document(rows: Sequence[Cells]) -> Document:
    """The header is believed from the first row; each row that names an article or a title is a line."""
    row = rows[0]
    found = row.fields
    net, gross = found["net"], found["gross"]
    tax = found.get("tax", plain(gross - net))
    if abs(net + tax - gross) >= CENT:
        raise _refused(row, texts.TOTAL, "gross", key=row.key, net=net, tax=tax, gross=gross)
    kind = found.get("kind", "order")
    lines = [_line(number, each.fields, kind) for number, each in enumerate(rows, start=1) if _is_line(each)]
    invoices = sorted({each.fields["invoice"] for each in rows if "invoice" in each.fields})
    tracking = {
        each.fields["tracking"]: each.fields.get("carrier", "") for each in rows if "tracking" in each.fields
    }
    delivered = {line.item: line.delivered for line in lines if line.item and line.delivered}
    shipped = {} if len(tracking) > 1 else delivered
    return Document(
        key=row.key,
        number=row.key,
        kind=kind,
        dated=found["dated"],
        reference=found.get("reference", ""),
        customer=found.get("customer", ""),
        state=found.get("state", "confirmed"),
        lines=lines,
        shipments=[
            Shipment(key=code, carrier=by, tracking=code, lines=shipped) for code, by in tracking.items()
        ],
        invoices=invoices,
        net=net,
        tax=tax,
        gross=gross,
        paid=found.get("paid", Decimal(0)),
        due=found.get("due"),
        custom=_custom(found),
    )


def _is_line(row: Cells) -> bool:
    return "line.item" in row.fields or "line.title" in row.fields


def _line(number: int, found: dict[str, Any], kind: str) -> DocumentLine:
    quantity = found.get("line.quantity", Decimal(1))
    state = found.get("state", "confirmed")
    all_gone = kind in ("delivery", "invoice") or state in ("delivered", "invoiced")
    delivered = found.get("line.delivered", quantity if all_gone else Decimal(0))
    invoiced = kind == "invoice" or state == "invoiced"
    return DocumentLine(
        key=found.get("line.key", str(number)),
        item=found.get("line.item"),
        title=found.get("line.title", ""),
        quantity=quantity,
        net=found.get("line.net", Decimal(0)),
        rate=found.get("line.rate"),
        stage="invoice" if invoiced else "delivery" if delivered >= quantity > 0 else "order",
        delivered=delivered,
        invoices=[found["invoice"]] if "invoice" in found else [],
    )


# ---------------------------------------------------------------------------------------------------- doubles


def _only(rows: Sequence[Cells], field: str) -> Cells:
    _once(rows, field)
    return rows[0]


def _once(rows: Sequence[Cells], field: str) -> None:
    seen: dict[str, Cells] = {}
    for row in rows:
        if row.key in seen:
            raise _refused(row, texts.TWICE, field, key=row.key, first=seen[row.key].spot.row or "?")
        seen[row.key] = row


def _refused(row: Cells, text: Text, field: str, **values: object) -> RowRejected:
    place = place_of(row.spot)
    told = Text(text.code, text.fr.format(place=place.fr, **values), text.en.format(place=place.en, **values))
    return rejected(told, field=field, key=row.key, row=row.spot.row)


_MAKERS: dict[str, Callable[[Sequence[Cells]], Record]] = {
    "categories": _category,
    "products": _product,
    "prices": _prices,
    "stock": _stock,
    "customers": _customer,
    "documents": _document,
}

__all__ = ["MANY_ROWS", "group_field", "key_field", "record_of"]
