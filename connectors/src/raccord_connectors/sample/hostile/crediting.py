"""Connectors that make something else of a kind than it says."""

from msgspec.structs import replace

from raccord_connectors.canonical import Document, Draft, PaymentEntry
from raccord_connectors.contract import Change, Outcome
from raccord_connectors.sample.hostile.nasty import SpoiltErp, breaks
from raccord_connectors.sample.memory import MemorySystem


@breaks("each_declared_kind_of_document_is_read_back")
class MakesOrdersOfEverything(SpoiltErp):
    def apply(self, system: MemorySystem, stream: str, change: Change) -> Outcome:
        if isinstance(change.record, Draft) and change.record.kind == "delivery":
            change = replace(change, record=replace(change.record, kind="order"))
        return super().apply(system, stream, change)


@breaks("a_credit_is_read_back_once")
class CreditsTheWrongWay(SpoiltErp):
    def answered(self, change: Change, outcome: Outcome) -> Outcome:
        made = self._system().find("documents", outcome.target)
        if isinstance(made, Document) and made.gross < 0:
            self._system().put("documents", replace(made, net=-made.net, tax=-made.tax, gross=-made.gross))
        return outcome


@breaks("a_credit_is_read_back_once")
class CreditsAgain(SpoiltErp):
    def apply(self, system: MemorySystem, stream: str, change: Change) -> Outcome:
        draft = change.record
        if isinstance(draft, Draft) and draft.kind == "credit":
            for one in system.all("documents"):
                if isinstance(one, Document) and one.reference == draft.key:
                    system.put("documents", replace(one, key=f"{one.key}-{system.number()}"))
        return super().apply(system, stream, change)


@breaks("a_credit_leaves_its_order_as_it_was")
class CancelsWhatItCredits(SpoiltErp):
    def answered(self, change: Change, outcome: Outcome) -> Outcome:
        draft, system = change.record, self._system()
        origin = system.find("documents", draft.origin) if isinstance(draft, Draft) else None
        if isinstance(origin, Document):
            system.put("documents", replace(origin, state="cancelled"))
        return outcome


@breaks("a_credit_of_an_unknown_document_is_refused")
class CreditsNothing(SpoiltErp):
    def answered(self, change: Change, outcome: Outcome) -> Outcome:
        if isinstance(change.record, Draft) and outcome.problem and outcome.problem.field == "origin":
            return Outcome(change.key, target="AV00001")
        return outcome


@breaks("a_refund_is_paid_out_on_its_credit")
class GivesBackFromTheOrder(SpoiltErp):
    def apply(self, system: MemorySystem, stream: str, change: Change) -> Outcome:
        if isinstance(change.record, PaymentEntry):
            change = replace(change, record=replace(change.record, credit=None))
        return super().apply(system, stream, change)
