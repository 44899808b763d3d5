"""Papers: which invoices become one, making them, giving them. Called by tasks, pages and the API.

Level-triggered: `take_up` brings the papers in line with the ERP's invoices, `make` brings one paper a step further each time
it is called. Killed anywhere, the next call finds where it was: an object that is there already is not made again, and a version
is known by its print.
"""

import asyncio
import hashlib
from collections.abc import Sequence
from datetime import date, timedelta
from uuid import UUID

import msgspec
from msgspec.structs import replace

from raccord.core.document_rules import DocumentRules
from raccord.core.invoice_making import Made
from raccord.core.invoice_making import make as make_model
from raccord.core.invoice_mentions import amount_text
from raccord.core.invoice_model import Corrected
from raccord.documents import repository
from raccord.documents.erp_files import ErpFiles
from raccord.documents.errors import CHANGED, NO_RECORD, NOT_FINAL
from raccord.documents.links import PageLinks
from raccord.documents.models import PaperRoute, StoredPaper
from raccord.documents.rendering import language_of, render
from raccord.storage import marks as to_project
from raccord.storage import outgoing, projections
from raccord.storage.engine import tenant_transaction
from raccord.storage.locks import Locks
from raccord.storage.objects import ObjectMissing, Objects, TenantObjects
from raccord.storage.outgoing import Happening
from raccord.sync.ports import Wake
from raccord_connectors.canonical import Invoice, encode, fingerprint
from raccord_connectors.contract import Problem, RecordRejected

PAPERS = "papers"
"""The stream of the marks in `to_project`."""
BATCH = 250
AGAIN, LONGEST = timedelta(minutes=5), timedelta(hours=6)
"""Between two looks at a paper that waits for somebody: what it lacks may have been completed."""
PDF = "application/pdf"


class Papers:
    def __init__(self, objects: Objects, locks: Locks, links: PageLinks, wake: Wake) -> None:
        self._objects = objects
        self._locks = locks
        self._links = links
        self._wake = wake
        self._files = ErpFiles(objects)

    # ------------------------------------------------------------------------------------------ taking up

    async def take_up(self, tenant: UUID, channel: UUID) -> None:
        async with self._locks.try_hold("papers", tenant, channel) as lock:
            if lock is None:
                return
            while not lock.lost:
                async with tenant_transaction(tenant):
                    due, left = await _take_batch(tenant, channel)
                for paper in due:
                    await self._wake.document(tenant, paper)
                if not left:
                    return

    # ------------------------------------------------------------------------------------------ expiring

    async def expire(self, tenant: UUID, today: date) -> int:
        """Takes away what need not be kept any longer, object first: a row without one is found again, an object without a row
        never. Returns how many versions went."""
        async with tenant_transaction(tenant):
            over = await repository.expired(today, BATCH)
        objects = TenantObjects(self._objects, tenant)
        for _, name in over:
            await asyncio.to_thread(objects.delete, name)
        async with tenant_transaction(tenant):
            await repository.forget(over)
        return len(over)

    # -------------------------------------------------------------------------------------------- making

    async def make(self, tenant: UUID, paper: UUID) -> None:
        async with tenant_transaction(tenant):
            found = await repository.stored(paper)
            if found is None or found[0].state not in ("due", "waiting", "held"):
                return
            stored, channel = found
            route = await repository.route_of(channel)
            is_credit = stored.invoice is not None and stored.invoice.kind == "credit"
            named = stored.invoice.corrects if stored.invoice is not None else []
            earlier = await repository.corrected(channel, paper, named) if is_credit else []
        if route is None or not route.live or not route.rules.active:
            return
        if stored.invoice is None:
            async with tenant_transaction(tenant):
                await _withdraw(stored)
            return
        await self._make(route, stored, stored.invoice, earlier)

    async def _make(
        self, route: PaperRoute, stored: StoredPaper, invoice: Invoice, earlier: Sequence[Corrected]
    ) -> None:
        rules = route.rules
        if rules.final_only and not invoice.final:
            problem = Problem("rejected", NOT_FINAL.fill(number=invoice.number))
            await self._wait(route, stored, "waiting", problem, None)
            return
        made = make_model(invoice, stored.customer, rules, route.identity, earlier)
        if made.model is None:
            assert made.problem is not None
            await self._wait(route, stored, "held", made.problem, made)
            return
        try:
            content, source, print_ = await self._content(route, stored, invoice, made)
        except RecordRejected as refused:
            state = "waiting" if refused.field == "file" else "held"
            await self._wait(route, stored, state, refused.problem(), made)
            return
        await self._give(route, stored, invoice, made, content, source, print_)

    async def _content(
        self, route: PaperRoute, stored: StoredPaper, invoice: Invoice, made: Made
    ) -> tuple[bytes | None, str, UUID]:
        """The file, where it comes from, and the print of all that it was made of. None: it is in the store already."""
        rules = route.rules
        if rules.source != "rendered":
            file = await self._files.find(route, invoice, stored.seen_at)
            if file is not None:
                digest = hashlib.blake2b(file + stored.print.bytes, digest_size=16).digest()
                return file, "erp_file", UUID(bytes=digest)
        assert made.model is not None
        language = language_of(rules, stored.customer, invoice)
        look = [language, rules.colour, rules.logo, rules.structured, rules.operation]
        said = msgspec.json.encode([made.model, look], order="deterministic")
        print_ = UUID(bytes=hashlib.blake2b(said, digest_size=16).digest())
        objects = TenantObjects(self._objects, route.tenant)
        if await asyncio.to_thread(objects.info, object_of(stored.id, print_)) is not None:
            return None, "rendered", print_
        logo = await asyncio.to_thread(logo_of, objects, rules)
        return await asyncio.to_thread(render, made.model, rules, language, logo), "rendered", print_

    async def _give(
        self, route: PaperRoute, stored: StoredPaper, invoice: Invoice, made: Made, content: bytes | None, source: str,
        print_: UUID,
    ) -> None:  # fmt: skip
        """First the object, then the row that says it is there: what dies between the two is found again."""
        assert made.model is not None
        objects, name = TenantObjects(self._objects, route.tenant), object_of(stored.id, print_)
        if content is not None and await asyncio.to_thread(objects.info, name) is None:
            await asyncio.to_thread(lambda: objects.put(name, content, content_type=PDF))
        kept = await asyncio.to_thread(objects.get, name)
        until = kept_until(invoice.dated, route.rules)
        async with tenant_transaction(route.tenant):
            number = await repository.add_version(
                route.tenant,
                stored.id,
                print_,
                name,
                hashlib.sha256(kept).hexdigest(),
                len(kept),
                source,
                until,
            )
            given = await repository.give(
                stored.id,
                stored.print,
                number,
                print_of(invoice),
                made.missing,
                made.model.flow,
                made.model.buyer.name,
            )
            references = await repository.references_of(stored.id) if given else []
            if given:
                told = {
                    "document": stored.id,
                    "number": stored.number,
                    "version": number,
                    "channel": route.channel,
                }
                available = Happening("invoice.available", msgspec.json.encode(told).decode())
                await outgoing.announce(route.tenant, [available])
            await to_project.mark(route.tenant, route.channel, "order_updates", references)
        if references:
            await self._wake.project(route.tenant, route.channel, "order_updates")
        if not given:  # it was altered in the ERP while it was made
            await self._wake.document(route.tenant, stored.id)

    async def _wait(
        self, route: PaperRoute, stored: StoredPaper, state: str, problem: Problem, made: Made | None
    ) -> None:
        again = min(AGAIN * 2 ** min(stored.attempts, 10), LONGEST)
        missing = made.missing if made is not None else []
        async with tenant_transaction(route.tenant):
            await repository.waits(stored.id, state, again, problem, missing, None)


# -------------------------------------------------------------------------------------------------- taking up


async def _take_batch(tenant: UUID, channel: UUID) -> tuple[list[UUID], bool]:
    """Papers that are due by it, and whether there may be more marks."""
    route = await repository.route_of(channel)
    if route is None or not route.live:
        return [], False
    if not route.rules.active:
        await repository.clear_all(channel, PAPERS)
        return [], False
    marks = await projections.marks(channel, PAPERS, BATCH)
    if not marks:
        return [], False
    keys = [mark.key for mark in marks]
    found = await repository.invoices(route.erp, keys)
    known = await repository.known(channel, keys)
    references = {reference for one in found.values() if one is not None for reference in one.references}
    foreign = await repository.foreign(channel, sorted(references))
    due = []
    for key in keys:
        invoice = found.get(key)
        if invoice is None or invoice.cancelled:
            if key in known and known[key].state != "withdrawn":
                await repository.set_state(known[key].id, "withdrawn", _gone(invoice, key))
            continue
        if not concerns(invoice, route.rules, foreign):
            continue
        paper = await _take(route, invoice, known.get(key))
        if paper is not None:
            due.append(paper)
    await projections.clear(channel, PAPERS, marks)
    return due, len(marks) == BATCH


async def _take(route: PaperRoute, invoice: Invoice, known: repository.Known | None) -> UUID | None:
    print_ = print_of(invoice)
    if known is not None and known.version and known.print != print_:
        was = amount_text(type(invoice.gross)(known.gross), invoice.currency)
        message = CHANGED.fill(
            number=invoice.number, was=was, now=amount_text(invoice.gross, invoice.currency)
        )
        await repository.set_state(known.id, "changed", Problem("rejected", message))
        return None
    if known is not None and known.version:
        if known.state in ("changed", "withdrawn"):  # it is again what was given
            await repository.set_state(known.id, "ready")
        return None
    customer = await repository.customer(route.erp, invoice.customer)
    name = (customer.company or customer.account_title or customer.last_name) if customer is not None else ""
    return await repository.put(route.tenant, route.channel, invoice, print_, name)


async def _withdraw(stored: StoredPaper) -> None:
    await repository.set_state(stored.id, "withdrawn", _gone(None, stored.number))


def _gone(invoice: Invoice | None, key: str) -> Problem:
    number = invoice.number if invoice is not None else key.rpartition("|")[2]
    return Problem("rejected", NO_RECORD.fill(number=number))


def concerns(invoice: Invoice, rules: DocumentRules, foreign: set[str]) -> bool:
    """Whether it is for this channel's customers: not older than the merchant wants, and of no other channel's order."""
    if rules.since is not None and invoice.dated < rules.since:
        return False
    return not invoice.references or any(one not in foreign for one in invoice.references)


def print_of(invoice: Invoice) -> UUID:
    """Of what a paper says. What is paid afterwards, and that it became final, changes nothing of a paper."""
    said = replace(invoice, paid=type(invoice.paid)(0), final=True, custom={})
    return UUID(bytes=fingerprint(encode(said)))


def object_of(paper: UUID, print_: UUID) -> str:
    return f"papers/{paper}/{print_}.pdf"


def kept_until(dated: date, rules: DocumentRules) -> date:
    """From the end of the year on, as accounts are kept."""
    return date(dated.year + rules.retention_years, 12, 31)


def logo_of(objects: TenantObjects, rules: DocumentRules) -> bytes | None:
    if not rules.logo:
        return None
    try:
        return objects.get(rules.logo)
    except ObjectMissing:
        return None
