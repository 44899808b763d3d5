"""From what a listing says to what PrestaShop keeps: ids of brands, categories, characteristics, tags, taxes and options."""

from collections.abc import Mapping

from msgspec import UNSET

from raccord_connectors.canonical import Offer
from raccord_connectors.contract import RecordRejected
from raccord_connectors.shop.prestashop import keys, listing_checks, texts
from raccord_connectors.shop.prestashop.bodies import LISTS, Flat
from raccord_connectors.shop.prestashop.facts import Facts
from raccord_connectors.shop.prestashop.listing_job import Job
from raccord_connectors.shop.prestashop.rows import Fields, linked
from raccord_connectors.shop.prestashop.terms import Terms

NOT_COLUMNS = (*LISTS, "brand", "tax_class", "tax_rate")


class Resolver:
    def __init__(self, facts: Facts, terms: Terms) -> None:
        self._facts = facts
        self._terms = terms

    def product(self, job: Job, flat: Flat) -> Fields:
        """Raises `RecordRejected`, or `Refused` where a missing term cannot be made."""
        fields: Flat = {name: value for name, value in flat.items() if name not in NOT_COLUMNS}
        tax = listing_checks.tax_group(job.record, flat, self._facts)
        if tax is not None:
            fields["id_tax_rules_group"] = tax
        if "brand" in flat:
            fields["id_manufacturer"] = str(self._terms.brand(flat["brand"] or ""))
        associations = {}
        if "categories" in flat or not job.product:
            found = self._categories(job, flat.get("categories") or [])
            associations["categories"] = [{"id": str(category)} for category in found]
            held = str((job.current or {}).get("id_category_default", "")).strip()
            if held not in map(str, found) or job.previous is not None:
                fields["id_category_default"] = str(found[0])
        if "features" in flat:
            associations["product_features"] = self._features(job, flat["features"])
        if "tags" in flat:
            before = [] if job.previous is None or job.previous.tags is UNSET else job.previous.tags
            ours = self._terms.tags(flat["tags"])
            kept = set(linked(job.current or {}, "tags")) - set(self._terms.tags(before))
            associations["tags"] = [{"id": str(tag)} for tag in dict.fromkeys([*ours, *sorted(kept)])]
        if "related" in flat:
            associations["accessories"] = self._related(job, flat["related"])
        return {**fields, "associations": associations} if associations else fields

    def combination(self, offer: Offer, flat: Flat) -> Fields:
        fields = {name: value for name, value in flat.items() if name != "options"}
        if "options" not in flat:
            return fields
        values = [self._terms.option(axis, value) for axis, value in offer.options.items()]
        return {**fields, "associations": {"product_option_values": [{"id": str(value)} for value in values]}}

    def _categories(self, job: Job, paths: list[list[str]]) -> list[int]:
        """Ours first, then those that the shop's people added; the home where there would be none."""
        ours = self._terms.categories(paths)
        before = [] if job.previous is None or job.previous.categories is UNSET else job.previous.categories
        dropped = {*self._terms.categories(before), self._facts.home}
        kept = [category for category in linked(job.current or {}, "categories") if category not in dropped]
        return list(dict.fromkeys([*ours, *kept])) or [self._facts.home]

    def _features(self, job: Job, features: Mapping[str, list[str]]) -> list[dict[str, str]]:
        """The titles that are ours as wanted; all others as they stand."""
        ids = {title: self._terms.feature(title) for title in features}
        held = (job.current or {}).get("associations", {}).get("product_features", [])
        rows = [
            {"id": one["id"], "id_feature_value": one["id_feature_value"]}
            for one in held
            if int(one["id"]) not in ids.values()
        ]
        for title, values in features.items():
            rows += [
                {"id": str(ids[title]), "id_feature_value": str(self._terms.feature_value(ids[title], value))}
                for value in dict.fromkeys(values or [])
            ]
        return rows

    def _related(self, job: Job, related: list[str]) -> list[dict[str, str]]:
        before = [] if job.previous is None or job.previous.related is UNSET else job.previous.related
        for key in related:
            if keys.split(key) is None:
                raise RecordRejected(
                    texts.RELATED_UNKNOWN.fill(key=job.record.key, related=key), field="related"
                )
        ours = [key.partition(":")[0] for key in related]
        kept = [str(one) for one in linked(job.current or {}, "accessories") if str(one) not in before]
        return [{"id": key} for key in dict.fromkeys([*ours, *kept])]
