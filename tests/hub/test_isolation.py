"""Row-level security: what one tenant can never see or write of another, asked of PostgreSQL itself."""

import asyncio

import asyncpg
import pytest
from piccolo.table import Table

from raccord.settings import Settings
from raccord.storage import tables
from raccord.storage.engine import APP, tenant_transaction, untenanted_transaction
from support.database import new_tenant, opened

WITHOUT_TENANT = {
    "account": "a person may belong to several tenants",
    "sign_in_attempt": "counts attempts of strangers",
    "web_session": "belongs to a browser; holds an account id",
    "account_link": "a link sent to a person's mailbox",
    "recovery_code": "of a person",
    "passkey": "of a person",
    "openid_identity": "of a person",
    "partner": "looks after several tenants",
    "partner_member": "people of a partner",
    "partner_program": "a partner's program, which enters each merchant by that merchant's grant",
    "tenant": "is the tenant: its policy compares the id",
    "migration": "Piccolo's own history; the application's role cannot read it",
}


def test_every_table_of_a_tenant_is_under_forced_row_level_security(settings: Settings) -> None:
    rows = asyncio.run(_catalogue(settings))
    assert rows, "the catalogue is empty: the migration did not run"
    for row in rows:
        if row["has_tenant"]:
            assert (row["relname"], True, True, True) == (
                row["relname"],
                row["enabled"],
                row["forced"],
                row["has_policy"],
            )
        else:
            assert row["relname"] in WITHOUT_TENANT, f"{row['relname']} has no tenant and no reason for it"


async def _catalogue(settings: Settings) -> list[asyncpg.Record]:
    connection = await asyncpg.connect(settings.database_owner_url)
    try:
        return list(
            await connection.fetch(
                """
                SELECT c.relname, c.relrowsecurity AS enabled, c.relforcerowsecurity AS forced,
                       EXISTS (SELECT 1 FROM pg_attribute a WHERE a.attrelid = c.oid AND a.attname = 'tenant'
                                AND NOT a.attisdropped) AS has_tenant,
                       EXISTS (SELECT 1 FROM pg_policy p WHERE p.polrelid = c.oid AND p.polname = 'tenant_isolation')
                         AS has_policy
                  FROM pg_class c WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p')
                """
            )
        )
    finally:
        await connection.close()


def test_a_tenant_sees_and_writes_only_its_own_rows(settings: Settings) -> None:
    async def scenario() -> None:
        async with opened(settings):
            one, other = await new_tenant("Un"), await new_tenant("Deux")
            async with tenant_transaction(one) as connection:
                assert [row["name"] for row in await connection.fetch("SELECT name FROM tenant")] == ["Un"]
                assert (
                    await connection.execute("UPDATE tenant SET name = 'x' WHERE id = $1", other)
                    == "UPDATE 0"
                )
                assert await connection.execute("DELETE FROM tenant") == "DELETE 1"
            async with tenant_transaction(other) as connection:
                assert [row["name"] for row in await connection.fetch("SELECT name FROM tenant")] == ["Deux"]
            async with tenant_transaction(one) as connection:
                with pytest.raises(asyncpg.InsufficientPrivilegeError):
                    await connection.execute(
                        "INSERT INTO connection (tenant, id, name, connector, side) VALUES ($1, $1, 'x', 'x', 'erp')",
                        other,
                    )
            async with untenanted_transaction() as connection:
                assert await connection.fetch("SELECT name FROM tenant") == []

    asyncio.run(scenario())


def test_a_borrowed_connection_keeps_nothing_of_the_tenant_before(settings: Settings) -> None:
    async def scenario() -> None:
        async with opened(settings):
            tenant = await new_tenant()
            async with tenant_transaction(tenant):
                pass
            for _ in range(20):
                async with untenanted_transaction() as connection:
                    assert await connection.fetchval("SELECT count(*) FROM tenant") == 0

    asyncio.run(scenario())


def test_transactions_never_nest_silently(settings: Settings) -> None:
    async def scenario() -> None:
        async with opened(settings):
            tenant = await new_tenant()
            with pytest.raises(Exception, match="already active"):
                async with tenant_transaction(tenant), tenant_transaction(tenant):
                    pass
            assert APP.current_transaction.get() is None

    asyncio.run(scenario())


def test_piccolo_tables_say_what_the_schema_says(settings: Settings) -> None:
    async def columns() -> dict[str, set[str]]:
        connection = await asyncpg.connect(settings.database_owner_url)
        rows = await connection.fetch(
            "SELECT table_name, array_agg(column_name::text) AS names FROM information_schema.columns "
            "WHERE table_schema = 'public' GROUP BY table_name"
        )
        await connection.close()
        return {row["table_name"]: set(row["names"]) for row in rows}

    in_schema = asyncio.run(columns())
    declared = [
        value
        for value in vars(tables).values()
        if isinstance(value, type) and issubclass(value, Table) and value is not Table
    ]
    assert len(declared) > 20
    for table in declared:
        assert in_schema[table._meta.tablename] == {column._meta.name for column in table._meta.columns}
