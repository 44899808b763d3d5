"""Comparing two sorted sequences."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from raccord_agent import sketch
from raccord_agent.merge import Unsorted, differences
from raccord_agent.spool import Spool

KEYS = st.text(min_size=1, max_size=6)
DIGESTS = st.sampled_from([b"a", b"b", b"c"])


@given(st.dictionaries(KEYS, st.none() | DIGESTS), st.dictionaries(KEYS, DIGESTS))
def test_what_differs_is_found_and_nothing_else(
    known: dict[str, bytes | None], seen: dict[str, bytes]
) -> None:
    expected: dict[str, bytes | None] = {key: d for key, d in seen.items() if known.get(key, b"") != d}
    expected |= dict.fromkeys(known.keys() - seen.keys())

    found = list(differences(sorted(known.items(), key=lambda e: e[0]), sorted(seen.items())))

    assert expected == dict(found)
    assert sorted(expected) == [key for key, _ in found]


@given(st.lists(st.tuples(KEYS, DIGESTS), min_size=2, max_size=8))
def test_a_sequence_that_is_not_strictly_ascending_is_refused(seen: list[tuple[str, bytes]]) -> None:
    keys = [key for key, _ in seen]
    if keys == sorted(set(keys)):
        assert len(seen) == len(list(differences([], seen)))
    else:
        with pytest.raises(Unsorted):
            list(differences([], seen))


def test_applying_the_differences_turns_the_known_into_the_seen() -> None:
    known: dict[str, bytes | None] = {"a": b"1", "b": b"1", "d": None}
    seen = {"a": b"1", "b": b"2", "c": b"1"}
    for key, digest in differences(sorted(known.items()), sorted(seen.items())):
        if digest is None:
            del known[key]
        else:
            known[key] = digest
    assert seen == known


def test_keys_in_another_order_are_sorted_in_memory_or_on_the_disk(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    rows = [(f"k{(n * 7919) % 1_000:04}", bytes([n % 256])) for n in range(1_000)]
    pages = [rows[start : start + 70] for start in range(0, 1_000, 70)]
    for most in (10_000, 150):
        monkeypatch.setattr(sketch, "SORT_ROWS", most)
        with Spool(tmp_path / "spool") as spool:
            assert sorted(rows) == list(sketch.in_key_order(pages, spool))
