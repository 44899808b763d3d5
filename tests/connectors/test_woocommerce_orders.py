"""Collecting orders from WooCommerce, to the cent, and following them up without touching an amount."""

from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from typing import Any

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from raccord_connectors.canonical import (
    Charge,
    LineUpdate,
    Order,
    OrderLine,
    OrderUpdate,
    PaperLink,
    RefundWish,
    Shipment,
    TaxAmount,
)
from raccord_connectors.contract import Change, Outcome, Selection, TransientError
from raccord_connectors.shop.woocommerce import WooCommerce, WooCommerceSettings
from raccord_connectors.shop.woocommerce.amounts import stage
from sandbox.shop.testing import DemoShop, demo_shop

CLASSES = {"": "20", "taux-intermediaire": "10", "taux-reduit": "5.5", "taux-particulier": "2.1"}
ZERO = Decimal(0)
AMOUNTS = (
    "total",
    "total_tax",
    "discount_total",
    "shipping_total",
    "line_items",
    "shipping_lines",
    "fee_lines",
    "tax_lines",
)


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[DemoShop]:
    with demo_shop(tmp_path_factory.mktemp("shop")) as shop:
        yield shop


@pytest.fixture
def shop(served: DemoShop) -> DemoShop:
    served.reset()
    return served


def connector(shop: DemoShop, **others: Any) -> WooCommerce:
    converted = msgspec.convert(shop.settings(**others), WooCommerceSettings)
    return WooCommerce(converted, transport=shop.transport(), sleep=lambda _: None)


def product(shop: DemoShop, price: str, tax_class: str = "", stock: int = 10_000, **others: Any) -> int:
    with shop.shop.database.write() as db:
        body = {
            "name": f"Article à {price}",
            "regular_price": price,
            "tax_class": tax_class,
            "manage_stock": True,
        }
        return int(shop.shop.catalogue.create(db, {**body, "stock_quantity": stock, **others})["id"])


def read(shop: DemoShop, *numbers: int) -> list[Order]:
    wanted = Selection(keys=tuple(map(str, numbers)))
    return [
        r for page in connector(shop).read("orders", wanted) for r in page.records if isinstance(r, Order)
    ]


def added(order: Order) -> tuple[Decimal, Decimal]:
    parts: list[OrderLine | Charge] = [*order.lines, *order.charges]
    return sum((p.net for p in parts), ZERO), sum((p.tax for p in parts), ZERO)


# -------------------------------------------------------------------------------------------------- totals

prices = st.decimals("0.01", "2500", places=2)
carts = st.lists(
    st.tuples(prices, st.sampled_from(sorted(CLASSES)), st.integers(1, 12)), min_size=1, max_size=6
)
fees = st.lists(
    st.tuples(st.just("Frais"), st.decimals("-3", "20", places=4), st.sampled_from(sorted(CLASSES))),
    max_size=2,
)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(carts, st.booleans(), st.sampled_from(["1", "2"]), fees, st.sampled_from(["yes", "no"]))
def test_lines_shipping_and_fees_add_up_to_what_was_paid(
    served: DemoShop,
    cart: list[tuple[Decimal, str, int]],
    coupon: bool,
    method: str,
    extra: list[tuple[str, Decimal, str]],
    including: str,
) -> None:
    served.option(prices_include_tax=including)
    items = {product(served, str(price), tax_class): quantity for price, tax_class, quantity in cart}
    placed = served.buy(
        items, coupon="BIENVENUE10" if coupon else "", method=method, fees=extra, gift_wrap=coupon
    )
    (order,) = read(served, placed["id"])
    net, tax = added(order)
    # Fees are kept finer than cents: with them a line may carry a part of a cent, and the platform sees it.
    slack = Decimal("0.01") * len(order.charges) if order.charges[1:] else ZERO
    assert abs(order.gross - net - tax) <= slack
    assert abs(order.tax - tax) <= slack
    assert order.gross == order.net + order.tax
    assert order.tax == sum((line.tax for line in order.taxes), ZERO)
    assert {str(Decimal(placed["total"]).normalize())} == {str(order.gross.normalize())}
    assert {line.rate for line in order.lines} <= {Decimal(rate) for rate in CLASSES.values()}
    if not extra and not coupon and including == "yes":
        shelf = sum((price * quantity for price, _, quantity in cart), ZERO)
        assert order.gross == shelf + sum((c.net + c.tax for c in order.charges), ZERO)


def test_a_french_order_to_the_cent(shop: DemoShop) -> None:
    """Prices with VAT at four rates, a coupon, gift wrap, Colissimo."""
    items = {
        product(shop, price, c): n
        for price, c, n in (("29.90", "", 2), ("12.50", "taux-reduit", 1), ("3.33", "taux-particulier", 3))
    }
    placed = shop.buy(
        items,
        coupon="bienvenue10",
        gift_wrap=True,
        note="Merci !",
        meta=[{"key": "cadeau_pour", "value": "Zoé"}],
    )
    (order,) = read(shop, placed["id"])
    first = order.lines[0]
    assert (Decimal("44.84"), Decimal("8.97"), Decimal(20)) == (first.net, first.tax, first.rate)
    assert (Decimal("29.9"), Decimal("24.916667")) == (first.unit_gross, first.unit_net)
    assert [("bienvenue10", Decimal("4.99"))] == [(d.code, d.net) for d in first.discounts]
    assert [
        ("shipping", "flat_rate:1", Decimal("5.75"), Decimal("1.15")),
        ("fee", "", Decimal("2.08"), Decimal("0.42")),
    ] == [(c.kind, c.method, c.net, c.tax) for c in order.charges]
    assert (order.net + order.tax, *added(order)) == (order.gross, order.net, order.tax)
    assert [Decimal(20), Decimal("5.5"), Decimal("2.1")] == [line.rate for line in order.taxes]
    assert [("BIENVENUE10".lower(), "voucher")] == [(d.code, d.kind) for d in order.discounts]
    (paid,) = order.payments
    assert ("carte_demo", "paid", order.gross) == (paid.method, paid.state, paid.amount)
    assert paid.transaction
    assert paid.paid_at is not None
    assert ("open", "processing", "EUR", True) == (
        order.stage,
        order.status,
        order.currency,
        order.prices_include_tax,
    )
    assert (None, "Lefèvre", "elodie.lefevre@example.org") == (
        order.buyer.key,
        order.buyer.last_name,
        order.buyer.email,
    )
    assert ("44000", "FR") == (order.billing.postal_code, order.billing.country)
    assert ("Merci !", "Zoé") == (order.note, order.custom["cadeau_pour"])


def test_items_of_an_order_are_named_as_the_targets_of_listings(shop: DemoShop) -> None:
    simple = product(shop, "10")
    colours = {"name": "Couleur", "options": ["Ocre"], "variation": True}
    parent = shop.post("products", {"name": "Plaid", "type": "variable", "attributes": [colours]})
    body = {"regular_price": "59", "sku": "P-1", "attributes": [{"name": "Couleur", "option": "Ocre"}]}
    variation = shop.post(f"products/{parent['id']}/variations", body)
    (order,) = read(shop, shop.buy({simple: 1, variation["id"]: 1})["id"])
    assert [str(simple), f"{parent['id']}:{variation['id']}"] == [line.item for line in order.lines]
    assert "Plaid - Ocre" == order.lines[1].name


def test_where_the_shop_rounds_at_the_sub_total_lines_stay_unrounded(shop: DemoShop) -> None:
    shop.option(tax_round_at_subtotal="yes", prices_include_tax="no")
    items = {product(shop, price, "taux-reduit"): 1 for price in ("0.13", "0.11", "0.17")}
    (order,) = read(shop, shop.buy(items, method="2")["id"])
    net, tax = added(order)
    assert (Decimal("0.41"), Decimal("0.02255")) == (net, tax)
    assert (Decimal("0.43"), Decimal("0.02")) == (order.gross, order.tax)


def test_a_refund_tells_its_lines_and_its_amount(shop: DemoShop) -> None:
    number = product(shop, "20")
    placed = shop.buy({number: 3})
    line = placed["line_items"][0]["id"]
    given_back = {
        "id": line,
        "quantity": 1,
        "refund_total": "16.67",
        "refund_tax": [{"id": 1, "refund_total": "3.33"}],
    }
    body = {
        "amount": "20.00",
        "reason": "Cassé",
        "api_refund": False,
        "api_restock": False,
        "line_items": [given_back],
    }
    made = shop.post(f"orders/{placed['id']}/refunds", body)
    (order,) = read(shop, placed["id"])
    (refund,) = order.refunds
    assert (str(made["id"]), Decimal(20), "Cassé") == (refund.key, refund.amount, refund.reason)
    assert {str(line): Decimal(1)} == refund.lines
    (part,) = refund.parts
    assert (str(line), Decimal(1), Decimal("16.67"), Decimal("3.33"), Decimal(20), None) == (
        part.line, part.quantity, part.net, part.tax, part.rate, part.restocked
    )  # fmt: skip
    assert "open" == order.stage


def test_a_refund_of_shipping_tells_so_and_one_filled_in_carelessly_tells_only_its_amount(
    shop: DemoShop,
) -> None:
    number = product(shop, "20")
    placed = shop.buy({number: 3})
    fee, line = placed["shipping_lines"][0], placed["line_items"][0]["id"]
    tax = [{"id": 1, "refund_total": fee["total_tax"]}]
    amount = Decimal(fee["total"]) + Decimal(fee["total_tax"])
    for told in (
        {
            "amount": str(amount),
            "line_items": [{"id": fee["id"], "refund_total": fee["total"], "refund_tax": tax}],
        },
        {"amount": "1.00", "line_items": [{"id": line, "quantity": 1, "refund_total": "16.67"}]},
    ):
        shop.post(f"orders/{placed['id']}/refunds", {**told, "api_refund": False, "api_restock": False})
    (order,) = read(shop, placed["id"])
    shipping, careless = sorted(order.refunds, key=lambda one: one.key)
    assert [("shipping", amount)] == [(one.charge, one.net + one.tax) for one in shipping.parts]
    assert (Decimal(1), [], {str(line): Decimal(1)}) == (careless.amount, careless.parts, careless.lines)


def test_a_refunded_order_is_void_and_a_transfer_is_pending(shop: DemoShop) -> None:
    number = product(shop, "20")
    card, transfer = shop.buy({number: 1}), shop.buy({number: 1}, gateway="bacs")
    shop.post(f"orders/{card['id']}/refunds", {"amount": card["total"], "api_refund": False})
    (first,), (second,) = read(shop, card["id"]), read(shop, transfer["id"])
    assert ("cancelled", "refunded") == (first.stage, first.status)
    assert ("pending", "on-hold", "pending") == (second.stage, second.status, second.payments[0].state)


@pytest.mark.parametrize(
    ("status", "paid", "completed", "expected"),
    [
        ("pending", False, False, "pending"), ("on-hold", False, False, "pending"), ("on-hold", True, False, "open"),
        ("pending", True, False, "open"), ("checkout-draft", False, False, "pending"), ("processing", True, False, "open"),
        ("processing", False, False, "open"), ("completed", True, True, "closed"), ("cancelled", True, False, "cancelled"),
        ("failed", False, False, "cancelled"), ("refunded", True, True, "cancelled"), ("trash", True, False, "cancelled"),
        ("en-preparation", True, False, "open"), ("en-preparation", False, False, "pending"), ("livree", True, True, "closed"),
    ],
)  # fmt: skip
def test_what_a_status_means(status: str, paid: bool, completed: bool, expected: str) -> None:
    row = {
        "status": status,
        "date_paid": "2026-03-01T10:00:00" if paid else None,
        "date_completed": "x" if completed else None,
    }
    assert expected == stage(row)


def test_an_order_in_the_trash_is_void_and_one_deleted_for_good_is_told(shop: DemoShop) -> None:
    """`any` leaves the trash out: without a second look the order would seem never to have been."""
    number = product(shop, "20")
    kept, trashed, deleted = (shop.buy({number: 1})["id"] for _ in range(3))
    shop.delete(f"orders/{trashed}")
    shop.delete(f"orders/{deleted}", force="true")
    wanted = Selection(keys=(str(kept), str(trashed), str(deleted)))
    pages = list(connector(shop).read("orders", wanted))
    found = {record.key: record for page in pages for record in page.records}
    assert {str(kept): "open", str(trashed): "cancelled"} == {
        key: record.stage for key, record in found.items() if isinstance(record, Order)
    }
    assert [str(deleted)] == [key for page in pages for key in page.deleted]


def test_an_order_that_cannot_be_expressed_is_held_and_the_others_are_read(shop: DemoShop) -> None:
    number = product(shop, "20")
    broken, good = shop.buy({number: 1}), shop.buy({number: 1})
    with shop.shop.database.write() as db:
        db.execute("UPDATE orders SET created = '' WHERE id = ?", (broken["id"],))
    pages = list(connector(shop).read("orders"))
    assert [str(good["id"])] == [record.key for page in pages for record in page.records]
    assert [str(broken["id"])] == [held.key for page in pages for held in page.rejected]


# ------------------------------------------------------------------------------------------ incremental reading


def since(shop: DemoShop, cursor: str | None) -> tuple[list[str], str]:
    pages = list(connector(shop).read("orders", Selection(since=cursor)))
    last = pages[-1].cursor
    assert last is not None
    return [record.key for page in pages for record in page.records], last


def test_only_orders_changed_since_the_cursor_are_read(shop: DemoShop) -> None:
    number = product(shop, "20")
    placed = [shop.buy({number: 1})["id"] for _ in range(3)]
    with shop.shop.database.write() as db:
        db.execute("UPDATE orders SET modified = '2026-01-01T00:00:00', created = '2026-01-01T00:00:00'")
    everything, cursor = since(shop, None)
    assert [str(n) for n in placed] == everything
    assert [] == since(shop, cursor)[0]
    shop.put(f"orders/{placed[1]}", {"status": "completed"})
    assert [str(placed[1])] == since(shop, cursor)[0]


def test_an_order_that_leaves_while_pages_are_read_makes_no_other_be_passed_over(shop: DemoShop) -> None:
    number = product(shop, "20")
    placed = [shop.buy({number: 1})["id"] for _ in range(120)]
    read: list[str] = []
    for page in connector(shop).read("orders"):
        read += [record.key for record in page.records]
        if len(read) == 50:
            for gone in placed[10:20]:
                shop.delete(f"orders/{gone}", force="true")
    assert sorted(set(read)) == sorted(read)
    assert {str(n) for n in placed} == set(read)


def test_a_long_reading_goes_on_where_it_was_cut(shop: DemoShop) -> None:
    number = product(shop, "20")
    placed = [str(shop.buy({number: 1})["id"]) for _ in range(120)]
    first = next(iter(connector(shop).read("orders")))
    shop.reset_log()
    rest, _ = since(shop, first.cursor)
    assert placed[50:] == rest
    assert 2 == sum(entry["path"].endswith("/orders") for entry in shop.log()["entries"])


# ----------------------------------------------------------------------------------------------- follow-up


def send(shop: DemoShop, number: int, **fields: Any) -> Outcome:
    record = OrderUpdate(**{"key": str(number), **fields})
    (outcome,) = connector(shop).write(
        "order_updates", [Change("update", f"E{number}", record, target=str(number))]
    )
    return outcome


def test_shipping_tells_the_customer_once_and_completes_the_order(shop: DemoShop) -> None:
    placed = shop.buy({product(shop, "20"): 1})
    fields: dict[str, Any] = {
        "state": "shipped",
        "erp_document": "BL00042",
        "shipments": [Shipment(key="BL00042", carrier="Colissimo", tracking="6A123")],
    }
    assert send(shop, placed["id"], **fields).done
    shop.reset_log()
    assert send(shop, placed["id"], **fields).done
    assert 0 == shop.log()["write_requests"]
    assert "completed" == shop.get(f"orders/{placed['id']}")["status"]
    told = [note["note"] for note in shop.get(f"orders/{placed['id']}/notes", type="customer")]
    assert ["Votre colis est parti avec Colissimo. Numéro de suivi : 6A123."] == told
    assert any(
        "BL00042" in note["note"] for note in shop.get(f"orders/{placed['id']}/notes", type="internal")
    )


def test_the_customer_is_shown_each_paper_once_even_by_a_new_link(shop: DemoShop) -> None:
    placed = shop.buy({product(shop, "20"): 1})
    first = PaperLink(number="FA00042", dated=date(2026, 5, 4), url="https://pro.example/d/abc")
    credit = PaperLink(
        number="AV00001", kind="credit", dated=date(2026, 5, 9), url="https://pro.example/d/xyz"
    )
    assert send(shop, placed["id"], state="invoiced", papers=[first]).done
    assert send(shop, placed["id"], state="invoiced", papers=[replace(first, url=credit.url), credit]).done
    told = [note["note"] for note in shop.get(f"orders/{placed['id']}/notes", type="customer")]
    assert [
        "Votre avoir n° AV00001 est disponible : https://pro.example/d/xyz",
        "Votre facture n° FA00042 est disponible : https://pro.example/d/abc",
    ] == sorted(told)
    (kept,) = [
        row["value"]
        for row in shop.get(f"orders/{placed['id']}")["meta_data"]
        if row["key"] == "_raccord_documents"
    ]
    assert [credit.url] * 2 == [one.url for one in msgspec.json.decode(kept, type=list[PaperLink])]


@pytest.mark.parametrize(("mails", "seen"), [("yes", 0), ("no", 2)])
def test_a_customer_whom_somebody_else_tells_gets_no_mail_with_a_note(
    shop: DemoShop, mails: str, seen: int
) -> None:
    """WooCommerce mails each note to a customer, unless that mail is switched off: then the note only stands in the account."""
    shop.shop.options.set(mails_customer_notes=mails)
    placed = shop.buy({product(shop, "20"): 1})
    paper = PaperLink(number="FA00042", dated=date(2026, 5, 4), url="https://pro.example/d/abc")
    parcel = Shipment(key="BL1", carrier="DPD", tracking="T1")
    assert send(
        shop,
        placed["id"],
        state="invoiced",
        papers=[paper],
        shipments=[parcel],
        quiet=["invoiced", "shipped"],
    ).done
    assert seen == len(shop.get(f"orders/{placed['id']}/notes", type="customer"))
    every = " ".join(note["note"] for note in shop.get(f"orders/{placed['id']}/notes"))
    assert (True, True) == (paper.url in every, "T1" in every)
    shop.shop.options.set(mails_customer_notes="no")


def test_a_follow_up_that_was_cut_tells_nothing_twice(shop: DemoShop) -> None:
    placed = shop.buy({product(shop, "20"): 1})
    fields: dict[str, Any] = {
        "state": "shipped",
        "shipments": [Shipment(key="B", carrier="DPD", tracking="T1")],
    }
    shop.fault(kind="cut_before", match="orders/batch", count=4)
    with pytest.raises(TransientError):
        send(shop, placed["id"], **fields)
    assert send(shop, placed["id"], **fields).done
    assert 1 == len(shop.get(f"orders/{placed['id']}/notes", type="customer"))


def test_a_tracking_plug_in_gets_the_parcel(shop: DemoShop) -> None:
    shop.option(features=["brands", "shipment_tracking"])
    placed = shop.buy({product(shop, "20"): 1})
    send(
        shop,
        placed["id"],
        state="shipped",
        shipments=[Shipment(key="B", carrier="DPD", tracking="T1", url="https://x/T1")],
    )
    rows = shop.shop.database.read().execute("SELECT data FROM trackings").fetchall()
    assert ["T1"] == [msgspec.json.decode(row["data"])["tracking_number"] for row in rows]
    assert [] == shop.get(f"orders/{placed['id']}/notes", type="customer")


def test_follow_up_never_changes_an_amount(shop: DemoShop) -> None:
    """TRAP: an update with an address or a line computes everything anew, with today's rates."""
    placed = shop.buy({product(shop, "19.99"): 3}, coupon="BIENVENUE10", gift_wrap=True)
    rates = [{**rate, "rate": "19.6000"} for rate in shop.shop.options.get("tax_rates")]
    shop.option(tax_rates=rates)
    for state in ("accepted", "preparing", "shipped", "invoiced"):
        assert send(shop, placed["id"], state=state, invoice_number="FA1").done
    after = shop.get(f"orders/{placed['id']}")
    assert {name: placed[name] for name in AMOUNTS if name != "tax_lines"} == {
        n: after[n] for n in AMOUNTS if n != "tax_lines"
    }


def test_an_order_never_goes_backwards_and_an_ended_one_stays_ended(shop: DemoShop) -> None:
    number = product(shop, "20")
    done, refunded = shop.buy({number: 1}), shop.buy({number: 1})
    shop.put(f"orders/{done['id']}", {"status": "completed"})
    shop.post(f"orders/{refunded['id']}/refunds", {"amount": refunded["total"], "api_refund": False})
    assert send(shop, done["id"], state="preparing").done
    assert send(shop, refunded["id"], state="shipped").done
    assert ["completed", "refunded"] == [shop.get(f"orders/{o['id']}")["status"] for o in (done, refunded)]


def test_what_the_shops_people_set_afterwards_is_not_taken_back(shop: DemoShop) -> None:
    placed = shop.buy({product(shop, "20"): 1})
    send(shop, placed["id"], state="shipped")
    shop.put(f"orders/{placed['id']}", {"status": "on-hold"})
    send(shop, placed["id"], state="shipped", invoice_number="FA2")
    assert "on-hold" == shop.get(f"orders/{placed['id']}")["status"]


def test_cancelling_gives_the_stock_back_in_the_shop(shop: DemoShop) -> None:
    number = product(shop, "20", stock=5)
    placed = shop.buy({number: 2})
    assert send(shop, placed["id"], state="cancelled").done
    assert 5 == shop.get(f"products/{number}")["stock_quantity"]


def test_a_status_that_the_shop_does_not_know_is_named(shop: DemoShop) -> None:
    placed = shop.buy({product(shop, "20"): 1})
    record = OrderUpdate(key=str(placed["id"]), state="shipped")
    opened = connector(shop, status_shipped="expediee")
    (outcome,) = opened.write("order_updates", [Change("create", "E1", record)])
    assert outcome.problem is not None
    assert ("woocommerce.status_unknown", "state") == (outcome.problem.message.code, outcome.problem.field)


def test_a_hundred_follow_ups_take_one_reading_and_one_update(shop: DemoShop) -> None:
    number = product(shop, "20")
    placed = [shop.buy({number: 1})["id"] for _ in range(20)]
    shop.reset_log()
    changes = [
        Change("update", f"E{n}", OrderUpdate(key=str(n), state="preparing"), target=str(n)) for n in placed
    ]
    assert all(outcome.done for outcome in connector(shop).write("order_updates", changes))
    assert (2, 1) == (shop.log()["requests"], shop.log()["write_requests"])


def test_the_vat_table_is_the_shops_own(shop: DemoShop) -> None:
    items = {product(shop, "24.00"): 1, product(shop, "11.00", "taux-intermediaire"): 2}
    (order,) = read(shop, shop.buy(items)["id"])
    assert [
        TaxAmount(Decimal(20), Decimal("25.75"), Decimal("5.15")),
        TaxAmount(Decimal(10), Decimal(20), Decimal(2)),
    ] == order.taxes


# ------------------------------------------------------------------------------------------ life after its entry


def told(shop: DemoShop, number: int) -> list[str]:
    """What the customer was told, the oldest first."""
    notes = shop.get(f"orders/{number}/notes", type="customer")
    return [note["note"] for note in reversed(notes)]


def test_a_partial_delivery_names_its_lines_and_completes_nothing(shop: DemoShop) -> None:
    placed = shop.buy({product(shop, "20"): 3})
    line = placed["line_items"][0]
    parcel = Shipment(key="BL1", carrier="DPD", tracking="T1", lines={str(line["id"]): Decimal(2)})
    for _ in range(2):
        assert send(shop, placed["id"], state="partly_shipped", shipments=[parcel]).done
    assert "completed" != shop.get(f"orders/{placed['id']}")["status"]
    assert [
        f"Une partie de votre commande est partie : 2 × {line['name']}.",
        "Votre colis est parti avec DPD. Numéro de suivi : T1.",
    ] == told(shop, placed["id"])


def test_a_tracking_number_that_comes_late_is_told_and_once(shop: DemoShop) -> None:
    placed = shop.buy({product(shop, "20"): 1})
    for tracking in ("", "6A9", "6A9"):
        parcel = Shipment(key="BL1", carrier="DPD", tracking=tracking)
        assert send(shop, placed["id"], state="shipped", shipments=[parcel]).done
    assert ["Votre colis est parti.", "Votre colis est parti avec DPD. Numéro de suivi : 6A9."] == told(
        shop, placed["id"]
    )


def test_what_will_not_come_is_told_and_its_price_given_back_once(shop: DemoShop) -> None:
    placed = shop.buy({product(shop, "20"): 3})
    line = placed["line_items"][0]
    fields: dict[str, Any] = {
        "state": "shipped",
        "lines": {
            str(line["id"]): LineUpdate(ordered=Decimal(3), delivered=Decimal(2), cancelled=Decimal(1))
        },
        "refunds": [RefundWish(key="K3QZ-7/c1", amount=Decimal(20), lines={str(line["id"]): Decimal(1)})],
    }
    stock = shop.get(f"products/{line['product_id']}")["stock_quantity"]
    for _ in range(2):
        assert send(shop, placed["id"], **fields).done
    (order,) = read(shop, placed["id"])
    assert [(Decimal(20), {str(line["id"]): Decimal(1)})] == [
        (one.amount, one.lines) for one in order.refunds
    ]
    assert f"Ces articles ne seront pas livrés : 1 × {line['name']}." in told(shop, placed["id"])
    assert stock == shop.get(f"products/{line['product_id']}")["stock_quantity"]


def test_a_refund_that_the_shop_refuses_is_told_and_stops_no_other_order(shop: DemoShop) -> None:
    first, second = (shop.buy({product(shop, "20"): 1}) for _ in range(2))
    wish = RefundWish(key="K3QZ-8/c1", amount=Decimal(500))
    outcome = send(shop, first["id"], state="accepted", refunds=[wish])
    assert outcome.problem is not None
    assert "woocommerce.refund_refused" == outcome.problem.message.code
    assert send(shop, second["id"], state="accepted").done


def test_each_invoice_of_a_split_order_is_noted_once(shop: DemoShop) -> None:
    placed = shop.buy({product(shop, "20"): 2})
    for numbers in (["FA1"], ["FA1", "FA2"], ["FA1", "FA2"]):
        fields = {"invoice_number": "FA1", "invoice_numbers": numbers if len(numbers) > 1 else []}
        assert send(shop, placed["id"], state="partly_shipped", **fields).done
    noted = [note["note"] for note in shop.get(f"orders/{placed['id']}/notes", type="internal")]
    assert [1, 1] == [sum(f"Facture {number} " in note for note in noted) for number in ("FA1", "FA2")]
