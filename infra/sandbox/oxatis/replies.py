"""What Oxatis answers: a status inside HTTP 200, and refusals with a code."""

from typing import Any

from raccord_connectors.kit import xml

NOT_FOUND, INVALID, DUPLICATE_ID, DUPLICATE = 1001, 1002, 1003, 1004


class Refused(Exception):
    """Status 500."""

    def __init__(self, code: int, reason: str) -> None:
        super().__init__(reason)
        self.code = code
        self.reason = reason


def reply(data: Any = None, *, status: int = 200, code: int = 0, reason: str = "") -> bytes:
    content = {"StatusCode": status, "StatusSubCode": code, "ErrorDetails": reason, "Data": data or ""}
    return xml.build("DataResultService", content)


def listed(name: str, rows: list[dict[str, Any]], wanted: Any, key: str) -> dict[str, Any]:
    """One page of a list: the rows, and how many there are."""
    page = wanted.get("PageInformation") or {}
    number, size = (
        max(1, int(page.get("PageNumber") or 1)),
        min(100, max(1, int(page.get("PageSize") or 100))),
    )
    shown = rows[(number - 1) * size : number * size]
    pages = max(1, -(-len(rows) // size))
    return {name: {"TotalItems": len(rows), "TotalPages": pages, "PageNumber": number, key: shown}}
