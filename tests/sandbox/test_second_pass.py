"""What did not change does not travel: not from the agent, not to the shop."""

import sqlite3
from collections.abc import Callable

import pytest

from raccord.storage import projections
from raccord.storage.engine import tenant_transaction
from raccord.sync.records import READ_STREAMS
from support.sandbox_world import SandboxWorld

pytestmark = pytest.mark.slow


def test_an_unchanged_complete_pass_sends_no_record_and_writes_nothing_to_the_shop(
    world: SandboxWorld,
) -> None:
    before, shown = _deltas(world), world.shop.shop.journal.summary(1)
    passes = _complete_passes(world)
    waiting = Most(lambda: _outbox(world))
    world.ask_to_read(*READ_STREAMS)
    world.wait_until(
        lambda: (
            waiting.look() >= 0 and all(at > passes[name] for name, at in _complete_passes(world).items())
        ),
        "every stream was read completely once more",
    )
    world.wait_settled()
    after = world.shop.shop.journal.summary(1)
    assert (0, before) == (waiting.most, _deltas(world))
    assert (shown["writes"], shown["write_requests"]) == (after["writes"], after["write_requests"])
    assert after["writes"] > 400, "the shop was filled through this very log"


def test_projecting_everything_anew_writes_nothing_to_the_shop(world: SandboxWorld) -> None:
    before = world.shop.shop.journal.summary(1)
    (marks,) = world.rows("SELECT coalesce(max(serial), 0) AS serial FROM to_project")
    demo, wake = world.demo, world.wake()
    assert demo is not None
    assert demo.channel is not None
    channel = demo.channel

    async def mark_everything() -> None:
        async with tenant_transaction(demo.tenant) as connection:
            await projections.mark_everything(demo.tenant, channel, demo.erp)
            (count,) = await connection.fetchrow(
                "SELECT count(*) FROM to_project WHERE serial > $1", marks["serial"]
            )
            assert count > 900
        for stream in ("listings", "availability"):
            await wake.project(demo.tenant, channel, stream)

    world.inside(mark_everything)
    world.wait_settled()
    after = world.shop.shop.journal.summary(1)
    assert (before["writes"], before["write_requests"]) == (after["writes"], after["write_requests"])


def test_a_changed_record_travels_alone(world: SandboxWorld) -> None:
    """The control: the counters above do see what moves."""
    sku, before, shown = world.articles(1)[0], _deltas(world), world.shop.shop.journal.summary(1)
    told = _changes(world)
    world.gescom.rename(sku, "Un autre nom")
    world.wait_until(lambda: world.name(sku) == "Un autre nom", "the new name is shown")
    world.wait_settled()
    after = world.shop.shop.journal.summary(1)
    assert (1, 1, 1) == (_deltas(world) - before, after["writes"] - shown["writes"], _changes(world) - told)


class Most:
    """The highest value seen while one looks again and again."""

    def __init__(self, value: Callable[[], int]) -> None:
        self._value = value
        self.most = 0

    def look(self) -> int:
        self.most = max(self.most, self._value())
        return self.most


def _changes(world: SandboxWorld) -> int:
    """Records of the ERP that changed, since the beginning."""
    (row,) = world.rows("SELECT count(*) AS n FROM journal WHERE event = 'changed'")
    return int(row["n"])


def _deltas(world: SandboxWorld) -> int:
    """Numbered by the agent, one after the other."""
    (row,) = world.rows("SELECT last_delta FROM agent")
    return int(row["last_delta"])


def _base(world: SandboxWorld) -> sqlite3.Connection:
    return sqlite3.connect(f"file:{world.home / 'base.sqlite'}?mode=ro", uri=True)


def _outbox(world: SandboxWorld) -> int:
    """Bytes that the agent has ready to be sent."""
    connection = _base(world)
    try:
        return int(connection.execute("SELECT coalesce(sum(size), 0) FROM outbox").fetchone()[0])
    finally:
        connection.close()


def _complete_passes(world: SandboxWorld) -> dict[str, float]:
    connection = _base(world)
    try:
        rows = connection.execute("SELECT name, coalesce(last_complete_at, 0) FROM stream").fetchall()
        return {name: at for name, at in rows if name in READ_STREAMS}
    finally:
        connection.close()
