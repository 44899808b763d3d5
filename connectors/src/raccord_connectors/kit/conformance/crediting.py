"""Guarantees on the kinds of documents and of money that a connector declares: credit notes, and refunds paid out on them."""

from decimal import Decimal

from msgspec.structs import replace

from raccord_connectors.canonical import Document, Draft, PaymentEntry, payment_key
from raccord_connectors.contract import FIRST_KINDS, Can, Outcome, Selection
from raccord_connectors.kit.conformance.author import Author
from raccord_connectors.kit.conformance.multiply import needs

SETTLED = ("delivery", "invoice")
"""Kinds in which the goods have left: no payment is entered with them here, for an invoice takes no deposit."""


class CreditingGuarantees(Author):
    @needs(Can.CREATE, records=(Draft,))
    def test_each_declared_kind_of_document_is_read_back(self, stream: str) -> None:
        for kind in self._kinds(stream):
            draft = self._draft(stream, f"-{kind[:2]}")
            draft = replace(draft, kind=kind, payments=[] if kind in SETTLED else draft.payments)
            outcome = self.put(stream, draft)
            document = self._document(outcome)
            assert kind == document.kind, f"a draft of kind {kind} became a document of kind {document.kind}"
            assert draft.gross == document.gross, f"the total of the {kind} is not the customer's"
            assert draft.key == document.reference, f"the {kind} does not tell the reference it was given"

    @needs(Can.CREATE, records=(Draft,), kinds=("credit",))
    def test_a_credit_is_read_back_once(self, stream: str) -> None:
        origin = self.put(stream, self._draft(stream, "-c1"))
        credit = self._credit(stream, "+c1", origin)
        first, (again,) = self.put(stream, credit), self.write(stream, self.change(stream, credit))
        assert (first.target, True) == (again.target, again.existed), "a credit written twice makes one"
        assert first.target != origin.target, "a credit is a document of its own"
        found = [one for one in self.records("documents").values() if _reference(one) == credit.key]
        assert [first.target] == [one.key for one in found], "a credit is read once, under its own key"
        document = self._document(first)
        assert (-credit.net, -credit.tax, -credit.gross) == (document.net, document.tax, document.gross), (
            "a credit's amounts are below zero, to the cent"
        )
        assert document.kind in ("credit", "return")

    @needs(Can.CREATE, records=(Draft,), kinds=("credit",))
    def test_a_credit_leaves_its_order_as_it_was(self, stream: str) -> None:
        origin = self.put(stream, self._draft(stream, "-c2"))
        before = self._document(origin)
        self.put(stream, self._credit(stream, "+c2", origin))
        assert before == self._document(origin)

    @needs(Can.CREATE, records=(Draft,), kinds=("credit",))
    def test_a_credit_of_an_unknown_document_is_refused(self, stream: str) -> None:
        lost = self._credit(stream, "+c3", Outcome("", self.missing_target("documents")))
        (outcome,) = self.write(stream, self.change(stream, lost))
        problem = outcome.problem
        assert problem is not None, "a credit of a document that does not exist was called written"
        assert ("rejected", "origin") == (problem.kind, problem.field)
        self.assert_for_a_person(problem.message)

    @needs(Can.CREATE, records=(PaymentEntry,), kinds=("refund",), beside=("drafts", "credit"))
    def test_a_refund_is_paid_out_on_its_credit(self, stream: str) -> None:
        draft = self._draft("drafts", "-c4")
        origin = self.put("drafts", draft)
        credit = self._credit("drafts", "+c4", origin)
        made = self.put("drafts", credit)
        before = self._document(origin)
        sample = self.sample(stream, 0)
        assert isinstance(sample, PaymentEntry)
        entry = replace(
            sample, key=payment_key(draft.key, "r:1"), document=str(origin.target), kind="refund", amount=credit.gross,
            credit=made.target,
        )  # fmt: skip
        self.put(stream, entry)
        self.write(stream, self.change(stream, entry))
        assert -credit.gross == self._document(made).paid, "the credit note is paid out, once"
        assert before.paid == self._document(origin).paid, "a refund of a credit takes nothing off the order"
        read = self.records(stream, Selection(keys=(entry.key,)))[entry.key]
        assert isinstance(read, PaymentEntry)
        told = (entry.document, entry.credit, "refund", entry.amount)
        assert told == (read.document, read.credit, read.kind, read.amount)

    # -------------------------------------------------------------------------------------------- inside

    def _kinds(self, stream: str) -> list[str]:
        declared = self.connector_type.spec.stream(stream).kinds
        return [kind for kind in (FIRST_KINDS[stream] if declared is None else declared) if kind != "credit"]

    def _draft(self, stream: str, mark: str) -> Draft:
        """A good draft under a reference of its own."""
        draft = self.sample(stream, 0)
        assert isinstance(draft, Draft)
        return replace(draft, key=f"{draft.key.replace('+', '-')[:14]}{mark}", payments=[])

    def _credit(self, stream: str, mark: str, origin: Outcome) -> Draft:
        """Of the first article of a draft, one half of its pieces where they can be halved."""
        draft = self._draft(stream, mark)
        line = next(one for one in draft.lines if one.item is not None and one.net > 0)
        if (
            line.quantity == 2 * (line.quantity // 2)
            and not (100 * line.net) % 2
            and not (100 * line.tax) % 2
        ):
            half = Decimal("0.5")
            line = replace(line, quantity=line.quantity * half, net=line.net * half, tax=line.tax * half)
        return replace(
            draft, kind="credit", origin=origin.target, lines=[line], net=line.net, tax=line.tax, gross=line.net + line.tax,
            prices_include_tax=draft.prices_include_tax,
        )  # fmt: skip

    def _document(self, outcome: Outcome) -> Document:
        found = self.records("documents", Selection(keys=(str(outcome.target),)))
        document = found.get(str(outcome.target))
        assert isinstance(document, Document), "a document is read back by its target"
        return document


def _reference(record: object) -> str:
    return record.reference if isinstance(record, Document) else ""
