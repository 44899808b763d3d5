"""The tunnel of the running product: messages that no good agent sends, and an agent whose clock is wrong."""

import secrets
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from decimal import Decimal
from pathlib import Path

import httpx
import pytest
import zstandard

from raccord_agent.home import Home
from raccord_agent.line import Line, Refused
from raccord_agent.settings import load_identity, load_key
from raccord_agent.token import Tokens
from raccord_connectors import wire
from raccord_connectors.contract import Message
from sandbox.demo.children import Child
from support.sandbox_world import SandboxWorld

pytestmark = pytest.mark.slow
SOON = 90.0


def test_a_malformed_message_is_refused_with_its_field_and_the_next_good_change_arrives(
    world: SandboxWorld,
) -> None:
    for body, field in ((b"\xc1\xc1", "?"), (b"{}", "?"), (b"\x81\xa6number\xa3one", "number")):
        told = refused(world, body, 400)
        assert "agent.malformed" == told.code
        assert field in told.fr
        assert field in told.en
    unknown = wire.pack(wire.Delta(1, "snapshot; DROP TABLE tenant"))
    assert "agent.malformed" == refused(world, unknown, 400).code
    arrives(world, "41.10")


def test_an_oversized_batch_is_refused_and_the_next_good_change_arrives(world: SandboxWorld) -> None:
    upsert = wire.Upsert("K", bytes(16), b"{}")
    many = wire.pack(wire.Delta(1, "products", upserts=[upsert] * (wire.MAX_DELTA_RECORDS + 1)))
    told = refused(world, many, 400)
    assert "upserts" in told.fr
    assert "upserts" in told.en
    big = zstandard.ZstdCompressor().compress(bytes(wire.MAX_BODY + 1))
    assert "agent.too_large" == refused(world, big, 413, **{"Content-Encoding": "zstd"}).code
    arrives(world, "41.20")


def test_without_a_token_or_with_a_foreign_one_nothing_is_taken(world: SandboxWorld) -> None:
    delta = wire.pack(wire.Delta(1, "products", upserts=[wire.Upsert("K", bytes(16), b"{}")]))
    for token in ("", "Bearer x", f"Bearer {secrets.token_urlsafe(40)}"):
        answer = httpx.post(
            f"{world.stack.url}/agent/deltas", content=delta,
            headers={"Raccord-Protocol": str(wire.PROTOCOL), "Authorization": token}, trust_env=False,
        )  # fmt: skip
        assert 401 == answer.status_code


def test_a_signature_by_a_wrong_clock_is_refused_with_the_right_time(world: SandboxWorld) -> None:
    line, identity = Line(world.stack.url), load_identity(Home(world.home))
    at, nonce = int(time.time()) - 3600, secrets.token_hex(16)
    signature = load_key(Home(world.home)).sign(wire.token_statement(identity.agent, at, nonce))
    asked = wire.TokenRequest(identity.agent, at, nonce, signature)
    with pytest.raises(Refused) as refusal:
        line.call("POST", "/agent/token", wire.pack(asked), wire.Token)
    told = refusal.value.refusal
    assert told.server_time is not None
    assert abs(told.server_time - time.time()) < 60
    assert "retarde" in told.message.fr
    assert "behind" in told.message.en


@pytest.mark.parametrize("ahead", [5400.0, -90_000.0])
def test_an_agent_with_a_wrong_clock_works_on_and_says_so(world: SandboxWorld, ahead: float) -> None:
    with another_agent(world, ["-m", "support.skewed_agent", str(ahead)]):
        arrives(world, f"{42 + ahead / 1_000_000:.2f}")
        number = world.buy({world.articles(1)[0]: 1})["number"]
        world.wait_for_document(number)
        world.wait_until(
            lambda: _told_of_the_clock(world) is not None, "the platform knows of the clock", SOON
        )
        told = _told_of_the_clock(world)
        assert told is not None
        assert ("avance" if ahead > 0 else "retarde") in told
        # The first heartbeats may still tell of a scan from before the clock was wrong.
        world.wait_until(lambda: _scan_age(world) < 120, "scans are told by the platform's clock", SOON)
    arrives(world, f"{43 + ahead / 1_000_000:.2f}")


def _scan_age(world: SandboxWorld) -> float:
    """Seconds since the last scan, as the platform has it, into the past or the future."""
    (row,) = world.rows(
        "SELECT max(last_scan_at) AS at, now() AS now FROM stream_state WHERE stream = 'products'"
    )
    return abs(float((row["now"] - row["at"]).total_seconds()))


def refused(world: SandboxWorld, body: bytes, status: int, **headers: str) -> Message:
    """The sentence that a message of the real agent gets."""
    line, home = Line(world.stack.url), Home(world.home)
    token = Tokens(line, load_identity(home).agent, load_key(home)).get()
    answer = httpx.post(
        f"{world.stack.url}/agent/deltas",
        content=body,
        headers={"Raccord-Protocol": str(wire.PROTOCOL), "Authorization": f"Bearer {token}", **headers},
        trust_env=False,
    )
    assert status == answer.status_code, answer.content
    message = wire.unpack(answer.content, wire.Refusal).message
    assert message.fr != message.en
    return message


def arrives(world: SandboxWorld, price: str) -> None:
    sku = world.articles(1)[0]
    world.gescom.change_price(sku, Decimal(price), category=1, tax_included=True)
    world.wait_until(lambda: world.price(sku) == Decimal(price), f"{price} is in the shop", SOON)


@contextmanager
def another_agent(world: SandboxWorld, program: list[str]) -> Iterator[None]:
    """The same agent by another program, for a while."""
    children = world.stack.children
    (usual,) = [child for child in children.running if child.name == "agent"]
    children.end(usual)
    status = world.home / "status.json"
    status.unlink(missing_ok=True)
    paths = [str(Path(__file__).parents[1]), usual.environment["PYTHONPATH"]]
    command = [sys.executable, *program, "run", "--home", str(world.home)]
    other = Child("agent", command, {"PYTHONPATH": ":".join(paths)}, status.exists)
    children.start(other)
    try:
        yield
    finally:
        children.end(other)
        children.start(Child("agent", usual.command, usual.environment, usual.ready))


def _told_of_the_clock(world: SandboxWorld) -> str | None:
    (row,) = world.rows(
        "SELECT health #>> '{problem,message,code}' AS code, health #>> '{problem,message,fr}' AS fr FROM agent"
    )
    return row["fr"] if row["code"] == "agent.clock_wrong" else None
