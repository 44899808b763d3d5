"""Pages of a list: each says where the next one begins."""

from typing import Annotated, Generic, TypeVar

from litestar.params import QueryParameter
from msgspec import Struct

from raccord.public_api import errors
from raccord.public_api.errors import ApiRefused

T = TypeVar("T")

After = Annotated[
    str | None,
    QueryParameter(
        description="Where the page begins: `next` of the page before. Without it, the first page.",
        max_length=500,
    ),
]
Search = Annotated[str | None, QueryParameter(description="Part of what is looked for.", max_length=200)]


class Page(Struct, Generic[T], frozen=True):
    """Some of a list, and where it goes on."""

    data: list[T]
    next: str | None
    """For `after` of the next page; null on the last one."""


def clean(text: str | None) -> str:
    return (text or "").replace("\0", "").strip()


def bad_cursor() -> ApiRefused:
    return ApiRefused(400, errors.BAD_CURSOR.fill(), field="after")
