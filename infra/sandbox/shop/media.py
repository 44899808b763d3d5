"""The media library. A picture named by address is downloaded *during* the request and kept, each time anew: sending
the same address twice makes two files, as in WooCommerce."""

import sqlite3
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any
from urllib.parse import urlsplit

import httpx

from sandbox.shop.database import now, site_time
from sandbox.shop.refusals import Refusal

ALLOWED = {"image/jpeg": ".jpg", "image/png": ".png", "image/gif": ".gif", "image/webp": ".webp"}
LARGEST = 20 * 1024 * 1024
TIME_OUT = 10.0


@dataclass(frozen=True)
class Download:
    """What came of fetching a picture: the file, or why not."""

    content: bytes = b""
    content_type: str = ""
    problem: str = ""


class Media:
    def __init__(self, folder: Path) -> None:
        self.folder = folder / "uploads"
        self.folder.mkdir(parents=True, exist_ok=True)

    def prefetch(self, body: dict[str, Any]) -> None:
        """Downloads the new pictures of a request, or of each item of a batch, before anything is locked."""
        items = [body, *(item for verb in ("create", "update") for item in body.get(verb) or [])]
        for item in items:
            for image in [*(item.get("images") or []), item.get("image")]:
                if isinstance(image, dict) and image.get("src") and not image.get("id"):
                    image["download"] = download(str(image["src"]))

    def attach(self, db: sqlite3.Connection, image: dict[str, Any], error: str) -> int:
        """The id of the picture: given, or of the file just downloaded. Name and alternative text are changed too."""
        number = int(image.get("id") or 0)
        if not number and image.get("src"):
            found = image.get("download") or download(str(image["src"]))
            if found.problem:
                raise Refusal(error, found.problem)
            number = self._keep(db, str(image["src"]), found)
        if db.execute("SELECT 1 FROM media WHERE id = ?", (number,)).fetchone() is None:
            kind = error.removesuffix("_image_upload_error")
            raise Refusal(f"{kind}_invalid_image_id", f"#{number} n’est pas un identifiant d’image valide.")
        for column in ("name", "alt"):
            if image.get(column):
                db.execute(f"UPDATE media SET {column} = ? WHERE id = ?", (str(image[column]), number))
        return number

    def _keep(self, db: sqlite3.Connection, source: str, found: Download) -> int:
        stem = PurePosixPath(urlsplit(source).path).stem or "image"
        row = db.execute(
            "INSERT INTO media (file, name, content_type, source, created) VALUES ('', ?, ?, ?, ?)",
            (stem, found.content_type, source, now()),
        )
        number = int(row.lastrowid or 0)
        file = f"{number}-{stem}"[:120] + ALLOWED[found.content_type]
        (self.folder / file).write_bytes(found.content)
        db.execute("UPDATE media SET file = ? WHERE id = ?", (file, number))
        return number


def download(source: str) -> Download:
    try:
        with httpx.Client(timeout=TIME_OUT, follow_redirects=True, trust_env=False) as client:
            answer = client.get(source)
    except (httpx.HTTPError, httpx.InvalidURL) as failure:
        why = type(failure).__name__
        return Download(problem=f"Erreur en obtenant l’image distante {source}. Erreur : {why}.")
    kind = answer.headers.get("content-type", "").partition(";")[0]
    if answer.status_code != 200:
        return Download(
            problem=f"Erreur en obtenant l’image distante {source}. Erreur : {answer.status_code}."
        )
    if kind not in ALLOWED or len(answer.content) > LARGEST:
        return Download(problem="Image non valide : vous ne pouvez pas téléverser ce type de fichier.")
    return Download(answer.content, kind)


def show(db: sqlite3.Connection, number: int, home: str) -> dict[str, Any] | None:
    row = db.execute("SELECT * FROM media WHERE id = ?", (number,)).fetchone()
    if row is None:
        return None
    return {
        "id": row["id"],
        "date_created": site_time(row["created"]),
        "date_created_gmt": row["created"],
        "date_modified": site_time(row["created"]),
        "date_modified_gmt": row["created"],
        "src": f"{home}/wp-content/uploads/{row['file']}",
        "name": row["name"],
        "alt": row["alt"],
    }
