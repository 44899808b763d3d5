"""The catalogue's queries: one for a page of articles, a handful for one article. Inside the tenant's transaction."""

from collections.abc import Collection, Sequence
from decimal import Decimal
from typing import TypeVar
from uuid import UUID

import asyncpg
import msgspec

from raccord.catalogue.models import (
    Article,
    ArticleRow,
    Bound,
    ChannelChoice,
    Filter,
    Reserved,
    SourceHold,
    State,
)
from raccord.core.channel import ChannelSettings
from raccord.storage.engine import current_connection
from raccord_connectors.canonical import Availability, Listing, PriceSet, Product, Record, StockLevels
from raccord_connectors.contract import Problem

PAGE = 50

R = TypeVar("R", bound=Record)


async def channels() -> list[ChannelChoice]:
    rows = await current_connection().fetch(
        """
        SELECT c.id, c.name, c.erp, c.shop, e.name AS erp_name, s.name AS shop_name, c.state, c.settings
          FROM channel c JOIN connection e ON e.id = c.erp JOIN connection s ON s.id = c.shop ORDER BY c.created_at, c.id
        """
    )
    return [
        ChannelChoice(
            row["id"], row["name"], row["erp"], row["shop"], row["erp_name"], row["shop_name"], row["state"],
            msgspec.json.decode(row["settings"], type=ChannelSettings).prices.currency,
        )
        for row in rows
    ]  # fmt: skip


# ------------------------------------------------------------------------------------------------ the list

_PUBLISHED = """strpos(left(b.pushed::text, 1000), '"published":true') > 0"""
"""Second field of a listing's canonical encoding; reading it as JSON takes twenty times as long over ten thousand."""

_STATES: dict[State, str] = {
    State.ON_SALE: f"b.target IS NOT NULL AND b.pushed IS NOT NULL AND {_PUBLISHED} AND b.left_at IS NULL",
    State.WITHDRAWN: f"b.target IS NOT NULL AND b.pushed IS NOT NULL AND NOT ({_PUBLISHED} AND b.left_at IS NULL)",
    State.UNPUBLISHED: "b.target IS NULL AND s.deleted_at IS NULL",
    State.HELD: "(coalesce(b.held, false) OR h.key IS NOT NULL)",
    State.BRAKED: "b.brake IS NOT NULL",
    State.ON_ITS_WAY: "b.key IS NOT NULL AND b.desired_print IS DISTINCT FROM b.pushed_print AND NOT b.held AND b.brake IS NULL",
    State.GONE: "s.deleted_at IS NOT NULL",
}

_KNOWN = """
SELECT s.key, s.data, s.deleted_at, b.target, b.pushed, b.held, b.brake IS NOT NULL AS braked, b.problem,
       h.problem AS source_problem, b.key IS NOT NULL AND b.desired_print IS DISTINCT FROM b.pushed_print AS due,
       b.left_at IS NOT NULL AS off_sale
  FROM snapshot s LEFT JOIN binding b ON b.channel = $1 AND b.stream = 'listings' AND b.key = s.key
  LEFT JOIN held_record h ON h.connection = s.connection AND h.stream = 'products' AND h.key = s.key
 WHERE s.connection = $2 AND s.stream = 'products' AND s.key > $3 AND (s.deleted_at IS NULL OR b.target IS NOT NULL)
"""
_NEVER_READ = """
SELECT h.key, NULL::json, NULL::timestamptz, NULL, NULL::json, NULL::boolean, false, NULL::jsonb, h.problem, false,
       false
  FROM held_record h
 WHERE h.connection = $2 AND h.stream = 'products' AND h.key > $3
   AND NOT EXISTS (SELECT 1 FROM snapshot s WHERE s.connection = $2 AND s.stream = 'products' AND s.key = h.key)
"""


async def articles(channel: ChannelChoice, wanted: Filter, after: str = "") -> list[ArticleRow]:
    """By key, `PAGE` of them and one more when there are more."""
    rows = await _rows(channel, wanted, after, folded=False)
    if not rows and wanted.text and not after:
        rows = await _rows(channel, wanted, after, folded=True)
    products = [_decoded(row["data"], Product) for row in rows]
    items = [item for product in products if product for item in product.items()]
    shown = await _shown_stock(channel.id, items)
    return [
        ArticleRow(
            key=row["key"],
            product=product,
            states=_states(row),
            problem=_problem(row["source_problem"]) or _problem(row["problem"]),
            listing=_decoded(row["pushed"], Listing),
            stock=_sum(shown, product.items() if product else []),
        )
        for row, product in zip(rows, products, strict=True)
    ]


async def _rows(
    channel: ChannelChoice, wanted: Filter, after: str, *, folded: bool
) -> Sequence[asyncpg.Record]:
    values: list[object] = [channel.id, channel.erp, after]
    conditions, never_read = "", _NEVER_READ
    if wanted.state is not None:
        conditions += f" AND {_STATES[wanted.state]}"
        if wanted.state is not State.HELD:
            never_read += " AND false"
    if wanted.text:
        values += [wanted.text.casefold(), _fold(wanted.text)] if folded else [wanted.text.casefold()]
        conditions += _FOUND_FOLDED if folded else _FOUND
        never_read += " AND strpos(lower(h.key), $4) > 0"
    found: Sequence[asyncpg.Record] = await current_connection().fetch(
        f"(({_KNOWN} {conditions} ORDER BY s.key LIMIT {PAGE + 1}) UNION ALL "
        f"({never_read} ORDER BY h.key LIMIT {PAGE + 1})) ORDER BY 1 LIMIT {PAGE + 1}",
        *values,
    )
    return found


_FOUND = """
 AND strpos(lower(s.data::text), $4) > 0
 AND (strpos(lower(s.key), $4) > 0 OR strpos(lower(s.data->>'name'), $4) > 0 OR strpos(lower(s.data->>'sku'), $4) > 0
      OR s.data->>'ean' = $4 OR strpos(lower((s.data->'variants')::text), $4) > 0)
"""
"""The first condition is cheap and throws out nearly all; the others say where it may stand."""

_ACCENTS, _PLAIN = "àâäáãåçéèêëíìîïñóòôöõúùûüýÿ", "aaaaaaceeeeiiiinooooouuuuyy"
_FOUND_FOLDED = (
    f""" AND $4 <> '' AND strpos(translate(lower(s.data->>'name'), '{_ACCENTS}', '{_PLAIN}'), $5) > 0"""
)
"""When nothing was found as it is written: people leave accents out. Slower, over all names."""


def _fold(text: str) -> str:
    return text.casefold().translate(str.maketrans(_ACCENTS, _PLAIN))


async def _shown_stock(channel: UUID, items: Collection[str]) -> dict[str, Decimal]:
    rows = await current_connection().fetch(
        "SELECT key, pushed FROM binding WHERE channel = $1 AND stream = 'availability' AND key = ANY($2::text[]) "
        "AND pushed IS NOT NULL",
        channel,
        list(items),
    )
    found = {row["key"]: _decoded(row["pushed"], Availability) for row in rows}
    return {key: one.quantity for key, one in found.items() if one is not None}


def _sum(shown: dict[str, Decimal], items: Collection[str]) -> Decimal | None:
    known = [shown[item] for item in items if item in shown]
    return sum(known, Decimal(0)) if known else None


def _states(row: asyncpg.Record) -> list[State]:
    states = []
    listing = _decoded(row["pushed"], Listing)
    if row["target"] is None:
        states.append(State.UNPUBLISHED)
    elif listing is not None:
        on_sale = listing.published and not row["off_sale"]
        states.append(State.ON_SALE if on_sale else State.WITHDRAWN)
    if row["held"] or row["source_problem"]:
        states.append(State.HELD)
    elif row["braked"]:
        states.append(State.BRAKED)
    elif row["due"]:
        states.append(State.ON_ITS_WAY)
    if row["deleted_at"] is not None:
        states.append(State.GONE)
    return states


async def counts(channel: ChannelChoice) -> dict[State, int]:
    """How many articles are in the states that a person may want to see alone."""
    row = await current_connection().fetchrow(
        """
        SELECT count(*) FILTER (WHERE b.held) AS held, count(*) FILTER (WHERE b.brake IS NOT NULL) AS braked,
               count(*) FILTER (WHERE b.desired_print IS DISTINCT FROM b.pushed_print AND NOT b.held AND b.brake IS NULL)
                 AS on_its_way,
               (SELECT count(*) FROM held_record WHERE connection = $2 AND stream = 'products') AS unread
          FROM binding b WHERE b.channel = $1 AND b.stream = 'listings'
        """,
        channel.id,
        channel.erp,
    )
    return {
        State.HELD: row["held"] + row["unread"],
        State.BRAKED: row["braked"],
        State.ON_ITS_WAY: row["on_its_way"],
    }


# --------------------------------------------------------------------------------------------- one article


async def product_of(channel: UUID, item: str) -> str | None:
    """The article that an item belongs to."""
    found: str | None = await current_connection().fetchval(
        """
        SELECT coalesce(
          (SELECT s.data->>'product' FROM snapshot s JOIN channel c ON c.erp = s.connection
            WHERE c.id = $1 AND s.stream IN ('stock', 'prices') AND s.key = $2 LIMIT 1),
          (SELECT coalesce(b.desired, b.pushed)->>'product' FROM binding b
            WHERE b.channel = $1 AND b.stream = 'availability' AND b.key = $2),
          (SELECT s.key FROM snapshot s JOIN channel c ON c.erp = s.connection
            WHERE c.id = $1 AND s.stream = 'products' AND s.key = $2))
        """,
        channel,
        item,
    )
    return found


async def order_of(shop: UUID, key: str) -> UUID | None:
    found: UUID | None = await current_connection().fetchval(
        "SELECT id FROM sales_order WHERE connection = $1 AND key = $2", shop, key
    )
    return found


async def article(channel: ChannelChoice, key: str) -> Article | None:
    """None when neither the ERP nor the channel has ever had it."""
    connection = current_connection()
    row = await connection.fetchrow(
        "SELECT data, changed_at, deleted_at FROM snapshot WHERE connection = $1 AND stream = 'products' AND key = $2",
        channel.erp,
        key,
    )
    product = _decoded(row["data"], Product) if row else None
    items = product.items() if product else [key]
    records = await connection.fetch(
        "SELECT stream, key, data FROM snapshot WHERE connection = $1 AND stream IN ('prices', 'stock') "
        "AND key = ANY($2::text[]) AND deleted_at IS NULL",
        channel.erp,
        items,
    )
    bound = await _bindings(channel.id, key, items)
    holds = await _holds(channel.erp, key, items)
    if row is None and not holds and not bound:
        return None
    mapping = await connection.fetchrow(
        "SELECT rules, version, created_at FROM mapping WHERE channel = $1 AND stream = 'listings' AND active "
        "ORDER BY version DESC LIMIT 1",
        channel.id,
    )
    return Article(
        key=key,
        product=product,
        changed_at=row["changed_at"] if row else None,
        deleted_at=row["deleted_at"] if row else None,
        prices=_by_key(records, "prices", PriceSet),
        levels=_by_key(records, "stock", StockLevels),
        listing=next((one for one in bound if one.stream == "listings"), None),
        availability={one.key: one for one in bound if one.stream == "availability"},
        holds=holds,
        reserved=await _reserved(channel.erp, items),
        mapping=mapping["rules"] if mapping else None,
        mapping_version=mapping["version"] if mapping else None,
        mapping_at=mapping["created_at"] if mapping else None,
    )


async def _bindings(channel: UUID, product: str, items: Sequence[str]) -> list[Bound]:
    rows = await current_connection().fetch(
        """
        SELECT stream, key, target, targets, desired, desired_at, pushed, pushed_at, held, brake IS NOT NULL AS braked,
               desired_print IS DISTINCT FROM pushed_print AS due, problem, attempts, retry_at, leaving,
               left_at IS NOT NULL AS off_sale
          FROM binding
         WHERE channel = $1 AND (stream = 'listings' AND key = $2 OR stream = 'availability' AND key = ANY($3::text[]))
        """,
        channel,
        product,
        list(items),
    )
    return [
        Bound(**{**row, "targets": msgspec.json.decode(row["targets"]), "problem": _problem(row["problem"])})
        for row in rows
    ]


async def _holds(erp: UUID, product: str, items: Sequence[str]) -> list[SourceHold]:
    rows = await current_connection().fetch(
        """
        SELECT stream, key, problem, since FROM held_record
         WHERE connection = $1 AND (stream = 'products' AND key = $2 OR stream IN ('prices', 'stock') AND key = ANY($3::text[]))
        """,
        erp,
        product,
        list(items),
    )
    return [
        SourceHold(row["stream"], row["key"], msgspec.json.decode(row["problem"], type=Problem), row["since"])
        for row in rows
    ]


async def _reserved(erp: UUID, items: Sequence[str]) -> list[Reserved]:
    rows = await current_connection().fetch(
        """
        SELECT r.item, r.quantity, o.id, o.number, r.created_at FROM reservation r JOIN sales_order o ON o.id = r.sales_order
         WHERE r.connection = $1 AND r.item = ANY($2::text[]) AND r.ended_at IS NULL ORDER BY r.created_at
        """,
        erp,
        list(items),
    )
    return [Reserved(*row) for row in rows]


def _by_key(rows: Sequence[asyncpg.Record], stream: str, record: type[R]) -> dict[str, R]:
    found = {row["key"]: _decoded(row["data"], record) for row in rows if row["stream"] == stream}
    return {key: one for key, one in found.items() if one is not None}


def _decoded(data: str | None, record: type[R]) -> R | None:
    """None also for a record that was stored in a form no longer understood: its page then shows what else is known."""
    if data is None:
        return None
    try:
        return msgspec.json.decode(data, type=record)
    except msgspec.DecodeError:
        return None


def _problem(data: str | None) -> Problem | None:
    return msgspec.json.decode(data, type=Problem) if data else None
