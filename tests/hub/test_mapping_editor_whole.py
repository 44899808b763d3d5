"""A whole mapping taken from a file, another channel or the usual one, and the draft as a file."""

import asyncio
import uuid
from typing import Any
from uuid import UUID

import asyncpg
import httpx
import msgspec
import pytest

from raccord.core.channel import ChannelSettings
from raccord.core.default_mapping import default_mapping
from raccord.core.mapping_file import from_file, to_file
from raccord.core.rules import Mapping, Rule, Table
from support.web import Site, site, text_of
from support.web_orders import json_of

__all__ = ["site"]

MINE = Mapping(
    [
        Rule(target="name", sources=["product.sku"]),
        Rule(target="offer.sku", sources=["item.sku"]),
        Rule(target="offer.price", sources=["price"]),
        Rule(target="features.Marque", sources=["product.brand"]),
    ],
    {"Marques": Table({"DUV": "Duval"})},
)


def at(site: Site, place: str = "") -> str:
    return site.at(f"channels/{site.made.channel}/mapping{place}")


def draft_of(site: Site) -> Mapping:
    return from_file(site.as_("owner").get(at(site, "/file")).content).mapping


def revision_of(site: Site) -> str:
    page = site.as_("owner").get(at(site)).text
    return page.partition('name="revision" value="')[2].partition('"')[0]


def send(site: Site, data: bytes, who: Any = "owner") -> httpx.Response:
    """As a browser sends a file: in parts."""
    visitor = site.as_(who)
    site.client.cookies.clear()
    return site.client.post(
        at(site, "/file"),
        headers={
            "accept": "text/html",
            "accept-language": "fr",
            "cookie": "; ".join(f"{name}={value}" for name, value in visitor.cookies.items()),
        },
        data={"_csrf_token": visitor.cookies["raccord_csrf"], "revision": revision_of(site)},
        files={"file": ("regles.json", data, "application/json")},
        follow_redirects=False,
    )


def test_the_draft_is_exported_and_read_again(site: Site) -> None:
    answer = site.as_("reader").get(at(site, "/file"))
    assert 200 == answer.status_code
    assert 'attachment; filename="raccord-Boutique-en-ligne.json"' == answer.headers["content-disposition"]
    found = from_file(answer.content)
    assert default_mapping("sage100", "woocommerce") == found.mapping
    assert ("sage100", "woocommerce") == (found.erp, found.shop)


def test_a_file_becomes_the_draft_and_moves_nothing(site: Site) -> None:
    site.wake.woken.clear()
    assert 303 == send(site, to_file(MINE)).status_code
    assert MINE == draft_of(site)
    told = text_of(site.as_("owner").get(at(site, "?article=TABLE")))
    assert "ne sont pas encore appliquées" in told
    assert "Table de ferme 180 cm → TABLE" in told
    assert [] == site.wake.woken


def test_starting_again_keeps_the_correspondence_tables(site: Site) -> None:
    assert 303 == send(site, to_file(MINE)).status_code
    answer = site.as_("owner").post(at(site, "/template"), revision=revision_of(site))
    assert 303 == answer.status_code
    assert default_mapping("sage100", "woocommerce").rules == draft_of(site).rules
    assert MINE.tables == draft_of(site).tables


@pytest.mark.parametrize(
    ("data", "why"),
    [
        (b"", "Choisissez d’abord le fichier"),
        (b"name;sku", "n’est pas du JSON valable"),
        (b'{"raccord": "invoice", "version": 1}', "n’est pas un fichier de règles"),
        (
            b'{"raccord": "mapping", "version": 1, "rules": [{"target": "nom"}]}',
            "vise un champ qui n’existe pas",
        ),
    ],
)
def test_a_file_that_cannot_be_used_changes_nothing_and_says_why(site: Site, data: bytes, why: str) -> None:
    before = draft_of(site)
    answer = send(site, data)
    assert 422 == answer.status_code
    assert why in text_of(answer)
    assert before == draft_of(site)


def test_rules_for_fields_that_the_shop_drops_are_shown_as_such(site: Site) -> None:
    """WooCommerce keeps no text per language."""
    rules = [*MINE.rules, Rule(target="names", sources=["product.names"])]
    assert 303 == send(site, to_file(Mapping(rules))).status_code
    told = text_of(site.as_("owner").get(at(site, "?q=names")))
    assert "Cette boutique ne prend pas ce champ" in told


def test_a_page_that_is_older_than_the_draft_does_not_replace_it(site: Site) -> None:
    old = revision_of(site)
    assert 303 == send(site, to_file(MINE)).status_code
    answer = site.as_("owner").post(at(site, "/template"), revision=old)
    assert 422 == answer.status_code
    assert "a modifié ce brouillon entre-temps" in text_of(answer)
    assert MINE == draft_of(site)


def test_another_channels_rules_are_copied(site: Site) -> None:
    other = asyncio.run(furnish_other(site))
    page = site.as_("owner").get(at(site))
    assert "Boutique des professionnels" in text_of(page)
    answer = site.as_("owner").post(at(site, "/copy"), channel=str(other), revision=revision_of(site))
    assert 303 == answer.status_code
    assert MINE.rules[:3] == draft_of(site).rules
    gone = site.as_("owner").post(at(site, "/copy"), channel=str(uuid.uuid4()), revision=revision_of(site))
    assert 422 == gone.status_code
    assert "Ce canal n’existe pas" in text_of(gone)


async def furnish_other(site: Site) -> UUID:
    """On a connection of its own: the application holds its pool on another event loop."""
    made, other, shop = site.made, uuid.uuid4(), uuid.uuid4()
    connection = await asyncpg.connect(site.settings.database_url)
    async with connection.transaction():
        await connection.execute("SELECT set_config('raccord.tenant', $1, true)", str(made.tenant))
        await connection.execute(
            "INSERT INTO connection (tenant, id, name, connector, side, state, settings) "
            "VALUES ($1, $2, 'pro.example', 'woocommerce', 'shop', 'new', '{}')",
            made.tenant, shop,
        )  # fmt: skip
        await connection.execute(
            "INSERT INTO channel (tenant, id, name, erp, shop, state, settings, orders_from) "
            "VALUES ($1, $2, 'Boutique des professionnels', $3, $4, 'draft', $5, 'epoch')",
            made.tenant, other, made.erp, shop, json_of(ChannelSettings()),
        )  # fmt: skip
        await connection.execute(
            "INSERT INTO mapping (tenant, id, channel, stream, version, rules, active) "
            "VALUES ($1, $2, $3, 'listings', 1, $4, true)",
            made.tenant, uuid.uuid4(), other, msgspec.json.encode(Mapping(MINE.rules[:3])).decode(),
        )  # fmt: skip
    await connection.close()
    return other


def test_a_reader_may_export_and_nothing_else(site: Site) -> None:
    reader = site.as_("reader")
    assert 200 == reader.get(at(site, "/file")).status_code
    assert 403 == reader.post(at(site, "/template"), revision="0").status_code
    assert 403 == reader.post(at(site, "/copy"), channel="x").status_code
    assert 403 == send(site, to_file(MINE), "reader").status_code
