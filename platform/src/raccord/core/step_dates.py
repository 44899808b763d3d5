"""The step on dates. Written out here, because `strftime` depends on the machine's language."""

import re
from collections.abc import Callable
from datetime import date
from typing import ClassVar, Literal

from msgspec import Struct

from raccord.core.values import Failed, Value, is_empty, quoted, text
from raccord_connectors.contract import Text

Layout = Literal["YYYY-MM-DD", "DD/MM/YYYY", "DD.MM.YYYY", "DD-MM-YYYY", "MM/DD/YYYY", "YYYYMMDD"]


class FormatDate(Struct, frozen=True, tag_field="do", tag="date"):
    """A date read in one layout and written in another; a time behind it is left out. `long`: 24 novembre 2026."""

    TITLE: ClassVar = Text("step.date", "écrire une date", "write a date")
    FAILURE: ClassVar = Text(
        "step.date.failed",
        "« {value} » n’est pas une date écrite {layout}",
        "“{value}” is not a date written {layout}",
    )
    read: Layout = "YYYY-MM-DD"
    write: Layout | Literal["long"] = "DD/MM/YYYY"
    language: Literal["fr", "en"] = "fr"


MONTHS: dict[str, list[str]] = {
    "fr": [
        "janvier", "février", "mars", "avril", "mai", "juin", "juillet", "août", "septembre", "octobre", "novembre",
        "décembre",
    ],
    "en": [
        "January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November",
        "December",
    ],
}  # fmt: skip


def date_step(step: FormatDate) -> Callable[[Value], Value]:
    parts = {"YYYY": r"(?P<year>\d{4})", "MM": r"(?P<month>\d{2})", "DD": r"(?P<day>\d{2})"}
    pattern = re.compile(
        re.sub("YYYY|MM|DD", lambda found: parts[found[0]], re.escape(step.read)) + r"(?:[T ].*)?",
        re.ASCII | re.DOTALL,
    )

    def work(value: Value) -> Value:
        if is_empty(value):
            return value
        found = pattern.fullmatch(text(value).strip())
        try:
            read = date(int(found["year"]), int(found["month"]), int(found["day"])) if found else None
        except ValueError:  # the 30th of February
            read = None
        if read is None:
            return Failed(step.FAILURE, {"value": quoted(value), "layout": step.read})
        return _written(read, step)

    return work


def _written(day: date, step: FormatDate) -> str:
    if step.write == "long":
        first = "1er" if step.language == "fr" and day.day == 1 else str(day.day)
        return f"{first} {MONTHS[step.language][day.month - 1]} {day.year}"
    parts = {"YYYY": f"{day.year:04}", "MM": f"{day.month:02}", "DD": f"{day.day:02}"}
    return re.sub("YYYY|MM|DD", lambda found: parts[found[0]], step.write)
