"""Connecting a PrestaShop: what is missing is named right by right, and no answer of the shop can do harm."""

from collections.abc import Callable, Iterator

import httpx
import pytest

from raccord_connectors.contract import ConfigError, TransientError
from raccord_connectors.shop.prestashop import PrestaShop, PrestaShopSettings
from raccord_connectors.shop.prestashop.rights import RIGHTS
from sandbox.prestashop.schema import IMAGES, RESOURCES
from sandbox.prestashop.testing import DemoPrestaShop, prestashop
from support.prestashop_shop import an_article, connector, read


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[DemoPrestaShop]:
    with prestashop(tmp_path_factory.mktemp("prestashop")) as found:
        yield found


@pytest.fixture
def shop(served: DemoPrestaShop) -> DemoPrestaShop:
    served.reset()
    return served


def refusal(shop: DemoPrestaShop, **settings: object) -> ConfigError:
    with pytest.raises(ConfigError) as caught:
        connector(shop, **settings).check()
    return caught.value


def test_each_right_that_is_missing_is_named(shop: DemoPrestaShop) -> None:
    """All of them taken away, one by one: each alone is noticed, by the name that the back office has for it."""
    full = dict.fromkeys((*RESOURCES, IMAGES), ("GET", "POST", "PUT", "PATCH", "DELETE"))
    for right in RIGHTS:
        for verb in right.verbs:
            taken = {verb.upper(), *(["PATCH"] if verb == "put" else [])}
            left = tuple(one for one in full[right.resource] if one not in taken)
            shop.shop.grant(shop.shop.key, {**full, right.resource: left})
            if (right.resource, verb) == ("configurations", "get"):
                continue  # named as all others; without it nothing else can be looked at
            error = refusal(shop)
            (finding,) = error.findings
            assert right.resource in finding.en, (right.resource, verb)
            assert verb.upper() in finding.fr, (right.resource, verb)


def test_a_right_to_patch_does_instead_of_one_to_put(shop: DemoPrestaShop) -> None:
    full = dict.fromkeys((*RESOURCES, IMAGES), ("GET", "POST", "PATCH", "DELETE"))
    shop.shop.grant(shop.shop.key, full)
    connector(shop).check()


def test_a_key_of_another_length_is_refused(shop: DemoPrestaShop) -> None:
    assert ("prestashop.key_refused", "key") == _told(refusal(shop, key="SHORT"))


def test_a_switched_off_webservice_is_told(shop: DemoPrestaShop) -> None:
    shop.configure(PS_WEBSERVICE=0)
    assert "prestashop.switched_off" == refusal(shop).message.code


def test_a_host_that_removes_the_key_is_recognised_and_can_be_got_round(shop: DemoPrestaShop) -> None:
    shop.fault(kind="drop_authorization", count=-1)
    assert ("prestashop.key_lost", "key") == _told(refusal(shop))
    connector(shop, key_in_address=True).check()


def test_a_state_that_the_shop_does_not_have_is_named(shop: DemoPrestaShop) -> None:
    assert ("prestashop.state_unknown", "state_shipped") == _told(refusal(shop, state_shipped="77"))


def test_the_advanced_stock_is_told_before_it_refuses(shop: DemoPrestaShop) -> None:
    shop.configure(PS_ADVANCED_STOCK_MANAGEMENT=1)
    assert "prestashop.advanced_stock" == refusal(shop).message.code


def test_another_shop_of_a_multistore_is_refused(shop: DemoPrestaShop) -> None:
    assert ("prestashop.wrong_shop", "shop_id") == _told(refusal(shop, shop_id="7"))


def test_the_address_of_the_webservice_does_as_well(shop: DemoPrestaShop) -> None:
    connector(shop, url=f"{shop.url}/api/").check()


def test_what_the_shop_has_is_discovered(shop: DemoPrestaShop) -> None:
    shop.add("manufacturers", name="Atelier Nord", active=1)
    shop.buy({(an_article(shop, "VASE", "10"), 0): 1})
    found = connector(shop).discover()
    assert ("8.1.7", "EUR", False, ("fr", "en")) == (
        found.version, found.currency, found.prices_include_tax, found.languages
    )  # fmt: skip
    assert {"1": "20", "2": "10", "3": "5.5", "4": "2.1"} == {
        c.key: c.details["rate"] for c in found.tax_classes
    }
    assert [("carte_demo", "Carte bancaire")] == [(c.key, c.title) for c in found.payment_methods]
    assert ["Atelier Nord"] == [brand.title for brand in found.brands]
    assert 13 == len(found.order_statuses)


def _told(error: ConfigError) -> tuple[str, str | None]:
    return error.message.code, error.field


# --------------------------------------------------------------------------------------------- strange answers


def served_by(answer: Callable[[httpx.Request], httpx.Response]) -> PrestaShop:
    settings = PrestaShopSettings(url="https://shop.example", key="K" * 32)
    return PrestaShop(settings, transport=httpx.MockTransport(answer), sleep=lambda _: None)


@pytest.mark.parametrize(
    "body",
    [
        b'<?xml version="1.0"?><!DOCTYPE p [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;&a;">]><prestashop>&b;</prestashop>',
        b'<?xml version="1.0"?><!DOCTYPE p [<!ENTITY f SYSTEM "file:///etc/passwd">]><prestashop>&f;</prestashop>',
        b"<!doctype html><title>Maintenance</title>",
        b"",
    ],
)
def test_what_is_no_answer_of_the_webservice_is_not_understood(body: bytes) -> None:
    """A document type or an entity is refused before anything is made of it."""
    found = served_by(lambda _: httpx.Response(200, content=body))
    with pytest.raises(TransientError):
        list(found.read("availability"))
    with pytest.raises(ConfigError):
        found.check()


def test_a_write_that_is_sent_elsewhere_is_an_error() -> None:
    """Some servers make a GET of a redirected PUT: it would seem done."""
    found = served_by(lambda _: httpx.Response(301, headers={"Location": "https://www.shop.example/api/"}))
    with pytest.raises(ConfigError) as caught:
        found.client.create("tags", [{"id_lang": "1", "name": "x"}])
    assert "connection.moved" == caught.value.message.code


def test_the_key_is_in_no_message_when_it_travels_in_the_address() -> None:
    found = PrestaShop(
        PrestaShopSettings(url="https://shop.example", key="S" * 32, key_in_address=True),
        transport=httpx.MockTransport(lambda _: httpx.Response(503)),
        sleep=lambda _: None,
    )
    with pytest.raises(TransientError) as caught:
        found.check()
    assert "SSSS" not in f"{caught.value} {caught.value.detail} {caught.value.message}"


def test_an_order_that_a_module_left_half_written_is_held_by_name(shop: DemoPrestaShop) -> None:
    article = an_article(shop, "VASE", "10")
    good, bad = (shop.buy({(article, 0): 1}) for _ in range(2))
    shop.set("orders", bad, total_paid_tax_incl="abc")
    pages = list(connector(shop).read("orders"))
    assert [str(bad)] == [one.key for page in pages for one in page.rejected]
    assert [str(good)] == list(read(shop, "orders"))
