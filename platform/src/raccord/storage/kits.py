"""What the ERP's kits are made of, so that a component's stock reaches the kits, and a kit's sale its components.

Inside the tenant's transaction. The relation is derived from the articles when they are projected.
"""

from collections import defaultdict
from collections.abc import Collection, Mapping
from decimal import Decimal
from uuid import UUID

from raccord.storage.engine import current_connection
from raccord_connectors.canonical import Component


async def refresh(tenant: UUID, erp: UUID, kits: Mapping[str, Collection[Component]]) -> set[str]:
    """Product key → its components (none for an article that is no kit). Returns the keys of everything concerned by a
    difference: kits and components, former and new."""
    rows = await current_connection().fetch(
        "SELECT kit, item, quantity FROM kit_part WHERE connection = $1 AND kit = ANY($2::text[])",
        erp,
        list(kits),
    )
    old = {(row["kit"], row["item"]): row["quantity"] for row in rows}
    new: dict[tuple[str, str], Decimal] = defaultdict(Decimal)
    for kit, components in kits.items():
        for component in components:
            new[kit, component.item] += component.quantity
    gone = sorted(old.keys() - new.keys())
    changed = sorted(edge for edge, quantity in new.items() if old.get(edge) != quantity)
    if gone:
        await current_connection().execute(
            "DELETE FROM kit_part WHERE connection = $1 AND (kit, item) IN (SELECT * FROM unnest($2::text[], $3::text[]))",
            erp,
            [kit for kit, _ in gone],
            [item for _, item in gone],
        )
    if changed:
        await current_connection().execute(
            """
            INSERT INTO kit_part (tenant, connection, kit, item, quantity)
            SELECT $1, $2, * FROM unnest($3::text[], $4::text[], $5::numeric[])
            ON CONFLICT (tenant, connection, kit, item) DO UPDATE SET quantity = excluded.quantity
            """,
            tenant,
            erp,
            [kit for kit, _ in changed],
            [item for _, item in changed],
            [new[edge] for edge in changed],
        )
    return {key for edge in (*gone, *changed) for key in edge}


_UP = """
WITH RECURSIVE up AS (
  SELECT unnest($2::text[]) AS key
  UNION SELECT p.kit FROM kit_part p JOIN up ON p.item = up.key WHERE p.connection = $1
) SELECT key FROM up
"""
_DOWN = """
WITH RECURSIVE down AS (
  SELECT unnest($2::text[]) AS key
  UNION SELECT p.item FROM kit_part p JOIN down ON p.kit = down.key WHERE p.connection = $1
) SELECT key FROM down
"""


async def with_kits(erp: UUID, items: Collection[str]) -> set[str]:
    """These items and all kits that contain them, however deep."""
    return {row["key"] for row in await current_connection().fetch(_UP, erp, list(items))}


async def with_parts(erp: UUID, items: Collection[str]) -> set[str]:
    """These items and all that they are made of, however deep."""
    return {row["key"] for row in await current_connection().fetch(_DOWN, erp, list(items))}


async def parts_of(erp: UUID, kits: Collection[str]) -> dict[str, list[Component]]:
    """Kit → its components; plain items are absent."""
    rows = await current_connection().fetch(
        "SELECT kit, item, quantity FROM kit_part WHERE connection = $1 AND kit = ANY($2::text[]) ORDER BY kit, item",
        erp,
        list(kits),
    )
    found: dict[str, list[Component]] = defaultdict(list)
    for row in rows:
        found[row["kit"]].append(Component(row["item"], row["quantity"]))
    return dict(found)


async def sold(erp: UUID, items: Collection[str]) -> dict[str, Decimal]:
    """Base units of these items that shops have sold and the ERP's stock does not show yet."""
    rows = await current_connection().fetch(
        "SELECT item, sum(quantity) AS quantity FROM reservation "
        "WHERE connection = $1 AND item = ANY($2::text[]) AND ended_at IS NULL GROUP BY item",
        erp,
        list(items),
    )
    return {row["item"]: row["quantity"] for row in rows}
