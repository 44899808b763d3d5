"""The customers' page tells who is known on both sides and what waits; its settings are kept as they were chosen."""

import re
from typing import Any

import pytest

from support.web import Site, site, text_of
from support.web_customers import furnish_customers

__all__ = ["site"]


@pytest.fixture(scope="module", autouse=True)
def _furnished(site: Site) -> None:
    site.client.blocking_portal.call(furnish_customers, site.made)


def chosen(**changed: Any) -> dict[str, Any]:
    rest = {"document_kind": "order", "shipping_item": "PORT", "brake_share": "3", "brake_count": "40"}
    return {**rest, "exchange": "both", **changed}


def test_everybody_sees_who_is_who_and_what_each_side_says(site: Site) -> None:
    for who in ("reader", "seller", "owner"):
        told = text_of(site.as_(who).get(site.at("customers")))
        for part in (
            "CARAT",
            "Carat SARL",
            "21",
            "73282932000074",
            "7,5",
            "04 78 00 00 00",
            "refusé par la gestion",
            "trop long",
        ):
            assert part in told, (who, part)
        assert "un contact de ce client" in told
        assert ("Réessayer" in told) == (who == "owner")


def test_a_search_finds_by_code_name_and_address_also_who_has_no_account(site: Site) -> None:
    owner = site.as_("owner")
    for words, there, absent in (
        ("latour", "LATOUR", "CARAT"),
        ("compta@carat", "CARAT", "LATOUR"),
        ("22", "LATOUR", "SEULE"),
    ):
        told = text_of(owner.get(site.at(f"customers?q={words}")))
        assert there in told
        assert absent not in told
    assert "SEULE" in text_of(owner.get(site.at("customers?q=sans")))
    assert "Aucun client ne correspond" in text_of(owner.get(site.at("customers?q=personne-de-tel")))


def test_what_waits_has_a_tab_and_is_tried_again_once(site: Site) -> None:
    owner, path = site.as_("owner"), site.at(f"customers/{site.made.channel}/retry")
    told = text_of(owner.get(site.at("customers?tab=waiting")))
    assert "LATOUR" in told
    assert "CARAT" not in told
    assert 403 == site.as_("seller").post(path, account="22").status_code
    assert site.at("customers?done=retry") == owner.post(path, account="22").headers["location"]
    assert ("project", site.made.channel, "customers") in site.wake.woken
    assert site.at("customers?done=stale") == owner.post(path, account="22").headers["location"]
    assert "Aucun client ne vous attend" in text_of(owner.get(site.at("customers?tab=waiting")))


def test_the_owners_are_kept_as_they_were_chosen(site: Site) -> None:
    owner, path = site.as_("owner"), site.at(f"channels/{site.made.channel}/settings")
    typed = chosen(
        owner_email="erp", owner_price_category="creation", birthday_field="Naissance", custom_erp_1="CT_Statistique01",
        custom_shop_1="_fidelite", subscription_fields="lettre = Lettre",
    )  # fmt: skip
    site.wake.woken.clear()
    assert 303 == owner.post(path, **typed).status_code
    assert ("project", site.made.channel, "customers") in site.wake.woken
    page = owner.get(path).text
    assert re.search(r'name="exchange" value="both" checked', page)
    assert re.search(r'name="owner_email"[^>]*>.*?value="erp" selected', page, re.DOTALL)
    for value in ("Naissance", "CT_Statistique01", "_fidelite"):
        assert f'value="{value}"' in page
    assert "lettre = Lettre" in page


def test_what_the_merchant_grants_cannot_be_the_customers(site: Site) -> None:
    owner, path = site.as_("owner"), site.at(f"channels/{site.made.channel}/settings")
    assert 422 == owner.post(path, **chosen(owner_discount="shop")).status_code
    told = owner.post(path, **chosen(custom_erp_1="CT_Statistique01"))
    assert "Nommez le champ des deux côtés" in text_of(told)


def test_a_form_without_these_entries_leaves_them(site: Site) -> None:
    owner, path = site.as_("owner"), site.at(f"channels/{site.made.channel}/settings")
    owner.post(path, **chosen(owner_phones="creation"))
    typed = {name: value for name, value in chosen().items() if name != "exchange"}
    assert 303 == owner.post(path, **typed).status_code
    assert re.search(
        r'name="owner_phones"[^>]*>.*?value="creation" selected', owner.get(path).text, re.DOTALL
    )
