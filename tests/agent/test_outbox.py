"""The outbox: order, numbers, cutting."""

from raccord_agent.base import Base
from raccord_agent.cut import halves, set_aside
from raccord_connectors import wire
from raccord_connectors.contract import Message


def delta(*keys: str, deletions: tuple[str, ...] = ()) -> wire.Delta:
    return wire.Delta(
        1, "products", upserts=[wire.Upsert(key, bytes(16), b"{}") for key in keys], deletions=deletions
    )


def add(base: Base, *deltas: wire.Delta) -> None:
    with base.transaction() as connection:
        for one in deltas:
            base.outbox.add(connection, one)


def drained(base: Base) -> list[tuple[int, list[str]]]:
    """(number, keys) of all that waits, each acknowledged."""
    found = []
    while (oldest := base.outbox.oldest()) is not None:
        found.append((oldest.delta.number, [upsert.key for upsert in oldest.delta.upserts]))
        base.outbox.acknowledged(oldest)
    return found


def test_deltas_leave_in_the_order_in_which_they_came_with_numbers_that_grow_by_one(base: Base) -> None:
    add(base, delta("a"), delta("b"))
    assert [(1, ["a"]), (2, ["b"])] == drained(base)
    add(base, delta("c"))
    assert [(3, ["c"])] == drained(base)


def test_the_same_delta_keeps_its_number_until_it_is_acknowledged(base: Base) -> None:
    add(base, delta("a"))
    again = Base(base.path)
    assert base.outbox.oldest() == again.outbox.oldest()
    again.close()


def test_a_delta_belongs_to_the_transaction_of_its_entries(base: Base) -> None:
    try:
        with base.transaction() as connection:
            base.outbox.add(connection, delta("a"))
            raise KeyError
    except KeyError:
        pass
    assert base.outbox.oldest() is None


def test_following_the_platform_renumbers_all_that_waits(base: Base) -> None:
    add(base, delta("a"), delta("b"))
    base.outbox.follow(40)
    assert [(41, ["a"]), (42, ["b"])] == drained(base)


def test_a_delta_can_be_cut_down_to_its_records_without_losing_its_place(base: Base) -> None:
    keys = [f"k{n}" for n in range(wire.MAX_DELTA_RECORDS)]
    add(base, delta(*keys), delta("after"))
    numbers = []
    seen: list[str] = []
    while (oldest := base.outbox.oldest()) is not None:
        found = [upsert.key for upsert in oldest.delta.upserts]
        parts = halves(oldest.delta)
        if "k777" in found and parts is not None:
            base.outbox.cut(oldest, *parts)
            continue
        seen += found
        numbers.append(oldest.delta.number)
        base.outbox.acknowledged(oldest)
    assert [*keys, "after"] == seen
    assert list(range(1, len(numbers) + 1)) == numbers


def test_halves_together_say_what_the_whole_said() -> None:
    whole = delta("a", "b", "c", deletions=("x", "y"))
    first, second = halves(whole) or (None, None)
    assert first is not None
    assert second is not None
    assert ["a", "b"] == [u.key for u in first.upserts]
    assert (["c"], ["x", "y"]) == ([u.key for u in second.upserts], list(second.deletions))
    assert halves(delta("a")) is None


def test_a_single_record_that_is_refused_becomes_a_hold_with_the_reason_in_both_languages() -> None:
    instead = set_aside(delta("a"), Message("x", "trop long", "too long"))
    assert instead is not None
    assert [] == list(instead.upserts)
    (held,) = instead.held
    assert ("a", True, True) == (
        held.key,
        "trop long" in held.problem.message.fr,
        "too long" in held.problem.message.en,
    )
    assert set_aside(delta(deletions=("a",)), Message("x", "", "")) is None


def test_the_size_that_waits_is_known(base: Base) -> None:
    assert (0, 0) == base.outbox.waiting()
    add(base, delta("a"), delta("b"))
    waiting = base.outbox.waiting()
    assert (2, True) == (waiting.deltas, 0 < waiting.size < 400)
    assert (True, False) == (base.outbox.holds("products"), base.outbox.holds("stock"))
