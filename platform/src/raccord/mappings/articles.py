"""The merchant's own articles on which rules are tried: found, leafed through, and read with all that a projection needs.
Inside the tenant's transaction."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import NamedTuple, TypeVar
from uuid import UUID

import msgspec
from msgspec import Struct

from raccord.core.placing import Paths, build_paths
from raccord.storage import projections
from raccord.storage.engine import current_connection
from raccord.storage.projections import Route
from raccord.sync.mappings import Compiled
from raccord.sync.project_listings import Batch
from raccord_connectors.canonical import Category, PriceSet, Product, Record, StockLevels
from raccord_connectors.contract import Message

FOUND = 12
"""Articles that a search offers."""
RECENT = 6
LOOKED_BACK = 5_000
"""Entries of the journal among which recently changed articles are looked for."""

R = TypeVar("R", bound=Record)


class Named(NamedTuple):
    key: str
    name: str


class Loaded(Struct, frozen=True):
    """Some articles with their prices, stock and categories. An article that cannot be read is not among them."""

    products: dict[str, Product]
    prices: Mapping[str, PriceSet]
    """By item key."""
    stock: Mapping[str, StockLevels]
    """By item key."""
    paths: Paths


async def found(erp: UUID, text: str) -> list[Named]:
    """By key, reference, name or bar code; those whose key is the text itself go first."""
    rows = await current_connection().fetch(
        """
        SELECT key, data->>'name' AS name FROM snapshot
         WHERE connection = $1 AND stream = 'products' AND deleted_at IS NULL AND strpos(lower(data::text), $2) > 0
           AND (strpos(lower(key), $2) > 0 OR strpos(lower(data->>'name'), $2) > 0
                OR strpos(lower(data->>'sku'), $2) > 0 OR data->>'ean' = $2)
         ORDER BY lower(key) <> $2, key LIMIT $3
        """,
        erp,
        text.casefold(),
        FOUND,
    )
    return [Named(row["key"], row["name"] or "") for row in rows]


async def recent(erp: UUID, channel: UUID) -> list[Named]:
    """Those that changed last in the ERP, newest first, those that the shop has before the others; where the journal knows
    none, the first of the catalogue."""
    rows = await current_connection().fetch(
        """
        SELECT s.key, s.data->>'name' AS name FROM (
          SELECT key, max(id) AS id FROM journal
           WHERE connection = $1 AND stream = 'products' AND event IN ('appeared', 'changed', 'reappeared')
             AND id > (SELECT coalesce(max(id), 0) FROM journal) - $3
           GROUP BY key) AS j
          JOIN snapshot s ON s.connection = $1 AND s.stream = 'products' AND s.key = j.key AND s.deleted_at IS NULL
          LEFT JOIN binding b ON b.channel = $4 AND b.stream = 'listings' AND b.key = j.key
         ORDER BY b.target IS NULL, j.id DESC LIMIT $2
        """,
        erp,
        RECENT,
        LOOKED_BACK,
        channel,
    )
    if not rows:
        rows = await current_connection().fetch(
            """
            SELECT s.key, s.data->>'name' AS name FROM (
              SELECT key, data FROM snapshot
               WHERE connection = $1 AND stream = 'products' AND deleted_at IS NULL ORDER BY key LIMIT 100) AS s
              LEFT JOIN binding b ON b.channel = $3 AND b.stream = 'listings' AND b.key = s.key
             ORDER BY b.target IS NULL, s.key LIMIT $2
            """,
            erp,
            RECENT,
            channel,
        )
    return [Named(row["key"], row["name"] or "") for row in rows]


async def beside(erp: UUID, key: str) -> tuple[str | None, str | None]:
    """The articles before and after this one, by key."""
    row = await current_connection().fetchrow(
        """
        SELECT (SELECT key FROM snapshot WHERE connection = $1 AND stream = 'products' AND deleted_at IS NULL AND key < $2
                 ORDER BY key DESC LIMIT 1),
               (SELECT key FROM snapshot WHERE connection = $1 AND stream = 'products' AND deleted_at IS NULL AND key > $2
                 ORDER BY key LIMIT 1)
        """,
        erp,
        key,
    )
    return (row[0], row[1])


async def next_keys(erp: UUID, after: str, limit: int) -> list[str]:
    rows = await current_connection().fetch(
        "SELECT key FROM snapshot WHERE connection = $1 AND stream = 'products' AND deleted_at IS NULL AND key > $2 "
        "ORDER BY key LIMIT $3",
        erp,
        after,
        limit,
    )
    return [row["key"] for row in rows]


async def how_many(erp: UUID) -> int:
    number: int = await current_connection().fetchval(
        "SELECT count(*) FROM snapshot WHERE connection = $1 AND stream = 'products' AND deleted_at IS NULL",
        erp,
    )
    return number


async def kept_out(route: Route, draft: Compiled, key: str, today: date) -> tuple[Message, ...]:
    """Why this article would not be in the shop, whatever its fields say; nothing when it would."""
    batch = Batch(route, draft, today)
    await batch.load([key], locking=False)
    verdict = batch.verdicts.get(key)
    return verdict.reasons if verdict is not None else ()


async def load(erp: UUID, keys: Sequence[str]) -> Loaded:
    products = _decoded(await projections.records(erp, "products", keys), Product)
    items = [item for product in products.values() for item in product.items()]
    prices = _decoded(await projections.records(erp, "prices", items), PriceSet)
    stock = _decoded(await projections.records(erp, "stock", items), StockLevels)
    places = {
        place
        for product in products.values()
        for place in (*product.categories, *([product.family] if product.family else []))
    }
    above = await projections.categories_above(erp, places) if places else []
    return Loaded(
        products, prices, stock, build_paths(msgspec.json.decode(data, type=Category) for data in above)
    )


def _decoded(stored: Mapping[str, str], record: type[R]) -> dict[str, R]:
    """Without those that were stored in a form no longer understood; projecting holds them, with that reason."""
    decoder, read = msgspec.json.Decoder(record), {}
    for key, data in stored.items():
        try:
            read[key] = decoder.decode(data)
        except msgspec.DecodeError:
            continue
    return read
