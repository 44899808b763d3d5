"""A rehearsal: both sides of a channel are read, nothing is written in either, and what would go wrong is told.

It goes step by step (`STEPS`), in slices: what a slice has seen is committed with the place where the next one goes on, so
a process that dies loses one page. The database is the only to-do list; the sweep finds a rehearsal whose wake-up was lost.
"""

from collections.abc import Awaitable, Callable
from datetime import timedelta
from uuid import UUID

import msgspec
import structlog

from raccord.core.retry import pause_after
from raccord.core.rules import MappingError
from raccord.log import trace
from raccord.storage import rehearsals
from raccord.storage.engine import tenant_transaction
from raccord.sync import rehearsing_erp, rehearsing_shop, rehearsing_sides
from raccord.sync.commands import Commands
from raccord.sync.ports import Ports
from raccord.sync.rehearsal_pass import Interrupted, Pass
from raccord_connectors.contract import ConnectorError, Problem, Text

SLICE = timedelta(seconds=20)
"""After which the other tenants have their turn."""
MOST_ATTEMPTS = 8
"""Slices without any progress before it is given up."""
STEPS: dict[str, Callable[[Pass], Awaitable[None]]] = {
    "sides": rehearsing_sides.sides,
    "settings": rehearsing_sides.settings,
    "held": rehearsing_erp.held,
    "articles": rehearsing_erp.articles,
    "customers": rehearsing_erp.customers,
    "listings": rehearsing_shop.listings,
    "meeting": rehearsing_shop.meeting,
    "orders": rehearsing_shop.orders,
}
"""In this order: an order's articles are those of the meeting."""
FIRST = next(iter(STEPS))
CLOSING = "closing"
"""All steps are done."""
STUCK = Text(
    "rehearsal.stuck",
    "La répétition s’est arrêtée plusieurs fois au même endroit ; cela nous est signalé. Recommencez-la plus tard.",
    "The rehearsal stopped several times at the same place; it is reported to us. Start it again later.",
)
log = structlog.get_logger(__name__)


async def rehearse(
    ports: Ports, commands: Commands, tenant: UUID, rehearsal: UUID, *, reachable: bool
) -> bool:
    """One slice. True when there is more to do at once. `reachable`: shops can call this installation."""
    async with tenant_transaction(tenant):
        row = await rehearsals.running(rehearsal)
        if row is None:
            return False
        attempts = await rehearsals.try_once_more(rehearsal)
    if attempts > MOST_ATTEMPTS:
        log.error("rehearsal given up", rehearsal=str(rehearsal), step=row.step)
        await _close(tenant, rehearsal, "failed", Problem("bug", STUCK.fill(), detail=row.step))
        return False
    try:
        made = await Pass.opened(ports, commands, tenant, row, reachable=reachable, until=ports.now() + SLICE)
        await _go_on(made)
    except Interrupted as interrupted:
        return interrupted.more
    except MappingError as error:
        await _close(tenant, rehearsal, "failed", Problem("config", error.message))
    except ConnectorError as error:
        await _put_off(tenant, rehearsal, attempts, error)
    except Exception as error:
        log.error("rehearsal stopped by a bug", rehearsal=str(rehearsal), step=row.step, trace=trace(error))
        raise  # the sweep tries again; it is given up after some attempts
    return False


async def _go_on(made: Pass) -> None:
    names = [*STEPS, CLOSING]
    while made.step != CLOSING:
        step = made.step
        made.following = names[names.index(step) + 1]
        await STEPS[step](made)
        if made.step == step:  # its last page could not be known as the last one
            await made.save(ends=True)
        made.pause_if_over()
    await _close(made.tenant, made.id, "done", None)


async def _put_off(tenant: UUID, rehearsal: UUID, attempts: int, error: ConnectorError) -> None:
    """The shop is busy or away: later. After some attempts its sentence is the answer."""
    problem = error.problem()
    if attempts >= MOST_ATTEMPTS or problem.kind != "transient":
        await _close(tenant, rehearsal, "failed", problem)
        return
    pause = pause_after(attempts, problem.retry_after)
    async with tenant_transaction(tenant):
        await rehearsals.put_off(rehearsal, pause, msgspec.json.encode(problem).decode())


async def _close(tenant: UUID, rehearsal: UUID, state: str, problem: Problem | None) -> None:
    packed = None if problem is None else msgspec.json.encode(problem).decode()
    async with tenant_transaction(tenant):
        await rehearsals.close(rehearsal, state, packed)


def steps_before(step: str) -> int:
    """How many steps are done when this one is under way."""
    return [*STEPS, CLOSING].index(step) if step in STEPS or step == CLOSING else 0
