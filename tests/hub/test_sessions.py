"""Sign-in through the pages: ids that nobody can plant, sessions that end when they are ended, no way to elsewhere."""

import re
from urllib.parse import unquote, urlsplit

import pytest

from support.web import EMAILS, Site, Visitor, site

__all__ = ["site"]
SESSION = "raccord_session"


def fresh(site: Site) -> Visitor:
    return Visitor(site.client)


def test_an_id_planted_by_a_stranger_is_never_taken_over(site: Site) -> None:
    victim = fresh(site)
    victim.cookies[SESSION] = "planted-by-a-stranger"
    victim.sign_in(EMAILS["owner"])
    assert "planted-by-a-stranger" != victim.cookies[SESSION]
    stranger = fresh(site)
    stranger.cookies[SESSION] = "planted-by-a-stranger"
    assert 302 == stranger.get(site.at("overview")).status_code


def test_the_id_changes_at_sign_in_and_the_old_one_is_dead(site: Site) -> None:
    person = fresh(site)
    person.sign_in(EMAILS["owner"])
    first = person.cookies[SESSION]
    person.sign_in(EMAILS["owner"])
    assert first != person.cookies[SESSION]
    assert 200 == person.get(site.at("overview")).status_code
    person.cookies[SESSION] = first
    assert 302 == person.get(site.at("overview")).status_code


def test_signing_out_ends_the_session_on_the_server(site: Site) -> None:
    person = fresh(site)
    person.sign_in(EMAILS["owner"])
    kept = person.cookies[SESSION]
    assert 303 == person.post("/sign-out").status_code
    person.cookies[SESSION] = kept
    assert 302 == person.get(site.at("overview")).status_code


def test_a_page_that_only_looks_writes_no_session(site: Site) -> None:
    """Else a page that asks for news in another window would bring a session back to life after its end."""
    person = fresh(site)
    person.sign_in(EMAILS["owner"])
    person.get(site.at("overview"))  # the first visit of the day is noted
    assert SESSION not in person.get(site.at("journal")).headers.get("set-cookie", "")


def test_strangers_leave_no_session_behind(site: Site) -> None:
    assert SESSION not in fresh(site).get("/sign-in").headers.get("set-cookie", "")


@pytest.mark.parametrize(
    "wanted",
    [
        "https://elsewhere.example/", "//elsewhere.example", "/\\elsewhere.example", "\\\\elsewhere.example",
        "/\t/elsewhere.example", "/\n/elsewhere.example", "javascript:alert(1)", "elsewhere.example", "",
    ],
)  # fmt: skip
def test_sign_in_leads_nowhere_but_to_our_own_pages(site: Site, wanted: str) -> None:
    for path in ("/sign-in", "/language"):
        answer = fresh(site).post(
            path, email=EMAILS["owner"], password="une phrase facile à retenir", language="fr", next=wanted
        )
        assert 303 == answer.status_code
        # A browser drops tabs and line ends before it reads an address.
        seen = re.sub(r"[\t\r\n]", "", answer.headers["location"]).replace("\\", "/")
        assert "" == urlsplit(seen).netloc
        assert "" == urlsplit(seen).scheme
        assert "%09//" not in seen


def test_sign_in_leads_back_to_the_page_that_was_wanted(site: Site) -> None:
    refused = fresh(site).get(site.at("journal"))
    assert 302 == refused.status_code
    place = urlsplit(refused.headers["location"])
    assert "/sign-in" == place.path
    assert site.at("journal") == unquote(place.query.removeprefix("next="))


def test_a_form_without_its_token_is_refused(site: Site) -> None:
    assert 403 == site.as_("owner").post_bare("/sign-out").status_code


def test_a_wrong_password_says_so_beside_the_form_with_422(site: Site) -> None:
    answer = fresh(site).post("/sign-in", email="nobody@example.org", password="non")
    assert 422 == answer.status_code
    assert 'role="alert"' in answer.text
