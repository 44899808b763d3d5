"""What a product refers to: brands, categories, characteristics, axes and their values, tags. Found by name, made when missing,
and remembered for the life of a connector."""

from collections.abc import Iterable, Mapping, Sequence
from functools import cached_property

from raccord_connectors.shop.prestashop import bodies
from raccord_connectors.shop.prestashop.client import Webservice
from raccord_connectors.shop.prestashop.facts import Facts
from raccord_connectors.shop.prestashop.rows import Row, number

LONGEST_TAG = 32


class Terms:
    """Names are compared without regard to case, as the shop's database does."""

    def __init__(self, client: Webservice, facts: Facts) -> None:
        self._client = client
        self._facts = facts

    # --------------------------------------------------------------------------------------------------- brands

    @cached_property
    def _brands(self) -> dict[str, int]:
        rows = self._client.all("manufacturers", display="[id,name]")
        return {row["name"].strip().casefold(): number(row) for row in reversed(rows)}

    def brand(self, name: str) -> int:
        if not name:
            return 0
        key = name.strip().casefold()
        if key not in self._brands:
            (made,) = self._client.create("manufacturers", [{"name": name, "active": "1"}])
            self._brands[key] = number(made)
        return self._brands[key]

    # ----------------------------------------------------------------------------------------------- categories

    @cached_property
    def _categories(self) -> dict[tuple[int, str], int]:
        """(parent, name) → id."""
        return {
            (int(row["id_parent"] or 0), self._facts.text(row["name"]).strip().casefold()): number(row)
            for row in reversed(self._category_rows)
        }

    @cached_property
    def _category_rows(self) -> list[Row]:
        return self._client.all("categories", display="[id,id_parent,name]")

    @cached_property
    def _category_names(self) -> dict[int, tuple[int, str]]:
        """Id → (parent, name)."""
        rows = self._category_rows
        return {
            number(row): (int(row["id_parent"] or 0), self._facts.text(row["name"]).strip()) for row in rows
        }

    def categories(self, paths: Sequence[Sequence[str]]) -> list[int]:
        """Ids of the last category of each path, under the shop's home."""
        found = []
        for path in paths:
            parent = self._facts.home
            for title in path:
                parent = self._category(parent, title)
            if path:
                found.append(parent)
        return list(dict.fromkeys(found))

    def _category(self, parent: int, title: str) -> int:
        key = (parent, title.strip().casefold())
        if key not in self._categories:
            fields = {"id_parent": str(parent), "active": "1", **self._named(title)}
            fields |= {
                f"link_rewrite@{language}": bodies.slug_of(title) for language in self._facts.languages
            }
            (made,) = self._client.create("categories", [fields])
            self._categories[key] = number(made)
            self._category_names[number(made)] = (parent, title)
        return self._categories[key]

    def category_path(self, category: int) -> list[str]:
        """Titles from below the shop's home; empty for the home itself and what stands beside it."""
        path: list[str] = []
        while category in self._category_names and category != self._facts.home and len(path) < 20:
            category, title = self._category_names[category]
            path.insert(0, title)
        return path if category == self._facts.home else []

    def category_paths(self) -> Mapping[int, list[str]]:
        return {category: path for category in self._category_names if (path := self.category_path(category))}

    # -------------------------------------------------------------------------------------------- characteristics

    @cached_property
    def _features(self) -> dict[str, int]:
        return {title.casefold(): key for key, title in self.feature_titles.items()}

    @cached_property
    def feature_titles(self) -> dict[int, str]:
        rows = self._client.all("product_features", display="[id,name]")
        return {number(row): self._facts.text(row["name"]).strip() for row in rows}

    @cached_property
    def _feature_values(self) -> dict[int, dict[str, int]]:
        """Feature → value → id, of those that were asked for."""
        return {}

    def feature(self, title: str) -> int:
        key = title.strip().casefold()
        if key not in self._features:
            (made,) = self._client.create("product_features", [self._named(title)])
            self._features[key] = number(made)
            self.feature_titles[number(made)] = title
        return self._features[key]

    def feature_value(self, feature: int, text: str) -> int:
        values = self._feature_values.get(feature)
        if values is None:
            values = {value.casefold(): key for key, value in self.values_of_feature(feature).items()}
            self._feature_values[feature] = values
        key = text.strip().casefold()
        if key not in values:
            fields = {"id_feature": str(feature), "custom": "0"}
            fields |= {f"value@{language}": text for language in self._facts.languages}
            (made,) = self._client.create("product_feature_values", [fields])
            values[key] = number(made)
        return values[key]

    def values_of_feature(self, feature: int) -> Mapping[int, str]:
        wanted = {"filter[id_feature]": f"[{feature}]"}
        rows = self._client.all("product_feature_values", display="[id,id_feature,value]", **wanted)
        return {number(row): self._facts.text(row["value"]).strip() for row in rows}

    def named_values(self, ids: Iterable[int]) -> Mapping[int, tuple[int, str]]:
        """Value → (feature, text)."""
        rows = self._client.by("product_feature_values", "id", ids, display="[id,id_feature,value]")
        return {number(row): (int(row["id_feature"]), self._facts.text(row["value"]).strip()) for row in rows}

    # -------------------------------------------------------------------------------------------------- variants

    @cached_property
    def _axes(self) -> dict[str, int]:
        return {title.casefold(): key for key, title in self.axis_titles.items()}

    @cached_property
    def axis_titles(self) -> dict[int, str]:
        rows = self._client.all("product_options", display="[id,name]")
        return {number(row): self._facts.text(row["name"]).strip() for row in rows}

    @cached_property
    def _options(self) -> dict[int, dict[str, int]]:
        return {}

    def axis(self, title: str) -> int:
        key = title.strip().casefold()
        if key not in self._axes:
            fields = {"group_type": "select", "is_color_group": "0", **self._named(title)}
            fields |= {f"public_name@{language}": title for language in self._facts.languages}
            (made,) = self._client.create("product_options", [fields])
            self._axes[key] = number(made)
            self.axis_titles[number(made)] = title
        return self._axes[key]

    def option(self, axis: str, text: str) -> int:
        group = self.axis(axis)
        values = self._options.get(group)
        if values is None:
            wanted = {"filter[id_attribute_group]": f"[{group}]"}
            rows = self._client.all("product_option_values", display="[id,id_attribute_group,name]", **wanted)
            values = {self._facts.text(row["name"]).strip().casefold(): number(row) for row in reversed(rows)}
            self._options[group] = values
        key = text.strip().casefold()
        if key not in values:
            fields = {"id_attribute_group": str(group), **self._named(text)}
            (made,) = self._client.create("product_option_values", [fields])
            values[key] = number(made)
        return values[key]

    def named_options(self, ids: Iterable[int]) -> Mapping[int, tuple[int, str]]:
        """Value → (axis, text)."""
        rows = self._client.by("product_option_values", "id", ids, display="[id,id_attribute_group,name]")
        return {
            number(row): (int(row["id_attribute_group"]), self._facts.text(row["name"]).strip())
            for row in rows
        }

    # ------------------------------------------------------------------------------------------------------ tags

    @cached_property
    def _tags(self) -> dict[str, int]:
        return {}

    def tags(self, names: Sequence[str]) -> list[int]:
        missing = [name for name in names if name.casefold() not in self._tags]
        if missing:
            wanted = {"filter[id_lang]": f"[{self._facts.main}]"}
            for row in self._client.by("tags", "name", missing, display="[id,id_lang,name]", **wanted):
                self._tags.setdefault(row["name"].strip().casefold(), number(row))
        for name in missing:
            if name.casefold() not in self._tags:
                (made,) = self._client.create("tags", [{"id_lang": self._facts.main, "name": name}])
                self._tags[name.casefold()] = number(made)
        return list(dict.fromkeys(self._tags[name.casefold()] for name in names))

    def named_tags(self, ids: Iterable[int]) -> Mapping[int, str]:
        """Those of the shop's own language."""
        rows = self._client.by("tags", "id", ids, display="[id,id_lang,name]")
        return {
            number(row): row["name"].strip() for row in rows if row["id_lang"].strip() == self._facts.main
        }

    def _named(self, title: str) -> dict[str, str]:
        return {f"name@{language}": title for language in self._facts.languages}
