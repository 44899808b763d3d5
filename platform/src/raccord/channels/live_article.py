"""The merchant's own article beside a form of rules: found by what is typed, leafed through, kept while the form changes."""

from collections.abc import Mapping
from uuid import UUID

from msgspec import Struct

from raccord.mappings import articles
from raccord.mappings.articles import Loaded, Named
from raccord.storage.engine import tenant_transaction
from raccord_connectors.canonical import Product

LONGEST = 200
"""Characters of a search."""


class Live(Struct, frozen=True, kw_only=True):
    """The article, its neighbours by key, and what else the search found."""

    key: str
    product: Product
    loaded: Loaded
    before: str | None
    after: str | None
    searched: str = ""
    missed: bool = False
    """The search found nothing; the former article stays."""
    others: list[Named] = []


async def live_article(tenant: UUID, channel: UUID, erp: UUID, form: Mapping[str, str]) -> Live | None:
    """What the form asks for: `choose` (a key), else what `q` finds where it is not what was `searched` already, else the
    same `article`, else the one that changed last. None when the ERP has sent no article."""
    typed = {
        name: str(form.get(name, "")).replace("\0", "").strip()[:LONGEST]
        for name in ("choose", "q", "searched", "article")
    }
    async with tenant_transaction(tenant):
        found: list[Named] = []
        wanted = typed["choose"] or typed["article"]
        is_search = bool(typed["q"]) and not typed["choose"]
        if is_search:
            found = await articles.found(erp, typed["q"])
            if typed["q"] != typed["searched"] or not wanted:
                wanted = found[0].key if found else wanted
        loaded = await articles.load(erp, [wanted]) if wanted else None
        if loaded is None or wanted not in loaded.products:  # none asked for, or gone meanwhile
            recent = await articles.recent(erp, channel)
            wanted = recent[0].key if recent else ""
            loaded = await articles.load(erp, [wanted])
        if wanted not in loaded.products:
            return None
        before, after = await articles.beside(erp, wanted)
    return Live(
        key=wanted,
        product=loaded.products[wanted],
        loaded=loaded,
        before=before,
        after=after,
        searched=typed["q"],
        missed=is_search and not found,
        others=[one for one in found if one.key != wanted][:5],
    )
