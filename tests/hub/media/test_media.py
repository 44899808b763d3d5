"""From the merchant's folder to the shop: what is shown, in which order, and what travels, counted where it arrives."""

import asyncio
import os
import re
from collections.abc import Awaitable, Callable, Iterator, Sequence
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from raccord.core.pictures import Recipe
from raccord.media import service, work
from raccord.media.renderers import Ended, Renderers
from raccord.media.rendering import Rendered
from raccord.media.service import original_key
from raccord.settings import Settings
from raccord.storage import media
from raccord.storage.engine import tenant_transaction
from raccord.storage.objects import PART_SIZE, ObjectsAway, TenantObjects, objects_of
from sandbox.shop.testing import DemoShop, demo_shop
from support.media_agent import write
from support.media_world import World, media_shop, media_world, photo
from support.object_stores import FolderStore, s3_settings
from support.picture_zoo import REFUSED

Scenario = Callable[[World], Awaitable[None]]
MANY = 24


@pytest.fixture
def shop(tmp_path: Path) -> Iterator[tuple[FolderStore, DemoShop]]:
    with media_shop(tmp_path) as found:
        yield found


def play(
    settings: Settings, folder: Path, shop: tuple[FolderStore, DemoShop], scenario: Scenario, **channel: Any
) -> None:
    async def run() -> None:
        async with media_world(settings, folder, *shop, **channel) as world:
            await scenario(world)

    asyncio.run(run())


def test_a_second_pass_moves_nothing_and_a_third_just_what_changed(
    settings: Settings, tmp_path: Path, shop: tuple[FolderStore, DemoShop]
) -> None:
    """The small version of `bench_pictures`, with the same counts."""

    async def scenario(w: World) -> None:
        names = [f"A{n:03}" for n in range(MANY)]
        write(w.folder, {f"{name}.png": photo(n) for n, name in enumerate(names)})
        w.put(*names)
        await w.pass_on()
        assert (MANY, MANY, MANY, MANY) == (w.uploaded, w.fetched, w.in_library, await w.derivatives())
        w.reset_logs()
        await w.pass_on()
        await w.m.wake.project(w.m.tenant, w.m.channel, "listings")
        await w.m.settle()
        assert ([], 0) == (w.store.log, w.shop.log()["writes"])
        for name in names[:5]:
            os.utime(w.folder / f"{name}.png", (1_700_000_000, 1_700_000_000))
        (w.folder / "A006.png").rename(w.folder / "A006_1.png")
        await w.pass_on()
        assert ([], 0) == (w.store.log, w.shop.log()["writes"])
        write(w.folder, {f"{name}.png": photo(1_000 + n) for n, name in enumerate(names[:7])})
        await w.pass_on()
        assert (7, 7, MANY + 7) == (w.uploaded, w.fetched, w.in_library)
        assert MANY + 7 == await w.derivatives()

    play(settings, tmp_path, shop, scenario)


def test_pictures_stand_in_order_with_their_words_and_those_of_people_stay(
    settings: Settings, tmp_path: Path, shop: tuple[FolderStore, DemoShop]
) -> None:
    async def scenario(w: World) -> None:
        write(w.folder, {"A.png": photo(1), "A_2.png": photo(2), "A_3.png": photo(3)})
        w.put("A", name="Chaise Lucie")
        await w.pass_on()
        alts = ["Chaise Lucie", "Chaise Lucie – 2", "Chaise Lucie – 3"]
        assert alts == [alt for _, alt in w.images("A")]
        cover = w.images("A")[0]
        (row,) = w.shop.get("products", sku="A")
        by_hand = [{"id": image["id"]} for image in row["images"]] + [
            {"src": TenantObjects(w.store.objects, w.m.tenant).signed_get(await _any_picture(w), seconds=60),
             "name": "ambiance", "alt": "par la boutique"}
        ]  # fmt: skip
        w.shop.put(f"products/{row['id']}", {"images": by_hand})
        (w.folder / "A_2.png").unlink()
        await w.pass_on()
        assert ["Chaise Lucie", "Chaise Lucie – 2", "par la boutique"] == [alt for _, alt in w.images("A")]
        assert cover == w.images("A")[0]
        for name in ("A.png", "A_3.png"):
            (w.folder / name).unlink()
        await w.pass_on()
        assert [("ambiance", "par la boutique")] == w.images("A")

    play(settings, tmp_path, shop, scenario)


async def _any_picture(w: World) -> str:
    rows = await w.m.rows("SELECT key FROM media_derivative WHERE state = 'made' LIMIT 1")
    return str(rows[0]["key"])


def test_a_picture_that_many_share_is_uploaded_made_and_fetched_once(
    settings: Settings, tmp_path: Path, shop: tuple[FolderStore, DemoShop]
) -> None:
    async def scenario(w: World) -> None:
        write(w.folder, {"ASSIETTES.png": photo(7)})
        w.put(*(f"P{n}" for n in range(12)), family="ASSIETTES")
        await w.pass_on()
        assert (1, 1, 1) == (w.uploaded, w.fetched, w.in_library)
        assert {1} == {len(w.images(f"P{n}")) for n in range(12)}
        w.put("P99", family="ASSIETTES")
        await w.pass_on()
        assert (1, 1) == (len(w.images("P99")), w.in_library)

    play(settings, tmp_path, shop, scenario)


def test_variants_show_their_own_and_the_article_the_first_of_each(
    settings: Settings, tmp_path: Path, shop: tuple[FolderStore, DemoShop]
) -> None:
    async def scenario(w: World) -> None:
        write(w.folder, {"T-R.png": photo(1), "T-B.png": photo(2), "T-B_2.png": photo(3)})
        options = {"T-R": {"1": "Rouge"}, "T-B": {"1": "Bleu"}}
        w.put("T", variants=options)
        await w.pass_on()
        (parent,) = w.shop.get("products", sku="T")
        found = w.shop.get(f"products/{parent['id']}/variations")
        assert 2 == len({row["image"]["id"] for row in found})
        assert {row["image"]["id"] for row in found} == {image["id"] for image in parent["images"]}
        assert 2 == w.in_library

    play(settings, tmp_path, shop, scenario)


def test_a_bad_picture_is_told_on_its_article_and_stops_nobody_else(
    settings: Settings, tmp_path: Path, shop: tuple[FolderStore, DemoShop]
) -> None:
    async def scenario(w: World) -> None:
        write(w.folder, {"A.png": REFUSED["bomb.png"][0], "A_2.png": photo(2), "B.png": photo(3)})
        w.put("A", "B")
        w.note(w.m.erp.put_product("C", price="10", stock=1, media=[_ref("Photos/absente.jpg")]))
        await w.pass_on()
        assert "projection.picture_refused" == await w.m.problem("A")
        assert (1, 1) == (len(w.images("A")), len(w.images("B")))
        assert "projection.picture_missing" == await w.m.problem("C")
        assert [] == w.images("C")
        (row,) = await w.m.rows(
            "SELECT problem::text AS told FROM binding WHERE key = 'C' AND stream = 'listings'"
        )
        assert "Photos/absente.jpg" in row["told"]
        write(w.folder, {"A.png": photo(1), "absente.jpg": photo(4)})
        await w.pass_on()
        assert [None, None] == [await w.m.problem("A"), await w.m.problem("C")]
        assert (2, 1) == (len(w.images("A")), len(w.images("C")))

    play(settings, tmp_path, shop, scenario)


class Short:
    """Renderers on a machine that is short of memory for one content."""

    def __init__(self, renderers: Renderers, heavy: bytes) -> None:
        self._renderers = renderers
        self._heavy = heavy
        self.short = True
        self.most = renderers.most
        self.tried = 0

    def render(self, content: bytes, recipes: Sequence[Recipe]) -> list[Rendered]:
        if content == self._heavy and self.short:
            self.tried += 1
            raise Ended
        return self._renderers.render(content, recipes)

    def close(self) -> None:
        self._renderers.close()


def test_a_picture_whose_renderer_is_killed_again_and_again_waits_for_a_person_and_stops_nobody(
    settings: Settings, tmp_path: Path, shop: tuple[FolderStore, DemoShop]
) -> None:
    async def scenario(w: World) -> None:
        short = Short(w.renderers, photo(1))
        w.renderers = short  # type: ignore[assignment]
        write(w.folder, {"A.png": photo(1), "B.png": photo(2)})
        w.put("A", "B")
        await w.pass_on()
        assert (True, 1, None) == (0 < short.tried < 3, len(w.images("B")), await w.m.problem("A"))
        for _ in range(4):
            await w.m.rows("UPDATE media_derivative SET retry_at = now() WHERE state = 'due' RETURNING 1")
            await w.pass_on()
        assert (3, "projection.picture_refused") == (short.tried, await w.m.problem("A"))
        short.short = False
        await service.try_again(w.m.tenant, w.m.wake)
        await w.pass_on()
        assert (1, None) == (len(w.images("A")), await w.m.problem("A"))

    play(settings, tmp_path, shop, scenario)


def _ref(name: str) -> Any:
    from raccord_connectors.canonical import MediaRef

    return MediaRef(name=name)


def test_a_merchant_may_want_no_article_without_its_pictures(
    settings: Settings, tmp_path: Path, shop: tuple[FolderStore, DemoShop]
) -> None:
    async def scenario(w: World) -> None:
        w.note(w.m.erp.put_product("C", price="10", stock=1, media=[_ref("absente.jpg")]))
        w.put("D")
        await w.pass_on()
        binding = await w.m.binding("C")
        assert binding is not None
        assert (True, "projection.picture_holds") == (binding["held"], await w.m.problem("C"))
        write(w.folder, {"absente.jpg": photo(4)})
        await w.pass_on()
        assert (None, 1) == (await w.m.problem("C"), len(w.images("C")))

    play(settings, tmp_path, shop, scenario, media={"missing": "hold"})


def test_a_shop_that_owns_its_pictures_gets_none_of_ours(
    settings: Settings, tmp_path: Path, shop: tuple[FolderStore, DemoShop]
) -> None:
    async def scenario(w: World) -> None:
        write(w.folder, {"A.png": photo(1)})
        w.put("A")
        await w.pass_on()
        assert ([], 0) == (w.images("A"), await w.derivatives())

    play(settings, tmp_path, shop, scenario, media={"pictures": "shop"})


def test_a_picture_that_somebody_deleted_from_the_library_is_sent_again(
    settings: Settings, tmp_path: Path, shop: tuple[FolderStore, DemoShop]
) -> None:
    async def scenario(w: World) -> None:
        write(w.folder, {"ASSIETTES.png": photo(7)})
        w.put("P1", family="ASSIETTES")
        await w.pass_on()
        with w.shop.shop.database.write() as db:
            db.execute("DELETE FROM media")
        w.put("P2", family="ASSIETTES")
        await w.pass_on()
        assert (1, 1) == (len(w.images("P2")), w.in_library)

    play(settings, tmp_path, shop, scenario)


def test_a_big_file_travels_in_parts_and_an_interrupted_one_is_resumed(
    settings: Settings, tmp_path: Path, shop: tuple[FolderStore, DemoShop]
) -> None:
    async def scenario(w: World) -> None:
        big = photo(5) + b"\0" * (2 * PART_SIZE)  # what stands behind the end of a picture is not looked at
        write(w.folder, {"A.png": big})
        w.put("A")
        take = w.clerk.uploader._put
        puts = []

        def cut(url: str, headers: Any, file: Any, size: int) -> None:
            puts.append(size)
            if len(puts) == 2:
                raise ObjectsAway("the line broke")
            take(url, headers, file, size)

        w.clerk.uploader._put = cut  # type: ignore[method-assign]
        await w.pass_on()
        assert 2 == len(puts)
        await w.pass_on()
        assert (4, 1) == (len(puts), len(w.images("A")))  # the first part was there

    play(settings, tmp_path, shop, scenario)


def test_what_no_article_names_is_deleted_after_its_grace_and_not_before(
    settings: Settings, tmp_path: Path, shop: tuple[FolderStore, DemoShop], monkeypatch: pytest.MonkeyPatch
) -> None:
    async def scenario(w: World) -> None:
        mine = TenantObjects(w.store.objects, w.m.tenant)
        write(w.folder, {"A.png": photo(1), "B.png": photo(2)})
        w.put("A", "B")
        await w.pass_on()
        before = len(list(mine.list()))
        (w.folder / "B.png").unlink()
        await w.pass_on()
        assert 0 == await work.tidy(w.m.tenant, w.store.objects, lambda: False)
        assert before == len(list(mine.list()))
        monkeypatch.setattr(work, "GRACE", timedelta(0))
        assert 1 == await work.tidy(w.m.tenant, w.store.objects, lambda: False)
        assert before // 2 == len(list(mine.list()))
        assert 0 == await work.tidy(w.m.tenant, w.store.objects, lambda: False)
        write(w.folder, {"B.png": photo(2)})
        await w.pass_on()
        assert (before, 1) == (len(list(mine.list())), len(w.images("B")))

    play(settings, tmp_path, shop, scenario)


def test_a_data_sheet_is_a_link_below_the_description_that_anybody_may_open(
    settings: Settings, tmp_path: Path, shop: tuple[FolderStore, DemoShop]
) -> None:
    async def scenario(w: World) -> None:
        write(w.folder, {"A.png": photo(1), "A.pdf": b"%PDF-1.7 a manual", "A_2.pdf": b"%PDF-1.7 a sheet"})
        w.put("A", "B", description="Une chaise.")
        await w.pass_on()
        (row,) = w.shop.get("products", sku="A")
        links = re.findall(r'<a href="([^"]+)">([^<]+)</a>', row["description"])
        assert ["A", "A 2"] == [title for _, title in links]
        assert row["description"].startswith("<p>Une chaise.</p>")
        (other,) = w.shop.get("products", sku="B")
        assert "<p>Une chaise.</p>" == other["description"].strip()
        tenant, token, name = links[0][0].rsplit("/", 3)[1:]
        assert (str(w.m.tenant), "A.pdf") == (tenant, name)
        async with tenant_transaction(w.m.tenant):
            found = await media.data_sheet(token)
            assert found is not None
            assert b"%PDF-1.7 a manual" == TenantObjects(w.store.objects, w.m.tenant).get(
                original_key(found.sha256)
            )
            assert await media.data_sheet("guessed") is None
        w.reset_logs()
        await w.pass_on()
        assert 0 == w.shop.log()["writes"]
        (w.folder / "A.pdf").unlink()
        (w.folder / "A_2.pdf").unlink()
        await w.pass_on()
        (row,) = w.shop.get("products", sku="A")
        assert "<a" not in row["description"]
        async with tenant_transaction(w.m.tenant):
            assert await media.data_sheet(token) is None

    play(settings, tmp_path, shop, scenario)


def test_the_same_way_leads_through_a_real_s3(settings: Settings, tmp_path: Path) -> None:
    async def scenario(w: World) -> None:
        write(w.folder, {"A.png": photo(1), "A_2.png": photo(2), "B.png": photo(3) + b"\0" * PART_SIZE})
        w.put("A", "B")
        await w.pass_on()
        assert (2, 1, 3) == (len(w.images("A")), len(w.images("B")), w.in_library)
        w.reset_logs()
        await w.pass_on()
        assert (0, 3) == (w.shop.log()["writes"], w.in_library)

    with s3_settings(tmp_path / "s3") as s3, demo_shop(tmp_path / "shop") as demo:
        play(settings, tmp_path, (FolderStore(objects_of(s3), s3), demo), scenario)
