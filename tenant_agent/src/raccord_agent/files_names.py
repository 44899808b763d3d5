"""Names of files and references, compared as people mean them: without case, accents and odd blanks. Pure."""

import re
import unicodedata
from collections.abc import Iterator

PICTURES = frozenset({"jpg", "jpeg", "png", "gif", "webp", "bmp", "tif", "tiff", "avif", "heic", "svg"})
"""What a merchant may mean by a picture. The platform says which of them it cannot show, and why."""
DOCUMENTS = frozenset({"pdf", "doc", "docx", "xls", "xlsx", "odt", "ods", "txt", "zip"})
TYPES = {
    "jpg": "image/jpeg", "jpeg": "image/jpeg", "png": "image/png", "gif": "image/gif", "webp": "image/webp",
    "bmp": "image/bmp", "tif": "image/tiff", "tiff": "image/tiff", "avif": "image/avif", "heic": "image/heic",
    "svg": "image/svg+xml", "pdf": "application/pdf", "txt": "text/plain", "zip": "application/zip",
}  # fmt: skip
FIRST, SECOND_CHOICE = 0, 1_000

_BLANKS = re.compile(r"[\s\u00a0\u202f]+")
_NOT_IN_NAMES = re.compile(r'[\\/:*?"<>|]+')
_NUMBERED = re.compile(r"^(.+?)[ _.-]*\(?(?<![0-9])([0-9]{1,3})\)?$")
_ALTERNATIVE = re.compile(r"^(.+?)[ _.-]+alt(?:ernative)?[ _.-]*([0-9]{0,3})$")


def plain(name: str) -> str:
    """ "Théière  BLEUE.JPG" and "theiere bleue.jpg" are one name."""
    decomposed = unicodedata.normalize("NFKD", name)
    bare = "".join(letter for letter in decomposed if not unicodedata.combining(letter))
    return _BLANKS.sub(" ", bare.replace("œ", "oe").replace("Œ", "oe")).strip().casefold()


def as_file(reference: str) -> str:
    """A reference as its file can be called: Windows allows no slash and no colon in names."""
    return _NOT_IN_NAMES.sub("_", plain(reference))


def extension(name: str) -> str:
    return plain(name).rpartition(".")[2] if "." in name else ""


def is_address(name: str) -> bool:
    """Of something on the web; one that is longer than a name may be is none."""
    return len(name) <= 400 and name[:8].lower().startswith(("http://", "https://"))


def parts(name: str) -> tuple[str, ...]:
    """The path in a field of the ERP, in pieces, without its drive: `S:\\Photos\\Été\\A1.jpg` → photos, ete, a1.jpg."""
    pieces = [plain(piece) for piece in re.split(r"[\\/]+", name)]
    if pieces and re.fullmatch(r"[a-z]:", pieces[0]):
        pieces = pieces[1:]
    return tuple(piece for piece in pieces if piece not in ("", "."))


def claims(stem: str) -> Iterator[tuple[str, int]]:
    """The references that a file called so may belong to, each with its place: `ref`, `ref_1`, `ref_alt_2`. The nearest
    first; which of them is meant is decided by which of them exist."""
    yield stem, FIRST
    alternative = _ALTERNATIVE.match(stem)
    if alternative:
        yield alternative[1], SECOND_CHOICE + int(alternative[2] or 1)
        return
    numbered = _NUMBERED.match(stem)
    if numbered:
        yield numbered[1], int(numbered[2]) + 1
        further = _ALTERNATIVE.match(numbered[1])
        if further:
            yield further[1], SECOND_CHOICE + int(numbered[2])
