"""Addresses of our own pages: keys of records may hold anything that an address must not, such as `/`, `#`, `|` or spaces."""

from typing import Any
from urllib.parse import quote, unquote, urlencode

from litestar import Request


def quoted(key: str) -> str:
    """A key as one piece of a path. Browsers resolve `.` and `..` even when they are percent-encoded, and routers fold pieces
    of nothing but slashes, so these are written with a mark that `key_of` takes off."""
    mark = "~" if key.startswith("~") or key in (".", "..") or not key.strip("/") else ""
    return mark + quote(key, safe="")


def key_of(request: Request[Any, Any, Any], before: int) -> str:
    """The key that is the rest of the path after `before` pieces. Read from the path as it came: the router decodes first and
    then folds `//` and cuts a `/` at the end, which belong to the key."""
    raw: bytes = request.scope["raw_path"]
    rest = raw.decode("ascii", "replace").partition("?")[0].lstrip("/").split("/", before)[before:]
    return unquote(rest[0].removeprefix("~")) if rest else ""


def address(path: str, **query: object) -> str:
    """`path` with those of the parameters that say something."""
    told = {name: value for name, value in query.items() if value not in (None, "", False)}
    return f"{path}?{urlencode({n: '1' if v is True else v for n, v in told.items()})}" if told else path
