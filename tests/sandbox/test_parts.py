"""What the demonstration can be put together from exists: connectors, programs, and the shop and ERP that are usual."""

from importlib.util import find_spec

import pytest

from raccord_connectors.contract import Side
from raccord_connectors.registry import connector_class
from sandbox.demo.parts import ERP, ERPS, SHOP, SHOPS


@pytest.mark.parametrize("name", sorted(SHOPS))
def test_each_shop_has_its_connector_and_its_program(name: str) -> None:
    part = SHOPS[name]
    assert Side.SHOP == connector_class(part.connector).spec.side
    assert find_spec(f"sandbox.{part.program}.__main__") is not None


@pytest.mark.parametrize("name", sorted(ERPS))
def test_each_erp_has_its_connector_and_its_program_if_any(name: str) -> None:
    part = ERPS[name]
    assert Side.ERP == connector_class(part.connector).spec.side
    assert not part.program or find_spec(f"sandbox.{part.program}.__main__") is not None


def test_what_is_usual_is_among_them() -> None:
    assert (SHOP in SHOPS, ERP in ERPS) == (True, True)
