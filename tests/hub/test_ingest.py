"""From an agent's delta to the snapshot: order, repetition, deletions, holds, the emptied brake, marks for the shops."""

import time
from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from typing import Any

import msgspec
import pytest

from raccord.settings import Settings
from raccord.storage.engine import tenant_transaction
from raccord.sync.emptied import conclude_emptied
from raccord_connectors import wire
from raccord_connectors.canonical import (
    Category,
    DepotStock,
    Document,
    Price,
    PriceSet,
    Product,
    StockLevels,
    Variant,
    encode,
    fingerprint,
)
from raccord_connectors.contract import Message, Problem
from support.database import fresh_database
from support.hub_app import Hub, Merchant, enrolled_agent, new_merchant, rows, run, upserts, value


@pytest.fixture(scope="module")
def settings(postgres: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Settings]:
    """One database for the module: every test has merchants of its own."""
    with fresh_database(postgres, tmp_path_factory.mktemp("hub")) as found:
        yield found


def product(key: str, name: str = "Chaise", **more: Any) -> Product:
    return Product(key=key, sku=key, name=name, **more)


def prices(item: str, amount: str = "10", product: str = "") -> PriceSet:
    price = Price(amount=Decimal(amount), tax_included=False)
    return PriceSet(key=item, product=product or item, prices=[price])


def stock(item: str, real: str = "5", product: str = "") -> StockLevels:
    return StockLevels(key=item, product=product or item, depots=[DepotStock(depot="1", real=Decimal(real))])


def document(key: str, reference: str = "", **more: Any) -> Document:
    fields: dict[str, Any] = {
        "number": key,
        "kind": "order",
        "dated": date(2026, 11, 24),
        "state": "confirmed",
    }
    amounts = {"net": Decimal(10), "tax": Decimal(2), "gross": Decimal(12)}
    return Document(key=key, reference=reference, **{**fields, **amounts, **more})


async def snapshot(merchant: Merchant, stream: str = "products") -> dict[str, tuple[str, bool]]:
    """Key → (name or data, deleted)."""
    found = await rows(
        merchant.tenant,
        "SELECT key, coalesce(data ->> 'name', data::text), deleted_at IS NOT NULL FROM snapshot WHERE stream = $1",
        stream,
    )
    return {key: (name, deleted) for key, name, deleted in found}


async def journal(merchant: Merchant) -> list[tuple[Any, ...]]:
    return await rows(merchant.tenant, "SELECT stream, key, event FROM journal ORDER BY id")


async def marks(merchant: Merchant, *, forget: bool = True) -> set[tuple[Any, ...]]:
    found = await rows(merchant.tenant, "SELECT stream, key FROM to_project")
    if forget:
        async with tenant_transaction(merchant.tenant) as connection:
            await connection.execute("DELETE FROM to_project")
    return set(found)


async def records(merchant: Merchant, stream: str = "products") -> int:
    found: int = await value(merchant.tenant, "SELECT records FROM stream_state WHERE stream = $1", stream)
    return found


# --------------------------------------------------------------------------------------------------- order


def test_deltas_are_taken_in_order_each_once(settings: Settings) -> None:
    async def scenario(hub: Hub) -> None:
        merchant = await new_merchant()
        async with hub.client() as client:
            agent = await enrolled_agent(hub, client, merchant)
            assert 1 == await agent.send("products", product("A"), product("B"))
            repeated = wire.Delta(1, "products", upserts([product("C")]))
            assert 1 == (await agent.call("/agent/deltas", repeated, wire.DeltaAck)).number
            assert {"A", "B"} == (await snapshot(merchant)).keys()
            response = await agent.post("/agent/deltas", wire.pack(wire.Delta(3, "products")))
            assert 409 == response.status_code
            assert 1 == wire.unpack(response.content, wire.DeltaAck).number
            assert "agent.gap" == wire.unpack(response.content, wire.Refusal).message.code
            assert 2 == await agent.send("products", product("C"))
            assert {"A", "B", "C"} == (await snapshot(merchant)).keys()
            assert 3 == await records(merchant)
            assert 1 == (await agent.call("/agent/deltas", wire.Delta(1, "stock"), wire.DeltaAck)).number - 1

    run(settings, scenario)


def test_what_is_equal_is_not_written_and_what_differs_is_told_with_before_and_after(
    settings: Settings,
) -> None:
    async def scenario(hub: Hub) -> None:
        merchant = await new_merchant()
        async with hub.client() as client:
            agent = await enrolled_agent(hub, client, merchant)
            await agent.send("products", product("A"), product("B"), read_at=time.time() - 2)
            before = await rows(
                merchant.tenant, "SELECT key, xmin::text, changed_at FROM snapshot ORDER BY key"
            )
            assert [] == await journal(merchant), "a first load is told by its run"
            run_counts = await value(merchant.tenant, "SELECT counts FROM run")
            assert {"deltas": 1, "new": 2, "bulk": True} == msgspec.json.decode(run_counts)
            await marks(merchant)
            await agent.send(
                "products", product("A"), product("B", "Chaise bleue"), product("C"), read_at=time.time() - 2
            )
            after = await rows(
                merchant.tenant, "SELECT key, xmin::text, changed_at FROM snapshot ORDER BY key"
            )
            assert before[0] == after[0]
            assert before[1] != after[1]
            assert [("products", "C", "appeared"), ("products", "B", "changed")] == await journal(merchant)
            told = await rows(merchant.tenant, "SELECT before, after, took_ms FROM journal WHERE key = 'B'")
            assert [(encode(product("B")).decode(), encode(product("B", "Chaise bleue")).decode())] == [
                told[0][:2]
            ]
            assert 1_900 < told[0][2] < 60_000
            assert {("listings", "B"), ("listings", "C")} == await marks(merchant)
            states = await rows(
                merchant.tenant, "SELECT state, counts ->> 'changed' FROM run ORDER BY started_at"
            )
            assert [("complete", None), ("complete", "1")] == states

    run(settings, scenario)


def test_a_first_load_in_many_deltas_of_one_pass_is_one_run_without_entries(settings: Settings) -> None:
    async def scenario(hub: Hub) -> None:
        merchant = await new_merchant()
        async with hub.client() as client:
            agent = await enrolled_agent(hub, client, merchant)
            for start in range(3):
                await agent.send(
                    "products", *(product(f"{start}{n}") for n in range(10)), read_at=1_700_000_000.0
                )
            assert [] == await journal(merchant)
            counts = await rows(merchant.tenant, "SELECT counts ->> 'new', counts ->> 'deltas' FROM run")
            assert [("30", "3")] == counts
            await agent.send("products", *(product(f"bulk{n}") for n in range(600)), read_at=1_700_000_100.0)
            assert [] == await journal(merchant), "so many at once are counted as well"

    run(settings, scenario)


# ----------------------------------------------------------------------------------------------- deletions


def test_only_a_complete_pass_that_saw_rows_concludes_deletions(settings: Settings) -> None:
    async def scenario(hub: Hub) -> None:
        merchant = await new_merchant()
        async with hub.client() as client:
            agent = await enrolled_agent(hub, client, merchant)
            await agent.send("products", product("A"), product("B"))
            await agent.send("products", deletions=["A"])
            await agent.send("products", deletions=["A"], complete=True, seen=0)
            await agent.send("products", deletions=["A"], complete=False, seen=5)
            assert {"A": ("Chaise", False), "B": ("Chaise", False)} == await snapshot(merchant)
            assert [] == await journal(merchant)
            await marks(merchant)
            await agent.send("products", deletions=["A", "unknown", "nul\0"], complete=True, seen=1)
            assert {"A": ("Chaise", True), "B": ("Chaise", False)} == await snapshot(merchant)
            assert [("products", "A", "disappeared")] == await journal(merchant)
            assert encode(product("A")).decode() == await value(merchant.tenant, "SELECT before FROM journal")
            assert {("listings", "A")} == await marks(merchant)
            assert 1 == await records(merchant)
            assert await value(merchant.tenant, "SELECT last_complete_at IS NOT NULL FROM stream_state")
            await agent.send("products", product("A"))
            assert {"A": ("Chaise", False), "B": ("Chaise", False)} == await snapshot(merchant)
            assert ("products", "A", "reappeared") == (await journal(merchant))[-1]
            assert {("listings", "A")} == await marks(merchant)
            assert 2 == await records(merchant)

    run(settings, scenario)


def test_an_emptied_stream_puts_the_brake_on_and_releases_it_when_records_are_seen_again(
    settings: Settings,
) -> None:
    async def scenario(hub: Hub) -> None:
        merchant = await new_merchant()
        async with hub.client() as client:
            agent = await enrolled_agent(hub, client, merchant)
            await agent.send("products", emptied=7)
            assert [] == await rows(merchant.tenant, "SELECT 1 FROM brake"), (
                "nothing was known, nothing is missing"
            )
            await agent.send("products", product("A"), product("B"))
            for _ in range(2):
                await agent.send("products", emptied=2)
            assert [("emptied", 2, 2, None)] == await rows(
                merchant.tenant, "SELECT kind, concerned, known, decision FROM brake"
            )
            assert 2 == await value(merchant.tenant, "SELECT emptied FROM stream_state")
            assert {"A": ("Chaise", False), "B": ("Chaise", False)} == await snapshot(merchant)
            await agent.send("stock", stock("A"))
            assert 2 == await value(
                merchant.tenant, "SELECT emptied FROM stream_state WHERE stream = 'products'"
            )
            await agent.send("products", complete=True, seen=2)
            assert 0 == await value(
                merchant.tenant, "SELECT emptied FROM stream_state WHERE stream = 'products'"
            )
            assert [("gone",)] == await rows(merchant.tenant, "SELECT decision FROM brake")
            events = [event for _, _, event in await journal(merchant)]
            assert ["emptied", "refilled"] == events

    run(settings, scenario)


def test_a_person_may_say_that_the_stream_is_truly_empty(settings: Settings) -> None:
    async def scenario(hub: Hub) -> None:
        merchant = await new_merchant()
        async with hub.client() as client:
            agent = await enrolled_agent(hub, client, merchant)
            await agent.send("products", product("A"), product("B"))
            assert not await conclude_emptied(merchant.tenant, merchant.erp, "products", None, hub.wake)
            await agent.send("products", emptied=2)
            await marks(merchant)
            assert await conclude_emptied(merchant.tenant, merchant.erp, "products", None, hub.wake)
            assert {"A": ("Chaise", True), "B": ("Chaise", True)} == await snapshot(merchant)
            assert [("go",)] == await rows(merchant.tenant, "SELECT decision FROM brake")
            assert {("listings", "A"), ("listings", "B")} == await marks(merchant)
            assert (0, 0) == (
                await records(merchant),
                await value(merchant.tenant, "SELECT emptied FROM stream_state"),
            )

    run(settings, scenario)


# --------------------------------------------------------------------------------------------------- holds


def bad(key: str, data: bytes) -> wire.Upsert:
    return wire.Upsert(key, fingerprint(data), data)


NUL = encode(Product(key="NUL", sku="NUL", name="ok", custom={"champ libre": "a\0b"}))
BAD = {
    "ALTERED": (wire.Upsert("ALTERED", bytes(16), encode(product("ALTERED"))), "record.altered"),
    "TYPE": (bad("TYPE", b'{"key":"TYPE","sku":12,"name":"x"}'), "record.unreadable"),
    "MISSING": (bad("MISSING", b'{"key":"MISSING"}'), "record.unreadable"),
    "NOTJSON": (bad("NOTJSON", b"\x00\x01"), "record.unreadable"),
    "UTF8": (bad("UTF8", b'{"key":"UTF8","sku":"x","name":"x","unknown":"\xff"}'), "record.unreadable"),
    "UTF8b": (bad("UTF8b", b'{"key":"UTF8b","sku":"x","name":"\xff"}'), "record.unreadable"),
    "DEEP": (
        bad("DEEP", b'{"key":"DEEP","unknown":' + b"[" * 9_000 + b"]" * 9_000 + b"}"),
        "record.unreadable",
    ),
    "SURROGATE": (bad("SURROGATE", rb'{"key":"SURROGATE","sku":"x","name":"\ud800"}'), "record.unreadable"),
    "OTHER": (bad("OTHER", encode(product("ANOTHER"))), "record.other_key"),
    "NUL": (bad("NUL", NUL), "record.nul"),
    "WEIGHT": (bad("WEIGHT", encode(product("WEIGHT", weight_g=Decimal("NaN")))), "record.not_a_number"),
    "HUGE": (bad("HUGE", encode(product("HUGE", weight_g=Decimal("1E+999")))), "record.not_a_number"),
    "EMPTY": (bad("EMPTY", b""), "record.unreadable"),
}


def test_a_bad_record_is_held_with_its_reason_and_stops_no_other(settings: Settings) -> None:
    async def scenario(hub: Hub) -> None:
        merchant = await new_merchant()
        async with hub.client() as client:
            agent = await enrolled_agent(hub, client, merchant)
            good = upserts([product("A"), product('NaN" E+12 \\u0000', 'E-mail "Infinity" \\u0000')])
            mixed = [good[0], *(upsert for upsert, _ in BAD.values()), bad("k\0ey", b"{}"), good[1]]
            agent.number += 1
            await agent.call("/agent/deltas", wire.Delta(1, "products", mixed), wire.DeltaAck)
            assert {"A", 'NaN" E+12 \\u0000'} == (await snapshot(merchant)).keys()
            held = await rows(
                merchant.tenant,
                "SELECT key, problem -> 'message' ->> 'code', problem ->> 'field' FROM held_record",
            )
            expected = {key: code for key, (_, code) in BAD.items()} | {"k␀ey": "record.nul"}
            assert expected == {key: code for key, code, _ in held}
            fields = {key: field for key, _, field in held}
            assert ("sku", "custom.champ libre", "weight_g", "key") == tuple(
                fields[key] for key in ("TYPE", "NUL", "WEIGHT", "OTHER")
            )
            assert len(expected) == len([row for row in await journal(merchant) if row[2] == "held"])
            assert [("partial",)] == await rows(merchant.tenant, "SELECT state FROM run")

    run(settings, scenario)


def test_holds_come_once_and_go_when_the_record_is_good_or_gone(settings: Settings) -> None:
    problem = Problem("rejected", Message("x", "Trop\0 long", "Too\0 long"), field="name")

    async def scenario(hub: Hub) -> None:
        merchant = await new_merchant()
        async with hub.client() as client:
            agent = await enrolled_agent(hub, client, merchant)
            await agent.send("products", product("A"))
            held = [wire.Held("A", problem), wire.Held("B", problem), wire.Held("C", problem)]
            for _ in range(2):
                await agent.send("products", held=held)
            assert [("products", key, "held") for key in "ABC"] == await journal(merchant)
            assert "Trop␀ long" == await value(
                merchant.tenant, "SELECT problem -> 'message' ->> 'fr' FROM held_record WHERE key = 'B'"
            )
            assert {"A": ("Chaise", False)} == await snapshot(merchant), "the last good state stays"
            await agent.send("products", product("A"), product("B", "Table"))
            await agent.send("products", deletions=["C"], complete=True, seen=2)
            assert [] == await rows(merchant.tenant, "SELECT key FROM held_record")
            released = {key for _, key, event in await journal(merchant) if event == "released"}
            assert {"A", "B", "C"} == released
            other = Problem("rejected", Message("y", "Autre", "Other"))
            await agent.send("products", held=[wire.Held("A", problem)])
            await agent.send("products", held=[wire.Held("A", other)])
            assert 3 == [(key, event) for _, key, event in await journal(merchant)].count(("A", "held"))

    run(settings, scenario)


# --------------------------------------------------------------------------------------------------- marks


def test_changes_mark_what_depends_on_them(settings: Settings) -> None:
    async def scenario(hub: Hub) -> None:
        merchant = await new_merchant()
        async with hub.client() as client:
            agent = await enrolled_agent(hub, client, merchant)
            red, blue = Variant(key="A|1", sku="A1", options={}), Variant(key="A|2", sku="A2", options={})
            await agent.send("products", product("A", variants=[red]))
            assert {("listings", "A")} == await marks(merchant), "no stock is known yet"
            await agent.send("stock", stock("A|1", product="A"), stock("A|2", product="A"))
            assert {("availability", "A|1"), ("availability", "A|2")} == await marks(merchant)
            await agent.send("products", product("A", "Fauteuil", variants=[red]))
            assert {("listings", "A")} == await marks(merchant), "a name changes no quantity"
            await agent.send("products", product("A", "Fauteuil", variants=[red, blue]))
            assert {("listings", "A"), ("availability", "A|2")} == await marks(merchant)
            await agent.send("products", product("A", "Fauteuil", variants=[red, blue], active=False))
            assert {("listings", "A"), ("availability", "A|1"), ("availability", "A|2")} == await marks(
                merchant
            )
            await agent.send("prices", prices("A|1", product="A"))
            assert {("listings", "A")} == await marks(merchant)
            await agent.send("prices", prices("A|1", product="B"))
            assert {("listings", "A"), ("listings", "B")} == await marks(merchant)
            await agent.send("prices", deletions=["A|1"], complete=True, seen=1)
            assert {("listings", "B")} == await marks(merchant)
            await agent.send("documents", document("D1"), document("D2", "WEB-12"))
            assert {("order_updates", "WEB-12")} == await marks(merchant)
            await agent.send("documents", document("D2", "WEB-13"))
            assert {("order_updates", "WEB-12"), ("order_updates", "WEB-13")} == await marks(merchant)
            await agent.send("customers", held=[])
            assert set() == await marks(merchant)
            told = {(channel, stream) for _, channel, stream in hub.wake.projects}
            assert {(merchant.channel, s) for s in ("listings", "availability", "order_updates")} == told

    run(settings, scenario)


def test_a_category_marks_the_products_in_it_and_below_it(settings: Settings) -> None:
    async def scenario(hub: Hub) -> None:
        merchant = await new_merchant()
        async with hub.client() as client:
            agent = await enrolled_agent(hub, client, merchant)
            tree = [
                Category(key="HOME", name="Maison"),
                Category(key="KITCHEN", name="Cuisine", parent="HOME"),
                Category(key="GARDEN", name="Jardin"),
                Category(key="LOOP1", name="a", parent="LOOP2"),
                Category(key="LOOP2", name="b", parent="LOOP1"),
            ]
            await agent.send("categories", *tree)
            await agent.send(
                "products",
                product("POT", family="KITCHEN"),
                product("LAMP", categories=["GARDEN", "HOME"]),
                product("SPADE", categories=["GARDEN"]),
                product("RING", family="LOOP1"),
                product("NONE"),
            )
            await marks(merchant)
            await agent.send("categories", Category(key="HOME", name="Habitat"))
            assert {("listings", "POT"), ("listings", "LAMP")} == await marks(merchant)
            await agent.send("categories", Category(key="LOOP2", name="c", parent="LOOP1"))
            assert {("listings", "RING")} == await marks(merchant)
            await agent.send("categories", deletions=["GARDEN"], complete=True, seen=4)
            assert {("listings", "LAMP"), ("listings", "SPADE")} == await marks(merchant)

    run(settings, scenario)


def test_a_mark_renewed_gets_a_new_serial_and_stays_one(settings: Settings) -> None:
    async def scenario(hub: Hub) -> None:
        merchant = await new_merchant()
        async with hub.client() as client:
            agent = await enrolled_agent(hub, client, merchant)
            await agent.send("products", product("A"))
            first = await value(merchant.tenant, "SELECT serial FROM to_project")
            await agent.send("prices", prices("A"))
            assert 1 == len(await marks(merchant, forget=False))
            assert first < await value(merchant.tenant, "SELECT serial FROM to_project")

    run(settings, scenario)


@pytest.mark.parametrize("channel", [True, False])
def test_without_a_channel_there_is_nothing_to_project(settings: Settings, channel: bool) -> None:
    async def scenario(hub: Hub) -> None:
        merchant = await new_merchant(channel=channel)
        async with hub.client() as client:
            agent = await enrolled_agent(hub, client, merchant)
            await agent.send("products", product("A"))
            assert channel == bool(await marks(merchant))
            assert channel == bool(hub.wake.projects)

    run(settings, scenario)
