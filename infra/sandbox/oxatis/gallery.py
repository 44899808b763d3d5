"""The gallery: pictures that were brought by address or as bytes, by name."""

import base64
import binascii
import hashlib
from pathlib import Path

import httpx

from sandbox.oxatis.replies import INVALID, Refused
from sandbox.oxatis.trees import Tree, text

LARGEST = 1_000_000
MAGIC = {b"\xff\xd8\xff": "image/jpeg", b"\x89PNG": "image/png", b"GIF8": "image/gif"}


class Gallery:
    def __init__(self, folder: Path) -> None:
        self.folder = folder / "gallery"
        self.folder.mkdir(parents=True, exist_ok=True)

    def from_url(self, asked: Tree) -> Tree:
        """`ImageImportFromUrl`."""
        try:
            with httpx.Client(timeout=10, trust_env=False, follow_redirects=True) as browser:
                response = browser.get(text(asked, "Url"))
                response.raise_for_status()
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            raise Refused(INVALID, f"Url inaccessible ({type(error).__name__})") from error
        return self._keep(text(asked, "RefPathFileName") or text(asked, "Name"), response.content)

    def from_bytes(self, asked: Tree) -> Tree:
        """`ImageImportFromStrBytes`."""
        try:
            content = base64.b64decode(text(asked, "MediaContent/StrBytes"), validate=True)
        except binascii.Error as error:
            raise Refused(INVALID, "StrBytes") from error
        return self._keep(text(asked, "FileName") or text(asked, "Name"), content)

    def has(self, name: str) -> bool:
        return bool(name) and self._place(name).exists()

    def content(self, name: str) -> tuple[bytes, str] | None:
        place = self._place(name)
        if not place.exists():
            return None
        content = place.read_bytes()
        return content, _type(content)

    def _keep(self, name: str, content: bytes) -> Tree:
        """The same name replaces."""
        if not name or "/" in name or "\\" in name:
            raise Refused(INVALID, "FileName")
        if len(content) > LARGEST:
            raise Refused(INVALID, "image de plus de 1 Mo")
        _type(content)
        self._place(name).write_bytes(content)
        return {"OxID": "1", "Name": name}

    def _place(self, name: str) -> Path:
        """Under a hash: a name from outside is no path."""
        return self.folder / hashlib.sha256(name.encode()).hexdigest()


def _type(content: bytes) -> str:
    for start, kind in MAGIC.items():
        if content.startswith(start):
            return kind
    raise Refused(INVALID, "format inconnu : jpg, png ou gif")
