"""What PostgreSQL cannot store as text: the character NUL, raw or as `\\u0000` inside JSON.

Everything else of Unicode passes. Records with it are held, because their data is kept byte for byte; in sentences and
names that we only show, it is replaced.
"""

import re

_ESCAPED_NUL = re.compile(r"(?<!\\)((?:\\\\)*)\\u0000")
"""Not preceded by an odd number of backslashes: `\\\\u0000` is a backslash and the letters u0000."""

_ESCAPED_NUL_BYTES = re.compile(rb"(?<!\\)(?:\\\\)*\\u0000")


def storable(text: str) -> str:
    """A text in which NUL became ␀."""
    return text.replace("\0", "␀") if "\0" in text else text


def storable_json(json: str) -> str:
    """A JSON document in whose strings NUL became ␀."""
    return _ESCAPED_NUL.sub(r"\1␀", json) if "\\u0000" in json else json


def holds_nul(json: bytes) -> bool:
    """Whether a JSON document contains the character NUL in a string."""
    return b"\\" in json and b"\\u0000" in json and _ESCAPED_NUL_BYTES.search(json) is not None
