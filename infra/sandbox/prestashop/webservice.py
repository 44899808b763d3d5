"""`/api/…`: who may ask, what is asked, and the answer. No HTTP server here: a request in, an answer out."""

import base64
import binascii
from collections.abc import Mapping
from dataclasses import dataclass, field

from sandbox.prestashop import images, nodes, queries, render, saving
from sandbox.prestashop.database import get
from sandbox.prestashop.refusals import Refusal
from sandbox.prestashop.schema import IMAGES, RESOURCES, Resource
from sandbox.prestashop.shop import Shop

VERBS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE")
XML = "text/xml; charset=utf-8"


@dataclass
class Asked:
    verb: str
    path: str
    """After `/api/`, without a slash at its end."""
    query: Mapping[str, str]
    headers: Mapping[str, str]
    body: bytes = b""
    picture: bytes | None = None
    """The part named `image` of a form."""


@dataclass
class Answer:
    status: int = 200
    content: bytes = b""
    kind: str = XML
    headers: dict[str, str] = field(default_factory=dict)
    items: int = 0
    """Rows that were sent, and `writes` those that were saved."""
    writes: int = 0


def answer(shop: Shop, asked: Asked) -> Answer:
    as_json = asked.query.get("output_format") == "JSON" or asked.headers.get("output-format") == "JSON"
    if asked.query.get("ps_method"):
        asked.verb = asked.query["ps_method"].upper()
    found = Answer(kind="application/json; charset=utf-8" if as_json else XML)
    try:
        rights = _rights(shop, asked)
        found.headers["PSWS-Version"] = shop.version
        _serve(shop, asked, rights, found, as_json)
    except Refusal as refusal:
        found.status = refusal.status
        if refusal.status == 401:
            found.headers["WWW-Authenticate"] = 'Basic realm="Welcome to PrestaShop Webservice"'
        found.content = b"" if not refusal.code else render.errors(refusal, as_json).encode()
    if asked.verb == "HEAD":
        found.content = b""
    return found


def _rights(shop: Shop, asked: Asked) -> dict[str, list[str]]:
    if shop.configured("PS_WEBSERVICE") != "1":
        raise Refusal(
            503, 22, "The PrestaShop webservice is disabled. Please activate it in the PrestaShop Back Office"
        )
    key = _key(asked)
    if key is None:
        raise Refusal(401, 16, "Authentication key was not given")
    if not key:
        raise Refusal(401, 17, "Authentication key is empty")
    if len(key) != 32:
        raise Refusal(401, 18, "Invalid authentication key format")
    rights = shop.rights_of(key)
    if rights is None:
        raise Refusal(401, 20, "This authentication key is not active")
    if not rights:
        raise Refusal(401, 21, "No permission for this authentication key")
    shop_wanted = asked.query.get("id_shop", "1")
    if shop_wanted not in ("1", "all"):
        raise Refusal(403, 132, "Invalid permission for this shop")
    return rights


def _key(asked: Asked) -> str | None:
    if "ws_key" in asked.query:
        return asked.query["ws_key"]
    scheme, _, told = asked.headers.get("authorization", "").partition(" ")
    if scheme.lower() != "basic":
        return None
    try:
        return base64.b64decode(told).decode().partition(":")[0]
    except (binascii.Error, UnicodeDecodeError):
        return ""


def _serve(shop: Shop, asked: Asked, rights: dict[str, list[str]], found: Answer, as_json: bool) -> None:
    if not asked.path:
        found.content = render.rights(shop.configured("PS_SHOP_NAME"), rights, shop.home).encode()
        return
    name, *segments = asked.path.split("/")
    if name != IMAGES and name not in RESOURCES:
        raise Refusal(400, 27, f'Resource of type "{name}" does not exist')
    if name not in rights:
        raise Refusal(401, 26, f'Resource of type "{name}" is not allowed with this authentication key')
    verb = "GET" if asked.verb == "HEAD" else asked.verb
    known = VERBS if name == IMAGES else RESOURCES[name].verbs
    if verb not in VERBS or (verb == "PATCH" and not shop.patches):
        raise Refusal(405, 23, f"Method {verb} is not valid")
    if verb not in known:
        raise Refusal(405, 101, f"Method {verb} is not supported for this resource ({name})")
    if verb not in rights[name]:
        raise Refusal(
            405, 25, f"Method {verb} is not allowed for the resource {name} with this authentication key"
        )
    if name == IMAGES:
        _serve_images(shop, asked, segments, found)
    elif verb == "GET":
        _read(shop, asked, RESOURCES[name], segments, found, as_json)
    elif verb == "DELETE":
        numbers = _numbers(segments[0] if segments else asked.query.get("id", ""))
        found.items = len(numbers)
        saving.delete(shop, RESOURCES[name], numbers)
        found.writes = len(numbers)
    else:
        _write(shop, asked, RESOURCES[name], segments, found, as_json)


def _read(
    shop: Shop, asked: Asked, resource: Resource, segments: list[str], found: Answer, as_json: bool
) -> None:
    schema = asked.query.get("schema")
    if schema in ("blank", "synopsis"):
        text = render.blank(resource, shop.languages) if schema == "blank" else render.synopsis(resource)
        found.content = text.encode()
        return
    db = shop.database.read()
    languages = _languages(shop, asked)
    if segments:
        row = get(db, resource, int(segments[0])) if segments[0].isdigit() else None
        if row is None:
            raise Refusal(404, 0, "")  # the real one answers a bare 404 to an unknown single row
        text = render.details(
            resource, shop.shown(db, resource, [row]), queries.EVERYTHING, languages, as_json
        )
    else:
        display = queries.display_of(resource, asked.query)
        rows = queries.rows(db, resource, asked.query)
        if display is not queries.IDS_ONLY:
            shop.shown(db, resource, rows)
        text = render.listing(resource, rows, display, languages, as_json)
    found.content = text.encode()


def _write(
    shop: Shop, asked: Asked, resource: Resource, segments: list[str], found: Answer, as_json: bool
) -> None:
    addressed = int(segments[0]) if segments and segments[0].isdigit() else None
    wanted = nodes.parse(asked.body)
    found.items = len(wanted)
    mail = asked.query.get("sendemail") in ("1", "true")
    work = saving.Saving(shop, resource, asked.verb, mail=mail)
    try:
        work.all(wanted, addressed)
    finally:
        found.writes = len(work.saved)
    db = shop.database.read()
    rows = [row for number in work.saved if (row := get(db, resource, number)) is not None]
    shown = shop.shown(db, resource, rows)
    found.status = 201 if asked.verb == "POST" else 200
    found.content = render.details(resource, shown, queries.EVERYTHING, shop.languages, as_json).encode()


def _serve_images(shop: Shop, asked: Asked, segments: list[str], found: Answer) -> None:
    """Of products only: the other kinds have one picture each, which nobody here sends."""
    if len(segments) < 2 or segments[0] != "products" or not all(part.isdigit() for part in segments[1:]):
        raise Refusal(400, 50, "Image types other than products are not simulated")
    product, image = int(segments[1]), int(segments[2]) if len(segments) > 2 else None
    if asked.verb in ("GET", "HEAD"):
        db = shop.database.read()
        if image is not None:
            kind, found.content = images.content(db, product, image)
            found.kind = f"image/{'jpeg' if kind == 'jpg' else kind}"
            return
        inside = "".join(f'<declination id="{number}"/>' for number in images.of(db, product))
        found.content = f'{render.HEAD}<image id="{product}">{inside}</image>\n{render.TAIL}'.encode()
        return
    if asked.verb == "POST" and image is not None:
        raise Refusal(400, 65, "This image already exists. To modify it, please use the PUT method")
    found.items = 1
    with shop.database.write() as db:
        if asked.verb == "DELETE" and image is not None:
            images.delete(db, product, image)
        else:
            image = images.upload(db, product, asked.picture, image)
            told = (
                f"<id>{render.cdata(str(image))}</id>\n<id_product>{render.cdata(str(product))}</id_product>"
            )
            inside = f"<image>\n{told}\n</image>\n"
            found.content = f"{render.HEAD}{inside}{render.TAIL}".encode()
    found.writes = 1


def _languages(shop: Shop, asked: Asked) -> list[str]:
    wanted = asked.query.get("language", "").strip("[]")
    if not wanted:
        return shop.languages
    return [number for number in shop.languages if number in wanted.split("|")]


def _numbers(text: str) -> list[int]:
    parts = text.strip("[]").split(",")
    if not all(part.strip().isdigit() for part in parts):
        raise Refusal(400, 90, "id is not a number")
    return [int(part) for part in parts]
