"""The values of the merchant's articles that a correspondence table does not have, looked for in the whole catalogue slice by
slice, each within the time of one request. What was found so far travels with the page that asks."""

import asyncio
import time
from collections.abc import Sequence
from uuid import UUID

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from raccord.core.conditions import PublicationError
from raccord.core.correspondence import Feeds
from raccord.core.formula_text import FormulaError
from raccord.core.placing import Paths, build_paths
from raccord.core.publication import Publication
from raccord.core.rules import MappingError
from raccord.mappings import articles
from raccord.mappings.bench import Bench
from raccord.storage import projections
from raccord.storage.engine import current_connection, tenant_transaction
from raccord_connectors.canonical import Category, Product
from raccord_connectors.contract import Message

SECONDS = 0.6
"""Of one request."""
SLICE = 500
"""Articles read at once."""
MOST_VALUES = 1_000
"""Different values kept; a table that lacks more of them is better imported."""

_products = msgspec.json.Decoder(Product)


class Missing(Struct, frozen=True, array_like=True):
    count: int
    """Articles."""
    example: str
    """The key of one of them."""


class Search(Struct, frozen=True, kw_only=True):
    """What was seen so far; goes to the page and back."""

    revision: int
    table: str
    after: str = ""
    seen: int = 0
    of: int = 0
    """Articles of the catalogue; of those that can never be in this shop (asleep, not meant for the web) no value counts."""
    values: dict[str, Missing] = {}
    beyond: bool = False
    """There are more values than are kept."""
    ended: bool = False
    refused: Message | None = None
    """The rules cannot be used, so that nothing was looked at."""

    def ranked(self) -> list[tuple[str, Missing]]:
        """The most frequent first."""
        return sorted(self.values.items(), key=lambda one: (-one[1].count, one[0].casefold()))


def fresh(revision: int, table: str) -> Search:
    return Search(revision=revision, table=table)


def read(state: str, revision: int, table: str) -> Search:
    """What a page sent; anew when it is of another revision of the draft or another table, or nonsense."""
    try:
        found = msgspec.json.decode(state, type=Search)
    except msgspec.DecodeError:
        return fresh(revision, table)
    return found if (found.revision, found.table) == (revision, table) else fresh(revision, table)


async def go_on(bench: Bench, search: Search, seconds: float = SECONDS) -> Search:
    draft = bench.draft
    try:
        feeds = Feeds(draft.mapping, draft.settings, bench.discovery, search.table)
        publication = Publication(draft.settings, bench.discovery.prices_include_tax)
    except (MappingError, PublicationError, FormulaError) as error:
        return replace(search, ended=True, refused=error.message)
    end = time.monotonic() + seconds
    if not search.of:
        async with tenant_transaction(bench.tenant):
            search = replace(search, of=await articles.how_many(bench.erp.id))
    while not search.ended and time.monotonic() < end:
        async with tenant_transaction(bench.tenant):
            rows = await _next(bench.erp.id, search.after)
            products = [product for _, product in rows if product and publication.is_candidate(product)]
            paths = await _paths(bench.erp.id, products) if feeds.needs_categories else {}
        missing = [(one.key, feeds.missing(one, paths, bench.today)) for one in products]
        search = _passed(_with(search, missing), [key for key, _ in rows])
        await asyncio.sleep(0)  # others on this process have their turn
    return search


def _with(search: Search, missing: Sequence[tuple[str, Sequence[str]]]) -> Search:
    """`missing`: key of an article, its values that the table lacks."""
    values, beyond = dict(search.values), search.beyond
    for key, lacking in missing:
        for value in lacking:
            known = values.get(value)
            if known is not None:
                values[value] = Missing(known.count + 1, known.example)
            elif len(values) < MOST_VALUES:
                values[value] = Missing(1, key)
            else:
                beyond = True
    return replace(search, values=values, beyond=beyond)


def _passed(search: Search, keys: Sequence[str]) -> Search:
    seen, ended = search.seen + len(keys), len(keys) < SLICE
    return replace(
        search,
        after=keys[-1] if keys else search.after,
        seen=seen,
        of=seen if ended else max(search.of, seen),
        ended=ended,
    )


async def _next(erp: UUID, after: str) -> list[tuple[str, Product | None]]:
    """None for an article that was stored in a form no longer understood; projecting holds it, with that reason."""
    rows = await current_connection().fetch(
        "SELECT key, data::text FROM snapshot WHERE connection = $1 AND stream = 'products' AND deleted_at IS NULL "
        "AND key > $2 ORDER BY key LIMIT $3",
        erp,
        after,
        SLICE,
    )
    return [(row["key"], _decoded(row["data"])) for row in rows]


def _decoded(data: str) -> Product | None:
    try:
        return _products.decode(data)
    except msgspec.DecodeError:
        return None


async def _paths(erp: UUID, products: Sequence[Product]) -> Paths:
    places = {place for one in products for place in (*one.categories, *([one.family] if one.family else []))}
    above = await projections.categories_above(erp, places) if places else []
    return build_paths(msgspec.json.decode(data, type=Category) for data in above)
