"""The agents' calls about files, through the real routes: only one's own, and only what was told of."""

import hashlib
from collections.abc import Awaitable, Callable, Iterator

import pytest
from litestar import Litestar

from raccord.agents.api import ROUTES
from raccord.media import agent_api
from raccord.settings import Settings
from raccord.storage.objects import Objects, TenantObjects, objects_of
from raccord_connectors import wire
from raccord_connectors.wire_files import (
    FilesLacking,
    FilesTold,
    FileTold,
    RecordFiles,
    UploadAllowed,
    UploadAsked,
    Uploaded,
)
from support.database import fresh_database
from support.hub_app import Hub, TestAgent, enrolled_agent, new_merchant, rows, run

PICTURE = b"a picture"
SHA = hashlib.sha256(PICTURE).digest()
ASKED = UploadAsked(SHA, len(PICTURE), "image/jpeg")


@pytest.fixture(scope="module")
def settings(postgres: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Settings]:
    with fresh_database(postgres, tmp_path_factory.mktemp("hub")) as found:
        yield found


def told(key: str = "A") -> FilesTold:
    return FilesTold([RecordFiles(key, [FileTold(f"{key}.jpg", sha256=SHA, size=len(PICTURE))])])


def play(settings: Settings, scenario: Callable[[Hub, Objects], Awaitable[None]]) -> None:
    async def with_files(hub: Hub) -> None:
        objects = objects_of(settings)
        hub.app = Litestar(route_handlers=[*ROUTES, *agent_api.ROUTES], logging_config=None)
        hub.app.state.tunnel, hub.app.state.objects, hub.app.state.settings = hub.tunnel, objects, settings
        await scenario(hub, objects)

    run(settings, with_files)


def test_what_is_told_is_asked_for_uploaded_and_believed_once_it_is_there(settings: Settings) -> None:
    async def scenario(hub: Hub, objects: Objects) -> None:
        merchant = await new_merchant()
        async with hub.client() as client:
            agent = await enrolled_agent(hub, client, merchant)
            assert [SHA] == (await agent.call("/agent/files", told(), FilesLacking)).lacking
            assert (merchant.tenant, merchant.channel, "listings") in hub.wake.projects
            allowed = await agent.call("/agent/files/upload", ASKED, UploadAllowed)
            assert allowed.url.startswith(settings.public_url)
            refused = await agent.refused("/agent/files/uploaded", Uploaded(SHA, len(PICTURE)), 409)
            assert "media.not_promised" == refused.message.code
            mine = TenantObjects(objects, merchant.tenant)
            mine.put(f"originals/{SHA.hex()}", PICTURE, content_type="image/jpeg")
            await agent.call("/agent/files/uploaded", Uploaded(SHA, len(PICTURE)), wire.Ack)
            assert [merchant.tenant] == hub.wake.pictures
            assert (await agent.call("/agent/files/upload", ASKED, UploadAllowed)).done
            assert [] == (await agent.call("/agent/files", told("B"), FilesLacking)).lacking
            await agent.call("/agent/files/uploaded", Uploaded(SHA, len(PICTURE)), wire.Ack)

    play(settings, scenario)


def test_a_content_that_nothing_names_is_not_taken(settings: Settings) -> None:
    async def scenario(hub: Hub, objects: Objects) -> None:
        async with hub.client() as client:
            agent = await enrolled_agent(hub, client, await new_merchant())
            refused = await agent.refused("/agent/files/upload", ASKED, 404)
            assert "media.unknown_content" == refused.message.code
            await agent.call("/agent/files", told(), FilesLacking)
            other_size = UploadAsked(SHA, len(PICTURE) + 1, "image/jpeg")
            await agent.refused("/agent/files/upload", other_size, 404)

    play(settings, scenario)


def test_two_merchants_with_one_picture_have_it_each_for_itself(settings: Settings) -> None:
    async def scenario(hub: Hub, objects: Objects) -> None:
        one, other = await new_merchant("Un"), await new_merchant("Deux")
        async with hub.client() as client:
            first, second = [await enrolled_agent(hub, client, merchant) for merchant in (one, other)]
            await first.call("/agent/files", told(), FilesLacking)
            key = f"originals/{SHA.hex()}"
            TenantObjects(objects, one.tenant).put(key, PICTURE, content_type="image/jpeg")
            await first.call("/agent/files/uploaded", Uploaded(SHA, len(PICTURE)), wire.Ack)
            await second.refused("/agent/files/upload", ASKED, 404)
            assert [SHA] == (await second.call("/agent/files", told(), FilesLacking)).lacking
            assert str(other.tenant) in (await second.call("/agent/files/upload", ASKED, UploadAllowed)).url
            await second.refused("/agent/files/uploaded", Uploaded(SHA, len(PICTURE)), 409)
            assert [("lacking",)] == await rows(other.tenant, "SELECT state FROM media_content")

    play(settings, scenario)


def test_an_agent_that_was_revoked_is_not_heard(settings: Settings) -> None:
    async def scenario(hub: Hub, objects: Objects) -> None:
        merchant = await new_merchant()
        async with hub.client() as client:
            agent: TestAgent = await enrolled_agent(hub, client, merchant)
            former = agent.token
            await enrolled_agent(hub, client, merchant)
            agent.token = former
            for path, message in (("", told()), ("/upload", ASKED), ("/uploaded", Uploaded(SHA, 9))):
                assert "agent" in (await agent.refused(f"/agent/files{path}", message, 403)).message.code
            agent.token = "guessed"
            await agent.refused("/agent/files", told(), 401)

    play(settings, scenario)


def test_too_much_at_once_is_refused_before_it_is_looked_at(settings: Settings) -> None:
    async def scenario(hub: Hub, objects: Objects) -> None:
        async with hub.client() as client:
            agent = await enrolled_agent(hub, client, await new_merchant())
            crowd = FilesTold([RecordFiles(f"A{n}", []) for n in range(501)])
            await agent.refused("/agent/files", crowd, 400)

    play(settings, scenario)
