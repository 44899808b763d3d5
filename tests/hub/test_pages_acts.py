"""What people do on the pages: look for, retry, ignore, choose, decide; and what comes by itself."""

import re
from typing import Any

import pytest

from raccord.front.links import quoted
from support.web import Site, site, text_of
from support.web_merchant import STRANGE_KEY

__all__ = ["site"]


# -------------------------------------------------------------------------------------------------- journal


def newer_of(page: str) -> str:
    found = re.search(r'id="newer" hx-get="([^"]+)"', page)
    assert found, "the list does not ask for news"
    return found[1].replace("&amp;", "&")


def test_new_entries_come_by_themselves_and_are_asked_for_once(site: Site) -> None:
    visitor = site.as_("owner")
    page = visitor.get(site.at("journal")).text
    assert re.search(r'id="told"[^>]*role="status"', page)  # stands there before anything is said in it
    newer = newer_of(page)
    assert 204 == visitor.get(newer, htmx=True).status_code
    assert 303 == retry(site, "FAUTEUIL").status_code
    fragment = visitor.get(newer, htmx=True)
    assert 200 == fragment.status_code
    assert "FAUTEUIL" in fragment.text
    assert 'hx-swap-oob="afterbegin:#entries"' in fragment.text
    assert 'hx-swap-oob="innerHTML:#told"' in fragment.text
    assert "<html" not in fragment.text
    assert 204 == visitor.get(newer_of(fragment.text), htmx=True).status_code


def test_filters_hold_for_new_entries_too(site: Site) -> None:
    visitor = site.as_("owner")
    newer = newer_of(visitor.get(site.at("journal?stream=orders")).text)
    assert "stream=orders" in newer
    retry(site, "MIROIR")
    assert 204 == visitor.get(newer, htmx=True).status_code


def test_the_journal_can_be_paused_and_resumed(site: Site) -> None:
    paused = site.as_("owner").get(site.at("journal?live=off"))
    assert 'id="newer"' not in paused.text
    assert "Reprendre" in text_of(paused)


@pytest.mark.parametrize(
    ("query", "there", "absent"),
    [
        ("stream=orders", "Commande retenue", "Nouveau dans la gestion"),
        ("event=created", "VASE", "FAUTEUIL"),
        ("problems=1", "FAUTEUIL", "REF0039"),
        ("q=COMMODE", "COMMODE", "FAUTEUIL"),
        ("q=1033", "1033", "1034"),
        ("q=carte+cadeau", "1035", "1033"),
    ],
)
def test_the_journal_is_searched(site: Site, query: str, there: str, absent: str) -> None:
    answer = site.as_("owner").get(site.at(f"journal?live=off&{query}"))
    entries = answer.text.partition('id="entries"')[2]
    assert there in entries
    assert absent not in entries


def test_the_journal_is_read_to_its_end_page_by_page(site: Site) -> None:
    visitor, seen, path = site.as_("owner"), [], site.at("journal?live=off")
    while path:
        text = visitor.get(path).text
        seen += re.findall(r'<li class="entry">.*?/journal/(\d+)"', text, re.DOTALL)
        older = re.search(r'href="([^"]*before=\d+)"', text)
        path = older[1].replace("&amp;", "&") if older else ""
    assert len(seen) == len(set(seen)) > 50
    assert sorted(seen, key=int, reverse=True) == seen


def test_an_address_with_nonsense_shows_the_journal_all_the_same(site: Site) -> None:
    assert 200 == site.as_("owner").get(site.at("journal?stream=x&event=y&channel=z&live=off")).status_code


def test_an_entry_tells_why(site: Site) -> None:
    visitor = site.as_("owner")
    listed = visitor.get(site.at("journal?live=off&event=updated")).text
    entry = re.search(r'/journal/(\d+)">[^<]*</a>\s*<a class="key"[^>]*>TABLE<', listed)
    assert entry
    told = text_of(visitor.get(site.at(f"journal/{entry[1]}")))
    assert "Prix (TABLE)" in told
    assert "590" in told
    assert "640" in told
    assert "À cause de Modifié dans la gestion" in told
    assert "1,3 s" in told


# ------------------------------------------------------------------------------------------------- catalogue


def retry(site: Site, key: str, who: Any = "seller") -> Any:
    return site.as_(who).post(site.at(f"catalogue/{site.made.channel}/listings/{quoted(key)}"), do="retry")


@pytest.mark.parametrize(
    ("query", "there", "absent"),
    [
        ("q=chaise", "Chaise bistrot", "Table de ferme"),
        ("q=CHAISE-NOI", "Chaise bistrot", "Table de ferme"),
        ("q=etagere", "Étagère murale", "Table de ferme"),
        ("q=3017620422003", "Chaise bistrot", "Table de ferme"),
        ("q=armoire", "ARMOIRE", "Table de ferme"),
        ("state=held", "MIROIR", "Chaise bistrot"),
        ("state=braked", "Banc d’entrée", "Chaise bistrot"),
        ("state=on_its_way", "Table de ferme", "Chaise bistrot"),
        ("state=withdrawn", "Commode", "Chaise bistrot"),
        ("state=unpublished", "Rideau", "Chaise bistrot"),
        ("state=on_sale", "Chaise bistrot", "Commode"),
    ],
)
def test_the_catalogue_is_searched_and_filtered(site: Site, query: str, there: str, absent: str) -> None:
    told = text_of(site.as_("owner").get(site.at(f"catalogue?{query}"), htmx=True))
    assert there in told
    assert absent not in told


def test_the_catalogue_is_read_to_its_end_page_by_page(site: Site) -> None:
    visitor, seen, path = site.as_("owner"), [], site.at("catalogue")
    while path:
        text = visitor.get(path).text
        seen += re.findall(r'<small class="key">(.*?)</small>', text)
        older = re.search(r'href="([^"]*after=[^"]+)"', text)
        path = older[1].replace("&amp;", "&") if older else ""
    assert 62 == len(seen) == len(set(seen))


def test_an_item_leads_to_its_article_and_a_follow_up_to_its_order(site: Site) -> None:
    visitor, channel = site.as_("owner"), site.made.channel
    item = visitor.get(site.at(f"catalogue/{channel}/availability/{quoted('CHAISE|1')}"))
    assert site.at(f"catalogue/{channel}/listings/CHAISE") == item.headers["location"]
    follow_up = visitor.get(site.at(f"catalogue/{channel}/order_updates/wc-1033"))
    assert site.at(f"orders/{site.made.orders['integrated']}") == follow_up.headers["location"]


def test_a_strange_key_is_found_from_the_list_and_from_the_waiting_page(site: Site) -> None:
    link = f"/catalogue/{site.made.channel}/listings/TAB%7C1%2F2%20%23%C3%A9"
    assert link in site.as_("owner").get(site.at("catalogue?q=tabouret")).text
    answer = site.as_("owner").get(f"/t/{site.made.tenant}{link}")
    assert 200 == answer.status_code
    assert STRANGE_KEY in text_of(answer)


def test_an_article_explains_its_stock_with_the_numbers(site: Site) -> None:
    told = text_of(site.as_("owner").get(site.at(f"catalogue/{site.made.channel}/listings/TABLE")))
    assert "réel 16 − réservé 2 − marge de sécurité 1 = 13" in told
    assert "La boutique affiche 13." in told


def test_a_held_article_is_retried_by_a_seller_and_leaves_its_trace(site: Site) -> None:
    site.wake.woken.clear()
    answer = retry(site, "MIROIR")
    assert answer.headers["location"].endswith("done=retry")
    # What the projection holds is projected again; it stays held until that has found it usable.
    assert ("project", site.made.channel, "listings") in site.wake.woken
    told = text_of(site.as_("owner").get(site.at("journal?live=off&event=retried&q=MIROIR")))
    assert "MIROIR" in told
    assert "Marc Leroy" in told


def test_retrying_what_is_settled_says_so(site: Site) -> None:
    assert retry(site, "VASE").headers["location"].endswith("done=stale")


def test_an_unknown_decision_changes_nothing(site: Site) -> None:
    path = site.at(f"catalogue/{site.made.channel}/listings/VASE")
    assert 404 == site.as_("seller").post(path, do="explode").status_code


# --------------------------------------------------------------------------------------------------- orders


@pytest.mark.parametrize(
    ("query", "there", "absent"),
    [
        ("tab=held", "1035", "1036"),
        ("tab=held", "1033", "1032"),
        ("tab=under_way", "1036", "1033"),
        ("tab=done", "1033", "1036"),
        ("q=1033", "1033", "1034"),
        ("q=BC00231", "1033", "1034"),
        ("q=besnard%40nowhere", "Aucune commande", "1033"),
    ],
)
def test_orders_are_searched_and_filtered(site: Site, query: str, there: str, absent: str) -> None:
    told = text_of(site.as_("owner").get(site.at(f"orders?{query}"), htmx=True))
    assert there in told
    assert absent not in told


def test_orders_are_found_by_their_buyer(site: Site) -> None:
    for typed in ("camille.besnard%40example.org", "Besnard", "BESNARD"):
        assert "1033" in text_of(site.as_("owner").get(site.at(f"orders?q={typed}")))


def test_the_whole_story_of_an_order_is_told(site: Site) -> None:
    told = text_of(site.as_("owner").get(site.at(f"orders/{site.made.orders['integrated']}")))
    for part in (
        "Reçue de la boutique", "CLBESNARD", "trouvé par l’adresse e-mail", "le stock de la gestion contient la vente",
        "Document BC00231", "Dans la gestion : livré", "Colissimo", "6A12345678901", "La boutique dit : expédiée",
        "381,50 €", "Total TTC", "BIENVENUE", "Merci de livrer après 18 h.",
    ):  # fmt: skip
        assert part in told, part


def test_a_customer_is_chosen_among_those_who_fit(site: Site) -> None:
    visitor, order = site.as_("seller"), site.made.orders["ambiguous"]
    path = site.at(f"orders/{order}")
    page = text_of(visitor.get(path))
    assert "CLBESNARD" in page
    assert "BESNARD Camille (ancien compte)" in page
    assert "dernière commande" in page
    assert "Aucun de ceux-ci" in page
    refused = visitor.post(path, do="customer", customer="NOBODY")
    assert 422 == refused.status_code
    assert "NOBODY" in text_of(refused)
    site.wake.woken.clear()
    assert (
        visitor.post(path, do="customer", customer="CLBESNARD").headers["location"].endswith("done=customer")
    )
    assert [("enter", order)] == site.wake.woken
    after = text_of(visitor.get(path + "?done=customer"))
    assert "choisi par une personne" in after
    assert "Le client est choisi" in after
    late = visitor.post(path, do="new_customer")
    assert 409 == late.status_code, "it is answered already"
    assert "rien n’a été changé, car elle a repris son chemin vers la gestion" in text_of(late)


def test_customers_of_the_erp_are_searched_when_none_fits(site: Site) -> None:
    path = site.at(f"orders/{site.made.orders['ambiguous']}?customer=ancien")
    assert 200 == site.as_("seller").get(path).status_code


def test_a_held_order_is_retried_then_ignored_once(site: Site) -> None:
    visitor, order = site.as_("seller"), site.made.orders["held"]
    path = site.at(f"orders/{order}")
    site.wake.woken.clear()
    assert visitor.post(path, do="retry").headers["location"].endswith("done=retry")
    assert [("enter", order)] == site.wake.woken
    assert 422 == visitor.post(path, do="ignored").status_code, "a reason is asked for"
    assert visitor.post(path, do="ignored", reason="test").headers["location"].endswith("done=ignored")
    late = visitor.post(path, do="ignored", reason="test")
    assert "rien n’a été changé, car elle a été ignorée" in text_of(late)
    assert "Ignorée" in text_of(visitor.get(path))


# -------------------------------------------------------------------------------------------------- brakes


def test_only_a_manager_decides_on_a_brake_and_only_once(site: Site) -> None:
    path = site.at(f"brakes/{site.made.brake}")
    assert 403 == site.as_("seller").post(path, decision="go").status_code
    assert site.as_("owner").post(path, decision="perhaps").headers["location"].endswith("done=stale")
    assert site.as_("owner").post(path, decision="dismissed").headers["location"].endswith("done=dismissed")
    assert site.as_("owner").post(path, decision="go").headers["location"].endswith("done=stale")
    assert "Le frein est serré" not in text_of(site.as_("owner").get(site.at("waiting")))


# ------------------------------------------------------------------------------------------ without JavaScript


def test_what_was_done_is_said_at_the_top_of_the_next_page(site: Site) -> None:
    told = site.as_("owner").get(site.at("orders?done=ignored"))
    assert 'role="status"' in told.text
    assert "Ignorée" in text_of(told)
    assert "<script>" not in site.as_("owner").get(site.at("orders?done=%3Cscript%3E")).text
