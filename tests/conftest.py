"""Fixtures that start something real: the database server once per session, a database per test. And no example of a property
is too slow: a busy machine is no fault of the code's."""

import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck
from hypothesis import settings as examples
from xdist.scheduler import LoadScopeScheduling  # type: ignore[import-untyped]

from raccord.embedded import stop_postgres
from raccord.settings import Settings
from support.database import fresh_database, server

PRODUCT = ("sandbox", "chaos")
"""Folders whose tests run the whole product, as processes."""
COUNTERPARTS = ("tryton", "vendure")
"""In the names of files whose tests run the real system."""
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


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """What runs the whole product begins at once; what runs a real ERP or shop comes when half of the rest is done."""
    items.sort(key=lambda item: rank(item.nodeid))


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> "Sharing":
    return Sharing(config, log)


class Sharing(LoadScopeScheduling):  # type: ignore[misc]  # the library has no types
    """Two workers share the files among them (`make test`). What runs the whole product stays with one of them, and so does what
    runs the same real ERP or shop, which takes long to start."""

    def _split_scope(self, nodeid: str) -> str:
        return group(nodeid)


def group(nodeid: str) -> str:
    folder, _, name = nodeid.partition("::")[0].removeprefix("tests/").rpartition("/")
    if folder in PRODUCT:
        return "the product"
    real = folder if folder == "counterparts" else next((one for one in COUNTERPARTS if one in name), None)
    return real or f"{folder}/{name}"


def rank(nodeid: str) -> int:
    shared = group(nodeid)
    if shared == "the product":
        return 0
    if "/" not in shared:
        return 2
    return 3 if shared.partition("/")[0] in LAST else 1
