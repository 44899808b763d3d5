"""From a file's content to the pictures of its recipes, by Pillow. Run in a renderer's own process: what comes in here may be
broken, or made to do harm.

Upright by its orientation, in sRGB, the first image of an animated one, without its metadata, never enlarged, within the shop's
limit of bytes. JPEGs are decoded at the smallest scale that is still large enough.
"""

import io
from collections.abc import Sequence
from typing import Any

from msgspec import Struct
from msgspec.structs import replace
from PIL import (
    AvifImagePlugin,
    BmpImagePlugin,
    GifImagePlugin,
    Image,
    ImageCms,
    ImageFile,
    JpegImagePlugin,
    MpoImagePlugin,
    PngImagePlugin,
    TiffImagePlugin,
    UnidentifiedImageError,
    WebPImagePlugin,
)

from raccord.core.pictures import Recipe
from raccord.media.errors import BROKEN, DRAWING, NOT_A_PICTURE, TOO_LARGE_FOR_SHOP, TOO_MANY_PIXELS
from raccord_connectors.contract import Message

PLUGINS = (
    AvifImagePlugin, BmpImagePlugin, GifImagePlugin, JpegImagePlugin, MpoImagePlugin, PngImagePlugin, TiffImagePlugin,
    WebPImagePlugin,
)  # fmt: skip
"""Imported, they are known (several pictures in one JPEG, MPO, among them). Pillow has more; some call other programs."""
FORMATS = ("JPEG", "PNG", "WEBP", "GIF", "TIFF", "BMP", "AVIF")
MOST_PIXELS = 80_000_000
"""Decoded at their whole size."""
MOST_PIXELS_SCALED = 1_000_000_000
"""Of baseline JPEGs, which are decoded at a smaller scale without ever being whole in memory."""
QUALITIES = (75, 65, 55, 45)
"""Tried one after the other where the shop's limit of bytes asks for it; then the picture is made smaller."""
EXTENSIONS = {"jpeg": "jpg", "png": "png", "webp": "webp", "avif": "avif"}
CONTENT_TYPES = {"jpeg": "image/jpeg", "png": "image/png", "webp": "image/webp", "avif": "image/avif"}
TURNS = {
    2: Image.Transpose.FLIP_LEFT_RIGHT, 3: Image.Transpose.ROTATE_180, 4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE, 6: Image.Transpose.ROTATE_270, 7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}  # fmt: skip
"""By the orientation of EXIF; 1 is upright."""
SRGB = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB"))

Image.MAX_IMAGE_PIXELS = None  # our own limits stand above, with their reason
ImageFile.LOAD_TRUNCATED_IMAGES = False


class Refused(Exception):
    """This content gives no picture; `message` goes on after "the picture is not shown: "."""

    def __init__(self, message: Message) -> None:
        super().__init__(message.code)
        self.message = message


class Rendered(Struct, frozen=True):
    content: bytes
    format: str
    width: int
    height: int


def render(content: bytes, recipes: Sequence[Recipe]) -> list[Rendered]:
    """One for each recipe, decoded once. Raises `Refused`, `MemoryError`."""
    try:
        with Image.open(io.BytesIO(content), formats=FORMATS) as image:
            return _render(image, recipes)
    except UnidentifiedImageError:
        raise Refused((DRAWING if _is_drawing(content) else NOT_A_PICTURE).fill()) from None
    except (
        OSError,
        SyntaxError,
        ValueError,
        EOFError,
        IndexError,
        KeyError,
        ArithmeticError,
        TypeError,
    ) as error:
        raise Refused(BROKEN.fill()) from error


def _render(image: Image.Image, recipes: Sequence[Recipe]) -> list[Rendered]:
    largest = max(recipe.side for recipe in recipes)
    _demand_size(image, largest)
    if image.format in ("JPEG", "MPO"):
        image.draft(image.mode, (largest, largest))
    image.load()
    orientation = image.getexif().get(0x0112, 1)
    profile = image.info.get("icc_profile")
    current = _plain_mode(image)
    made: dict[Recipe, Rendered] = {}
    finished: Image.Image | None = None
    for recipe in sorted(recipes, key=lambda one: -one.side):
        # From the next larger one: to the eye the same, and many times quicker than from the whole.
        current = _fitted(current, recipe.side)
        if finished is None:
            current = _upright(_in_srgb(current, profile), orientation)
        finished = current
        made[recipe] = _saved(_on_ground(current, recipe), recipe)
    return [made[recipe] for recipe in recipes]


def _demand_size(image: Image.Image, largest: int) -> None:
    width, height = image.size
    scaled = (
        image.format == "JPEG" and not image.info.get("progressive") and image.mode in ("RGB", "L", "CMYK")
    )
    most = MOST_PIXELS_SCALED if scaled else MOST_PIXELS
    if width * height > most:
        raise Refused(
            TOO_MANY_PIXELS.fill(width=width, height=height, most=most // 1_000_000, enough=largest)
        )


def _plain_mode(image: Image.Image) -> Image.Image:
    """RGB, RGBA, L, LA or CMYK, with eight bits."""
    if image.mode.startswith("I") or image.mode == "F":
        low, high = _range(image)
        wide = image.convert("F")
        return wide.point(lambda value: value * (255.0 / (high - low)) - low * 255.0 / (high - low)).convert(
            "L"
        )
    if image.mode in ("P", "PA", "1"):
        transparent = "transparency" in image.info or image.mode == "PA"
        return image.convert("RGBA" if transparent else "RGB")
    if image.mode in ("RGB", "L") and "transparency" in image.info:
        return image.convert("RGBA")
    if image.mode in ("RGB", "RGBA", "L", "LA", "CMYK"):
        return image
    return image.convert("RGB")


def _range(image: Image.Image) -> tuple[float, float]:
    """Sixteen bits are all of them; for other widths, what the picture uses."""
    if image.mode.startswith("I;16"):
        return 0.0, 65_535.0
    low, high = image.convert("F").getextrema()
    if 0 <= float(low) and 255 < float(high) <= 65_535:  # type: ignore[arg-type]
        return 0.0, 65_535.0
    return float(low), max(float(high), float(low) + 1.0)  # type: ignore[arg-type]


def _fitted(image: Image.Image, side: int) -> Image.Image:
    scale = side / max(image.size)
    if scale >= 1:
        return image
    size = (max(1, round(image.width * scale)), max(1, round(image.height * scale)))
    premultiplied = {"RGBA": "RGBa", "LA": "La"}.get(image.mode)
    if premultiplied:  # else the colour of what is invisible bleeds into the edges
        shrunk = image.convert(premultiplied).resize(size, Image.Resampling.LANCZOS, reducing_gap=2.0)
        return shrunk.convert(image.mode)
    return image.resize(size, Image.Resampling.LANCZOS, reducing_gap=2.0)


def _in_srgb(image: Image.Image, profile: Any) -> Image.Image:
    alpha = image.getchannel("A") if "A" in image.getbands() else None
    bare = image.convert("L" if image.mode == "LA" else "RGB") if alpha is not None else image
    if profile:
        try:
            source = ImageCms.ImageCmsProfile(io.BytesIO(profile))
            converted = ImageCms.profileToProfile(bare, source, SRGB, outputMode="RGB")
            bare = converted if converted is not None else bare
        except (ImageCms.PyCMSError, OSError, ValueError):
            pass  # a profile that is broken, or of another colour space, is as good as none
    if bare.mode not in ("RGB", "L"):
        bare = bare.convert("RGB")
    if alpha is not None:
        bare = bare.convert("RGB")
        bare.putalpha(alpha)
    return bare


def _upright(image: Image.Image, orientation: int) -> Image.Image:
    return image.transpose(TURNS[orientation]) if orientation in TURNS else image


def _on_ground(image: Image.Image, recipe: Recipe) -> Image.Image:
    """On its background, filled up to a square where that is wished."""
    if recipe.square and image.width != image.height:
        side = max(image.size)
        transparent = image.mode == "RGBA" and recipe.keep_alpha
        mode, colour = ("RGBA", recipe.background + "00") if transparent else ("RGB", recipe.background)
        ground = Image.new(mode, (side, side), colour)
        place = ((side - image.width) // 2, (side - image.height) // 2)
        ground.paste(image, place, image if image.mode == "RGBA" and not transparent else None)
        return ground
    if image.mode == "RGBA" and not recipe.keep_alpha:
        ground = Image.new("RGB", image.size, recipe.background)
        ground.paste(image, (0, 0), image)
        return ground
    return image


def _saved(image: Image.Image, recipe: Recipe) -> Rendered:
    if recipe.instead:
        return _smaller(image, recipe)
    kind = recipe.format
    if image.mode == "RGBA" and kind == "jpeg":
        kind = "png"
    for _ in range(8):
        for quality in (recipe.quality, *(one for one in QUALITIES if one < recipe.quality)):
            content = _encoded(image, kind, quality)
            if not recipe.most_bytes or len(content) <= recipe.most_bytes:
                return Rendered(content, kind, *image.size)
            if kind == "png":
                break  # its quality cannot be lowered
        image = _fitted(image, max(16, round(max(image.size) * 0.75)))
    raise Refused(TOO_LARGE_FOR_SHOP.fill(most=f"{recipe.most_bytes / 1e6:.1f}"))


def _smaller(image: Image.Image, recipe: Recipe) -> Rendered:
    """AVIF, unless the other format comes out smaller, or shows more pixels within the shop's limit: then that."""
    other = _saved(image, replace(recipe, format=recipe.instead, instead=""))
    try:
        first = _saved(image, replace(recipe, instead=""))
    except Refused:
        return other
    fits = (first.width, first.height) == (other.width, other.height)
    return first if fits and len(first.content) <= len(other.content) else other


def _encoded(image: Image.Image, kind: str, quality: int) -> bytes:
    bare = image.copy() if image.info else image
    bare.info = {}  # some formats would write what they were read with
    target = io.BytesIO()
    if kind == "jpeg":
        bare.save(target, "JPEG", quality=quality, progressive=True, optimize=False)
    elif kind == "webp":
        bare.save(target, "WEBP", quality=quality, method=4)
    elif kind == "avif":
        # Its scale is another: 70 looks like a JPEG of 85. One thread: the others are other pictures'.
        bare.save(target, "AVIF", quality=max(30, quality - 15), speed=8, max_threads=1)
    else:
        bare.save(target, "PNG", compress_level=6)
    return target.getvalue()


def _is_drawing(content: bytes) -> bool:
    head = content[:4_000].lstrip(b"\xef\xbb\xbf \r\n\t").lower()
    return head.startswith((b"<svg", b"<?xml", b"<!doctype svg")) and b"<svg" in head
