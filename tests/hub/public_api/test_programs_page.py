"""The page of a company's programs, and the reference."""

import re

from support.programs import Program, fetched
from support.receiver import receiving
from support.web import Site, Visitor, site, text_of

__all__ = ["site"]


def made_key(page: str) -> str:
    found = re.search(r"rcd_[\w-]{43}", page)
    assert found
    return found[0]


def test_a_key_is_shown_once_works_and_ends_when_it_is_revoked(site: Site) -> None:
    owner = site.as_("owner")
    answer = owner.post(site.at("api/keys"), name="Entrepôt", scopes=["orders:read", "company:read"])
    program = Program(site.client, made_key(answer.text))
    assert ["company:read", "orders:read"] == program.get("/company").json()["scopes"]
    page = owner.get(site.at("api")).text
    assert "Entrepôt" in page
    assert program.key not in page
    [(key,)] = fetched(site.settings, site.made.tenant, "SELECT id FROM api_key WHERE name = 'Entrepôt'")
    done = owner.post(site.at(f"api/keys/{key}/revoke"))
    assert "key_revoked" in done.headers["location"]
    assert 401 == program.get("/company").status_code
    told = [
        row[0]
        for row in fetched(
            site.settings, site.made.tenant, "SELECT act FROM audit WHERE object = 'Entrepôt' ORDER BY id"
        )
    ]
    assert ["api_key.created", "api_key.revoked"] == told


def test_what_is_missing_is_said_beside_its_field(site: Site) -> None:
    owner = site.as_("owner")
    nameless = owner.post(site.at("api/keys"), name=" ", scopes=["push"])
    assert (422, True) == (nameless.status_code, "Donnez un nom à la clé" in text_of(nameless))
    assert "Choisissez au moins un droit" in text_of(
        owner.post(site.at("api/keys"), name="x", scopes=["unknown"])
    )
    assert "une date à venir" in text_of(
        owner.post(site.at("api/keys"), name="x", scopes=["push"], until="2020-01-01")
    )


def test_keys_are_for_managers_and_owners(site: Site) -> None:
    assert [403, 403, 200] == [
        site.as_(who).get(site.at("api")).status_code for who in ("reader", "seller", "owner")
    ]


def test_a_webhook_is_added_tested_switched_off_and_deleted(site: Site) -> None:
    owner = site.as_("owner")
    with receiving() as receiver:
        added = owner.post(
            site.at("api/webhooks/new"), name="Entrepôt", url=receiver.url, events=["order.held"], do="save"
        )
        assert "whsec_" in added.text
        [(endpoint,)] = fetched(site.settings, site.made.tenant, "SELECT id FROM endpoint")
        here = site.at(f"api/webhooks/{endpoint}")
        receiver.answers = [(500, {})]
        assert "Le test n’a pas été accepté" in text_of(owner.post(here, do="test"))
        assert "Le test a été accepté" in text_of(owner.post(here, do="test"))
        assert "answer 500" in owner.get(here).text
        assert (
            303
            == owner.post(here, do="save", name="Stock", url=receiver.url, events=["record.held"]).status_code
        )
        assert 303 == owner.post(here, do="off").status_code
        assert [("Stock", "off")] == fetched(
            site.settings, site.made.tenant, "SELECT name, state FROM endpoint"
        )
        assert "whsec_" in owner.post(here, do="secret").text
        owner.post(here, do="delete")
        assert 404 == owner.get(here).status_code


def test_the_reference_is_for_everybody_whole_and_in_both_languages(site: Site) -> None:
    french, english = (Visitor(site.client, language).get("/api") for language in ("fr", "en"))
    assert "Référence de l’API" in text_of(french)
    assert "Reference of the API" in text_of(english)
    for path in ("/api/v1/orders/{order}", "/api/v1/push/{connection}/{stream}/batches", "/api/v1/webhooks"):
        assert path in english.text
    assert "script-src 'self'" in english.headers["content-security-policy"]
    assert set() == set(re.findall(r'(?:src|href)="(https?:[^"]+)"', english.text))
