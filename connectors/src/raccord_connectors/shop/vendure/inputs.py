"""From a listing to Vendure's inputs: pure, and only what differs from what was pushed last."""

from decimal import Decimal

from msgspec import UNSET, UnsetType

from raccord_connectors.canonical import Listing, Offer, OfferPrice, Scalar
from raccord_connectors.kit.changes import open_differences
from raccord_connectors.shop.vendure.client import Json
from raccord_connectors.shop.vendure.installation import Installation
from raccord_connectors.shop.vendure.settings import VendureSettings
from raccord_connectors.shop.vendure.validation import custom_values, tax_class
from raccord_connectors.shop.vendure.work import Work, code, marker


class Inputs:
    def __init__(self, installation: Installation, settings: VendureSettings) -> None:
        self._installation = installation
        self._settings = settings

    # ------------------------------------------------------------------------------------------ the product

    def first_product(self, work: Work) -> Json:
        """A product that nobody sees: hidden, and under a slug by which it is found again."""
        translation = {
            "languageCode": self._installation.language,
            "name": work.record.name,
            "slug": marker(work.record.key),
            "description": "",
        }
        return {"enabled": False, "translations": [translation]}

    def product(self, work: Work) -> Json | None:
        """The update of the product; None when nothing differs."""
        changed, record = work.changed, work.record
        fields: Json = {}
        if "published" in changed:
            fields["enabled"] = record.published
        if work.facet_values is not None:
            fields["facetValueIds"] = work.facet_values
        fields |= _pictures(work.assets.get(""))
        custom, translated = self._custom(
            record.custom,
            work.previous.custom if work.previous else {},
            {
                self._settings.summary_field: changed.get("summary", UNSET),
                self._settings.seo_title_field: changed.get("seo_title", UNSET),
                self._settings.seo_description_field: changed.get("seo_description", UNSET),
            },
            "Product",
        )
        if custom:
            fields["customFields"] = custom
        translations = self._product_texts(work)
        if translated:
            _main(translations, self._installation.language)["customFields"] = translated
        if translations:
            fields["translations"] = translations
        return {"id": work.product, **fields} if fields else None

    def _product_texts(self, work: Work) -> list[Json]:
        """One entry per language: entries are matched by language, and what an entry omits stays as it is. A language
        that the product lacks so far needs all three texts."""
        there = {entry["languageCode"] for entry in (work.state or {}).get("translations", ())}
        found: list[Json] = []
        for language in self._installation.languages:
            main = language == self._installation.language
            entry = self._main_texts(work) if main else self._other_texts(work, language)
            missing = work.state is not None and language not in there
            if entry and (work.unfinished or missing):
                name = str(entry.get("name") or work.record.name)
                entry = {"name": name, "slug": _slug(work.record, name), "description": "", **entry}
            if entry:
                found.append({"languageCode": language, **entry})
        return found

    def _main_texts(self, work: Work) -> Json:
        found: Json = {
            name: work.changed[name] for name in ("name", "description", "slug") if name in work.changed
        }
        if not found.get("slug"):
            found.pop("slug", None)  # Vendure would keep an empty one, and no page would lead to the product
        return found

    def _other_texts(self, work: Work, language: str) -> Json:
        entry: Json = {}
        for field, values in (("name", "names"), ("description", "descriptions")):
            now = work.changed.get(values) or {}
            before = (getattr(work.previous, values) if work.previous else None) or {}
            if language in now and now[language] != before.get(language):
                entry[field] = now[language]
        return entry

    # ----------------------------------------------------------------------------------------- its variants

    def new_variant(self, work: Work, offer: Offer) -> Json:
        """A variant starts with no stock: it is sold once its availability was pushed."""
        price = offer.price if isinstance(offer.price, OfferPrice) else None
        return {
            "productId": work.product,
            **self._variant_fields(work, offer, None),
            "price": self._installation.minor(price.amount) if price else 0,
            # Vendure would sell it for nothing.
            "enabled": offer.active and price is not None,
            "optionIds": _option_ids(work, offer),
            "stockOnHand": 0,
        }

    def variant(self, work: Work, offer: Offer) -> Json | None:
        """The update of a variant that is there; None when nothing differs."""
        fields = self._variant_fields(work, offer, work.before.get(offer.key))
        return {"id": work.variants[offer.key], **fields} if fields else None

    def gone_variants(self, work: Work) -> list[Json]:
        """Offers that are no longer wanted are withdrawn, not deleted: they come back by their SKU."""
        wanted = {offer.key for offer in work.record.offers}
        return [
            {"id": work.variants[key], "enabled": False}
            for key in dict.fromkeys([*work.before, *work.change.targets])
            if key not in wanted and key in work.variants
        ]

    def _variant_fields(self, work: Work, offer: Offer, before: Offer | None) -> Json:
        changed = work.changed
        fields: Json = {}
        if before is None or before.sku != offer.sku:
            fields["sku"] = offer.sku
        amount, sellable = _amount(offer), _sellable(offer)
        if amount is not None and (before is None or _amount(before) != amount):
            fields["price"] = self._installation.minor(amount)
        if before is None or _sellable(before) != sellable:
            fields["enabled"] = sellable
        if _options_differ(work, offer):
            fields["optionIds"] = _option_ids(work, offer)
        tax = tax_class(work.record, self._installation)
        if tax is not None and (before is None or "tax_class" in changed or "tax_rate" in changed):
            fields["taxCategoryId"] = tax.key
        if before is None or "track_stock" in changed:
            fields["trackInventory"] = "TRUE" if work.record.track_stock else "FALSE"
        fields |= _pictures(work.assets.get(offer.key))
        return fields | self._variant_texts(work, offer, before)

    def _variant_texts(self, work: Work, offer: Offer, before: Offer | None) -> Json:
        custom, translated = self._custom(
            offer.custom,
            before.custom if before else {},
            {
                self._settings.ean_field: _differs(offer.ean, before and before.ean),
                self._settings.mpn_field: _differs(offer.mpn, before and before.mpn),
                self._settings.weight_field: _differs(offer.weight_g, before and before.weight_g),
                **self._sides(offer, before),
            },
            "ProductVariant",
        )
        translations: list[Json] = []
        if before is None or "name" in work.changed or "names" in work.changed or work.options_changed(offer):
            names = work.record.names or {}
            for language in self._installation.languages:
                main = language == self._installation.language
                if main or language in names:
                    name = work.record.name if main else names[language]
                    translations.append(
                        {"languageCode": language, "name": _variant_name(work.record, offer, name)}
                    )
        if translated:
            _main(translations, self._installation.language)["customFields"] = translated
        fields: Json = {"customFields": custom} if custom else {}
        return fields | ({"translations": translations} if translations else {})

    def _sides(self, offer: Offer, before: Offer | None) -> dict[str, Decimal | str | UnsetType | None]:
        names = self._settings.sides
        now = offer.dimensions_mm
        if names is None or isinstance(now, UnsetType) or (before and before.dimensions_mm == now):
            return {}
        return dict(zip(names, now or (None, None, None), strict=True))

    def _custom(
        self,
        now: dict[str, Scalar],
        before: dict[str, Scalar],
        named: dict[str, Decimal | str | UnsetType | None],
        entity: str,
    ) -> tuple[Json, Json]:
        """Custom fields to send: the plain ones, and those that are kept by language."""
        wanted: dict[str, Scalar] = open_differences(now, before)
        for name, value in named.items():
            if name and not isinstance(value, UnsetType):
                wanted[name] = None if value is None else str(value)
        values = custom_values(wanted, entity, self._installation)
        known = self._installation.fields(entity)
        plain = {name: value for name, value in values.items() if not known[name].translated}
        return plain, {name: value for name, value in values.items() if known[name].translated}


def _amount(offer: Offer) -> Decimal | None:
    """What Vendure keeps of a price: it knows no crossed-out price and no period."""
    return offer.price.amount if isinstance(offer.price, OfferPrice) else None


def _sellable(offer: Offer) -> bool:
    """A price that is the shop's (UNSET) does not stop the sale; one that nobody knows (None) does."""
    return offer.active and offer.price is not None


def _differs(now: Decimal | str | UnsetType | None, before: object) -> Decimal | str | UnsetType | None:
    return UNSET if now == before else now


def _options_differ(work: Work, offer: Offer) -> bool:
    """Only when the variant was read and holds others: Vendure checks the whole combination at each mention."""
    held = next(
        (
            {option["id"] for option in variant["options"]}
            for variant in (work.state or {}).get("variants", ())
            if variant["id"] == work.variants.get(offer.key)
        ),
        None,
    )
    return held is not None and held != set(_option_ids(work, offer))


def _option_ids(work: Work, offer: Offer) -> list[str]:
    return [work.options[axis, offer.options[axis]] for axis in work.record.axes]


def _pictures(assets: list[str] | None) -> Json:
    if assets is None:
        return {}
    return {"assetIds": assets, "featuredAssetId": assets[0] if assets else None}


def _variant_name(record: Listing, offer: Offer, name: str) -> str:
    return " ".join([name, *(offer.options[axis] for axis in record.axes)])


def _slug(record: Listing, name: str) -> str:
    """Vendure itself makes it readable and unique ("chaise-2")."""
    return record.slug if isinstance(record.slug, str) and record.slug else code(name)


def _main(translations: list[Json], language: str) -> Json:
    for entry in translations:
        if entry["languageCode"] == language:
            return entry
    translations.append({"languageCode": language})
    return translations[-1]
