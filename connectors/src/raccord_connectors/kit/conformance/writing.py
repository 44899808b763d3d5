"""Guarantees on what is written."""

from collections.abc import Mapping

from msgspec.structs import replace

from raccord_connectors.canonical import CustomerDraft, Document, Draft, Listing, PaymentEntry
from raccord_connectors.contract import EVERYTHING, Can, Change, Outcome, Selection
from raccord_connectors.kit.conformance.author import Author
from raccord_connectors.kit.conformance.multiply import needs

WRITTEN = (Can.CREATE, Can.UPDATE)


class WritingGuarantees(Author):
    @needs(Can.CREATE)
    def test_a_create_tells_the_systems_key(self, stream: str) -> None:
        outcome = self.put(stream, self.sample(stream, 0))
        assert outcome.target, "without the system's key nothing can be bound to the thing created"
        assert not outcome.existed, (
            "a first create found its thing already there: use a fresh system for each test"
        )

    @needs(Can.CREATE)
    def test_create_is_idempotent(self, stream: str) -> None:
        change = self.change(stream, self.sample(stream, 0))
        (first,) = self.write(stream, change)
        (second,) = self.write(stream, change)
        assert second.problem is None, f"the same create sent twice failed: {second.problem}"
        assert first.target == second.target, "the same create sent twice made two things"
        assert second.existed, "a create that found its thing says so (`existed`)"

    @needs(Can.CREATE)
    def test_two_records_are_two_things(self, stream: str) -> None:
        first = self.put(stream, self.sample(stream, 0))
        second = self.put(stream, self.sample(stream, 1))
        assert first.target != second.target

    @needs(Can.CREATE, Can.READ_SOME)
    def test_what_was_created_is_read_by_its_target(self, stream: str) -> None:
        outcome = self.put(stream, self.sample(stream, 0))
        assert [outcome.target] == list(self.records(stream, Selection(keys=(str(outcome.target),))))

    @needs(any_of=WRITTEN)
    def test_outcomes_come_one_by_one_in_order(self, stream: str) -> None:
        changes = [self.change(stream, self.sample(stream, number)) for number in range(3)]
        outcomes = self.write(stream, *changes)
        assert [change.key for change in changes] == [outcome.key for outcome in outcomes]
        assert [outcome.problem for outcome in outcomes] == [None, None, None]

    @needs(any_of=WRITTEN)
    def test_no_changes_give_no_outcomes(self, stream: str) -> None:
        assert self.write(stream) == []

    @needs(any_of=WRITTEN)
    def test_a_bad_record_does_not_stop_the_good_ones(self, stream: str) -> None:
        records = [self.sample(stream, 0), self.bad_sample(stream), self.sample(stream, 1)]
        changes = [self.change(stream, record) for record in records]
        outcomes = self.write(stream, *changes)
        assert [change.key for change in changes] == [outcome.key for outcome in outcomes]
        assert [outcome.done for outcome in outcomes] == [True, False, True]

    @needs(any_of=WRITTEN)
    def test_a_bad_record_is_explained(self, stream: str) -> None:
        (outcome,) = self.write(stream, self.change(stream, self.bad_sample(stream)))
        problem = outcome.problem
        assert problem is not None, "a bad record was accepted"
        assert problem.kind == "rejected", f"a bad record is `rejected`, not {problem.kind}"
        assert problem.field, "the problem says which field is wrong"
        self.assert_for_a_person(problem.message)

    # --------------------------------------------------------------------------------------------- update

    @needs(Can.UPDATE)
    def test_an_update_keeps_the_thing(self, stream: str) -> None:
        record = self.sample(stream, 0)
        known = self.put(stream, record)
        outcome = self.update(stream, self.changed(stream, record), record, known)
        assert outcome.target in (None, known.target), "an update made another thing"

    @needs(Can.UPDATE)
    def test_an_update_can_be_repeated(self, stream: str) -> None:
        record = self.sample(stream, 0)
        known = self.put(stream, record)
        later = self.changed(stream, record)
        self.update(stream, later, record, known)
        self.update(stream, later, record, known)

    @needs(Can.UPDATE)
    def test_an_update_of_what_is_gone_is_rejected(self, stream: str) -> None:
        record = self.sample(stream, 0)
        change = Change("update", record.key, record, target=self.missing_target(stream))
        (outcome,) = self.write(stream, change)
        assert outcome.problem is not None, "an update of a thing that does not exist was called done"
        assert outcome.problem.kind == "rejected", (
            f"one missing thing is `rejected`, not {outcome.problem.kind}"
        )
        self.assert_for_a_person(outcome.problem.message)

    @needs(Can.UPDATE, hooks=("look",))
    def test_an_update_reaches_the_system(self, stream: str) -> None:
        record = self.sample(stream, 0)
        known = self.put(stream, record)
        before = self._seen(stream, known)
        self.update(stream, self.changed(stream, record), record, known)
        assert before != self._seen(stream, known), "the update was called done and changed nothing"

    @needs(Can.UPDATE, hooks=("look", "disturb"))
    def test_an_update_touches_only_what_differs(self, stream: str) -> None:
        record = self.sample(stream, 0)
        known = self.put(stream, record)
        untouched = self._seen(stream, known)
        self._disturb(stream, known)
        disturbed = self._seen(stream, known)
        self.update(stream, self.changed(stream, record), record, known)
        overwritten = _differences(untouched, disturbed) & _differences(disturbed, self._seen(stream, known))
        assert set() == overwritten, (
            f"an update overwrote what the system's people had changed: {overwritten}"
        )

    @needs(Can.UPDATE, hooks=("look", "disturb"))
    def test_an_update_without_a_difference_changes_nothing(self, stream: str) -> None:
        record = self.sample(stream, 0)
        known = self.put(stream, record)
        self._disturb(stream, known)
        before = self._seen(stream, known)
        self.update(stream, record, record, known)
        assert before == self._seen(stream, known)

    # --------------------------------------------------------------------------------------------- delete

    @needs(Can.CREATE, Can.DELETE)
    def test_what_is_deleted_can_be_deleted_again(self, stream: str) -> None:
        record = self.sample(stream, 0)
        known = self.put(stream, record)
        change = Change("delete", record.key, target=known.target, targets=known.targets)
        for _ in range(2):
            (outcome,) = self.write(stream, change)
            assert outcome.problem is None, f"a delete failed: {outcome.problem}"

    @needs(Can.CREATE, Can.DELETE, Can.READ)
    def test_what_was_deleted_is_not_read(self, stream: str) -> None:
        record = self.sample(stream, 0)
        known = self.put(stream, record)
        self.write(stream, Change("delete", record.key, target=known.target, targets=known.targets))
        assert known.target not in self.records(stream)

    @needs(Can.DELETE)
    def test_deleting_what_never_was_succeeds(self, stream: str) -> None:
        (outcome,) = self.write(
            stream, Change("delete", "raccord-unknown", target=self.missing_target(stream))
        )
        assert outcome.problem is None, f"the thing is not there, as asked: {outcome.problem}"

    # ---------------------------------------------------------------------------- particular to a record

    @needs(Can.CREATE, records=(Listing,))
    def test_a_listing_tells_the_keys_of_its_offers(self, stream: str) -> None:
        """A simple listing too: its one offer's key leads to the listing itself, or to its only variant."""
        record = self.sample(stream, 0)
        assert isinstance(record, Listing)
        outcome = self.put(stream, record)
        assert {offer.key for offer in record.offers} == set(outcome.targets)

    @needs(Can.CREATE, records=(Draft,))
    def test_a_draft_is_read_back_once(self, stream: str) -> None:
        draft = self.sample(stream, 0)
        assert isinstance(draft, Draft)
        outcome = self.put(stream, draft)
        self.write(stream, self.change(stream, draft))
        found = [d for d in self._documents(EVERYTHING) if d.reference == draft.key]
        assert [outcome.target] == [document.key for document in found], (
            "a draft makes one document, keyed by `target`"
        )
        assert draft.gross == found[0].gross, "the document's total is not the customer's"
        assert found == self._documents(Selection(keys=(found[0].key,))), "a document is read back by its key"

    @needs(Can.CREATE, records=(CustomerDraft,))
    def test_a_customer_draft_is_read_back(self, stream: str) -> None:
        outcome = self.put(stream, self.sample(stream, 0))
        assert outcome.target in self.records("customers", Selection(keys=(str(outcome.target),)))

    @needs(Can.CREATE, records=(PaymentEntry,))
    def test_a_payment_is_entered_once_and_read_back(self, stream: str) -> None:
        entry = self.sample(stream, 0)
        assert isinstance(entry, PaymentEntry)
        self.put(stream, entry)
        self.write(stream, self.change(stream, entry))
        found = [one for one in self.records(stream).values() if one.key == entry.key]
        assert len(found) == 1, "a payment entered twice makes one entry, read under its own key"
        read = found[0]
        assert isinstance(read, PaymentEntry)
        told = (entry.document, entry.kind, entry.amount, entry.currency, entry.dated)
        assert told == (read.document, read.kind, read.amount, read.currency, read.dated)
        assert entry.transaction.startswith(read.transaction), "another transaction than the payment's"

    @needs(Can.CREATE, records=(PaymentEntry,))
    def test_a_payment_counts_as_paid_on_its_document(self, stream: str) -> None:
        entry = self.sample(stream, 0)
        assert isinstance(entry, PaymentEntry)
        (before,) = self._documents(Selection(keys=(entry.document,)))
        self.put(stream, entry)
        self.write(stream, self.change(stream, entry))
        (after,) = self._documents(Selection(keys=(entry.document,)))
        assert entry.amount == after.paid - before.paid

    @needs(Can.CREATE, records=(PaymentEntry,))
    def test_a_payment_of_an_unknown_document_is_refused(self, stream: str) -> None:
        entry = self.sample(stream, 0)
        assert isinstance(entry, PaymentEntry)
        lost = replace(entry, document=self.missing_target("documents"))
        (outcome,) = self.write(stream, self.change(stream, lost))
        problem = outcome.problem
        assert problem is not None, "a payment of a document that does not exist was called entered"
        assert (problem.kind, problem.field) == ("rejected", "document")
        self.assert_for_a_person(problem.message)
        assert lost.key not in self.records(stream), "it was refused, and is there all the same"

    def _documents(self, wanted: Selection) -> list[Document]:
        return [found for found in self.records("documents", wanted).values() if isinstance(found, Document)]

    def _seen(self, stream: str, known: Outcome) -> Mapping[str, object]:
        return dict(self.look(stream, str(known.target)))

    def _disturb(self, stream: str, known: Outcome) -> None:
        before = self._seen(stream, known)
        self.disturb(stream, str(known.target))
        assert before != self._seen(stream, known), "disturb() changed nothing that look() shows"


def _differences(before: Mapping[str, object], after: Mapping[str, object]) -> set[str]:
    return {name for name in before.keys() | after.keys() if before.get(name) != after.get(name)}
