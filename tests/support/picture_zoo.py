"""Pictures of every kind that a merchant's folder may hold, made here: good ones of all sorts, broken ones and traps."""

import io
import struct
import zlib
from typing import Any

from PIL import Image, ImageCms


def saved(image: Image.Image, kind: str, **more: Any) -> bytes:
    target = io.BytesIO()
    image.save(target, kind, **more)
    return target.getvalue()


def halves(width: int = 400, height: int = 300, mode: str = "RGB") -> Image.Image:
    """Its left half red, its right half blue."""
    image = Image.new("RGB", (width, height), (200, 20, 20))
    image.paste((20, 20, 200), (width // 2, 0, width, height))
    return image.convert(mode)


def turned(orientation: int) -> bytes:
    """A JPEG that is upright only by its EXIF orientation."""
    undo = {
        1: None, 2: Image.Transpose.FLIP_LEFT_RIGHT, 3: Image.Transpose.ROTATE_180, 4: Image.Transpose.FLIP_TOP_BOTTOM,
        5: Image.Transpose.TRANSPOSE, 6: Image.Transpose.ROTATE_90, 7: Image.Transpose.TRANSVERSE,
        8: Image.Transpose.ROTATE_270,
    }[orientation]  # fmt: skip
    image = halves()
    exif = Image.Exif()
    exif[0x0112] = orientation
    exif[0x010F] = "the camera of somebody"
    return saved(image if undo is None else image.transpose(undo), "JPEG", exif=exif.tobytes())


def wide_gamut() -> bytes:
    """In a profile that is not sRGB: its numbers mean other colours."""
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("LAB"))
    try:
        return saved(halves(), "JPEG", icc_profile=profile.tobytes())
    except ImageCms.PyCMSError:  # pragma: no cover
        raise AssertionError("Pillow was built without LittleCMS") from None


def animated() -> bytes:
    frames = [Image.new("P", (60, 40), colour) for colour in (1, 2, 3)]
    for frame in frames:
        frame.putpalette([0, 0, 0, 200, 20, 20, 20, 200, 20, 20, 20, 200] + [0] * 756)
    return saved(frames[0], "GIF", save_all=True, append_images=frames[1:], duration=40)


def sixteen_bits() -> bytes:
    """A grey ramp from black to white."""
    image = Image.new("I;16", (256, 40))
    image.putdata([column * 257 for _ in range(40) for column in range(256)])
    return saved(image, "PNG")


def png_of(width: int, height: int, rows: bytes) -> bytes:
    """A PNG that says any size, whatever its data."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", header)
        + chunk(b"IDAT", zlib.compress(rows))
        + chunk(b"IEND", b"")
    )


def bomb() -> bytes:
    """A few kilobytes that want to become 27 gigabytes."""
    return png_of(95_000, 95_000, b"\0" * 2_000_000)


def text_bomb() -> bytes:
    """A small picture whose comment, unpacked, is huge."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    small = saved(halves(40, 30), "PNG")
    text = chunk(b"zTXt", b"Comment\0\0" + zlib.compress(b"a" * 200_000_000))
    return small[:33] + text + small[33:]


GOOD: dict[str, bytes] = {
    "plain.jpg": saved(halves(), "JPEG"),
    "progressive.jpg": saved(halves(), "JPEG", progressive=True),
    "grey.jpg": saved(halves(mode="L"), "JPEG"),
    "cmyk.jpg": saved(halves(mode="CMYK"), "JPEG"),
    "palette.png": saved(halves().convert("P"), "PNG"),
    "one_bit.png": saved(halves(mode="1"), "PNG"),
    "photo.webp": saved(halves(), "WEBP"),
    "photo.avif": saved(halves(), "AVIF"),
    "scan.tif": saved(halves(), "TIFF", compression="tiff_lzw"),
    "cmyk.tif": saved(halves(mode="CMYK"), "TIFF"),
    "old.bmp": saved(halves(), "BMP"),
    "animated.gif": animated(),
    "sixteen.png": sixteen_bits(),
    "png named.jpg": saved(halves(), "PNG"),
    "profile.jpg": wide_gamut(),
    "broken_profile.jpg": saved(halves(), "JPEG", icc_profile=b"not a profile"),
    "baseline_30000.jpg": saved(Image.new("L", (30_000, 2_000), 120), "JPEG", quality=30),
    "one_pixel.png": saved(Image.new("RGB", (1, 1), (9, 9, 9)), "PNG"),
    "sliver.png": saved(Image.new("RGB", (4_000, 1), (9, 9, 9)), "PNG"),
}
SVG = b'<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'
EPS = b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 10 10\n(ls) system\n"
REFUSED: dict[str, tuple[bytes, str]] = {
    "truncated.jpg": (GOOD["plain.jpg"][: len(GOOD["plain.jpg"]) // 2], "media.broken"),
    "truncated.png": (GOOD["palette.png"][:-40], "media.broken"),
    "header only.jpg": (GOOD["plain.jpg"][:20], "media.not_a_picture"),
    "text.jpg": (b"this is no picture at all", "media.not_a_picture"),
    "program.png": (b"MZ\x90\x00" + b"\0" * 500, "media.not_a_picture"),
    "drawing.svg": (SVG, "media.drawing"),
    "postscript.jpg": (EPS, "media.not_a_picture"),
    "bomb.png": (bomb(), "media.too_many_pixels"),
    "progressive_bomb.png": (png_of(30_000, 30_000, b""), "media.too_many_pixels"),
    "wrong data.png": (png_of(100, 100, b"too short"), "media.broken"),
    "text_bomb.png": (text_bomb(), "media.broken"),
}
"""Name → content, and the code of the reason."""
