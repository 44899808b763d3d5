"""The whole life of an order of the table in an ERP: entered with its deposits, paid, given back early, invoiced, credited, given
back. Each step is what the platform's rules ask for at that moment, written and read back through the ERP's connector."""

from collections.abc import Callable
from dataclasses import dataclass, field
from decimal import Decimal

from msgspec.structs import replace

from raccord.core.balance import Balance, balance_of, difference, wanted_of
from raccord.core.order_difference import credited_as, gaps
from raccord.core.payment_plan import DocumentState, PaymentPlan, plan
from raccord.core.rates import table_of
from raccord.core.refund_plan import RefundPlan, plan_credits
from raccord_connectors.canonical import Document, Draft, Order, PaymentEntry, Record
from raccord_connectors.contract import Change, Connector, Problem, Selection
from support.order_scenarios import Scenario

STEPS = 6
"""More than any order of the table needs."""


@dataclass
class Life:
    """What became of one order."""

    scenario: Scenario
    draft: Draft
    connector: Connector
    invoice: Callable[[str], None]
    """Delivers and invoices the document of this key, as people do in the ERP."""
    credits: dict[str, tuple[Draft, Document]] = field(default_factory=dict)
    """Refund → its credit note, as asked and as read back."""
    entries: dict[str, PaymentEntry] = field(default_factory=dict)
    key: str = ""
    deposits: Decimal = Decimal(0)

    def live(self) -> tuple[Balance, Problem | None]:
        """What is left to pay in the end, and how it differs from what the shop says."""
        self.key = self._write("drafts", self.draft)
        for payment in self.draft.payments:
            self._read_entry(f"{self.draft.key}/{payment.key}")
        early = [one for one in self.scenario.order.refunds if one.key in self.scenario.early]
        self._settle(replace(self.scenario.order, refunds=early), "confirmed")
        self.deposits = self.document(self.key).paid
        self.invoice(self.key)
        payments, refunds = self._settle(self.scenario.order, "invoiced")
        assert payments.complete, (payments.missing, payments.held, payments.waits)
        assert refunds.complete, (refunds.missing, refunds.held, refunds.waits)
        document = self.document(self.key)
        found = balance_of(document, [self.document(one.key) for _, one in self.credits.values()])
        wanted = wanted_of(
            self.scenario.order, self.draft, payments=payments, refunds=refunds, entered=self.entries
        )
        return found, difference(self.scenario.order, document, found, wanted)

    def document(self, key: str) -> Document:
        (found,) = [
            one for page in self.connector.read("documents", Selection(keys=(key,))) for one in page.records
        ]
        assert isinstance(found, Document)
        return found

    def _settle(self, order: Order, state: DocumentState) -> tuple[PaymentPlan, RefundPlan]:
        spec = self.connector.spec
        for _ in range(STEPS):
            refunds = plan_credits(
                order, draft=self.draft, document=self.document(self.key), key=self.key, state=state,
                rules=self.scenario.settings.orders, writes=spec.makes("drafts", "credit"),
                entered={refund: document for refund, (_, document) in self.credits.items()},
            )  # fmt: skip
            known = {refund: document.key for refund, (_, document) in self.credits.items()}
            payments = plan(
                order, reference=self.draft.key, document=self.key, state=state, rules=self.scenario.settings.orders,
                entered=self.entries, kinds=spec.stream("payments").kinds or (), table=table_of(self.draft.lines),
                credited={**dict.fromkeys(refunds.missing), **known},
            )  # fmt: skip
            if not refunds.missing and not payments.missing:
                return payments, refunds
            for refund, draft in refunds.missing.items():
                self.credits[refund] = (draft, self._credit(draft))
            for entry in payments.missing:
                self._write("payments", entry)
                self._read_entry(entry.key)
        raise AssertionError(f"{self.scenario.name} does not come to rest")

    def _credit(self, draft: Draft) -> Document:
        document = self.document(self._write("drafts", draft))
        assert [] == gaps(draft, credited_as(document))
        return document

    def _write(self, stream: str, record: Record) -> str:
        (outcome,) = self.connector.write(stream, [Change("create", record.key, record)])
        assert outcome.problem is None, outcome.problem
        return str(outcome.target)

    def _read_entry(self, key: str) -> None:
        (found,) = [
            one for page in self.connector.read("payments", Selection(keys=(key,))) for one in page.records
        ]
        assert isinstance(found, PaymentEntry)
        self.entries[key] = found
