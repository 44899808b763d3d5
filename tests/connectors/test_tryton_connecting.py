"""Connecting to Tryton: what is missing is named right by right, sessions run out, servers stop."""

from datetime import UTC, date, datetime
from decimal import Decimal

import httpx
import msgspec
import pytest

from raccord_connectors.contract import Change, ConfigError, Message, Selection, TransientError
from raccord_connectors.erp.tryton import Tryton as Connector
from raccord_connectors.erp.tryton.encoding import Number, from_json, to_json
from support import tryton_fixtures as given
from support.tryton_merchant import Merchant
from support.tryton_orders import connect
from support.tryton_server import TRAINEE, TRAINEE_PASSWORD, Tryton

pytestmark = pytest.mark.counterpart
merchant, server = given.merchant, given.server


def refusal(connector: Connector) -> ConfigError:
    with pytest.raises(ConfigError) as caught:
        connector.check()
    return caught.value


def findings(connector: Connector) -> list[Message]:
    return list(refusal(connector).findings)


def test_the_agents_user_lacks_nothing(server: Tryton) -> None:
    connect(server).check()


def test_a_wrong_password_is_told_with_the_login(server: Tryton) -> None:
    error = refusal(connect(server, user="inconnu", password="faux"))
    assert "password" == error.field
    assert "inconnu" in error.message.fr


def test_a_database_that_is_not_there_is_named(server: Tryton) -> None:
    error = refusal(connect(server, database="absente"))
    assert ("database", "tryton.no_database") == (error.field, error.message.code)


@pytest.mark.parametrize(
    "answer",
    [httpx.Response(404, text="Not Found"), httpx.Response(200, json={"hello": "world"})],
    ids=["another server", "another API"],
)
def test_an_address_that_is_not_tryton_is_told(server: Tryton, answer: httpx.Response) -> None:
    connector = connect(server, httpx.MockTransport(lambda request: answer))
    assert "tryton.not_tryton" == refusal(connector).message.code


def test_each_missing_right_is_one_finding(server: Tryton) -> None:
    found = findings(connect(server, user=TRAINEE, password=TRAINEE_PASSWORD))
    french = [message.fr for message in found]
    assert any("« créer » sur « sale.sale »" in sentence for sentence in french)
    assert any("“create” on “sale.sale”" in message.en for message in found)
    assert any("« Administrateur des ventes »" in sentence for sentence in french), (
        "the button process has its group"
    )
    assert len(french) == len(set(french))


def test_a_user_without_a_company_is_told(server: Tryton, merchant: Merchant) -> None:
    trainee = merchant.one("res.user", ["login", "=", TRAINEE])["id"]
    administrator = server.administrator()
    administrator.write("res.user", trainee, company=None)
    try:
        found = findings(connect(server, user=TRAINEE, password=TRAINEE_PASSWORD))
        assert "tryton.no_company" in [message.code for message in found]
    finally:
        administrator.write("res.user", trainee, company=merchant.company)


def test_a_module_that_is_not_activated_is_named(server: Tryton) -> None:
    """As an installation without sales would answer."""

    def without_sale(request: httpx.Request) -> httpx.Response:
        with httpx.HTTPTransport() as real:
            answer = real.handle_request(request)
            body = answer.read().replace(b'"name":"sale"', b'"name":"other"')
        return httpx.Response(answer.status_code, content=body)

    found = findings(connect(server, httpx.MockTransport(without_sale)))
    assert [("tryton.no_module", True)] == [(one.code, "« sale »" in one.fr) for one in found]


def test_another_company_than_the_users_is_told(server: Tryton) -> None:
    (found,) = findings(connect(server, company="Autre société"))
    assert "« Maison Raccord », pas « Autre société »" in found.fr


def test_names_in_the_settings_that_tryton_does_not_have_are_told_with_what_it_has(server: Tryton) -> None:
    wrong = connect(
        server,
        warehouses=["Dépôt Lyon", "Dépôt Metz"],
        price_lists=["Grossistes"],
        shipping_article="LIVRAISON",
        article_fields=["categories"],
    )
    for message, expected in zip(
        findings(wrong),
        (
            ("Dépôt Metz", "Dépôt Lille (LILLE)"),
            ("Grossistes", "Boutique TTC"),
            ("categories",),
            ("LIVRAISON",),
        ),
        strict=True,
    ):
        assert all(word in message.fr and word in message.en for word in expected), message


def test_reading_without_the_right_is_a_matter_for_a_person(server: Tryton, merchant: Merchant) -> None:
    """Not an error of ours, and nothing that goes away by itself."""
    administrator = server.administrator()
    access = administrator.create(
        "ir.model.access",
        model="party.party",
        perm_read=False,
        perm_write=False,
        perm_create=False,
        perm_delete=False,
    )
    try:
        with pytest.raises(ConfigError) as caught:
            list(connect(server, user=TRAINEE, password=TRAINEE_PASSWORD).read("customers"))
        assert "tryton.not_allowed" == caught.value.message.code
    finally:
        administrator.delete("ir.model.access", access)


def test_a_session_that_ran_out_is_opened_again_without_a_word(server: Tryton) -> None:
    sessions = []

    def watch(request: httpx.Request) -> httpx.Response:
        sessions.append(request.headers.get("Authorization", ""))
        with httpx.HTTPTransport() as real:
            answer = real.handle_request(request)
            return httpx.Response(answer.status_code, content=answer.read())

    connector = connect(server, httpx.MockTransport(watch))
    connector.check()
    first = sessions[-1]
    logout = {"id": 1, "method": "common.db.logout", "params": []}
    httpx.post(f"{server.url}/{server.database}/rpc/", json=logout, headers={"Authorization": first})
    assert list(connector.read("categories"))
    assert sessions[-1] not in ("", first)


def test_a_stopped_server_is_transient_and_the_connector_goes_on_when_it_is_back(server: Tryton) -> None:
    connector = connect(server)
    known = {record.key for page in connector.read("categories") for record in page.records}
    server.stop()
    with pytest.raises(TransientError):
        connector.check()
    with pytest.raises(TransientError):
        list(connector.read("categories", Selection()))
    server.start()
    assert known == {record.key for page in connector.read("categories") for record in page.records}


def test_a_busy_tryton_is_transient(server: Tryton) -> None:
    """Its own words for "try again" and for an accident."""
    for error in (["ConcurrencyException", "Record modified"], ["database is locked", "Traceback …"]):
        answers = iter([{"result": [1, "s", None]}, {"error": error}])
        connector = connect(
            server,
            httpx.MockTransport(lambda request, answers=answers: httpx.Response(200, json=next(answers))),
        )
        with pytest.raises(TransientError) as caught:
            connector.discover()
        assert "Traceback" not in caught.value.message.fr + caught.value.detail


def test_a_user_who_must_give_more_than_a_password_is_told(server: Tryton) -> None:
    answer = {"error": ["LoginException", ["sms_code", "Code", "char"]]}
    with pytest.raises(ConfigError) as caught:
        connect(server, httpx.MockTransport(lambda request: httpx.Response(200, json=answer))).discover()
    assert "tryton.second_factor" == caught.value.message.code


def test_a_public_address_only_is_obeyed_when_it_is_asked_for(server: Tryton) -> None:
    with pytest.raises(ConfigError) as caught:
        connect(server, allow_private_address=False).check()
    assert "connection.forbidden_address" == caught.value.message.code


def test_discovery_names_what_the_merchant_chooses_from(server: Tryton) -> None:
    found = connect(server).discover()
    assert ("Maison Raccord", "EUR", "8.2") == (found.company, found.currency, found.version)
    assert [("Dépôt Lyon", "LYON"), ("Dépôt Lille", "LILLE")] == [
        (depot.title, depot.details["code"]) for depot in found.depots
    ]
    assert {"Revendeurs": "no", "Boutique TTC": "yes"} == {
        one.title: one.details["tax_included"] for one in found.price_categories
    }
    assert {"20", "10", "5.5", "0"} == {one.details["rate"] for one in found.tax_classes}
    assert "552100554" == found.identity.siren, "typed by itself, without a SIRET"
    assert ["Colissimo"] == [carrier.title for carrier in found.carriers]
    assert ("Couleur", "choice", ("Bleu", "Rouge", "Vert")) == (
        found.custom_fields[0].title, found.custom_fields[0].type, found.custom_fields[0].choices,
    )  # fmt: skip
    assert {"fr", "en"} == set(found.languages)


def test_a_stream_that_is_not_written_is_our_mistake(server: Tryton) -> None:
    with pytest.raises(KeyError):
        list(connect(server).write("products", [Change("delete", "1")]))


def test_the_special_values_of_tryton_survive_the_way_there_and_back() -> None:
    values = {
        "amount": Decimal("12.50"),
        "day": date(2026, 11, 24),
        "at": datetime(2026, 11, 24, 9, 5, 1, 250, UTC),
    }
    sent = msgspec.json.decode(to_json({"params": [values, Number(Decimal("2.5"))]}))
    assert {"__class__": "Decimal", "decimal": "12.50"} == sent["params"][0]["amount"]
    assert 2.5 == sent["params"][1], "a quantity is a plain number"
    assert values == from_json(sent["params"][0])
