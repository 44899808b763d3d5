"""A rehearsal that is over, for the pages that show it: what the real checks say of a few spoilt records."""

import uuid
from typing import Any
from uuid import UUID

from msgspec.structs import replace

from raccord.core.rehearsal import checks
from raccord.core.rehearsal.findings import Finding
from raccord.core.rehearsal.subjects import Systems
from raccord.storage import rehearsals
from raccord_connectors.canonical import MediaRef
from raccord_connectors.contract import Message, Problem
from support.rehearsed import article, order, product, sale, with_variants, world

STRANGE_KEY = "TAB|1/2 #é"
"""As `web_merchant` has it."""

FIGURES = {
    "articles": 16, "selling": 14, "listings": 15, "customers": 2, "matched": 11, "ambiguous": 1, "only_erp": 2, "only_shop": 1,
    "unsold": 1, "orders": 25, "orders_good": 21,
}  # fmt: skip


def findings() -> list[Finding]:
    refused = Problem("config", Message("x", "La clé ne peut pas écrire.", "The key may not write."))
    subjects: list[Any] = [
        Systems(shop_problem=refused),
        article(replace(product("CHAISE"), media=[])),
        article(replace(product(STRANGE_KEY), media=[])),
        article(with_variants("Bleu", "Bleu")),
        article(product("TABLE", sku="TA\u00a0BLE", media=[MediaRef(name="table.jpg")])),
        *(article(product(f"CLOU-{number:02}", media=[])) for number in range(20)),
        sale(order(net=order().net + 1, gross=order().gross + 1)),
        sale(items={}),
    ]
    return [one for subject in subjects for one in checks.run(subject, world())]


async def furnish(
    tenant: UUID, channel: UUID, found: list[Finding] | None = None, *, state: str = "done", problem: str | None = None
) -> UUID:  # fmt: skip
    """In the tenant's transaction."""
    made = uuid.uuid4()
    await rehearsals.begin(
        tenant, made, channel, '{"rules": []}', "{}", of_draft=True, step="orders", account=None
    )
    counts: dict[str, int] = {}
    await rehearsals.save_findings(tenant, made, findings() if found is None else found, counts)
    await rehearsals.move(
        made, step="orders", cursor="", done=25, of=50, counts=counts, figures=dict(FIGURES)
    )
    if state != "running":
        await rehearsals.close(made, state, problem)
    return made
