"""Language of a page: the person's choice, else the cookie, else the browser's, else French. Dates and amounts with it."""

import io
import re
from datetime import date, datetime
from decimal import Decimal
from functools import lru_cache
from gettext import GNUTranslations, NullTranslations
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from babel.dates import format_date, format_datetime, format_timedelta
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.numbers import format_currency, format_decimal
from litestar import Request

from raccord_connectors.contract import Message, Text

LANGUAGES = ("fr", "en")
COOKIE = "raccord_language"


def language_of(request: Request[Any, Any, Any]) -> str:
    # A route open to strangers has no user in its scope.
    chosen = getattr(request.scope.get("user"), "language", None)
    if chosen in LANGUAGES:
        return str(chosen)
    if (chosen := request.cookies.get(COOKIE)) in LANGUAGES:
        return str(chosen)
    for part in request.headers.get("accept-language", "").split(","):
        if (found := part.strip()[:2].lower()) in LANGUAGES:
            return found
    return "fr"


@lru_cache(maxsize=8)
def translations(language: str, locale_dir: Path) -> NullTranslations:
    """The catalogue is compiled in memory from the `.po` file: nothing to build, nothing to forget to build.
    Page texts are written in English in the templates; English therefore needs no catalogue."""
    if language == "en":
        return NullTranslations()
    with (locale_dir / language / "LC_MESSAGES" / "raccord.po").open("rb") as source:
        catalogue = read_po(source, locale=language)
    compiled = io.BytesIO()
    write_mo(compiled, catalogue)
    compiled.seek(0)
    return GNUTranslations(compiled)


def typographic(text: str) -> str:
    """French as it is printed: no line begins with a colon or a closing guillemet. Sentences come from everywhere with
    ordinary spaces, because those are what people type."""
    text = re.sub(r"(?<=\S) (?=[:»€]|%(?!\())", "\u00a0", text)
    text = re.sub(r"(?<=\S) (?=[;!?])", "\u202f", text)
    return text.replace("« ", "«\u00a0")


class Formats:
    """Filters of the templates, in one language and time zone."""

    def __init__(self, language: str, timezone: str = "Europe/Paris") -> None:
        self.language = language
        self._locale = {"en": "en_GB"}.get(language, language)  # our English readers are in Europe
        self.timezone = ZoneInfo(timezone)
        self.colon = "\u00a0:" if language == "fr" else ":"

    def typographic(self, text: str) -> str:
        return typographic(text) if self.language == "fr" else text

    def said(self, sentence: Message | Text) -> str:
        """A sentence in the reader's language."""
        return typographic(sentence.fr) if self.language == "fr" else sentence.en

    def amount(self, value: Decimal, currency: str = "EUR") -> str:
        """At least the currency's decimals; more where the ERP has more (prices of screws)."""
        whole = format_currency(value, currency, locale=self._locale)
        if value == round(value, 2):
            return whole
        pattern = "#,##0.00####\u00a0¤" if self.language == "fr" else "¤#,##0.00####"
        return format_currency(value, currency, pattern, locale=self._locale, currency_digits=False)

    def number(self, value: Decimal | int) -> str:
        return format_decimal(value, locale=self._locale)

    def plain(self, value: Decimal) -> str:
        """As it is typed: "2.5"."""
        return f"{value.normalize():f}"

    def moment(self, value: datetime, shape: str = "medium") -> str:
        return format_datetime(value, shape, tzinfo=self.timezone, locale=self._locale)

    def day(self, value: date) -> str:
        return format_date(value, "long", locale=self._locale)

    def clock(self, value: datetime) -> str:
        """The time alone for today, with the day for other days."""
        local = value.astimezone(self.timezone)
        today = datetime.now(self.timezone).date()
        shape = "HH:mm:ss" if local.date() == today else "d MMM, HH:mm"
        return format_datetime(value, shape, tzinfo=self.timezone, locale=self._locale)

    def hour(self, value: datetime) -> str:
        return format_datetime(value, "HH:mm", tzinfo=self.timezone, locale=self._locale)

    def seconds(self, milliseconds: int) -> str:
        """1 420 → "1,4 s"."""
        return f"{format_decimal(round(Decimal(milliseconds) / 1000, 1), locale=self._locale)} s"

    def ago(self, value: datetime, now: datetime) -> str:
        return format_timedelta(value - now, add_direction=True, locale=self._locale)
