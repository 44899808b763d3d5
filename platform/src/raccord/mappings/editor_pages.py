"""The mapping editor: the table of the shop's fields tried on one article, one rule being changed, and what its parts ask for."""

from uuid import UUID

from litestar import get, post
from litestar.params import FromPath
from litestar.response import Template

from raccord.channels import service as channels
from raccord.core.rules import Rule
from raccord.front.templating import is_fragment
from raccord.mappings import articles, counting
from raccord.mappings.editor_answers import Done, edited_of, target_asked
from raccord.mappings.editor_forms import clean, of_rule, rule_for
from raccord.mappings.editor_frame import Frame, frame_of
from raccord.mappings.editor_rows import groups_of
from raccord.overview.frame import Visit
from raccord.storage.engine import tenant_transaction
from raccord.tenants.access import member
from raccord_connectors.contract import Message

AT = "/t/{tenant:uuid}/channels/{channel:uuid}/mapping"
PATIENT = 4.0
"""Seconds of counting for somebody whose browser cannot ask again by itself."""


@get(AT, guards=[member])
async def editor(request: Visit, tenant: FromPath[UUID], channel: FromPath[UUID]) -> Template:
    frame = await frame_of(request, tenant, channel)
    return await table(frame, fragment=is_fragment(request))


async def table(
    frame: Frame,
    *,
    refused: list[Message] | None = None,
    told: str = "",
    fragment: bool = False,
    status: int = 200,
) -> Template:
    """The whole page, or its rows. `refused`: why what was asked was not done."""
    bench, formats = frame.bench, frame.formats
    before, after = frame.before(), frame.tried()
    groups = groups_of(bench, before, after, formats, frame.wanted, frame.here, frame.key)
    shown_rows = sum(len(group.rows) for group in groups)
    if fragment:
        return await frame.page("mappings/_table.html", groups=groups, shown_rows=shown_rows)
    count = frame.first_count()
    if frame.request.query_params.get("count"):
        count = frame.count_view(await counting.go_on(bench.ground(), count.count, PATIENT))
    async with tenant_transaction(bench.tenant):
        beside = await articles.beside(bench.erp.id, frame.key) if frame.key else (None, None)
    return await frame.page(
        "mappings/editor.html",
        status=status,
        groups=groups,
        shown_rows=shown_rows,
        shown=await frame.shown(before, after),
        before_key=beside[0],
        after_key=beside[1],
        missing_article=frame.asked if frame.article is None else "",
        articles=await frame.offered(),
        count=count,
        openings=bench.openings(),
        told_names=bench.told_names(),
        other_channels=[one for one in await channels.every(bench.tenant) if one.id != bench.channel.id],
        refused=refused or [],
        told=told,
    )


@get(f"{AT}/articles", guards=[member])
async def offered_articles(request: Visit, tenant: FromPath[UUID], channel: FromPath[UUID]) -> Template:
    frame = await frame_of(request, tenant, channel)
    return await frame.page("mappings/_articles.html", articles=await frame.offered())


@post(f"{AT}/problems", guards=[member], status_code=200)
async def problems(request: Visit, tenant: FromPath[UUID], channel: FromPath[UUID]) -> Template:
    """The next slice of a count; it begins anew when the draft has changed since."""
    form = await request.form()
    frame = await frame_of(request, tenant, channel, form)
    target = clean(str(form.get("target", "")))
    known = counting.read(str(form.get("state", "")), frame.bench.draft.revision, target)
    count = frame.count_view(await counting.go_on(frame.bench.ground(), known))
    template = "mappings/_rule_problems.html" if target else "mappings/_problems.html"
    return await frame.page(template, count=count)


@get(f"{AT}/rule", guards=[member])
async def rule(request: Visit, tenant: FromPath[UUID], channel: FromPath[UUID]) -> Template:
    frame = await frame_of(request, tenant, channel)
    path = clean(request.query_params.get("target", ""))
    if not path:
        opening, name = (clean(request.query_params.get(one, "")).strip() for one in ("opening", "name"))
        path = f"{opening}{name}" if name else ""
    target = target_asked(frame, path)
    now = rule_for(frame.bench.draft.mapping, path)
    done = Done(now, focus=clean(request.query_params.get("focus", "")))
    alone = not is_fragment(request)
    edited = edited_of(frame, target, of_rule(now or Rule(target=path)), done, alone=alone)
    return await frame.page("mappings/rule.html" if alone else "mappings/_rule.html", **edited)


ROUTES = [editor, offered_articles, problems, rule]
