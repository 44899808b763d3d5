"""Pictures in a real Vendure: each content uploaded once, shared, in order, with its text; hostile ones refused."""

import threading
import zlib
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, ClassVar

import pytest
from msgspec.structs import replace

from raccord_connectors.canonical import Picture
from raccord_connectors.contract import Change
from raccord_connectors.shop.vendure import Vendure
from support.picture_zoo import halves, saved
from support.vendure.records import (
    changed_offer,
    connect,
    create,
    fresh,
    simple,
    update,
    with_variants,
    write,
)
from support.vendure.shop import Shop
from support.vendure_server import shared_vendure

pytestmark = pytest.mark.counterpart


def png(shade: int) -> bytes:
    """A picture of one grey pixel."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return len(data).to_bytes(4, "big") + kind + data + zlib.crc32(kind + data).to_bytes(4, "big")

    header = (1).to_bytes(4, "big") * 2 + bytes([8, 0, 0, 0, 0])
    pixel = zlib.compress(bytes([0, shade]))
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", pixel) + chunk(b"IEND", b"")


class Store(BaseHTTPRequestHandler):
    """Where the platform keeps pictures: `/<shade>.png`, with a signature in the query; `/page.png` is a web page."""

    asked: ClassVar[list[str]] = []

    def do_GET(self) -> None:
        name = self.path.partition("?")[0].strip("/").removesuffix(".png")
        self.asked.append(name)
        if not self.path.endswith("?signature=ok"):
            self.send_error(403)
            return
        body, type_ = (png(int(name)), "image/png") if name.isdigit() else (b"<script>", "text/html")
        if name == "leaf.avif":
            body, type_ = saved(halves(60, 40), "AVIF"), "image/avif"
        self.send_response(200)
        self.send_header("Content-Type", type_)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *args: Any) -> None:
        """Quiet."""


@pytest.fixture(scope="module")
def store() -> Iterator[str]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), Store)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


@pytest.fixture(scope="module")
def shop() -> Shop:
    return shared_vendure()


@pytest.fixture
def connector(shop: Shop) -> Iterator[Vendure]:
    connector = connect(shop)
    yield connector
    connector.close()


def picture(store: str, shade: int, *, position: int = 0, alt: str = "") -> Picture:
    url = f"{store}/{shade}.png?signature=ok"
    return Picture(digest=f"digest-{shade}", url=url, alt=alt, position=position)


def names(shop: Shop, sku: str) -> list[str]:
    return [asset["name"] for asset in shop.product(shop.variant(sku).product_id)["assets"]]


def test_pictures_stand_in_their_order_with_their_text(shop: Shop, connector: Vendure, store: str) -> None:
    pictures = [
        picture(store, 11, position=2, alt="Vue de dos"),
        picture(store, 12, position=1, alt="Vue d’ensemble"),
    ]
    record = simple(fresh(), pictures=pictures)
    known = create(connector, record)
    assert ["Vue d’ensemble", "Vue de dos"] == names(shop, record.key)
    turned = replace(record, pictures=[replace(pictures[0], position=0), pictures[1]])
    update(connector, turned, record, known)
    assert ["Vue de dos", "Vue d’ensemble"] == names(shop, record.key)


def test_avif_is_taken_as_the_specification_says(shop: Shop, connector: Vendure, store: str) -> None:
    leaf = Picture(digest="leaf", url=f"{store}/leaf.avif?signature=ok", alt="Une feuille")
    record = simple(fresh(), pictures=[leaf])
    create(connector, record)
    (asset,) = shop.product(shop.variant(record.key).product_id)["assets"]
    assert ("Une feuille", "image/avif", 60) == (asset["name"], asset["mimeType"], asset["width"])


def test_each_content_is_uploaded_once(shop: Shop, connector: Vendure, store: str) -> None:
    shared = picture(store, 21)
    first = with_variants(fresh(), pictures=[shared])
    first = changed_offer(first, 0, pictures=[shared, picture(store, 22, position=1)])
    create(connector, first)
    create(connect(shop), simple(fresh(), pictures=[shared]))
    assert [1, 1] == [Store.asked.count("21"), Store.asked.count("22")]
    assert 2 == len(shop.variant(first.offers[0].sku).raw["assets"])


def test_a_picture_that_the_shop_added_stays(shop: Shop, connector: Vendure, store: str) -> None:
    record = simple(fresh(), pictures=[picture(store, 31, alt="De face")])
    known = create(connector, record)
    shop.add_picture(str(known.target), "ambiance.png", png(32))
    later = replace(record, pictures=[picture(store, 33, alt="De côté")])
    update(connector, later, record, known)
    assert ["De côté", "ambiance.png"] == names(shop, record.key)


@pytest.mark.parametrize("path", ["page.png?signature=ok", "41.png?signature=non", ""])
def test_a_picture_that_is_none_is_refused_and_the_rest_goes_on(
    shop: Shop, connector: Vendure, store: str, path: str
) -> None:
    bad = Picture(digest=f"digest-{path}", url=f"{store}/{path}" if path else "")
    records = [simple(fresh(), pictures=[bad]), simple(fresh(), pictures=[picture(store, 42)])]
    refused, done = write(connector, "listings", *(Change("create", r.key, r) for r in records))
    assert done.done
    assert refused.problem is not None
    assert ("rejected", "pictures") == (refused.problem.kind, refused.problem.field)
    assert "signature" not in f"{refused.problem.message} {refused.problem.detail}", "addresses hold keys"
