"""The scanner on the sample ERP of the connectors: it yields rows in the order of their stamps, and no cursor with
its sketches, as real systems may."""

from collections.abc import Iterator

import pytest

from raccord_agent.base import Base
from raccord_agent.home import Home
from raccord_agent.scan import Way
from raccord_agent.scanner import Scanner
from raccord_connectors.canonical import encode
from raccord_connectors.sample.erp_system import ErpSystem
from raccord_connectors.sample.memory import MemorySettings
from raccord_connectors.sample.memory_erp import MemoryErp


@pytest.fixture
def system() -> Iterator[ErpSystem]:
    made = ErpSystem("scanner")
    for number in reversed(range(30)):
        made.put_product(f"ART{number:03}", f"Article {number}")
    yield made
    made.forget()


@pytest.fixture
def erp(system: ErpSystem) -> MemoryErp:
    return MemoryErp(MemorySettings(system="scanner"))


@pytest.fixture
def scanner(base: Base, home: Home) -> Scanner:
    return Scanner(base, home.spool, outbox_bytes=10**8)


def take(base: Base, held: dict[str, bytes]) -> int:
    """Applies what waits; returns how many deltas it was."""
    count = 0
    while (oldest := base.outbox.oldest()) is not None:
        held.update({upsert.key: upsert.data for upsert in oldest.delta.upserts})
        for key in oldest.delta.deletions:
            del held[key]
        base.outbox.acknowledged(oldest)
        count += 1
    return count


def test_after_one_complete_pass_only_changes_are_read(
    base: Base, scanner: Scanner, erp: MemoryErp, system: ErpSystem
) -> None:
    platform: dict[str, bytes] = {}
    assert Way.SKETCH == scanner.scan(erp, "products").way
    take(base, platform)
    system.change_product("ART003", name="Table")
    requests = system.requests

    assert Way.SINCE == scanner.scan(erp, "products").way

    assert 1 == take(base, platform)
    assert system.requests - requests <= 2
    assert {record.key: encode(record) for record in system.all("products")} == platform
    assert 0 == take(base, platform)


def test_deletions_holds_and_returns_end_alike_on_both_sides(
    base: Base, scanner: Scanner, erp: MemoryErp, system: ErpSystem
) -> None:
    platform: dict[str, bytes] = {}
    for stream in ("products", "stock", "prices"):
        scanner.scan(erp, stream)
    take(base, {})
    scanner.scan(erp, "products")
    system.delete_product("ART004")
    system.change_product("ART005", name="1753")
    system.make_unreadable("products", "ART005")
    scanner.scan(erp, "products")
    scanner.scan(erp, "products", complete=True)
    seen: list[str] = []
    while (oldest := base.outbox.oldest()) is not None:
        seen += [*oldest.delta.deletions, *(held.key for held in oldest.delta.held)]
        base.outbox.acknowledged(oldest)
    assert ["ART004", "ART005"] == sorted(seen)
    system.make_readable("products", "ART005")
    scanner.scan(erp, "products")
    assert 1 == take(base, platform)
    assert ["ART005"] == list(platform)
