"""One order's way through the ERP's papers, line by line, with what of it waits for a person: for its page. Inside the tenant's
transaction."""

from decimal import Decimal

from msgspec import Struct

from raccord.core.order_holds import ANSWERS, Decision
from raccord.core.order_progress import AddedLine, LineProgress
from raccord.orders import holds, progress_rows
from raccord.orders.holds import HoldRow
from raccord.orders.views import OrderView
from raccord_connectors.canonical import Shipment

ZERO = Decimal(0)


class ChainLine(Struct, frozen=True):
    """A line of the shop's order and how far it is in the ERP."""

    title: str
    sku: str
    progress: LineProgress
    told: Decimal
    """Of what was given up, as much as the shop was told to give up."""


class Ask(Struct, frozen=True):
    """Something that waits for a person, with the answers that there are."""

    hold: HoldRow
    answers: tuple[Decision, ...]


class Chain(Struct, frozen=True, kw_only=True):
    document: str | None
    """Number of the order in the ERP."""
    lines: list[ChainLine]
    added: list[AddedLine]
    shipments: list[Shipment]
    """Delivery notes and parcels, as the ERP numbers them."""
    invoices: list[str]
    asks: list[Ask]
    decided: list[HoldRow]

    @property
    def moved(self) -> bool:
        """Whether there is more to tell than that the order is in the ERP."""
        return bool(self.shipments or self.invoices or self.added) or any(
            one.progress.cancelled for one in self.lines
        )


async def of_order(view: OrderView) -> Chain:
    found = {one.line: one for one in await progress_rows.lines_of(view.id)}
    rows = list((await holds.of(view.id)).values())
    told = next((row.decided_lines for row in rows if row.kind == "part_cancelled"), {})
    document = view.document
    return Chain(
        document=view.document_number,
        lines=[
            ChainLine(line.name or line.sku or line.item, line.sku, found[line.key], told.get(line.key, ZERO))
            for line in view.order.lines
            if line.key in found
        ],
        added=await progress_rows.added_of(view.id),
        shipments=document.shipments if document else [],
        invoices=document.invoices if document else [],
        asks=[Ask(row, _answers(row)) for row in rows if row.state == "open"],
        decided=[row for row in rows if row.state == "decided"],
    )


def _answers(row: HoldRow) -> tuple[Decision, ...]:
    """Without those that come to nothing: a refund of nothing, telling the shop of a cancellation that it was told."""
    answers = ANSWERS[row.kind]
    if not row.facts.amount:
        answers = tuple(one for one in answers if one != "refund")
    if not row.facts.given_up:
        answers = tuple(one for one in answers if one != "tell")
    return answers
