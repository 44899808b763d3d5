"""One collection per category, under its parent's, selecting by the facet value of its path."""

from collections.abc import Sequence

import msgspec

from raccord_connectors.shop.vendure.client import Graph, Json
from raccord_connectors.shop.vendure.work import code

FILTER = "facet-value-filter"
ALL = """query($take: Int!, $skip: Int!) {
  collections(options: { take: $take, skip: $skip, sort: { id: ASC } }) {
    items { id filters { code args { name value } } } } }"""
CREATE = "mutation($input: CreateCollectionInput!) { createCollection(input: $input) { id } }"


class Collections:
    """Found by what they select, not by their name: merchants rename and move collections."""

    def __init__(self, graph: Graph, language: str) -> None:
        self._graph = graph
        self._language = language
        self._by_value: dict[str, str] | None = None
        """Id of a facet value → id of the collection that selects by it alone."""

    def ensure(self, path: Sequence[str], value: str, parent: str | None) -> str:
        """The id of the collection of a category. `value`: id of the facet value of its path."""
        known = self._known()
        if value not in known:
            known[value] = self._graph.change(CREATE, input=self._input(path, value, parent))[
                "createCollection"
            ]["id"]
        return known[value]

    def _known(self) -> dict[str, str]:
        if self._by_value is None:
            self._by_value = {}
            for page in self._graph.everything(ALL, "collections", size=200):
                for item in page:
                    for value in _selected(item):
                        self._by_value.setdefault(value, item["id"])
        return self._by_value

    def _input(self, path: Sequence[str], value: str, parent: str | None) -> Json:
        arguments = {"facetValueIds": msgspec.json.encode([value]).decode(), "containsAny": "false"}
        selection = {
            "code": FILTER,
            "arguments": [{"name": name, "value": text} for name, text in arguments.items()],
        }
        translation = {
            "languageCode": self._language,
            "name": path[-1],
            "slug": "-".join(code(title) for title in path),
            "description": "",
        }
        found: Json = {"filters": [selection], "translations": [translation]}
        return found | ({"parentId": parent} if parent else {})


def _selected(collection: Json) -> list[str]:
    """The facet value that a collection selects by, if it is one of ours: one filter with one value."""
    if len(collection["filters"]) != 1 or collection["filters"][0]["code"] != FILTER:
        return []
    arguments = {argument["name"]: argument["value"] for argument in collection["filters"][0]["args"]}
    try:
        values = msgspec.json.decode(arguments.get("facetValueIds", "[]"), type=list[str])
    except msgspec.DecodeError:
        return []
    return values if len(values) == 1 else []
