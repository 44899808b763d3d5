"""The in-memory ERP's connector: the shortest honest one that reads everything and writes customers and orders."""

from decimal import Decimal
from typing import Any

from msgspec.structs import replace

from raccord_connectors.canonical import Customer, CustomerDraft, Document, Draft, PaymentEntry, plain
from raccord_connectors.contract import (
    Can,
    Change,
    Choice,
    ConnectorSpec,
    CustomField,
    Discovery,
    Outcome,
    RecordRejected,
    Side,
    StreamSpec,
)
from raccord_connectors.kit.changes import differences
from raccord_connectors.sample import texts
from raccord_connectors.sample.erp_system import DEPOTS, PRICE_CATEGORIES, ErpSystem
from raccord_connectors.sample.memory import MemoryConnector, MemorySettings, MemorySystem, laid_over, the

READS = frozenset({Can.READ, Can.READ_SINCE, Can.READ_SOME, Can.SKETCH})


class MemoryErp(MemoryConnector):
    spec = ConnectorSpec(
        name="memory_erp",
        title="ERP de démonstration",
        side=Side.ERP,
        settings=MemorySettings,
        streams=(
            StreamSpec("categories", READS),
            StreamSpec("products", READS),
            StreamSpec("prices", READS),
            StreamSpec("stock", READS),
            StreamSpec("customers", READS),
            StreamSpec("documents", READS),
            StreamSpec("invoices", READS),
            StreamSpec("customer_drafts", frozenset({Can.CREATE, Can.UPDATE}), batch_size=10),
            StreamSpec(
                "drafts",
                frozenset({Can.CREATE}),
                batch_size=10,
                after=("customer_drafts",),
                kinds=("quotation", "order", "delivery", "invoice", "credit"),
            ),
            StreamSpec(
                "payments",
                frozenset({Can.READ, Can.READ_SOME, Can.CREATE}),
                batch_size=10,
                after=("drafts",),
                kinds=("deposit", "deposit_invoice", "settlement", "refund"),
            ),
        ),
        verified_against=("the in-memory ERP of this package (simulator)",),
    )
    system_type = ErpSystem

    def discover(self) -> Discovery:
        self._system().request()
        return Discovery(
            company="Maison Lucie",
            version="1",
            currency="EUR",
            prices_include_tax=False,
            languages=("fr",),
            custom_fields=(CustomField("products", "Couleur", "Couleur"),),
            depots=tuple(Choice(key, title) for key, title in DEPOTS.items()),
            price_categories=tuple(Choice(key, title) for key, title in PRICE_CATEGORIES.items()),
            tax_classes=(
                Choice("V20", "TVA 20 %", {"rate": "20"}),
                Choice("V5.5", "TVA 5,5 %", {"rate": "5.5"}),
            ),
        )

    def apply(self, system: MemorySystem, stream: str, change: Change) -> Outcome:
        assert isinstance(system, ErpSystem)
        record = change.record
        if isinstance(record, CustomerDraft):
            return (
                _update_customer(system, change, record)
                if change.op == "update"
                else _create_customer(system, record)
            )
        if isinstance(record, Draft):
            return _create_document(system, record)
        if isinstance(record, PaymentEntry):
            return _enter_payment(system, record)
        raise AssertionError(f"{self.spec.name} declares no writing of {stream}")


def _create_customer(system: ErpSystem, draft: CustomerDraft) -> Outcome:
    ref = ("customer_drafts", draft.key)
    known = system.refs.get(ref)
    if known is not None and system.find("customers", known) is not None:
        return Outcome(draft.key, target=known, existed=True)
    _demand_name(draft)
    key = draft.customer.key or f"CLI{system.number():05}"
    if system.find("customers", key) is not None:  # a code that the merchant already uses is a match
        return Outcome(draft.key, target=key, existed=True)
    system.put("customers", replace(draft.customer, key=key))
    system.refs[ref] = key
    return Outcome(draft.key, target=key)


def _update_customer(system: ErpSystem, change: Change, draft: CustomerDraft) -> Outcome:
    known = system.find("customers", change.target)
    if known is None:
        raise RecordRejected(texts.GONE.fill(key=draft.key, target=change.target), field="key")
    _demand_name(draft)
    previous = change.previous.customer if isinstance(change.previous, CustomerDraft) else None
    new: dict[str, Any] = differences(draft.customer, previous)
    if new:
        customer = the(Customer, known, draft.key)
        system.put("customers", replace(customer, **laid_over(customer, new)))
    return Outcome(draft.key, target=change.target)


def _demand_name(draft: CustomerDraft) -> None:
    customer = draft.customer
    if not (customer.account_title or customer.last_name or customer.company):
        raise RecordRejected(texts.NO_NAME.fill(key=draft.key), field="customer.account_title")


def _create_document(system: ErpSystem, draft: Draft) -> Outcome:
    existing = system.documents_of(draft.key)
    if existing:
        return Outcome(draft.key, target=existing[0].key, existed=True)
    _demand_sound(system, draft)
    return Outcome(draft.key, target=system.enter_order(draft).key)


def _demand_sound(system: ErpSystem, draft: Draft) -> None:
    if draft.kind == "credit" and not isinstance(system.find("documents", draft.origin), Document):
        raise RecordRejected(
            texts.UNKNOWN_DOCUMENT.fill(key=draft.key, document=draft.origin), field="origin"
        )
    if system.find("customers", draft.customer) is None:
        message = texts.UNKNOWN_CUSTOMER.fill(key=draft.key, customer=draft.customer)
        raise RecordRejected(message, field="customer")
    for position, line in enumerate(draft.lines):
        if line.item is not None and not system.knows_item(line.item):
            message = texts.UNKNOWN_ITEM.fill(key=draft.key, item=line.item)
            raise RecordRejected(message, field=f"lines[{position}].item")
    added = plain(sum((line.net + line.tax for line in draft.lines), Decimal(0)))
    if added != draft.gross:
        message = texts.WRONG_TOTAL.fill(key=draft.key, lines=added, total=draft.gross)
        raise RecordRejected(message, field="gross")


def _enter_payment(system: ErpSystem, entry: PaymentEntry) -> Outcome:
    if system.find("payments", entry.key) is not None:
        return Outcome(entry.key, target=entry.key, existed=True)
    if not isinstance(system.find("documents", entry.document), Document):
        message = texts.UNKNOWN_DOCUMENT.fill(key=entry.key, document=entry.document)
        raise RecordRejected(message, field="document")
    if entry.amount <= 0:
        raise RecordRejected(texts.NO_AMOUNT.fill(key=entry.key, amount=entry.amount), field="amount")
    if entry.credit is not None and not isinstance(system.find("documents", entry.credit), Document):
        raise RecordRejected(
            texts.UNKNOWN_DOCUMENT.fill(key=entry.key, document=entry.credit), field="credit"
        )
    system.enter_payment(entry)
    return Outcome(entry.key, target=entry.key)
