"""`/objects/…`: the embedded folder's contents, to whoever comes with a signed address. Nothing here where S3 is named."""

import asyncio
from collections.abc import AsyncIterator

from litestar import Request, get, put
from litestar.datastructures import State
from litestar.exceptions import NotFoundException, PermissionDeniedException
from litestar.params import FromPath
from litestar.response import File, Response
from litestar.status_codes import HTTP_200_OK

from raccord.front.security import MACHINE
from raccord.storage.objects import ObjectMissing, ObjectRefused, disposition, put_headers
from raccord.storage.objects.folder import FolderObjects
from raccord.storage.objects.signing import Grant

ASIDE = 1024 * 1024
"""Bytes gathered before they go to disk, in a thread."""
ALONE = {
    # What a merchant's file says must not act as a page of ours.
    "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'",
    "Cache-Control": "private, max-age=31536000, immutable",
}


@get("/objects/{key:path}", opt=MACHINE)
async def send(request: Request[object, object, State], key: FromPath[str]) -> File:
    folder, grant = _granted(request, key, "get")
    try:
        path = folder.file(grant)
    except ObjectMissing:
        raise NotFoundException("There is nothing under this address.") from None
    info = await asyncio.to_thread(folder.info, grant.key)
    headers = {**ALONE, "Content-Disposition": disposition(grant.name)} if grant.name else ALONE
    kind = grant.type or (info.content_type if info else "") or "application/octet-stream"
    return File(path, media_type=kind, content_disposition_type="inline", headers=headers)


@put("/objects/{key:path}", opt=MACHINE, status_code=HTTP_200_OK)
async def receive(request: Request[object, object, State], key: FromPath[str]) -> Response[None]:
    folder, grant = _granted(request, key, "put", "part")
    if grant.act == "put":
        promised = put_headers(grant.type, grant.sha256)
        if any(request.headers.get(name.lower()) != value for name, value in promised.items()):
            raise PermissionDeniedException("The headers are not those of this address.")
    try:
        with folder.receiving(grant) as arriving:
            async for block in _blocks(request):
                await asyncio.to_thread(arriving.write, block)
            await asyncio.to_thread(folder.take, grant, arriving)
    except ObjectRefused as error:
        raise PermissionDeniedException(f"Refused: {error}.") from None
    except ObjectMissing:
        raise NotFoundException("This upload was ended or abandoned.") from None
    return Response(None, status_code=HTTP_200_OK)


def _granted(request: Request[object, object, State], key: str, *acts: str) -> tuple[FolderObjects, Grant]:
    folder = request.app.state.objects
    if not isinstance(folder, FolderObjects):
        raise NotFoundException("Files are not kept here.")
    try:
        grant = folder.granted(key.lstrip("/"), dict(request.query_params.items()))
    except ObjectRefused as error:
        raise PermissionDeniedException(f"Refused: {error}.") from None
    if grant.act not in acts:
        raise PermissionDeniedException("Refused: the address is for another act.")
    return folder, grant


async def _blocks(request: Request[object, object, State]) -> AsyncIterator[bytes]:
    gathered = bytearray()
    async for chunk in request.stream():
        gathered += chunk
        if len(gathered) >= ASIDE:
            yield bytes(gathered)
            gathered.clear()
    if gathered:
        yield bytes(gathered)


ROUTES = [send, receive]
