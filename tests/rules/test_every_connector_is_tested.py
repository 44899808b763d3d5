"""Nothing is claimed that was not run: each connector of the registry has its conformance tests, and has them through
the tunnel's messages too."""

import sys
from functools import cache
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path

import pytest

from raccord_connectors.kit.conformance import ConnectorConformance
from raccord_connectors.registry import CONNECTORS, connector_class

ROOT = Path(__file__).parents[2]
PLAYED_BY_OTHERS = {
    "push": "reads and writes nothing: the merchant's own program does, by the API (tests/hub/pushes, infra/sandbox/talend)",
}
"""Connector → why it has no suite."""


@cache
def suites() -> tuple[type[ConnectorConformance], ...]:
    """Every collected test class that inherits the conformance suite."""
    found: list[type[ConnectorConformance]] = []
    for path in sorted((ROOT / "tests").rglob("test_*.py")):
        if "kit.conformance" not in path.read_text():
            continue
        spec = spec_from_file_location(f"rules_{path.stem}", path)
        assert spec is not None
        assert spec.loader is not None
        module = module_from_spec(spec)
        sys.modules[spec.name] = module
        spec.loader.exec_module(module)
        classes = [
            value
            for name, value in vars(module).items()
            if name.startswith("Test") and isinstance(value, type) and issubclass(value, ConnectorConformance)
        ]
        assert not classes or hasattr(module, "pytest_generate_tests"), (
            f"{path.name} must import pytest_generate_tests"
        )
        found += classes
    return tuple(found)


@pytest.mark.parametrize("name", sorted(CONNECTORS))
def test_it_is_named_as_it_is_registered(name: str) -> None:
    assert name == connector_class(name).spec.name


@pytest.mark.parametrize("through_wire", [False, True], ids=["directly", "through the wire"])
@pytest.mark.parametrize("name", sorted(CONNECTORS.keys() - PLAYED_BY_OTHERS.keys()))
def test_it_has_a_conformance_suite(name: str, through_wire: bool) -> None:
    tested = {suite.connector_type for suite in suites() if suite.through_wire is through_wire}
    assert connector_class(name) in tested


def test_every_connector_folder_is_registered() -> None:
    package = ROOT / "connectors/src/raccord_connectors"
    folders = {
        path.parent.name for side in ("erp", "shop") for path in (package / side).glob("*/__init__.py")
    }
    assert set() == folders - set(CONNECTORS)
