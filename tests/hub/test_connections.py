"""Connections to shops: settings checked, secrets sealed, tested in words, and never another tenant's."""

import asyncio
from collections.abc import Awaitable, Callable

import msgspec
import pytest

from raccord.connections.idle import IdleConnectors
from raccord.connections.service import Connections
from raccord.settings import Settings
from raccord.storage.engine import tenant_transaction
from raccord.vault import Vault
from raccord_connectors.contract import ConfigError
from raccord_connectors.sample.shop_system import ShopSystem
from support.database import new_tenant, opened
from support.publishing import Merchant, PlayedWake, merchant

TOKEN = "jeton-tres-secret"


def connections(settings: Settings, *, private: bool = True) -> Connections:
    assert settings.secret_key
    return Connections(Vault(settings.secret_key), allow_private_addresses=private)


def run(settings: Settings, scenario: Callable[[], Awaitable[None]]) -> None:
    async def all_of_it() -> None:
        async with opened(settings):
            await scenario()

    asyncio.run(all_of_it())


def test_a_shops_secret_is_sealed_and_opened_for_its_connector_only(settings: Settings) -> None:
    async def scenario() -> None:
        shop = ShopSystem("boutique-secrete", token=TOKEN)
        found, tenant = connections(settings), await new_tenant()
        given = {"system": shop.name, "token": TOKEN}
        shop_id = await found.create_shop(tenant, "Boutique", "memory_shop", given)
        async with tenant_transaction(tenant) as connection:
            row = await connection.fetchrow("SELECT * FROM connection WHERE id = $1", shop_id)
        assert {"system": shop.name} == msgspec.json.decode(row["settings"])
        assert TOKEN.encode() not in row["secrets"]
        kept = await found.by_id(tenant, shop_id)
        assert TOKEN not in repr(kept)
        async with found.open(tenant, shop_id) as connector:
            connector.check()
        assert (await found.check(tenant, shop_id, PlayedWake())).good
        shop.forget()

    run(settings, scenario)


def test_another_tenant_cannot_open_it(settings: Settings) -> None:
    async def scenario() -> None:
        found, tenant, stranger = connections(settings), await new_tenant(), await new_tenant("Autre")
        shop_id = await found.create_shop(tenant, "B", "memory_shop", {"system": "x", "token": TOKEN})
        with pytest.raises(ConfigError):
            async with found.open(stranger, shop_id):
                pass
        assert None is await found.by_id(stranger, shop_id)
        # Even the sealed bytes, copied into a row of the stranger's, stay shut.
        async with tenant_transaction(tenant) as connection:
            sealed = await connection.fetchval("SELECT secrets FROM connection WHERE id = $1", shop_id)
        stolen = await found.create_shop(stranger, "B", "memory_shop", {"system": "x"})
        async with tenant_transaction(stranger) as connection:
            await connection.execute("UPDATE connection SET secrets = $2 WHERE id = $1", stolen, sealed)
        with pytest.raises(ConfigError) as refused:
            async with found.open(stranger, stolen):
                pass
        assert "connection.sealed" == refused.value.message.code

    run(settings, scenario)


def test_wrong_settings_are_named_before_anything_is_kept(settings: Settings) -> None:
    async def scenario() -> None:
        found, tenant = connections(settings), await new_tenant()
        with pytest.raises(ConfigError) as refused:
            await found.create_shop(tenant, "B", "memory_shop", {"token": TOKEN})
        assert TOKEN not in str(refused.value)
        for connector in ("memory_erp", "inconnu"):
            with pytest.raises(ConfigError):
                await found.create_shop(tenant, "B", connector, {"system": "x"})
        with pytest.raises(ConfigError):
            await found.create_erp(tenant, "G", "memory_shop")
        assert [] == await found.every(tenant)

    run(settings, scenario)


def test_a_failed_test_says_what_to_do_and_keeps_the_shop_out_of_work(settings: Settings) -> None:
    async def scenario() -> None:
        found, tenant = connections(settings), await new_tenant()
        shop_id = await found.create_shop(tenant, "B", "memory_shop", {"system": "nulle part"})
        checked = await found.check(tenant, shop_id, PlayedWake())
        assert checked.problem is not None
        assert checked.problem.message.fr
        kept = await found.by_id(tenant, shop_id)
        assert kept is not None
        assert ("problem", checked.problem) == (kept.state, kept.problem)

    run(settings, scenario)


def test_a_secret_left_empty_stays_as_it_is(settings: Settings) -> None:
    async def scenario() -> None:
        shop = ShopSystem("boutique-2", token=TOKEN)
        found, tenant = connections(settings), await new_tenant()
        shop_id = await found.create_shop(tenant, "B", "memory_shop", {"system": "ailleurs", "token": TOKEN})
        await found.change_settings(tenant, shop_id, {"system": shop.name, "token": ""})
        kept = await found.by_id(tenant, shop_id)
        assert kept is not None
        assert "new" == kept.state
        assert (await found.check(tenant, shop_id, PlayedWake())).good
        shop.forget()

    run(settings, scenario)


def test_a_merchant_cannot_open_our_own_network(settings: Settings) -> None:
    async def scenario() -> None:
        found, tenant = connections(settings, private=False), await new_tenant()
        given = {
            "url": "http://127.0.0.1:9", "consumer_key": "ck_1", "consumer_secret": "cs_1", "allow_private_address": True,
        }  # fmt: skip
        shop_id = await found.create_shop(tenant, "B", "woocommerce", given)
        kept = await found.by_id(tenant, shop_id)
        assert kept is not None
        assert "allow_private_address" not in kept.settings
        checked = await found.check(tenant, shop_id, PlayedWake())
        assert checked.problem is not None
        assert "connection.forbidden_address" == checked.problem.message.code

    run(settings, scenario)


def test_what_a_shop_tells_anew_projects_its_channels_again(settings: Settings) -> None:
    async def scenario(m: Merchant) -> None:
        m.erp.put_product("CHAISE", price="10", stock=5)
        await m.sync()
        async with tenant_transaction(m.tenant) as connection:
            await connection.execute("UPDATE connection SET discovery = '{}' WHERE side = 'shop'")
        await m.connections.check(m.tenant, m.shop_connection, m.wake)
        assert ("project", m.tenant, m.channel, "listings") in m.wake.work
        await m.connections.check(m.tenant, m.shop_connection, m.wake)
        m.shop.log.clear()
        await m.settle()
        assert [] == m.shop.log

    async def all_of_it() -> None:
        async with merchant(settings) as made:
            await scenario(made)

    asyncio.run(all_of_it())


def test_a_connector_is_used_again_while_it_is_young_and_its_settings_are_the_same(
    settings: Settings,
) -> None:
    async def scenario() -> None:
        shop = ShopSystem("boutique-3")
        found, tenant = connections(settings), await new_tenant()
        shop_id = await found.create_shop(tenant, "B", "memory_shop", {"system": shop.name})
        async with found.open(tenant, shop_id) as first, found.open(tenant, shop_id) as beside:
            assert first is not beside
        async with found.open(tenant, shop_id) as again:
            assert again in (first, beside)
        await found.change_settings(tenant, shop_id, {"system": shop.name, "token": "neuf"})
        async with found.open(tenant, shop_id) as other:
            assert other not in (first, beside)
        with pytest.raises(ZeroDivisionError):
            async with found.open(tenant, shop_id):
                raise ZeroDivisionError
        async with found.open(tenant, shop_id) as after:
            assert after is not other
        shop.forget()

    run(settings, scenario)


def test_an_old_connector_is_closed_and_so_are_all_at_the_end() -> None:
    class Closing:
        closed = False

        def close(self) -> None:
            self.closed = True

    now = [0.0]
    idle = IdleConnectors(life=60, most=2, clock=lambda: now[0])
    made = [Closing() for _ in range(4)]
    for number, connector in enumerate(made[:3]):
        idle.give(("k", number), connector, idle.now())  # type: ignore[arg-type]
    assert [True, False, False] == [connector.closed for connector in made[:3]]
    now[0] = 61
    assert None is idle.take(("k", 2))
    assert all(connector.closed for connector in made[:3])
    idle.give(("k", 4), made[3], idle.now())  # type: ignore[arg-type]
    idle.close()
    assert made[3].closed


def test_a_test_while_the_shop_is_down_for_a_minute_does_not_stop_it_for_good(settings: Settings) -> None:
    """Nothing would start it again but another test by a person."""

    async def scenario() -> None:
        async with merchant(settings) as m:
            m.shop.fail_next(1)
            checked = await m.connections.check(m.tenant, m.shop_connection, m.wake)
            assert not checked.good
            kept = await m.connections.by_id(m.tenant, m.shop_connection)
            assert kept is not None
            assert ("ready", None) == (kept.state, kept.problem)

    asyncio.run(scenario())
