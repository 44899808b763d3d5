"""Whoever dies at whichever step of a customer's way, both sides say the same in the end, and nothing is written for nothing."""

import random
from decimal import Decimal

import pytest

from raccord.settings import Settings
from raccord_connectors import wire
from raccord_connectors.kit.executor import execute
from raccord_connectors.sample.memory import MemorySettings
from raccord_connectors.sample.memory_erp import MemoryErp
from support.customer_world import CustomerWorld, run
from support.order_world import connected


class Died(Exception):
    """The worker, between the shop's write and our commit."""


async def step(w: CustomerWorld, chance: random.Random) -> None:
    """One of the things that happen, or its death in the middle."""
    match chance.choice(
        ("collect", "scan", "take_up", "push", "push dies", "agent", "agent dies", "wake-up lost")
    ):
        case "collect":
            await w.collect(whole=True)
        case "scan":
            await w.scan()
        case "take_up":
            await w.take_up()
        case "push":
            await w.push()
        case "push dies":

            def die(stream: str, change: object) -> None:
                raise Died

            w.w.shop.after_write = die
            await w.push()
            w.w.shop.after_write = None
        case "agent":
            await w.w.answer_without_taking()
            await w.hand_over()
        case "agent dies":
            for command in await w.w.commands.lease(w.w.caller, wire.LeaseRequest(wait=0), connected):
                execute(MemoryErp(MemorySettings(system=w.w.erp.name)), command)
            await w.w.expire_leases()
        case "wake-up lost":
            await w.w.answer_without_taking()
            w.w.wake.answers.clear()


@pytest.mark.parametrize("seed", range(5))
def test_both_sides_say_the_same_in_the_end(settings: Settings, seed: int) -> None:
    async def scenario(w: CustomerWorld) -> None:
        chance = random.Random(seed)
        for number in range(30):
            if number % 6 == 0:
                w.w.shop.edit_account("7", phone=f"06112233{seed}{number // 6}")
            if number % 6 == 3:
                w.change_erp(discount_percent=Decimal(number + seed + 1))
            await step(w, chance)
        await w.hurry()
        await w.settle()
        await w.collect(whole=True)
        await w.settle()
        assert f"06112233{seed}4" == w.erp().phone
        assert Decimal(28 + seed) == w.account().discount_percent
        assert {"settled"} == {row["state"] for row in (await w.rows()).values()}
        done = w.writes("customers"), w.writes("customer_drafts")
        await w.collect(whole=True)
        await w.settle()
        assert done == (w.writes("customers"), w.writes("customer_drafts"))

    run(settings, scenario)
