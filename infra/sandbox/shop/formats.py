"""How the storefront writes prices, dates and descriptions."""

from datetime import date, datetime
from decimal import ROUND_HALF_UP, Decimal
from html import escape
from html.parser import HTMLParser
from typing import Any

from markupsafe import Markup

MONTHS = ("janvier", "février", "mars", "avril", "mai", "juin", "juillet", "août", "septembre", "octobre", "novembre",
          "décembre")  # fmt: skip
ALLOWED = frozenset(
    ("p", "br", "strong", "b", "em", "i", "ul", "ol", "li", "h2", "h3", "h4", "table", "tr", "td", "th", "a")
)
SILENT = frozenset(("script", "style"))
VOID = frozenset(("br",))


def money(amount: Decimal | str) -> str:
    """1 234,50 € with the spaces that French typography wants (narrow, never broken)."""
    cents = Decimal(amount).quantize(Decimal("0.01"), ROUND_HALF_UP)
    whole, _, rest = f"{abs(cents):,.2f}".partition(".")
    sign = "−" if cents < 0 else ""
    return f"{sign}{whole.replace(',', chr(0x202F))},{rest}\u00a0€"


def gross(line: dict[str, Any]) -> Decimal:
    """What the customer pays for a line of an order."""
    return Decimal(line["total"]) + Decimal(line["total_tax"])


def percent(rate: Decimal | str) -> str:
    return f"{Decimal(rate).normalize():f}".replace(".", ",") + "\u00a0%"


def day(text: str | None) -> str:
    """« 3 mars 2026 » from an ISO date or moment."""
    if not text:
        return ""
    moment = datetime.fromisoformat(text) if "T" in text else date.fromisoformat(text)
    return f"{'1er' if moment.day == 1 else moment.day} {MONTHS[moment.month - 1]} {moment.year}"


def kilograms(value: str, unit: str) -> str:
    return f"{value.replace('.', ',')}\u00a0{unit}" if value else ""


class _Cleaner(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.parts: list[str] = []
        self._open: list[str] = []
        self._silent = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in SILENT:
            self._silent += 1
        elif tag in ALLOWED and not self._silent:
            target = dict(attrs).get("href") or ""
            link = (
                f' href="{escape(target)}" rel="nofollow"'
                if tag == "a" and target.startswith(("http:", "https:"))
                else ""
            )
            self.parts.append(f"<{tag}{link}>")
            if tag not in VOID:
                self._open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if tag in SILENT:
            self._silent = max(0, self._silent - 1)
        elif tag in self._open and not self._silent:
            while self._open:  # closes what was left open inside
                last = self._open.pop()
                self.parts.append(f"</{last}>")
                if last == tag:
                    break

    def handle_data(self, data: str) -> None:
        if not self._silent:
            self.parts.append(escape(data))

    def result(self) -> str:
        return "".join(self.parts) + "".join(f"</{tag}>" for tag in reversed(self._open))


def safe_html(text: str) -> Markup:
    """A description with its paragraphs and lists, and nothing that runs. Plain text keeps its line breaks."""
    if "<" not in text:
        text = "".join(f"<p>{part}</p>" for part in text.strip().split("\n\n") if part).replace("\n", "<br>")
    cleaner = _Cleaner()
    cleaner.feed(text)
    cleaner.close()
    return Markup(cleaner.result())
