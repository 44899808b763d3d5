"""Behind PgBouncer, what belongs to a session (listening, locks) goes to PostgreSQL itself."""

import asyncio
import uuid
from collections.abc import Iterator

import pytest
from msgspec.structs import replace

from raccord.settings import Settings
from raccord.storage.engine import untenanted_transaction
from raccord.storage.locks import Locks
from support.database import fresh_database
from support.hub_app import hub


@pytest.fixture
def settings(postgres: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Settings]:
    with fresh_database(postgres, tmp_path_factory.mktemp("sessions")) as found:
        mark = "&" if "?" in str(found.database_url) else "?"
        yield replace(found, database_session_url=f"{found.database_url}{mark}application_name=itself")


async def queries() -> list[str]:
    async with untenanted_transaction() as connection:
        rows = await connection.fetch("SELECT query FROM pg_stat_activity WHERE application_name = 'itself'")
    return [row["query"] for row in rows]


def test_listening_and_locks_take_the_address_of_sessions(settings: Settings) -> None:
    async def scenario() -> None:
        async with hub(settings):
            assert any("LISTEN" in query for query in await queries())
            before = len(await queries())
            locks = Locks(str(settings.session_url))
            async with locks.try_hold("push", uuid.uuid4()) as lock:
                assert lock is not None
                assert before < len(await queries())
            await locks.close()

    asyncio.run(scenario())


def test_without_one_the_only_address_serves_for_all(settings: Settings) -> None:
    assert settings.database_url == replace(settings, database_session_url=None).session_url
