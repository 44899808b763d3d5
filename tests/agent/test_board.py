"""Who is told when something goes wrong at the merchant's, and when it is well again."""

from raccord_agent.board import CLOCK, CONNECTOR, PLATFORM, Board, stream_subject
from raccord_connectors.contract import Message, Problem

AWAY = Problem("transient", Message("erp.away", "La gestion ne répond pas.", "The ERP does not answer."))
LOCKED = Problem("transient", Message("erp.locked", "La gestion est verrouillée.", "The ERP is locked."))


def test_each_change_in_the_erp_is_told_once() -> None:
    board, told = Board(), []
    board.when_changed(lambda: told.append(board.all()))
    products = stream_subject("products")
    for subject, problem in ((products, AWAY), (products, AWAY), (products, LOCKED), (CONNECTOR, AWAY)):
        board.put(subject, problem)
    assert [{products: AWAY}, {products: LOCKED}, {products: LOCKED, CONNECTOR: AWAY}] == told
    board.put(products, None)
    board.put(products, None)
    assert {CONNECTOR: AWAY} == told[-1]
    assert 4 == len(told)


def test_what_the_heartbeat_meets_itself_does_not_call_for_another_one() -> None:
    board, told = Board(), []
    board.when_changed(lambda: told.append("changed"))
    for subject in (PLATFORM, CLOCK, "heartbeat"):
        board.put(subject, AWAY)
        board.put(subject, None)
    assert [] == told


def test_the_end_of_a_problem_is_told_to_who_waits_for_that_subject() -> None:
    board, told = Board(), []
    board.when_well(PLATFORM, lambda: told.append("well"))
    board.put(PLATFORM, None)
    board.put(PLATFORM, AWAY)
    board.put(PLATFORM, None)
    board.put(PLATFORM, None)
    assert ["well"] == told
