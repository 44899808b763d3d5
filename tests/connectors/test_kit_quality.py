"""The quality scale: levels are earned rule by rule, in order."""

import pytest
from msgspec.structs import replace

from raccord_connectors.__main__ import main
from raccord_connectors.contract import Can, ConnectorSpec, Limits
from raccord_connectors.kit.quality import RULES, Level, Subject, level_of, subject_of, unmet
from raccord_connectors.sample.memory_erp import MemoryErp
from raccord_connectors.sample.memory_shop import MemoryShop

README = """# Acme
## Limits
None known.
## Traps
None known.
## Evidence
- matching: 1,200 products of a shop in use, 2026-10-02
- media: pictures and invoices, 2026-10-03
- soak: 50,000 products in 12 minutes, 2026-10-04
- maintainer: Lucie Martin
"""
SHOP = replace(MemoryShop.spec, limits=Limits(requests_per_second=5), verified_against=("Acme 3.1 (real)",))


def without(spec: ConnectorSpec, stream: str, *capabilities: Can) -> ConnectorSpec:
    streams = [
        replace(known, can=known.can - set(capabilities)) if known.name == stream else known
        for known in spec.streams
    ]
    return replace(spec, streams=tuple(streams))


def test_everything_shown_is_gold() -> None:
    assert Level.GOLD is level_of(Subject(SHOP, README))


def test_nothing_written_is_no_level() -> None:
    assert Level.NONE is level_of(Subject(SHOP, ""))


@pytest.mark.parametrize(
    ("spec", "name"),
    [
        (replace(SHOP, limits=Limits()), "manners"),
        (without(SHOP, "orders", Can.READ_SINCE, Can.SKETCH), "changes"),
        (without(SHOP, "listings", Can.READ_SOME), "read back"),
        (without(SHOP, "listings", Can.UPDATE), "withdrawal"),
    ],
)
def test_a_silver_rule_that_is_not_met_leaves_bronze(spec: ConnectorSpec, name: str) -> None:
    subject = Subject(spec, README)
    assert [name] == [rule.name for rule in unmet(subject, Level.SILVER)]
    assert Level.BRONZE is level_of(subject)


@pytest.mark.parametrize(
    "line", ["- soak: 50,000 products in 12 minutes, 2026-10-04", "- maintainer: Lucie Martin"]
)
def test_gold_needs_its_evidence(line: str) -> None:
    what = line.partition(":")[0]
    assert Level.SILVER is level_of(Subject(SHOP, README.replace(line, f"{what}: ")))


def test_a_simulator_is_not_the_real_system() -> None:
    simulated = replace(SHOP, verified_against=("Acme 3.1 (simulator)",))
    assert ["real"] == [rule.name for rule in unmet(Subject(simulated, README), Level.GOLD)]


def test_every_rule_says_what_to_do() -> None:
    assert all(rule.asks for rule in RULES)
    assert len(RULES) == len({rule.name for rule in RULES})


def test_the_samples_have_their_readme() -> None:
    assert Level.SILVER is level_of(subject_of(MemoryErp))
    assert Level.BRONZE is level_of(subject_of(MemoryShop))


def test_the_list_shows_streams_capabilities_and_levels(capsys: pytest.CaptureFixture[str]) -> None:
    assert 0 == main(["list"])
    shown = capsys.readouterr().out
    assert "memory_erp" in shown
    assert "availability: read, read_since, read_some, sketch, update" in shown
    assert "simulator" in shown


def test_an_unknown_connector_is_answered_with_the_known_ones(capsys: pytest.CaptureFixture[str]) -> None:
    assert 2 == main(["check", "minitel"])
    assert "memory_shop" in capsys.readouterr().err
