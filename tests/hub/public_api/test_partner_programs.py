"""Programs of partners: OAuth2 client credentials, for one merchant, as long as that merchant lets the partner in."""

import re
from typing import Any

import httpx
import pytest

from support.programs import Program, fetched
from support.web import Site, site, text_of

__all__ = ["site"]


@pytest.fixture(scope="module")
def client(site: Site) -> tuple[str, str]:
    """Id and secret, as the page shows them once."""
    page = site.as_("partner").post(
        "/partner/programs", partner=str(site.made.partner), name="Tableau d’Intégration", scopes=["orders:read", "company:read"]
    ).text  # fmt: skip
    found = re.search(r"client_id</dt><dd class=\"key\">([\w-]+)</dd>.*?(rcs_[\w-]{43})", page, re.DOTALL)
    assert found
    return found[1], found[2]


def sign_in(site: Site, client: tuple[str, str], **form: Any) -> httpx.Response:
    site.client.cookies.clear()
    told = {"grant_type": "client_credentials", "tenant": str(site.made.tenant), **form}
    return site.client.post("/api/v1/oauth/token", data=told, auth=client, headers={"Accept-Language": "en"})


def test_a_program_gets_a_token_for_one_merchant_and_no_more_than_it_may(
    site: Site, client: tuple[str, str]
) -> None:
    answer = sign_in(site, client, scope="orders:read orders:write")
    told = answer.json()
    assert (200, "Bearer", "orders:read", 3600) == (
        answer.status_code, told["token_type"], told["scope"], told["expires_in"],
    )  # fmt: skip
    program = Program(site.client, told["access_token"])
    assert 200 == program.get("/orders").status_code
    assert "api.no_scope" == program.get("/company").json()["code"]


def test_the_secret_may_stand_in_the_form_and_the_audit_log_tells_of_the_sign_in(
    site: Site, client: tuple[str, str]
) -> None:
    site.client.cookies.clear()
    form = {
        "grant_type": "client_credentials",
        "tenant": str(site.made.tenant),
        "client_id": client[0],
        "client_secret": client[1],
    }
    answer = site.client.post("/api/v1/oauth/token", data=form)
    assert 200 == answer.status_code, answer.text
    rows = fetched(
        site.settings, site.made.tenant,
        "SELECT account, details ->> 'program' FROM audit WHERE act = 'api_token.issued' ORDER BY id DESC LIMIT 1",
    )  # fmt: skip
    assert [(site.made.people["partner"], "Tableau d’Intégration")] == rows


def test_what_is_missing_or_wrong_is_told_as_the_standard_says(site: Site, client: tuple[str, str]) -> None:
    for answer, status, error in (
        (sign_in(site, (client[0], "wrong")), 401, "invalid_client"),
        (sign_in(site, ("x", "wrong")), 401, "invalid_client"),
        (sign_in(site, client, grant_type="password"), 400, "unsupported_grant_type"),
        (sign_in(site, client, tenant="x"), 400, "invalid_request"),
        (sign_in(site, client, tenant=str(site.made.other)), 400, "invalid_grant"),
        (sign_in(site, client, scope="unknown"), 400, "invalid_scope"),
    ):
        assert (status, error) == (answer.status_code, answer.json()["error"]), answer.text


def test_the_token_ends_with_the_merchants_grant(site: Site, client: tuple[str, str]) -> None:
    program = Program(site.client, sign_in(site, client).json()["access_token"])
    assert 200 == program.get("/company").status_code
    change = "UPDATE partner_grant SET ended_at = {} WHERE id = $1 RETURNING id"
    fetched(site.settings, site.made.tenant, change.format("now()"), site.made.grant)
    assert 401 == program.get("/company").status_code
    assert "invalid_grant" == sign_in(site, client).json()["error"]
    fetched(site.settings, site.made.tenant, change.format("NULL"), site.made.grant)
    assert 200 == program.get("/company").status_code


def test_guessing_ends_after_some_failures_even_for_the_right_secret(site: Site) -> None:
    owner = site.as_("partner")
    page = owner.post("/partner/programs", partner=str(site.made.partner), name="Autre", scopes=["push"]).text
    found = re.search(r"client_id</dt><dd class=\"key\">([\w-]+)</dd>.*?(rcs_[\w-]{43})", page, re.DOTALL)
    assert found
    assert {401} == {sign_in(site, (found[1], f"wrong {n}")).status_code for n in range(20)}
    answer = sign_in(site, (found[1], found[2]))
    assert (429, "api.too_many_sign_ins") == (answer.status_code, answer.json()["code"])


def test_a_revoked_program_is_refused_and_only_its_own_partner_may_revoke_it(
    site: Site, client: tuple[str, str]
) -> None:
    program = Program(site.client, sign_in(site, client).json()["access_token"])
    assert 404 == site.as_("stranger").post(f"/partner/programs/{client[0]}/revoke").status_code
    assert 404 == site.as_("stranger").post(
        "/partner/programs", partner=str(site.made.partner), name="x", scopes=["push"]
    ).status_code  # fmt: skip
    assert client[0] in site.as_("partner").get("/partner/programs").text
    assert 303 == site.as_("partner").post(f"/partner/programs/{client[0]}/revoke").status_code
    assert (401, 401) == (program.get("/company").status_code, sign_in(site, client).status_code)
    assert "Vous n’appartenez à aucune société partenaire" in text_of(
        site.as_("stranger").get("/partner/programs")
    )
