"""The page of what was found."""

from uuid import UUID

from litestar import get
from litestar.params import FromPath
from litestar.response import Template

from raccord.overview.frame import Visit, tenant_page
from raccord.search.service import SHORTEST, search
from raccord.tenants.access import member

LONGEST = 200


@get("/t/{tenant:uuid}/search", guards=[member])
async def found(request: Visit, tenant: FromPath[UUID]) -> Template:
    text = request.query_params.get("q", "").replace("\0", "").strip()[:LONGEST]
    return await tenant_page(
        request, "search/found.html", q=text, found=await search(tenant, text), short=len(text) < SHORTEST
    )


ROUTES = [found]
