"""The step with a regular expression, by RE2: its time grows with the text's length only, whatever was typed.

Python's own `re` would let one merchant's pattern stop a worker.
"""

import re
from collections.abc import Callable
from functools import lru_cache
from typing import Any, ClassVar, Literal

import re2
from msgspec import Struct

from raccord.core.values import Failed, Value, each_text, sound
from raccord_connectors.contract import Text

LONGEST_PATTERN = 500
MEMORY = 1 << 20
"""Bytes that a compiled pattern may take; RE2 refuses those that would take more."""


class Pattern(Struct, frozen=True, tag_field="do", tag="pattern"):
    """`replace`: each place that fits, by `by` (`\\1` is its first group). `extract`: the first place that fits, or its first
    group, else nothing. `keep`: the text itself where it fits somewhere, else nothing."""

    TITLE: ClassVar = Text("step.pattern", "expression régulière", "regular expression")
    find: str
    action: Literal["replace", "extract", "keep"] = "replace"
    by: str = ""


MOST_PLACES = 10_000
"""Places of a text that are replaced; each takes some microseconds."""
TOO_MANY_PLACES = Text(
    "step.too_many_places",
    "l’expression régulière convient à plus de {limit} endroits de ce texte",
    "the regular expression fits more than {limit} places of this text",
)


class BadPattern(Exception):
    """`reason` is RE2's own, in English."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


@lru_cache(maxsize=500)
def pattern(source: str) -> Any:
    """Raises `BadPattern`."""
    if len(source) > LONGEST_PATTERN:
        raise BadPattern(f"longer than {LONGEST_PATTERN} characters")
    options = re2.Options()
    options.max_mem = MEMORY
    options.log_errors = False
    try:
        return re2.compile(sound(source), options)
    except re2.error as error:
        raise BadPattern(
            error.args[0].decode(errors="replace")
            if error.args and isinstance(error.args[0], bytes)
            else str(error)
        ) from None


def pattern_step(step: Pattern) -> Callable[[Value], Value]:
    """Raises `BadPattern`."""
    compiled = pattern(step.find)
    if step.action == "keep":
        return lambda value: each_text(value, lambda given: given if compiled.search(sound(given)) else "")
    if step.action == "extract":
        first = 1 if compiled.groups else 0
        return lambda value: each_text(
            value,
            lambda given: (found.group(first) or "") if (found := compiled.search(sound(given))) else "",
        )
    pieces = re.split(r"\\(\d)", step.by)
    for group in pieces[1::2]:
        if int(group) > compiled.groups:
            raise BadPattern(f"\\{group} stands for a group that the pattern does not have")

    def filled(found: Any) -> str:
        return "".join(
            piece if i % 2 == 0 else found.group(int(piece)) or "" for i, piece in enumerate(pieces)
        )

    def replaced(given: str) -> Value:
        made, places = compiled.subn(filled, sound(given), MOST_PLACES + 1)
        return Failed(TOO_MANY_PLACES, {"limit": str(MOST_PLACES)}) if places > MOST_PLACES else made

    return lambda value: each_text(value, replaced)
