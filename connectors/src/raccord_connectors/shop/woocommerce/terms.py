"""Categories, tags, brands and attributes of the shop by their names: found, or made when missing. Kept for the life of
one connector, so that a thousand products of one category ask for it once."""

import html
from collections.abc import Iterable, Sequence
from typing import Any

from raccord_connectors.contract import RecordRejected
from raccord_connectors.kit.http import HttpFailure
from raccord_connectors.kit.pages import walk
from raccord_connectors.shop.woocommerce import texts
from raccord_connectors.shop.woocommerce.client import BATCH, Item, ShopClient
from raccord_connectors.shop.woocommerce.problems import plain_text

Path = Sequence[str]
BRAND = "Marque"
"""Title of the attribute that serves where the shop has no brands."""


class Terms:
    def __init__(self, client: ShopClient) -> None:
        self._client = client
        self._categories: dict[tuple[int, str], int] | None = None
        self._names: dict[int, tuple[str, int]] = {}
        """Category id → (name, parent)."""
        self._flat: dict[str, dict[str, int]] = {"tags": {}, "brands": {}}
        self._attributes: dict[str, int] | None = None
        self._brands: bool | None = None
        self._reasons: dict[str, str] = {}
        """Name → why the shop did not make it."""

    # ------------------------------------------------------------------------------------------- categories

    def prepare_categories(self, paths: Iterable[Path]) -> None:
        """Makes what is missing of these paths, a level of all of them at a time."""
        wanted = {tuple(_name(part) for part in path) for path in paths if path}
        known = self._all_categories() if wanted else {}
        for depth in range(max((len(path) for path in wanted), default=0)):
            missing: dict[tuple[int, str], str] = {}
            for path in wanted:
                if len(path) > depth:
                    parent = self._id_of(path[:depth])
                    known_parent = parent or depth == 0
                    if known_parent and (parent, path[depth].casefold()) not in known:
                        missing[parent, path[depth].casefold()] = path[depth]
            bodies = [{"name": name, "parent": parent} for (parent, _), name in missing.items()]
            for key, number in zip(missing, self._made("products/categories", bodies), strict=True):
                known[key] = number
                if number:
                    self._names[number] = (missing[key], key[0])

    def category_id(self, path: Path) -> int:
        """Of a path that was prepared. Raises `RecordRejected` when the shop refused to make it."""
        return self._demanded(
            self._id_of(tuple(_name(part) for part in path)), " / ".join(path), "categories"
        )

    def category_path(self, number: int) -> list[str]:
        """Names from the root."""
        self._all_categories()
        path: list[str] = []
        while number in self._names and len(path) < 20:
            name, number = self._names[number]
            path.insert(0, name)
        return path

    def _id_of(self, path: Path) -> int:
        number = 0
        for part in path:
            number = self._all_categories().get((number, part.casefold()), 0)
            if not number:
                return 0
        return number

    def _all_categories(self) -> dict[tuple[int, str], int]:
        if self._categories is None:
            self._categories = {}
            params = {"orderby": "id", "order": "asc", "_fields": "id,name,parent"}
            fetch = lambda offset, limit: self._client.page(  # noqa: E731
                "products/categories", {**params, "offset": offset, "per_page": limit}
            )[0]
            for rows, _ in walk(fetch, lambda row: row["id"], size=BATCH):
                for row in rows:
                    name, parent = html.unescape(row["name"]), int(row["parent"])
                    self._categories.setdefault((parent, name.casefold()), row["id"])
                    self._names[row["id"]] = (name, parent)
        return self._categories

    # ----------------------------------------------------------------------------------------- tags, brands

    def prepare_tags(self, names: Iterable[str]) -> None:
        self._prepare("tags", names)

    def prepare_brands(self, names: Iterable[str]) -> None:
        if self.has_brands:
            self._prepare("brands", names)

    def tag_id(self, name: str) -> int:
        return self._demanded(self._flat["tags"].get(_name(name).casefold(), 0), name, "tags")

    def brand_id(self, name: str) -> int:
        return self._demanded(self._flat["brands"].get(_name(name).casefold(), 0), name, "brand")

    @property
    def has_brands(self) -> bool:
        """WooCommerce has brands of its own since 9.6; before, they are an attribute."""
        if self._brands is None:
            self._brands = self._client.find("products/brands", per_page=1) is not None
        return self._brands

    def _prepare(self, kind: str, names: Iterable[str]) -> None:
        known = self._flat[kind]
        missing = {
            _name(name).casefold(): _name(name) for name in names if _name(name).casefold() not in known
        }
        numbers = self._made(f"products/{kind}", [{"name": name} for name in missing.values()])
        known.update(zip(missing, numbers, strict=True))

    def category_paths(self) -> dict[int, list[str]]:
        """All categories of the shop: id → names from the root."""
        self._all_categories()
        return {number: self.category_path(number) for number in self._names}

    # -------------------------------------------------------------------------------------------- attributes

    def attribute_id(self, title: str) -> int:
        """Of the global attribute of that name, 0 when the shop has none (a custom one then serves)."""
        if self._attributes is None:
            try:
                rows: Any = self._client.get("products/attributes")
            except HttpFailure as failure:
                if failure.status not in (
                    401,
                    403,
                ):  # some keys may not manage attributes; custom ones need no right
                    raise
                rows = []
            self._attributes = {html.unescape(row["name"]).casefold(): int(row["id"]) for row in rows}
        return self._attributes.get(title.casefold(), 0)

    def _made(self, path: str, bodies: list[dict[str, Any]]) -> list[int]:
        """The ids of terms created, 0 where that was refused; one that exists answers with its id. Saves looking for
        them first."""
        numbers = []
        answers = self._client.batch(path, [Item("create", body) for body in bodies])
        for body, answer in zip(bodies, answers, strict=True):
            error = answer.get("error")
            found = (error.get("data") or {}).get("resource_id") if error else answer.get("id")
            if not found:
                self._reasons[body["name"].casefold()] = plain_text((error or {}).get("message"))
            numbers.append(int(found or 0))
        return numbers

    def _demanded(self, number: int, name: str, field: str) -> int:
        if number:
            return number
        reason = self._reasons.get(_name(name).rpartition(" / ")[2].casefold(), "")
        raise RecordRejected(texts.TERM_REFUSED.fill(name=name, reason=reason or "?"), field=field)


def _name(text: str) -> str:
    """As WordPress keeps names of terms: one line, no double spaces."""
    return " ".join(text.split())
