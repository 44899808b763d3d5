"""The demonstration shop behaves as WooCommerce is documented to, where connectors stumble over it."""

import threading
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sandbox.shop import totals
from sandbox.shop.checkout import CannotBuy, Purchase, Wish
from sandbox.shop.shop import Shop
from sandbox.shop.testing import CUSTOMER, DemoShop, demo_shop


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[DemoShop]:
    with demo_shop(tmp_path_factory.mktemp("shop")) as shop:
        yield shop


@pytest.fixture
def shop(served: DemoShop) -> DemoShop:
    served.reset()
    return served


def ask(shop: DemoShop, method: str, path: str, **options: Any) -> httpx.Response:
    """As another program with the key would, errors included."""
    key = shop.shop.key
    pair = (key.consumer_key, key.consumer_secret)
    url = f"{shop.url}/wp-json/wc/v3/{path}"
    with httpx.Client(
        auth=pair, headers={"X-Forwarded-Proto": "https"}, transport=shop.transport()
    ) as client:
        return client.request(method, url, **options)


def refusal(response: httpx.Response) -> tuple[int, str]:
    body = response.json()
    assert response.status_code == body["data"]["status"]
    return response.status_code, body["code"]


# ------------------------------------------------------------------------------------------------- limits


def test_a_page_of_more_than_a_hundred_is_refused(shop: DemoShop) -> None:
    assert (400, "rest_invalid_param") == refusal(ask(shop, "GET", "products", params={"per_page": 101}))


def test_a_batch_of_more_than_a_hundred_is_refused_as_a_whole(shop: DemoShop) -> None:
    body = {"create": [{"name": f"A{n}"} for n in range(101)]}
    found = refusal(ask(shop, "POST", "products/batch", json=body))
    assert (413, "woocommerce_rest_request_entity_too_large") == found
    assert [] == shop.get("products")


def test_items_of_a_batch_fail_one_by_one_inside_a_success(shop: DemoShop) -> None:
    taken = shop.post("products", {"name": "A", "sku": "X"})
    answer = shop.post(
        "products/batch",
        {"create": [{"name": "B", "sku": "X"}, {"name": "C"}], "update": [{"id": 9, "name": "?"}]},
    )
    first, second = answer["create"]
    assert (0, "product_invalid_sku", taken["id"]) == (
        first["id"],
        first["error"]["code"],
        first["error"]["data"]["resource_id"],
    )
    assert "C" == second["name"]
    assert "woocommerce_rest_product_invalid_id" == answer["update"][0]["error"]["code"]
    assert 2 == len(shop.get("products"))


def test_a_variation_is_refused_among_products(shop: DemoShop) -> None:
    parent = shop.post("products", {"name": "P", "type": "variable"})
    variation = shop.post(f"products/{parent['id']}/variations", {"regular_price": "1"})
    answer = shop.post("products/batch", {"update": [{"id": variation["id"], "regular_price": "2"}]})
    error = answer["update"][0]["error"]
    assert ("woocommerce_rest_invalid_product_id", 404) == (error["code"], error["data"]["status"])


def test_a_filter_of_fields_empties_a_batch(shop: DemoShop) -> None:
    assert (
        {}
        == ask(
            shop, "POST", "products/batch", params={"_fields": "id"}, json={"create": [{"name": "A"}]}
        ).json()
    )
    assert [{"id": 101, "name": "A"}] == ask(shop, "GET", "products", params={"_fields": "name"}).json()


def test_lists_tell_how_many_there_are(shop: DemoShop) -> None:
    shop.post("products/batch", {"create": [{"name": f"A{n}"} for n in range(5)]})
    response = ask(shop, "GET", "products", params={"per_page": 2})
    assert ("5", "3") == (response.headers["X-WP-Total"], response.headers["X-WP-TotalPages"])
    assert 'rel="next"' in response.headers["Link"]


def test_dates_are_the_sites_unless_gmt_is_said(shop: DemoShop) -> None:
    shop.post("products", {"name": "A"})
    with shop.shop.database.write() as db:
        db.execute("UPDATE products SET modified = '2026-07-01T10:00:00'")  # noon in Paris
    assert [] == shop.get("products", modified_after="2026-07-01T10:00:00", dates_are_gmt="true")
    assert 1 == len(shop.get("products", modified_after="2026-07-01T09:59:59", dates_are_gmt="true"))
    assert 1 == len(shop.get("products", modified_after="2026-07-01T10:00:00"))
    assert "2026-07-01T12:00:00" == shop.get("products")[0]["date_modified"]


# ----------------------------------------------------------------------------------------------- deletions


def test_trash_and_deletion_follow_their_rules(shop: DemoShop) -> None:
    product = shop.post("products", {"name": "A", "sku": "X"})
    path = f"products/{product['id']}"
    assert ask(shop, "DELETE", path).is_success
    assert (410, "woocommerce_rest_already_trashed") == refusal(ask(shop, "DELETE", path))
    assert [] == shop.get("products", sku="X")
    assert (400, "product_invalid_sku") == refusal(
        ask(shop, "POST", "products", json={"name": "B", "sku": "X"})
    )
    assert ask(shop, "DELETE", path, params={"force": "true"}).is_success
    assert ask(shop, "POST", "products", json={"name": "B", "sku": "X"}).is_success


@pytest.mark.parametrize("kind", ["products/categories", "products/tags", "products/attributes", "webhooks"])
def test_what_has_no_trash_wants_force(shop: DemoShop, kind: str) -> None:
    body = {"name": "A", "topic": "order.created", "delivery_url": "http://127.0.0.1:9/", "status": "paused"}
    made = shop.post(kind, body)
    found = refusal(ask(shop, "DELETE", f"{kind}/{made['id']}"))
    assert (501, "woocommerce_rest_trash_not_supported") == found
    assert ask(shop, "DELETE", f"{kind}/{made['id']}", params={"force": "true"}).is_success


def test_a_term_that_exists_answers_with_its_number(shop: DemoShop) -> None:
    made = shop.post("products/categories", {"name": "Été"})
    response = ask(shop, "POST", "products/categories", json={"name": "été"})
    assert (400, "term_exists") == refusal(response)
    assert made["id"] == response.json()["data"]["resource_id"]
    assert ask(shop, "POST", "products/categories", json={"name": "Été", "parent": made["id"]}).is_success


# ------------------------------------------------------------------------------------------ silent corrections


def test_what_wordpress_changes_without_a_word(shop: DemoShop) -> None:
    body = {
        "name": r"A & B < C \ D",
        "sku": " A  B ",
        "global_unique_id": "ABC",
        "regular_price": "cher",
        "tax_class": "lunaire",
        "manage_stock": False,
        "stock_quantity": 5,
    }
    row = shop.post("products", body)
    assert "A &amp; B &lt; C  D" == row["name"]
    assert ("A B", "", "", "", None) == tuple(
        row[name] for name in ("sku", "global_unique_id", "regular_price", "tax_class", "stock_quantity")
    )


def test_attributes_and_pictures_are_replaced_as_a_whole(shop: DemoShop) -> None:
    one, two = ({"name": name, "options": ["x | y"], "visible": True} for name in ("Un", "Deux"))
    row = shop.post("products", {"name": "A", "attributes": [one, two]})
    row = shop.put(f"products/{row['id']}", {"attributes": [two]})
    assert [("Deux", ["x", "y"])] == [(a["name"], a["options"]) for a in row["attributes"]]


def test_a_choice_that_the_parent_does_not_offer_is_ignored(shop: DemoShop) -> None:
    parent = shop.post("products", {"name": "P", "type": "variable", "regular_price": "5"})
    body = {"attributes": [{"name": "Taille", "option": "M"}]}
    assert "" == parent["regular_price"]
    assert [] == shop.post(f"products/{parent['id']}/variations", body)["attributes"]


def test_null_leaves_a_field_alone_and_an_empty_text_clears_it(shop: DemoShop) -> None:
    row = shop.post("products", {"name": "A", "regular_price": "5", "sku": "X"})
    assert "5" == shop.put(f"products/{row['id']}", {"regular_price": None})["regular_price"]
    assert "" == shop.put(f"products/{row['id']}", {"regular_price": ""})["regular_price"]


def test_saving_a_variation_does_not_touch_its_parent(shop: DemoShop) -> None:
    parent = shop.post("products", {"name": "P", "type": "variable"})
    variation = shop.post(f"products/{parent['id']}/variations", {"regular_price": "1"})
    with shop.shop.database.write() as db:
        db.execute("UPDATE products SET modified = '2020-01-01T00:00:00'")
    shop.put(f"products/{parent['id']}/variations/{variation['id']}", {"regular_price": "2"})
    assert "2020-01-01T00:00:00" == shop.get(f"products/{parent['id']}")["date_modified_gmt"]


# -------------------------------------------------------------------------------------------------- orders


def item(shop: DemoShop, price: str = "29.90", stock: int = 10, **others: Any) -> int:
    body = {"name": "Vase", "regular_price": price, "manage_stock": True, "stock_quantity": stock}
    return int(shop.post("products", {**body, **others})["id"])


def test_lines_are_kept_unrounded_beside_a_rounded_tax(shop: DemoShop) -> None:
    number = shop.buy({item(shop): 1})["id"]
    fine, coarse = (
        shop.get(f"orders/{number}", dp=6)["line_items"][0],
        shop.get(f"orders/{number}")["line_items"][0],
    )
    assert ("24.916667", "4.980000", "4.983333") == (
        fine["total"],
        fine["total_tax"],
        fine["taxes"][0]["total"],
    )
    assert ("24.92", "4.98") == (coarse["total"], coarse["total_tax"])


def test_an_update_with_an_address_computes_everything_anew(shop: DemoShop) -> None:
    number = shop.buy({item(shop): 1})["id"]
    rates = [{**rate, "rate": "10.0000"} for rate in shop.shop.options.get("tax_rates")]
    shop.option(tax_rates=rates)
    untouched = shop.put(
        f"orders/{number}", {"status": "completed", "meta_data": [{"key": "a", "value": "b"}]}
    )
    assert "36.80" == untouched["total"]
    assert "33.74" == shop.put(f"orders/{number}", {"billing": {"city": "Rennes"}})["total"]


def test_a_sale_takes_stock_and_a_cancellation_gives_it_back(shop: DemoShop) -> None:
    number = item(shop, stock=3)
    before = shop.get(f"products/{number}")["date_modified_gmt"]
    order = shop.buy({number: 2}, gateway="bacs")
    row = shop.get(f"products/{number}")
    assert ("on-hold", 1, before) == (order["status"], row["stock_quantity"], row["date_modified_gmt"])
    shop.put(f"orders/{order['id']}", {"status": "cancelled"})
    assert 3 == shop.get(f"products/{number}")["stock_quantity"]


def test_nobody_buys_what_is_not_there(shop: DemoShop) -> None:
    number = item(shop, stock=3)
    for wrong in ({number: 4}, {number + 77: 1}):
        with pytest.raises(CannotBuy):
            shop.buy(wrong)
    with pytest.raises(CannotBuy):  # twice the same item in one cart, and the first line is not taken either
        shop.shop.checkout.place(Purchase([Wish(number, 2), Wish(number, 2)], CUSTOMER))
    assert 3 == shop.get(f"products/{number}")["stock_quantity"]
    assert [] == shop.get("orders")


def test_two_hundred_customers_at_once_buy_no_more_than_there_is(shop: DemoShop) -> None:
    number = item(shop, stock=25)
    bought: list[int] = []
    refused: list[str] = []

    def customer() -> None:
        for _ in range(20):
            try:
                bought.append(shop.shop.checkout.place(Purchase([Wish(number, 1)], CUSTOMER))["id"])
            except CannotBuy as told:
                refused.append(str(told))

    crowd = [threading.Thread(target=customer) for _ in range(10)]
    for one in crowd:
        one.start()
    for one in crowd:
        one.join()
    assert (25, 175) == (len(set(bought)), len(refused))
    assert (0, "outofstock") == tuple(
        shop.get(f"products/{number}")[name] for name in ("stock_quantity", "stock_status")
    )


def test_a_refund_moves_money_and_stock_unless_told_otherwise(shop: DemoShop) -> None:
    number = item(shop, stock=5)
    order = shop.buy({number: 3})
    line = {"id": order["line_items"][0]["id"], "quantity": 1, "refund_total": "24.92"}
    careless = shop.post(f"orders/{order['id']}/refunds", {"amount": "29.90", "line_items": [line]})
    careful = {"amount": "29.90", "line_items": [line], "api_refund": False, "api_restock": False}
    told = shop.post(f"orders/{order['id']}/refunds", careful)
    assert [True, False] == [careless["refunded_payment"], told["refunded_payment"]]
    assert 3 == shop.get(f"products/{number}")["stock_quantity"]
    assert -1 == careless["line_items"][0]["quantity"]


amounts = st.decimals("0.01", "5000", places=2)


@given(
    st.lists(
        st.tuples(amounts, st.integers(1, 20), st.sampled_from(["20", "10", "5.5", "2.1"])),
        min_size=1,
        max_size=8,
    ),
    st.booleans(),
)
def test_with_prices_including_tax_the_customer_pays_the_shelf_price(
    cart: list[tuple[Decimal, int, str]], coupon: bool
) -> None:
    lines = [
        totals.Line(price, quantity, (n, Decimal(rate))) for n, (price, quantity, rate) in enumerate(cart)
    ]
    if coupon:
        totals.apply_percent_coupon(lines, Decimal(10))
    added = totals.compute(lines, [], [], totals.Rules())
    shelf = sum((price * quantity for price, quantity, _ in cart), Decimal(0))
    discount = sum((line.discount for line in lines), Decimal(0))
    assert added.total == shelf - discount
    assert discount == ((shelf / 10).quantize(totals.CENT, "ROUND_HALF_UP") if coupon else 0)


# ---------------------------------------------------------------------------------------------- the storefront


def test_a_purchase_by_hand_becomes_an_order(shop: DemoShop) -> None:
    number = shop.buy_by_hand({item(shop): 2}, coupon="bienvenue10", gift_wrap="on", note="Sonnez")
    order = shop.get(f"orders/{number}")
    assert ("processing", "63.22", "Sonnez") == (order["status"], order["total"], order["customer_note"])
    assert ["Emballage cadeau"] == [fee["name"] for fee in order["fee_lines"]]
    assert 8 == shop.get("products")[0]["stock_quantity"]


def test_the_checkout_explains_what_is_missing_and_keeps_what_was_typed(shop: DemoShop) -> None:
    number = item(shop)
    with httpx.Client(base_url=shop.url, follow_redirects=True, transport=shop.transport()) as browser:
        browser.post("/panier/ajouter", data={"item": str(number), "slug": "vase"})
        page = browser.post("/commande", data={**CUSTOMER, "city": "", "method": "1", "gateway": "bacs"})
    assert 422 == page.status_code
    assert "Il manque votre ville" in page.text
    assert 'value="Lefèvre"' in page.text


def test_the_pages_show_price_stock_and_what_is_sold_out(shop: DemoShop) -> None:
    category = shop.post("products/categories", {"name": "Salon"})
    item(shop, stock=3, categories=[{"id": category["id"]}])
    item(shop, price="1234.5", stock=0, name="Lampe", description="<p>Belle</p><script>alert(1)</script>")
    draft = item(shop, name="Brouillon", status="draft")
    pages = {
        path: httpx.get(shop.url + path).text
        for path in ("/", "/boutique", "/recherche?q=lam", "/categorie/salon")
    }
    assert all("3 en stock" in pages[path] for path in ("/", "/boutique", "/categorie/salon"))
    assert "29,90\u00a0€" in pages["/"]
    assert "1\u202f234,50\u00a0€" in pages["/recherche?q=lam"]
    assert "Épuisé" in pages["/recherche?q=lam"]
    assert "Vase" not in pages["/recherche?q=lam"]
    lamp = httpx.get(f"{shop.url}/produit/lampe").text
    assert "alert(1)" not in lamp
    assert "Ajouter au panier" not in lamp
    assert "Brouillon" not in "".join(pages.values())
    assert 404 == httpx.get(f"{shop.url}/produit/{shop.get(f'products/{draft}')['slug']}").status_code


def test_a_customer_follows_an_order_by_its_number_and_mail_only(shop: DemoShop) -> None:
    order = shop.buy({item(shop): 1})
    shop.post(f"orders/{order['id']}/notes", {"note": "Votre colis est parti.", "customer_note": True})
    shop.post(f"orders/{order['id']}/notes", {"note": "Réservé au personnel", "customer_note": False})
    form = {"number": str(order["id"]), "email": CUSTOMER["email"].upper()}
    page = httpx.post(f"{shop.url}/mon-compte", data=form)
    assert "Votre colis est parti." in page.text
    assert "personnel" not in page.text
    assert (
        404 == httpx.post(f"{shop.url}/mon-compte", data={**form, "email": "autre@example.org"}).status_code
    )


def test_a_variation_is_chosen_by_its_options(shop: DemoShop) -> None:
    colours = {"name": "Couleur", "options": ["Ocre", "Sauge"], "variation": True}
    parent = shop.post("products", {"name": "Plaid", "type": "variable", "attributes": [colours]})
    for colour, price, stock in (("Ocre", "59", 0), ("Sauge", "65", 4)):
        body = {"regular_price": price, "manage_stock": True, "stock_quantity": stock}
        shop.post(
            f"products/{parent['id']}/variations",
            {**body, "attributes": [{"name": "Couleur", "option": colour}]},
        )
    page = httpx.get(f"{shop.url}/produit/plaid").text
    assert "65,00" in page  # the first that can be bought
    assert "4 en stock" in page
    assert "à partir de" in httpx.get(f"{shop.url}/boutique").text


# ------------------------------------------------------------------------------------------ large and lasting


def test_a_hundred_thousand_products_are_found_by_index_and_never_by_walking(tmp_path: Path) -> None:
    """No timing: the query plans say it."""
    shop = Shop(tmp_path)
    db = shop.database.read()
    for query in (
        "SELECT id FROM products WHERE sku = 'X' AND sku <> '' AND id <> 5",
        "SELECT id FROM products WHERE global_unique_id = 'X' AND global_unique_id <> '' AND id <> 5",
        "SELECT id FROM products WHERE sku IN ('X', 'Y') AND sku <> ''",
        "SELECT 1 FROM products WHERE slug = 'x' AND id <> 5",
        "SELECT id FROM products WHERE parent_id = 5 ORDER BY menu_order, id",
        "SELECT id FROM products WHERE modified > '2026-01-01T00:00:00'",
        "SELECT id FROM orders WHERE modified > '2026-01-01T00:00:00'",
    ):
        plan = " ".join(row["detail"] for row in db.execute(f"EXPLAIN QUERY PLAN {query}"))
        assert "USING" in plan, plan
        assert "SCAN products" not in plan, plan
    shop.close()


def test_the_shop_finds_its_key_and_its_data_again(tmp_path: Path) -> None:
    with demo_shop(tmp_path) as shop:
        key = shop.shop.key
        shop.post("products", {"name": "Vase"})
    with demo_shop(tmp_path) as shop:
        assert key == shop.shop.key
        assert ["Vase"] == [row["name"] for row in shop.get("products")]
    assert 0o600 == (tmp_path / "keys.json").stat().st_mode & 0o777


def test_the_log_counts_requests_items_and_what_was_really_written(shop: DemoShop) -> None:
    shop.post("products/batch", {"create": [{"name": "A", "sku": "X"}, {"name": "B", "sku": "X"}]})
    shop.get("products")
    log = httpx.get(f"{shop.url}/sandbox/log").json()
    assert (2, 1, 2, 1) == tuple(log[name] for name in ("requests", "write_requests", "items", "writes"))
    httpx.post(f"{shop.url}/sandbox/log/reset")
    assert 0 == httpx.get(f"{shop.url}/sandbox/log").json()["requests"]


def test_faults_strike_as_often_as_they_were_asked_to(shop: DemoShop) -> None:
    httpx.post(
        f"{shop.url}/sandbox/faults", json={"kind": "status", "status": 429, "count": 2, "retry_after": "5"}
    )
    answers = [ask(shop, "GET", "products") for _ in range(3)]
    assert [429, 429, 200] == [answer.status_code for answer in answers]
    assert "5" == answers[0].headers["Retry-After"]
    shop.fault(kind="cut_after", method="POST")
    with pytest.raises(httpx.RemoteProtocolError):
        ask(shop, "POST", "products", json={"name": "Fait quand même"})
    assert 1 == len(shop.get("products"))
    assert 400 == httpx.post(f"{shop.url}/sandbox/faults", json={"kind": "sabotage"}).status_code


@pytest.mark.parametrize("path", ["/", "/boutique", "/panier", "/mon-compte", "/static/shop.css"])
def test_pages_open_in_an_empty_shop(shop: DemoShop, path: str) -> None:
    assert 200 == httpx.get(shop.url + path, follow_redirects=True).status_code
