"""The pages of orders: every one of them in every state, for everyone who may look."""

from uuid import UUID

import pytest

from support import order_pages
from support.web import EMAILS, Site, Visitor, Who, site, text_of

__all__ = ["site"]
WHO: tuple[Who, ...] = ("partner", "seller", "reader")
"""What a partner is shown, an owner is: both may what a manager may."""


@pytest.fixture(scope="module")
def orders(site: Site) -> dict[str, UUID]:
    return order_pages.furnish(site)


def look(site: Site, path: str) -> dict[str, str]:
    """The page as each of those who may see it does; a name that a template does not know would be an error 500."""
    told: dict[str, str] = {}
    for who in WHO:
        answer = site.as_(who).get(path)
        assert 200 == answer.status_code, (who, path)
        told[who] = text_of(answer)
    return told


def english(site: Site) -> Visitor:
    visitor = Visitor(site.client, "en")
    assert 303 == visitor.sign_in(EMAILS["other_owner"]).status_code
    visitor.post("/language", language="en", next="/tenants")
    return visitor


def test_every_order_shows_its_page_to_everybody_whatever_holds_it(
    site: Site, orders: dict[str, UUID]
) -> None:
    for name, order in orders.items():
        path = site.at(f"orders/{order}")
        for who, told in look(site, path).items():
            assert "Son parcours" in told, (name, who)


def test_every_order_shows_its_page_in_english(site: Site, orders: dict[str, UUID]) -> None:
    visitor = english(site)
    for name, order in orders.items():
        answer = visitor.get(site.at(f"orders/{order}"))
        assert 200 == answer.status_code, name
        assert "Its way" in text_of(answer), name


@pytest.mark.parametrize("name", ["ambiguous", "ambiguous, nobody fits", "held for order.customer_doubtful"])
@pytest.mark.parametrize(
    "query", ["customer=besnard", "customer=nobody+at+all", "customer=", "done=stale", "done=customer"]
)
def test_choosing_a_customer_shows_its_page_whatever_is_searched(
    site: Site, orders: dict[str, UUID], name: str, query: str
) -> None:
    look(site, site.at(f"orders/{orders[name]}?{query}"))


@pytest.mark.parametrize(
    "query", ["", "tab=held", "tab=under_way", "tab=done", "q=2001", "q=nothing+of+the+kind"]
)
def test_the_list_shows_every_order_to_everybody(site: Site, orders: dict[str, UUID], query: str) -> None:
    look(site, site.at(f"orders?{query}"))
    assert 200 == site.as_("owner").get(site.at(f"orders?{query}"), htmx=True).status_code
