"""The conformance suite itself is tested: it fails on each hostile connector, on the guarantee that it breaks."""

import msgspec
import pytest

from raccord_connectors.contract import ConnectorError, Side
from raccord_connectors.kit.conformance import ConnectorConformance, guarantees
from raccord_connectors.sample.hostile import BREAKERS, Nasty
from raccord_connectors.sample.memory import MemoryConnector
from support.memory_suites import MemoryErpSuite, MemoryShopSuite

SUITES: dict[Side, type[MemoryErpSuite] | type[MemoryShopSuite]] = {
    Side.ERP: MemoryErpSuite,
    Side.SHOP: MemoryShopSuite,
}
FAILURES = (AssertionError, msgspec.MsgspecError, ConnectorError, Nasty)
"""A guarantee fails by saying so, or by the connector's own exception; anything else is a fault of this test."""


def run(connector: type[MemoryConnector], guarantee: str, *, through_wire: bool = False) -> list[str]:
    """Calls one guarantee on one connector, for each stream it applies to; the failures, as texts."""
    parent = SUITES[connector.spec.side]
    suite = type("Suite", (parent,), {"connector_type": connector, "through_wire": through_wire})
    failures = []
    for name, stream in guarantees(suite):
        if name != guarantee:
            continue
        test = suite()
        test.setup_method()
        try:
            getattr(test, name)(*([stream] if stream else []))
        except FAILURES as error:
            failures.append(f"{stream}: {type(error).__name__}: {error}")
        finally:
            test.teardown_method()
    return failures


ALL_GUARANTEES = sorted({name for suite in SUITES.values() for name, _ in guarantees(suite)})
CASES = [(guarantee, breaker) for guarantee, breakers in sorted(BREAKERS.items()) for breaker in breakers]


def test_every_guarantee_has_a_connector_that_breaks_it() -> None:
    written = {name for name in dir(ConnectorConformance) if name.startswith("test_")}
    assert sorted(written) == ALL_GUARANTEES, "the in-memory suites supply every hook"
    assert ALL_GUARANTEES == sorted(BREAKERS)


@pytest.mark.parametrize(("guarantee", "breaker"), CASES, ids=[f"{g[5:]}-{b.__name__}" for g, b in CASES])
def test_the_suite_bites(guarantee: str, breaker: type[MemoryConnector]) -> None:
    assert run(breaker, guarantee), f"{breaker.__name__} passed {guarantee}"


@pytest.mark.parametrize("guarantee", ALL_GUARANTEES)
def test_an_honest_connector_passes(guarantee: str) -> None:
    for suite in SUITES.values():
        assert [] == run(suite.connector_type, guarantee)
