"""The merchant's pages of pictures: the list of files, the pictures of an article, and a channel's rules."""

import hashlib

import msgspec
import pytest

from raccord.core.media_rules import MediaRules
from raccord.core.pictures import THUMBNAIL
from raccord.media import errors as media_errors
from raccord.media import repository
from raccord.media.models import Filter, State
from raccord.media.service import original_key
from raccord.storage import media, renderings
from raccord.storage.engine import tenant_transaction
from raccord.storage.objects import TenantObjects
from raccord.storage.renderings import Result
from raccord_connectors.contract import Message, Problem
from raccord_connectors.wire_files import FileTold, RecordFiles
from support.web import Site, site

__all__ = ["site"]

SHA = {name: hashlib.sha256(name.encode()).digest() for name in ("there", "coming", "svg", "notice")}
MISSING = Problem(
    "rejected", Message("files.missing", "Le fichier « Été.jpg » manque.", "The file “Été.jpg” is missing.")
)
ENDED = media_errors.ENDED.fill(times=3)
DRAWING = Message("media.drawing", "les dessins SVG ne sont pas montrés.", "SVG drawings are not shown.")
FILES = [
    FileTold("chaise.jpg", sha256=SHA["there"], size=250_000),
    FileTold("chaise_2.jpg", sha256=SHA["coming"], size=900),
    FileTold("chaise.svg", sha256=SHA["svg"], size=700),
    FileTold(r"Photos\Été.jpg", problem=MISSING),
]


MANUAL = RecordFiles("TABLE", [FileTold("notice.pdf", kind="document", sha256=SHA["notice"], size=5_000)])


@pytest.fixture(scope="module", autouse=True)
def pictures(site: Site) -> None:
    """One of each state, on the article CHAISE."""

    async def prepare() -> None:
        async with tenant_transaction(site.made.tenant) as connection:
            erp = await connection.fetchval("SELECT erp FROM channel WHERE id = $1", site.made.channel)
            await media.replace_files(site.made.tenant, erp, [RecordFiles("CHAISE", FILES), MANUAL])
            await media.note_contents(site.made.tenant, dict.fromkeys(SHA.values(), 1000))
            await media.note_stored(SHA["there"])
            await media.note_stored(SHA["svg"])
            await media.note_upload(SHA["notice"], "application/pdf", None)
            await media.give_addresses({SHA["notice"]: "the-token"}, "http://127.0.0.1/files/x/")
            await media.note_stored(SHA["notice"])
            await media.want(site.made.tenant, SHA.values(), [THUMBNAIL.name])
            key = TenantObjects(site.client.app.state.objects, site.made.tenant).key("pictures/thumb.jpg")
            made = Result(SHA["there"], THUMBNAIL.name, key, "d", 1_500, 240, 180, None)
            refusal = msgspec.json.encode(DRAWING).decode()
            refused = Result(SHA["svg"], THUMBNAIL.name, None, None, None, None, None, refusal)
            await renderings.save_results([made, refused])

    site.client.blocking_portal.call(prepare)
    TenantObjects(site.client.app.state.objects, site.made.tenant).put(
        "pictures/thumb.jpg", b"a thumbnail", content_type="image/jpeg"
    )
    TenantObjects(site.client.app.state.objects, site.made.tenant).put(
        original_key(SHA["notice"]), b"%PDF-1.7", content_type="application/pdf"
    )


def test_the_page_says_of_each_file_how_it_is(site: Site) -> None:
    page = site.as_("reader").get(site.at("images"))
    assert 200 == page.status_code
    for said in ("chaise.jpg", "présente", "en route", "manquante", "Été.jpg", "Les dessins SVG", "250 ko"):
        assert said in page.text, said


def test_it_can_be_narrowed_to_what_is_missing_and_searched(site: Site) -> None:
    missing = site.as_("owner").get(site.at("images?state=missing"), htmx=True).text
    assert ("Été.jpg" in missing, "chaise_2.jpg" in missing) == (True, False)
    found = site.as_("owner").get(site.at("images?q=chaise_2"), htmx=True).text
    assert ("Été.jpg" in found, "chaise_2.jpg" in found) == (False, True)
    assert "Rien de tel" in site.as_("owner").get(site.at("images?q=inconnu")).text


def test_a_thumbnail_is_given_to_the_merchants_people_only(site: Site) -> None:
    address = site.at(f"images/{SHA['there'].hex()}")
    answer = site.as_("reader").get(address)
    assert (200, b"a thumbnail") == (answer.status_code, answer.content)
    assert 200 != site.as_("stranger").get(address).status_code
    assert 404 == site.as_("reader").get(site.at(f"images/{SHA['svg'].hex()}")).status_code
    assert 404 == site.as_("reader").get(site.at("images/nothing")).status_code


def test_a_picture_whose_making_was_interrupted_is_tried_again_when_a_manager_asks(site: Site) -> None:
    async def interrupted() -> None:
        async with tenant_transaction(site.made.tenant):
            said = msgspec.json.encode(ENDED).decode()
            await renderings.save_results(
                [Result(SHA["coming"], THUMBNAIL.name, None, None, None, None, None, said)]
            )

    site.client.blocking_portal.call(interrupted)
    assert "images/again" not in site.as_("reader").get(site.at("images")).text
    assert "images/again" in site.as_("owner").get(site.at("images")).text
    answer = site.as_("owner").post(site.at("images/again"))
    assert (303, True) == (answer.status_code, ("media", site.made.tenant) in site.wake.woken)
    assert "images/again" not in site.as_("owner").get(site.at("images")).text


def test_an_articles_page_shows_its_pictures(site: Site) -> None:
    page = site.as_("reader").get(site.at(f"catalogue/{site.made.channel}/listings/CHAISE"))
    assert 200 == page.status_code
    assert f"images/{SHA['there'].hex()}" in page.text
    assert "Le fichier «\u00a0Été.jpg\u00a0» manque." in page.text


def test_pages_of_the_list_follow_each_other_without_a_gap(site: Site) -> None:
    async def walk() -> list[tuple[str, State]]:
        async with tenant_transaction(site.made.tenant):
            found = await repository.files(Filter(), None)
            rest = await repository.files(Filter(), ("CHAISE", 1))
            assert found[2:] == rest
            figures = await repository.figures()
            assert 5 == sum(figures.of(state) for state in State)
            return [(one.name, one.state) for one in found if one.kind == "picture"]

    expected = [State.SHOWN, State.ON_ITS_WAY, State.REFUSED, State.MISSING]
    assert expected == [state for _, state in site.client.blocking_portal.call(walk)]


def test_a_manager_chooses_what_the_shop_gets_and_it_applies_at_once(site: Site) -> None:
    place = site.at(f"channels/{site.made.channel}/images")
    assert "Complétée en carré" in site.as_("owner").get(place).text
    form = {"pictures": "erp", "format": "webp", "transparency": "keep", "missing": "hold", "square": "1", "documents": "none",
            "addresses": "link",
            "longest_side": "1200", "quality": "80", "most": "6", "background": "#FAFAFA",
            "alt": "{name} {brand}", "alt_more": "", "language": "en"}  # fmt: skip
    assert 303 == site.as_("owner").post(place, **form).status_code
    assert ("project", site.made.channel, "listings") in site.wake.woken

    async def stored() -> MediaRules:
        async with tenant_transaction(site.made.tenant) as connection:
            data = await connection.fetchval(
                "SELECT settings -> 'media' FROM channel WHERE id = $1", site.made.channel
            )
            return msgspec.json.decode(data, type=MediaRules)

    expected = MediaRules(
        format="webp", transparency="keep", missing="hold", documents="none", addresses="link", square=True,
        longest_side=1_200, quality=80, most=6,
        background="#fafafa", alt="{name} {brand}", alt_more="{name} {brand}", language="en",
    )  # fmt: skip
    assert expected == site.client.blocking_portal.call(stored)
    wrong = site.as_("owner").post(place, **{**form, "quality": "beaucoup"})
    assert (422, True) == (wrong.status_code, "n’est pas un nombre" in wrong.text)
    assert 403 == site.as_("reader").post(place, **form).status_code


def test_a_manual_is_open_to_whoever_has_its_address_and_to_nobody_else(site: Site) -> None:
    nobody = site.as_("nobody")
    answer = nobody.get(f"/files/{site.made.tenant}/the-token/Notice%20été.pdf")
    assert (200, b"%PDF-1.7", "application/pdf") == (
        answer.status_code, answer.content, answer.headers["content-type"].partition(";")[0]
    )  # fmt: skip
    assert "inline" in answer.headers["content-disposition"]
    assert "default-src 'none'" in answer.headers["content-security-policy"]
    assert 404 == nobody.get(f"/files/{site.made.tenant}/another/notice.pdf").status_code
    assert 404 == nobody.get("/files/00000000-0000-0000-0000-000000000001/the-token/notice.pdf").status_code


def test_a_company_without_pictures_is_told_how_to_allow_a_folder(site: Site) -> None:
    page = site.as_("stranger").get(f"/t/{site.made.other}/images")
    assert (200, True, True) == (page.status_code, 'empty"' in page.text, "agent.toml" in page.text)
