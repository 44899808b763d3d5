"""Whatever happens in the ERP and whenever a scan fails: after a complete pass that ends well, the deltas add up to
exactly what the ERP holds."""

import tempfile
from collections.abc import Sequence
from contextlib import ExitStack, closing, suppress
from pathlib import Path
from typing import Literal

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from raccord_agent.base import Base
from raccord_agent.scan import Way
from raccord_agent.scanner import Scanner
from raccord_connectors import wire
from raccord_connectors.canonical import Record
from raccord_connectors.contract import TransientError
from support.agent_world import category, customer, product, stock
from support.tiny_erp import DOWN, TinyErp, TinyTables, tiny_settings

Step = tuple[Literal["put", "drop", "spoil", "mend", "doubt", "scan"], int, int]
NUMBERS = st.integers(0, 12)
STEPS = st.lists(
    st.tuples(
        st.sampled_from(["put", "put", "drop", "spoil", "mend", "doubt", "scan", "scan"]), NUMBERS, NUMBERS
    ),
    max_size=25,
)


def record(stream: str, number: int, version: int) -> Record:
    match stream:
        case "products":
            return product(number, f"v{version}")
        case "stock":
            return stock(number, version)
        case "categories":
            return category(number, f"v{version}")
    return customer(number, f"v{version}")


class Platform:
    """What the deltas add up to."""

    def __init__(self) -> None:
        self.records: dict[str, bytes] = {}
        self.holds: set[str] = set()

    def take(self, base: Base) -> None:
        while (oldest := base.outbox.oldest()) is not None:
            delta = oldest.delta
            assert not delta.deletions or (delta.complete and delta.seen > 0)
            assert len({u.key for u in delta.upserts}) == len(delta.upserts)
            self._apply(delta)
            base.outbox.acknowledged(oldest)

    def _apply(self, delta: wire.Delta) -> None:
        for upsert in delta.upserts:
            self.records[upsert.key] = upsert.data
            self.holds.discard(upsert.key)
        for key in delta.deletions:
            self.records.pop(key, None)
            self.holds.discard(key)
        self.holds.update(held.key for held in delta.held)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    st.sampled_from(["products", "stock", "categories", "customers"]), st.booleans(), STEPS, st.integers(1, 4)
)
def test_the_deltas_add_up_to_the_erp(
    stream: str, sorted_: bool, steps: Sequence[Step], page_size: int
) -> None:
    with ExitStack() as stack:
        path = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        tables = stack.enter_context(closing(TinyTables(path / "erp.sqlite")))
        base = stack.enter_context(closing(Base(path / "base.sqlite")))
        settings_ = tiny_settings(tables.path, sorted=sorted_, page_size=page_size)
        erp = stack.enter_context(closing(TinyErp(settings_)))
        platform = Platform()
        bad: set[str] = set()
        borders_left = 0

        def at_border(way: Way) -> None:
            nonlocal borders_left
            borders_left -= 1
            if borders_left == 0:
                raise TransientError(DOWN.fill())

        scanner = Scanner(base, path / "spool", outbox_bytes=10**9, at_border=at_border)
        for verb, number, extra in steps:
            made = record(stream, number, extra)
            match verb:
                case "put":
                    tables.put(stream, made)
                    bad.discard(made.key)
                case "drop":
                    tables.drop(stream, made.key)
                    bad.discard(made.key)
                case "spoil" | "mend":
                    tables.spoil(stream, made.key, bad=verb == "spoil")
                    (bad.add if verb == "spoil" else bad.discard)(made.key)
                case "doubt":
                    base.streams.doubt(stream, [made.key])
                case "scan":
                    borders_left = extra  # 0: no failure
                    with suppress(TransientError):
                        scanner.scan(erp, stream, complete=number % 2 == 0)
                    platform.take(base)
        tables.put(stream, record(stream, 99, 0))  # so that the last pass sees a row
        borders_left = 0
        scanner.scan(erp, stream, complete=True)
        platform.take(base)

        expected = {key: data for key, data in tables.all(stream).items() if key not in bad}
        assert expected == {key: data for key, data in platform.records.items() if key not in platform.holds}
        assert bad & set(tables.all(stream)) == platform.holds
        scanner.scan(erp, stream, complete=True)
        assert base.outbox.oldest() is None
