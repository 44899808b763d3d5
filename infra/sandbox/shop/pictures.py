"""The quiet pictures that the storefront draws for articles without one."""

import hashlib
from html import escape

from markupsafe import Markup

SHAPES = (
    """<circle cx="{left}" cy="{low}" r="120" fill="hsl({hue} 32% 79%)"/>
<circle cx="{right}" cy="{high}" r="86" fill="hsl({near} 34% 71%)" opacity=".75"/>""",
    """<g transform="rotate({tilt} 200 200)" fill="hsl({hue} 30% 78%)">
<path d="M200 40C300 110 300 290 200 360 100 290 100 110 200 40Z"/>
<path d="M200 40V360" stroke="hsl({hue} 28% 67%)" stroke-width="3" fill="none"/></g>""",
    """<g fill="none" stroke="hsl({hue} 32% 76%)" stroke-width="24">
<path d="M-20 {low}C90 {right} 200 {left} 420 {high}"/>
<path d="M-20 {lower}C90 {high} 200 {low} 420 {lower}" opacity=".55"/></g>""",
    """<rect x="{margin}" y="90" width="150" height="220" rx="75" fill="hsl({hue} 32% 79%)"/>
<rect x="{middle}" y="140" width="120" height="170" rx="60" fill="hsl({near} 32% 71%)" opacity=".75"/>""",
    """<path d="M0 400V{low}Q200 {margin} 400 {high}V400Z" fill="hsl({hue} 30% 80%)"/>
<circle cx="{right}" cy="118" r="52" fill="hsl({near} 42% 80%)"/>""",
)
FRAME = """<svg viewBox="0 0 400 400" preserveAspectRatio="xMidYMid slice" role="img" aria-label="{label}">
<rect width="400" height="400" fill="hsl({hue} 36% 92%)"/>{shape}
<text x="200" y="228" text-anchor="middle" font-size="82" fill="hsl({hue} 30% 34%)" class="initial">{initial}</text>
</svg>"""


def drawing(name: str, kind: str = "") -> Markup:
    """Colours from the article's family, shapes from its name, its initial in the middle. Always the same for one."""
    family = int.from_bytes(hashlib.blake2b(kind.encode(), digest_size=4).digest(), "big")
    own = int.from_bytes(hashlib.blake2b(name.encode(), digest_size=6).digest(), "big")
    hue, tilt, drop = family % 360, own % 40 - 20, own // 64 % 60
    places = {
        "hue": hue,
        "near": (hue + 26) % 360,
        "tilt": tilt,
        "left": 120 + tilt * 2,
        "right": 280 - tilt,
        "low": 160 + drop,
        "lower": 250 + drop,
        "high": 260 - drop,
        "margin": 70 + drop,
        "middle": 190 - tilt,
    }
    shape = SHAPES[own // 4096 % len(SHAPES)].format(**places)
    initial = (name.strip() or "·")[0].upper()
    return Markup(FRAME.format(label=escape(name), hue=hue, shape=shape, initial=escape(initial)))
