"""A whole mapping in place of the draft's: from another channel, from a file, or the usual one of both connectors; and the draft
as a file. Nothing moves in the shop before the draft is applied."""

from typing import Any
from uuid import UUID

from litestar import Response, get, post
from litestar.datastructures import FormMultiDict, UploadFile
from litestar.params import FromPath
from litestar.response import Redirect
from msgspec.structs import replace

from raccord.channels import service as channels
from raccord.core.mapping_file import FileError, from_file, to_file
from raccord.core.rules import Mapping
from raccord.front.links import address
from raccord.mappings import service
from raccord.mappings.editor_frame import Frame, frame_of
from raccord.mappings.editor_pages import AT, table
from raccord.mappings.errors import MappingsError
from raccord.overview.frame import Visit
from raccord.tenants.access import member
from raccord_connectors.contract import Message, Text

MANAGER = {"role": "manager"}
NO_CHANNEL = Text(
    "editor.no_channel",
    "Ce canal n’existe pas, ou plus : choisissez-en un autre à copier.",
    "This channel does not exist, or no longer: choose another one to copy.",
)
NO_FILE = Text(
    "editor.no_file",
    "Choisissez d’abord le fichier à importer, tel que Raccord l’a exporté.",
    "Choose the file to import first, as Raccord exported it.",
)


@get(f"{AT}/file", guards=[member])
async def export(request: Visit, tenant: FromPath[UUID], channel: FromPath[UUID]) -> Response[bytes]:
    """The draft: what one sees is what one keeps. Settings stay with their channel."""
    frame = await frame_of(request, tenant, channel)
    bench = frame.bench
    data = to_file(bench.draft.mapping, bench.erp.connector, bench.shop.connector)
    name = "".join(sign if sign.isascii() and sign.isalnum() else "-" for sign in bench.channel.name)[:60]
    headers = {
        "Content-Disposition": f'attachment; filename="raccord-{name}.json"',
        "Cache-Control": "no-store",
    }
    return Response(data, media_type="application/json", headers=headers)


@post(f"{AT}/file", guards=[member], opt=MANAGER, status_code=200)
async def import_file(request: Visit, tenant: FromPath[UUID], channel: FromPath[UUID]) -> Response[Any]:
    form = await request.form()
    frame = await frame_of(request, tenant, channel)
    given = form.get("file")
    data = await given.read() if isinstance(given, UploadFile) else b""
    if not data:
        return await _refused(frame, NO_FILE.fill())
    try:
        found = from_file(data)
    except FileError as error:
        return await _refused(frame, error.message)
    return await _put(frame, form, found.mapping)


@post(f"{AT}/copy", guards=[member], opt=MANAGER, status_code=200)
async def copy(request: Visit, tenant: FromPath[UUID], channel: FromPath[UUID]) -> Response[Any]:
    """Rules and tables of another channel of the merchant, as they are in force there."""
    form = await request.form()
    frame = await frame_of(request, tenant, channel)
    asked = str(form.get("channel", ""))
    other = next((one for one in await channels.every(tenant) if str(one.id) == asked), None)
    if other is None:
        return await _refused(frame, NO_CHANNEL.fill())
    versions = await service.versions(tenant, other.id)
    active = next((one.mapping for one in versions if one.active), None)
    mapping = active if active is not None else (await service.draft(tenant, other.id)).mapping
    return await _put(frame, form, mapping)


@post(f"{AT}/template", guards=[member], opt=MANAGER, status_code=200)
async def start_again(request: Visit, tenant: FromPath[UUID], channel: FromPath[UUID]) -> Response[Any]:
    """The usual rules; correspondence tables were work and stay."""
    form = await request.form()
    frame = await frame_of(request, tenant, channel)
    return await _put(frame, form, replace(frame.bench.usual, tables=frame.bench.draft.mapping.tables))


async def _put(frame: Frame, form: FormMultiDict, mapping: Mapping) -> Response[Any]:
    """As the draft's rules, if nobody has changed the draft since the page was shown."""
    revision = str(form.get("revision", ""))
    try:
        await service.save_draft(
            frame.bench.tenant,
            frame.bench.channel.id,
            mapping=mapping,
            revision=int(revision)
            if revision.isascii() and revision.isdigit() and len(revision) < 19
            else -1,
            account=frame.request.user.id,
        )
    except MappingsError as error:
        return await _refused(frame, error.message)
    return Redirect(address(frame.here, done="saved"), status_code=303)


async def _refused(frame: Frame, why: Message) -> Response[Any]:
    return await table(frame, refused=[why], status=422)


ROUTES = [export, import_file, copy, start_again]
