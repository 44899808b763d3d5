"""An ERP in a file, a simulated platform, and agents between them."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from raccord_agent.base import Base
from raccord_agent.enrolment import enrol
from raccord_agent.home import Home
from raccord_agent.run import Agent
from raccord_agent.settings import Secrets, Settings
from raccord_connectors import registry
from support.agent_world import World
from support.control_plane import ControlPlane
from support.tiny_erp import TinyErp, TinyTables, tiny_settings


@pytest.fixture(autouse=True)
def tiny_is_registered(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(registry.CONNECTORS, "tiny_erp", "support.tiny_erp:TinyErp")


@pytest.fixture
def tables(tmp_path: Path) -> Iterator[TinyTables]:
    opened = TinyTables(tmp_path / "erp.sqlite")
    yield opened
    opened.close()


@pytest.fixture
def erp(tables: TinyTables) -> Iterator[TinyErp]:
    connector = TinyErp(tiny_settings(tables.path))
    yield connector
    connector.close()


@pytest.fixture
def home(tmp_path: Path) -> Home:
    made = Home(tmp_path / "agent")
    made.make()
    return made


@pytest.fixture
def base(home: Home) -> Iterator[Base]:
    opened = Base(home.base)
    yield opened
    opened.close()


@pytest.fixture
def plane() -> Iterator[ControlPlane]:
    with ControlPlane() as running:
        yield running
    assert running.violations == []


@pytest.fixture
def world(home: Home, tables: TinyTables, plane: ControlPlane) -> World:
    settings = Settings(platform=plane.url, connector="tiny_erp", settings={"path": str(tables.path)})
    enrol(home, settings, Secrets(settings={"password": "très-secret"}), plane.new_code())
    return World(home, tables, plane)


@pytest.fixture
def running(world: World) -> Iterator[Agent]:
    agent = world.agent()
    agent.start()
    yield agent
    assert agent.stop()
