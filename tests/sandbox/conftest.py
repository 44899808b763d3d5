"""One running product for all tests of this folder: it takes some seconds to start. Each leaves it as it found it, or takes
away articles that the others do not name. Kept, with its logs, when a test failed."""

from collections.abc import Iterator

import pytest

from support.sandbox_world import SandboxWorld, sandbox_world

SCAN_SECONDS = 0.5
"""Much is waited for here; a merchant's agent looks less often."""


class _KeptForItsLogs(Exception):
    """A test failed."""


@pytest.fixture(scope="session")
def running(request: pytest.FixtureRequest) -> Iterator[SandboxWorld]:
    before = request.session.testsfailed
    try:
        with sandbox_world(SCAN_SECONDS) as found:
            found.wait_settled()
            yield found
            if request.session.testsfailed > before:
                raise _KeptForItsLogs(found.folder)
    except _KeptForItsLogs:
        return


@pytest.fixture(scope="module")
def world(running: SandboxWorld) -> SandboxWorld:
    running.wait_settled()
    return running
