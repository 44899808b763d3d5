"""One command of the tunnel on a connector: whatever happens, a message comes back."""

from collections.abc import Iterator, Sequence
from decimal import Decimal

import msgspec
import pytest

from raccord_connectors import wire
from raccord_connectors.canonical import Product, encode
from raccord_connectors.contract import (
    EVERYTHING,
    Change,
    ConfigError,
    Message,
    Outcome,
    Page,
    Selection,
    TransientError,
)
from raccord_connectors.kit import executor
from raccord_connectors.kit.executor import execute
from raccord_connectors.sample.erp_system import ErpSystem
from raccord_connectors.sample.memory import MemorySettings, MemorySystem
from raccord_connectors.sample.memory_erp import MemoryErp
from support.memory_suites import NUMBERS, TOKEN, draft, furnished_erp

SORRY = Message("test.sorry", "Désolé.", "Sorry.")


@pytest.fixture
def erp() -> Iterator[ErpSystem]:
    system = furnished_erp(f"executor-{next(NUMBERS)}")
    yield system
    system.forget()


def ask(connector: MemoryErp, order: wire.Order) -> wire.CommandResult:
    """Through the packed bytes, as it travels."""
    command = wire.unpack(wire.pack(wire.Command("c1", order, 60)), wire.Command)
    return wire.unpack(wire.pack(execute(connector, command)), wire.CommandResult)


def honest(erp: ErpSystem) -> MemoryErp:
    return MemoryErp(MemorySettings(system=erp.name, token=TOKEN))


def written(*changes: Change) -> wire.Write:
    return wire.Write("drafts", [wire.change_to_wire(change) for change in changes])


def test_a_check_that_passes_is_an_answer_without_problem(erp: ErpSystem) -> None:
    assert wire.CommandResult("c1") == ask(honest(erp), wire.Check())


def test_a_discovery_comes_back(erp: ErpSystem) -> None:
    assert honest(erp).discover() == ask(honest(erp), wire.Discover()).discovery


def test_records_come_with_their_fingerprints(erp: ErpSystem) -> None:
    answer = ask(honest(erp), wire.Read("products", Selection(keys=("CHAISE",))))
    (record,) = [record for page in answer.pages for record in page.records]
    product = erp.find("products", "CHAISE")
    assert product is not None
    assert ("CHAISE", encode(product)) == (record.key, record.data)


def test_a_config_error_keeps_its_findings(erp: ErpSystem) -> None:
    class Forbidden(MemoryErp):
        def check(self) -> None:
            raise ConfigError(SORRY, field="token", findings=[SORRY, SORRY])

    answer = ask(Forbidden(MemorySettings(system=erp.name)), wire.Check())
    assert answer.problem is not None
    assert ("config", "token", 2) == (answer.problem.kind, answer.problem.field, len(answer.findings))


def test_a_transient_error_says_when_to_come_back(erp: ErpSystem) -> None:
    erp.fail_next(retry_after=12)
    problem = ask(honest(erp), wire.Check()).problem
    assert problem is not None
    assert ("transient", 12) == (problem.kind, problem.retry_after)


def test_a_bug_names_its_place_and_no_value(erp: ErpSystem) -> None:
    class Buggy(MemoryErp):
        def check(self) -> None:
            raise KeyError("le mot de passe est 1234")

    problem = ask(Buggy(MemorySettings(system=erp.name)), wire.Check()).problem
    assert problem is not None
    assert "bug" == problem.kind
    assert problem.detail.startswith("KeyError at ")
    assert problem.detail.endswith("(check)")
    assert b"1234" not in wire.pack(problem)
    assert "/" not in problem.detail


def test_outcomes_known_before_a_failure_are_kept(erp: ErpSystem) -> None:
    class FailsAtTheSecond(MemoryErp):
        def apply(self, system: MemorySystem, stream: str, change: Change) -> Outcome:
            if change.key == "W2":
                raise TransientError(SORRY)
            return super().apply(system, stream, change)

    connector = FailsAtTheSecond(MemorySettings(system=erp.name, token=TOKEN))
    changes = [Change("create", key, draft(key)) for key in ("W1", "W2", "W3")]
    answer = ask(connector, written(*changes))
    assert answer.problem is not None
    assert ("transient", ["W1"]) == (answer.problem.kind, [outcome.key for outcome in answer.outcomes])


def test_pages_known_before_a_failure_are_kept(erp: ErpSystem) -> None:
    class BreaksOff(MemoryErp):
        def read(self, stream: str, wanted: Selection = EVERYTHING) -> Iterator[Page]:
            yield from super().read(stream, wanted)
            raise TransientError(SORRY)

    answer = ask(BreaksOff(MemorySettings(system=erp.name, token=TOKEN)), wire.Read("products", EVERYTHING))
    assert answer.problem is not None
    assert ["CHAISE", "BANC"] == [record.key for page in answer.pages for record in page.records]


def test_a_change_that_cannot_be_decoded_does_not_stop_the_others(erp: ErpSystem) -> None:
    good = [wire.change_to_wire(Change("create", key, draft(key))) for key in ("W1", "W3")]
    bad = wire.WireChange("create", "W2", record=b'{"key":"W2","dated":"hier"}')
    answer = ask(honest(erp), wire.Write("drafts", [good[0], bad, good[1]]))
    assert answer.problem is None
    assert ["W1", "W2", "W3"] == [outcome.key for outcome in answer.outcomes]
    assert [True, False, True] == [outcome.done for outcome in answer.outcomes]
    assert answer.outcomes[1].problem is not None
    assert "hier" not in answer.outcomes[1].problem.message.fr


@pytest.mark.parametrize(
    "order",
    [
        wire.Read("pictures", EVERYTHING),
        wire.Read("drafts", EVERYTHING),
        wire.Write(
            "products", [wire.change_to_wire(Change("create", "X", Product(key="X", sku="X", name="X")))]
        ),
        wire.Write("drafts", [wire.WireChange("archive", "W1")]),
        wire.Rescan(["products"]),
    ],
)
def test_what_the_connector_cannot_do_is_refused_with_a_sentence(erp: ErpSystem, order: wire.Order) -> None:
    problem = ask(honest(erp), order).problem
    assert problem is not None
    assert ("config", "connector.unsupported") == (problem.kind, problem.message.code)
    assert 0 == erp.writes


def test_an_answer_never_outgrows_a_message(erp: ErpSystem, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(executor, "MAX_ANSWER", 100)
    problem = ask(honest(erp), wire.Read("products", EVERYTHING)).problem
    assert problem is not None
    assert "connector.too_much" == problem.message.code


@pytest.mark.parametrize("kept", [slice(0, 0), slice(None, None, -1)])
def test_a_connector_that_answers_wrongly_is_a_bug(erp: ErpSystem, kept: slice) -> None:
    class Confused(MemoryErp):
        def write(self, stream: str, changes: Sequence[Change]) -> Iterator[Outcome]:
            yield from list(super().write(stream, changes))[kept]

    connector = Confused(MemorySettings(system=erp.name, token=TOKEN))
    answer = ask(connector, written(*[Change("create", key, draft(key)) for key in ("W1", "W2")]))
    assert answer.problem is not None
    assert "bug" == answer.problem.kind


def test_amounts_travel_exactly(erp: ErpSystem) -> None:
    ask(honest(erp), written(Change("create", "W1", draft("W1"))))
    answer = ask(honest(erp), wire.Read("documents", EVERYTHING))
    (record,) = [record for page in answer.pages for record in page.records]
    assert "120" == msgspec.json.decode(record.data)["gross"]
    assert Decimal(120) == erp.documents_of("W1")[0].gross
