"""Looks for a text in everything that has a number."""

from uuid import UUID

from raccord.catalogue import repository as catalogue
from raccord.catalogue.models import Filter
from raccord.front.links import quoted
from raccord.search import repository
from raccord.search.models import Found, Hit, Kind
from raccord.storage.engine import tenant_transaction

SHORTEST = 2
"""Characters; one letter is in everything."""


async def search(tenant: UUID, text: str) -> list[Found]:
    """Only the kinds of which something was found."""
    if len(text) < SHORTEST:
        return []
    async with tenant_transaction(tenant):
        found: list[tuple[Kind, list[Hit]]] = [
            ("order", await repository.orders(text)),
            ("paper", await repository.papers(text)),
            ("document", await repository.documents(text)),
            ("customer", await repository.customers(text)),
            ("article", await _articles(text)),
        ]
    return [Found(kind, hits[: repository.MOST], len(hits) > repository.MOST) for kind, hits in found if hits]


async def _articles(text: str) -> list[Hit]:
    """As the catalogue finds them: in the first channel that has them, by code, reference, bar code or name."""
    for channel in await catalogue.channels():
        rows = await catalogue.articles(channel, Filter(text))
        if rows:
            return [
                Hit(
                    "article", row.product.sku if row.product else row.key, row.product.name if row.product else "",
                    f"catalogue/{channel.id}/listings/{quoted(row.key)}",
                )
                for row in rows[: repository.MOST + 1]
            ]  # fmt: skip
    return []
