"""Correspondence tables of a channel's draft: the list, and one table with its entries, its missing values and its settings."""

from typing import Any
from uuid import UUID

import msgspec
from litestar import Response, get, post
from litestar.datastructures import FormMultiDict
from litestar.params import FromPath
from litestar.response import Redirect, Template

from raccord.core import rules
from raccord.core.correspondence import compared, edited, renamed, uses, with_table
from raccord.core.step_tables import Finder
from raccord.front.links import address
from raccord.mappings import service, table_missing
from raccord.mappings.bench import Bench, bench_of
from raccord.mappings.draft_bar import draft_bar
from raccord.mappings.errors import MappingsError
from raccord.mappings.table_missing import Search
from raccord.mappings.table_views import (
    LINES,
    MOST_KNOWN,
    NEW_LINES,
    SHOWN_MISSING,
    EntryLine,
    asked,
    entries_of,
    entry_lines,
    found_entries,
    known_values,
    missing_lines,
    name_problem,
    packed,
    rows_of,
    tables_of,
    ticked,
    titled,
    typed_lines,
    use_problem,
)
from raccord.overview.frame import Visit, tenant_page
from raccord.tenants.access import member
from raccord_connectors.contract import Message

MANAGER = {"role": "manager"}
AT = "/t/{tenant:uuid}/channels/{channel:uuid}/tables"
PATIENT = 4.0
"""Seconds of searching for somebody whose browser cannot ask again by itself."""


def place_of(bench: Bench) -> str:
    return f"/t/{bench.tenant}/channels/{bench.channel.id}/tables"


def table_at(bench: Bench, name: str, **query: object) -> str:
    return address(f"{place_of(bench)}/table", name=name, **query)


async def shown(
    request: Visit, bench: Bench, template: str, *, status: int = 200, **context: Any
) -> Template:
    """A page or a fragment of this feature."""
    return await tenant_page(
        request,
        template,
        status=status,
        channel=bench.channel,
        erp=bench.erp,
        shop=bench.shop,
        here=place_of(bench),
        table_at=lambda name, **query: table_at(bench, name, **query),
        rule_at=lambda target: address(
            f"{place_of(bench).removesuffix('/tables')}/mapping/rule", target=target
        ),
        revision=bench.draft.revision,
        bar=await draft_bar(bench.tenant, bench.channel.id),
        **context,
    )


async def save(request: Visit, bench: Bench, mapping: rules.Mapping, revision: str) -> None:
    """Into the draft, unless it is so already. Raises `MappingsError`."""
    if mapping == bench.draft.mapping:
        return
    number = int(revision) if revision.isdecimal() and len(revision) < 10 else -1
    await service.save_draft(
        bench.tenant, bench.channel.id, mapping=mapping, revision=number, account=request.user.id
    )


# ------------------------------------------------------------------------------------------------ the list


@get(AT, guards=[member])
async def tables(request: Visit, tenant: FromPath[UUID], channel: FromPath[UUID]) -> Template:
    bench = await bench_of(request, tenant, channel)
    return await _list(request, bench)


async def _list(
    request: Visit, bench: Bench, *, wrong: Message | None = None, typed: str = "", status: int = 200
) -> Template:
    return await shown(
        request,
        bench,
        "mappings/tables.html",
        tables=tables_of(bench),
        wrong=wrong,
        typed=typed,
        status=status,
    )


@post(AT, guards=[member], opt=MANAGER, status_code=200)
async def new_table(request: Visit, tenant: FromPath[UUID], channel: FromPath[UUID]) -> Response[Any]:
    bench = await bench_of(request, tenant, channel)
    form = await request.form()
    name = asked(form, "name")
    wrong = name_problem(bench, name)
    if wrong is None:
        try:
            await save(request, bench, with_table(bench.draft.mapping, name, {}), asked(form, "revision"))
        except MappingsError as error:
            wrong = error.message
        else:
            return Redirect(table_at(bench, name, done="kept"), status_code=303)
    return await _list(request, bench, wrong=wrong, typed=name, status=422)


# ----------------------------------------------------------------------------------------------- one table


@get(f"{AT}/table", guards=[member])
async def table(request: Visit, tenant: FromPath[UUID], channel: FromPath[UUID]) -> Template:
    bench = await bench_of(request, tenant, channel)
    name = asked(request.query_params, "name")
    entries_of(bench, name)
    search = table_missing.fresh(bench.draft.revision, name)
    if "missing" in request.query_params:
        search = await table_missing.go_on(bench, search, PATIENT)
    return await table_page(request, bench, name, search=search)


async def table_page(
    request: Visit,
    bench: Bench,
    name: str,
    *,
    given: Any = None,
    lines: list[EntryLine] | None = None,
    search: Search | None = None,
    wrong: Message | None = None,
    about: str = "",
) -> Template:
    """`given`: what says which part of the table is shown; `lines`: as they were typed, when they could not be kept; `about`:
    which form of the page `wrong` is of."""
    given = given if given is not None else request.query_params
    entries, text, known = entries_of(bench, name), asked(given, "q"), known_values(bench, name)
    found = found_entries(entries, text)
    pages = max(1, -(-len(found) // LINES))
    number = asked(given, "page")
    page = min(max(1, int(number)), pages) if number.isdecimal() and len(number) < 6 else 1
    fresh = [] if text and not found else [EntryLine(None, "", "") for _ in range(NEW_LINES)]
    return await shown(
        request,
        bench,
        "mappings/tables_table.html",
        status=422 if wrong or lines else 200,
        used_by=titled(bench, uses(bench.draft.mapping).get(name, ())),
        total=len(entries),
        found=len(found),
        text=text,
        page=page,
        pages=pages,
        lines=lines if lines is not None else [*entry_lines(found, known, page), *fresh],
        known=known[:MOST_KNOWN],
        wrong=wrong,
        about=about,
        **_about(bench, search or table_missing.fresh(bench.draft.revision, name)),
    )


def _about(bench: Bench, search: Search) -> dict[str, Any]:
    """What `mappings/_tables_missing.html` needs."""
    vals = msgspec.json.encode({"state": packed(search), "name": search.table}).decode()
    known = known_values(bench, search.table)
    return {
        "name": search.table,
        "search": search,
        "vals": vals,
        "missing": missing_lines(search, known) if search.ended else [],
        "more_missing": max(0, len(search.values) - SHOWN_MISSING),
        "used": bool(uses(bench.draft.mapping).get(search.table)),
    }


@post(f"{AT}/table", guards=[member], opt=MANAGER, status_code=200)
async def change_table(request: Visit, tenant: FromPath[UUID], channel: FromPath[UUID]) -> Response[Any]:
    bench = await bench_of(request, tenant, channel)
    form = await request.form()
    name = asked(form, "name")
    rows = rows_of(form)
    entries, wrong = edited(entries_of(bench, name), rows)
    if wrong:
        lines = typed_lines(rows, wrong)
        return await table_page(request, bench, name, given=form, lines=lines, about="lines")
    return await _kept(request, bench, name, entries, form, lines=typed_lines(rows, {}))


async def _kept(
    request: Visit,
    bench: Bench,
    name: str,
    entries: dict[str, str],
    form: FormMultiDict,
    *,
    lines: list[EntryLine] | None = None,
) -> Response[Any]:
    try:
        await save(request, bench, with_table(bench.draft.mapping, name, entries), asked(form, "revision"))
    except MappingsError as error:
        return await table_page(
            request, bench, name, given=form, lines=lines, wrong=error.message, about="lines"
        )
    there = table_at(bench, name, q=asked(form, "q"), page=asked(form, "page"), done="kept")
    return Redirect(there, status_code=303)


@post(f"{AT}/table/rename", guards=[member], opt=MANAGER, status_code=200)
async def rename_table(request: Visit, tenant: FromPath[UUID], channel: FromPath[UUID]) -> Response[Any]:
    """In the rules that look it up too."""
    bench = await bench_of(request, tenant, channel)
    form = await request.form()
    name, new = asked(form, "name"), asked(form, "new")
    entries_of(bench, name)
    wrong = name_problem(bench, new, but=name)
    if wrong is None:
        try:
            await save(request, bench, renamed(bench.draft.mapping, name, new), asked(form, "revision"))
        except MappingsError as error:
            wrong = error.message
        else:
            return Redirect(table_at(bench, new, done="kept"), status_code=303)
    return await table_page(request, bench, name, given=form, wrong=wrong, about="name")


@post(f"{AT}/table/remove", guards=[member], opt=MANAGER, status_code=200)
async def remove_table(request: Visit, tenant: FromPath[UUID], channel: FromPath[UUID]) -> Response[Any]:
    bench = await bench_of(request, tenant, channel)
    form = await request.form()
    name = asked(form, "name")
    entries_of(bench, name)
    wrong = use_problem(bench, name)
    if wrong is None:
        try:
            await save(request, bench, with_table(bench.draft.mapping, name, None), asked(form, "revision"))
        except MappingsError as error:
            wrong = error.message
        else:
            return Redirect(address(place_of(bench), done="kept"), status_code=303)
    return await table_page(request, bench, name, given=form, wrong=wrong, about="remove")


# ------------------------------------------------------------------------------------------- missing values


@post(f"{AT}/table/missing", guards=[member], opt=MANAGER, status_code=200)
async def missing_values(request: Visit, tenant: FromPath[UUID], channel: FromPath[UUID]) -> Template:
    """The next slice of the search; it begins anew when the draft has changed since."""
    bench = await bench_of(request, tenant, channel)
    form = await request.form()
    name = asked(form, "name")
    entries_of(bench, name)
    known = table_missing.read(str(form.get("state", "")), bench.draft.revision, name)
    search = await table_missing.go_on(bench, known)
    return await shown(request, bench, "mappings/_tables_missing.html", **_about(bench, search))


@post(f"{AT}/table/add", guards=[member], opt=MANAGER, status_code=200)
async def add_missing(request: Visit, tenant: FromPath[UUID], channel: FromPath[UUID]) -> Response[Any]:
    """What was ticked; an entry that somebody else has made meanwhile stays as it is."""
    bench = await bench_of(request, tenant, channel)
    form = await request.form()
    name = asked(form, "name")
    before = entries_of(bench, name)
    known = Finder(before)
    fresh = {value: meant for value, meant in ticked(form).items() if known.find(value) is None}
    return await _kept(request, bench, name, compared(before, fresh, whole=False).entries, form)


ROUTES = [
    tables,
    new_table,
    table,
    change_table,
    rename_table,
    remove_table,
    missing_values,
    add_missing,
]
