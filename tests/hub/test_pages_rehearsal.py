"""The page of a channel's rehearsal: nothing yet, under way, what was found, on paper, as a file, all well."""

import csv
import io
import re
from collections.abc import Awaitable, Callable
from typing import TypeVar
from uuid import UUID

import msgspec
import pytest

from raccord.core.rehearsal.findings import Finding
from raccord.front.links import quoted
from raccord.storage.engine import current_connection, tenant_transaction
from raccord_connectors.contract import Message, Problem
from support import web_rehearsals
from support.web import Site, text_of
from support.web import site as whole
from support.web_merchant import STRANGE_KEY

__all__ = ["whole"]
T = TypeVar("T")


@pytest.fixture
def site(whole: Site) -> Site:
    """The furnished one, with its rehearsal as it was at first: each test has its own last one."""
    forget(whole)
    furnish(whole, *web_rehearsals.findings())
    return whole


def place(site: Site, more: str = "") -> str:
    return site.at(f"channels/{site.made.channel}/rehearsal{more}")


def inside(site: Site, work: Callable[[], Awaitable[T]]) -> T:
    """On the application's own loop."""

    async def run() -> T:
        async with tenant_transaction(site.made.tenant):
            return await work()

    return site.client.blocking_portal.call(run)


def forget(site: Site) -> None:
    async def work() -> None:
        await current_connection().execute("DELETE FROM rehearsal WHERE channel = $1", site.made.channel)

    inside(site, work)


def furnish(site: Site, *found: object, state: str = "done", problem: Problem | None = None) -> UUID:
    packed = None if problem is None else msgspec.json.encode(problem).decode()
    return inside(
        site,
        lambda: web_rehearsals.furnish(
            site.made.tenant, site.made.channel, list(found), state=state, problem=packed  # type: ignore[arg-type]
        ),
    )  # fmt: skip


def test_before_the_first_one_the_page_says_what_it_is_and_offers_it(site: Site) -> None:
    forget(site)
    page = site.as_("owner").get(place(site))
    assert "Rien n’est écrit d’aucun côté" in text_of(page)
    assert 'value="start"' in page.text
    assert 404 == site.as_("owner").get(place(site, "/findings.csv")).status_code


def test_it_is_started_once_and_the_workers_are_woken(site: Site) -> None:
    visitor = site.as_("owner")
    started = visitor.post(place(site), do="start")
    assert (303, place(site)) == (started.status_code, started.headers["location"])
    assert "rehearse" == site.wake.woken[-1][0]
    again = visitor.post(place(site), do="start")
    assert 422 == again.status_code
    assert "déjà en cours" in text_of(again)


def test_while_it_is_under_way_the_page_renews_itself_and_offers_to_stop(site: Site) -> None:
    visitor = site.as_("owner")
    visitor.post(place(site), do="start")
    page = visitor.get(place(site))
    assert re.search(r'id="rehearsal" hx-get="[^"]+/rehearsal" hx-trigger="every 1s"', page.text)
    assert "<progress" in page.text
    fragment = visitor.get(place(site), htmx=True)
    assert "<html" not in fragment.text
    assert 'id="rehearsal"' in fragment.text
    assert 303 == visitor.post(place(site), do="end").status_code
    stopped = visitor.get(place(site))
    assert "ce qui suit n’est pas tout" in text_of(stopped)
    assert "hx-trigger" not in re.findall(r'<div id="rehearsal"[^>]*>', stopped.text)[0]


def test_the_gravest_comes_first_and_each_kind_says_what_to_do(site: Site) -> None:
    page = site.as_("owner").get(place(site)).text
    order = [page.index(f'id="{name}"') for name in ("blocks", "held", "advice")]
    assert sorted(order) == order
    assert page.index('id="side.shop"') < page.index('id="order.totals"') < page.index('id="picture.none"')
    assert "La clé ne peut pas écrire." in page
    assert "Donnez ce droit à la clé dans la boutique" in page


def test_a_finding_leads_to_its_record_whatever_its_key(site: Site) -> None:
    page = site.as_("owner").get(place(site)).text
    link = site.at(f"catalogue/{site.made.channel}/listings/{quoted(STRANGE_KEY)}")
    assert f'href="{link}"' in page
    assert 200 == site.as_("owner").get(link).status_code


def test_the_first_examples_are_open_and_the_others_folded_but_not_on_paper(site: Site) -> None:
    page = site.as_("owner").get(place(site)).text
    pictures = page[page.index('id="picture.none"') :].partition("</section>")[0]
    assert 22 == pictures.count("<li>")
    assert "12 de plus" in pictures
    paper = site.as_("owner").get(place(site, "?print=1"))
    assert "<details>" not in paper.text
    assert "Répétition de" in text_of(paper)


def test_the_findings_are_a_file_that_a_spreadsheet_opens(site: Site) -> None:
    answer = site.as_("owner").get(place(site, "/findings.csv"))
    assert answer.headers["content-disposition"].startswith('attachment; filename="raccord-')
    assert answer.content.startswith(b"\xef\xbb\xbf")
    rows = list(csv.reader(io.StringIO(answer.content.decode("utf-8-sig")), delimiter=";"))
    assert "Gravité" == rows[0][0]
    assert "bloquant" == rows[1][0]
    assert {8} == {len(row) for row in rows}
    assert len(rows) > 25


def test_a_reference_that_looks_like_a_formula_stays_a_text(site: Site) -> None:
    furnish(site, Finding("picture.none", "products", "=HYPERLINK(1)", Message("x", "@a", "@a")))
    text = site.as_("owner").get(place(site, "/findings.csv")).text
    assert "'=HYPERLINK(1)" in text
    assert "'@a" in text


def test_all_well_is_said_plainly(site: Site) -> None:
    furnish(site)
    said = text_of(site.as_("owner").get(place(site)))
    assert "Tout va bien" in said
    assert "Vous pouvez mettre le canal en service" in said


def test_one_that_failed_says_why(site: Site) -> None:
    reason = Message("x", "La boutique ne répond pas.", "The shop does not answer.")
    furnish(site, state="failed", problem=Problem("transient", reason))
    said = text_of(site.as_("owner").get(place(site)))
    assert "La boutique ne répond pas." in said
    assert "Tout va bien" not in said


def test_who_may_not_change_the_channel_sees_the_report_and_no_button(site: Site) -> None:
    page = site.as_("reader").get(place(site))
    assert 200 == page.status_code
    assert 'name="do"' not in page.text
    assert 403 == site.as_("reader").post(place(site), do="start").status_code
    assert 404 == site.as_("stranger").get(place(site)).status_code
    assert 404 == site.as_("stranger").get(place(site, "/findings.csv")).status_code


def test_another_doing_and_another_channel_do_not_exist(site: Site) -> None:
    assert 404 == site.as_("owner").post(place(site), do="other").status_code
    assert 404 == site.as_("owner").get(site.at(f"channels/{site.made.tenant}/rehearsal")).status_code
