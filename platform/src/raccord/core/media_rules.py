"""What a merchant chose for the pictures and documents of one channel, as data."""

from typing import Annotated, Literal

from msgspec import Meta, Struct


class MediaRules(Struct, kw_only=True, frozen=True, omit_defaults=True):
    """The shop declares which formats and sizes it takes (`ConnectorSpec.pictures`); these narrow it."""

    pictures: Literal["erp", "shop"] = "erp"
    """erp: the files that the ERP names. shop: pictures are the shop's own business."""
    longest_side: Annotated[int, Meta(ge=200, le=4_000)] = 1_600
    """Pixels. A smaller picture stays as small as it is."""
    format: Literal["jpeg", "webp", "avif", "png"] = "jpeg"
    """Where the shop does not take it: jpeg. avif: picture by picture, where it comes out smaller than WebP or JPEG."""
    quality: Annotated[int, Meta(ge=40, le=95)] = 85
    transparency: Literal["background", "keep"] = "background"
    """keep: such pictures become PNG (or WebP where chosen)."""
    square: bool = False
    """Filled up with the background to a square."""
    background: Annotated[str, Meta(pattern=r"^#[0-9a-f]{6}$")] = "#ffffff"
    most: Annotated[int, Meta(ge=1, le=60)] = 12
    """Pictures of one article."""
    alt: str = "{name}"
    """Alternative text of the cover. Places: {name}, {brand}, {sku}, {title} (of the file), {number}."""
    alt_more: str = "{name} – {number}"
    """Of the further ones."""
    language: str = ""
    """Whose name of the article is said in it; empty: the article's own."""
    documents: Literal["description", "none"] = "description"
    """Data sheets and manuals: links below the description, where the ERP writes it."""
    addresses: Literal["fetch", "link"] = "fetch"
    """Documents that the ERP names by an address. fetch: we keep a copy, and it is ours that the page links. link: the address as
    it is."""
    missing: Literal["warn", "hold"] = "warn"
    """A picture that is missing or cannot be shown. warn: the article is shown without it, and its page says so. hold: the
    article waits for a person."""
