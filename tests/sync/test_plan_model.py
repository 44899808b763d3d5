"""What a plan says is what applying it does: random catalogues under random changes of rules and settings, and what the shop was
asked for compared with the plan, key by key."""

import random
from decimal import Decimal
from typing import Any

import pytest

from raccord.core.channel import ChannelSettings, PublicationRule, StockRule
from raccord.core.rules import Mapping, Rule
from raccord.core.steps import First, Join, Trim
from raccord.mappings import service
from raccord.settings import Settings
from support.planning import planned, save
from support.publishing import Merchant, play

ARTICLES = 18
ROUNDS = 5
CHOICES: dict[str, list[dict[str, Any]]] = {
    "name": [
        {"sources": ["product.name"], "steps": [Trim()]},
        {"sources": ["product.brand", "product.name"], "steps": [Join(" ")]},
    ],
    "brand": [{"sources": ["product.brand"]}, {"sources": ["product.family"]}, {"owner": "shop"}],
    "summary": [
        {"sources": ["product.brand"]},
        {"sources": ["product.name"], "owner": "creation"},
        {"sources": ["product.mpn"], "when_empty": "clear"},
    ],
    "offer.sku": [{"sources": ["item.sku"], "steps": [Trim()]}, {"sources": ["product.mpn", "item.sku"], "steps": [First()]}],
    "offer.mpn": [{"sources": ["product.mpn"]}, {"sources": ["product.brand"]}],
}  # fmt: skip
SETTINGS = [
    ChannelSettings(),
    ChannelSettings(publication=PublicationRule(flagged_only=False)),
    ChannelSettings(stock=StockRule(margin=Decimal(2))),
    ChannelSettings(publication=PublicationRule(flagged_only=False, asleep=True), stock=StockRule(maximum=Decimal(3))),
]  # fmt: skip


def furnish(m: Merchant, chance: random.Random) -> None:
    for n in range(ARTICLES):
        m.erp.put_product(
            f"A{n:02}",
            chance.choice(["Chaise", "Table", f"Article {n}"]),
            price=chance.choice([None, "10", "12.5", "10"]),
            stock=chance.choice([0, 1, 3, 8]),
            brand=chance.choice([None, "Duval", "Martin"]),
            mpn=chance.choice(["", f"M{n}", "M1", "M2"]),
            published=chance.random() > 0.2,
            active=chance.random() > 0.1,
        )


async def change(m: Merchant, chance: random.Random) -> None:
    draft = await service.draft(m.tenant, m.channel)
    rules = {rule.target: rule for rule in draft.mapping.rules}
    for target in chance.sample(list(CHOICES), chance.randint(1, 3)):
        rules[target] = Rule(target=target, **chance.choice(CHOICES[target]))
    await save(m, Mapping(list(rules.values()), draft.mapping.tables), chance.choice([None, *SETTINGS]))


async def held(m: Merchant, code: str = "%") -> set[str]:
    rows = await m.rows(
        "SELECT key FROM binding WHERE stream = 'listings' AND held AND problem #>> '{message,code}' LIKE $1",
        code,
    )
    return {row["key"] for row in rows}


@pytest.mark.parametrize("seed", range(6))
def test_the_shop_is_asked_for_what_the_plan_said_and_nothing_else(settings: Settings, seed: int) -> None:
    async def scenario(m: Merchant) -> None:
        chance = random.Random(seed)
        furnish(m, chance)
        await m.sync()
        for turn in range(ROUNDS):
            await change(m, chance)
            if not (await service.draft(m.tenant, m.channel)).changed:
                continue
            before = await held(m)
            plan = await planned(m)
            said = await service.plan_lines(m.tenant, plan.id, limit=1000)
            m.shop.log.clear()
            await service.apply(m.tenant, plan.id, m.wake, None)
            await m.settle()
            place, now = f"seed {seed}, turn {turn}", await held(m)
            refused = now - await held(m, "projection.%")
            """By the shop itself: a reference that another of its listings still has. No plan can know it."""
            told = {line.key: line for line in said if line.stream == "listings"}
            sent = {key for key, line in told.items() if line.action != "hold" and line.changes}
            asked = {key for _, stream, key in m.shop.log if stream == "listings"}
            assert sent - refused == asked - refused, place
            creations = {key for key in sent if told[key].action == "create"}
            assert creations - refused <= {key for op, _, key in m.shop.log if op == "create"}, place
            newly = {key for key, line in told.items() if line.action == "hold"}
            free = {key for key, line in told.items() if line.action != "hold"}
            assert (newly, set(), set()) == (
                newly & now,
                now - before - newly - refused,
                now & free - refused,
            ), place
            stock = {line.key for line in said if line.action == "stock"}
            assert stock <= {key for _, stream, key in m.shop.log if stream == "availability"}, place

    play(settings, scenario)
