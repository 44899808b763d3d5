"""The contract of an object store, kept by the embedded folder and by a real S3-compatible server alike."""

import hashlib
import io
import socket
import time
from collections.abc import Callable, Iterator
from uuid import UUID

import httpx
import pytest

from raccord.settings import Settings
from raccord.storage.objects import (
    PART_SIZE,
    ObjectMissing,
    ObjectRefused,
    Objects,
    ObjectsAway,
    TenantObjects,
    objects_of,
    put_headers,
)
from support.object_stores import folder_store, s3_settings

ANNE = UUID("11111111-1111-1111-1111-111111111111")
JEAN = UUID("22222222-2222-2222-2222-222222222222")
PICTURE = b"a picture of a chair"


@pytest.fixture(scope="module", params=["folder", "s3"])
def objects(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Objects]:
    folder = tmp_path_factory.mktemp("objects")
    if request.param == "folder":
        with folder_store(folder) as found:
            yield found.objects
    else:
        with s3_settings(folder / "s3") as settings:
            yield objects_of(settings)


@pytest.fixture
def mine(objects: Objects) -> TenantObjects:
    return TenantObjects(objects, ANNE)


def sha(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def signed(store: TenantObjects, key: str, content: bytes, seconds: int = 120) -> str:
    return store.signed_put(
        key, seconds=seconds, content_type="image/jpeg", size=len(content), sha256=sha(content)
    )


def soon(true: Callable[[], bool]) -> bool:
    until = time.monotonic() + 30
    while not (found := true()) and time.monotonic() < until:
        time.sleep(0.2)
    return found


def test_what_is_put_is_read_replaced_listed_and_deleted(mine: TenantObjects) -> None:
    mine.put("plain/b.jpg", b"one", content_type="image/jpeg")
    mine.put("plain/a.jpg", io.BytesIO(b"three"), content_type="image/jpeg")
    before = mine.info("plain/b.jpg")
    mine.put("plain/b.jpg", b"other", content_type="image/png")
    after = mine.info("plain/b.jpg")
    assert before is not None
    assert after is not None
    assert (5, "image/png") == (after.size, after.content_type)
    assert before.etag != after.etag
    assert b"other" == mine.get("plain/b.jpg")
    listed = [(one.key, one.size) for one in mine.list("plain/")]
    assert [(f"t/{ANNE}/plain/a.jpg", 5), (f"t/{ANNE}/plain/b.jpg", 5)] == listed
    for key in ("plain/a.jpg", "plain/b.jpg", "plain/never.jpg"):
        mine.delete(key)
    assert [] == list(mine.list("plain/"))
    assert mine.info("plain/a.jpg") is None
    with pytest.raises(ObjectMissing):
        mine.get("plain/a.jpg")


def test_a_signed_address_gives_the_content_with_its_type_and_name(mine: TenantObjects) -> None:
    mine.put("signed/manual.pdf", b"%PDF", content_type="application/pdf")
    answer = httpx.get(mine.signed_get("signed/manual.pdf", seconds=60, filename="Notice été.pdf"))
    assert (200, b"%PDF") == (answer.status_code, answer.content)
    assert "application/pdf" == answer.headers["content-type"].partition(";")[0]
    assert "filename*=UTF-8''Notice%20%C3%A9t%C3%A9.pdf" in answer.headers["content-disposition"]
    other = httpx.get(mine.signed_get("signed/manual.pdf", seconds=60, content_type="text/plain"))
    assert "text/plain" == other.headers["content-type"].partition(";")[0]


def test_a_signed_address_is_for_one_key_one_act_and_some_seconds(
    objects: Objects, mine: TenantObjects
) -> None:
    TenantObjects(objects, JEAN).put("signed/one.jpg", b"of Jean", content_type="image/jpeg")
    mine.put("signed/one.jpg", b"one", content_type="image/jpeg")
    mine.put("signed/two.jpg", b"two", content_type="image/jpeg")
    address = mine.signed_get("signed/one.jpg", seconds=120)
    assert 200 == httpx.get(address).status_code
    assert 403 == httpx.get(address.replace("one.jpg", "two.jpg")).status_code
    assert 403 == httpx.get(address.replace(str(ANNE), str(JEAN))).status_code
    assert 403 == httpx.put(address, content=b"mine now").status_code
    assert httpx.get(address.partition("?")[0]).status_code in (401, 403)
    short = mine.signed_get("signed/one.jpg", seconds=1)
    assert soon(lambda: 403 == httpx.get(short).status_code)
    late = signed(mine, "signed/late.jpg", PICTURE, seconds=1)
    time.sleep(1.2)
    headers = put_headers("image/jpeg", sha(PICTURE))
    assert soon(lambda: 403 == httpx.put(late, content=PICTURE, headers=headers).status_code)


def test_a_signed_put_takes_the_promised_content_and_nothing_else(mine: TenantObjects) -> None:
    address = signed(mine, "put/chair.jpg", PICTURE)
    good = put_headers("image/jpeg", sha(PICTURE))
    other = PICTURE.replace(b"chair", b"table")
    refused = [
        httpx.put(address, content=PICTURE[:-1], headers=good),
        httpx.put(address, content=PICTURE + b"!", headers=good),
        httpx.put(address, content=other, headers=good),
        httpx.put(address, content=other, headers=put_headers("image/jpeg", sha(other))),
        httpx.put(address, content=PICTURE, headers=put_headers("text/html", sha(PICTURE))),
        httpx.put(address.replace("chair", "other"), content=PICTURE, headers=good),
    ]
    assert [True] * 6 == [answer.status_code in (400, 403) for answer in refused]
    assert [] == list(mine.list("put/"))
    assert 200 == httpx.put(address, content=PICTURE, headers=good).status_code
    assert PICTURE == mine.get("put/chair.jpg")
    info = mine.info("put/chair.jpg")
    assert info is not None
    assert "image/jpeg" == info.content_type


def test_a_put_that_was_cut_leaves_nothing(mine: TenantObjects) -> None:
    address = httpx.URL(signed(mine, "cut/chair.jpg", PICTURE))
    headers = {**put_headers("image/jpeg", sha(PICTURE)), "Content-Length": str(len(PICTURE))}
    head = f"PUT {address.raw_path.decode()} HTTP/1.1\r\nHost: {address.host}:{address.port}\r\n"
    head += "".join(f"{name}: {value}\r\n" for name, value in headers.items()) + "\r\n"
    with socket.create_connection((address.host, address.port or 80)) as line:
        line.sendall(head.encode() + PICTURE[:7])
        time.sleep(0.3)
    assert 200 == httpx.put(signed(mine, "cut/other.jpg", b"x"), content=b"x",
                            headers=put_headers("image/jpeg", sha(b"x"))).status_code  # fmt: skip
    assert [f"t/{ANNE}/cut/other.jpg"] == [one.key for one in mine.list("cut/")]


def test_an_upload_in_parts_is_resumed_where_it_was_cut(mine: TenantObjects) -> None:
    big = bytes(range(256)) * (PART_SIZE // 256) + b"the end"
    upload = mine.begin("parts/big.tif", content_type="image/tiff")
    first = mine.signed_part("parts/big.tif", upload, 1, seconds=120, size=PART_SIZE)
    assert 200 == httpx.put(first, content=big[:PART_SIZE]).status_code
    assert httpx.put(first, content=big[: PART_SIZE - 1]).status_code in (400, 403)
    assert [(1, PART_SIZE)] == [(part.number, part.size) for part in mine.parts("parts/big.tif", upload)]
    assert mine.info("parts/big.tif") is None
    with pytest.raises(ObjectRefused):
        mine.finish("parts/big.tif", upload, size=len(big), sha256=sha(big))
    last = mine.signed_part("parts/big.tif", upload, 2, seconds=120, size=7)
    assert 200 == httpx.put(last, content=b"the end").status_code
    mine.finish("parts/big.tif", upload, size=len(big), sha256=sha(big))
    info = mine.info("parts/big.tif")
    assert info is not None
    assert (len(big), "image/tiff") == (info.size, info.content_type)
    assert sha(big) == sha(mine.get("parts/big.tif"))
    with pytest.raises(ObjectMissing):
        mine.parts("parts/big.tif", upload)


def test_parts_that_are_not_the_promised_content_vanish(mine: TenantObjects) -> None:
    upload = mine.begin("parts/wrong.tif", content_type="image/tiff")
    part = mine.signed_part("parts/wrong.tif", upload, 1, seconds=120, size=5)
    assert 200 == httpx.put(part, content=b"wrong").status_code
    with pytest.raises(ObjectRefused):
        mine.finish("parts/wrong.tif", upload, size=5, sha256=sha(b"right"))
    assert mine.info("parts/wrong.tif") is None


def test_an_upload_that_nobody_finishes_is_abandoned(mine: TenantObjects) -> None:
    upload = mine.begin("parts/never.tif", content_type="image/tiff")
    part = mine.signed_part("parts/never.tif", upload, 1, seconds=120, size=4)
    assert 200 == httpx.put(part, content=b"some").status_code
    assert 0 == mine.abandon_older(3600)
    assert soon(lambda: mine.abandon_older(0) >= 1)
    with pytest.raises(ObjectMissing):
        mine.parts("parts/never.tif", upload)
    mine.abandon("parts/never.tif", upload)
    assert httpx.put(part, content=b"some").status_code in (400, 403, 404)


def test_another_tenants_key_is_refused(mine: TenantObjects) -> None:
    for act in (
        lambda: mine.get(f"t/{JEAN}/a.jpg"),
        lambda: mine.put(f"t/{JEAN}/a.jpg", b"", content_type="image/jpeg"),
        lambda: mine.info("../22222222-2222-2222-2222-222222222222/a.jpg"),
        lambda: mine.signed_get(f"t/{JEAN}/a.jpg", seconds=60),
        lambda: mine.delete(f"t/{ANNE}/../{JEAN}/a.jpg"),
        lambda: list(mine.list(f"t/{JEAN}/")),
        lambda: mine.signed_put("a/../b.jpg", seconds=60, content_type="", size=1, sha256=sha(b"")),
        lambda: mine.get("a//b.jpg"),
        lambda: mine.get("a/.hidden"),
    ):
        with pytest.raises(ObjectRefused):
            act()


def test_the_store_says_that_it_is_in_order_or_away(objects: Objects) -> None:
    objects.check()
    nowhere = objects_of(
        Settings(s3_endpoint="http://127.0.0.1:9", s3_bucket="none", s3_access_key="a", s3_secret_key="b")
    )
    with pytest.raises(ObjectsAway) as caught:
        nowhere.check()
    assert "b" != caught.value.detail
