"""Two orders of one new buyer are one customer of the ERP, by whatever they share and whoever dies on the way."""

import asyncio
import random
from collections.abc import Awaitable, Callable
from typing import Any

import msgspec
import pytest

from raccord.orders import deciding, service
from raccord.orders.deciding import Choice
from raccord.settings import Settings
from raccord.storage.engine import tenant_transaction
from raccord_connectors import wire
from raccord_connectors.canonical import Address, Buyer, Customer
from raccord_connectors.contract import Problem
from raccord_connectors.kit.executor import execute
from raccord_connectors.sample.memory import MemorySettings
from raccord_connectors.sample.memory_erp import MemoryErp
from support.database import opened
from support.order_world import World, connected, world

CARAT, OTHER = "73282932000074", "55210055400013"


def run(settings: Settings, scenario: Callable[[World], Awaitable[None]], **chosen: object) -> None:
    async def inside() -> None:
        async with opened(settings), world(**chosen) as found:
            await scenario(found)

    asyncio.run(inside())


def buys(w: World, **buyer: Any) -> None:
    told = {"first_name": "Anne", "last_name": "Durand", **buyer}
    place = Address(last_name=told["last_name"], postal_code="69002", city="Lyon", country="FR")
    w.shop.place_order(
        {"CHAISE": 1}, email=str(told.get("email", "")), buyer=Buyer(**told), billing=place, delivery=None
    )


async def orders(w: World) -> list[dict[str, Any]]:
    async with tenant_transaction(w.tenant) as connection:
        rows = await connection.fetch("SELECT * FROM sales_order ORDER BY placed_at, key")
    return [dict(row) for row in rows]


async def advance_at_once(w: World) -> None:
    """As several workers do."""
    waiting = [one["id"] for one in await orders(w) if one["state"] in ("waiting", "entering")]
    await asyncio.gather(*(service.advance(w.tenant, id_, w.commands, w.wake) for id_ in waiting))


async def live_through_kills(w: World, seed: int) -> None:
    """Until all orders rest; agents die after executing and before answering, wake-ups get lost."""
    chance = random.Random(seed)
    for _ in range(60):
        await advance_at_once(w)
        if chance.random() < 0.3:
            for command in await w.commands.lease(w.caller, wire.LeaseRequest(wait=0), connected):
                execute(MemoryErp(MemorySettings(system=w.erp.name)), command)
            await w.expire_leases()
            continue
        done = await w.play_agent()
        if chance.random() < 0.3:
            w.wake.answers.clear()
            await w.expire_leases()
        elif not done and all(one["state"] in ("integrated", "held") for one in await orders(w)):
            return
    raise AssertionError("the orders do not come to rest")


PAIRS = {
    "same e-mail, other case": ({"email": "anne@example.org"}, {"email": " Anne@Example.ORG"}),
    "same SIRET, other e-mail": (
        {"email": "anne@carat.example", "company": "Carat SARL", "siret": CARAT},
        {"email": "luc@carat.example", "first_name": "Luc", "company": "CARAT", "siret": "732 829 320 00074"},
    ),
    "same telephone and name, other e-mail": (
        {"email": "anne@example.org", "phone": "06 12 34 56 78"},
        {"email": "anne.durand@example.net", "phone": "+33612345678"},
    ),
}


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("name", PAIRS)
def test_two_orders_at_once_make_one_customer_whatever_dies(settings: Settings, name: str, seed: int) -> None:
    async def scenario(w: World) -> None:
        for buyer in PAIRS[name]:
            buys(w, **buyer)
        await w.collect()
        await live_through_kills(w, seed)
        assert ["integrated", "integrated"] == [one["state"] for one in await orders(w)]
        assert 1 == len(w.erp.all("customers"))
        assert 2 == len(w.erp.all("documents"))

    run(settings, scenario)


def test_relatives_with_one_address_are_asked_and_a_new_one_is_made_where_a_person_says_so(
    settings: Settings,
) -> None:
    async def scenario(w: World) -> None:
        buys(w, email="famille@example.org")
        buys(w, email="famille@example.org", first_name="Julien")
        await w.collect()
        await live_through_kills(w, 1)
        (held,) = [one for one in await orders(w) if one["state"] == "held"]
        problem = msgspec.json.decode(held["problem"], type=Problem)
        assert "order.customer_doubtful" == problem.message.code
        assert 1 == len(w.erp.all("customers"))
        async with tenant_transaction(w.tenant) as connection:
            account = await connection.fetchval("SELECT gen_random_uuid()")
        assert await deciding.decide(w.tenant, held["id"], Choice(do="new_customer"), account, w.wake)
        await w.settle()
        buys(w, email="famille@example.org", first_name="Julien")
        await w.collect()
        await w.settle()
        assert ["integrated"] * 3 == [one["state"] for one in await orders(w)]
        customers = [one["customer"] for one in await orders(w)]
        assert 2 == len(set(customers)) == len(w.erp.all("customers"))

    run(settings, scenario)


def test_two_companies_of_one_accountant_are_never_one_customer(settings: Settings) -> None:
    async def scenario(w: World) -> None:
        buys(w, email="compta@cabinet.example", company="Carat SARL", siret=CARAT)
        buys(w, email="compta@cabinet.example", company="Boulangerie du Port", siret=OTHER)
        await w.collect()
        await live_through_kills(w, 2)
        assert ["held", "integrated"] == sorted(one["state"] for one in await orders(w))
        assert 1 == len(w.erp.all("customers"))

    run(settings, scenario)


def test_codes_are_formed_as_the_merchant_wants_and_never_given_twice(settings: Settings) -> None:
    async def scenario(w: World) -> None:
        w.erp.put_customer("69DURA001", email="x@example.org")
        await w.ingest("customers")
        for first in ("Anne", "Luc", "Zoé"):
            buys(w, email=f"{first}@example.org".lower(), first_name=first)
        await w.collect()
        await live_through_kills(w, 3)
        made = {one.key for one in w.erp.all("customers") if isinstance(one, Customer)}
        assert {"69DURA001", "69DURA002", "69DURA003", "69DURA004"} == made

    run(settings, scenario, customers={"code": {"pattern": "{department}{name:4}{number:3}"}})


def test_a_code_that_somebody_has_typed_meanwhile_is_left_to_them(settings: Settings) -> None:
    """The ERP has it, our snapshot does not yet."""

    async def scenario(w: World) -> None:
        w.erp.put_customer("WEB00001", "Somebody else", email="else@example.org")
        buys(w, email="anne@example.org")
        await w.collect()
        for _ in range(12):
            async with tenant_transaction(w.tenant) as connection:
                await connection.execute("UPDATE sales_order SET retry_at = now()")
            await w.settle()
        (one,) = await orders(w)
        assert ("integrated", "WEB00002") == (one["state"], one["customer"])

    run(settings, scenario, customers={"code": {"pattern": "WEB{number:5}"}})


def test_private_buyers_share_one_account_and_companies_have_their_own(settings: Settings) -> None:
    async def scenario(w: World) -> None:
        w.erp.put_customer("WEBDIVERS", "Ventes web")
        await w.ingest("customers")
        buys(w, email="anne@example.org")
        buys(w, email="luc@example.org", first_name="Luc")
        buys(w, email="achat@carat.example", company="Carat SARL", siret=CARAT)
        await w.collect()
        await w.settle()
        found = await orders(w)
        assert {"collective", "created"} == {one["customer_reason"] for one in found}
        assert 2 == len([one for one in found if one["customer"] == "WEBDIVERS"])

    run(settings, scenario, customers={"everyone": "collective", "collective_account": "WEBDIVERS"})


def test_a_wrong_siret_recognises_nobody_is_left_out_and_told(settings: Settings) -> None:
    async def scenario(w: World) -> None:
        w.erp.put_customer("FAUX", "Faux SARL", siret="73282932000075")
        await w.ingest("customers")
        buys(w, email="anne@example.org", company="Carat SARL", siret="73282932000075")
        await w.collect()
        await w.settle()
        (made,) = [one for one in w.erp.all("customers") if isinstance(one, Customer) and one.key != "FAUX"]
        assert None is made.siret
        async with tenant_transaction(w.tenant) as connection:
            told = await connection.fetch("SELECT problem FROM journal WHERE problem IS NOT NULL")
        assert ["order.customer_number_wrong"] == [
            msgspec.json.decode(row["problem"], type=Problem).message.code for row in told
        ]

    run(settings, scenario)


def test_a_creation_that_was_found_before_its_answer_keeps_nobody_waiting(settings: Settings) -> None:
    """The new customer reaches us as a record of the ERP before the answer to its creation: the order finds it by e-mail. Who
    shares the telephone is then asked about two accounts, and waits for none that will never come."""

    async def scenario(w: World) -> None:
        buys(w, email="anne@example.org", phone="06 12 34 56 78")
        await w.collect()
        await w.advance_all()
        await w.answer_without_taking()
        w.wake.answers.clear()
        await w.ingest("customers")
        await w.settle()
        for email in ("anne.durand@example.org", "durand@example.org"):
            buys(w, email=email, phone="06 12 34 56 78")
            await w.collect()
            await w.settle()
        assert ["integrated", "integrated", "integrated"] == [one["state"] for one in await orders(w)]

    run(settings, scenario)


def test_who_joins_a_creation_makes_others_join_that_one_and_begins_none(settings: Settings) -> None:
    """The second shares the first one's telephone, the third the second one's e-mail address: one creation for all three."""

    async def scenario(w: World) -> None:
        before = len(w.erp.all("customers"))
        for buyer in (
            {"email": "anne@example.org", "phone": "06 12 34 56 78"},
            {"email": "anne.durand@example.org", "phone": "06 12 34 56 78"},
            {"email": "anne.durand@example.org"},
        ):
            buys(w, **buyer)
            await w.collect()
            await w.advance_all()
        await w.settle()
        assert ["integrated", "integrated", "integrated"] == [one["state"] for one in await orders(w)]
        assert before + 1 == len(w.erp.all("customers"))

    run(settings, scenario)


def test_a_short_address_is_found_among_many_that_end_like_it(settings: Settings) -> None:
    async def scenario(w: World) -> None:
        for number in range(60):
            w.erp.put_customer(f"C{number:02}", f"Somebody {number}", email=f"x{number}l@example.org")
        w.erp.put_customer("L", "DURAND Anne", email=" L@Example.org ")
        await w.ingest("customers")
        buys(w, email="l@example.org")
        await w.collect()
        await w.settle()
        (one,) = await orders(w)
        assert ("integrated", "L") == (one["state"], one["customer"])

    run(settings, scenario)
