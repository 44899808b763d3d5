"""The catalogue tells what keeps an article out of the shop, and what left it."""

import asyncio
from typing import Any

import asyncpg
import msgspec
import pytest

from raccord.core.channel import ChannelSettings, HasPicture, InCategories, PublicationRule
from support.web import Site, site, text_of

__all__ = ["site"]


@pytest.fixture(scope="module")
def ruled(site: Site) -> Site:
    """A channel for the garden and articles with pictures; a table that left and is shown with nothing to sell."""
    rule = PublicationRule(
        conditions=[InCategories(categories=["JARDIN"]), HasPicture()], leaving="out_of_stock"
    )
    packed = msgspec.json.encode(ChannelSettings(publication=rule)).decode()
    owner_of(site, "UPDATE channel SET settings = $1", packed, table="channel")
    owner_of(
        site,
        "UPDATE binding SET leaving = 'out_of_stock', left_at = now() WHERE key = 'CHAISE' AND $1::text IS NOT NULL",
        "x",
        table="binding",
    )
    return site


def owner_of(site: Site, statement: str, value: str, *, table: str) -> None:
    async def change() -> None:
        assert site.settings.database_owner_url
        owner: Any = await asyncpg.connect(site.settings.database_owner_url)
        await owner.execute(f"ALTER TABLE {table} NO FORCE ROW LEVEL SECURITY")
        await owner.execute(statement, value)
        await owner.execute(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY")
        await owner.close()

    asyncio.run(change())


def article(site: Site, key: str) -> str:
    return text_of(site.as_("owner").get(site.at(f"catalogue/{site.made.channel}/listings/{key}")))


def test_an_article_says_what_keeps_it_out(ruled: Site) -> None:
    told = article(ruled, "TABLE")
    assert "Ce qui le tient hors de cette boutique" in told
    assert "Il est dans « MEUBLES », et le canal n’a que « JARDIN »." in told
    assert "Il n’a pas assez d’images" in told


def test_an_article_that_left_and_stays_visible_is_not_on_sale(ruled: Site) -> None:
    visitor = ruled.as_("owner")
    withdrawn = text_of(visitor.get(ruled.at("catalogue?state=withdrawn"), htmx=True))
    on_sale = text_of(visitor.get(ruled.at("catalogue?state=on_sale"), htmx=True))
    assert ("Chaise bistrot" in withdrawn, "Chaise bistrot" in on_sale) == (True, False)
    assert "Hors vente" in article(ruled, "CHAISE")


def test_the_brake_says_what_would_be_deleted(ruled: Site) -> None:
    told = text_of(ruled.as_("owner").get(ruled.at("waiting")))
    assert "Les retirer" in told
    assert "Les supprimer" not in told
    owner_of(
        ruled,
        "UPDATE binding SET leaving = 'delete' WHERE brake::text = $1",
        str(ruled.made.brake),
        table="binding",
    )
    assert "Parmi eux, 1" in text_of(ruled.as_("owner").get(ruled.at("waiting")))
    owner_of(
        ruled, "UPDATE brake SET concerned = 1 WHERE id::text = $1", str(ruled.made.brake), table="brake"
    )
    told = text_of(ruled.as_("owner").get(ruled.at("waiting")))
    assert "Les supprimer" in told
    assert "Remettre à plus tard" in told
