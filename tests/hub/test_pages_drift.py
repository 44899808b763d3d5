"""The drift page: what differs, by cause, and each decision on it."""

from typing import Any
from uuid import UUID

import pytest

from support.web import Site, site, text_of

__all__ = ["site"]


@pytest.fixture
def place(site: Site) -> str:
    return site.at(f"channels/{site.made.channel}/drift")


def test_the_score_the_days_and_each_difference_with_both_values_are_told(site: Site, place: str) -> None:
    told = text_of(site.as_("reader").get(place))
    for part in (
        "92 %", "46 articles sur 50", "Modifié dans la boutique", "Vase soliflore en grès", "Vase soliflore EN SOLDE",
        "Envoyé par nous", "En boutique", "Corrigé récemment", "Bois massif", "Anne Duval",
    ):  # fmt: skip
        assert part in told, part
    assert "retouché dans la boutique" in told
    assert "Lampe" not in told, "it is of another cause"
    assert "Lampe" in text_of(site.as_("reader").get(f"{place}?cause=cleaned"))


def test_who_only_reads_is_shown_no_decision(site: Site, place: str) -> None:
    page = site.as_("reader").get(place).text
    assert "/drift/repair" not in page
    assert "/drift/leave" not in page
    assert "/drift/choice" not in page


def test_a_comparison_is_asked_for_and_awaited_until_it_is_there(site: Site, place: str) -> None:
    visitor = site.as_("owner")
    site.wake.woken.clear()
    answer = visitor.post(f"{place}/compare")
    assert ("drift", site.made.channel) in site.wake.woken
    waiting = visitor.get(answer.headers["location"])
    assert 'hx-trigger="every 2s"' in waiting.text
    part = visitor.get(answer.headers["location"], htmx=True)
    assert part.text.lstrip().startswith('<div id="drift"')
    assert "every 2s" not in visitor.get(f"{place}?waiting={UUID(int=0)}").text, "another one came since"


def test_a_merchant_chooses_whether_to_be_asked(site: Site, place: str) -> None:
    visitor = site.as_("owner")
    assert visitor.post(f"{place}/choice", choice="tell").headers["location"].endswith("done=saved")
    assert 'value="tell" checked' in visitor.get(place).text
    assert "Sort des différences modifié" in text_of(visitor.get(site.at("audit")))
    assert 404 == visitor.post(f"{place}/choice", choice="delete everything").status_code
    assert visitor.post(f"{place}/choice", choice="repair").headers["location"].endswith("done=saved")


def test_one_article_is_put_right_and_the_shop_is_woken(site: Site, place: str) -> None:
    visitor = site.as_("owner")
    site.wake.woken.clear()
    answer = visitor.post(f"{place}/repair", cause="hand", key="VASE")
    assert "n=1" in answer.headers["location"]
    assert ("push", site.made.shop, "ordinary") in site.wake.woken
    assert "1 article est en cours de correction" in text_of(visitor.get(answer.headers["location"]))
    again = visitor.post(f"{place}/repair", cause="hand", key="VASE")
    assert "done=stale" in again.headers["location"]
    assert 404 == visitor.post(f"{place}/repair", cause="weather").status_code


def test_a_field_is_left_to_the_shop_in_the_draft(site: Site, place: str) -> None:
    visitor = site.as_("owner")
    assert "Laisser « Description » à la boutique" in text_of(visitor.get(place))
    answer = visitor.post(f"{place}/leave", field="description", back="hand")
    told = text_of(visitor.get(answer.headers["location"]))
    assert "à la boutique dans le brouillon" in told
    assert "1 modification n’est pas encore appliquée" in told or "pas encore appliqu" in told
    assert "done=stale" in visitor.post(f"{place}/leave", field="description").headers["location"]


def test_a_field_that_every_article_needs_cannot_be_left_to_the_shop(site: Site, place: str) -> None:
    visitor = site.as_("owner")
    answer = visitor.post(f"{place}/leave", field="name")
    assert 422 == answer.status_code
    assert "ne peut pas être laissée à la boutique" in text_of(answer)


def test_another_merchants_channel_cannot_be_decided_on(site: Site) -> None:
    own = f"/t/{site.made.other}/channels/{site.made.channel}/drift"
    decisions: list[tuple[str, dict[str, Any]]] = [
        ("compare", {}),
        ("repair", {"cause": "hand"}),
        ("choice", {"choice": "tell"}),
        ("leave", {"field": "description"}),
    ]
    for part, data in decisions:
        assert 404 == site.as_("stranger").post(f"{own}/{part}", **data).status_code
