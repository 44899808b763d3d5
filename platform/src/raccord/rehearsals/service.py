"""What one can do with rehearsals."""

import csv
import io
import uuid
from uuid import UUID

import msgspec

from raccord.core.rehearsal.checks import KINDS, SEVERITIES
from raccord.core.rehearsal.findings import Severity
from raccord.mappings import service as mappings
from raccord.mappings.errors import MappingsError
from raccord.rehearsals import errors, repository
from raccord.rehearsals.errors import RehearsalError
from raccord.rehearsals.models import Example, Group, Rehearsal, Report
from raccord.storage import rehearsals
from raccord.storage.engine import tenant_transaction
from raccord.sync.ports import Wake
from raccord.sync.rehearsing import FIRST
from raccord.tenants.service import note

KEPT = 5
"""Rehearsals of a channel that stay, to be compared."""
COLUMNS = {
    "fr": ("Gravité", "Constat", "Nature", "Fiche", "Détail", "Ce qui ne va pas", "Fois", "Que faire"),
    "en": ("Severity", "Finding", "Kind", "Record", "Detail", "What is wrong", "Times", "What to do"),
}
SEVERITY_NAMES = {
    "blocks": {"fr": "bloquant", "en": "blocks"},
    "held": {"fr": "sera retenu", "en": "will be held"},
    "advice": {"fr": "conseil", "en": "advice"},
}


async def start(tenant: UUID, channel: UUID, wake: Wake, account: UUID | None = None) -> UUID:
    """Of the channel's draft, or of what is in force where there is none. Nothing is written in the shop or the ERP. Raises
    `RehearsalError` when there is no such channel, or one is under way."""
    try:
        chosen = await mappings.draft(tenant, channel)
    except MappingsError as error:
        raise RehearsalError(error.message) from error
    made = uuid.uuid4()
    async with tenant_transaction(tenant):
        await rehearsals.forget_older(channel, KEPT - 1)
        begun = await rehearsals.begin(
            tenant,
            made,
            channel,
            msgspec.json.encode(chosen.mapping).decode(),
            msgspec.json.encode(chosen.settings).decode(),
            of_draft=chosen.changed,
            step=FIRST,
            account=account,
        )
        if not begun:
            raise RehearsalError(errors.UNDER_WAY.fill())
        await note(tenant, account, "rehearsal.started", str(channel))
    await wake.rehearse(tenant, made)
    return made


async def end(tenant: UUID, rehearsal: UUID, account: UUID | None = None) -> bool:
    """A person has seen enough. What was found stays. False when it is over already."""
    async with tenant_transaction(tenant):
        done = await rehearsals.close(rehearsal, "ended")
        if done:
            await note(tenant, account, "rehearsal.ended", str(rehearsal))
    return done


async def latest(tenant: UUID, channel: UUID) -> Rehearsal | None:
    async with tenant_transaction(tenant):
        return await repository.latest(channel)


async def report(tenant: UUID, rehearsal: UUID) -> Report | None:
    async with tenant_transaction(tenant):
        found = await repository.by_id(rehearsal)
        examples = await repository.examples(rehearsal) if found is not None else []
    return _report(found, examples) if found is not None else None


def _report(rehearsal: Rehearsal, examples: list[Example]) -> Report:
    groups: dict[Severity, list[Group]] = {"blocks": [], "held": [], "advice": []}
    for code, kind in KINDS.items():
        count = rehearsal.counts.get(code, 0)
        if count:
            own = [example for example in examples if example.kind == code]
            groups[kind.severity].append(Group(kind, count, own))
    return Report(rehearsal, groups)


def as_csv(report: Report, language: str) -> str:
    """One line per finding that was kept, as spreadsheets open it: semicolons, and a mark that says UTF-8."""
    words = "fr" if language == "fr" else "en"
    text = io.StringIO()
    writer = csv.writer(text, delimiter=";", lineterminator="\r\n")
    writer.writerow(COLUMNS[words])
    for severity in SEVERITIES:
        for group in report.groups[severity]:
            title, remedy = (getattr(one, words) for one in (group.kind.title, group.kind.remedy))
            for one in group.examples:
                told = one.message.text(words)
                row = [
                    SEVERITY_NAMES[severity][words],
                    title,
                    one.kind,
                    one.key,
                    one.part,
                    told,
                    one.many,
                    remedy,
                ]
                writer.writerow([_harmless(str(cell)) for cell in row])
    return "\ufeff" + text.getvalue()


def _harmless(cell: str) -> str:
    """A reference that begins like a formula must not be one in the spreadsheet of whoever opens the file."""
    return f"'{cell}" if cell[:1] in ("=", "+", "-", "@", "\t", "\r") else cell
