"""Writing the journal. Reading it belongs to its pages."""

from collections.abc import Sequence
from uuid import UUID

from raccord.journal import repository
from raccord.journal.models import Entry


async def write_entries(tenant: UUID, entries: Sequence[Entry]) -> None:
    """Inside the tenant's transaction of what they tell; nothing when there are none."""
    if entries:
        await repository.insert(tenant, entries)
