"""What programs read by the public API, in whose name, and what they are refused."""

from datetime import UTC, datetime
from uuid import uuid4

import pytest

from raccord.public_api.models import READING, SCOPES
from support.programs import Program, fetched, new_key, program_of
from support.web import Site, site

__all__ = ["site"]
OF_KEY = "hash = sha256(convert_to($1, 'UTF8'))"


@pytest.fixture(scope="module")
def program(site: Site) -> Program:
    return program_of(site)


def test_a_key_opens_its_own_company_and_says_what_it_may(site: Site, program: Program) -> None:
    told = program.get("/company").json()
    assert (str(site.made.tenant), "Maison Duval", sorted(SCOPES)) == (
        told["id"],
        told["name"],
        told["scopes"],
    )


def test_everything_that_the_pages_show_can_be_read(site: Site) -> None:
    reader = program_of(site, READING)
    made = site.made
    held, paper = made.orders["held"], made.paper
    for path in (
        "/company", "/health", "/waiting", "/alerts", "/journal", "/journal/1", "/passes", "/connectors", "/connections",
        f"/connections/{made.shop}", "/agents", "/channels", f"/channels/{made.channel}", "/brakes",
        f"/channels/{made.channel}/rehearsal", f"/channels/{made.channel}/draft", f"/channels/{made.channel}/versions",
        f"/plans/{made.plan}", f"/plans/{made.plan}/lines",
        f"/channels/{made.channel}/articles", f"/channels/{made.channel}/article?key=CHAISE", "/reservations", "/images",
        "/orders", f"/orders/{held}", "/documents", f"/documents/{paper}",
        "/customers", "/search?q=CHAISE",
    ):  # fmt: skip
        answer = reader.get(path)
        assert 200 == answer.status_code, (path, answer.text)
        assert "no-store" == answer.headers["cache-control"], path


def test_an_article_tells_the_lineage_of_its_values(site: Site, program: Program) -> None:
    story = program.get(f"/channels/{site.made.channel}/article", key="CHAISE").json()
    names = {origin["target"] for part in story["lineage"] for origin in part["origins"]}
    assert {"name", "offer.price"} <= names
    assert "CHAISE" == story["article"]["key"]
    assert story["stock"][0]["why"]["en"]


def test_an_order_tells_its_story_with_amounts_as_texts(site: Site, program: Program) -> None:
    order = program.get(f"/orders/{site.made.orders['held']}").json()
    assert isinstance(order["order"]["gross"], str)
    assert "held" == order["state"]
    assert [] != order["story"]


def test_a_list_goes_on_where_its_page_ended(site: Site, program: Program) -> None:
    seen: list[int] = []
    after = None
    while True:
        page = program.get("/journal", **({"after": after} if after else {})).json()
        seen += [entry["id"] for entry in page["data"]]
        after = page["next"]
        if after is None:
            break
    every = fetched(site.settings, site.made.tenant, "SELECT id FROM journal ORDER BY id DESC")
    assert [row[0] for row in every] == seen


def test_a_secret_of_a_shop_is_in_no_answer(site: Site, program: Program) -> None:
    shop = program.get(f"/connections/{site.made.shop}").json()
    assert "url" in shop["settings"]
    assert "consumer_secret" not in shop["settings"]
    assert "secret" not in program.get("/connections").text


# ------------------------------------------------------------------------------------------------- refused


def test_without_a_key_nothing_is_open_and_the_sentence_says_how_to_get_one(site: Site) -> None:
    answer = Program(site.client, "", "fr").get("/orders")
    problem = answer.json()
    assert (401, "Bearer", "api.no_key") == (
        answer.status_code,
        answer.headers["www-authenticate"],
        problem["code"],
    )
    assert "application/problem+json" == answer.headers["content-type"]
    assert "clé d’API" in problem["detail"]


def test_a_key_that_is_unknown_expired_or_revoked_is_refused_alike(site: Site) -> None:
    expired = program_of(site)
    revoked = program_of(site)
    for one, change in (
        (expired, "expires_at = now() - interval '1 second'"),
        (revoked, "revoked_at = now()"),
    ):
        fetched(
            site.settings, site.made.tenant,
            f"UPDATE api_key SET {change} WHERE {OF_KEY} RETURNING id", one.key,
        )  # fmt: skip
    told = [one.get("/company").json() for one in (expired, revoked, Program(site.client, "rcd_" + "x" * 43))]
    assert ["api.bad_key"] * 3 == [one["code"] for one in told]


def test_a_scope_that_the_key_lacks_is_named(site: Site) -> None:
    answer = program_of(site, ["orders:read"]).get("/channels")
    assert (403, "api.no_scope") == (answer.status_code, answer.json()["code"])
    assert "channels:read" in answer.json()["detail"]


def test_another_merchants_things_do_not_exist(site: Site) -> None:
    made = site.made
    stranger = Program(site.client, new_key(site.settings, made.other, made.people["stranger"]))
    for path in (
        f"/orders/{made.orders['held']}", f"/channels/{made.channel}", f"/connections/{made.erp}", f"/plans/{made.plan}",
        f"/documents/{made.paper}", f"/channels/{made.channel}/articles", f"/channels/{made.channel}/draft",
        f"/channels/{made.channel}/article?key=CHAISE",
    ):  # fmt: skip
        assert 404 == stranger.get(path).status_code, path


def test_errors_speak_the_language_that_is_asked_for(site: Site) -> None:
    key = program_of(site).key
    asked = {"fr-FR,fr;q=0.9,en;q=0.8": "fr", "de, en;q=0.5, fr;q=0.1": "en", "": "fr", "*": "fr"}
    for language, expected in asked.items():
        answer = Program(site.client, key, language).get(f"/orders/{uuid4()}")
        assert (404, expected) == (answer.status_code, answer.headers["content-language"]), language


def test_a_wrong_parameter_is_named(program: Program) -> None:
    answer = program.get("/orders", since="yesterday")
    assert (400, "api.invalid", "since") == (
        answer.status_code,
        answer.json()["code"],
        answer.json()["field"],
    )
    assert "api.bad_cursor" == program.get("/journal", after="x").json()["code"]


def test_an_address_that_does_not_exist_is_told_as_a_problem(program: Program) -> None:
    answer = program.get("/nothing")
    assert (404, "api.not_found") == (answer.status_code, answer.json()["code"])


def test_each_answer_tells_how_much_may_still_be_asked_and_too_much_waits(site: Site) -> None:
    one, other = program_of(site), program_of(site)
    app = site.client.app
    app.state.api_requests_per_minute = 3
    try:
        while True:  # until all four fall into one minute
            begun = datetime.now(UTC).minute
            answers = [one.get("/company") for _ in range(4)]
            if begun == datetime.now(UTC).minute:
                break
        first = [answer.headers["ratelimit"].partition(";t=")[0] for answer in answers[:3]]
        assert ['"default";r=2', '"default";r=1', '"default";r=0'] == first
        assert '"default";q=3;w=60' == answers[0].headers["ratelimit-policy"]
        assert (429, "api.too_many_requests") == (answers[3].status_code, answers[3].json()["code"])
        assert 1 <= int(answers[3].headers["retry-after"]) <= 60
        assert 200 == other.get("/company").status_code
    finally:
        del app.state.api_requests_per_minute


def test_the_use_of_a_key_is_told(site: Site) -> None:
    used = program_of(site)
    used.get("/company")
    rows = fetched(
        site.settings, site.made.tenant,
        f"SELECT last_used_at IS NOT NULL FROM api_key WHERE {OF_KEY}", used.key,
    )  # fmt: skip
    assert [(True,)] == rows
