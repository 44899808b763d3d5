"""What a message may be: malformed, oversized and foreign ones are answered with a sentence, and change nothing."""

import struct
from collections.abc import Iterator
from typing import Any

import msgspec
import pytest
import zstandard

from raccord.settings import Settings
from raccord_connectors import wire
from raccord_connectors.canonical import Product
from support.database import fresh_database
from support.hub_app import Hub, TestAgent, enrolled_agent, new_merchant, rows, run, unzipped, upserts, value


@pytest.fixture(scope="module")
def settings(postgres: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Settings]:
    with fresh_database(postgres, tmp_path_factory.mktemp("hub")) as found:
        yield found


def product(key: str) -> Product:
    return Product(key=key, sku=key, name="Chaise")


async def refusal(agent: TestAgent, body: bytes, status: int, **headers: str) -> wire.Refusal:
    response = await agent.post("/agent/deltas", body, **headers)
    assert status == response.status_code, response.content
    told = wire.unpack(unzipped(response), wire.Refusal)
    assert told.message.fr != told.message.en
    return told


def test_a_malformed_message_is_refused_and_the_wrong_field_named(settings: Settings) -> None:
    pack = msgspec.msgpack.encode
    wrong: list[tuple[Any, str]] = [
        ({"number": "one", "stream": "products"}, "number"),
        ({"number": 0, "stream": "products"}, "number"),
        ({"number": 1}, "stream"),
        ({"number": 1, "stream": "products", "upserts": [["k", b"short", b"{}"]]}, "upserts[0][1]"),
        ({"number": 1, "stream": "products", "upserts": [["", bytes(16), b"{}"]]}, "upserts[0][0]"),
        ({"number": 1, "stream": "products", "upserts": [["k" * 256, bytes(16), b"{}"]]}, "upserts[0][0]"),
        ({"number": 1, "stream": "products", "deletions": ["k"] * 2001}, "deletions"),
        ({"number": 1, "stream": "products", "held": [["k", {"kind": "sad"}]]}, "held[0][1].kind"),
        ({"number": 1, "stream": "orders"}, "stream"),
        ({"number": 1, "stream": "drafts"}, "stream"),
        ({"number": 1, "stream": "snapshot; DROP TABLE tenant"}, "stream"),
    ]

    async def scenario(hub: Hub) -> None:
        merchant = await new_merchant()
        async with hub.client() as client:
            agent = await enrolled_agent(hub, client, merchant)
            for message, field in wrong:
                told = await refusal(agent, pack(message), 400)
                assert "agent.malformed" == told.message.code
                assert f"field {field}:" in told.message.en
            bodies = [b"", b"\xc1", b"{}", b"\x91" * 100_000, b"\x82\xa6number\x01\xa6stream\xa2\xff\xfe"]
            for body in [*bodies, b"\x82\xa6number\x01\xa6stream\xdd\xff\xff\xff\xff"]:
                assert "agent.malformed" == (await refusal(agent, body, 400)).message.code
            assert 0 == await value(merchant.tenant, "SELECT last_delta FROM agent")
            assert [] == await rows(merchant.tenant, "SELECT key FROM snapshot")
            assert 1 == await agent.send("products", product("A"))

    run(settings, scenario)


def test_an_oversized_message_is_refused_however_small_it_travels(settings: Settings) -> None:
    async def scenario(hub: Hub) -> None:
        merchant = await new_merchant()
        async with hub.client() as client:
            agent = await enrolled_agent(hub, client, merchant)
            big = bytes(wire.MAX_BODY + 1)
            assert "agent.too_large" == (await refusal(agent, big, 413)).message.code
            bomb = zstandard.ZstdCompressor().compress(bytes(400_000_000))
            assert len(bomb) < 100_000
            assert (
                "agent.too_large"
                == (await refusal(agent, bomb, 413, **{"Content-Encoding": "zstd"})).message.code
            )
            silent = (
                zstandard.ZstdCompressor(write_content_size=False).compressobj().compress(bytes(50_000_000))
            )
            assert (await refusal(agent, silent, 413, **{"Content-Encoding": "zstd"})).message.code
            many = zstandard.ZstdCompressor().compress(bytes(1_000_000)) * 40
            assert (
                "agent.too_large"
                == (await refusal(agent, many, 413, **{"Content-Encoding": "zstd"})).message.code
            )
            window = (
                zstandard.FRAME_HEADER + struct.pack("<BB", 0x00, 0xF8) + b"\x01\x00\x00"
            )  # announces 2 GB
            assert (
                "agent.too_large"
                == (await refusal(agent, window, 413, **{"Content-Encoding": "zstd"})).message.code
            )
            for nonsense in (b"no frame", zstandard.ZstdCompressor().compress(b"x" * 5000)[:-5]):
                told = await refusal(agent, nonsense, 400, **{"Content-Encoding": "zstd"})
                assert "agent.malformed" == told.message.code
            told = await refusal(agent, b"x", 415, **{"Content-Encoding": "br"})
            assert "agent.encoding" == told.message.code
            response = await agent.post("/agent/enrol", bytes(100_000))
            assert 413 == response.status_code, "little is read of strangers"
            assert 0 == await value(merchant.tenant, "SELECT last_delta FROM agent")

    run(settings, scenario)


def test_large_messages_travel_compressed_both_ways(settings: Settings) -> None:
    async def scenario(hub: Hub) -> None:
        merchant = await new_merchant()
        async with hub.client() as client:
            agent = await enrolled_agent(hub, client, merchant)
            delta = wire.Delta(1, "products", upserts([product(f"P{n}") for n in range(2_000)]))
            body = zstandard.ZstdCompressor().compress(wire.pack(delta))
            response = await agent.post("/agent/deltas", body, **{"Content-Encoding": "zstd"})
            assert 1 == wire.unpack(response.content, wire.DeltaAck).number
            keys = wire.BucketKeys(
                "products", list(range(wire.BUCKETS)), {f"Q{n}": bytes(16) for n in range(500)}
            )
            response = await agent.post("/agent/reconcile/keys", wire.pack(keys))
            assert "zstd" == response.headers["content-encoding"]
            assert 500 == len(wire.unpack(unzipped(response), wire.KeysToResend).keys)
            agent.headers["Accept-Encoding"] = "gzip"
            response = await agent.post("/agent/reconcile/keys", wire.pack(keys))
            assert "content-encoding" not in response.headers

    run(settings, scenario)
