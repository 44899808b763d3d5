"""The line to the platform: which addresses, which failures."""

import httpx
import pytest
import zstandard

from raccord_agent.line import Line, Refused, UpdateNeeded, checked_address
from raccord_connectors import wire
from raccord_connectors.contract import ConfigError, Message, TransientError


def line(handler: object, platform: str = "https://raccord.example") -> Line:
    return Line(platform, transport=httpx.MockTransport(handler))  # type: ignore[arg-type]


def ask(made: Line) -> wire.Ack:
    return made.call("POST", "/agent/commands/result", b"x", wire.Ack, token="secret-token")


@pytest.mark.parametrize(
    "url", ["http://127.0.0.1:8000", "http://localhost:1", "http://[::1]:80", "https://raccord.example/"]
)
def test_plain_http_is_for_this_machine_only(url: str) -> None:
    assert url.rstrip("/") == checked_address(url)


@pytest.mark.parametrize(
    ("url", "code"),
    [
        ("http://raccord.example", "agent.not_secure"),
        ("http://192.168.1.10", "agent.not_secure"),
        ("raccord.example", "agent.bad_address"),
        ("ftp://raccord.example", "agent.bad_address"),
        ("https://", "agent.bad_address"),
        ("https://raccord.example:port", "agent.bad_address"),
        ("https://me:motdepasse@raccord.example", "agent.bad_address"),
    ],
)
def test_a_wrong_address_is_refused_with_a_sentence(url: str, code: str) -> None:
    with pytest.raises(ConfigError) as caught:
        checked_address(url)
    assert code == caught.value.message.code
    assert "motdepasse" not in str(caught.value)


@pytest.mark.parametrize("status", [429, 500, 502, 503, 504])
def test_a_busy_platform_is_transient_and_says_when_to_come_back(status: int) -> None:
    made = line(lambda request: httpx.Response(status, headers={"Retry-After": "7"}))
    with pytest.raises(TransientError) as caught:
        ask(made)
    assert ("agent.platform_busy", 7.0) == (caught.value.message.code, caught.value.retry_after)


def test_a_refusal_carries_the_platforms_sentence_and_time() -> None:
    refusal = wire.Refusal(Message("x", "Non.", "No."), server_time=12)
    made = line(lambda request: httpx.Response(403, content=wire.pack(refusal)))
    with pytest.raises(Refused) as caught:
        ask(made)
    assert (403, refusal, None) == (caught.value.status, caught.value.refusal, caught.value.number)


def test_a_gap_carries_the_number_to_go_on_from() -> None:
    made = line(lambda request: httpx.Response(409, content=wire.pack(wire.DeltaAck(41))))
    with pytest.raises(Refused) as caught:
        ask(made)
    assert (409, 41) == (caught.value.status, caught.value.number)


def test_an_old_agent_is_told_to_be_updated() -> None:
    with pytest.raises(UpdateNeeded) as caught:
        ask(line(lambda request: httpx.Response(426)))
    assert "agent.update_needed" == caught.value.message.code


@pytest.mark.parametrize(
    "response",
    [
        httpx.Response(200, text="<html>Portail captif</html>"),
        httpx.Response(302, headers={"Location": "http://portal.example"}),
        httpx.Response(403, text="<html>Proxy</html>"),
        httpx.Response(200, content=b"\x81" * (wire.MAX_BODY + 1)),
    ],
)
def test_an_answer_that_is_not_the_platforms_is_transient_and_explained(response: httpx.Response) -> None:
    with pytest.raises(TransientError) as caught:
        ask(line(lambda request: response))
    assert "agent.not_the_platform" == caught.value.message.code


def test_a_broken_line_is_explained_without_any_secret() -> None:
    def broken(request: httpx.Request) -> httpx.Response:
        raise httpx.ProxyError("http://me:motdepasse@proxy:3128 refused")

    with pytest.raises(TransientError) as caught:
        ask(line(broken))
    assert "agent.platform_unreachable" == caught.value.message.code
    assert "motdepasse" not in str(caught.value) + caught.value.message.fr
    assert "secret-token" not in str(caught.value)


def test_large_bodies_travel_compressed_and_small_ones_as_they_are() -> None:
    seen: list[tuple[str | None, bytes]] = []

    def handler(request: httpx.Request) -> httpx.Response:
        seen.append((request.headers.get("Content-Encoding"), request.content))
        assert str(wire.PROTOCOL) == request.headers["Raccord-Protocol"]
        return httpx.Response(200, content=wire.pack(wire.Ack()))

    made = line(handler)
    made.call("POST", "/x", b"a" * 5_000, wire.Ack)
    made.call("POST", "/x", b"abc", wire.Ack)
    assert ["zstd", None] == [encoding for encoding, _ in seen]
    assert b"a" * 5_000 == zstandard.ZstdDecompressor().decompress(seen[0][1])
    assert len(seen[0][1]) < 100


def test_the_gap_between_the_clocks_is_known_after_any_answer() -> None:
    made = Line(
        "https://raccord.example",
        transport=httpx.MockTransport(
            lambda request: httpx.Response(
                200, content=wire.pack(wire.Ack()), headers={"Date": "Tue, 24 Nov 2026 08:00:00 GMT"}
            )
        ),
        now=lambda: 1_795_507_200.0 + 90,
    )
    ask(made)
    assert 90 == made.clock_gap
