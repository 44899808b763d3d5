"""Settings and withdrawals that were stored before rules were grouped keep their meaning."""

import asyncio
import uuid
from decimal import Decimal
from importlib.resources import files
from typing import Any

import asyncpg
import msgspec
import pytest

from raccord.channels.errors import ChannelError
from raccord.channels.service import demand_known
from raccord.core.channel import ChannelSettings, PriceRules, PublicationRule, StockRule
from raccord.core.order_rules import CustomerRules, CustomerTemplate, OrderRules
from raccord.settings import Settings
from raccord_connectors.contract import Choice, Discovery

CASES = [
    ({}, ChannelSettings()),
    (
        {
            "depots": ["LYON"], "stock_nature": "real", "safety_margin": "2.5", "price_category": "WEB",
            "shop_prices_include_tax": False, "currency": "CHF", "include_eco_contribution": False,
            "publish_unflagged": True, "shipping_item": "PORT", "brake_count": 9,
        },
        ChannelSettings(
            stock=StockRule(depots=["LYON"], nature="real", margin=Decimal("2.5")),
            prices=PriceRules(category="WEB", tax_included=False, currency="CHF", eco_contribution="apart"),
            publication=PublicationRule(flagged_only=False), orders=OrderRules(items={"shipping": "PORT"}), brake_count=9,
        ),
    ),
    (
        {
            "import_stages": ["pending", "open"], "document_kind": "quotation", "depot_for_orders": "LYON",
            "shipping_item": "PORT", "fee_item": None, "discount_item": "REMISE", "new_customer_price_category": "WEB",
        },
        ChannelSettings(
            orders=OrderRules(
                stages=("pending", "open"), kind="quotation", depot="LYON",
                items={"shipping": "PORT", "discount": "REMISE"},
                customers=CustomerRules(template=CustomerTemplate(price_category="WEB")),
            )
        ),
    ),
    ({"orders": {"items": {"eco": "ECO"}}}, ChannelSettings(orders=OrderRules(items={"eco": "ECO"}))),
    (
        {"price_category": None, "currency": "EUR", "fee_item": "FRAIS"},
        ChannelSettings(orders=OrderRules(items={"fee": "FRAIS"})),
    ),
    ({"stock": {"depots": ["1"]}}, ChannelSettings(stock=StockRule(depots=["1"]))),
]  # fmt: skip


@pytest.mark.parametrize(("stored", "expected"), CASES)
def test_flat_settings_become_grouped_ones(
    settings: Settings, stored: dict[str, Any], expected: ChannelSettings
) -> None:
    async def scenario(owner: "asyncpg.Connection[Any]") -> None:
        tenant, erp, shop, channel = (uuid.uuid4() for _ in range(4))
        await owner.execute("INSERT INTO tenant (id, name) VALUES ($1, 'x')", tenant)
        for one, side in ((erp, "erp"), (shop, "shop")):
            await owner.execute(
                "INSERT INTO connection (tenant, id, name, connector, side) VALUES ($1, $2, $3, 'x', $3)",
                tenant,
                one,
                side,
            )
        await owner.execute(
            "INSERT INTO channel (tenant, id, name, erp, shop, settings) VALUES ($1, $2, 'x', $3, $4, $5)",
            tenant, channel, erp, shop, msgspec.json.encode(stored).decode(),
        )  # fmt: skip
        await owner.execute(
            "INSERT INTO mapping_draft (tenant, channel, rules, settings, revision, based_on) VALUES ($1, $2, '{}', $3, 1, 1)",
            tenant, channel, msgspec.json.encode({"shipping_item": "PORT", "brake_count": 9}).decode(),
        )  # fmt: skip
        for key, desired, pushed in (("ON", True, True), ("OFF", False, False), ("LEAVING", False, True)):
            await owner.execute(
                "INSERT INTO binding (tenant, channel, stream, key, desired, pushed) "
                "VALUES ($1, $2, 'listings', $3, $4, $5)",
                tenant, channel, key, *(f'{{"published":{str(one).lower()}}}' for one in (desired, pushed)),
            )  # fmt: skip
        await _run_migration(owner)
        kept = await owner.fetchval("SELECT settings FROM channel WHERE id = $1", channel)
        assert expected == msgspec.json.decode(kept, type=ChannelSettings)
        assert msgspec.json.decode(kept).keys() <= {"stock", "prices", "publication", "orders", *stored}
        drafted = await owner.fetchval("SELECT settings FROM mapping_draft WHERE channel = $1", channel)
        assert {"orders": {"items": {"shipping": "PORT"}}, "brake_count": 9} == msgspec.json.decode(drafted)
        rows = await owner.fetch("SELECT key, leaving, left_at IS NOT NULL FROM binding ORDER BY key")
        assert [("LEAVING", "unpublish", False), ("OFF", "unpublish", True), ("ON", None, False)] == [
            tuple(row) for row in rows
        ]

    asyncio.run(_as_before(settings, scenario))


GROUPED = ("mapping", "mapping_draft", "plan", "rehearsal")
"""Tables of versions, whose settings are grouped as well."""
TABLES = ("tenant", "connection", "channel", "binding", "mapping_draft")


async def _as_before(settings: Settings, scenario: Any) -> None:
    """As the owner of a database that has not had the migration yet; nothing is kept."""
    assert settings.database_owner_url
    owner = await asyncpg.connect(settings.database_owner_url)
    try:
        begun = owner.transaction()
        await begun.start()
        for table in TABLES:
            await owner.execute(f"ALTER TABLE {table} NO FORCE ROW LEVEL SECURITY")
        await owner.execute("ALTER TABLE binding DROP COLUMN leaving, DROP COLUMN left_at")
        await scenario(owner)
        await begun.rollback()
    finally:
        await owner.close()


async def _run_migration(owner: Any) -> None:
    forced = [table for table in TABLES if table in ("channel", "binding")]
    for table in forced:
        await owner.execute(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY")
    for table in GROUPED:
        await owner.execute(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY")
    for name in ("0010_business_rules.sql", "0013_order_rules.sql"):
        await owner.execute(files("raccord.storage").joinpath("schema", name).read_text("utf-8"))
    assert forced == [
        row["relname"]
        for row in await owner.fetch(
            "SELECT relname FROM pg_class WHERE relname = ANY($1::text[]) AND relforcerowsecurity ORDER BY relname DESC",
            list(forced),
        )
    ]
    for table in (*forced, "mapping_draft"):
        await owner.execute(f"ALTER TABLE {table} NO FORCE ROW LEVEL SECURITY")


@pytest.mark.parametrize(
    ("prices", "field"),
    [
        (PriceRules(category="AUTRE"), "price_category"),
        (PriceRules(crossed_out="category", crossed_out_category="AUTRE"), "crossed_out_category"),
        (PriceRules(crossed_out_category="AUTRE"), None),
        (PriceRules(category="WEB", crossed_out="category", crossed_out_category="WEB"), None),
    ],
)
def test_a_price_category_that_the_erp_lacks_is_refused_by_field(
    prices: PriceRules, field: str | None
) -> None:
    told = Discovery(price_categories=(Choice("WEB", "Internet"),))
    packed = msgspec.json.encode(told).decode()
    if field is None:
        demand_known(ChannelSettings(prices=prices), packed)
        return
    with pytest.raises(ChannelError) as refused:
        demand_known(ChannelSettings(prices=prices), packed)
    assert (field, True) == (refused.value.field, "« AUTRE »" in refused.value.message.fr)
