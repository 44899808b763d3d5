"""Overview, and what waits for a person."""

from typing import Any
from uuid import UUID

from litestar import Request, get
from litestar.response import Template

from raccord.accounts.models import Person
from raccord.front.charts import bars
from raccord.front.templating import page
from raccord.overview import repository
from raccord.storage.engine import tenant_transaction
from raccord.tenants.access import member

Visit = Request[Person, Any, Any]


@get("/t/{tenant:uuid}/overview", guards=[member])
async def overview(request: Visit, tenant: UUID) -> Template:
    async with tenant_transaction(tenant):
        figures = await repository.figures()
        channels = await repository.channels()
        hours = await repository.hours()
        count = await repository.waiting_count()
    return page(
        request,
        "overview/_live.html" if request.headers.get("hx-request") else "overview/overview.html",
        figures=figures,
        channels=channels,
        chart=bars([(hour.start, hour.done, hour.failed) for hour in hours]),
        waiting_count=count,
    )


@get("/t/{tenant:uuid}/waiting", guards=[member])
async def waiting(request: Visit, tenant: UUID) -> Template:
    async with tenant_transaction(tenant):
        found = await repository.waiting()
        count = await repository.waiting_count()
    return page(request, "overview/waiting.html", waiting=found, waiting_count=count)


ROUTES = [overview, waiting]
