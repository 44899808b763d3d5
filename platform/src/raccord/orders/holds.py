"""Queries on `order_hold`: what of an order that the ERP has waits for a person, and what was decided. Inside the caller's tenant
transaction."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from decimal import Decimal
from typing import Literal
from uuid import UUID

import msgspec
from msgspec import Struct

from raccord.core.order_holds import Decision, Facts, Kind, Question
from raccord.journal.models import Event
from raccord.orders.models import StoredOrder
from raccord.orders.noting import note
from raccord.storage.engine import current_connection
from raccord_connectors.canonical import RefundWish, fingerprint
from raccord_connectors.contract import Problem

HoldState = Literal["open", "decided"]
OPEN = "EXISTS (SELECT 1 FROM order_hold h WHERE h.sales_order = o.id AND h.state = 'open')"
"""Condition on `sales_order o`: the ERP has it, and something of it waits for a person."""
_encoder = msgspec.json.Encoder(order="deterministic", decimal_format="string")


class HoldRow(Struct, frozen=True, kw_only=True):
    kind: Kind
    state: HoldState
    seen: str
    """What the question is about, in a word: changes with its facts."""
    facts: Facts
    problem: Problem
    opened_at: datetime
    decision: Decision | None
    decided_lines: dict[str, Decimal]
    """Order line → quantity that the shop is to give up, by all decisions so far."""
    refunds: list[RefundWish]
    decided_at: datetime | None
    decided_by: UUID | None


async def of(order: UUID) -> dict[Kind, HoldRow]:
    rows = await current_connection().fetch(
        "SELECT kind, state, print::text AS seen, facts, problem, opened_at, decision, decided_lines, refunds, "
        "decided_at, decided_by "
        "FROM order_hold WHERE sales_order = $1 ORDER BY opened_at, kind",
        order,
    )
    return {
        row["kind"]: HoldRow(
            **{
                **dict(row),
                "facts": msgspec.json.decode(row["facts"], type=Facts),
                "problem": msgspec.json.decode(row["problem"], type=Problem),
                "decided_lines": msgspec.json.decode(row["decided_lines"], type=dict[str, Decimal]),
                "refunds": msgspec.json.decode(row["refunds"], type=list[RefundWish]),
            }
        )
        for row in rows
    }


async def ask(found: StoredOrder, question: Question) -> None:
    """Opens the question, or opens it anew when its facts are others than those that were decided on. The same again changes
    nothing, and is told to nobody twice."""
    facts = _encoder.encode(question.facts)
    asked = await current_connection().fetchval(
        """
        INSERT INTO order_hold AS h (tenant, sales_order, kind, state, print, facts, problem)
        VALUES ($1, $2, $3, 'open', $4, $5, $6)
        ON CONFLICT (tenant, sales_order, kind) DO UPDATE
           SET state = 'open', print = excluded.print, facts = excluded.facts, problem = excluded.problem, opened_at = now()
         WHERE h.print <> excluded.print
        RETURNING kind
        """,
        found.route.tenant, found.id, question.kind, UUID(bytes=fingerprint(facts)), facts.decode(),
        msgspec.json.encode(question.problem).decode(),
    )  # fmt: skip
    if asked is not None:
        await note(found, Event.ORDER_HELD, problem=question.problem)


async def drop(order: UUID, kinds: Iterable[Kind]) -> None:
    """Their reason has gone. What the shop was told to give up stays told."""
    await current_connection().execute(
        """
        DELETE FROM order_hold WHERE sales_order = $1 AND kind = ANY($2::text[])
           AND decided_lines::text = '{}' AND refunds::text = '[]'
        """,
        order,
        list(kinds),
    )
    await current_connection().execute(
        "UPDATE order_hold SET state = 'decided' WHERE sales_order = $1 AND kind = ANY($2::text[]) AND state <> 'decided'",
        order,
        list(kinds),
    )


async def decide(
    found: StoredOrder,
    question: Question,
    decision: Decision,
    *,
    account: UUID | None,
    lines: Mapping[str, Decimal] | None = None,
    refund: RefundWish | None = None,
) -> None:
    """`account` None: by the channel's rule, which may decide what was never asked. `lines`: what the shop is to give up, with
    what it was told before."""
    facts = _encoder.encode(question.facts)
    told = _encoder.encode(dict(lines or {})).decode()
    more = msgspec.json.encode([refund] if refund is not None else []).decode()
    await current_connection().execute(
        """
        INSERT INTO order_hold AS h (tenant, sales_order, kind, state, print, facts, problem, decision, decided_lines, refunds,
                                     decided_at, decided_by)
        VALUES ($1, $2, $3, 'decided', $4, $5, $6, $7, $8::json, $9::json, now(), $10)
        ON CONFLICT (tenant, sales_order, kind) DO UPDATE
           SET state = excluded.state, print = excluded.print, facts = excluded.facts, problem = excluded.problem,
               decision = excluded.decision, decided_at = now(), decided_by = excluded.decided_by,
               decided_lines = (h.decided_lines::jsonb || excluded.decided_lines::jsonb)::json,
               refunds = (h.refunds::jsonb || excluded.refunds::jsonb)::json
        """,
        found.route.tenant, found.id, question.kind, UUID(bytes=fingerprint(facts)), facts.decode(),
        msgspec.json.encode(question.problem).decode(), decision, told, more, account,
    )  # fmt: skip
