"""A plan and a former version for the merchant of the pages, as the workers would have left them."""

from decimal import Decimal
from uuid import UUID, uuid4

import asyncpg
from msgspec import UNSET
from msgspec.structs import replace

from raccord.core.channel import ChannelSettings
from raccord.core.default_mapping import default_mapping
from raccord.core.plan import FieldChange, FieldCount, Reason, Requests, Summary
from raccord.core.texts import NO_PRICE
from raccord.storage.text import storable_json
from raccord_connectors.contract import Message, Problem
from support.web_orders import json_of

MAPPING = default_mapping("sage100", "woocommerce")
SUM = Message("stock.rule", "réel 13 − marge de sécurité 3 = 10", "on hand 13 − safety margin 3 = 10")
HELD = Problem("rejected", NO_PRICE.fill(key="MIROIR", category=""), field="offer.price")
SUMMARY = Summary(
    actions={"create": 1, "update": 1, "withdraw": 1, "hold": 1, "stock": 1},
    unchanged=55,
    held=1,
    fields=[FieldCount("offer.price", 1)],
    left=[FieldCount("description", 2)],
    reasons=[Reason(NO_PRICE.code, "offer.price", 1, HELD.message)],
    requests=[Requests("listings", 3, 1), Requests("availability", 1, 1)],
    seconds=130,
)
LINES: tuple[tuple[str, str, str, list[str], list[FieldChange], Problem | None, Message | None], ...] = (
    ("listings", "RIDEAU", "create", [], [FieldChange("name", UNSET, "Rideau occultant bleu nuit")], None, None),
    ("listings", "TABLE", "update", ["offer.price"],
     [FieldChange("offers[TABLE].price.amount", Decimal("590"), Decimal("640"))], None, None),
    ("listings", "COMMODE", "withdraw", ["published"], [FieldChange("published", True, False)], None, None),
    ("listings", "MIROIR", "hold", [], [], HELD, None),
    ("availability", "CHAISE|1", "stock", ["quantity"], [FieldChange("quantity", Decimal(12), Decimal(10))], None, SUM),
)  # fmt: skip


class Plans:
    def __init__(self, connection: asyncpg.Connection, tenant: UUID, channel: UUID, author: UUID) -> None:
        self._connection = connection
        self._tenant = tenant
        self._channel = channel
        self._author = author

    async def furnish(self, settings: ChannelSettings) -> UUID:
        """The plan of a wider safety margin, ready to be decided on."""
        wider = replace(settings, stock=replace(settings.stock, margin=Decimal(3)))
        rules, packed, made = storable_json(json_of(MAPPING)), storable_json(json_of(wider)), uuid4()
        await self._connection.execute(
            "INSERT INTO plan (tenant, id, channel, rules, settings, based_on, revision, state, stage, done, \"of\", summary, "
            "author, ended_at) VALUES ($1, $2, $3, $4, $5, 0, 0, 'ready', 'counting', 121, 121, $6, $7, now())",
            self._tenant, made, self._channel, rules, packed, json_of(SUMMARY), self._author,
        )  # fmt: skip
        for stream, key, action, fields, changes, problem, reason in LINES:
            await self._connection.execute(
                "INSERT INTO plan_line (tenant, plan, stream, key, action, fields, changes, problem, reason) "
                "VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
                self._tenant, made, stream, key, action, fields, json_of(changes),
                json_of(problem) if problem else None, json_of(reason) if reason else None,
            )  # fmt: skip
        return made
