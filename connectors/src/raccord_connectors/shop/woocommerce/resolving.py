"""From the fields of `bodies` to what is really sent: names become ids, pictures are kept or sent, weights and rates
take the shop's own form."""

import html
from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import Any

from msgspec import UNSET

from raccord_connectors.canonical import Picture
from raccord_connectors.contract import RecordRejected
from raccord_connectors.shop.woocommerce import bodies, texts
from raccord_connectors.shop.woocommerce.bodies import Attribute, Fields
from raccord_connectors.shop.woocommerce.client import Row
from raccord_connectors.shop.woocommerce.facts import STANDARD, Facts
from raccord_connectors.shop.woocommerce.listing_job import Job
from raccord_connectors.shop.woocommerce.terms import BRAND, Terms

PICTURE_WEIGHT = 10
"""A product with new pictures takes the room of ten in a batch: the shop downloads them one after the other."""


class Resolver:
    def __init__(self, facts: Facts, terms: Terms) -> None:
        self._facts = facts
        self._terms = terms
        self.library: dict[str, str] = {}
        """Digest → id in the media library, of what this writing brought there: no picture is fetched twice."""

    def prepare(self, all_fields: Iterable[Fields]) -> None:
        """Makes the categories, tags and brands that are missing, for many products at once."""
        wanted: dict[str, list[Any]] = {"categories": [], "tags": [], "brands": []}
        for fields in all_fields:
            for name, values in wanted.items():
                values += fields.get(name) or []
        self._terms.prepare_categories(wanted["categories"])
        self._terms.prepare_tags(wanted["tags"])
        if wanted["brands"]:
            self._terms.prepare_brands(wanted["brands"])

    def product(self, job: Job, fields: Fields) -> tuple[Row, int]:
        """Body and weight. Raises `RecordRejected` for a picture that cannot be sent."""
        body = self._common(fields)
        for name, number_of in (("categories", self._terms.category_id), ("tags", self._terms.tag_id)):
            if name in fields:
                found: Any = number_of
                body[name] = [{"id": found(value)} for value in fields[name]]
        branded = "brands" in fields and not self._terms.has_brands
        if "brands" in fields and not branded:
            body["brands"] = [{"id": self._terms.brand_id(name)} for name in fields["brands"]]
        if "attributes" in fields or branded:
            body["attributes"] = self._attributes(job)
        weight = 1
        if "images" in fields:
            body["images"] = self._images(job, fields["images"])
            weight = PICTURE_WEIGHT if any("src" in image for image in body["images"]) else 1
        return body, weight

    def variation(self, job: Job, fields: Fields) -> tuple[Row, int]:
        body = self._common(fields)
        if "attributes" in fields:
            body["attributes"] = [
                {**self._named(title), "option": value}
                for title, value in fields["attributes"].items()
                if value
            ]
        weight = 1
        if "image" in fields:
            picture = fields["image"]
            # Empty text, not null: null means « leave it alone ».
            body["image"] = "" if picture is None else self._image(job, picture)
            weight = PICTURE_WEIGHT if isinstance(body["image"], dict) and "src" in body["image"] else 1
        return body, weight

    def _common(self, fields: Fields) -> Row:
        special = (
            "meta",
            "categories",
            "tags",
            "brands",
            "attributes",
            "images",
            "image",
            "weight_g",
            "dimensions_mm",
            "tax_rate",
        )
        body: Row = {name: value for name, value in fields.items() if name not in special}
        if "meta" in fields:
            body["meta_data"] = [
                {"key": name, "value": _meta(value)} for name, value in fields["meta"].items()
            ]
        if "weight_g" in fields:
            grams = fields["weight_g"]
            body["weight"] = (
                "" if grams is None else bodies.amount(round(grams / self._facts.grams_per_unit, 6))
            )
        if "dimensions_mm" in fields:
            body["dimensions"] = self._dimensions(fields["dimensions_mm"])
        if "tax_rate" in fields:
            name = self._facts.class_of_rate(fields["tax_rate"])
            body |= {"tax_class": "" if name == STANDARD else name, "tax_status": "taxable"}
        return body

    def _dimensions(self, sides: tuple[Decimal, Decimal, Decimal] | None) -> dict[str, str]:
        """In the shop's own unit. All three: what is absent would stay."""
        if sides is None:
            return dict.fromkeys(bodies.SIDES, "")
        unit = self._facts.millimetres_per_unit
        return {
            name: bodies.amount(round(side / unit, 6)) for name, side in zip(bodies.SIDES, sides, strict=True)
        }

    # -------------------------------------------------------------------------------------------- attributes

    def _attributes(self, job: Job) -> list[Row]:
        """All of them, because the list replaces what is there: ours, then those that the shop's people added."""
        wanted = self._with_brand(job.record.brand, bodies.attributes(job.record))
        ours = {attribute.title.casefold() for attribute in wanted}
        if job.record.features is not UNSET:
            ours |= {title.casefold() for title in job.record.features}  # those to empty too
        if job.previous is not None:
            before = self._with_brand(job.previous.brand, bodies.attributes(job.previous))
            ours |= {attribute.title.casefold() for attribute in before}
        sent: list[Row] = [
            {
                **self._named(attribute.title),
                "options": list(attribute.options),
                "visible": True,
                "variation": attribute.variation,
                "position": position,
            }
            for position, attribute in enumerate(wanted)
        ]
        for kept in (job.current or {}).get("attributes") or []:
            if isinstance(kept.get("options"), list) and html.unescape(kept["name"]).casefold() not in ours:
                names = ("id", "name", "options", "visible", "variation")
                sent.append({**{name: kept.get(name) for name in names}, "position": len(sent)})
        return sent

    def _with_brand(self, brand: Any, attributes: Sequence[Attribute]) -> list[Attribute]:
        if brand is UNSET or not brand or self._terms.has_brands:
            return list(attributes)
        return [*attributes, Attribute(BRAND, (bodies.option_text(brand),), False)]

    def _named(self, title: str) -> Row:
        number = self._terms.attribute_id(title)
        return {"id": number} if number else {"name": title}

    # ---------------------------------------------------------------------------------------------- pictures

    def _images(self, job: Job, pictures: Sequence[Picture]) -> list[Row]:
        """Ours in order, then those that the shop's people added: theirs have no digest in their name."""
        ours = [self._image(job, picture) for picture in pictures]
        images = (job.current or {}).get("images") or []
        return ours + [
            {"id": image["id"]} for image in images if not bodies.digest_in(str(image.get("name") or ""))
        ]

    def _image(self, job: Job, picture: Picture) -> Row:
        known = next((i for i in (job.current or {}).get("images") or [] if _shows(i, picture)), None)
        if known is not None:
            changed = picture.alt and picture.alt != html.unescape(str(known.get("alt") or ""))
            return {"id": known["id"], "alt": picture.alt} if changed else {"id": known["id"]}
        remote = self.library.get(picture.digest) or ("" if job.without_remotes else picture.remote)
        if remote.isdigit():
            return {"id": int(remote), "alt": picture.alt}
        if not picture.url:
            raise RecordRejected(texts.PICTURE_WITHOUT_ADDRESS.fill(sku=job.sku), field="pictures")
        return {"src": picture.url, "name": bodies.picture_name(picture, job.record.name), "alt": picture.alt}


def _shows(image: Row, picture: Picture) -> bool:
    return bodies.digest_in(html.unescape(str(image.get("name") or ""))) == picture.digest[:12]


def _meta(value: Any) -> Any:
    """Texts stay texts; WordPress keeps no booleans."""
    return {True: "yes", False: "no"}[value] if isinstance(value, bool) else value
