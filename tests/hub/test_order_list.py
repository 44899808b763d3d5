"""The list of orders: what is found, in which order, page by page, in a file, and decided on several at once."""

import csv
import io
import re
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

import pytest

from raccord.core.order_cards import SELLER_CODES
from raccord.orders import exporting, listing
from raccord.orders.listing import Wanted
from support import order_pages
from support.web import Site, Visitor, site, text_of

__all__ = ["site"]


@pytest.fixture(scope="module")
def orders(site: Site) -> dict[str, UUID]:
    return order_pages.furnish(site)


def numbers(site: Site, **query: Any) -> list[str]:
    """Of the first page, in its order."""
    page = site.as_("seller").get(site.at("orders?" + urlencode(query)), htmx=True)
    assert 200 == page.status_code
    return re.findall(r'<th scope="row"><a href="[^"]+">(\w+)</a>', page.text)


def number_of(site: Site, orders: dict[str, UUID], name: str) -> str:
    page = site.as_("seller").get(site.at(f"orders/{orders[name]}")).text
    return re.search(r"<h1>Commande (\w+)</h1>", page)[1]  # type: ignore[index]


def everything(site: Site, **query: Any) -> list[str]:
    """Every page, one after the other."""
    found, path = [], site.at("orders?" + urlencode(query))
    while path:
        page = site.as_("seller").get(path, htmx=True).text
        found += re.findall(r'<th scope="row"><a href="[^"]+">(\w+)</a>', page)
        further = re.search(r'href="([^"]+)">Page suivante', page)
        path = further[1].replace("&amp;", "&") if further else ""
    return found


def test_filters_find_what_they_say(site: Site, orders: dict[str, UUID]) -> None:
    held = number_of(site, orders, "held for order.unknown_item")
    month = number_of(site, orders, "held for sage100.month_closed")
    invoiced = number_of(site, orders, "integrated, invoiced")
    for query, there, absent in (
        ({"turn": "seller", "tab": "held"}, held, month),
        ({"turn": "manager", "tab": "held"}, month, held),
        ({"code": "sage100.month_closed"}, month, held),
        ({"state": "integrated"}, invoiced, held),
        ({"differs": "1"}, invoiced, month),
        ({"customer": "clbesnard"}, invoiced, held),
        ({"until": "2001-01-01"}, "", held),
        ({"since": "2099-01-01"}, "", held),
        ({"channel": str(site.made.channel), "state": "integrated"}, invoiced, held),
        ({"channel": str(site.made.shop)}, "", held),
    ):
        found = everything(site, **query)
        assert absent not in found, query
        assert there in found or not there, query


@pytest.mark.parametrize(
    "query",
    [
        {"after": "x~y"}, {"after": "NaN~" + "0" * 32, "sort": "amount"}, {"since": "yesterday"}, {"channel": "%00"},
        {"tab": "nothing"}, {"sort": "worst"}, {"turn": "mine"}, {"state": "lost"}, {"q": "%\\_'\"\0"}, {"code": "'"},
    ],
)  # fmt: skip
def test_an_address_that_means_nothing_asks_for_nothing(site: Site, query: dict[str, str]) -> None:
    assert 200 == site.as_("seller").get(site.at("orders?" + urlencode(query))).status_code


@pytest.mark.parametrize("sort", ["newest", "oldest", "amount", "longest"])
def test_every_order_is_on_exactly_one_page_although_others_arrive(
    site: Site, orders: dict[str, UUID], sort: str
) -> None:
    before = everything(site, sort=sort)
    assert len(before) > listing.PAGE
    assert len(before) == len(set(before))
    first = numbers(site, sort=sort)
    arrived = order_pages.arrive(site)
    after = everything(site, sort=sort)
    assert set(before) | {arrived} == set(after)
    last = site.as_("seller").get(site.at(f"orders?sort={sort}"), htmx=True)
    assert len(first) <= len(re.findall(r'<th scope="row">', last.text))


def test_the_next_page_is_the_same_after_an_arrival(site: Site, orders: dict[str, UUID]) -> None:
    page = site.as_("seller").get(site.at("orders"), htmx=True).text
    further = re.search(r'href="([^"]+)">Page suivante', page)[1].replace("&amp;", "&")  # type: ignore[index]
    second = text_of(site.as_("seller").get(further, htmx=True))
    order_pages.arrive(site)
    assert second == text_of(site.as_("seller").get(further, htmx=True))


# -------------------------------------------------------------------------------------------------------- turns


def test_the_list_and_the_card_say_the_same_turn(site: Site, orders: dict[str, UUID]) -> None:
    """The list counts in SQL, the card decides in Python."""
    problems = order_pages.holds()
    for name, problem in problems.items():
        turn = "seller" if problem.message.code in SELLER_CODES else "manager"
        turn = {"config": "manager", "bug": "us"}.get(problem.kind, turn)
        number = number_of(site, orders, f"held for {name}")
        assert [number] == numbers(site, q=number, turn=turn), name


# --------------------------------------------------------------------------------------------------------- file


def lines_of(site: Site, visitor: Visitor, **query: Any) -> list[dict[str, str]]:
    answer = visitor.get(site.at("orders/export?" + urlencode(query)))
    assert answer.content.startswith(b"\xef\xbb\xbf")
    assert "attachment" in answer.headers["content-disposition"]
    return list(csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig")), delimiter=";"))


def test_the_file_has_the_filtered_list_as_french_spreadsheets_read_it(
    site: Site, orders: dict[str, UUID]
) -> None:
    found = lines_of(site, site.as_("reader"), state="integrated")
    assert everything(site, state="integrated") == [one["Numéro"] for one in found]
    invoiced = next(one for one in found if one["Document"] == "BC-invoiced")
    assert ("381,50", "400,00", "18,50", "EUR") == tuple(
        invoiced[name] for name in ("Total TTC", "Total TTC dans la gestion", "Écart", "Devise")
    )


def test_the_file_holds_more_than_a_page_and_no_order_twice(
    site: Site, orders: dict[str, UUID], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(exporting, "PIECE", 7)
    found = [one["Numéro"] for one in lines_of(site, site.as_("reader"))]
    assert everything(site) == found


@pytest.mark.parametrize("text", ["=1+1", "+33 6", "-2", "@cmd", "\tx", "'=1", "\r=1"])
def test_no_cell_is_run_as_a_formula(text: str) -> None:
    assert exporting.harmless(text).startswith("'")


def test_ordinary_texts_stay_as_they_are() -> None:
    assert ["Duval & fils", "", "12 €"] == [exporting.harmless(text) for text in ("Duval & fils", "", "12 €")]


# ------------------------------------------------------------------------------------------------------ several


def test_several_orders_are_decided_each_by_itself(site: Site, orders: dict[str, UUID]) -> None:
    chosen = [
        orders["held for sage100.month_closed"],
        orders["integrated, not told"],
        orders["held for sage100.tax_missing"],
    ]
    site.wake.woken.clear()
    answer = site.as_("seller").post(
        site.at("orders/several"), do="retry", once="a-form", orders=[*map(str, chosen), str(chosen[0]), "nonsense"]
    )  # fmt: skip
    told = text_of(answer)
    assert 200 == answer.status_code
    assert "2 sur 3" in told
    assert "rien n’a été changé, car elle est entrée dans la gestion" in told
    assert {chosen[0], chosen[2]} == {one[1] for one in site.wake.woken if one[0] == "enter"}
    again = text_of(
        site.as_("seller").post(
            site.at("orders/several"),
            do="retry",
            once="a-form",
            orders=[str(chosen[0])],
        )
    )
    assert "1 sur 1" in again, "the form sent twice is one decision"


def test_one_order_alone_may_be_chosen_or_none(site: Site, orders: dict[str, UUID]) -> None:
    path = site.at("orders/several")
    one = str(orders["held for sage100.by_hand"])
    assert "1 sur 1" in text_of(site.as_("seller").post(path, do="retry", orders=one))
    assert "Aucune commande n’a été choisie" in text_of(site.as_("seller").post(path, do="retry"))


def test_ignoring_several_asks_for_a_reason_and_keeps_it(site: Site, orders: dict[str, UUID]) -> None:
    path, order = site.at("orders/several"), orders["held for sage100.refused_too_long"]
    refused = text_of(site.as_("seller").post(path, do="ignored", orders=[str(order)]))
    assert "Dites pourquoi" in refused
    done = text_of(
        site.as_("seller").post(path, do="ignored", orders=[str(order)], reason="doublon du salon")
    )
    assert "1 sur 1" in done


def test_only_a_manager_lets_a_difference_go(site: Site, orders: dict[str, UUID]) -> None:
    path = site.at("orders/several")
    assert 403 == site.as_("seller").post(path, do="anyway", reason="x", orders=[]).status_code
    assert 200 == site.as_("partner").post(path, do="anyway", reason="x", orders=[]).status_code
    assert 404 == site.as_("owner").post(path, do="explode", orders=[]).status_code


def test_a_list_of_one_turn_says_whose(site: Site) -> None:
    assert Wanted(turn="seller").filtered
    assert not Wanted().filtered
