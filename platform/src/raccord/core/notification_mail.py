"""From a rendered template to the two parts of a mail: plain text, and HTML in the shop's look.

The markup is what people write anyway: an empty line between paragraphs, `- ` before the entries of a list, and
`[words](address)` for a link; alone on its line it becomes a button. Everything else is text.
"""

import re
from html import escape

from msgspec import Struct

from raccord.core.notification_rules import Language, Look
from raccord.core.notification_template import restored

LINK = re.compile(r"\[([^\[\]\n]{1,300})\]\((\S{1,2000}?)\)")
SAFE = ("https://", "http://", "mailto:")
INK, PAPER = "#1f2933", "#ffffff"
STOP = {
    "fr": "Ne plus recevoir ces messages",
    "en": "Stop receiving these messages",
}


class Written(Struct, frozen=True):
    subject: str
    text: str
    html: str


def written(subject: str, body: str, look: Look, language: Language, stop: str = "") -> Written:
    """`subject` and `body` as `notification_template.render` gave them; `stop`: the address at which one unsubscribes."""
    blocks = [
        block.strip("\n") for block in re.split(r"\n[ \t]*\n", body.replace("\r\n", "\n")) if block.strip()
    ]
    heading = " ".join(restored(subject).split())[:200]
    below = look.footer.strip()
    text = "\n\n".join(_text_block(block) for block in blocks)
    text += f"\n\n-- \n{below or look.name}\n"
    if stop:
        text += f"\n{STOP[language]}: {stop}\n"
    inside = "".join(_html_block(block, look) for block in blocks)
    return Written(heading, text, _page(heading, inside, look, language, below, stop))


def _text_block(block: str) -> str:
    def plain(found: re.Match[str]) -> str:
        target = restored(found[2])
        return f"{found[1]}: {target}" if target.startswith(SAFE) else found[1]

    return restored(LINK.sub(plain, block))


def _html_block(block: str, look: Look) -> str:
    lines = block.split("\n")
    if all(line.startswith("- ") for line in lines):
        entries = "".join(f'<li style="margin:0 0 4px">{_inline(line[2:], look)}</li>' for line in lines)
        return f'<ul style="margin:0 0 16px;padding:0 0 0 20px">{entries}</ul>'
    if len(lines) == 1 and (alone := LINK.fullmatch(lines[0].strip())):
        return _button(alone, look)
    inner = "<br>".join(_inline(line, look) for line in lines)
    return f'<p style="margin:0 0 16px">{inner}</p>'


def _button(found: re.Match[str], look: Look) -> str:
    target = restored(found[2])
    if not target.startswith(SAFE):
        return f'<p style="margin:0 0 16px">{escape(restored(found[1]))}</p>'
    style = (
        f"display:inline-block;padding:10px 18px;border-radius:6px;background:{_colour(look)};"
        f"color:{ink_on(_colour(look))};text-decoration:none;font-weight:bold"
    )
    return (
        f'<p style="margin:0 0 16px"><a href="{escape(target)}" style="{style}">{escape(restored(found[1]))}</a></p>'
    )  # fmt: skip


def _inline(line: str, look: Look) -> str:
    made, last = [], 0
    for found in LINK.finditer(line):
        made.append(escape(restored(line[last : found.start()])))
        target, label = restored(found[2]), escape(restored(found[1]))
        if target.startswith(SAFE):
            made.append(f'<a href="{escape(target)}" style="color:{_on_paper(look)}">{label}</a>')
        else:
            made.append(label)
        last = found.end()
    return "".join([*made, escape(restored(line[last:]))])


def _page(heading: str, inside: str, look: Look, language: Language, below: str, stop: str) -> str:
    """A table, and styles beside each element: mail programs know little else."""
    name = escape(look.name)
    if look.logo.startswith("https://") or look.logo.startswith("http://127.0.0.1"):
        name = f'<img src="{escape(look.logo)}" alt="{name}" height="44" style="display:block;border:0;height:44px">'
    if look.address.startswith(SAFE):
        link = f"color:{_on_paper(look)};text-decoration:none"
        name = f'<a href="{escape(look.address)}" style="{link}">{name}</a>'
    foot = "<br>".join(escape(line) for line in below.splitlines())
    if stop:
        foot += f'{"<br>" if foot else ""}<a href="{escape(stop)}" style="color:#52606d">{STOP[language]}</a>'
    cell = "padding:24px;font-family:Helvetica,Arial,sans-serif"
    return (
        f'<!doctype html><html lang="{language}"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>{escape(heading)}</title></head>"
        f'<body style="margin:0;background:#f0f2f5;color:{INK}">'
        '<table role="presentation" width="100%" cellspacing="0" cellpadding="0"><tr><td align="center" style="padding:16px">'
        f'<table role="presentation" width="600" cellspacing="0" cellpadding="0" style="max-width:600px;width:100%;'
        f'background:{PAPER};border-top:4px solid {_colour(look)}">'
        f'<tr><td style="{cell};font-size:20px;font-weight:bold;padding-bottom:0">{name}</td></tr>'
        f'<tr><td style="{cell};font-size:16px;line-height:1.5">{inside}</td></tr>'
        f'<tr><td style="{cell};font-size:13px;line-height:1.5;color:#52606d;border-top:1px solid #e4e7eb">{foot}</td></tr>'
        "</table></td></tr></table></body></html>\n"
    )


def _colour(look: Look) -> str:
    return look.colour if is_colour(look.colour) else Look().colour


def is_colour(text: str) -> bool:
    return re.fullmatch(r"#[0-9a-fA-F]{6}", text) is not None


def ink_on(colour: str) -> str:
    """White or near black, whichever is easier to read on it (WCAG 2)."""
    return PAPER if _contrast(colour, PAPER) >= _contrast(colour, INK) else INK


def _on_paper(look: Look) -> str:
    """The shop's colour for words, where it can be read on white."""
    return _colour(look) if _contrast(_colour(look), PAPER) >= 4.5 else INK


def _contrast(one: str, other: str) -> float:
    darker, lighter = sorted((_luminance(one), _luminance(other)))
    return (lighter + 0.05) / (darker + 0.05)


def _luminance(colour: str) -> float:
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    linear = [part / 12.92 if part <= 0.03928 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
