"""From a due binding to the change that is asked of the shop, and from its outcome to what is kept. Pure."""

from datetime import datetime, timedelta
from typing import Literal
from uuid import UUID

import msgspec
from msgspec import Struct

from raccord.core.difference import difference
from raccord.core.ownership import Fields, as_sent, for_update, spoken_of
from raccord.core.retry import pause_after
from raccord.journal.models import Entry, Event
from raccord.storage.bindings import Done, DueRow, Failed
from raccord_connectors.canonical import Availability, Customer, Listing, OrderUpdate, Record, decode, encode
from raccord_connectors.contract import Change, Outcome, Problem, Text
from raccord_connectors.kit.customers import changed_fields

RECORDS: dict[str, type[Record]] = {
    "listings": Listing,
    "availability": Availability,
    "order_updates": OrderUpdate,
    "customers": Customer,
}
BUG_ATTEMPTS = 3
"""A record that makes us fail this often, alone, is held with our apology."""

OUR_FAULT = Text(
    "push.our_fault",
    "{key} : une erreur de notre fait nous empêche de l’envoyer à la boutique. Elle nous est signalée, avec toutes nos excuses ; "
    "vous pouvez réessayer l’envoi après la correction. Le reste continue.",
    "{key}: an error of ours prevents us from sending it to the shop. It is reported to us, with our apologies; you can "
    "retry it once it is corrected. The rest goes on.",
)

TARGET_TAKEN = Text(
    "push.target_taken",
    "Article {key} : la boutique le connaît déjà comme sa fiche {target}, qui suit l’article {other}. Une fiche ne peut pas "
    "suivre deux articles. Donnez à {key} une autre référence dans la gestion ; ou, si {other} n’est plus vendu, supprimez sa "
    "fiche dans la boutique puis réessayez l’envoi.",
    "Article {key}: the shop knows it already as its listing {target}, which follows article {other}. One listing cannot "
    "follow two articles. Give {key} another reference in the ERP; or, if {other} is not sold any more, delete its listing "
    "in the shop, then retry.",
)


class Outgoing(Struct, frozen=True):
    """One change on its way. `previous` is None where nothing is known of the shop's state: everything is sent then."""

    row: DueRow
    record: Record
    previous: Record | None
    targets: dict[str, str]

    @property
    def deletes(self) -> bool:
        return self.row.leaving == "delete" and self.row.target is not None

    @property
    def withdraws(self) -> bool:
        if self.row.leaving == "out_of_stock":
            return not self.row.left
        now, before = self.record, self.previous
        return (
            isinstance(now, Listing)
            and not now.published
            and not (isinstance(before, Listing) and not before.published)
        )

    def change(self, creation: Fields) -> Change:
        row = self.row
        if isinstance(self.record, Availability):
            parent = {self.record.product: row.listing} if row.listing else {}
            return Change("update", row.key, self.record, self.previous, row.target, parent)
        if not isinstance(self.record, Listing):
            return Change("update", row.key, self.record, self.previous, row.target)
        if row.target is None:
            return Change("create", row.key, self.record, targets=self.targets)
        if self.deletes:
            return Change("delete", row.key, target=row.target, targets=self.targets)
        record = for_update(self.record, creation, self.targets)
        previous = (
            for_update(self.previous, creation, self.targets) if isinstance(self.previous, Listing) else None
        )
        return Change("update", row.key, record, previous, row.target, self.targets)

    @property
    def former(self) -> Listing | None:
        """A listing as the shop had it, as far as we know, where there is one that is being changed."""
        row = self.row
        if not isinstance(self.record, Listing) or row.target is None or row.pushed is None or self.deletes:
            return None
        return self.previous if isinstance(self.previous, Listing) else decode(row.pushed, Listing)

    def says_nothing(self, creation: Fields) -> bool:
        """An update that would change nothing in the shop: other rules speak of other fields, or leave some to it."""
        record, previous, row = self.record, self.previous, self.row
        if isinstance(record, Customer):  # its owners may have changed, and nothing else
            return isinstance(previous, Customer) and not changed_fields(record, previous)
        if not isinstance(record, Listing) or not isinstance(previous, Listing):
            return False
        if row.target is None or row.leaving != ("unpublish" if row.left else None):
            return False
        if {offer.key for offer in record.offers} != self.targets.keys():
            return False
        before = for_update(spoken_of(previous, record), creation, self.targets)
        return before == for_update(record, creation, self.targets)


def outgoing(row: DueRow) -> Outgoing:
    """Raises `msgspec.DecodeError` when what is stored is not of the stream's type any more."""
    kind = RECORDS[row.stream]
    known = row.pushed is not None and not row.doubtful
    return Outgoing(
        row,
        decode(row.desired, kind),
        decode(row.pushed, kind) if row.pushed is not None and known else None,
        msgspec.json.decode(row.targets, type=dict[str, str]),
    )


def goes_alone(row: DueRow) -> bool:
    """It failed in company of others, and nobody knows whose fault it was."""
    if row.problem is None:
        return False
    return msgspec.json.decode(row.problem, type=Problem).kind in ("bug", "rejected") and row.attempts > 0


# ------------------------------------------------------------------------------------------------- outcomes


class Kept(Struct, frozen=True):
    """What a done change leaves behind."""

    done: Done
    entry: Entry
    bound: dict[str, str]
    """Items that have a (new) key in the shop."""
    unbound: list[str]
    """Items that are no longer there."""
    recounted: list[str] = []
    """Items of which the shop shall show another quantity from now on."""
    deleted: str | None = None
    """The shop's key of a listing that is no longer there."""


def taken(key: str, target: str, other: str) -> Problem:
    """The shop's thing is another article's."""
    return Problem("rejected", TARGET_TAKEN.fill(key=key, target=target, other=other), field="offer.sku")


def left_behind(out: Outgoing, creation: Fields) -> str:
    """What the shop has once this change is done, canonical encoding."""
    former = out.former
    if former is None or not isinstance(out.record, Listing) or creation == Fields():
        return out.row.desired
    return encode(as_sent(out.record, former, creation, out.targets)).decode()


def settled(out: Outgoing, creation: Fields) -> Done:
    """Of an update that says nothing: done, without a word to the shop."""
    row, pushed = out.row, left_behind(out, creation)
    return Done(
        row.channel, row.stream, row.key, row.target, row.targets, pushed, row.desired_print, row.leaving
    )


def keep(out: Outgoing, outcome: Outcome, run: UUID, now: datetime, creation: Fields) -> Kept:
    row, pushed = out.row, left_behind(out, creation)
    targets, bound, unbound = out.targets, {}, []
    if isinstance(out.record, Listing):
        offered = {offer.key for offer in out.record.offers}
        both = {**out.targets, **outcome.targets}
        targets = {item: target for item, target in both.items() if item in offered}
        bound = {item: target for item, target in targets.items() if out.targets.get(item) != target}
        unbound = sorted(out.targets.keys() - targets.keys())
    done = Done(
        row.channel,
        row.stream,
        row.key,
        row.target if row.stream == "availability" else outcome.target,
        msgspec.json.encode(targets).decode(),
        pushed,
        # A creation that found its thing there has not changed it: an update with everything follows.
        None if outcome.existed and row.target is None else row.desired_print,
        row.leaving,
    )
    before, after = _difference(out, pushed)
    entry = Entry(
        stream=row.stream,
        key=row.key,
        event=_event(out),
        channel=row.channel,
        run=run,
        before=before,
        after=after,
        took_ms=took(row.desired_at, now),
    )
    if out.deletes:
        return Kept(done, entry, {}, sorted(out.targets), deleted=row.target)
    moves = row.leaving == "out_of_stock" or (row.left and row.leaving is None)
    return Kept(done, entry, bound, unbound, sorted(targets) if moves else [])


def _difference(out: Outgoing, pushed: str) -> tuple[bytes | None, bytes | None]:
    """What is left to the shop did not change there."""
    former, record = out.former, out.record
    if former is not None and isinstance(record, Listing):
        return difference(encode(spoken_of(former, record)), pushed)
    return difference(out.row.pushed if out.row.target is not None else None, pushed)


def _event(out: Outgoing) -> Event:
    if out.row.stream == "order_updates":
        return Event.ORDER_FOLLOWED
    if out.deletes:
        return Event.DELETED
    if out.withdraws:
        return Event.WITHDRAWN
    return Event.CREATED if out.row.stream == "listings" and out.row.target is None else Event.UPDATED


def took(since: datetime | None, now: datetime) -> int | None:
    """Milliseconds; bounded to what the column holds (24 days)."""
    if since is None:
        return None
    return min(max(0, int((now - since).total_seconds() * 1000)), 2**31 - 1)


def failed(row: DueRow, problem: Problem, *, alone: bool) -> tuple[Failed, Literal["refused", "retried"]]:
    """`alone`: nothing else was asked in the same call, so that this record is known to be the reason."""
    match problem.kind:
        case "rejected" if alone:
            return _failed(row, problem, held=True, pause=timedelta()), "refused"
        case "bug" if alone and row.attempts + 1 >= BUG_ATTEMPTS:
            told = Problem("bug", OUR_FAULT.fill(key=row.key), detail=problem.detail)
            return _failed(row, told, held=True, pause=timedelta()), "refused"
        case "bug" | "rejected" if not alone:
            return _failed(row, problem, held=False, pause=timedelta()), "retried"
    pause = pause_after(row.attempts, problem.retry_after)
    return _failed(row, problem, held=False, pause=pause), "retried"


def _failed(row: DueRow, problem: Problem, *, held: bool, pause: timedelta) -> Failed:
    packed = msgspec.json.encode(problem).decode()
    absent = problem.kind == "rejected" and held
    return Failed(
        row.channel, row.stream, row.key, row.desired_print, packed, held, pause, absent, row.target
    )


def refused_entry(row: DueRow, problem: Problem, run: UUID, now: datetime) -> Entry:
    before, after = difference(row.pushed if row.target is not None else None, row.desired)
    return Entry(
        stream=row.stream,
        key=row.key,
        event=Event.REFUSED,
        channel=row.channel,
        run=run,
        before=before,
        after=after,
        problem=problem,
        took_ms=took(row.desired_at, now),
    )
