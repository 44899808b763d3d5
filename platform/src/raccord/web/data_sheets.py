"""`/files/…`: data sheets and manuals, to whoever follows the link on a product's page."""

import asyncio
from typing import Any
from uuid import UUID

from litestar import Request, Response, get
from litestar.exceptions import NotFoundException
from litestar.params import FromPath

from raccord.front.security import MACHINE
from raccord.media.service import original_key
from raccord.storage import media
from raccord.storage.engine import tenant_transaction
from raccord.storage.objects import ObjectMissing, TenantObjects, disposition
from raccord.web.objects import ALONE

SHOWN = {"application/pdf", "text/plain"}
"""In the browser itself; the others are saved."""


@get("/files/{tenant:uuid}/{token:str}/{name:str}", opt=MACHINE)
async def data_sheet(
    request: Request[Any, Any, Any], tenant: FromPath[UUID], token: FromPath[str], name: FromPath[str]
) -> Response[bytes]:
    async with tenant_transaction(tenant):
        found = await media.data_sheet(token.replace("\0", ""))
    if found is None:
        raise NotFoundException("This file is not here any more.")
    try:
        mine = TenantObjects(request.app.state.objects, tenant)
        content = await asyncio.to_thread(mine.get, original_key(found.sha256))
    except ObjectMissing:
        raise NotFoundException("This file is not here any more.") from None
    shown = found.content_type in SHOWN
    said = disposition(name) if not shown else disposition(name).replace("attachment", "inline", 1)
    headers = {**ALONE, "Cache-Control": "public, max-age=3600", "Content-Disposition": said}
    kind = found.content_type if shown else "application/octet-stream"
    return Response(content, media_type=kind, headers=headers)


ROUTES = [data_sheet]
