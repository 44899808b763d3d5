"""Brand, characteristics, tags and categories: all of them facet values in Vendure, and collections for categories.

| canonical    | facet (code)                | values                                            |
|--------------|-----------------------------|---------------------------------------------------|
| `brand`      | `brand`                     | the brand                                         |
| `tags`       | `tag`                       | each tag                                          |
| `features`   | the title, in letters       | each value                                        |
| `categories` | `category` (not shown)      | each path and each of its beginnings: "Maison > Cuisine" |

A facet or value that the shop has already is used, by its code or its name. A category's collection selects by the value
of its path; Vendure fills it by a job, a moment later. What a product bears of other facets is the merchant's and stays.
"""

from collections.abc import Callable, Iterable, Sequence

from msgspec import UNSET

from raccord_connectors.shop.vendure.bulk import Row, send
from raccord_connectors.shop.vendure.category_tree import Collections
from raccord_connectors.shop.vendure.client import Graph, Json, Refused, in_parts
from raccord_connectors.shop.vendure.work import FACET_FIELDS, Work, code

OWN = {
    "brand": {"fr": "Marque", "en": "Brand"},
    "tag": {"fr": "Étiquette", "en": "Tag"},
    "category": {"fr": "Catégorie", "en": "Category"},
}
"""Titles of the facets that we make for fields of our own, by code and language."""
FACETS = """query($take: Int!, $skip: Int!) {
  facets(options: { take: $take, skip: $skip, sort: { id: ASC } }) { items { id code name } } }"""
VALUES = """query($facets: [String!]!, $codes: [String!]!, $names: [String!]!) {
  facetValues(options: { take: 1000, filter: { facetId: { in: $facets },
    _or: [{ code: { in: $codes } }, { name: { in: $names } }] } }) { items { id code name facet { id } } } }"""
CREATE_FACET = "mutation($input: CreateFacetInput!) { createFacet(input: $input) { id code name } }"
CREATE_VALUES = """mutation($input: [CreateFacetValueInput!]!) {
  createFacetValues(input: $input) { id code } }"""
PATH = " > "

Value = tuple[str, str]
"""Facet code and value code."""
Wanted = dict[str, tuple[dict[str, str], dict[str, str]]]
"""Facet code → its titles by language ("" for any), and the wanted values: value code → title."""


class Facets:
    def __init__(
        self,
        graph: Graph,
        language: str,
        refuse: Callable[[Work, Refused], None],
        *,
        with_collections: bool,
    ) -> None:
        self._graph = graph
        self._language = language
        self._refuse = refuse
        self._collections = Collections(graph, language) if with_collections else None
        self._facets: dict[str, str] = {}
        """Our code of a facet → Vendure's id."""
        self._values: dict[Value, str] = {}

    def ensure(self, works: Sequence[Work]) -> None:
        """Makes what is missing in the shop, and notes in each work the complete list of its facet values."""
        works = [work for work in works if work.state is not None and _changed(work)]
        if not works:
            return
        wanted: Wanted = {}
        for work in works:
            for facet, (title, values) in _values_of(work).items():
                wanted.setdefault(facet, (title, {}))[1].update(values)
        self._load_facets(wanted, {facet for work in works for facet in _owned(work)})
        self._load_values(wanted)
        refused = self._create_values(wanted)
        for work in works:
            mine = _values_of(work)
            for facet, (_, values) in mine.items():
                for value in values:
                    if (facet, value) in refused:
                        self._refuse(work, refused[facet, value])
            if work.alive:
                self._note(work, mine)
                if self._collections is not None and "categories" in _changed(work):
                    self._make_collections(work)

    def _note(self, work: Work, mine: Wanted) -> None:
        owned = {self._facets[facet] for facet in _owned(work) if facet in self._facets}
        held = work.state["facetValues"] if work.state else []
        kept = [value["id"] for value in held if value["facet"]["id"] not in owned]
        ours = [self._values[facet, value] for facet, (_, values) in mine.items() for value in values]
        work.facet_values = list(dict.fromkeys([*kept, *ours]))

    def _make_collections(self, work: Work) -> None:
        assert self._collections is not None
        for path in work.record.categories or ():
            parent: str | None = None
            for depth in range(1, len(path) + 1):
                value = self._values["category", _path_code(path[:depth])]
                parent = self._collections.ensure(path[:depth], value, parent)

    # ---------------------------------------------------------------------------------- what the shop has

    def _load_facets(self, wanted: Wanted, owned: set[str]) -> None:
        for page in self._graph.everything(FACETS, "facets", size=200):
            for item in page:
                for name in (item["code"], code(item["name"])):
                    if name in wanted or name in owned:
                        self._facets.setdefault(name, item["id"])
        for facet in wanted.keys() - self._facets.keys():
            facet_input = {
                "code": facet,
                "isPrivate": facet == "category",
                "translations": [{"languageCode": self._language, "name": self._title(wanted[facet][0])}],
            }
            self._facets[facet] = self._graph.change(CREATE_FACET, input=facet_input)["createFacet"]["id"]

    def _title(self, titles: dict[str, str]) -> str:
        return titles.get("") or titles.get(self._language[:2]) or titles["en"]

    def _load_values(self, wanted: Wanted) -> None:
        ids = {self._facets[facet]: facet for facet in wanted}
        codes = {value: title for _, values in wanted.values() for value, title in values.items()}
        for part in in_parts(sorted(codes), 200):
            names = [codes[value] for value in part]
            found = self._graph.ask(VALUES, facets=list(ids), codes=part, names=names)
            self._keep(found["facetValues"]["items"], ids)

    def _create_values(self, wanted: Wanted) -> dict[Value, Refused]:
        """Facet by facet: Vendure puts all values of one call under the facet of the first."""
        refused: dict[Value, Refused] = {}
        for facet, (_, values) in wanted.items():
            rows = [
                Row((facet, value), self._value_input(facet, value, title))
                for value, title in values.items()
                if (facet, value) not in self._values
            ]
            sent = send(
                rows,
                lambda inputs: self._graph.change(CREATE_VALUES, input=inputs)["createFacetValues"],
                limit=self._graph.body_limit,
                match=lambda row: row["code"],
                answer=lambda value: value["code"],
            )
            for row, answer in sent.done:
                self._values[row.owner] = answer["id"]
            refused |= {row.owner: refusal for row, refusal in sent.refused}
        return refused

    def _value_input(self, facet: str, value: str, title: str) -> Json:
        translation = {"languageCode": self._language, "name": title}
        return {"facetId": self._facets[facet], "code": value, "translations": [translation]}

    def _keep(self, items: Iterable[Json], ids: dict[str, str]) -> None:
        for item in items:
            facet = ids.get(item["facet"]["id"])
            if facet is not None:
                for value in (item["code"], code(item["name"])):
                    self._values.setdefault((facet, value), item["id"])


def _changed(work: Work) -> set[str]:
    return {name for name in FACET_FIELDS if name in work.changed}


def _owned(work: Work) -> set[str]:
    """Codes of the facets whose values on this product are ours to replace."""
    changed = _changed(work)
    owned = {
        facet
        for field, facet in (("brand", "brand"), ("tags", "tag"), ("categories", "category"))
        if field in changed
    }
    owned |= {code(title) for title in work.changed_features}
    return owned


def _values_of(work: Work) -> Wanted:
    """What the record wants of the fields that changed."""
    record, fields = work.record, _changed(work)
    found: Wanted = {}
    if "brand" in fields and isinstance(record.brand, str) and record.brand.strip():
        found["brand"] = (OWN["brand"], {code(record.brand): record.brand})
    if "tags" in fields and record.tags is not UNSET and record.tags:
        found["tag"] = (OWN["tag"], {code(tag): tag for tag in record.tags})
    if "categories" in fields and record.categories is not UNSET and record.categories:
        paths = [path[:depth] for path in record.categories for depth in range(1, len(path) + 1)]
        found["category"] = (OWN["category"], {_path_code(path): PATH.join(path) for path in paths})
    for title, values in work.changed_features.items():
        if values:
            found[code(title)] = ({"": title}, {code(value): value for value in values})
    return found


def _path_code(path: Sequence[str]) -> str:
    return "_".join(code(title) for title in path)
