"""Pictures of products, as `/api/images/products/…` keeps them. They have no name, no text and no way of being moved."""

import sqlite3

from sandbox.prestashop.refusals import Refusal

LARGEST = 3_000_000
KINDS = {b"\xff\xd8\xff": "jpg", b"\x89PNG": "png", b"GIF8": "gif"}


def upload(db: sqlite3.Connection, product: int, content: bytes | None, replaced: int | None = None) -> int:
    """The image's number. The first one of a product becomes its cover."""
    _demand(db, product)
    if content is None:
        raise Refusal(400, 66, 'Please set an "image" parameter with image data for value')
    if len(content) > LARGEST:
        raise Refusal(400, 68, f"The image size is too large (maximum allowed is {LARGEST // 1000} KB)")
    form = next((kind for start, kind in KINDS.items() if content.startswith(start)), None)
    if form is None:
        raise Refusal(
            400, 75, "This type of image format is not recognized, allowed formats are: jpg, png, gif"
        )
    if replaced is not None:
        _one(db, product, replaced)
        db.execute("UPDATE images SET format = ?, content = ? WHERE id = ?", (form, content, replaced))
        return replaced
    (row,) = db.execute("SELECT count(*) AS n, coalesce(max(position), 0) AS last FROM images WHERE id_product = ?",
                        (product,)).fetchall()  # fmt: skip
    values = (product, row["last"] + 1, int(row["n"] == 0), form, content)
    cursor = db.execute(
        "INSERT INTO images (id_product, position, cover, format, content) VALUES (?, ?, ?, ?, ?)", values
    )
    return int(cursor.lastrowid or 0)


def of(db: sqlite3.Connection, product: int) -> list[int]:
    """TRAP of the real one: 404 where there is none."""
    _demand(db, product)
    rows = db.execute("SELECT id FROM images WHERE id_product = ? ORDER BY position", (product,)).fetchall()
    if not rows:
        raise Refusal(404, 0, "")
    return [row["id"] for row in rows]


def content(db: sqlite3.Connection, product: int, image: int) -> tuple[str, bytes]:
    row = _one(db, product, image)
    return row["format"], row["content"]


def delete(db: sqlite3.Connection, product: int, image: int) -> None:
    row = _one(db, product, image)
    db.execute("DELETE FROM images WHERE id = ?", (image,))
    if row["cover"]:
        db.execute(
            "UPDATE images SET cover = 1 WHERE id = (SELECT min(id) FROM images WHERE id_product = ?)",
            (product,),
        )


def _demand(db: sqlite3.Connection, product: int) -> None:
    if db.execute("SELECT 1 FROM products WHERE id = ?", (product,)).fetchone() is None:
        raise Refusal(404, 52, f"This image id does not exist: {product}")


def _one(db: sqlite3.Connection, product: int, image: int) -> sqlite3.Row:
    row: sqlite3.Row | None = db.execute(
        "SELECT * FROM images WHERE id_product = ? AND id = ?", (product, image)
    ).fetchone()
    if row is None:
        raise Refusal(404, 54, f"This image id does not exist: {image}")
    return row
