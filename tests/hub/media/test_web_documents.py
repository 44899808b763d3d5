"""Data sheets that the ERP names by their address: fetched once per content, guarded, or linked as they are."""

import asyncio
import dataclasses
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from raccord.core.data_sheets import addresses_of, with_data_sheets
from raccord.core.media_rules import MediaRules
from raccord.core.pictures import File
from raccord.media.fetching import Fetcher
from raccord.media.web_documents import fetch_due
from raccord.settings import Settings
from raccord_connectors.canonical import Listing, MediaRef
from raccord_connectors.contract import Problem, RecordRejected, TransientError
from sandbox.shop.testing import DemoShop
from support.media_world import World, media_shop, media_world
from support.object_stores import FolderStore

MANUAL = "https://docs.example.com/notices/Chaise%20Lucie.pdf?v=2"
PDF = b"%PDF-1.7 a manual"


@dataclasses.dataclass
class Site:
    """Somebody else's web site: path → what it answers."""

    answers: dict[str, httpx.Response] = dataclasses.field(default_factory=dict)
    asked: list[httpx.Request] = dataclasses.field(default_factory=list)

    def __call__(self, request: httpx.Request) -> httpx.Response:
        self.asked.append(request)
        found = self.answers.get(request.url.path)
        if found is None:
            return httpx.Response(404)
        if request.headers.get("If-None-Match") == found.headers.get("ETag", "-"):
            return httpx.Response(304)
        return httpx.Response(found.status_code, headers=found.headers, content=found.content)


def fetcher(site: Callable[[httpx.Request], httpx.Response], **more: Any) -> Fetcher:
    return Fetcher(allow_private=False, transport=httpx.MockTransport(site), **more)


# --------------------------------------------------------------------------------------------------- one fetch


@pytest.mark.parametrize(
    ("answer", "code"),
    [
        (httpx.Response(404), "media.address_gone"),
        (httpx.Response(403), "media.address_gone"),
        (httpx.Response(200, content=b"\n<!DOCTYPE html><p>a page"), "media.web_page"),
        (httpx.Response(200, content=b"<svg onload=alert(1)>"), "media.web_page"),
        (httpx.Response(200, content=b"MZ a program", headers={"Content-Type": "application/pdf"}), "media.not_a_document"),
        (httpx.Response(200, content=PDF * 100), "media.address_too_large"),
        (httpx.Response(302, headers={"Location": "file:///etc/passwd"}), "media.not_an_address"),
        (httpx.Response(302, headers={"Location": "/a"}), "media.not_an_address"),
    ],
)  # fmt: skip
def test_what_is_no_document_is_refused_with_its_reason(answer: httpx.Response, code: str) -> None:
    with pytest.raises(RecordRejected) as caught:
        fetcher(lambda request: answer, most_bytes=1_000).fetch("https://docs.example.com/a")
    assert code == caught.value.message.code


@pytest.mark.parametrize(
    "address", ["ftp://x.example/a.pdf", "https://user:secret@x.example/a.pdf", "https://"]
)
def test_an_address_of_another_kind_is_refused_before_anything_is_asked(address: str) -> None:
    site = Site()
    with pytest.raises(RecordRejected):
        fetcher(site).fetch(address)
    assert [] == site.asked


def test_an_address_that_leads_into_a_private_network_is_refused() -> None:
    for address in ("http://127.0.0.1/a.pdf", "http://[::1]/a.pdf", "http://169.254.169.254/latest"):
        with pytest.raises(RecordRejected) as caught:
            Fetcher(allow_private=False).fetch(address)
        assert "media.private_address" == caught.value.message.code


@pytest.mark.parametrize("status", [429, 500, 503])
def test_a_site_that_is_away_is_asked_again_later(status: int) -> None:
    with pytest.raises(TransientError):
        fetcher(lambda request: httpx.Response(status)).fetch(MANUAL)


def test_a_site_that_drips_is_given_up() -> None:
    times = iter(range(0, 10_000, 40))
    with pytest.raises(TransientError):
        fetcher(lambda request: httpx.Response(200, content=PDF), clock=lambda: float(next(times))).fetch(
            MANUAL
        )


# ------------------------------------------------------------------------------------------------------ links


def described(files: list[File], **rules: Any) -> str:
    listing = Listing(key="A", name="A", published=True, offers=[], description="Une chaise.")
    found = with_data_sheets(listing, files, MediaRules(**rules)).description
    assert isinstance(found, str)
    return found


def test_an_address_is_linked_as_it_is_or_as_our_copy_once_that_is_there() -> None:
    known = File("", MANUAL, "document", "", b"x" * 32, address="https://raccord.example/files/t/token")
    new = File("", MANUAL, "document", "", None)
    assert ({MANUAL}, set()) == (addresses_of([new], MediaRules()), addresses_of([known], MediaRules()))
    assert set() == addresses_of([new], MediaRules(addresses="link"))
    assert "Une chaise." == described([new])
    assert '<a href="https://raccord.example/files/t/token/Chaise%20Lucie.pdf">Chaise Lucie</a>' in described(
        [known]
    )
    assert f'<a href="{MANUAL}">Chaise Lucie</a>' in described([new], addresses="link")


def test_an_address_cannot_write_into_the_page() -> None:
    hostile = File("", 'https://x.example/"><script>alert(1)</script>', "document", "", None)
    assert "<script>" not in described([hostile], addresses="link")


# ------------------------------------------------------------------------------------------------ the whole way


@pytest.fixture
def shop(tmp_path: Path) -> Iterator[tuple[FolderStore, DemoShop]]:
    with media_shop(tmp_path) as found:
        yield found


def test_a_data_sheet_at_an_address_is_fetched_once_and_stands_on_each_page(
    settings: Settings, tmp_path: Path, shop: tuple[FolderStore, DemoShop]
) -> None:
    site = Site(
        {
            "/a.pdf": httpx.Response(200, content=PDF, headers={"ETag": '"1"'}),
            "/b.pdf": httpx.Response(200, content=PDF),
        }
    )

    async def scenario(w: World) -> None:
        async def pass_on() -> None:
            await w.pass_on()
            await w.m.rows("UPDATE web_document SET retry_at = now() RETURNING 1")
            objects, url = w.store.objects, "https://raccord.example"
            await fetch_due(w.m.tenant, objects, fetcher(site), w.m.wake, url, lambda: False)
            await w.m.settle()

        def name(key: str, *addresses: str) -> None:
            documents = [MediaRef(name=one, kind="document", title="Notice") for one in addresses]
            w.note(w.m.erp.put_product(key, price="10", stock=1, description=f"Un {key}.", media=documents))

        name("A", "https://docs.example.com/a.pdf")
        name("B", "https://docs.example.com/b.pdf", "https://docs.example.com/gone.pdf")
        await pass_on()
        texts = [row["description"] for key in "AB" for row in w.shop.get("products", sku=key)]
        assert [True, True] == ["https://raccord.example/files/" in text for text in texts]
        assert [1, 1] == [text.count("<li>") for text in texts]
        assert [{"n": 1}] == await w.m.rows("SELECT count(*) AS n FROM media_content WHERE state = 'stored'")
        (told,) = await w.m.rows("SELECT problem::text AS said FROM media_file WHERE name LIKE '%gone.pdf'")
        assert "media.address_gone" in told["said"]

        # Told again from the beginning: known at once, and asked for without a transfer.
        w.clerk.shelf.tell_all_again()
        w.reset_logs()
        site.asked.clear()
        await pass_on()
        assert (['"1"'], 0) == (
            [one.headers["If-None-Match"] for one in site.asked if one.url.path == "/a.pdf"],
            w.shop.log()["writes"],
        )
        # A new edition, at a site that is away at first: the former one stays until then.
        site.answers["/a.pdf"] = httpx.Response(503)
        await pass_on()
        assert 0 == w.shop.log()["writes"]
        site.answers["/a.pdf"] = httpx.Response(200, content=PDF + b" 2")
        await pass_on()
        assert 1 == w.shop.log()["writes"]

    async def run() -> None:
        async with media_world(settings, tmp_path, *shop) as world:
            await scenario(world)

    asyncio.run(run())


def test_the_problem_of_a_document_says_its_address() -> None:
    with pytest.raises(RecordRejected) as caught:
        fetcher(Site()).fetch(MANUAL)
    problem: Problem = caught.value.problem()
    assert (True, True) == (MANUAL in problem.message.fr, MANUAL in problem.message.en)
