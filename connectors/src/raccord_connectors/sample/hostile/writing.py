"""Connectors that write wrongly."""

import html
from collections.abc import Iterator, Sequence
from itertools import count

from msgspec.structs import replace

from raccord_connectors.canonical import Draft, Listing, PaymentEntry
from raccord_connectors.contract import Change, Message, Outcome, Problem, RecordRejected
from raccord_connectors.sample import texts
from raccord_connectors.sample.hostile.nasty import SpoiltErp, SpoiltShop, breaks
from raccord_connectors.sample.memory import MemorySystem

NO = Problem("rejected", Message("hostile.no", "Non.", "No."), field="key")


@breaks("a_create_tells_the_systems_key")
class ForgetsTheKey(SpoiltShop):
    def answered(self, change: Change, outcome: Outcome) -> Outcome:
        return replace(outcome, target=None)


@breaks("create_is_idempotent")
class CreatesTwice(SpoiltErp):
    def apply(self, system: MemorySystem, stream: str, change: Change) -> Outcome:
        system.refs.clear()
        return super().apply(system, stream, change)


@breaks("create_is_idempotent")
class HidesThatItExisted(SpoiltShop):
    def answered(self, change: Change, outcome: Outcome) -> Outcome:
        return replace(outcome, existed=False)


@breaks("two_records_are_two_things")
class WritesEverythingInOnePlace(SpoiltErp):
    def answered(self, change: Change, outcome: Outcome) -> Outcome:
        return replace(outcome, target="CLI00001")


@breaks("what_was_created_is_read_by_its_target")
class TellsAnotherKey(SpoiltShop):
    def answered(self, change: Change, outcome: Outcome) -> Outcome:
        return replace(outcome, target=f"{outcome.target}00000")


@breaks("outcomes_come_one_by_one_in_order")
class AnswersBackwards(SpoiltShop):
    def write(self, stream: str, changes: Sequence[Change]) -> Iterator[Outcome]:
        yield from reversed(list(super().write(stream, changes)))


@breaks("outcomes_come_one_by_one_in_order")
class SwallowsAnOutcome(SpoiltShop):
    def write(self, stream: str, changes: Sequence[Change]) -> Iterator[Outcome]:
        yield from list(super().write(stream, changes))[1:]


@breaks("no_changes_give_no_outcomes")
class AnswersUnasked(SpoiltShop):
    def write(self, stream: str, changes: Sequence[Change]) -> Iterator[Outcome]:
        yield from super().write(stream, changes)
        yield Outcome("", target="0")


@breaks("a_bad_record_does_not_stop_the_good_ones")
class StopsAtTheFirstBadRecord(SpoiltShop):
    def write(self, stream: str, changes: Sequence[Change]) -> Iterator[Outcome]:
        for outcome in super().write(stream, changes):
            yield outcome
            if outcome.problem:
                return


@breaks("a_bad_record_does_not_stop_the_good_ones")
class RaisesTheBadRecord(SpoiltShop):
    def answered(self, change: Change, outcome: Outcome) -> Outcome:
        if outcome.problem:
            raise RecordRejected(outcome.problem.message)
        return outcome


@breaks("a_bad_record_is_explained")
class RefusesWithoutAField(SpoiltShop):
    def answered(self, change: Change, outcome: Outcome) -> Outcome:
        return replace(outcome, problem=outcome.problem and replace(outcome.problem, field=None))


@breaks("a_bad_record_is_explained")
class CallsABadRecordABug(SpoiltShop):
    def answered(self, change: Change, outcome: Outcome) -> Outcome:
        return replace(outcome, problem=outcome.problem and replace(outcome.problem, kind="bug"))


@breaks("an_update_keeps_the_thing")
class ReplacesInsteadOfUpdating(SpoiltShop):
    def answered(self, change: Change, outcome: Outcome) -> Outcome:
        return replace(outcome, target=f"{outcome.target}-2") if change.op == "update" else outcome


@breaks("an_update_can_be_repeated")
class UpdatesOnce(SpoiltShop):
    """As a shop that answers "already in this state" with an error."""

    def answered(self, change: Change, outcome: Outcome) -> Outcome:
        times = [entry for entry in self._system().log if entry[0] == "update" and entry[2] == change.key]
        return replace(outcome, problem=NO) if len(times) > 1 and change.previous else outcome


@breaks("an_update_of_what_is_gone_is_rejected")
class UpdatesTheVoid(SpoiltShop):
    def answered(self, change: Change, outcome: Outcome) -> Outcome:
        return replace(outcome, problem=None) if change.op == "update" else outcome


@breaks("an_update_reaches_the_system")
class UpdatesNothing(SpoiltShop):
    def sent(self, change: Change) -> Change:
        return replace(change, record=change.previous) if change.previous else change


@breaks("an_update_touches_only_what_differs")
class SendsTheWholeListing(SpoiltShop):
    """UNSET became an empty text on the way: the shop's own words are lost."""

    def sent(self, change: Change) -> Change:
        if isinstance(change.record, Listing):
            return replace(change, record=replace(change.record, seo_title=""), previous=None)
        return change


@breaks("an_update_without_a_difference_changes_nothing")
class AddsALittleEachTime(SpoiltShop):
    times = count(1)

    def sent(self, change: Change) -> Change:
        if isinstance(change.record, Listing):
            return replace(
                change, record=replace(change.record, name=f"{change.record.name} {next(self.times)}")
            )
        return change


@breaks("what_is_deleted_can_be_deleted_again")
@breaks("deleting_what_never_was_succeeds")
class InsistsOnDeletingSomething(SpoiltShop):
    def apply(self, system: MemorySystem, stream: str, change: Change) -> Outcome:
        if change.op == "delete" and system.find(stream, change.target) is None:
            raise RecordRejected(texts.GONE.fill(key=change.key, target=change.target))
        return super().apply(system, stream, change)


@breaks("what_was_deleted_is_not_read")
class DeletesNothing(SpoiltShop):
    def apply(self, system: MemorySystem, stream: str, change: Change) -> Outcome:
        return Outcome(change.key) if change.op == "delete" else super().apply(system, stream, change)


@breaks("a_listing_tells_the_keys_of_its_offers")
class KeepsTheOffersKeys(SpoiltShop):
    def answered(self, change: Change, outcome: Outcome) -> Outcome:
        return replace(outcome, targets={})


@breaks("a_draft_is_read_back_once")
class EntersEveryOrderAgain(SpoiltErp):
    def apply(self, system: MemorySystem, stream: str, change: Change) -> Outcome:
        if isinstance(change.record, Draft):
            twin = replace(change.record, key=f"{change.record.key}-{system.number()}")
            super().apply(system, stream, replace(change, key=twin.key, record=twin))
            made = system.all("documents")[-1]
            system.put("documents", replace(made, reference=change.record.key))
            return Outcome(change.key, target=made.key)
        return super().apply(system, stream, change)


@breaks("a_draft_is_read_back_once")
class RoundsTheTotal(SpoiltErp):
    def answered(self, change: Change, outcome: Outcome) -> Outcome:
        made = self._system().find("documents", outcome.target)
        if made is not None:
            self._system().put("documents", replace(made, gross=getattr(made, "gross", 0) + 1))
        return outcome


@breaks("a_customer_draft_is_read_back")
class ForgetsTheCustomer(SpoiltErp):
    def answered(self, change: Change, outcome: Outcome) -> Outcome:
        self._system().drop("customers", outcome.target or "")
        return outcome


@breaks("a_payment_is_entered_once_and_read_back")
class EntersMoneyAgain(SpoiltErp):
    def apply(self, system: MemorySystem, stream: str, change: Change) -> Outcome:
        entry = change.record
        if isinstance(entry, PaymentEntry) and system.find(stream, entry.key) is not None:
            system.put(stream, replace(entry, amount=entry.amount * 2))
        return super().apply(system, stream, change)


@breaks("a_payment_counts_as_paid_on_its_document")
class PutsMoneyOnNoDocument(SpoiltErp):
    def apply(self, system: MemorySystem, stream: str, change: Change) -> Outcome:
        if isinstance(change.record, PaymentEntry):
            system.put(stream, change.record)
            return Outcome(change.key, target=change.key)
        return super().apply(system, stream, change)


@breaks("a_payment_of_an_unknown_document_is_refused")
class TakesMoneyForNothing(SpoiltErp):
    def answered(self, change: Change, outcome: Outcome) -> Outcome:
        if (
            isinstance(change.record, PaymentEntry)
            and outcome.problem
            and outcome.problem.field == "document"
        ):
            return Outcome(change.key, target=change.key)
        return outcome


class _SpoilsNames(SpoiltShop):
    def name(self, name: str) -> str:
        return name

    def sent(self, change: Change) -> Change:
        if isinstance(change.record, Listing):
            return replace(change, record=replace(change.record, name=self.name(change.record.name)))
        return change


@breaks("french_letters_survive")
class DropsAccents(_SpoilsNames):
    def name(self, name: str) -> str:
        return name.encode("ascii", "ignore").decode()


@breaks("quotes_and_markup_survive")
class EscapesTwice(_SpoilsNames):
    def name(self, name: str) -> str:
        return html.escape(name)


@breaks("emoji_survive_or_are_refused")
class PutsQuestionMarks(_SpoilsNames):
    def name(self, name: str) -> str:
        return name.encode("cp1252", "replace").decode("cp1252")


@breaks("long_names_survive_or_are_refused")
class CutsLongNames(_SpoilsNames):
    def name(self, name: str) -> str:
        return name[:100]
