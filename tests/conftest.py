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

PRODUCT = ("sandbox", "chaos")
"""Folders whose tests run the whole product, as processes."""
LAST = ("hub", "orders", "rules", "sync")
"""What is left for a worker that is done with the rest."""

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


@pytest.hookimpl(tryfirst=True)  # before the groups are read
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Two workers share the files among them (`make test`). What runs the whole product stays with one of them and begins at
    once; what runs a real ERP or shop stays with one of them too, and comes when half of the rest is done."""
    ranks: dict[pytest.Item, int] = {}
    for item in items:
        folder = item.path.relative_to(Path(__file__).parent).parts[0]
        if folder in PRODUCT:
            group, rank = "product", 0
        elif item.get_closest_marker("counterpart"):
            group, rank = "counterparts", 2
        else:
            group, rank = item.path.name, 3 if folder in LAST else 1
        item.add_marker(pytest.mark.xdist_group(group))
        ranks[item] = rank
    items.sort(key=ranks.__getitem__)
