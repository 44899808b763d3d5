"""What an order says now in the shop, against what was entered in the ERP. Pure.

What the ERP's document says by now as well is no difference any more: the accountant corrected it, or the shop did what the ERP
told it. So the same question asked later, or twice, has the answer of the day.
"""

from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Literal

from msgspec import Struct

from raccord.core.order_progress import Progress
from raccord.core.order_words import carrier_of
from raccord_connectors.canonical import Address, Document, Order, OrderLine
from raccord_connectors.contract import Text

ZERO = Decimal(0)
Field = Literal["quantity", "refunded", "gross", "billing", "delivery", "carrier", "note"]

QUANTITY = Text(
    "order.edit_quantity", "« {name} » : {now} au lieu de {before}", "“{name}”: {now} instead of {before}"
)
REFUNDED = Text(
    "order.edit_refunded",
    "« {name} » : {now} remboursés dans la boutique, mais à livrer dans la gestion",
    "“{name}”: {now} refunded in the shop, yet to be delivered in the ERP",
)
GROSS = Text(
    "order.edit_gross",
    "total taxe comprise : {now} au lieu de {before}",
    "total with tax: {now} instead of {before}",
)
BILLING = Text("order.edit_billing", "adresse de facturation", "billing address")
DELIVERY = Text("order.edit_delivery", "adresse de livraison", "delivery address")
CARRIER = Text(
    "order.edit_carrier", "transporteur : {now} au lieu de {before}", "carrier: {now} instead of {before}"
)
NOTE = Text("order.edit_note", "note de l’acheteur", "note of the buyer")


class Edit(Struct, frozen=True):
    """One difference. `before` and `now` are shown to people: numbers, or an address in one line."""

    field: Field
    before: str
    now: str
    french: str
    english: str


def edits(
    entered: Order,
    now: Order,
    found: Progress | None,
    document: Document | None,
    items: Mapping[str, str],
) -> list[Edit]:
    """`entered`: the order as its document was made from it. `found`: what became of that (None: not known yet). `items`: the
    shop's article → the ERP's."""
    quantities = list(_quantities(entered, now, found, items))
    told = [*quantities, *_refunded(now, found)]
    moved = {line.key: (line.item, line.quantity) for line in entered.lines} != {
        line.key: (line.item, line.quantity) for line in now.lines
    }
    if not moved and entered.gross != now.gross and (document is None or document.gross != now.gross):
        told.append(_edit("gross", GROSS, entered.gross, now.gross))
    told += _addresses(entered, now)
    if carrier_of(entered) != carrier_of(now):
        told.append(_edit("carrier", CARRIER, carrier_of(entered) or "—", carrier_of(now) or "—"))
    if entered.note != now.note:
        told.append(_edit("note", NOTE, entered.note, now.note))
    return told


def words(told: list[Edit]) -> tuple[str, str]:
    """In French and in English."""
    return " ; ".join(one.french for one in told), "; ".join(one.english for one in told)


def _quantities(
    entered: Order, now: Order, found: Progress | None, items: Mapping[str, str]
) -> Iterator[Edit]:
    """Article by article: a shop that replaces a line by a like one changes nothing."""
    before, after, names = _by_article(entered, items), _by_article(now, items), _names(entered, now, items)
    for article in sorted(before.keys() | after.keys()):
        was, wanted = before.get(article, ZERO), after.get(article, ZERO)
        in_erp = found.quantities.get(article, ZERO) if found is not None else None
        if was != wanted and wanted != in_erp:
            yield _edit("quantity", QUANTITY, was, wanted, name=names[article])


def _refunded(now: Order, found: Progress | None) -> Iterator[Edit]:
    """Given back in the shop before it left: the ERP must not deliver it any more."""
    back: dict[str, Decimal] = {}
    for refund in now.refunds:
        for line, quantity in refund.lines.items():
            back[line] = back.get(line, ZERO) + quantity
    names = {line.key: line.name or line.sku or line.item for line in now.lines}
    for one in found.lines if found is not None else ():
        refunded = back.get(one.line, ZERO)
        if refunded > 0 and one.open > max(ZERO, one.ordered - refunded - one.delivered):
            yield _edit("refunded", REFUNDED, ZERO, refunded, name=names.get(one.line, one.item))


def _addresses(entered: Order, now: Order) -> Iterator[Edit]:
    if entered.billing != now.billing:
        yield _edit("billing", BILLING, _in_one_line(entered.billing), _in_one_line(now.billing))
    was, wanted = entered.delivery or entered.billing, now.delivery or now.billing
    if was != wanted:
        yield _edit("delivery", DELIVERY, _in_one_line(was), _in_one_line(wanted))


def _in_one_line(address: Address) -> str:
    name = f"{address.first_name} {address.last_name}".strip()
    city = f"{address.postal_code} {address.city}".strip()
    parts = (name, address.company, address.line1, address.line2, city, address.country, address.phone)
    return ", ".join(part for part in parts if part)


def _by_article(order: Order, items: Mapping[str, str]) -> dict[str, Decimal]:
    found: dict[str, Decimal] = {}
    for line in order.lines:
        found[_article(line, items)] = found.get(_article(line, items), ZERO) + line.quantity
    return found


def _names(entered: Order, now: Order, items: Mapping[str, str]) -> dict[str, str]:
    return {
        _article(line, items): line.name or line.sku or line.item for line in (*entered.lines, *now.lines)
    }


def _article(line: OrderLine, items: Mapping[str, str]) -> str:
    """An article that the ERP does not know keeps the shop's key, marked so that it is never taken for one of the ERP's."""
    return items.get(line.item) or f"\0{line.item}"


def _edit(field: Field, text: Text, before: object, now: object, *, name: str = "") -> Edit:
    said = text.fill(name=name, before=before, now=now)
    return Edit(field, str(before), str(now), said.fr, said.en)
