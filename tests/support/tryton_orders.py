"""Orders and customers to write into Tryton, and a line that breaks at a chosen step."""

from datetime import date
from decimal import Decimal as D
from itertools import count
from typing import Any, ClassVar

import httpx
import msgspec

from raccord_connectors.canonical import Address, Customer, CustomerDraft, Document, Draft, DraftLine
from raccord_connectors.contract import Change, Outcome, Problem, Selection
from raccord_connectors.erp.tryton import Tryton as Connector
from raccord_connectors.erp.tryton.settings import TrytonSettings
from support.tryton_server import Tryton

numbers = count(1)
LYON = Address(
    first_name="Anne",
    last_name="Durand",
    line1="3 rue Mercière",
    postal_code="69002",
    city="Lyon",
    country="FR",
)
BRUSSELS = Address(
    first_name="Luc",
    last_name="Peeters",
    line1="1 Grand-Place",
    postal_code="1000",
    city="Bruxelles",
    country="BE",
)


def connect(server: Tryton, transport: httpx.BaseTransport | None = None, **changes: Any) -> Connector:
    settings = msgspec.convert(server.settings(**changes), TrytonSettings)
    return Connector(settings, transport=transport, sleep=lambda seconds: None)


def line(item: str | None, quantity: str, net: str, tax: str, rate: str = "20", **more: Any) -> DraftLine:
    unit = (D(net) / D(quantity)).quantize(D("0.000001"))
    title = more.pop("title", f"Article {item}")
    return DraftLine(
        item=item,
        title=title,
        quantity=D(quantity),
        unit_net=unit,
        net=D(net),
        tax=D(tax),
        rate=D(rate),
        **more,
    )


def order(customer: str, *lines: DraftLine, **more: Any) -> Draft:
    number = str(1000 + next(numbers))
    net, tax = sum((one.net for one in lines), D(0)), sum((one.tax for one in lines), D(0))
    known = {
        "dated": date(2026, 11, 24),
        "reference": number,
        "billing": LYON,
        "net": net,
        "tax": tax,
        "gross": net + tax,
    }
    return Draft(key=f"K3QZ-{number}", customer=customer, lines=list(lines), **{**known, **more})


def write(erp: Connector, record: Draft | CustomerDraft, **more: Any) -> Outcome:
    stream = "drafts" if isinstance(record, Draft) else "customer_drafts"
    (outcome,) = erp.write(stream, [Change("create", record.key, record, **more)])
    return outcome


def problem_of(outcome: Outcome) -> Problem:
    assert outcome.problem is not None, "the write was called done"
    assert "rejected" == outcome.problem.kind
    return outcome.problem


def document(erp: Connector, outcome: Outcome) -> Document:
    assert outcome.problem is None, outcome.problem
    (record,) = [
        record
        for page in erp.read("documents", Selection(keys=(str(outcome.target),)))
        for record in page.records
    ]
    assert isinstance(record, Document)
    return record


def totals(sale: dict[str, Any]) -> tuple[D, D, D]:
    return sale["untaxed_amount"], sale["tax_amount"], sale["total_amount"]


def new_customer(**more: Any) -> CustomerDraft:
    number = next(numbers)
    known = {"account_title": f"DURAND Anne {number}", "email": f"anne{number}@example.org", "billing": LYON}
    return CustomerDraft(
        key=f"email:anne{number}@example.org", customer=Customer(key="", **{**known, **more})
    )


def read_customer(erp: Connector, outcome: Outcome) -> Customer:
    assert outcome.problem is None, outcome.problem
    (found,) = [
        record
        for page in erp.read("customers", Selection(keys=(str(outcome.target),)))
        for record in page.records
    ]
    assert isinstance(found, Customer)
    return found


WRITES = ("create", "write", "delete", "quote", "confirm", "process", "draft", "cancel", "post", "execute")


class CrashAt(httpx.BaseTransport):
    """Breaks the line at the nth request that changes something: before it leaves, or after Tryton has done it."""

    names: ClassVar[list[str]] = []

    def __init__(self, number: int, *, done: bool) -> None:
        self.number = number
        self.done = done
        self.crashed = ""
        self._real = httpx.HTTPTransport()

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        method = str(msgspec.json.decode(request.read())["method"]).removeprefix("model.")
        if method.rpartition(".")[2] in WRITES:
            self.number -= 1
        if self.number == 0 and not self.crashed:
            self.crashed = method
            if self.done:
                self._real.handle_request(request).read()
            raise httpx.ReadError("the agent died here")
        return self._real.handle_request(request)

    def close(self) -> None:
        self._real.close()
