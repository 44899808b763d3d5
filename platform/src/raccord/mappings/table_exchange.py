"""A correspondence table to and from a file: what the file would change is shown before anything of it is taken."""

from typing import Any
from uuid import UUID

import msgspec
from litestar import Response, get, post
from litestar.datastructures import UploadFile
from litestar.params import FromPath
from litestar.response import Redirect, Template
from msgspec import Struct

from raccord.core.correspondence import MOST_ENTRIES, compared, with_table
from raccord.front.i18n import language_of
from raccord.mappings import table_files
from raccord.mappings.bench import Bench, bench_of
from raccord.mappings.errors import MappingsError
from raccord.mappings.table_files import FileError, Line, ReadTable
from raccord.mappings.table_pages import AT, MANAGER, save, shown, table_at, table_page
from raccord.mappings.table_views import asked, entries_of
from raccord.overview.frame import Visit
from raccord.tenants.access import member
from raccord_connectors.contract import Message, Text

SHOWN = 200
"""Lines of each kind that the preview lists."""

NO_FILE = Text(
    "tables.no_file",
    "Aucun fichier n’a été choisi. Choisissez un fichier CSV, puis recommencez.",
    "No file was chosen. Choose a CSV file, then try again.",
)
UNUSABLE = Text(
    "tables.unusable",
    "Cet import n’est plus utilisable. Choisissez le fichier à nouveau.",
    "This import can no longer be used. Choose the file again.",
)
FULL = Text(
    "tables.full",
    "La table aurait {n} lignes, et {most} au plus sont possibles. Rien n’a été pris.",
    "The table would have {n} lines, and {most} at the most are possible. Nothing was taken.",
)


class Parcel(Struct, frozen=True):
    """What a file said, on its way to the page and back."""

    entries: dict[str, str]
    spared: list[str] = []
    """Values of lines that were left out: they do not count as gone."""


@get(f"{AT}/table/file", guards=[member])
async def export_table(request: Visit, tenant: FromPath[UUID], channel: FromPath[UUID]) -> Response[bytes]:
    bench = await bench_of(request, tenant, channel)
    name = asked(request.query_params, "name")
    data = table_files.written(entries_of(bench, name), french=language_of(request) == "fr")
    plain = "".join(c if c.isascii() and c.isalnum() else "-" for c in name).strip("-") or "table"
    headers = {"Content-Disposition": f'attachment; filename="{plain}.csv"', "Cache-Control": "no-store"}
    return Response(data, media_type="text/csv", headers=headers)


@post(f"{AT}/table/file", guards=[member], opt=MANAGER, status_code=200)
async def read_file(request: Visit, tenant: FromPath[UUID], channel: FromPath[UUID]) -> Response[Any]:
    """The preview. Nothing is taken yet."""
    bench = await bench_of(request, tenant, channel)
    form = await request.form()
    name = asked(form, "name")
    entries_of(bench, name)
    upload = form.get("file")
    data = await upload.read() if isinstance(upload, UploadFile) else b""
    if not data:
        return await table_page(request, bench, name, given=form, wrong=NO_FILE.fill(), about="file")
    header = {"yes": True, "no": False}.get(asked(form, "header"))
    try:
        found = table_files.read(data, header=header)
    except FileError as error:
        return await table_page(request, bench, name, given=form, wrong=error.message, about="file")
    parcel = Parcel(found.entries, [line.value for line in found.left_out if line.value])
    return await _preview(
        request,
        bench,
        name,
        parcel,
        whole=asked(form, "whole") == "yes",
        found=found,
        left_out=found.left_out,
    )


@post(f"{AT}/table/take", guards=[member], opt=MANAGER, status_code=200)
async def take_file(request: Visit, tenant: FromPath[UUID], channel: FromPath[UUID]) -> Response[Any]:
    """What the preview showed."""
    bench = await bench_of(request, tenant, channel)
    form = await request.form()
    name = asked(form, "name")
    before = entries_of(bench, name)
    try:
        parcel = msgspec.json.decode(str(form.get("parcel", "")), type=Parcel)
    except msgspec.DecodeError:
        return await table_page(request, bench, name, given=form, wrong=UNUSABLE.fill(), about="file")
    whole = asked(form, "whole") == "yes"
    entries = compared(before, _sound(parcel.entries), whole=whole, spared=parcel.spared).entries
    if len(entries) > MOST_ENTRIES:
        said = FULL.fill(n=len(entries), most=MOST_ENTRIES)
        return await table_page(request, bench, name, given=form, wrong=said, about="file")
    try:
        await save(request, bench, with_table(bench.draft.mapping, name, entries), asked(form, "revision"))
    except MappingsError as error:
        return await _preview(request, bench, name, parcel, whole=whole, stale=error.message)
    return Redirect(table_at(bench, name, done="kept"), status_code=303)


def _sound(entries: dict[str, str]) -> dict[str, str]:
    """As a file gives them, whatever came with the form."""
    return {value.strip(): meant.strip() for value, meant in entries.items() if value.strip()}


async def _preview(
    request: Visit,
    bench: Bench,
    name: str,
    parcel: Parcel,
    *,
    whole: bool,
    found: ReadTable | None = None,
    left_out: list[Line] | None = None,
    stale: Message | None = None,
) -> Template:
    """With the draft as it is now."""
    comparison = compared(entries_of(bench, name), parcel.entries, whole=whole, spared=parcel.spared)
    return await shown(
        request,
        bench,
        "mappings/tables_import.html",
        status=422 if stale else 200,
        name=name,
        read=found,
        left_out=left_out or [],
        comparison=comparison,
        most=SHOWN,
        whole=whole,
        stale=stale,
        parcel=msgspec.json.encode(parcel).decode(),
    )


ROUTES = [export_table, read_file, take_file]
