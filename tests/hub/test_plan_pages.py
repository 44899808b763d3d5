"""Plans and versions as people see them: made, read record by record, tried, applied, compared, and gone back from."""

import re
from decimal import Decimal
from itertools import pairwise
from typing import Any

import httpx
import pytest

from support.web import Site, site, text_of
from support.web_work import make_plans

__all__ = ["site"]
STOCK: dict[str, Any] = {
    "depots": ["LYON", "PARIS"], "nature": "prudent", "margin_percent": "0", "kits": "count", "untracked": "always",
    "made_to_order": "always", "article": "TABLE",
}  # fmt: skip


@pytest.fixture(autouse=True)
def without_a_draft(site: Site) -> None:
    """The tests share a merchant, and each goes on from the version that is in force."""
    site.as_("owner").post(place(site, "/draft/discard"))


def place(site: Site, rest: str = "") -> str:
    return site.at(f"channels/{site.made.channel}{rest}")


def path_of(answer: httpx.Response) -> str:
    assert 303 == answer.status_code, text_of(answer)
    return answer.headers["location"].partition("?")[0]


def keep_margin(site: Site, margin: str) -> None:
    visitor = site.as_("owner")
    found = re.search(r'name="revision" value="(-?\d+)"', visitor.get(place(site, "/stock")).text)
    assert found
    kept = visitor.post(
        place(site, "/stock"), **{**STOCK, "margin": margin, "revision": found[1], "do": "save"}
    )
    assert 303 == kept.status_code


def margin(site: Site, more: int = 0) -> str:
    """The one in force, and so many more."""
    found = re.search(r"Marge de sécurité (\d+)", text_of(site.as_("owner").get(place(site))))
    assert found
    return str(Decimal(found[1]) + more)


def newest(site: Site) -> int:
    """The number of the version in force; 0 before the first."""
    found = re.search(r"Version (\d+) En vigueur", text_of(site.as_("owner").get(place(site, "/versions"))))
    return int(found[1]) if found else 0


def planned(site: Site) -> str:
    """The page of a plan that is made, of one more in the margin."""
    keep_margin(site, margin(site, 1))
    plan = path_of(site.as_("owner").post(place(site, "/plans")))
    make_plans(site)
    return plan


def applied(site: Site) -> int:
    """The version that it became."""
    assert site.as_("owner").post(planned(site), do="apply").headers["location"].endswith("done=applied")
    return newest(site)


# ---------------------------------------------------------------------------------------------------- plan


def test_a_plan_tells_how_far_it_is_and_then_what_would_happen(site: Site) -> None:
    visitor, before = site.as_("owner"), margin(site)
    after = margin(site, 3)
    keep_margin(site, after)
    plan = path_of(visitor.post(place(site, "/plans")))
    making = visitor.get(plan, htmx=True)
    assert "<html" not in making.text
    assert 'hx-trigger="every 1s"' in making.text
    assert "Le plan se prépare" in text_of(making)
    make_plans(site)
    page = visitor.get(plan)
    assert 'hx-trigger="every 1s"' not in page.text
    told = text_of(page)
    for part in (
        "Quantités 62",
        "requêtes à la boutique",
        f"Marge de sécurité {before} → {after}",
        f"réel 26 − réservé 2 − marge de sécurité {after} = {24 - int(after)}",
    ):
        assert part in told, part
    assert plan in visitor.get(place(site, "/stock")).text  # the bar leads to it instead of making it again


def test_records_of_a_plan_are_filtered_and_paged(site: Site) -> None:
    visitor, plan = site.as_("owner"), planned(site)
    quantities = visitor.get(f"{plan}?action=stock")
    assert "CHAISE|1" in text_of(quantities)
    assert "Rideau occultant" not in text_of(quantities)
    more = re.search(r'href="([^"]*after=[^"]*)"', quantities.text)
    assert more
    rest = text_of(visitor.get(more[1].replace("&amp;", "&")))
    assert "Retour au début" in rest
    assert "CHAISE|1" not in rest
    assert "Table de ferme" in text_of(visitor.get(f"{plan}?q=table"))
    nothing = text_of(visitor.get(f"{plan}?action=withdraw"))
    assert "Le plan ne fait cela à aucun enregistrement" in nothing


def test_applying_makes_a_version_and_wakes_the_workers(site: Site) -> None:
    visitor, plan, before = site.as_("owner"), planned(site), newest(site)
    site.wake.woken.clear()
    done = visitor.post(plan, do="apply", note="Plus prudent avant Noël")
    assert done.headers["location"].endswith("done=applied")
    assert ("project", site.made.channel, "availability") in site.wake.woken
    told = text_of(visitor.get(plan))
    assert "Appliqué par Anne Duval" in told
    assert "Appliquer maintenant" not in told
    assert "non appliquée" not in text_of(visitor.get(place(site)))
    versions = text_of(visitor.get(place(site, "/versions")))
    for part in (f"Version {before + 1} En vigueur", "Anne Duval", "Plus prudent avant Noël"):
        assert part in versions, part
    again = visitor.post(plan, do="apply")
    assert 422 == again.status_code
    assert "a déjà été appliqué" in text_of(again)


def test_a_plan_is_stale_once_another_version_is_in_force(site: Site) -> None:
    visitor, old = site.as_("owner"), planned(site)
    keep_margin(site, margin(site, 2))
    assert "Le brouillon a changé depuis ce plan" in text_of(visitor.get(old))
    newer = path_of(visitor.post(place(site, "/plans")))
    make_plans(site)
    assert "Un plan plus récent a remplacé celui-ci" in text_of(visitor.get(old))
    assert newer in visitor.get(old).text
    visitor.post(newer, do="apply")
    refused = visitor.post(old, do="apply")
    assert 422 == refused.status_code
    assert 'role="alert"' in refused.text


def test_a_few_articles_are_tried_first_and_taken_back(site: Site) -> None:
    visitor, plan, before = site.as_("owner"), planned(site), newest(site)
    assert visitor.post(plan, do="try", sample="2").headers["location"].endswith("done=tried")
    told = text_of(visitor.get(plan))
    for part in ("À l’essai", "Annuler l’essai", "Appliquer à tous", "suivent déjà ce plan"):
        assert part in told, part
    tried = text_of(visitor.get(f"{plan}?action=trying"))
    assert "À l’essai, en route" in tried
    assert before == newest(site)
    assert visitor.post(plan, do="undo").headers["location"].endswith("done=untried")
    assert "Annuler l’essai" not in text_of(visitor.get(plan))


@pytest.mark.parametrize("sample", ["0", "", "beaucoup", "-3"])
def test_a_trial_of_no_article_is_refused(site: Site, sample: str) -> None:
    answer = site.as_("owner").post(planned(site), do="try", sample=sample)
    assert 422 == answer.status_code
    assert "Aucun article de ce plan ne peut être essayé" in text_of(answer)


def test_without_a_change_there_is_no_plan(site: Site) -> None:
    answer = site.as_("owner").post(place(site, "/plans"))
    assert 422 == answer.status_code
    assert "Il n’y a aucun changement à appliquer" in text_of(answer)


def test_a_discarded_draft_leaves_its_plan_without_a_button(site: Site) -> None:
    visitor, plan = site.as_("owner"), planned(site)
    visitor.post(place(site, "/draft/discard"))
    assert "Appliquer maintenant" not in text_of(visitor.get(plan))


def test_readers_see_a_plan_and_decide_nothing(site: Site) -> None:
    plan, reader = planned(site), site.as_("reader")
    told = text_of(reader.get(plan))
    assert "Quantités 62" in told
    for words in ("Appliquer", "Abandonner", "Essayer"):
        assert words not in told, words
    assert 403 == reader.post(plan, do="apply").status_code
    assert 404 == site.as_("stranger").get(plan).status_code


def test_a_plan_of_another_channel_or_tenant_is_not_found(site: Site) -> None:
    visitor, plan = site.as_("owner"), planned(site)
    number = plan.rpartition("/")[2]
    assert 404 == visitor.get(site.at(f"channels/{site.made.erp}/plans/{number}")).status_code
    assert 404 == visitor.get(place(site, f"/plans/{site.made.erp}")).status_code
    foreign = f"/t/{site.made.other}/channels/{site.made.channel}/plans/{number}"
    assert 404 == site.as_("stranger").get(foreign).status_code
    assert 404 == visitor.post(plan, do="explode").status_code


def test_the_plan_page_is_built_as_readers_programs_expect(site: Site) -> None:
    for path in (planned(site), place(site, "/versions")):
        page = site.as_("owner").get(path)
        levels = [int(level) for level in re.findall(r"<h([1-6])\b", page.text)]
        assert 1 == levels.count(1)
        assert all(after <= before + 1 for before, after in pairwise(levels))
        assert not re.search(r"\son\w+=|\sstyle=|hx-on|javascript:", page.text)
        for leftover in ("{{", "None", "Undefined", "%("):
            assert leftover not in text_of(page), leftover


# ------------------------------------------------------------------------------------------------ versions


def test_two_versions_are_compared_in_plain_words(site: Site) -> None:
    old, visitor = applied(site), site.as_("owner")
    was, new = margin(site), applied(site)
    now = margin(site)
    told = text_of(visitor.get(place(site, f"/versions/{new}")))
    assert f"Comparée à la version {old}" in told
    assert f"Marge de sécurité {was} → {now}" in told
    backwards = text_of(visitor.get(place(site, f"/versions/{old}?against={new}")))
    assert f"Marge de sécurité {now} → {was}" in backwards
    assert 404 == visitor.get(place(site, f"/versions/{new + 1}")).status_code


def test_one_goes_back_by_a_plan_like_any_other(site: Site) -> None:
    old, visitor = applied(site), site.as_("owner")
    was, new = margin(site), applied(site)
    plan = path_of(visitor.post(place(site, f"/versions/{old}/back")))
    make_plans(site)
    assert f"Marge de sécurité {margin(site)} → {was}" in text_of(visitor.get(plan))
    assert new == newest(site)  # nothing moved yet
    visitor.post(plan, do="apply")
    assert (new + 1, was) == (newest(site), margin(site))


def test_going_back_leaves_the_settings_of_orders(site: Site) -> None:
    old, visitor = applied(site), site.as_("owner")
    was, _ = margin(site), applied(site)
    orders = {"document_kind": "quotation", "shipping_item": "PORT", "brake_share": "5", "brake_count": "70"}
    assert 303 == visitor.post(place(site, "/settings"), **orders).status_code
    assert "non appliquée" not in text_of(visitor.get(place(site)))
    plan = path_of(visitor.post(place(site, f"/versions/{old}/back")))
    make_plans(site)
    visitor.post(plan, do="apply")
    told = text_of(visitor.get(place(site)))
    for part in ("5 % ou 70 articles", "un devis, à confirmer à la main", f"Marge de sécurité {was}"):
        assert part in told, part


def test_a_version_that_is_not_there_cannot_be_gone_back_to(site: Site) -> None:
    answer = site.as_("owner").post(place(site, "/versions/999/back"))
    assert 422 == answer.status_code
    assert "pas de version 999" in text_of(answer)
