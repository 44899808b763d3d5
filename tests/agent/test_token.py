"""Tokens: renewed in time, wrong clocks explained."""

from collections.abc import Iterator

import pytest

from raccord_agent.line import Line, Refused
from raccord_agent.settings import load_identity, load_key
from raccord_agent.token import Tokens, clock_wrong
from raccord_agent.tunnel import Tunnel
from raccord_connectors import wire
from support.agent_world import World


class Clocks:
    """This machine's opinion of the time, and the time that passes."""

    def __init__(self) -> None:
        self.ahead = 0.0
        self.passed = 1_000.0

    def now(self) -> float:
        import time

        return time.time() + self.ahead


@pytest.fixture
def clocks() -> Clocks:
    return Clocks()


@pytest.fixture
def tunnel(world: World, clocks: Clocks) -> Iterator[Tunnel]:
    line = Line(world.plane.url, now=clocks.now)
    agent, key = load_identity(world.home).agent, load_key(world.home)
    yield Tunnel(line, Tokens(line, agent, key, now=clocks.now, passing=lambda: clocks.passed))
    line.close()


def test_one_token_serves_until_it_is_nearly_over(world: World, tunnel: Tunnel, clocks: Clocks) -> None:
    world.plane.token_seconds = 100
    first = tunnel.tokens.get()
    clocks.passed += 79
    assert first == tunnel.tokens.get()
    clocks.passed += 1
    assert first != tunnel.tokens.get()
    assert 2 == world.plane.tokens_given


def test_a_token_that_the_platform_forgot_is_replaced_within_the_call(world: World, tunnel: Tunnel) -> None:
    tunnel.configuration()
    world.plane.forget_tokens()
    assert world.plane.configuration.version == tunnel.configuration().version
    assert 2 == world.plane.tokens_given


@pytest.mark.parametrize("hours", [-3, 5])
def test_a_wrong_clock_is_explained_and_does_not_stop_the_work(
    world: World, tunnel: Tunnel, clocks: Clocks, hours: int
) -> None:
    clocks.ahead = hours * 3600
    assert world.plane.configuration.version == tunnel.configuration().version
    problem = tunnel.tokens.clock_problem
    assert problem is not None
    assert ("avance de" if hours > 0 else "retarde de") in problem.fr
    assert f"{abs(hours)} h {'ahead of' if hours > 0 else 'behind'}" in problem.en


def test_an_agent_that_was_revoked_is_refused_with_the_platforms_sentence(
    world: World, tunnel: Tunnel
) -> None:
    world.plane.agents.clear()
    with pytest.raises(Refused) as caught:
        tunnel.configuration()
    assert "agent.unknown" == caught.value.refusal.message.code


def test_another_key_is_not_this_agent(world: World) -> None:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

    line = Line(world.plane.url)
    with pytest.raises(Refused) as caught:
        Tokens(line, load_identity(world.home).agent, Ed25519PrivateKey.generate()).get()
    assert "agent.signature" == caught.value.refusal.message.code
    line.close()


def test_what_is_signed_is_what_the_wire_says() -> None:
    assert b"raccord-agent-token\na\n12\nn" == wire.token_statement("a", 12, "n")


def test_clocks_are_compared_in_words() -> None:
    assert "avance de 12 min" in clock_wrong(720).fr
    assert "12 min behind" in clock_wrong(-720).en
    assert "3 h ahead of" in clock_wrong(3 * 3600).en
