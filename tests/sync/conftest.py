"""One database for the tests of a file: each test is a tenant of its own, which is what isolation is for."""

from collections.abc import Iterator

import pytest

from raccord.settings import Settings
from support.database import fresh_database


@pytest.fixture(scope="module")
def settings(postgres: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Settings]:
    with fresh_database(postgres, tmp_path_factory.mktemp("data")) as found:
        yield found
