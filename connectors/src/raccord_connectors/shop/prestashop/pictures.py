"""Pictures: each belongs to one product, and PrestaShop's webservice gives it no name. So which is which is remembered by the
platform: `remote` holds « product:image », several of them where several products show the same picture."""

from collections.abc import Callable
from urllib.parse import urlsplit, urlunsplit

from msgspec import UNSET

from raccord_connectors.canonical import Listing, Offer, Picture
from raccord_connectors.contract import ConnectorError, RecordRejected
from raccord_connectors.kit.http import HttpClient, HttpFailure
from raccord_connectors.shop.prestashop import texts
from raccord_connectors.shop.prestashop.client import Webservice
from raccord_connectors.shop.prestashop.listing_job import Job
from raccord_connectors.shop.prestashop.refusals import Refused
from raccord_connectors.shop.prestashop.rows import Fields, linked

MOST_REMEMBERED = 40
"""Products of which one picture's ids are remembered: the latest."""


class Pictures:
    def __init__(self, client: Webservice, download: Callable[[str], HttpClient]) -> None:
        self._client = client
        self._download = download

    def write(self, job: Job) -> dict[str, int]:
        """Brings what is missing, takes away what was ours and is gone; digest → image id. A refusal is the job's problem."""
        try:
            return self._write(job)
        except ConnectorError as error:
            # A picture that cannot be had stops its own listing only.
            job.problem = job.problem or error.problem()
        except Refused as refusal:
            said = texts.PICTURE_REFUSED.fill(name=job.sku, words=refusal.words or refusal.status)
            job.refuse(RecordRejected(said, field="pictures", detail=str(refusal)))
        return {}

    def _write(self, job: Job) -> dict[str, int]:
        held = linked(job.current or {}, "images")
        if job.resumed:
            for image in held:
                self._client.delete(f"images/products/{job.product}", image)
            held = []
        known = self._known(job, held)
        wanted = _pictures_of(job)
        images: dict[str, int] = {}
        for digest, picture in wanted.items():
            image = known.get(digest, 0)
            if not image:
                content, kind = self._fetch(job, picture)
                image = self._client.upload(job.product, content, kind)
                job.media[digest] = _remembered(picture.remote, job.product, image)
            images[digest] = image
        for digest, image in known.items():
            if digest not in wanted and image in held:
                self._client.delete(f"images/products/{job.product}", image)
        self._set_cover(job, images)
        return images

    def _known(self, job: Job, held: list[int]) -> dict[str, int]:
        """Digest → image of this product, of pictures that were pushed and are still there. Where nobody remembers, and
        the product has just as many pictures as were pushed, they are these, in their order."""
        before = job.pictures(job.previous) if job.previous is not None else []
        remotes = {digest: picture.remote for digest, picture in _pictures_of(job, former=True).items()}
        found = {
            digest: image
            for digest, text in remotes.items()
            if (image := _image_in(text, job.product)) in held
        }
        if before and not any(digest in found for digest in before) and len(before) == len(held):
            found |= dict(zip(before, sorted(held), strict=True))
        return found

    def _set_cover(self, job: Job, images: dict[str, int]) -> None:
        own = job.record.pictures
        if own is UNSET or not own:
            return
        first = images[min(own, key=lambda picture: picture.position).digest]
        cover = str((job.current or {}).get("id_default_image", "")).strip()
        is_first_of_all = not cover and first == min(images.values())
        if cover != str(first) and not is_first_of_all:
            fields: Fields = {"id_default_image": str(first)}
            for refusal in self._client.update_each("products", [(job.product, fields)]).values():
                raise refusal

    def _fetch(self, job: Job, picture: Picture) -> tuple[bytes, str]:
        parts = urlsplit(picture.url)
        if not parts.netloc:
            raise _unusable(job, picture.url or picture.digest)
        client = self._download(urlunsplit((parts.scheme, parts.netloc, "", "", "")))
        try:
            response = client.send("GET", urlunsplit(("", "", parts.path, parts.query, "")))
        except HttpFailure as failure:
            raise _unusable(job, f"{client.host} {failure.status}") from failure
        finally:
            client.close()
        kind = response.headers.get("Content-Type", "").partition(";")[0].strip()
        if not kind.startswith("image/"):
            raise _unusable(job, kind or "?")
        return response.content, kind


def _pictures_of(job: Job, *, former: bool = False) -> dict[str, Picture]:
    """Digest → picture, in the order of the record; with `former`, those that were pushed before as well."""
    records = [job.record, *([job.previous] if former and job.previous is not None else [])]
    found: dict[str, Picture] = {}
    for record in records:
        owners: list[Listing | Offer] = [record, *record.offers]
        for owner in owners:
            for picture in sorted(
                owner.pictures if owner.pictures is not UNSET else [], key=lambda one: one.position
            ):
                found.setdefault(picture.digest, picture)
    return found


def _image_in(remote: str, product: int) -> int:
    for pair in remote.split(","):
        owner, _, image = pair.partition(":")
        if owner == str(product) and image.isdigit():
            return int(image)
    return 0


def _remembered(remote: str, product: int, image: int) -> str:
    others = [pair for pair in remote.split(",") if pair and not pair.startswith(f"{product}:")]
    return ",".join([*others[-MOST_REMEMBERED + 1 :], f"{product}:{image}"])


def _unusable(job: Job, words: str) -> RecordRejected:
    return RecordRejected(texts.PICTURE_REFUSED.fill(name=job.sku, words=words), field="pictures")
