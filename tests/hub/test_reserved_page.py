"""A sale that the ERP's stock does not show is on its order's page, and a manager ends it there, once."""

from uuid import UUID

from raccord.storage.engine import tenant_transaction
from support.web import Site, Visitor, site, text_of

__all__ = ["site"]


def reserve(site: Site, order: UUID) -> None:
    async def work() -> None:
        async with tenant_transaction(site.made.tenant) as connection:
            await connection.execute(
                "INSERT INTO reservation (tenant, connection, sales_order, line, item, quantity, asked_at, told_at) "
                "VALUES ($1, $2, $3, 'unproven', 'CHAISE', 2, now() - interval '30 hours', now())",
                site.made.tenant,
                site.made.erp,
                order,
            )

    site.client.blocking_portal.call(work)


def test_it_is_shown_to_all_and_ended_by_a_manager_once(site: Site) -> None:
    order = site.made.orders["integrated"]
    path = site.at(f"orders/{order}")
    assert "diminue encore le stock" not in text_of(site.as_("owner").get(path))
    reserve(site, order)
    for who in ("reader", "seller", "owner"):
        told = text_of(site.as_(who).get(path))
        assert "diminue encore le stock" in told
        assert ("Mettre fin" in told) == (who == "owner")
    assert 403 == site.as_("seller").post(f"{path}/reserved").status_code
    owner: Visitor = site.as_("owner")
    assert f"{path}?done=unreserved" == owner.post(f"{path}/reserved").headers["location"]
    assert f"{path}?done=stale" == owner.post(f"{path}/reserved").headers["location"]
    told = text_of(owner.get(f"{path}?done=unreserved"))
    assert "diminue encore le stock" not in told
    assert "La réservation est terminée" in told
