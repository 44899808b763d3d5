"""All queries on the texts of messages and on what they are tried with; inside the caller's tenant transaction."""

from uuid import UUID

from raccord.core.notification_rules import EventName, Language, Medium
from raccord.core.notification_template import Template
from raccord.storage.engine import current_connection
from raccord_connectors.canonical import Document, Order, decode


async def template(channel: UUID, event: EventName, medium: Medium, language: Language) -> Template | None:
    row = await current_connection().fetchrow(
        "SELECT subject, body FROM message_template WHERE channel = $1 AND event = $2 AND medium = $3 AND language = $4",
        channel, event, medium, language,
    )  # fmt: skip
    return Template(subject=row["subject"], body=row["body"]) if row else None


async def changed_templates(channel: UUID) -> set[tuple[str, str, str]]:
    """(event, medium, language) of those that the merchant wrote."""
    rows = await current_connection().fetch(
        "SELECT event, medium, language FROM message_template WHERE channel = $1", channel
    )
    return {(row["event"], row["medium"], row["language"]) for row in rows}


async def save_template(
    tenant: UUID,
    channel: UUID,
    event: EventName,
    medium: Medium,
    language: Language,
    written: Template,
    account: UUID,
) -> None:
    await current_connection().execute(
        """
        INSERT INTO message_template (tenant, channel, event, medium, language, subject, body, changed_by)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
        ON CONFLICT (tenant, channel, event, medium, language) DO UPDATE
           SET subject = excluded.subject, body = excluded.body, changed_by = excluded.changed_by, changed_at = now()
        """,
        tenant, channel, event, medium, language, written.subject, written.body, account,
    )  # fmt: skip


async def forget_template(channel: UUID, event: EventName, medium: Medium, language: Language) -> None:
    await current_connection().execute(
        "DELETE FROM message_template WHERE channel = $1 AND event = $2 AND medium = $3 AND language = $4",
        channel, event, medium, language,
    )  # fmt: skip


async def sample_orders(channel: UUID, limit: int = 20) -> list[tuple[UUID, str]]:
    """(id, number) of the latest orders: to try a template on."""
    rows = await current_connection().fetch(
        "SELECT id, number FROM sales_order WHERE channel = $1 ORDER BY placed_at DESC LIMIT $2",
        channel,
        limit,
    )
    return [(row["id"], row["number"]) for row in rows]


async def order_and_document(order: UUID) -> tuple[Order, Document | None] | None:
    row = await current_connection().fetchrow(
        """
        SELECT o.data, d.data AS document FROM sales_order o JOIN channel c ON c.id = o.channel
          LEFT JOIN snapshot d ON d.connection = c.erp AND d.stream = 'documents' AND d.key = o.document
         WHERE o.id = $1
        """,
        order,
    )
    if row is None:
        return None
    return decode(row["data"], Order), decode(row["document"], Document) if row["document"] else None
