"""A merchant's pictures from the folder to the demonstration shop: the agent's real files loop, the hub's own code over a real
database, the embedded object store behind its route, real renderers, the WooCommerce connector. Only the tunnel is short: the
agent's calls go straight to the use cases behind the routes.

What travelled is counted in the store's and the shop's own logs.
"""

import asyncio
import dataclasses
import random
from collections.abc import AsyncIterator, Coroutine, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

from PIL import Image

from raccord.agents.errors import AgentRefused
from raccord.core.pictures import THUMBNAIL
from raccord.media import service, work
from raccord.media.publishing import ShopPictures
from raccord.media.renderers import Renderers
from raccord.settings import Settings
from raccord_agent.line import Refused
from raccord_connectors import wire
from raccord_connectors.canonical import Product
from raccord_connectors.wire_files import FilesLacking, FilesTold, UploadAllowed, UploadAsked, Uploaded
from sandbox.shop.testing import DemoShop, demo_shop
from support.media_agent import Clerk
from support.object_stores import FolderStore, folder_store
from support.picture_zoo import saved
from support.publishing import Merchant, merchant

T = TypeVar("T")


class ShortTunnel:
    """The agent's calls, from its thread into the loop of the hub. `down`: nothing gets through."""

    def __init__(self, m: Merchant, store: FolderStore, loop: asyncio.AbstractEventLoop) -> None:
        self._m, self._store, self._loop = m, store, loop
        self.uploads = 0

    def tell_files(self, told: FilesTold) -> FilesLacking:
        travelled = wire.unpack(wire.pack(told), FilesTold)
        url = self._store.settings.public_url
        return self._run(service.tell(self._m.caller, travelled, self._m.wake, url))

    def ask_upload(self, asked: UploadAsked) -> UploadAllowed:
        return self._run(service.allow(self._m.caller, asked, self._store.objects))

    def tell_uploaded(self, uploaded: Uploaded) -> None:
        self.uploads += 1
        self._run(service.take(self._m.caller, uploaded, self._store.objects, self._m.wake))

    def _run(self, call: Coroutine[Any, Any, T]) -> T:
        try:
            return asyncio.run_coroutine_threadsafe(call, self._loop).result(60)
        except AgentRefused as refused:
            raise Refused(refused.status, wire.Refusal(refused.message)) from refused


@dataclass
class World:
    m: Merchant
    store: FolderStore
    shop: DemoShop
    folder: Path
    clerk: Clerk
    tunnel: ShortTunnel
    renderers: Renderers

    def put(self, *keys: str, **fields: Any) -> None:
        """Articles of the ERP, which the agent's scanner has read."""
        for key in keys:
            self.clerk.note(self.m.erp.put_product(key, price="10", stock=5, **fields))

    def note(self, product: Product) -> None:
        self.m.erp.put("products", product)
        self.clerk.note(product)

    async def pass_on(self) -> None:
        """The agent looks and uploads, the workers make and push, until all are at rest."""
        await self.m.sync()
        await asyncio.to_thread(self.clerk.turn)
        await self.m.settle()
        while await self._make():
            continue
        await self.m.settle()

    async def _make(self) -> bool:
        return await work.make(self.m.tenant, self.store.objects, self.renderers, self.m.wake, lambda: False)

    def reset_logs(self) -> None:
        self.store.log.clear()
        self.shop.reset_log()

    @property
    def uploaded(self) -> int:
        return self.store.count("PUT", "/originals/")

    @property
    def fetched(self) -> int:
        """By the shop, pictures."""
        return self.store.count("GET", "/pictures/")

    @property
    def in_library(self) -> int:
        found: int = self.shop.shop.database.read().execute("SELECT count(*) FROM media").fetchone()[0]
        return found

    async def derivatives(self) -> int:
        """Made for the shop; our own thumbnails apart."""
        rows = await self.m.rows(
            "SELECT count(*) AS n FROM media_derivative WHERE state = 'made' AND recipe <> $1", THUMBNAIL.name
        )
        return int(rows[0]["n"])

    def images(self, sku: str) -> list[tuple[str, str]]:
        """(name, alternative text) of a product's pictures in the shop."""
        (row,) = self.shop.get("products", sku=sku)
        return [(image["name"], image["alt"]) for image in row["images"]]


@contextmanager
def media_shop(folder: Path) -> Iterator[tuple[FolderStore, DemoShop]]:
    with folder_store(folder / "objects") as store, demo_shop(folder / "shop") as shop:
        yield store, shop


@asynccontextmanager
async def media_world(
    settings: Settings, folder: Path, store: FolderStore, shop: DemoShop, **channel: Any
) -> AsyncIterator[World]:
    photos = folder / "photos"
    photos.mkdir()
    renderers = Renderers(2)
    async with merchant(settings, shop_connector=("woocommerce", shop.settings()), **channel) as m:
        m.ports = dataclasses.replace(m.ports, pictures=ShopPictures(store.objects))
        tunnel = ShortTunnel(m, store, asyncio.get_running_loop())
        clerk = Clerk(folder, photos, tunnel)
        try:
            yield World(m, store, shop, photos, clerk, tunnel, renderers)
        finally:
            renderers.close()
            clerk.shelf.close()


def photo(number: int, side: int = 24) -> bytes:
    """A small picture, another one for each number: coloured tiles."""
    tiles = Image.frombytes("RGB", (6, 6), random.Random(number).randbytes(108))
    return saved(tiles.resize((side, side), Image.Resampling.NEAREST), "PNG")
