"""Connecting a WooCommerce shop: how calls prove themselves, what the test of the connection finds, webhooks, wc-auth."""

import http.server
import threading
from collections.abc import Iterator
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import httpx
import msgspec
import pytest

from raccord_connectors.contract import ConfigError, TransientError
from raccord_connectors.registry import build
from raccord_connectors.shop.woocommerce import WooCommerce, WooCommerceSettings, auth, webhooks
from raccord_connectors.shop.woocommerce.signing import Signature
from sandbox.shop.checkout import Purchase, Wish
from sandbox.shop.testing import CUSTOMER, DemoShop, Line, demo_shop


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[DemoShop]:
    with demo_shop(tmp_path_factory.mktemp("shop")) as shop:
        yield shop


@pytest.fixture
def shop(served: DemoShop) -> DemoShop:
    served.reset()
    return served


def connector(shop: DemoShop, transport: httpx.BaseTransport | None = None, **settings: Any) -> WooCommerce:
    converted = msgspec.convert(shop.settings(**settings), WooCommerceSettings)
    return WooCommerce(converted, transport=transport or shop.transport(), sleep=lambda _: None)


class Proxy(Line):
    """TLS ends here: the shop behind is told by a header, or is not."""

    def __init__(self, shop: DemoShop, tells: bool = True) -> None:
        super().__init__(shop)
        self.tells = tells
        self.basic: list[bool] = []

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        self.basic.append("Authorization" in request.headers)
        behind = httpx.URL(self._shop.url)
        url = request.url.copy_with(scheme="http", host=behind.host, port=behind.port)
        headers = {**request.headers, **({"X-Forwarded-Proto": "https"} if self.tells else {})}
        return super().handle_request(
            httpx.Request(request.method, url, headers=headers, stream=request.stream)
        )


# ------------------------------------------------------------------------------------------------ signatures


def test_plain_http_is_signed_and_the_secret_never_travels(shop: DemoShop) -> None:
    sent: list[httpx.Request] = []

    class Seen(Line):
        def handle_request(self, request: httpx.Request) -> httpx.Response:
            sent.append(request)
            return super().handle_request(request)

    connector(shop, Seen(shop)).check()
    secret = shop.shop.key.consumer_secret
    assert all(secret not in f"{request.url}{request.headers}" for request in sent)
    assert all("oauth_signature" in request.url.params for request in sent)
    nonces = [request.url.params["oauth_nonce"] for request in sent]
    assert len(nonces) == len(set(nonces))


@pytest.mark.parametrize(
    "query",
    ["sku=a%2Cb", "search=l%27%C3%A9t%C3%A9%20%26%20co", "sku=A%20B", "search=100%25", "_fields=id,sku"],
)
def test_the_signature_holds_for_awkward_parameters(shop: DemoShop, query: str) -> None:
    rows = connector(shop).client.get("products", **dict(parse_qsl(query)))
    assert [] == rows


def test_https_uses_basic_and_asks_once(shop: DemoShop) -> None:
    proxy = Proxy(shop)
    connector(shop, proxy, url=shop.url.replace("http://", "https://")).check()
    assert all(proxy.basic)


@pytest.mark.parametrize(
    ("tells", "attempts"), [(True, 2), (False, 3)], ids=["swallowed header", "proxy is silent"]
)
def test_a_refused_basic_is_tried_again_signed_and_signing_is_kept(
    shop: DemoShop, tells: bool, attempts: int
) -> None:
    shop.fault(kind="drop_authorization", count=-1)
    proxy = Proxy(shop, tells)
    opened = connector(shop, proxy, url=shop.url.replace("http://", "https://"))
    assert [] == opened.client.get("products")
    assert [True, *[False] * (attempts - 1)] == proxy.basic
    assert {} == opened.client.post("products/batch", {})
    assert attempts + 1 == len(proxy.basic)


def test_a_signature_is_made_anew_for_each_attempt(shop: DemoShop) -> None:
    """A repeated nonce is refused by the shop."""
    shop.fault(kind="status", status=503, count=2)
    assert [] == connector(shop).client.get("products")


def test_signing_replaces_an_earlier_signature() -> None:
    request = httpx.Request("GET", "http://shop.example/wp-json?a=1&oauth_nonce=old&oauth_signature=old")
    (signed,) = list(Signature("ck", "cs", lambda: 1.0).auth_flow(request))
    names = [name for name, _ in signed.url.params.multi_items()]
    assert len(names) == len(set(names))
    assert "old" not in signed.url.params.values()


# -------------------------------------------------------------------------------------------- check, discover


def findings(shop: DemoShop, **settings: Any) -> list[str]:
    with pytest.raises(ConfigError) as caught:
        connector(shop, **settings).check()
    return [finding.code for finding in caught.value.findings] or [caught.value.message.code]


def test_a_good_connection_passes_through_the_registry_too(shop: DemoShop) -> None:
    connector(shop).check()
    opened = build("woocommerce", shop.settings())
    opened.check()
    opened.close()


def test_an_address_on_our_own_network_is_refused_unless_it_is_allowed(shop: DemoShop) -> None:
    opened = build("woocommerce", shop.settings(allow_private_address=False))
    with pytest.raises(ConfigError) as caught:
        opened.check()
    assert "connection.forbidden_address" == caught.value.message.code


def test_a_wrong_key_is_named(shop: DemoShop) -> None:
    assert ["woocommerce.key_refused"] == findings(shop, consumer_key="ck_unknown")
    with pytest.raises(ConfigError) as refused:
        list(connector(shop, consumer_key="ck_unknown").read("orders"))
    assert ("woocommerce.key_refused", "consumer_key") == (refused.value.message.code, refused.value.field)
    assert ["woocommerce.key_refused"] == findings(shop, consumer_secret="cs_wrong")


def test_a_clock_that_is_wrong_is_named(shop: DemoShop) -> None:
    settings = msgspec.convert(shop.settings(), WooCommerceSettings)
    opened = WooCommerce(settings, transport=shop.transport(), now=lambda: 1_000_000.0)
    with pytest.raises(ConfigError) as caught:
        opened.check()
    assert "woocommerce.clock" == caught.value.message.code


def test_a_key_that_may_not_write_is_named_and_nothing_was_written(shop: DemoShop) -> None:
    with shop.shop.database.write() as db:
        db.execute("UPDATE api_keys SET permissions = 'read'")
    try:
        assert ["woocommerce.may_not_write"] == findings(shop)
    finally:
        with shop.shop.database.write() as db:
            db.execute("UPDATE api_keys SET permissions = 'read_write'")
    assert 0 == shop.log()["writes"]


def test_a_key_that_may_only_write_is_named(shop: DemoShop) -> None:
    with shop.shop.database.write() as db:
        db.execute("UPDATE api_keys SET permissions = 'write'")
    try:
        assert ["woocommerce.may_not_read"] == findings(shop)
    finally:
        with shop.shop.database.write() as db:
            db.execute("UPDATE api_keys SET permissions = 'read_write'")


def test_stock_management_that_is_off_is_named(shop: DemoShop) -> None:
    shop.option(manage_stock="no")
    assert ["woocommerce.stock_off"] == findings(shop)


def test_plain_permalinks_are_named(shop: DemoShop) -> None:
    shop.option(permalinks="plain")
    assert ["woocommerce.plain_permalinks"] == findings(shop)


def test_an_address_without_a_shop_is_named(shop: DemoShop) -> None:
    assert ["woocommerce.no_rest"] == findings(shop, url=f"{shop.url}/ailleurs")


def test_a_firewall_is_named_as_such(shop: DemoShop) -> None:
    shop.fault(kind="status", status=403, count=-1)
    assert ["connection.blocked"] == findings(shop)


def test_a_shop_that_is_down_is_transient(shop: DemoShop) -> None:
    shop.down = True
    with pytest.raises(TransientError):
        connector(shop).check()


def test_discovery_tells_taxes_carriers_payments_and_statuses(shop: DemoShop) -> None:
    shop.post("products", {"name": "Vase", "meta_data": [{"key": "collection", "value": "2026"}]})
    found = connector(shop).discover()
    assert ("Maison Aubépine", "EUR", True, ("fr",)) == (
        found.company,
        found.currency,
        found.prices_include_tax,
        found.languages,
    )
    assert {
        "standard": "20",
        "taux-intermediaire": "10",
        "taux-reduit": "5.5",
        "taux-particulier": "2.1",
    } == {choice.key: choice.details["rate"] for choice in found.tax_classes}
    assert ["flat_rate:1", "local_pickup:2"] == [choice.key for choice in found.carriers]
    assert ["carte_demo", "bacs"] == [choice.key for choice in found.payment_methods]
    assert "on-hold" in {choice.key for choice in found.order_statuses}
    assert [("listings", "collection")] == [(field.stream, field.name) for field in found.custom_fields]


# ---------------------------------------------------------------------------------------------------- webhooks


class Receiver:
    """Listens for deliveries, as the platform would."""

    def __init__(self) -> None:
        self.status = 200
        self.got: list[tuple[dict[str, str], bytes]] = []
        receiver = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                receiver.got.append((dict(self.headers.items()), body))
                self.send_response(receiver.status)
                self.end_headers()

            def log_message(self, *_: object) -> None:
                pass

        self._server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._server.server_port}/hooks/woocommerce"
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    listening = Receiver()
    yield listening
    listening.close()


def purchase(shop: DemoShop) -> str:
    body = {"name": "Vase", "regular_price": "10", "manage_stock": True, "stock_quantity": 90}
    item = shop.get("products") or [shop.post("products", body)]
    return str(shop.shop.checkout.place(Purchase([Wish(item[0]["id"], 1)], dict(CUSTOMER)))["id"])


def test_webhooks_are_made_once_and_a_sale_arrives_signed(shop: DemoShop, receiver: Receiver) -> None:
    opened = connector(shop)
    assert list(webhooks.TOPICS) == webhooks.ensure(opened, receiver.url, "s3cret")
    assert [] == webhooks.ensure(opened, receiver.url, "s3cret")
    shop.shop.webhooks.wait()
    assert all(webhooks.is_ping(body, headers) for headers, body in receiver.got)
    assert all(webhooks.parse(body, headers) is None for headers, body in receiver.got)
    receiver.got.clear()
    number = purchase(shop)
    shop.shop.webhooks.wait()
    (headers, body) = next(found for found in receiver.got if "order.created" in found[0].values())
    assert webhooks.verify(body, headers, "s3cret")
    assert not webhooks.verify(body, headers, "another")
    assert not webhooks.verify(body + b" ", headers, "s3cret")
    delivery = webhooks.parse(body, headers)
    assert delivery is not None
    assert ("orders", number, "created") == (delivery.stream, delivery.key, delivery.event)
    assert delivery.modified


def test_a_deletion_arrives_with_its_number_only(shop: DemoShop, receiver: Receiver) -> None:
    webhooks.ensure(connector(shop), receiver.url, "s3cret", topics=("product.deleted",))
    made = shop.post("products", {"name": "Vase"})
    shop.delete(f"products/{made['id']}", force="true")
    shop.shop.webhooks.wait()
    delivery = webhooks.parse(receiver.got[-1][1], receiver.got[-1][0])
    assert delivery is not None
    assert ("listings", str(made["id"]), "deleted") == (delivery.stream, delivery.key, delivery.event)


def test_a_webhook_that_the_shop_switched_off_is_switched_on_again(
    shop: DemoShop, receiver: Receiver
) -> None:
    opened = connector(shop)
    webhooks.ensure(opened, receiver.url, "s3cret", topics=("order.created",))
    receiver.status = 500
    for _ in range(6):
        purchase(shop)
    shop.shop.webhooks.wait()
    assert "disabled" == shop.get("webhooks")[0]["status"]
    receiver.status = 200
    assert ["order.created"] == webhooks.ensure(opened, receiver.url, "s3cret", topics=("order.created",))
    receiver.got.clear()
    purchase(shop)
    shop.shop.webhooks.wait()
    assert webhooks.verify(receiver.got[-1][1], receiver.got[-1][0], "s3cret")
    assert 1 == len(shop.get("webhooks"))


def test_removing_leaves_the_webhooks_of_others(shop: DemoShop, receiver: Receiver) -> None:
    opened = connector(shop)
    shop.post(
        "webhooks", {"topic": "order.created", "delivery_url": "https://other.example/", "status": "paused"}
    )
    webhooks.ensure(opened, receiver.url, "s3cret")
    webhooks.remove(opened, receiver.url)
    assert ["https://other.example/"] == [row["delivery_url"] for row in shop.get("webhooks")]


# ------------------------------------------------------------------------------------------------------ wc-auth


def test_a_shop_is_connected_without_typing_a_key(shop: DemoShop, receiver: Receiver) -> None:
    address = auth.authorize_url(
        shop.url + "/",
        app_name="Raccord",
        state="tenant-7:abc",
        return_url="https://r.example/done?x=1",
        callback_url=receiver.url,
    )
    asked = dict(parse_qsl(urlsplit(address).query))
    with httpx.Client(trust_env=False) as browser:
        page = browser.get(address)
        assert "Raccord demande l’accès" in page.text
        back = browser.post(f"{shop.url}/wc-auth/v1/authorize", data={**asked, "decision": "approve"})
    assert "https://r.example/done?x=1&success=1&user_id=tenant-7%3Aabc" == back.headers["Location"]
    callback = auth.callback_from(receiver.got[-1][1])
    assert ("tenant-7:abc", "read_write") == (callback.user_id, callback.key_permissions)
    assert callback.consumer_secret not in repr(callback)
    settings = auth.settings_from(shop.url + "/", callback)
    connector(shop, **settings).check()


def test_a_refused_or_undelivered_consent_leaves_no_key(shop: DemoShop, receiver: Receiver) -> None:
    def keys() -> int:
        return int(shop.shop.database.read().execute("SELECT count(*) FROM api_keys").fetchone()[0])

    before = keys()
    asked = {
        "app_name": "Raccord",
        "scope": "read_write",
        "user_id": "s",
        "return_url": "https://r.example/",
        "callback_url": receiver.url,
    }
    with httpx.Client(trust_env=False) as browser:
        refused = browser.post(f"{shop.url}/wc-auth/v1/authorize", data={**asked, "decision": "deny"})
        assert "success=0" in refused.headers["Location"]
        receiver.status = 500
        failed = browser.post(f"{shop.url}/wc-auth/v1/authorize", data={**asked, "decision": "approve"})
        assert 500 == failed.status_code
        insecure = browser.get(
            f"{shop.url}/wc-auth/v1/authorize", params={**asked, "callback_url": "http://example.org/"}
        )
        assert 400 == insecure.status_code
    assert before == keys()
