"""Pictures: Vendure's assets, each distinct content uploaded once.

An asset of ours bears the tag `raccord:<digest>`, by which it is found again. Pictures that the merchant added by hand
have no such tag; they stay, after ours.
"""

from collections.abc import Callable, Iterator, Sequence
from urllib.parse import urlsplit, urlunsplit

import httpx
from msgspec import UNSET

from raccord_connectors.canonical import Picture
from raccord_connectors.contract import ConnectorError, RecordRejected
from raccord_connectors.kit.http import HttpClient, HttpFailure
from raccord_connectors.shop.vendure import texts
from raccord_connectors.shop.vendure.client import Graph, Json, Refused, in_parts
from raccord_connectors.shop.vendure.work import Work, code

TAG = "raccord:"
BY_TAG = """query($tags: [String!]!) {
  assets(options: { take: 1000, tags: $tags, tagsOperator: OR }) { items { id tags { value } } } }"""
UPLOAD = """mutation($input: [CreateAssetInput!]!) {
  createAssets(input: $input) { __typename ... on Asset { id } ... on ErrorResult { errorCode message } } }"""


EXTENSIONS = {
    "image/jpeg": ".jpg", "image/png": ".png", "image/webp": ".webp", "image/avif": ".avif", "image/gif": ".gif",
}  # fmt: skip
"""Vendure judges a file by its name."""
NAME = "mutation($input: UpdateAssetInput!) { updateAsset(input: $input) { id } }"


class Pictures:
    def __init__(self, graph: Graph, download: Callable[[str], HttpClient]) -> None:
        self._graph = graph
        self._download = download
        self._assets: dict[str, str] = {}
        """Digest → asset id."""

    def ensure(self, works: Sequence[Work]) -> None:
        """Uploads what the shop lacks, and notes the assets of each product and variant in order."""
        works = [work for work in works if work.state is not None and any(_wanted(work))]
        digests = {picture.digest for work in works for _, pictures in _wanted(work) for picture in pictures}
        for part in in_parts([f"{TAG}{digest}" for digest in sorted(digests)], 100):
            for asset in self._graph.ask(BY_TAG, tags=part)["assets"]["items"]:
                for digest in _digests(asset):
                    self._assets.setdefault(digest, asset["id"])
        for work in works:
            try:
                for owner, pictures in _wanted(work):
                    ours = [self._asset(work, p) for p in sorted(pictures, key=lambda p: p.position)]
                    foreign = [a["id"] for a in _held(work, owner) if not _digests(a)]
                    work.assets[owner] = list(dict.fromkeys([*ours, *foreign]))
            except ConnectorError as error:
                # A picture that cannot be had stops its own listing only.
                work.problem = work.problem or error.problem()

    def _asset(self, work: Work, picture: Picture) -> str:
        if picture.digest not in self._assets:
            self._assets[picture.digest] = self._upload(work, picture)
        return self._assets[picture.digest]

    def _upload(self, work: Work, picture: Picture) -> str:
        content, type_ = self._fetch(work, picture)
        name = f"{code(picture.alt or work.record.name)[:80]}{EXTENSIONS.get(type_, '')}"
        variables: Json = {"input": [{"file": None, "tags": ["raccord", f"{TAG}{picture.digest}"]}]}
        try:
            (asset,) = self._graph.upload(UPLOAD, variables, name, content, type_)["createAssets"]
        except Refused as refusal:
            raise _refused(work, refusal.words) from refusal
        if "errorCode" in asset:
            raise _refused(work, asset["message"])
        if picture.alt:
            # Vendure has no alternative text: shops show the asset's name, which it takes from the file's.
            self._graph.change(NAME, repeat=True, input={"id": asset["id"], "name": picture.alt})
        return str(asset["id"])

    def _fetch(self, work: Work, picture: Picture) -> tuple[bytes, str]:
        parts = urlsplit(picture.url)
        if not parts.netloc:
            raise _refused(work, picture.url or picture.digest)
        client = self._download(urlunsplit((parts.scheme, parts.netloc, "", "", "")))
        try:
            response: httpx.Response = client.send("GET", urlunsplit(("", "", parts.path, parts.query, "")))
        except HttpFailure as failure:
            raise _refused(work, f"{client.host} {failure.status}") from failure
        finally:
            client.close()
        type_ = response.headers.get("Content-Type", "").partition(";")[0].strip()
        if not type_.startswith("image/"):
            raise _refused(work, type_ or "?")
        return response.content, type_


def _wanted(work: Work) -> Iterator[tuple[str, list[Picture]]]:
    """Whose pictures are to be set ("" for the product), and which."""
    if "pictures" in work.changed and work.record.pictures is not UNSET:
        yield "", work.record.pictures
    for offer in work.record.offers:
        if work.pictures_changed(offer) and offer.pictures is not UNSET:
            yield offer.key, offer.pictures


def _held(work: Work, owner: str) -> list[Json]:
    state = work.state or {}
    if not owner:
        return list(state.get("assets", ()))
    variants = (v for v in state.get("variants", ()) if v["id"] == work.variants.get(owner))
    return next((list(variant["assets"]) for variant in variants), [])


def _digests(asset: Json) -> list[str]:
    return [tag["value"].removeprefix(TAG) for tag in asset["tags"] if tag["value"].startswith(TAG)]


def _refused(work: Work, words: str) -> RecordRejected:
    return RecordRejected(texts.PICTURE_REFUSED.fill(name=work.record.name, words=words), field="pictures")
