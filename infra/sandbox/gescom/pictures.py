"""A simple picture for each article, drawn from its family and its name, so that the demonstration has something to show.

    python -m sandbox.gescom.pictures --data DIR

The files have the names that the articles' fields say. A file that exists is left alone: it may be the user's own.
"""

import argparse
import colorsys
import hashlib
import textwrap
import unicodedata
from collections.abc import Callable
from pathlib import Path
from typing import Any

from PIL import Image, ImageDraw, ImageFont

from sandbox.gescom import store

FOLDER = "photos"
SIDE = 720
Colour = tuple[int, int, int]
Pen = ImageDraw.ImageDraw


def draw_all(database: str | Path, folder: str | Path) -> int:
    """Draws what is missing; gives how many files were made."""
    with store.reading(database) as connection:
        rows = connection.execute(
            "select AR_Ref, AR_Design, FA_CodeFamille, AR_Photo, \"Photo 2\" as second from F_ARTICLE where AR_Photo <> ''"
        ).fetchall()
        media = dict(connection.execute("select AR_Ref, ME_Fichier from F_ARTICLEMEDIA").fetchall())
    made = 0
    for row in rows:
        names = [(row["AR_Photo"], 1), (row["second"], 2), (media.get(row["AR_Ref"]), 2)]
        for name, view in names:
            if name and not (Path(folder) / name).exists():
                draw(Path(folder) / name, row["AR_Ref"], row["AR_Design"], row["FA_CodeFamille"], view)
                made += 1
    return made


def draw(path: Path, ref: str, name: str, family: str, view: int = 1) -> None:
    """`view` 2 is the same thing closer, on a darker ground."""
    path.parent.mkdir(parents=True, exist_ok=True)
    tint = int.from_bytes(hashlib.blake2b(_tint_word(name).encode(), digest_size=2).digest(), "big") / 65536
    ground = _ground(
        _shade(tint, 0.07, 0.98 if view == 1 else 0.86), _shade(tint, 0.15, 0.90 if view == 1 else 0.72)
    )
    pen = ImageDraw.Draw(ground)
    size = 1.0 if view == 1 else 1.25
    main, dark, light = _shade(tint, 0.45, 0.70), _shade(tint, 0.58, 0.36), _shade(tint, 0.16, 0.96)
    pen.ellipse(_box(360, 560, 230 * size, 26), fill=_shade(tint, 0.2, 0.78 if view == 1 else 0.62))
    shape = _box_shape if ref.startswith("COF") else SHAPES.get(family, _box_shape)
    shape(pen, size, main, dark, light)
    if view == 1:
        _caption(pen, name, ref, dark)
    partial = path.with_name(path.name + ".part")
    ground.save(partial, "JPEG", quality=85, optimize=True)
    partial.rename(path)  # nobody sees half a picture


def _tint_word(name: str) -> str:
    """Articles of one collection have one colour."""
    return name.partition("« ")[2] or name.rpartition(" ")[2]


def _shade(tint: float, saturation: float, value: float) -> Colour:
    red, green, blue = colorsys.hsv_to_rgb(tint, saturation, value)
    return int(red * 255), int(green * 255), int(blue * 255)


def _ground(top: Colour, bottom: Colour) -> Image.Image:
    column = Image.new("RGB", (1, SIDE))
    for at in range(SIDE):
        share = at / SIDE
        mixed = tuple(int(one + (two - one) * share) for one, two in zip(top, bottom, strict=True))
        column.putpixel((0, at), mixed)
    return column.resize((SIDE, SIDE))


def _caption(pen: Pen, name: str, ref: str, colour: Colour) -> None:
    big, small = ImageFont.load_default(30), ImageFont.load_default(20)
    lines = textwrap.wrap(name, 40)[:2]
    for at, line in enumerate(lines):
        _write(pen, 618 + at * 38, line, big, colour)
    pen.text((SIDE - 24, 24), ref, font=small, fill=colour, anchor="rt")


def _write(pen: Pen, y: float, line: str, font: Any, colour: Colour) -> None:
    """Centred text. The font that comes with Pillow has no accents and a machine may have no other: we draw them."""
    plain = line.translate(_LIGATURES)
    letters = [
        (unicodedata.normalize("NFD", letter)[0], unicodedata.normalize("NFD", letter)[1:])
        for letter in plain
    ]
    bare = "".join(letter for letter, _ in letters)
    x = (SIDE - font.getlength(bare)) / 2
    pen.text((x, y), bare, font=font, fill=colour, anchor="ls")
    for at, (letter, marks) in enumerate(letters):
        middle = x + font.getlength(bare[:at]) + font.getlength(letter) / 2
        top = y - font.size * (0.80 if letter.isupper() else 0.60)
        for mark in marks:
            for stroke in _STROKES.get(mark, ()):
                shape = [
                    (middle + dx * font.size, (y if mark == "\u0327" else top) + dy * font.size)
                    for dx, dy in stroke
                ]
                pen.line(shape, fill=colour, width=max(2, round(font.size / 12)))


_LIGATURES = str.maketrans({"œ": "oe", "Œ": "Oe", "’": "'", "\u202f": " "})
_STROKES: dict[str, tuple[tuple[tuple[float, float], ...], ...]] = {
    "\u0300": (((-0.12, -0.16), (0.06, -0.04)),),
    "\u0301": (((0.12, -0.16), (-0.06, -0.04)),),
    "\u0302": (((-0.14, -0.03), (0.0, -0.16), (0.14, -0.03)),),
    "\u0308": (((-0.14, -0.1), (-0.08, -0.1)), ((0.08, -0.1), (0.14, -0.1))),
    "\u0327": (((0.02, 0.0), (0.06, 0.08), (-0.04, 0.16)),),
}
"""Grave, acute, circumflex, diaeresis, cedilla: lines in parts of the font's size, above the letter (below for the last)."""


def _box(x: float, y: float, half_width: float, half_height: float) -> tuple[float, float, float, float]:
    return x - half_width, y - half_height, x + half_width, y + half_height


def _points(size: float, *pairs: tuple[float, float]) -> list[tuple[float, float]]:
    """Points around the middle of the picture, enlarged by `size`."""
    return [(360 + x * size, 350 + y * size) for x, y in pairs]


def _plate(pen: Pen, size: float, main: Colour, dark: Colour, light: Colour) -> None:
    for radius, colour in ((205, dark), (198, main), (150, light), (140, main), (130, light)):
        pen.ellipse(_box(360, 350, radius * size, radius * size), fill=colour)


def _glass(pen: Pen, size: float, main: Colour, dark: Colour, light: Colour) -> None:
    pen.polygon(_points(size, (-110, -190), (110, -190), (70, 60), (-70, 60)), fill=light, outline=dark)
    pen.polygon(_points(size, (-92, -70), (92, -70), (70, 60), (-70, 60)), fill=main)
    pen.rectangle([*_points(size, (-9, 60))[0], *_points(size, (9, 180))[0]], fill=dark)
    pen.ellipse(_box(360, 350 + 190 * size, 85 * size, 16), fill=dark)


def _cutlery(pen: Pen, size: float, main: Colour, dark: Colour, light: Colour) -> None:
    for x in (-95, 0, 95):
        pen.rounded_rectangle(
            [*_points(size, (x - 11, -40))[0], *_points(size, (x + 11, 200))[0]], 10, fill=dark
        )
    pen.ellipse(_box(360 - 95 * size, 350 - 110 * size, 38 * size, 70 * size), fill=main)
    pen.polygon(_points(size, (-20, -190), (22, -160), (22, -20), (-16, -20)), fill=main)
    for x in (66, 88, 110):
        pen.rectangle([*_points(size, (x, -190))[0], *_points(size, (x + 11, -60))[0]], fill=main)
    pen.rounded_rectangle([*_points(size, (64, -90))[0], *_points(size, (124, -30))[0]], 14, fill=main)


def _linen(pen: Pen, size: float, main: Colour, dark: Colour, light: Colour) -> None:
    for step in range(4):
        low = 150 - step * 78
        corners = [*_points(size, (-190, low - 66))[0], *_points(size, (190, low))[0]]
        pen.rounded_rectangle(corners, 22, fill=main if step % 2 else light, outline=dark)
        pen.line(_points(size, (-150, low - 32), (150, low - 32)), fill=dark, width=3)


def _pan(pen: Pen, size: float, main: Colour, dark: Colour, light: Colour) -> None:
    pen.rounded_rectangle([*_points(size, (120, -24))[0], *_points(size, (300, 16))[0]], 18, fill=dark)
    pen.ellipse(_box(300, 350, 180 * size, 180 * size), fill=dark)
    pen.ellipse(_box(300, 350, 160 * size, 160 * size), fill=main)
    pen.arc(_box(300, 350, 130 * size, 130 * size), 190, 300, fill=light, width=10)


def _knife(pen: Pen, size: float, main: Colour, dark: Colour, light: Colour) -> None:
    pen.polygon(_points(size, (-230, 60), (60, -40), (90, 40), (-160, 100)), fill=light, outline=dark)
    pen.polygon(_points(size, (60, -46), (230, -110), (256, -40), (90, 46)), fill=dark)
    pen.line(_points(size, (-210, 66), (70, -10)), fill=main, width=5)


def _tool(pen: Pen, size: float, main: Colour, dark: Colour, light: Colour) -> None:
    pen.rounded_rectangle([*_points(size, (-16, -10))[0], *_points(size, (16, 210))[0]], 14, fill=dark)
    pen.ellipse(_box(360, 350 - 100 * size, 78 * size, 110 * size), fill=light, outline=dark, width=5)
    for x in (-44, 0, 44):
        pen.arc(
            _box(360 + x * size * 0.4, 350 - 100 * size, 48 * size, 106 * size), 0, 360, fill=main, width=5
        )


def _mould(pen: Pen, size: float, main: Colour, dark: Colour, light: Colour) -> None:
    pen.polygon(_points(size, (-200, -60), (200, -60), (150, 130), (-150, 130)), fill=main, outline=dark)
    pen.ellipse(_box(360, 350 - 60 * size, 200 * size, 52 * size), fill=light, outline=dark, width=5)
    pen.ellipse(_box(360, 350 - 56 * size, 160 * size, 36 * size), fill=main)


def _appliance(pen: Pen, size: float, main: Colour, dark: Colour, light: Colour) -> None:
    pen.rounded_rectangle(
        [*_points(size, (-150, -170))[0], *_points(size, (150, 190))[0]], 46, fill=main, outline=dark, width=6
    )
    pen.rounded_rectangle([*_points(size, (-104, -120))[0], *_points(size, (104, 20))[0]], 26, fill=light)
    pen.ellipse(_box(360, 350 + 110 * size, 44 * size, 44 * size), fill=dark)
    pen.line(_points(size, (0, 110), (24, 84)), fill=light, width=8)


def _lamp(pen: Pen, size: float, main: Colour, dark: Colour, light: Colour) -> None:
    pen.polygon(_points(size, (-80, -190), (80, -190), (170, 20), (-170, 20)), fill=main, outline=dark)
    pen.polygon(_points(size, (-170, 20), (170, 20), (120, 60), (-120, 60)), fill=light)
    pen.rectangle([*_points(size, (-10, 20))[0], *_points(size, (10, 180))[0]], fill=dark)
    pen.ellipse(_box(360, 350 + 190 * size, 96 * size, 20), fill=dark)


def _candle(pen: Pen, size: float, main: Colour, dark: Colour, light: Colour) -> None:
    pen.rounded_rectangle(
        [*_points(size, (-110, -60))[0], *_points(size, (110, 190))[0]], 20, fill=main, outline=dark, width=4
    )
    pen.ellipse(_box(360, 350 - 60 * size, 110 * size, 30 * size), fill=light, outline=dark)
    pen.line(_points(size, (0, -60), (0, -110)), fill=dark, width=6)
    pen.polygon(_points(size, (0, -190), (30, -130), (0, -104), (-30, -130)), fill=(244, 168, 54))


def _apron(pen: Pen, size: float, main: Colour, dark: Colour, light: Colour) -> None:
    pen.polygon(
        _points(
            size,
            (-70, -180),
            (70, -180),
            (96, -60),
            (170, -30),
            (150, 200),
            (-150, 200),
            (-170, -30),
            (-96, -60),
        ),
        fill=main,
        outline=dark,
    )
    pen.rounded_rectangle(
        [*_points(size, (-80, 30))[0], *_points(size, (80, 130))[0]], 16, fill=light, outline=dark
    )
    pen.arc(_box(360, 350 - 190 * size, 66 * size, 60 * size), 180, 360, fill=dark, width=8)


def _basket(pen: Pen, size: float, main: Colour, dark: Colour, light: Colour) -> None:
    pen.arc(_box(360, 350 - 40 * size, 130 * size, 150 * size), 180, 360, fill=dark, width=14)
    pen.polygon(_points(size, (-190, -30), (190, -30), (140, 190), (-140, 190)), fill=main, outline=dark)
    for step in range(5):
        low = 10 + step * 38
        pen.line(_points(size, (-178 + step * 9, low), (178 - step * 9, low)), fill=light, width=7)


def _pot(pen: Pen, size: float, main: Colour, dark: Colour, light: Colour) -> None:
    pen.polygon(_points(size, (-150, -60), (150, -60), (104, 190), (-104, 190)), fill=main, outline=dark)
    pen.rounded_rectangle([*_points(size, (-172, -110))[0], *_points(size, (172, -48))[0]], 14, fill=dark)


def _plant(pen: Pen, size: float, main: Colour, dark: Colour, light: Colour) -> None:
    green = (86, 138, 84)
    for x, y, turn in ((-80, -110, 60), (80, -120, 120), (0, -160, 90), (-120, -40, 30), (120, -50, 150)):
        pen.ellipse(_box(360 + x * size, 350 + y * size, 74 * size, 36 * size + turn / 9), fill=green)
        pen.line(_points(size, (x, y), (0, 40)), fill=(60, 104, 60), width=6)
    pen.polygon(_points(size, (-110, 40), (110, 40), (80, 190), (-80, 190)), fill=main, outline=dark)


def _jar(pen: Pen, size: float, main: Colour, dark: Colour, light: Colour) -> None:
    pen.rounded_rectangle([*_points(size, (-110, -190))[0], *_points(size, (110, -120))[0]], 14, fill=dark)
    pen.rounded_rectangle(
        [*_points(size, (-140, -126))[0], *_points(size, (140, 196))[0]], 44, fill=main, outline=dark, width=4
    )
    pen.rounded_rectangle([*_points(size, (-104, -50))[0], *_points(size, (104, 110))[0]], 14, fill=light)
    pen.line(_points(size, (-60, 10), (60, 10)), fill=dark, width=6)
    pen.line(_points(size, (-40, 44), (40, 44)), fill=dark, width=4)


def _book(pen: Pen, size: float, main: Colour, dark: Colour, light: Colour) -> None:
    pen.polygon(
        _points(size, (-150, -190), (120, -190), (150, -160), (150, 200), (-120, 200), (-150, 170)), fill=dark
    )
    pen.rectangle([*_points(size, (-150, -190))[0], *_points(size, (118, 168))[0]], fill=main)
    pen.rectangle([*_points(size, (-104, -130))[0], *_points(size, (76, -20))[0]], fill=light)
    pen.line(_points(size, (-104, 60), (76, 60)), fill=light, width=6)
    pen.line(_points(size, (-104, 96), (30, 96)), fill=light, width=6)


def _box_shape(pen: Pen, size: float, main: Colour, dark: Colour, light: Colour) -> None:
    pen.rectangle(
        [*_points(size, (-170, -60))[0], *_points(size, (170, 190))[0]], fill=main, outline=dark, width=4
    )
    pen.rectangle([*_points(size, (-190, -110))[0], *_points(size, (190, -50))[0]], fill=dark)
    pen.rectangle([*_points(size, (-22, -110))[0], *_points(size, (22, 190))[0]], fill=light)


SHAPES: dict[str, Callable[[Pen, float, Colour, Colour, Colour], Any]] = {
    "ASSIETTES": _plate, "VERRES": _glass, "COUVERTS": _cutlery, "LINGETABLE": _linen, "CASSEROLES": _pan,
    "COUTEAUX": _knife, "USTENSILES": _tool, "PATISSERIE": _mould, "ELECTRO": _appliance, "LUMINAIRE": _lamp,
    "BOUGIES": _candle, "LINGEMAISON": _linen, "TABLIERS": _apron, "RANGEMENT": _basket, "JARDIN": _tool, "POTS": _pot,
    "PLANTES": _plant, "EPICERIE": _jar, "THES": _jar, "LIVRES": _book, "REVUES": _book,
}  # fmt: skip


def main() -> None:
    parser = argparse.ArgumentParser(
        prog="sandbox.gescom.pictures", description=(__doc__ or "").partition("\n")[0]
    )
    parser.add_argument("--data", type=Path, required=True)
    folder: Path = parser.parse_args().data
    print(f"{draw_all(folder / store.FILE, folder / FOLDER)} images dessinées dans {folder / FOLDER}")


if __name__ == "__main__":
    main()
