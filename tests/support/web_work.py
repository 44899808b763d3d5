"""What the workers would do for pages under test: plans that were asked for are made, on the application's own loop."""

from uuid import UUID

from raccord.orders.following import FollowUp
from raccord.storage.locks import Locks
from raccord.sync.mappings import Mappings
from raccord.sync.planning import make
from raccord.sync.ports import Ports
from support.web import Site


def make_plans(site: Site) -> list[UUID]:
    """Those that were asked for since the last time, to their end; returns them."""

    async def work() -> list[UUID]:
        assert site.settings.database_url
        state, locks = site.client.app.state, Locks(site.settings.database_url)
        ports = Ports(
            wake=site.wake,
            shops=state.connections,
            orders=FollowUp(state.tunnel.commands),
            locks=locks,
            mappings=Mappings(),
        )
        asked = [one[1] for one in site.wake.woken if one[0] == "plan"]
        site.wake.woken = [one for one in site.wake.woken if one[0] != "plan"]
        try:
            for plan in asked:
                while await make(ports, site.made.tenant, plan):
                    pass
        finally:
            await locks.close()
        return asked

    return site.client.blocking_portal.call(work)
