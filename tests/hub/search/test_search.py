"""One box finds everything that has a number, leads to its story, and nothing of anybody else."""

import re
from html import unescape

import pytest

from raccord.front.links import quoted
from support.web import Site, Who, site

__all__ = ["site"]


def found(site: Site, text: str, who: Who = "owner") -> dict[str, str]:
    """Address → what is shown, of every hit."""
    answer = site.as_(who).get(site.at(f"search?q={quoted(text)}"))
    assert 200 == answer.status_code
    list_ = re.findall(
        r'<li><a href="([^"]+)"><strong class="key">(.*?)</strong> <span>(.*?)</span>', answer.text
    )
    return {
        unescape(address).removeprefix(f"/t/{site.made.tenant}/"): unescape(f"{title} {about}")
        for address, title, about in list_
    }


def an_order(site: Site) -> tuple[str, str]:
    """(number, page) of any order that the furnished merchant has."""
    listed = site.as_("owner").get(site.at("orders")).text
    address, number = re.findall(
        r'href="(?:/t/[^/]+/)?orders/([0-9a-f-]{36})"[^>]*>\s*(?:<[^>]+>)*#?([\w-]+)', listed
    )[0]
    return number, f"orders/{address}"


def test_an_order_is_found_by_its_number_and_its_beginning(site: Site) -> None:
    number, page = an_order(site)
    assert page in found(site, number)
    assert page in found(site, number.lower()[:-1])
    assert 200 == site.as_("owner").get(site.at(page)).status_code


def test_an_article_is_found_by_its_reference_and_by_its_name(site: Site) -> None:
    page = f"catalogue/{site.made.channel}/listings/CHAISE"
    assert page in found(site, "CHAISE")
    assert page in found(site, "chaise")


def test_a_paper_is_found_by_its_number(site: Site) -> None:
    shown = unescape(site.as_("owner").get(site.at(f"documents/{site.made.paper}")).text)
    number = re.findall(r"<h1>[^<]*?([A-Z]{2}\d+)", shown)[0]
    assert f"documents/{site.made.paper}" in found(site, number)


@pytest.mark.parametrize("text", ["%", "_", "\\", "%%", "' OR 1=1 --", "<script>", "é" * 300])
def test_what_means_something_to_a_database_or_a_browser_means_nothing_here(site: Site, text: str) -> None:
    answer = site.as_("owner").get(site.at(f"search?q={quoted(text)}"))
    assert 200 == answer.status_code
    assert "<script>" not in answer.text.replace('<script src="/static/htmx.min.js" defer></script>', "")
    assert {} == found(site, text)


def test_nothing_found_says_what_can_be_done(site: Site) -> None:
    answer = unescape(site.as_("reader").get(site.at("search?q=ZZZ-42")).text)
    assert "Rien ne s’appelle «\u00a0ZZZ-42\u00a0»" in answer
    assert "Chercher dans le journal" in answer


def test_another_company_finds_nothing_of_ours(site: Site) -> None:
    number, _ = an_order(site)
    assert 404 == site.as_("stranger").get(site.at(f"search?q={number}")).status_code
