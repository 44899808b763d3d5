"""Changes of one rule: each is saved into the draft at once if it can be used, unless somebody else has changed the same rule."""

from typing import Any
from uuid import UUID

from litestar import Response, post
from litestar.datastructures import FormMultiDict
from litestar.params import FromPath
from litestar.response import Redirect, Template
from msgspec.structs import replace

from raccord.core.rules import Rule
from raccord.core.targets import Target
from raccord.front.i18n import Formats
from raccord.front.links import address
from raccord.front.templating import is_fragment
from raccord.mappings import preview, service
from raccord.mappings.bench import bench_of
from raccord.mappings.editor_answers import Done, edited_of, target_asked
from raccord.mappings.editor_forms import (
    TypedRule,
    Wrong,
    clean,
    of_form,
    of_rule,
    pressed,
    rule_for,
    rule_of,
    with_rule,
)
from raccord.mappings.editor_frame import Frame, frame_of
from raccord.mappings.editor_rows import row_of
from raccord.mappings.editor_rule import Checked, check, is_of_offer, packed
from raccord.mappings.errors import MappingsError
from raccord.overview.frame import Visit
from raccord.tenants.access import member
from raccord_connectors.contract import Message, Text

MANAGER = {"role": "manager"}
AT = "/t/{tenant:uuid}/channels/{channel:uuid}/mapping"
WHOLE = ("undo", "default", "remove")
"""Buttons that put another rule in place of what was typed."""
ATTEMPTS = 3
"""Of saving, while others save other rules of the same draft."""

CONFLICT = Text(
    "editor.conflict",
    "{who} a changé cette règle entre-temps ({when}). Gardez la vôtre, ou prenez la sienne.",
    "{who} has changed this rule in the meantime ({when}). Keep yours, or take theirs.",
)
CONFLICT_GONE = Text(
    "editor.conflict_gone",
    "Le brouillon a été appliqué ou abandonné entre-temps, et cette règle n’est plus la même. Gardez la vôtre, ou prenez celle "
    "en vigueur.",
    "The draft was applied or discarded in the meantime, and this rule is no longer the same. Keep yours, or take the one in "
    "force.",
)
SOMEBODY = Text("editor.somebody", "Quelqu’un", "Somebody")


@post(f"{AT}/rule", guards=[member], opt=MANAGER, status_code=200)
async def change_rule(request: Visit, tenant: FromPath[UUID], channel: FromPath[UUID]) -> Response[Any]:
    form = await request.form()
    frame = await frame_of(request, tenant, channel, form)
    target = target_asked(frame, clean(str(form.get("target", ""))))
    do = str(form.get("do", "change"))
    typed, done = _asked(frame, target, form, do)
    if done.usable and done.conflict is None and do not in ("find", "reload"):
        frame, done = await _saved(frame, target, typed, done, do, form)
    if do in (*WHOLE, "reload") and done.conflict is None and not done.wrong:
        typed = of_rule(done.rule or Rule(target=target.path))
    return await _answer(frame, target, typed, done, alone="alone" in form, do=do)


def _asked(frame: Frame, target: Target, form: FormMultiDict, do: str) -> tuple[TypedRule, Done]:
    """The rule as the form and the button want it."""
    path, mapping = target.path, frame.bench.draft.mapping
    typed = of_form(form)
    if do == "reload":
        return typed, Done(rule_for(mapping, path))
    if do in WHOLE:
        source = {"undo": frame.bench.active, "default": frame.bench.usual}.get(do)
        return typed, Done(rule_for(source, path) if source is not None else None)
    typed, focus = pressed(typed, do, str(form.get("kind", "")))
    rule, wrong = rule_of(path, typed, mapping)
    find = clean(str(form.get("find", ""))).strip() if do == "find" else "" if focus == "find" else None
    return typed, Done(rule, not wrong, wrong, focus=focus or ("find" if do == "find" else ""), find=find)


async def _saved(
    frame: Frame, target: Target, typed: TypedRule, done: Done, do: str, form: FormMultiDict
) -> tuple[Frame, Done]:
    """The draft with this rule in it, unless it is so already, or somebody else has changed the rule."""
    path, began_with = target.path, str(form.get("was", ""))
    revision = str(form.get("revision", ""))
    for attempt in range(1, ATTEMPTS + 1):
        draft = frame.bench.draft
        now = rule_for(draft.mapping, path)
        if done.rule == now or (now is None and done.rule == Rule(target=path)):
            return frame, replace(done, saved=do in ("save", "overrule", *WHOLE))
        if str(draft.revision) != revision and packed(now) != began_with and do != "overrule":
            return frame, replace(done, conflict=_conflict(frame, frame.formats))
        try:
            saved = await service.save_draft(
                frame.bench.tenant,
                frame.bench.channel.id,
                mapping=with_rule(draft.mapping, path, done.rule),
                revision=draft.revision,
                account=frame.request.user.id,
            )
        except MappingsError as error:
            bench = await bench_of(frame.request, frame.bench.tenant, frame.bench.channel.id)
            if bench.draft.revision == draft.revision or attempt == ATTEMPTS:
                return frame, replace(done, usable=False, wrong=[Wrong(error.message)])
            frame.bench = bench  # another rule of the draft was saved at the same instant
            continue
        frame.bench = replace(frame.bench, draft=saved)
        return frame, replace(done, saved=True)
    raise AssertionError("unreachable: the last attempt returns")


def _conflict(frame: Frame, formats: Formats) -> Message:
    draft = frame.bench.draft
    if not draft.revision or draft.changed_at is None:
        return CONFLICT_GONE.fill()
    at = formats.clock(draft.changed_at)
    fr, en = draft.changed_by or SOMEBODY.fr, draft.changed_by or SOMEBODY.en
    return Message(CONFLICT.code, CONFLICT.fr.format(who=fr, when=at), CONFLICT.en.format(who=en, when=at))


async def _answer(
    frame: Frame, target: Target, typed: TypedRule, done: Done, *, alone: bool, do: str
) -> Response[Any]:
    request = frame.request
    edited = edited_of(frame, target, typed, done, alone=alone)
    if not is_fragment(request):
        if done.saved:
            query = {"target": target.path, "article": frame.key, "done": "saved", "focus": done.focus}
            return Redirect(address(f"{frame.here}/rule", **query), status_code=303)
        status = 422 if done.wrong or done.conflict else 200
        return await frame.page("mappings/rule.html", status=status, **edited)
    before, after = frame.before(), frame.tried()
    only_result = request.headers.get("hx-target", "").startswith("result-")
    return await frame.page(
        "mappings/_answer.html",
        only_result=only_result,
        row=row_of(frame.bench, target, before, after, frame.formats, ""),
        shown=await frame.shown(before, after),
        count=frame.first_count(),
        **edited,
    )


@post(f"{AT}/sources", guards=[member], opt=MANAGER, status_code=200)
async def find_sources(request: Visit, tenant: FromPath[UUID], channel: FromPath[UUID]) -> Template:
    """Fields of the ERP that match what was typed."""
    form = await request.form()
    frame = await frame_of(request, tenant, channel, form)
    target = target_asked(frame, clean(str(form.get("target", ""))))
    done = Done(usable=False, find=clean(str(form.get("find", ""))).strip())
    edited = edited_of(frame, target, of_form(form), done, alone=False)
    return await frame.page("mappings/_sources.html", **edited)


@post(f"{AT}/formula", guards=[member], opt=MANAGER, status_code=200)
async def check_formula(request: Visit, tenant: FromPath[UUID], channel: FromPath[UUID]) -> Template:
    """Whether the formula of one step can be used, and what the rule gives up to there."""
    form = await request.form()
    frame = await frame_of(request, tenant, channel, form)
    target = target_asked(frame, clean(str(form.get("target", ""))))
    typed = of_form(form)
    number = request.query_params.get("step", "")
    place = int(number) if number.isascii() and number.isdigit() and len(number) < 3 else len(typed.steps)
    found = Checked(empty=True)
    if place < len(typed.steps):
        found = check(typed.steps[place].values.get("expression", ""), is_of_offer(target))
        if found.problem is None and not found.empty:
            found = _result(frame, target, replace(typed, owner="erp", steps=typed.steps[: place + 1]))
    return await frame.page("mappings/_formula.html", checked=found)


def _result(frame: Frame, target: Target, typed: TypedRule) -> Checked:
    """What the steps up to here give for the article; an earlier step that cannot be used yet gives nothing."""
    mapping = frame.bench.draft.mapping
    rule, _ = rule_of(target.path, typed, mapping)
    if rule is None or frame.article is None:
        return Checked()
    trace = frame.tried(with_rule(mapping, target.path, rule)).first(target.path)
    if trace is None or not trace.steps:
        return Checked()
    if trace.problem is not None and trace.steps[-1].after is None:
        return Checked(problem=trace.problem)
    return Checked(tried=True, value=preview.said(trace.steps[-1].after, frame.formats))


ROUTES = [change_rule, find_sources, check_formula]
