"""Accounts: sign-in tells nothing to strangers, and counts their attempts."""

import asyncio

import pytest

from raccord.accounts import service
from raccord.accounts.errors import AccountError
from raccord.partners import service as partners
from raccord.settings import Settings
from raccord.tenants import service as tenants
from support.database import opened

PASSWORD = "une phrase facile à retenir"


def test_sign_in_with_the_right_password_whatever_the_case_of_the_address(settings: Settings) -> None:
    async def scenario() -> None:
        async with opened(settings):
            person = await service.create("Anne@Example.org", PASSWORD, "Anne")
            assert person == await service.sign_in("anne@example.ORG ", PASSWORD, "192.0.2.1")

    asyncio.run(scenario())


def test_a_wrong_password_and_an_unknown_address_get_the_same_answer(settings: Settings) -> None:
    async def scenario() -> None:
        async with opened(settings):
            await service.create("anne@example.org", PASSWORD, "Anne")
            answers = []
            for email in ("anne@example.org", "nobody@example.org"):
                with pytest.raises(AccountError) as refused:
                    await service.sign_in(email, "faux", "192.0.2.1")
                answers.append(refused.value.message)
            assert answers[0] == answers[1]

    asyncio.run(scenario())


def test_attempts_are_counted_per_address_and_even_the_right_password_must_wait(settings: Settings) -> None:
    async def scenario() -> None:
        async with opened(settings):
            await service.create("anne@example.org", PASSWORD, "Anne")
            for _ in range(service.ATTEMPTS):
                with pytest.raises(AccountError):
                    await service.sign_in("anne@example.org", "faux", "192.0.2.1")
            with pytest.raises(AccountError) as refused:
                await service.sign_in("anne@example.org", PASSWORD, "192.0.2.2")
            assert "account.too_many_attempts" == refused.value.message.code

    asyncio.run(scenario())


def test_a_taken_address_and_a_weak_password_are_refused_by_field(settings: Settings) -> None:
    async def scenario() -> None:
        async with opened(settings):
            await service.create("anne@example.org", PASSWORD, "Anne")
            for email, password, field in (
                ("ANNE@example.org", PASSWORD, "email"),
                ("b@example.org", "court", "password"),
            ):
                with pytest.raises(AccountError) as refused:
                    await service.create(email, password, "x")
                assert field == refused.value.field

    asyncio.run(scenario())


def test_access_comes_by_membership_or_by_a_grant_that_still_holds(settings: Settings) -> None:
    async def scenario() -> None:
        async with opened(settings):
            owner = await service.create("owner@example.org", PASSWORD, "Owner")
            helper = await service.create("partner@example.org", PASSWORD, "Partner")
            tenant = await tenants.create("Maison Duval", owner.id)
            other = await tenants.create("Autre maison", owner.id)
            partner = await partners.create("Intégration & Cie", helper.id)
            assert [] == await tenants.accesses(helper.id)
            grant = await partners.grant(tenant, partner, owner.id)
            assert [(tenant, "partner")] == [
                (found.tenant, found.role) for found in await tenants.accesses(helper.id)
            ]
            assert {tenant, other} == {found.tenant for found in await tenants.accesses(owner.id)}
            await partners.end_grant(tenant, grant, owner.id)
            assert [] == await tenants.accesses(helper.id)

    asyncio.run(scenario())
