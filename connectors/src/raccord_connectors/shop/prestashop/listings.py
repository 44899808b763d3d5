"""Reading listings: what the shop shows of its products, for the first matching and to see what drifted.

A page of products takes a handful of further questions, for all of them together: combinations, specific prices, stock rules, and
the names of what they refer to.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation

from raccord_connectors.canonical import Listing, Offer, OfferPrice, Picture, Scalar, Tier, plain
from raccord_connectors.contract import Page, Selection
from raccord_connectors.shop.prestashop import bodies, keys, windows
from raccord_connectors.shop.prestashop.client import Webservice
from raccord_connectors.shop.prestashop.facts import Facts
from raccord_connectors.shop.prestashop.rows import Row, linked, number
from raccord_connectors.shop.prestashop.specials import Place, place_of
from raccord_connectors.shop.prestashop.terms import Terms

HALF_GRAM = Decimal("0.001")


@dataclass
class _Beside:
    """What hangs on the products of one page."""

    combinations: Mapping[int, Sequence[Row]]
    specials: Mapping[int, Mapping[Place, Row]]
    untracked: set[int]
    options: Mapping[int, tuple[int, str]]
    features: Mapping[int, tuple[int, str]]
    tags: Mapping[int, str]


class ListingReader:
    def __init__(self, client: Webservice, facts: Facts, terms: Terms) -> None:
        self._client = client
        self._facts = facts
        self._terms = terms

    def read(self, wanted: Selection, size: int) -> Iterator[Page]:
        if wanted.keys is not None:
            numbers = keys.numbers(wanted.keys)
            for start in range(0, len(numbers), size):
                yield Page(
                    records=self._listings(self._client.by("products", "id", numbers[start : start + size]))
                )
            return
        cursor = windows.cursor_from(wanted.since)
        for rows, after in windows.read(self._client, "products", cursor, self._facts.zone, size):
            yield Page(records=self._listings(rows), cursor=after.text())

    def _listings(self, rows: Sequence[Row]) -> list[Listing]:
        """Products that nobody has finished (`state` 0) are not there yet."""
        shown = [row for row in rows if row.get("state", "1").strip() != "0"]
        if not shown:
            return []
        beside = self._beside(shown)
        return [self._listing(row, beside) for row in shown]

    def _beside(self, rows: Sequence[Row]) -> _Beside:
        ids = [number(row) for row in rows]
        combinations: dict[int, list[Row]] = defaultdict(list)
        with_parts = [number(row) for row in rows if linked(row, "combinations")]
        found = self._client.by("combinations", "id_product", with_parts) if with_parts else []
        for row in sorted(found, key=number):
            combinations[int(row["id_product"])].append(row)
        specials: dict[int, dict[Place, Row]] = defaultdict(dict)
        for row in self._client.by("specific_prices", "id_product", ids):
            place = place_of(row)
            if place is not None:
                specials[int(row["id_product"])].setdefault(place, row)
        stocks = self._client.by(
            "stock_availables", "id_product", ids, display="[id,id_product,out_of_stock]"
        )
        options = {value for row in found for value in linked(row, "product_option_values")}
        features = {value for row in rows for value in linked(row, "product_features", "id_feature_value")}
        tags = {tag for row in rows for tag in linked(row, "tags")}
        return _Beside(
            combinations,
            specials,
            {int(row["id_product"]) for row in stocks if row["out_of_stock"].strip() == "1"},
            self._terms.named_options(sorted(options)),
            self._terms.named_values(sorted(features)),
            self._terms.named_tags(sorted(tags)),
        )

    def _listing(self, row: Row, beside: _Beside) -> Listing:
        product, facts = number(row), self._facts
        variants = beside.combinations.get(product, [])
        paths = [self._terms.category_path(category) for category in linked(row, "categories")]
        features: dict[str, list[str]] = defaultdict(list)
        for value in linked(row, "product_features", "id_feature_value"):
            if value in beside.features:
                feature, text = beside.features[value]
                features[self._terms.feature_titles.get(feature, str(feature))].append(text)
        offers = [self._combination(row, variant, beside) for variant in variants] or [
            self._simple(row, beside)
        ]
        return Listing(
            key=str(product),
            published=row["active"].strip() == "1",
            name=facts.text(row["name"]),
            offers=offers,
            axes=list(dict.fromkeys(axis for offer in offers for axis in offer.options)),
            description=facts.text(row["description"]),
            summary=facts.text(row["description_short"]),
            slug=facts.text(row["link_rewrite"]),
            seo_title=facts.text(row["meta_title"]),
            seo_description=facts.text(row["meta_description"]),
            names=self._other_languages(row["name"]),
            descriptions=self._other_languages(row["description"]),
            categories=[path for path in paths if path],
            brand=str(row.get("manufacturer_name") or "").strip() or None,
            features=dict(features),
            tags=[beside.tags[tag] for tag in linked(row, "tags") if tag in beside.tags],
            tax_class=row["id_tax_rules_group"].strip(),
            pictures=self._pictures(product, linked(row, "images")),
            track_stock=product not in beside.untracked,
            related=[str(one) for one in linked(row, "accessories")],
            custom=self._custom(row, bodies.PRODUCT_CUSTOM),
        )

    def _simple(self, row: Row, beside: _Beside) -> Offer:
        product = number(row)
        specials = beside.specials.get(product, {})
        return Offer(
            key=str(product),
            sku=row["reference"].strip(),
            active=row["active"].strip() == "1",
            price=self._price(_decimal(row["price"]), specials.get((0, "promotion", "0", "1"))),
            tiers=_tiers(specials, 0),
            ean=row["ean13"].strip() or None,
            mpn=row.get("mpn", "").strip() or None,
            weight_g=self._grams(row["weight"]),
            dimensions_mm=self._dimensions(row),
            custom=self._custom(row, bodies.OFFER_CUSTOM),
        )

    def _combination(self, row: Row, variant: Row, beside: _Beside) -> Offer:
        product, combination = number(row), number(variant)
        specials = beside.specials.get(product, {})
        options = [
            beside.options[value]
            for value in linked(variant, "product_option_values")
            if value in beside.options
        ]
        promotion = specials.get((combination, "promotion", "0", "1")) or specials.get(
            (0, "promotion", "0", "1")
        )
        whole = _decimal(row["weight"]) + _decimal(variant["weight"])
        return Offer(
            key=keys.target_of(product, combination),
            sku=variant["reference"].strip(),
            options={self._terms.axis_titles.get(axis, str(axis)): text for axis, text in options},
            active=variant["minimal_quantity"].strip() != bodies.NEVER,
            price=self._price(_decimal(row["price"]) + _decimal(variant["price"]), promotion),
            tiers=_tiers(specials, combination),
            ean=variant["ean13"].strip() or None,
            mpn=variant.get("mpn", "").strip() or None,
            weight_g=self._grams(str(whole)),
            dimensions_mm=self._dimensions(row),
            pictures=self._pictures(product, linked(variant, "images")),
            custom=self._custom(variant, bodies.COMBINATION_CUSTOM),
        )

    def _price(self, full: Decimal, promotion: Row | None) -> OfferPrice:
        off = _decimal(promotion["reduction"]) if promotion is not None else Decimal(0)
        return OfferPrice(
            amount=plain(full - off),
            tax_included=False,
            currency=self._facts.currency,
            before=plain(full) if off else None,
            starts=_day(promotion["from"]) if promotion is not None else None,
            ends=_day(promotion["to"]) if promotion is not None else None,
        )

    def _other_languages(self, texts: object) -> dict[str, str]:
        if not isinstance(texts, Mapping):
            return {}
        others = {key: code for key, code in self._facts.languages.items() if key != self._facts.main}
        return {code: str(texts.get(key, "")) for key, code in others.items()}

    def _pictures(self, product: int, images: Sequence[int]) -> list[Picture]:
        """Known by their ids: a picture has no name here."""
        return [
            Picture(digest=f"image-{image}", remote=f"{product}:{image}", position=place)
            for place, image in enumerate(images)
        ]

    def _grams(self, weight: str) -> Decimal | None:
        grams = _decimal(weight) * self._facts.grams_per_unit
        return plain(grams.quantize(HALF_GRAM, ROUND_HALF_UP)) or None

    def _dimensions(self, row: Row) -> tuple[Decimal, Decimal, Decimal] | None:
        """None where none is set: the shop keeps zeros."""
        unit = self._facts.millimetres_per_unit
        depth, width, height = (
            plain((_decimal(row[name]) * unit).quantize(HALF_GRAM, ROUND_HALF_UP))
            for name in ("depth", "width", "height")
        )
        return (depth, width, height) if depth or width or height else None

    def _custom(self, row: Row, names: Sequence[str]) -> dict[str, Scalar]:
        found: dict[str, Scalar] = {}
        for name in names:
            if name in row:
                found[name] = self._facts.text(row[name])
        return found


def _tiers(specials: Mapping[Place, Row], combination: int) -> list[Tier]:
    return [
        Tier(plain(_decimal(row["price"])), Decimal(start), None if group == "0" else group)
        for (attribute, kind, group, start), row in specials.items()
        if kind == "tier" and attribute == combination
    ]


def _decimal(text: str) -> Decimal:
    try:
        return plain(Decimal(text.strip() or "0"))
    except InvalidOperation:
        return Decimal(0)


def _day(stamp: str) -> date | None:
    """The day of a stamp; None for « 0000-00-00 », which is how the shop says open."""
    try:
        return date.fromisoformat(stamp.strip()[:10])
    except ValueError:
        return None
