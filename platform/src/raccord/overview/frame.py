"""What surrounds every page of a merchant: how many things wait for a person, and the company's time zone."""

from typing import Any

from litestar import Request
from litestar.response import Template

from raccord.accounts.models import Person
from raccord.front.templating import page
from raccord.overview import repository
from raccord.storage.engine import tenant_transaction
from raccord.tenants.access import RANKS, access_of

Visit = Request[Person, Any, Any]


async def tenant_page(request: Visit, template: str, *, status: int = 200, **context: Any) -> Template:
    """A page or a fragment in the frame of the merchant that `member` let the person into. Not inside a transaction.
    Templates get `may(role)`: nobody is shown a button that would refuse them."""
    access = access_of(request)
    async with tenant_transaction(access.tenant):
        frame = await repository.frame()
    shared = {
        "timezone": frame.timezone,
        "waiting_count": frame.waiting,
        "alert_count": frame.alerts,
        "may": lambda role: RANKS[access.role] >= RANKS[role],
    }
    return page(request, template, status=status, **{**shared, **context})
