"""Reading listings: what the shop shows of its articles, for the first matching and to see what drifted. One call for each
product, so that a whole catalogue takes as many calls as it has products."""

from collections.abc import Iterator
from decimal import Decimal, InvalidOperation
from xml.etree.ElementTree import Element

from msgspec import UNSET

from raccord_connectors.canonical import Listing, Offer, OfferPrice, Picture, plain
from raccord_connectors.contract import Page, Problem, Rejection, Selection
from raccord_connectors.kit import xml
from raccord_connectors.shop.oxatis import tags, texts
from raccord_connectors.shop.oxatis.client import OxatisClient
from raccord_connectors.shop.oxatis.gallery import digest_of
from raccord_connectors.shop.oxatis.products import Products
from raccord_connectors.shop.oxatis.settings import OxatisSettings
from raccord_connectors.shop.oxatis.windows import OVERLAP, Cursor, cursor_from


class ListingReader:
    def __init__(self, shop: OxatisClient, settings: OxatisSettings) -> None:
        self._shop = shop
        self._settings = settings
        self._products = Products(shop, settings)

    def read(self, wanted: Selection, size: int) -> Iterator[Page]:
        if wanted.keys is not None:
            for start in range(0, len(wanted.keys), size):
                part = wanted.keys[start : start + size]
                found = [product for key in part if (product := self._products.get(key)) is not None]
                yield self._page([one for one in found if not self._is_child(one)], None)
            return
        cursor = cursor_from(wanted.since)
        mark = int(self._shop.now()) if cursor.mark is None else cursor.mark
        begin = None if cursor.since is None else cursor.since - OVERLAP
        done = set(cursor.read)
        page: list[Element] = []
        for numbers in self._products.ids(begin):
            for number in numbers:
                product = None if number in done else self._products.get(number)
                done.add(number)
                if product is not None and self._is_child(product):
                    # A variant that changed: its parent is what the listing is. Of a whole reading it comes by itself.
                    number = self._products.parent_of(product) or "" if begin is not None else ""
                    product = None if number in done else self._products.get(number)
                    done.add(number)
                if product is not None:
                    page.append(product)
                if len(page) == size:
                    yield self._page(page, Cursor(cursor.since, mark, tuple(sorted(done))))
                    page = []
        yield self._page(page, Cursor(mark))

    def _is_child(self, product: Element) -> bool:
        return xml.text_of(product, "ProductType") == tags.CHILD

    def _page(self, products: list[Element], cursor: Cursor | None) -> Page:
        records, rejected = [], []
        for product in products:
            try:
                records.append(self.listing(product))
            except (ValueError, InvalidOperation) as error:
                key = xml.text_of(product, "OxID")
                said = texts.UNREADABLE.fill(key=key, reason=type(error).__name__)
                rejected.append(Rejection(key, Problem("rejected", said, detail=str(error))))
        return Page(records=records, rejected=rejected, cursor=cursor.text() if cursor else None)

    def listing(self, product: Element) -> Listing:
        number = xml.text_of(product, "OxID")
        variants = (
            self._products.variants(product) if xml.text_of(product, "ProductType") == tags.PARENT else []
        )
        brand = xml.text_of(product, "Brand/Name")
        paths = [xml.text_of(product, f"Category{place + 1}/Name") for place in range(tags.CATEGORIES)]
        return Listing(
            key=number,
            published=_is_shown(product),
            name=xml.text_of(product, "Name"),
            offers=[self._offer(one) for one in variants or [product]],
            axes=_axes(variants),
            description=_text(product, "LongDescription"),
            summary=_text(product, "Description"),
            slug=xml.text_of(product, "CanonicalURLCustomizedContent"),
            seo_title=xml.text_of(product, "MetaTitle"),
            seo_description=xml.text_of(product, "MetaDescription"),
            categories=[path.split("\\") for path in paths if path],
            brand=brand or None,
            tax_rate=_number(product, "TaxRate") or UNSET,
            pictures=_pictures(product),
            custom={
                name: xml.text_of(product, name)
                for name in tags.CUSTOM
                if name != tags.PACKAGING and product.find(name) is not None
            },
        )

    def _offer(self, product: Element) -> Offer:
        grams = _number(product, "Weight") * (1000 if self._settings.weight_unit == "kg" else 1)
        return Offer(
            key=xml.text_of(product, "OxID"),
            sku=xml.text_of(product, "ItemSKU"),
            options=dict(_options(product)),
            active=_is_shown(product),
            price=_price(product),
            ean=xml.text_of(product, "EANCode") or None,
            mpn=xml.text_of(product, "MPN") or None,
            weight_g=plain(grams) if grams else None,
        )


def _is_shown(product: Element) -> bool:
    hidden = xml.text_of(product, "State") == tags.HIDDEN
    return xml.text_of(product, "Visible", "true").lower() == "true" and not hidden


def _price(product: Element) -> OfferPrice | None:
    if product.find("Price/Value") is None:
        return None
    before = _number(product, "StrikethroughPrice/Value")
    return OfferPrice(
        amount=_number(product, "Price/Value"),
        tax_included=xml.text_of(product, "Price/VATIncluded").lower() == "true",
        currency="EUR",
        before=before or None,
    )


def _options(product: Element) -> Iterator[tuple[str, str]]:
    for place in range(1, tags.AXES + 1):
        axis = xml.text_of(product, f"OptionTypes{place}/Name")
        if axis:
            yield axis, xml.text_of(product, f"OptionValues{place}/Name")


def _axes(variants: list[Element]) -> list[str]:
    return list(dict.fromkeys(axis for variant in variants for axis, _ in _options(variant)))


def _text(product: Element, name: str) -> str:
    return xml.text_of(product, name).removeprefix(tags.WYSIWYG)


def _number(product: Element, path: str) -> Decimal:
    return plain(Decimal(xml.text_of(product, path, "0")))


def _pictures(product: Element) -> list[Picture]:
    names = [one.text or "" for one in product.iterfind("ImagesList/ImageList/ImgFileName")]
    return [
        Picture(digest=digest_of(name), position=place, remote=name)
        for place, name in enumerate(filter(None, names))
    ]
