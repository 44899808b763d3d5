"""A backup holds everything, confirms itself, and what happened after it is found again by comparing with the agents."""

import asyncio
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import asyncpg
import pytest
from msgspec.structs import replace

from raccord.operations.backup import BackupError, backup, restore
from raccord.settings import Settings
from raccord.storage.objects import objects_of, tenant_prefix
from raccord_connectors import wire
from raccord_connectors.canonical import Product, encode, fingerprint
from support.database import fresh_database
from support.hub_app import Hub, TestAgent, enrolled_agent, hub, new_merchant, rows

PRODUCTS = [Product(key=f"ÉTÉ-{n}", sku=f"ÉTÉ-{n}", name="Chaise") for n in range(300)]
LATER = Product(key="ÉTÉ-7", sku="ÉTÉ-7", name="Chaise Lucie")
PICTURE = b"\x89PNG of the chair"


def quiet(line: str) -> None: ...


@pytest.fixture(scope="module")
def running(postgres: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Settings]:
    with fresh_database(postgres, tmp_path_factory.mktemp("running")) as found:
        yield replace(found, database_backup_url=as_superuser(postgres, found))


def as_superuser(postgres: str, settings: Settings) -> str:
    assert settings.database_url
    return settings.database_url.replace("raccord_app:@", "postgres:@")


@contextmanager
def empty_machine(postgres: str, folder: Path) -> Iterator[Settings]:
    """A database with nothing in it and a data folder of its own; the roles are there, as `infra/postgres/roles.sql` says."""
    name = f"empty_{uuid.uuid4().hex[:12]}"

    async def does(statement: str) -> None:
        connection = await asyncpg.connect(postgres)
        try:
            await connection.execute(statement)
        finally:
            await connection.close()

    asyncio.run(does(f'CREATE DATABASE "{name}" OWNER raccord_owner'))
    try:
        urls = {role: postgres.replace("postgres:@", f"{role}:@").replace("/postgres?", f"/{name}?") for role in
                ("raccord_app", "raccord_owner", "raccord_system", "postgres")}  # fmt: skip
        yield Settings(
            data_dir=folder, secret_key="0" * 64, environment="test", database_url=urls["raccord_app"],
            database_owner_url=urls["raccord_owner"], database_system_url=urls["raccord_system"],
            database_backup_url=urls["postgres"],
        )  # fmt: skip
    finally:
        asyncio.run(does(f'DROP DATABASE "{name}" WITH (FORCE)'))


async def to_resend(agent: TestAgent, *products: Product) -> list[str]:
    """What the hub, compared with an agent that has these products, asks to have again."""
    known = {record.key: fingerprint(encode(record)) for record in products}
    digests = wire.BucketDigests("products", wire.bucket_digests(known.items()))
    buckets = list((await agent.call("/agent/reconcile", digests, wire.BucketsToResend)).buckets)
    theirs = {key: print_ for key, print_ in known.items() if wire.bucket_of(key) in buckets}
    asked = wire.BucketKeys("products", buckets, theirs, complete=True, seen=len(known))
    return list((await agent.call("/agent/reconcile/keys", asked, wire.KeysToResend)).keys)


def test_a_backup_restored_on_an_empty_machine_differs_from_nothing_but_what_came_after_it(
    running: Settings, postgres: str, tmp_path: Path
) -> None:
    folder = tmp_path / "backup"

    async def live(here: Hub) -> tuple[TestAgent, uuid.UUID]:
        merchant = await new_merchant()
        async with here.client() as client:
            agent = await enrolled_agent(here, client, merchant)
            await agent.send("products", *PRODUCTS)
            key = f"{tenant_prefix(merchant.tenant)}pictures/chair"
            objects_of(running).put(key, PICTURE, content_type="image/png")
            await asyncio.to_thread(backup, running, folder, quiet)
            await agent.send("products", LATER)
        return agent, merchant.tenant

    async def before() -> tuple[TestAgent, uuid.UUID]:
        async with hub(running) as here:
            return await live(here)

    async def after(settings: Settings, agent: TestAgent, tenant: uuid.UUID) -> None:
        async with hub(settings) as here, here.client() as client:
            agent.client = client
            await agent.authorise()  # its key is in the backup, so nobody has to enrol it again
            assert [] == await to_resend(agent, *PRODUCTS)
            now = [LATER if product.key == LATER.key else product for product in PRODUCTS]
            assert [LATER.key] == await to_resend(agent, *now)
            agent.number = (
                1  # an agent goes on from the number that a refusal names; this one does it by hand
            )
            await agent.send("products", LATER)
            assert [] == await to_resend(agent, *now)
            assert [("Maison Duval",)] == await rows(tenant, "SELECT name FROM tenant")
            assert [] == await rows(uuid.uuid4(), "SELECT name FROM tenant"), (
                "tenants are apart there as well"
            )

    agent, tenant = asyncio.run(before())
    with empty_machine(postgres, tmp_path / "restored") as settings:
        restore(settings, folder, quiet)
        asyncio.run(after(settings, agent, tenant))
        assert PICTURE == objects_of(settings).get(f"{tenant_prefix(tenant)}pictures/chair")
        with pytest.raises(BackupError, match="not empty"):
            restore(settings, folder, quiet)


@pytest.fixture
def made(running: Settings, tmp_path: Path) -> Path:
    key = f"{tenant_prefix(asyncio.run(a_tenant(running)))}pictures/table"
    objects_of(running).put(key, PICTURE, content_type="image/png")
    backup(running, tmp_path / "backup", quiet)
    return tmp_path / "backup"


async def a_tenant(settings: Settings) -> uuid.UUID:
    async with hub(settings):
        return (await new_merchant(channel=False)).tenant


@pytest.mark.parametrize("altered", ["database.dump", "contents", "manifest.json"])
def test_what_was_altered_or_cut_short_restores_nothing(made: Path, altered: str, postgres: str) -> None:
    victim = made / altered
    if victim.is_dir():
        victim = next(path for path in sorted(victim.rglob("*")) if path.is_file())
    if altered == "manifest.json":
        victim.unlink()
    else:
        victim.write_bytes(victim.read_bytes()[:-1] + b"?")
    with empty_machine(postgres, made.parent / "restored") as settings:
        with pytest.raises(
            BackupError, match="cut short" if altered == "manifest.json" else "missing or altered"
        ):
            restore(settings, made, quiet)
        asyncio.run(nothing_in(settings))
    assert not (made.parent / "restored").exists()


async def nothing_in(settings: Settings) -> None:
    connection = await asyncpg.connect(settings.database_backup_url)
    try:
        assert await connection.fetchval("SELECT to_regclass('tenant') IS NULL")
    finally:
        await connection.close()


def test_another_secret_key_is_told_before_anything_is_written(made: Path, postgres: str) -> None:
    with empty_machine(postgres, made.parent / "restored") as settings:
        with pytest.raises(BackupError, match="RACCORD_SECRET_KEY"):
            restore(replace(settings, secret_key="1" * 64), made, quiet)
        asyncio.run(nothing_in(settings))


def test_a_role_that_row_level_security_binds_makes_no_backup_rather_than_an_empty_one(
    running: Settings, tmp_path: Path
) -> None:
    with pytest.raises(BackupError, match="row-level security"):
        backup(replace(running, database_backup_url=running.database_owner_url), tmp_path / "none", quiet)
    assert not (tmp_path / "none" / "manifest.json").exists()


def test_it_asks_for_its_address_and_for_a_folder_of_its_own(running: Settings, tmp_path: Path) -> None:
    with pytest.raises(BackupError, match="RACCORD_DATABASE_BACKUP_URL"):
        backup(replace(running, database_backup_url=None), tmp_path / "none", quiet)
    with pytest.raises(BackupError, match="exists"):
        backup(running, tmp_path, quiet)
