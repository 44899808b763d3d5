"""A process that makes, or applies, one plan, article by article, until it is killed: `plan_process.py make|apply …`."""

import asyncio
import sys
from uuid import UUID

from raccord.mappings import service
from raccord.orders.following import FollowUp
from raccord.storage.engine import APP
from raccord.storage.locks import Locks
from raccord.sync import planning
from raccord.sync.commands import Commands
from raccord.sync.mappings import Mappings
from raccord.sync.ports import Ports
from support.publishing import PlayedWake


async def main(what: str, url: str, tenant: UUID, plan: UUID) -> None:
    await APP.open(url, pool_size=2)
    wake = PlayedWake()
    if what == "apply":
        await service.apply(tenant, plan, wake, None)
        return
    planning.BATCH = 1
    ports = Ports(
        wake=wake,
        shops=None,  # type: ignore[arg-type]  # a channel on air is planned without its shop
        orders=FollowUp(Commands(wake)),
        locks=Locks(url),
        mappings=Mappings(),
    )
    while await planning.make(ports, tenant, plan):
        pass


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1], sys.argv[2], UUID(sys.argv[3]), UUID(sys.argv[4])))
