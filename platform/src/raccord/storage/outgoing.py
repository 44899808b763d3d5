"""Events for the merchant's own programs, written in the transaction of what they tell. A delivery that is due is the to-do list:
nothing is lost with a process, a broker or a network."""

from collections.abc import Sequence
from typing import NamedTuple
from uuid import UUID

from raccord.storage.engine import current_connection
from raccord.storage.text import storable_json


class Happening(NamedTuple):
    """`type` as the merchant's programs know it; `data` as JSON; an order's is found by its key in the channel's shop."""

    type: str
    data: str
    channel: UUID | None = None
    order_key: str | None = None


async def announce(tenant: UUID, happenings: Sequence[Happening]) -> None:
    """For every address that is told of these; nothing is kept when there is none."""
    if not happenings:
        return
    await current_connection().execute(
        """
        WITH told AS (
          INSERT INTO outgoing_event (tenant, type, data)
          SELECT $1, h.type,
                 CASE WHEN o.id IS NULL THEN h.data ELSE h.data || jsonb_build_object('order', jsonb_build_object('id', o.id,
                   'number', o.number, 'key', o.key, 'state', o.state, 'document_number', o.document_number)) END::json
            FROM unnest($2::text[], $3::jsonb[], $4::uuid[], $5::text[]) AS h(type, data, channel, order_key)
            LEFT JOIN sales_order o ON o.channel = h.channel AND o.key = h.order_key
           WHERE EXISTS (SELECT 1 FROM endpoint e WHERE e.state = 'on' AND h.type = ANY(e.events))
          RETURNING id, type)
        INSERT INTO delivery (tenant, endpoint, event)
        SELECT $1, e.id, told.id FROM told JOIN endpoint e ON e.state = 'on' AND told.type = ANY(e.events)
        """,
        tenant,
        [one.type for one in happenings],
        [storable_json(one.data) for one in happenings],
        [one.channel for one in happenings],
        [one.order_key for one in happenings],
    )
