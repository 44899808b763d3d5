"""Overview, and what waits for a person."""

from uuid import UUID

from litestar import get
from litestar.params import FromPath
from litestar.response import Template

from raccord.front.charts import bars
from raccord.front.templating import is_fragment
from raccord.overview import repository
from raccord.overview.frame import Visit, tenant_page
from raccord.storage.engine import tenant_transaction
from raccord.tenants.access import member


@get("/t/{tenant:uuid}/overview", guards=[member])
async def overview(request: Visit, tenant: FromPath[UUID]) -> Template:
    async with tenant_transaction(tenant):
        figures = await repository.figures()
        channels = await repository.channels()
        hours = await repository.hours()
    return await tenant_page(
        request,
        "overview/_live.html" if is_fragment(request) else "overview/overview.html",
        figures=figures,
        channels=channels,
        live=request.query_params.get("live") != "off",
        chart=bars([(hour.start, hour.done, hour.failed) for hour in hours]),
    )


@get("/t/{tenant:uuid}/waiting", guards=[member])
async def waiting(request: Visit, tenant: FromPath[UUID]) -> Template:
    async with tenant_transaction(tenant):
        found = await repository.waiting()
    return await tenant_page(request, "overview/waiting.html", waiting=found)


ROUTES = [overview, waiting]
