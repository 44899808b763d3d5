"""The merchant's pages of papers: what is listed, what one can do, and rules that show what they make of a real invoice."""

from io import BytesIO
from typing import Any

import httpx
import msgspec
from msgspec.structs import replace
from PIL import Image

from raccord.core.channel import ChannelSettings
from raccord.storage.engine import tenant_transaction
from raccord_connectors.contract import Discovery, Identity
from support.web import Site, site, text_of

__all__ = ["site"]


def value(site: Site, query: str, *given: Any) -> Any:
    async def inside() -> Any:
        async with tenant_transaction(site.made.tenant) as connection:
            return await connection.fetchval(query, *given)

    return site.client.blocking_portal.call(inside)


def test_papers_are_listed_with_what_they_wait_for_and_found_by_number_and_customer(site: Site) -> None:
    reader = site.as_("reader")
    told = text_of(reader.get(site.at("documents")))
    assert all(
        word in told
        for word in ("FA00042", "FA00043", "AV00001", "Facture électronique", "Brasserie du Théâtre")
    )
    assert "-24,00 €" in told.replace("\xa0", " ")
    found = text_of(reader.get(site.at("documents?q=Brasserie"), htmx=True))
    assert ("FA00043" in found, "FA00042" in found) == (True, False)
    attention = text_of(reader.get(site.at("documents?tab=attention"), htmx=True))
    assert ("AV00001" in attention, "FA00042" in attention) == (True, False)


def test_one_paper_gives_its_file_its_versions_and_its_customers_links(site: Site) -> None:
    seller, here = site.as_("seller"), site.at(f"documents/{site.made.paper}")
    told = text_of(seller.get(here))
    assert all(
        word in told
        for word in ("Facture FA00042", "lucie@exemple.fr", "/d/", "chez le client", "31 décembre 2036")
    )
    answer = seller.get(f"{here}/pdf")
    assert (303, True) == (answer.status_code, "/objects/t/" in answer.headers["location"])
    assert 404 == seller.get(f"{here}/pdf?version=9").status_code


def test_a_link_is_made_renewed_and_ended_and_a_reader_may_not(site: Site) -> None:
    seller, here = site.as_("seller"), site.at(f"documents/{site.made.paper}")
    assert 403 == site.as_("reader").post(here, do="link").status_code
    assert 303 == seller.post(here, do="link").status_code
    page = str(value(site, "SELECT id FROM customer_page WHERE customer = 'C00001' AND buyer = ''"))
    assert 303 == seller.post(here, do="renew", page=page).status_code
    assert 2 == value(site, "SELECT serial FROM customer_page WHERE id = $1", page)
    assert "link_ended" in seller.post(here, do="revoke", page=page).headers["location"]
    assert value(site, "SELECT revoked_at IS NOT NULL FROM customer_page WHERE id = $1", page)
    assert 404 == seller.post(here, do="revoke", page=str(site.made.channel)).status_code


def test_what_was_altered_is_given_anew_by_a_click(site: Site) -> None:
    paper = str(value(site, "SELECT id FROM paper WHERE number = 'AV00001'"))
    assert 303 == site.as_("seller").post(site.at(f"documents/{paper}"), do="again").status_code
    assert "due" == value(site, "SELECT state FROM paper WHERE id = $1", paper)
    assert ("document", paper) in [(one[0], str(one[-1])) for one in site.wake.woken]


FORM = {
    "active": "1", "structured": "1", "in_shop": "1", "source": "rendered", "language": "customer", "operation": "goods",
    "link_days": "365", "retention_years": "10", "colour": "#224466", "legal_form": "SARL", "file_pattern": "{number}.pdf",
}  # fmt: skip


def test_rules_are_saved_and_mark_the_invoices_that_they_concern(site: Site) -> None:
    owner, here = site.as_("owner"), site.at(f"channels/{site.made.channel}/documents")
    wrong = owner.post(here, **FORM, siret="123", iban="FR00", since="hier")
    assert 422 == wrong.status_code
    assert all(
        word in text_of(wrong) for word in ("n’est pas un SIRET", "n’est pas un IBAN", "n’est pas une date")
    )
    assert 303 == owner.post(here, **FORM, since="2026-01-01", siret="902 147 362 00013").status_code
    kept = msgspec.json.decode(value(site, "SELECT settings FROM channel"), type=ChannelSettings).documents
    assert (True, 365, "#224466", "90214736200013") == (
        kept.active,
        kept.link_days,
        kept.colour,
        kept.identity.siret,
    )
    assert 1 == value(site, "SELECT count(*) FROM to_project WHERE stream = 'papers'")
    assert 403 == site.as_("seller").post(here, **FORM).status_code


def test_the_preview_draws_a_real_invoice_with_what_was_only_typed(site: Site) -> None:
    told = Identity(
        name="Maison Duval", siret="90214736200013", vat_number="FR90902147362", line1="1 rue Haute", postal_code="35000",
        city="Rennes", country="FR",
    )  # fmt: skip
    known = msgspec.json.decode(
        value(site, "SELECT discovery FROM connection WHERE side = 'erp'"), type=Discovery
    )
    packed = msgspec.json.encode(replace(known, identity=told)).decode()
    value(site, "UPDATE connection SET discovery = $1 WHERE side = 'erp' RETURNING id", packed)
    here = site.at(f"channels/{site.made.channel}/documents")
    page = site.as_("reader").get(here)
    assert ("FA00042" in page.text, "preview.png" in page.text, '<form method="post" enct' in page.text) == (
        True,
        True,
        False,
    )

    def drawn(query: str) -> bytes:
        answer: httpx.Response = site.as_("reader").get(f"{here}/preview.png?{query}")
        assert (200, "image/png") == (answer.status_code, answer.headers["content-type"])
        with Image.open(BytesIO(answer.content)) as picture:
            assert picture.height > picture.width > 500
        return answer.content

    assert 3 == len({drawn(""), drawn("colour=%23aa0000"), drawn("footer=Merci+beaucoup")})
    assert drawn("") == drawn("colour=javascript&logo=t/other/x"), "what cannot be used is left as it was"
