"""What PostgreSQL cannot store as text: the character NUL, raw or as `\\u0000` inside JSON.

Everything else of Unicode passes. Records with it are held, because their data is kept byte for byte; in sentences and
names that we only show, it is replaced.
"""

import re

_ESCAPED_NUL = re.compile(r"(?<!\\)((?:\\\\)*)\\u0000")
"""Not preceded by an odd number of backslashes: `\\\\u0000` is a backslash and the letters u0000."""

_ESCAPED_NUL_BYTES = re.compile(rb"(?<!\\)(?:\\\\)*\\u0000")


def storable(text: str) -> str:
    """A text or a JSON document in which NUL became ␀."""
    if "\0" in text:
        text = text.replace("\0", "␀")
    if "\\u0000" in text:
        text = _ESCAPED_NUL.sub(r"\1␀", text)
    return text


def holds_nul(json: bytes) -> bool:
    """Whether a JSON document contains the character NUL in a string."""
    return b"\\" in json and b"\\u0000" in json and _ESCAPED_NUL_BYTES.search(json) is not None
