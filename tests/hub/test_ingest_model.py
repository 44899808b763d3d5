"""Any sequence of deltas, with repetitions, leads to the snapshot that a model of a dozen lines predicts."""

import asyncio
import uuid
from collections.abc import Iterator
from dataclasses import dataclass, field

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as profile
from hypothesis import strategies as st

from raccord.settings import Settings
from raccord.storage.engine import tenant_transaction
from raccord.sync import ingest
from raccord.sync.caller import Caller
from raccord_connectors import wire
from raccord_connectors.canonical import Product
from raccord_connectors.contract import Message, Problem
from support.database import fresh_database, opened
from support.hub_app import RecordedWake, new_merchant, rows, upserts

KEYS = ["A", "B", "É", "d|1", " "]
NAMES = ["Chaise", "Table", "Banc"]
PROBLEM = Problem("rejected", Message("x", "Trop long", "Too long"))


@dataclass(frozen=True)
class Step:
    changed: dict[str, str]
    gone: frozenset[str]
    held: frozenset[str]
    complete: bool
    seen: int
    times: int


steps = st.builds(
    Step,
    changed=st.dictionaries(st.sampled_from(KEYS), st.sampled_from(NAMES), max_size=4),
    gone=st.frozensets(st.sampled_from(KEYS), max_size=3),
    held=st.frozensets(st.sampled_from(KEYS), max_size=2),
    complete=st.booleans(),
    seen=st.sampled_from([0, 3]),
    times=st.sampled_from([1, 1, 1, 2]),
)


@dataclass
class Model:
    alive: dict[str, str] = field(default_factory=dict)
    dead: dict[str, str] = field(default_factory=dict)
    held: set[str] = field(default_factory=set)

    def take(self, step: Step) -> None:
        gone = (step.gone - step.changed.keys()) if step.complete and step.seen else frozenset()
        for key, name in step.changed.items():
            self.dead.pop(key, None)
            self.alive[key] = name
        for key in gone & self.alive.keys():
            self.dead[key] = self.alive.pop(key)
        self.held = (self.held - step.changed.keys() - gone) | step.held


@pytest.fixture(scope="module")
def settings(postgres: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Settings]:
    with fresh_database(postgres, tmp_path_factory.mktemp("hub")) as found:
        yield found


@given(st.lists(steps, min_size=1, max_size=8))
@profile(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_the_snapshot_is_what_the_deltas_say(settings: Settings, script: list[Step]) -> None:
    async def main() -> None:
        async with opened(settings):
            await _play(script)

    asyncio.run(main())


async def _play(script: list[Step]) -> None:
    merchant = await new_merchant()
    caller = Caller(merchant.tenant, uuid.uuid4(), merchant.erp)
    async with tenant_transaction(merchant.tenant) as connection:
        await connection.execute(
            "INSERT INTO agent (tenant, id, connection, public_key) VALUES ($1, $2, $3, '')", *caller
        )
    model, wake = Model(), RecordedWake()
    for number, step in enumerate(script, start=1):
        model.take(step)
        for _ in range(step.times):
            assert number == await ingest.take(caller, _delta(number, step), wake)
        found = await rows(
            merchant.tenant, "SELECT key, data ->> 'name', deleted_at IS NOT NULL FROM snapshot"
        )
        assert model.alive == {key: name for key, name, deleted in found if not deleted}
        assert model.dead == {key: name for key, name, deleted in found if deleted}
        assert model.held == {key for (key,) in await rows(merchant.tenant, "SELECT key FROM held_record")}
        assert [(len(model.alive),)] == await rows(merchant.tenant, "SELECT records FROM stream_state")
        marks = {key for (key,) in await rows(merchant.tenant, "SELECT key FROM to_project")}
        assert model.alive.keys() | model.dead.keys() == marks, "what was ever seen is to be projected"


def _delta(number: int, step: Step) -> wire.Delta:
    products = [Product(key=key, sku=key, name=name) for key, name in step.changed.items()]
    held = [wire.Held(key, PROBLEM) for key in sorted(step.held)]
    return wire.Delta(
        number, "products", upserts(products), sorted(step.gone), held, step.complete, step.seen
    )
