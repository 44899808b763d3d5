"""Queries on `order_progress`. Inside the caller's tenant transaction."""

from decimal import Decimal
from typing import Any
from uuid import UUID

import msgspec

from raccord.core.order_progress import AddedLine, LineProgress, Progress
from raccord.orders.models import StoredOrder
from raccord.storage.engine import current_connection

_encoder = msgspec.json.Encoder(order="deterministic", decimal_format="string")


async def keep(found: StoredOrder, progress: Progress) -> None:
    """What was kept of this order before is replaced; the same again writes nothing."""
    rows = [_line(one) for one in progress.lines] + [_added(one) for one in progress.added]
    connection = current_connection()
    await connection.execute(
        """
        DELETE FROM order_progress p WHERE p.sales_order = $1
           AND (p.added, p.line) NOT IN (SELECT * FROM unnest($2::boolean[], $3::text[]))
        """,
        found.id,
        [row["added"] for row in rows],
        [row["line"] for row in rows],
    )
    for row in rows:
        await connection.execute(
            """
            INSERT INTO order_progress AS p (tenant, sales_order, line, added, item, title, ordered, kept, delivered, invoiced,
                                             shipments, invoices, net)
            VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)
            ON CONFLICT (tenant, sales_order, added, line) DO UPDATE
               SET item = excluded.item, title = excluded.title, ordered = excluded.ordered, kept = excluded.kept,
                   delivered = excluded.delivered, invoiced = excluded.invoiced, shipments = excluded.shipments,
                   invoices = excluded.invoices, net = excluded.net
             WHERE (p.item, p.title, p.ordered, p.kept, p.delivered, p.invoiced, p.shipments::text, p.invoices::text,
                   p.net)
                IS DISTINCT FROM (excluded.item, excluded.title, excluded.ordered, excluded.kept, excluded.delivered,
                                  excluded.invoiced, excluded.shipments::text, excluded.invoices::text,
                                  excluded.net)
            """,
            found.route.tenant, found.id, *row.values(),
        )  # fmt: skip


async def lines_of(order: UUID) -> list[LineProgress]:
    rows = await current_connection().fetch(
        "SELECT * FROM order_progress WHERE sales_order = $1 AND NOT added ORDER BY line", order
    )
    return [
        LineProgress(
            line=row["line"],
            item=row["item"],
            ordered=row["ordered"],
            kept=row["kept"],
            delivered=row["delivered"],
            invoiced=row["invoiced"],
            shipments=msgspec.json.decode(row["shipments"], type=dict[str, Decimal]),
            invoices=msgspec.json.decode(row["invoices"]),
        )
        for row in rows
    ]


async def added_of(order: UUID) -> list[AddedLine]:
    rows = await current_connection().fetch(
        "SELECT item, title, ordered, net FROM order_progress WHERE sales_order = $1 AND added ORDER BY line",
        order,
    )
    return [
        AddedLine(item=row["item"], title=row["title"], quantity=row["ordered"], net=row["net"])
        for row in rows
    ]


def _line(one: LineProgress) -> dict[str, Any]:
    return {
        "line": one.line, "added": False, "item": one.item, "title": "", "ordered": one.ordered, "kept": one.kept,
        "delivered": one.delivered, "invoiced": one.invoiced, "shipments": _encoder.encode(one.shipments).decode(),
        "invoices": _encoder.encode(one.invoices).decode(), "net": 0,
    }  # fmt: skip


def _added(one: AddedLine) -> dict[str, Any]:
    return {
        "line": one.item, "added": True, "item": one.item, "title": one.title, "ordered": one.quantity,
        "kept": one.quantity, "delivered": 0, "invoiced": 0, "shipments": "{}", "invoices": "[]",
        "net": one.net,
    }  # fmt: skip
