"""The HTTP client of the kit: what it repeats, what it refuses, and what it never tells."""

import gzip
import logging
import socket
import traceback
from collections.abc import Callable
from decimal import Decimal
from email.utils import formatdate

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from raccord_connectors.contract import ConfigError, TransientError
from raccord_connectors.kit import addresses, http, pages
from raccord_connectors.kit.http import HttpClient, HttpFailure, decode_json

SECRET = "cs_0123456789abcdef"


class Server:
    """Answers in turn what it was given, and remembers what it was asked."""

    def __init__(self, *answers: httpx.Response | Exception) -> None:
        self.answers = list(answers)
        self.asked: list[httpx.Request] = []
        self.slept: list[float] = []

    def __call__(self, request: httpx.Request) -> httpx.Response:
        self.asked.append(request)
        answer = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        if isinstance(answer, Exception):
            raise answer
        return answer

    def client(self, url: str = "https://shop.example/api/") -> HttpClient:
        return HttpClient(
            url,
            auth=("ck_1", SECRET),
            transport=httpx.MockTransport(self),
            sleep=self.slept.append,
            now=lambda: 1_000_000.0,
        )


def ok(value: str = "{}") -> httpx.Response:
    return httpx.Response(200, text=value)


def test_a_reading_is_repeated_until_it_succeeds() -> None:
    server = Server(httpx.Response(503), httpx.ConnectError("refused"), ok('{"a": 1}'))
    client = server.client()
    assert {"a": 1} == client.json("GET", "things")
    assert 3 == client.requests == len(server.asked)
    assert 2 == len(server.slept)


def test_an_answer_can_be_judged_by_its_body_before_its_status_is() -> None:
    """Some systems tell a refused record as a fault of theirs: what is known is raised, and not asked again."""
    server = Server(httpx.Response(500, text="refused"), httpx.Response(503), ok())

    class Refusal(Exception):
        """Of a record."""

    client = HttpClient(
        "https://shop.example/",
        transport=httpx.MockTransport(server),
        sleep=server.slept.append,
        judge=lambda answer: Refusal(answer.text) if answer.text == "refused" else None,
    )
    with pytest.raises(Refusal):
        client.send("GET", "things")
    assert 1 == client.requests
    client.send("GET", "things")
    assert 3 == client.requests, "what it says nothing of goes by its status"


def test_a_writing_is_not_repeated_unless_it_says_that_it_may_be() -> None:
    server = Server(httpx.Response(503))
    with pytest.raises(TransientError):
        server.client().json("POST", "things", json={})
    assert 1 == len(server.asked)
    with pytest.raises(TransientError):
        server.client().json("POST", "things", json={}, repeat=True)
    assert 1 + http.ATTEMPTS == len(server.asked)


@pytest.mark.parametrize("value", ["7", formatdate(1_000_007, usegmt=True)])
def test_retry_after_is_obeyed_in_both_of_its_forms(value: str) -> None:
    server = Server(httpx.Response(429, headers={"Retry-After": value}), ok())
    server.client().json("GET", "things")
    assert [7.0] == server.slept


def test_a_long_retry_after_goes_to_the_caller_instead_of_blocking_a_worker() -> None:
    server = Server(httpx.Response(429, headers={"Retry-After": "600"}))
    with pytest.raises(TransientError) as caught:
        server.client().json("GET", "things")
    assert 600.0 == caught.value.retry_after
    assert 1 == len(server.asked)
    assert [] == server.slept


def test_a_retry_after_that_is_neither_number_nor_date_is_as_if_absent() -> None:
    server = Server(httpx.Response(503, headers={"Retry-After": "soon"}), ok())
    server.client().json("GET", "things")
    assert 1 == len(server.slept)


@pytest.mark.parametrize(
    "failure", [httpx.ConnectError("x"), httpx.ReadTimeout("x"), httpx.RemoteProtocolError("x")]
)
def test_broken_lines_are_transient(failure: Exception) -> None:
    with pytest.raises(TransientError) as caught:
        Server(failure).client().json("GET", f"things?consumer_secret={SECRET}")
    assert "GET things" in caught.value.detail


def test_no_error_tells_a_secret_nor_the_query_string() -> None:
    for answer in (
        httpx.Response(401),
        httpx.Response(500),
        httpx.Response(418),
        httpx.ReadTimeout(SECRET),
        ok("<p>"),
    ):
        with pytest.raises((ConfigError, TransientError)) as caught:
            Server(answer).client().json("GET", f"things?consumer_secret={SECRET}")
        error = caught.value
        assert SECRET not in f"{error} {error!r} {error.message} {error.detail}"
        if not isinstance(answer, httpx.ReadTimeout):
            assert SECRET not in "".join(traceback.format_exception(error))


def test_the_log_of_httpx_holds_no_query_string(caplog: pytest.LogCaptureFixture) -> None:
    # The logger itself: an agent or a server started by another test may have quietened it.
    with caplog.at_level(logging.DEBUG, logger="httpx"):
        Server(ok()).client().json("GET", "things", params={"oauth_consumer_key": "ck_1"})
    assert "https://shop.example/api/things" in caplog.text
    assert "ck_1" not in caplog.text


def redirect(to: str) -> httpx.Response:
    return httpx.Response(301, headers={"Location": to})


@pytest.mark.parametrize("to", ["/api/things/", "https://shop.example/api/things/"])
def test_a_redirect_within_the_site_is_followed(to: str) -> None:
    server = Server(redirect(to), ok("[1]"))
    assert [1] == server.client().json("GET", "things")
    assert "Authorization" in server.asked[1].headers


def test_the_step_up_to_https_is_followed() -> None:
    server = Server(redirect("https://shop.example/api/things"), ok("[1]"))
    assert [1] == server.client("http://shop.example/api/").json("GET", "things")


@pytest.mark.parametrize(
    "to",
    [
        "https://evil.example/api/things",
        "http://shop.example/api/things",
        "https://shop.example:8443/api/things",
        "http://169.254.169.254/latest/meta-data",
    ],
)
def test_a_redirect_elsewhere_is_refused_and_names_the_other_address(to: str) -> None:
    server = Server(redirect(to), ok())
    with pytest.raises(ConfigError) as caught:
        server.client().json("GET", "things")
    assert "connection.moved" == caught.value.message.code
    assert to.split("/")[2] in caught.value.message.en
    assert 1 == len(server.asked)


def test_a_redirected_writing_is_not_followed() -> None:
    server = Server(redirect("https://shop.example/api/other"))
    with pytest.raises(ConfigError):
        server.client().json("POST", "things", json={}, repeat=True)
    assert 1 == len(server.asked)


def test_a_circle_of_redirects_ends() -> None:
    server = Server(redirect("/api/things"))
    with pytest.raises(ConfigError):
        server.client().json("GET", "things")
    assert 1 + http.MAX_REDIRECTS == len(server.asked)


def test_html_instead_of_json_is_transient_and_says_so() -> None:
    page = '<!doctype html><html><script>\n{"a": 1}\n</script></html>'
    with pytest.raises(TransientError) as caught:
        Server(ok(page)).client().json("GET", "things")
    assert "connection.not_an_api" == caught.value.message.code


@pytest.mark.parametrize(
    "notice",
    [
        '<br />\n<b>Notice</b>:  Undefined index: x["y"] in <b>/srv/a.php</b> on line <b>12</b><br />\n',
        "PHP Warning:  foo{bar} in /srv/a.php on line 12\n",
        "\n\n",
        "\ufeff",
    ],
)
def test_php_notices_before_the_json_are_skipped(notice: str) -> None:
    assert {"a": [1]} == Server(ok(notice + '{"a": [1]}')).client().json("GET", "things")


def test_decimals_stay_exact_both_ways() -> None:
    assert {"price": Decimal("19.90")} == decode_json(b'{"price": 19.90}')
    server = Server(ok())
    server.client().json("POST", "things", json={"price": Decimal("19.90")})
    assert b'{"price":"19.90"}' == server.asked[0].content


def test_a_compressed_answer_is_read() -> None:
    packed = httpx.Response(200, content=gzip.compress(b'{"a": 1}'), headers={"Content-Encoding": "gzip"})
    assert {"a": 1} == Server(packed).client().json("GET", "things")


def test_an_endless_answer_is_cut(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(http, "LARGEST_ANSWER", 1000)
    bomb = httpx.Response(200, content=gzip.compress(b" " * 1_000_000), headers={"Content-Encoding": "gzip"})
    with pytest.raises(TransientError) as caught:
        Server(bomb).client().json("POST", "things")
    assert "connection.endless" == caught.value.message.code


@pytest.mark.parametrize(
    ("status", "body", "code"),
    [
        (401, '{"code": "no"}', "connection.refused"),
        (403, '{"code": "no"}', "connection.refused"),
        (403, "<html>WAF</html>", "connection.blocked"),
        (404, "<html>", "connection.unknown_address"),
        (404, '{"code": "rest_no_route"}', "connection.unexpected"),
        (413, "", "connection.unexpected"),
    ],
)
def test_refusals_are_told_apart(status: int, body: str, code: str) -> None:
    with pytest.raises(HttpFailure) as caught:
        Server(httpx.Response(status, text=body)).client().json("GET", "things")
    assert code == caught.value.message.code
    assert status == caught.value.status


@pytest.mark.parametrize(
    "url",
    [
        "",
        "shop.example",
        "ftp://shop.example",
        "https://user:pw@shop.example/",
        "https://",
        "http://[::1",
        "https://a b/",
    ],
)
def test_an_unusable_address_is_named(url: str) -> None:
    with pytest.raises(ConfigError) as caught:
        HttpClient(url)
    assert "url" == caught.value.field
    assert "pw" not in str(caught.value)


# ------------------------------------------------------------------------------------------------- the guard

PRIVATE = [
    "127.0.0.1", "10.1.2.3", "172.16.0.1", "192.168.1.1", "169.254.169.254", "100.64.0.1", "0.0.0.0", "224.0.0.1",
    "255.255.255.255", "192.88.99.1", "::1", "::", "fe80::1", "fe80::1%eth0", "fc00::1", "fec0::1", "ff02::1",
    "::ffff:127.0.0.1", "::ffff:10.0.0.1", "64:ff9b::7f00:1", "64:ff9b:1::1", "2002:7f00:1::", "2002:a00:1::", "::7f00:1",
    "2001:0:0:0:0:0:80ff:fffe",
]  # fmt: skip
PUBLIC = [
    "93.184.216.34",
    "2606:2800:220:1::1",
    "::ffff:93.184.216.34",
    "64:ff9b::5db8:d822",
    "2002:5db8:d822::",
]


@pytest.mark.parametrize("address", PRIVATE)
def test_private_addresses_are_refused_in_every_form(address: str) -> None:
    assert not addresses.is_public(address)


@pytest.mark.parametrize("address", PUBLIC)
def test_public_addresses_are_accepted_in_every_form(address: str) -> None:
    assert addresses.is_public(address)


def names(monkeypatch: pytest.MonkeyPatch, *answers: list[str]) -> list[str]:
    """Makes name resolution give these answers in turn; returns the names asked."""
    asked: list[str] = []
    left = list(answers)

    def resolve(host: str, port: int, **_: object) -> list[tuple[object, ...]]:
        asked.append(host)
        found = left.pop(0) if len(left) > 1 else left[0]
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, port)) for address in found]

    monkeypatch.setattr(socket, "getaddrinfo", resolve)
    return asked


def connections(
    monkeypatch: pytest.MonkeyPatch, answer: Callable[[httpx.Request], httpx.Response]
) -> list[httpx.Request]:
    """Replaces the socket layer under the guard; returns the requests that would have been sent."""
    sent: list[httpx.Request] = []

    def handle(_: httpx.HTTPTransport, request: httpx.Request) -> httpx.Response:
        sent.append(request)
        return answer(request)

    monkeypatch.setattr(httpx.HTTPTransport, "handle_request", handle)
    return sent


@pytest.mark.parametrize("found", [["10.0.0.5"], ["93.184.216.34", "::ffff:127.0.0.1"]])
def test_a_name_with_any_private_address_is_refused(
    monkeypatch: pytest.MonkeyPatch, found: list[str]
) -> None:
    names(monkeypatch, found)
    sent = connections(monkeypatch, lambda _: ok())
    with pytest.raises(ConfigError) as caught:
        HttpClient("https://shop.example/").json("GET", "things")
    assert "connection.forbidden_address" == caught.value.message.code
    assert [] == sent


@pytest.mark.parametrize(
    "host", ["127.0.0.1", "[::1]", "[::ffff:7f00:1]", "2130706433", "0x7f.1", "localhost"]
)
def test_private_hosts_are_refused_as_the_system_itself_resolves_them(host: str) -> None:
    with pytest.raises(ConfigError) as caught:
        HttpClient(f"http://{host}:9/").json("GET", "things")
    assert "connection.forbidden_address" == caught.value.message.code


def test_the_connection_goes_to_the_address_that_was_checked(monkeypatch: pytest.MonkeyPatch) -> None:
    """DNS rebinding: the second answer of the name server would be private, but nobody asks a second time."""
    asked = names(monkeypatch, ["93.184.216.34"], ["127.0.0.1"])
    sent = connections(monkeypatch, lambda _: ok("[1]"))
    assert [1] == HttpClient("https://shop.example/").json("GET", "things")
    assert ["shop.example"] == asked
    assert "93.184.216.34" == sent[0].url.host
    assert "shop.example" == sent[0].headers["Host"]
    assert "shop.example" == sent[0].extensions["sni_hostname"]


def test_a_relative_redirect_stays_on_the_name_and_is_checked_again(monkeypatch: pytest.MonkeyPatch) -> None:
    names(monkeypatch, ["93.184.216.34"], ["10.0.0.1"])
    connections(monkeypatch, lambda _: redirect("/elsewhere"))
    with pytest.raises(ConfigError) as caught:
        HttpClient("https://shop.example/").json("GET", "things")
    assert "connection.forbidden_address" == caught.value.message.code


def test_another_address_of_the_name_is_tried_when_the_first_does_not_connect(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    names(monkeypatch, ["2606:2800:220:1::1", "93.184.216.34"])

    def answer(request: httpx.Request) -> httpx.Response:
        if ":" in request.url.host:
            raise httpx.ConnectError("no route")
        return ok("[1]")

    connections(monkeypatch, answer)
    assert [1] == HttpClient("https://shop.example/").json("POST", "things", json={"a": 1})


def test_a_name_that_does_not_exist_is_transient(monkeypatch: pytest.MonkeyPatch) -> None:
    def resolve(*_: object, **__: object) -> None:
        raise socket.gaierror(-2, "Name or service not known")

    monkeypatch.setattr(socket, "getaddrinfo", resolve)
    with pytest.raises(TransientError):
        HttpClient("https://shop.example/", sleep=lambda _: None).json("GET", "things")


# ------------------------------------------------------------------------------------------------- paging


@given(
    st.sets(st.integers(1, 60)),
    st.integers(2, 7),
    st.lists(st.sets(st.integers(1, 60), max_size=8), max_size=30),
)
def test_walking_a_list_that_loses_rows_misses_none_that_stayed(
    rows: set[int], size: int, vanishing: list[set[int]]
) -> None:
    now = set(rows)

    def fetch(offset: int, limit: int) -> list[int]:
        found = sorted(now)[offset : offset + limit]
        if vanishing:
            now.difference_update(vanishing.pop())
        return found

    read = [row for page, _ in pages.walk(fetch, lambda row: row, size=size) for row in page]
    assert sorted(set(read)) == read
    assert now <= set(read) <= rows


@given(st.sets(st.integers(1, 200)), st.integers(2, 50))
def test_walking_a_still_list_costs_about_one_call_a_page(rows: set[int], size: int) -> None:
    calls: list[int] = []

    def fetch(offset: int, limit: int) -> list[int]:
        calls.append(offset)
        return sorted(rows)[offset : offset + limit]

    assert sorted(rows) == [row for page, _ in pages.walk(fetch, lambda row: row, size=size) for row in page]
    assert len(calls) <= len(rows) // (size - 1) + 1


@given(
    st.sets(st.integers(1, 60), min_size=1), st.integers(2, 7), st.integers(0, 8), st.sets(st.integers(1, 60))
)
def test_a_walk_is_resumed_where_it_stopped(rows: set[int], size: int, stop: int, vanished: set[int]) -> None:
    now = set(rows)

    def fetch(offset: int, limit: int) -> list[int]:
        return sorted(now)[offset : offset + limit]

    read: list[int] = []
    offset, last = 0, None
    for _, (page, following) in zip(range(stop), pages.walk(fetch, lambda row: row, size=size), strict=False):
        read, offset, last = [*read, *page], following, page[-1]
    now -= vanished
    for page, _ in pages.walk(fetch, lambda row: row, size=size, offset=offset, last=last):
        read += page
    assert sorted(set(read)) == read
    assert now <= set(read) <= rows
