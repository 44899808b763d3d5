"""Comparisons of the furnished merchant's shop: three weeks of them, some differences that stand and one that was put right."""

import uuid
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import asyncpg
import msgspec

from raccord_connectors.canonical import Listing, decode, encode


class Drifts:
    """Writes rows as the worker would have."""

    def __init__(self, connection: asyncpg.Connection, tenant: UUID, channel: UUID, person: UUID) -> None:
        self._connection = connection
        self._tenant = tenant
        self._channel = channel
        self._person = person

    async def furnish(self) -> None:
        await self._passes()
        await self._differs("VASE", "hand", {"name": "Vase soliflore EN SOLDE"}, ["name"], "name")
        await self._differs(
            "BANC", "hand", {"description": "<p>Un banc, retouché dans la boutique</p>", "brand": "Duval & Fils"},
            ["description", "brand"], "description", "brand",
        )  # fmt: skip
        await self._differs(
            "LAMPE", "cleaned", {"description": "<p>Lampe.</p>"}, ["description"], "description"
        )
        await self._differs(
            "CHAISE", "hand", {"summary": "Bois massif"}, ["summary"], "summary", state="right"
        )

    async def _passes(self) -> None:
        now = datetime.now(UTC)
        for day in range(20):
            wrong = (3, 1, 0, 4, 2, 0, 0, 1)[day % 8]
            await self._connection.execute(
                "INSERT INTO drift_pass (tenant, id, channel, at, compared, differing, stubborn, gone, failed, fields) "
                "VALUES ($1, $2, $3, $4, 50, $5, 1, 0, 0, $6)",
                self._tenant, uuid.uuid4(), self._channel, now - timedelta(days=day, minutes=42), wrong,
                msgspec.json.encode({"name": wrong}).decode(),
            )  # fmt: skip

    async def _differs(
        self, key: str, cause: str, shop: dict[str, Any], fields: list[str], *paths: str, state: str = "open"
    ) -> None:
        row = await self._connection.fetchrow(
            "SELECT pushed, targets, desired_print FROM binding WHERE channel = $1 AND stream = 'listings' AND key = $2",
            self._channel,
            key,
        )
        assert row is not None
        pushed = decode(row["pushed"], Listing)
        before = {path: _shown(getattr(pushed, path)) for path in paths}
        settled = state != "open"
        await self._connection.execute(
            """
            INSERT INTO drift (tenant, channel, key, cause, state, before, after, fields, pushed, targets, print,
                               desired_print, found_at, repaired_at, repaired_by)
            VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, now() - interval '3 hours', $13, $14)
            """,
            self._tenant, self._channel, key, cause, state, msgspec.json.encode(before).decode(),
            msgspec.json.encode(shop).decode(), fields, encode(msgspec.structs.replace(pushed, **shop)).decode(),
            row["targets"], uuid.uuid4(), row["desired_print"],
            datetime.now(UTC) - timedelta(hours=2) if settled else None, self._person if settled else None,
        )  # fmt: skip


def _shown(value: Any) -> Any:
    return None if value is msgspec.UNSET else value
