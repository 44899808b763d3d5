"""Guarantees on what goes wrong between us and a system: an answer that is lost, a system that asks for patience, a deletion
beside others."""

from raccord_connectors.contract import Can, Change, Outcome, TransientError
from raccord_connectors.kit.conformance.author import Author
from raccord_connectors.kit.conformance.multiply import needs

READ_AS = {"drafts": "documents", "customer_drafts": "customers"}
"""Where what was written is read; the others under their own name."""


class MishapGuarantees(Author):
    @needs(Can.CREATE, hooks=("lose_next_answer",))
    def test_a_create_whose_answer_was_lost_is_not_done_twice(self, stream: str) -> None:
        """It may have been one step of several: then the next attempt goes on where this one was cut."""
        change = self.change(stream, self.sample(stream, 0))
        read_as = READ_AS.get(stream, stream)
        readable = self.connector_type.spec.can(read_as, Can.READ)
        before = len(self.records(read_as)) if readable else 0
        self.lose_next_answer()
        lost = self._attempt(stream, change)
        assert lost is None or lost.problem is None or lost.problem.kind == "transient", (
            f"an answer that is lost says nothing of the record: {lost and lost.problem}"
        )
        (again,) = self.write(stream, change)
        assert again.problem is None, f"the same create, sent again, failed: {again.problem}"
        (third,) = self.write(stream, change)
        assert (again.target, True) == (third.target, third.existed)
        if readable:
            assert before + 1 == len(self.records(read_as)), "the system had done it, and did it again"

    @needs(Can.UPDATE, hooks=("lose_next_answer", "look"))
    def test_an_update_whose_answer_was_lost_can_be_sent_again(self, stream: str) -> None:
        record = self.sample(stream, 0)
        known = self.put(stream, record)
        later = self.changed(stream, record)
        change = Change("update", later.key, later, record, known.target, known.targets)
        self.lose_next_answer()
        self._attempt(stream, change)
        self.update(stream, later, record, known)
        once = dict(self.look(stream, str(known.target)))
        self.update(stream, later, record, known)
        assert once == dict(self.look(stream, str(known.target)))

    @needs(Can.READ, hooks=("ask_for_patience",))
    def test_too_many_requests_are_transient_and_say_how_long_when_reading(self, stream: str) -> None:
        self.ask_for_patience()
        try:
            self.pages(stream)
        except TransientError as error:
            self._assert_patient(error)
        else:
            raise AssertionError("a system that asked for patience was called read")

    @needs(any_of=(Can.CREATE, Can.UPDATE), hooks=("ask_for_patience",))
    def test_too_many_requests_are_transient_and_say_how_long_when_writing(self, stream: str) -> None:
        change = self.change(stream, self.sample(stream, 0))
        self.ask_for_patience()
        try:
            self.write(stream, change)
        except TransientError as error:
            self._assert_patient(error)
        else:
            raise AssertionError("a system that asked for patience was called written to")

    @needs(Can.CREATE, Can.DELETE, Can.READ)
    def test_a_delete_leaves_the_others(self, stream: str) -> None:
        record = self.sample(stream, 0)
        before = set(self.records(stream))
        known = self.put(stream, record)
        self.write(stream, Change("delete", record.key, target=known.target, targets=known.targets))
        assert before == set(self.records(stream))

    def _attempt(self, stream: str, change: Change) -> Outcome | None:
        """What the connector told; None when it raised, as it may."""
        try:
            (outcome,) = self.write(stream, change)
        except TransientError:
            return None
        return outcome

    def _assert_patient(self, error: TransientError) -> None:
        assert error.retry_after is not None, "the system said when to come back; the error does not"
        assert error.retry_after > 0
        self.assert_for_a_person(error.message)
