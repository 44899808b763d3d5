"""Pictures: first into the shop's gallery, by an address from which Oxatis fetches them, then named on the product."""

import posixpath
from collections.abc import Mapping
from urllib.parse import urlsplit

from raccord_connectors.canonical import Listing, Picture
from raccord_connectors.contract import RecordRejected
from raccord_connectors.shop.oxatis import texts
from raccord_connectors.shop.oxatis.client import OxatisClient, Refusal

PREFIX = "raccord-"
TYPES = (".jpg", ".jpeg", ".png", ".gif")


class Gallery:
    def __init__(self, shop: OxatisClient) -> None:
        self._shop = shop

    def bring(self, listing: Listing, previous: Listing | None) -> Mapping[str, str]:
        """Digest → file name of what was fetched for this listing. Before the product is written: one that Oxatis refuses
        must not leave half an article."""
        brought: dict[str, str] = {}
        had = {picture.digest for picture in _pictures(previous)}
        for picture in _pictures(listing):
            if picture.digest in had or picture.remote or picture.digest in brought:
                continue
            name = file_name(picture)
            content = {"Name": name, "Url": picture.url, "RefPathFileName": name}
            try:
                self._shop.call(
                    "ImageGalleryServices", "ImageImportFromUrl", "ImageGallery", content, "catalogue"
                )
            except Refusal as refusal:
                said = texts.PICTURE_REFUSED.fill(key=listing.key, reason=refusal.reason)
                raise RecordRejected(said, field="pictures", detail=refusal.detail) from None
            brought[picture.digest] = name
        return brought

    def show(self, listing: Listing, previous: Listing | None, target: str) -> None:
        """TRAP: a name that the gallery does not have is ignored without a word, and pictures are not taken in the call that
        makes a product."""
        if not isinstance(listing.pictures, list):
            return
        shown, before = _pictures(listing), _pictures(previous)
        if previous is not None and [one.digest for one in shown] == [one.digest for one in before]:
            return
        names = [file_name(picture) for picture in shown]
        first = names[0] if names else ""
        images = [
            {"ThumbnailImgFileName": name, "ImgFileName": name, "ZoomImgFileName": name} for name in names
        ]
        content = {
            "OxID": target, "BigImgFileName": first, "SmallImgFileName": first, "ImagesList": {"ImageList": images},
        }  # fmt: skip
        self._shop.call("ProductServices", "ProductUpdate", "Product", content, "catalogue")


def file_name(picture: Picture) -> str:
    """The same content has the same name for ever: sent again it replaces itself."""
    if picture.remote:
        return picture.remote
    ending = posixpath.splitext(urlsplit(picture.url).path)[1].lower()
    return f"{PREFIX}{picture.digest}{ending if ending in TYPES else '.jpg'}"


def digest_of(name: str) -> str:
    """Of a picture that we brought; of others their name."""
    return posixpath.splitext(name)[0].removeprefix(PREFIX) if name.startswith(PREFIX) else name


def _pictures(listing: Listing | None) -> list[Picture]:
    if listing is None or not isinstance(listing.pictures, list):
        return []
    return sorted(listing.pictures, key=lambda picture: picture.position)
