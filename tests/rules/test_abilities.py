"""What is said of connectors is what they declare: in the README, and on the page."""

from pathlib import Path

from raccord_connectors.contract import Side
from raccord_connectors.kit.abilities import abilities_of, every, markdown
from raccord_connectors.registry import CONNECTORS, connector_class

README = (Path(__file__).parents[2] / "connectors" / "README.md").read_text("utf-8")


def test_the_readme_shows_the_table_that_the_connectors_make() -> None:
    assert "\n".join(markdown()) in README, (
        "run `python -m raccord_connectors table` and put what it says into the README"
    )


def test_every_connector_says_what_it_was_run_against_and_what_that_was() -> None:
    for side in Side:
        for one in every(side):
            assert one.verified, one.spec.name
            for told in one.spec.verified_against:
                assert told.endswith(")"), (
                    f"{one.spec.name}: {told} does not say (real), (simulator) or (documentation …)"
                )


def test_every_connector_but_the_samples_is_shown() -> None:
    shown = {one.spec.name for side in Side for one in every(side)}
    assert {name for name in CONNECTORS if not name.startswith("memory_")} == shown


def test_what_a_stream_cannot_is_not_claimed() -> None:
    for name in CONNECTORS:
        connector = connector_class(name)
        for stream, ability in zip(connector.spec.streams, abilities_of(connector).streams, strict=True):
            assert set(ability.writes) == {can.value for can in stream.can} & {"create", "update", "delete"}
            assert bool(ability.reads) == any(can.value.startswith(("read", "sketch")) for can in stream.can)
