"""Fixtures that start something real: the database server once per session, a database per test. And no example of a property
is too slow: a busy machine is no fault of the code's."""

import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck
from hypothesis import settings as examples

from raccord.embedded import stop_postgres
from raccord.settings import Settings
from support.database import fresh_database, server

examples.register_profile("raccord", deadline=None, suppress_health_check=[HealthCheck.too_slow])
examples.load_profile("raccord")


@pytest.fixture(scope="session")
def postgres() -> Iterator[str]:
    """The superuser's address of a PostgreSQL of this session's own, stopped and forgotten at its end."""
    folder = Path(tempfile.mkdtemp(prefix="raccord-tests-"))
    os.chmod(folder, 0o755)
    yield server(folder / "postgres")
    stop_postgres(folder / "postgres")
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture
def settings(postgres: str, tmp_path: Path) -> Iterator[Settings]:
    """Settings that name a fresh, migrated database, as the application's role."""
    with fresh_database(postgres, tmp_path) as found:
        yield found
