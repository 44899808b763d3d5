"""Reading listings: what the shop shows of its products, for the first matching and to see what drifted."""

import html
from collections.abc import Iterator, Sequence
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any

from msgspec import UNSET, UnsetType

from raccord_connectors.canonical import Listing, Offer, OfferPrice, Picture, Scalar, plain
from raccord_connectors.contract import Page, Selection
from raccord_connectors.shop.woocommerce import bodies, keys, windows
from raccord_connectors.shop.woocommerce.client import BATCH, Row, ShopClient
from raccord_connectors.shop.woocommerce.facts import STANDARD, Facts
from raccord_connectors.shop.woocommerce.listing_job import meta_of
from raccord_connectors.shop.woocommerce.settings import WooCommerceSettings
from raccord_connectors.shop.woocommerce.terms import BRAND, Terms

FIELDS = (
    "id,name,slug,type,status,sku,global_unique_id,regular_price,sale_price,date_on_sale_from,date_on_sale_to,"
    "description,short_description,tax_class,manage_stock,stock_quantity,backorders,weight,dimensions,categories,tags,"
    "brands,images,attributes,upsell_ids,cross_sell_ids,meta_data"
)
VARIATION_FIELDS = (
    "id,parent_id,sku,global_unique_id,regular_price,sale_price,date_on_sale_from,date_on_sale_to,status,manage_stock,"
    "stock_quantity,backorders,weight,dimensions,image,attributes,menu_order,meta_data"
)


class ListingReader:
    def __init__(self, client: ShopClient, facts: Facts, terms: Terms, settings: WooCommerceSettings) -> None:
        self._client = client
        self._settings = settings
        self._facts = facts
        self._terms = terms

    def read(self, wanted: Selection, size: int) -> Iterator[Page]:
        if wanted.keys is not None:
            numbers = keys.numbers(wanted.keys)
            for start in range(0, len(numbers), size):
                rows = self._client.by_ids("products", numbers[start : start + size], _fields=FIELDS)
                yield Page(records=[self.listing(row) for row in rows])
            return
        cursor = windows.cursor_from(wanted.since)
        seen: set[int] = set()
        for rows, after in windows.read(self._client, "products", {"_fields": FIELDS}, cursor, size):
            if not rows and cursor.since is not None:
                yield from self._of_changed_variations(cursor, seen, size)
            seen.update(row["id"] for row in rows)
            yield Page(records=[self.listing(row) for row in rows], cursor=after.text())

    def _of_changed_variations(self, cursor: windows.Cursor, seen: set[int], size: int) -> Iterator[Page]:
        """TRAP: saving a variation does not touch its parent. WooCommerce tells changed variations since 10.3; before,
        only a complete read sees them."""
        if self._client.find("variations", per_page=1, _fields="id") is None:
            return
        fresh = windows.Cursor(cursor.since)
        for rows, _ in windows.read(self._client, "variations", {"_fields": "id,parent_id"}, fresh, BATCH):
            parents = sorted({int(row["parent_id"]) for row in rows} - seen)
            seen.update(parents)
            for start in range(0, len(parents), size):
                found = self._client.by_ids("products", parents[start : start + size], _fields=FIELDS)
                yield Page(records=[self.listing(row) for row in found])

    def variations(self, parent: int) -> list[Row]:
        """In the order in which the shop shows them."""
        rows = self._client.all(f"products/{parent}/variations", _fields=VARIATION_FIELDS)
        return sorted(rows, key=lambda row: (int(row.get("menu_order") or 0), int(row["id"])))

    def listing(self, row: Row) -> Listing:
        number, variable = int(row["id"]), row.get("type") == "variable"
        attributes: Sequence[Row] = row.get("attributes") or []
        axes = [_text(a["name"]) for a in attributes if variable and a.get("variation")]
        if variable:
            offers = [self._offer(v, keys.target_of(number, int(v["id"]))) for v in self.variations(number)]
        else:
            offers = [self._offer(row, str(number))]
        seo_title, seo_description = self._seo(row)
        brand = next((_text(brand["name"]) for brand in row.get("brands") or []), None)
        features = {
            _text(a["name"]): [_text(option) for option in a.get("options") or []]
            for a in attributes
            if not a.get("variation")
        }
        if brand is None and not self._terms.has_brands:
            brand = next(iter(features.pop(BRAND, [])), None)
        return Listing(
            key=str(number),
            published=row.get("status") == "publish",
            name=_text(row.get("name")),
            offers=offers,
            axes=axes,
            description=_text(row.get("description")),
            summary=_text(row.get("short_description")),
            slug=str(row.get("slug") or ""),
            categories=[self._terms.category_path(int(c["id"])) for c in row.get("categories") or []],
            seo_title=seo_title,
            seo_description=seo_description,
            brand=brand,
            features=features,
            tags=[_text(tag["name"]) for tag in row.get("tags") or []],
            tax_class=str(row.get("tax_class") or STANDARD),
            pictures=_pictures(row.get("images") or []),
            track_stock=variable or bool(row.get("manage_stock")),
            related=[str(key) for key in row.get(bodies.related_ids(self._settings)) or []],
            custom=_custom(row, but=bodies.SEO.get(self._settings.seo_plugin, ())),
        )

    def _offer(self, row: Row, key: str) -> Offer:
        choices = {
            _text(a["name"]): _text(a.get("option")) for a in row.get("attributes") or [] if "option" in a
        }
        mpn = meta_of(row, bodies.MPN)
        image = row.get("image")
        return Offer(
            key=key,
            sku=str(row.get("sku") or ""),
            options=choices,
            active=row.get("status") == "publish",
            price=self._price(row),
            ean=str(row.get("global_unique_id") or "") or None,
            mpn=str(mpn) if mpn else None,
            weight_g=self._grams(row.get("weight")),
            dimensions_mm=self._dimensions(row.get("dimensions") or {}),
            pictures=_pictures([image] if image else []),
            custom=_custom(row),  # of a simple product the same as the listing's: it has one place for both
        )

    def _price(self, row: Row) -> OfferPrice | None:
        full, reduced = _decimal(row.get("regular_price")), _decimal(row.get("sale_price"))
        if full is None:
            return None
        return OfferPrice(
            amount=reduced if reduced is not None else full,
            tax_included=self._facts.prices_include_tax,
            currency=self._facts.currency,
            before=full if reduced is not None else None,
            starts=_day(row.get("date_on_sale_from")),
            ends=_day(row.get("date_on_sale_to")),
        )

    def _seo(self, row: Row) -> tuple[str | UnsetType, str | UnsetType]:
        """Title and description, where a plug-in that holds them was chosen."""
        if self._settings.seo_plugin not in bodies.SEO:
            return UNSET, UNSET
        title, description = (meta_of(row, name) for name in bodies.SEO[self._settings.seo_plugin])
        return str(title or ""), str(description or "")

    def _dimensions(self, row: Row) -> tuple[Decimal, Decimal, Decimal] | None:
        """None unless all three are there."""
        length, width, height = (_decimal(row.get(name)) for name in bodies.SIDES)
        if length is None or width is None or height is None:
            return None
        return self._mm(length), self._mm(width), self._mm(height)

    def _mm(self, side: Decimal) -> Decimal:
        return plain(round(side * self._facts.millimetres_per_unit, 3))

    def _grams(self, weight: Any) -> Decimal | None:
        found = _decimal(weight)
        return None if found is None else plain(round(found * self._facts.grams_per_unit, 3))


def _text(value: Any) -> str:
    """WordPress keeps `&` and `<` as entities, in names too."""
    return html.unescape(str(value or "")).replace("\x00", "")


def _decimal(value: Any) -> Decimal | None:
    try:
        return plain(Decimal(str(value))) if value not in (None, "") else None
    except InvalidOperation:
        return None


def _day(value: Any) -> date | None:
    try:
        return date.fromisoformat(str(value)[:10]) if value else None
    except ValueError:
        return None


def _pictures(images: Sequence[Row]) -> list[Picture]:
    """Those that we sent carry our digest in their name; the others are known by their number in the library."""
    return [
        Picture(
            digest=bodies.digest_in(_text(image.get("name"))) or f"media-{image.get('id')}",
            url=str(image.get("src") or ""),
            alt=_text(image.get("alt")),
            position=position,
        )
        for position, image in enumerate(images)
    ]


def _custom(row: Row, *, but: Sequence[str] = ()) -> dict[str, Scalar]:
    """Custom values that are plain and not hidden (WordPress hides those that begin with an underscore), without those
    that have a place of their own."""
    found: dict[str, Scalar] = {}
    for entry in row.get("meta_data") or []:
        name, value = str(entry.get("key") or ""), entry.get("value")
        if name and not name.startswith("_") and name not in but and isinstance(value, str | int | bool):
            found[name] = value
    return found
