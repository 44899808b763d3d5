"""A connector reached through the tunnel raises what its far end raised."""

from collections.abc import Callable, Sequence

import pytest

from raccord_connectors import wire
from raccord_connectors.contract import ConfigError, Message, Problem, RecordRejected, TransientError
from raccord_connectors.kit.over_wire import RemoteBug, error_from, through_the_wire
from raccord_connectors.sample.memory import MemorySettings
from raccord_connectors.sample.memory_erp import MemoryErp
from support.memory_suites import NUMBERS, TOKEN, furnished_erp

SORRY = Message("test.sorry", "Désolé.", "Sorry.")


def rebuilt(problem: Problem, findings: Sequence[Message] = ()) -> Exception | None:
    return error_from(wire.CommandResult("c1", problem=problem, findings=findings))


def test_no_problem_is_no_error() -> None:
    assert error_from(wire.CommandResult("c1")) is None


def test_a_config_error_is_rebuilt_with_its_findings() -> None:
    error = rebuilt(Problem("config", SORRY, field="url", detail="403"), findings=[SORRY])
    assert isinstance(error, ConfigError)
    assert (SORRY, "url", "403", (SORRY,)) == (error.message, error.field, error.detail, error.findings)


def test_a_transient_error_is_rebuilt_with_its_wait() -> None:
    error = rebuilt(Problem("transient", SORRY, retry_after=3))
    assert isinstance(error, TransientError)
    assert 3 == error.retry_after


def test_a_rejection_is_rebuilt_with_its_field() -> None:
    error = rebuilt(Problem("rejected", SORRY, field="name"))
    assert isinstance(error, RecordRejected)
    assert "name" == error.field


def test_a_bug_stays_a_bug() -> None:
    error = rebuilt(Problem("bug", SORRY, detail="KeyError at acme:1 (read)"))
    assert isinstance(error, RemoteBug)
    assert "KeyError at acme:1 (read)" == error.problem.detail


@pytest.mark.parametrize("kind", ["config", "transient", "rejected"])
def test_an_error_survives_the_way_there_and_back(kind: str) -> None:
    makers: dict[str, Callable[[], ConfigError | TransientError | RecordRejected]] = {
        "config": lambda: ConfigError(SORRY, detail="d", field="f"),
        "transient": lambda: TransientError(SORRY, detail="d", retry_after=1.5),
        "rejected": lambda: RecordRejected(SORRY, detail="d", field="f"),
    }
    error = makers[kind]()
    again = rebuilt(error.problem())
    assert type(error) is type(again)
    assert str(error) == str(again)


def test_every_call_passes_through_bytes_of_its_own() -> None:
    system = furnished_erp(f"over-wire-{next(NUMBERS)}")
    tunnelled = through_the_wire(MemoryErp(MemorySettings(system=system.name, token=TOKEN)))
    (page, _) = tunnelled.read("products")
    assert system.all("products") == list(page.records)
    assert system.all("products")[0] is not page.records[0]
    system.forget()
