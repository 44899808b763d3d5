"""Reading listings: what the shop shows, keyed by Vendure's product and variant ids."""

from collections.abc import Iterator
from decimal import Decimal

from msgspec import UNSET, UnsetType

from raccord_connectors.canonical import Listing, Offer, OfferPrice, Picture, Scalar, plain
from raccord_connectors.contract import Page, Selection
from raccord_connectors.shop.vendure.client import Graph, Json, in_parts
from raccord_connectors.shop.vendure.cursors import moment, readable, since
from raccord_connectors.shop.vendure.installation import Installation
from raccord_connectors.shop.vendure.pictures import TAG
from raccord_connectors.shop.vendure.settings import VendureSettings

PRODUCT = """id enabled name slug description
  translations {{ languageCode name description }} {product}
  facetValues {{ name facet {{ code name }} }} optionGroups {{ name }}
  assets {{ name source tags {{ value }} }}
  variants {{ id sku enabled trackInventory prices {{ currencyCode price }} taxCategory {{ id }} {variant}
    options {{ name group {{ name }} }} assets {{ name source tags {{ value }} }} }}"""
ALL = """query($take: Int!, $skip: Int!) {{
  products(options: {{ take: $take, skip: $skip, sort: {{ id: ASC }} }}) {{ items {{ {fields} }} }} }}"""
SOME = """query($ids: [String!]!) {{
  products(options: {{ take: 1000, sort: {{ id: ASC }}, filter: {{ id: {{ in: $ids }} }} }}) {{
    items {{ {fields} }} }} }}"""
CHANGED_PRODUCTS = """query($take: Int!, $skip: Int!, $since: DateTime!) {
  products(options: { take: $take, skip: $skip, sort: { id: ASC }, filter: { updatedAt: { after: $since } } }) {
    items { id } } }"""
CHANGED_VARIANTS = """query($take: Int!, $skip: Int!, $since: DateTime!) {
  productVariants(options: { take: $take, skip: $skip, sort: { id: ASC }, filter: { updatedAt: { after: $since } } }) {
    items { id productId } } }"""
IDS_AT_ONCE = 1000


class Catalogue:
    def __init__(self, graph: Graph, installation: Installation, settings: VendureSettings) -> None:
        self._graph = graph
        self._installation = installation
        self._settings = settings
        self._fields = PRODUCT.format(
            product=installation.selection("Product"), variant=installation.selection("ProductVariant")
        )

    def read(self, wanted: Selection, size: int) -> Iterator[Page]:
        """The cursor comes with the last page: products are read in the order of their ids, not of their changes."""
        if wanted.keys is not None:
            yield from self._some(list(wanted.keys), size)
            return
        watermark = moment(self._graph.now())
        if wanted.since is not None:
            yield from self._some(self._changed_ids(since(wanted.since)), size)
        else:
            document = ALL.format(fields=self._fields)
            for rows in self._graph.everything(document, "products", size=size):
                yield Page(records=[self._listing(row) for row in rows])
        yield Page(cursor=watermark)

    def _some(self, ids: list[str], size: int) -> Iterator[Page]:
        document = SOME.format(fields=self._fields)
        for part in in_parts(readable(ids), size):
            rows = self._graph.ask(document, ids=part)["products"]["items"]
            if rows:
                yield Page(records=[self._listing(row) for row in rows])

    def _changed_ids(self, start: str) -> list[str]:
        """A change of a variant does not touch its product's stamp."""
        products = self._graph.everything(CHANGED_PRODUCTS, "products", size=IDS_AT_ONCE, since=start)
        variants = self._graph.everything(CHANGED_VARIANTS, "productVariants", size=IDS_AT_ONCE, since=start)
        ids = [row["id"] for rows in products for row in rows]
        ids += [row["productId"] for rows in variants for row in rows]
        return list(dict.fromkeys(ids))

    # ------------------------------------------------------------------------------------ Vendure → canonical

    def _listing(self, row: Json) -> Listing:
        facets: dict[str, list[str]] = {}
        titles: dict[str, str] = {}
        for value in row["facetValues"]:
            facets.setdefault(value["facet"]["code"], []).append(value["name"])
            titles[value["facet"]["code"]] = value["facet"]["name"]
        others = {t["languageCode"]: t for t in row["translations"]}
        others.pop(self._installation.language, None)
        custom = _custom(row)
        settings = self._settings
        return Listing(
            key=row["id"],
            published=row["enabled"],
            name=row["name"],
            offers=[self._offer(variant) for variant in row["variants"]],
            axes=[group["name"] for group in row["optionGroups"]],
            description=row["description"],
            summary=_named(custom, settings.summary_field),
            slug=row["slug"],
            seo_title=_named(custom, settings.seo_title_field),
            seo_description=_named(custom, settings.seo_description_field),
            names={language: text["name"] for language, text in others.items()},
            descriptions={language: text["description"] for language, text in others.items()},
            categories=_paths(facets.pop("category", [])),
            brand=next(iter(facets.pop("brand", [])), None),
            tags=sorted(facets.pop("tag", [])),
            features={titles[code]: sorted(values) for code, values in facets.items()},
            tax_class=row["variants"][0]["taxCategory"]["id"] if row["variants"] else UNSET,
            pictures=_pictures(row),
            track_stock=all(variant["trackInventory"] != "FALSE" for variant in row["variants"]),
            custom=custom,
        )

    def _offer(self, variant: Json) -> Offer:
        custom = _custom(variant)
        settings = self._settings
        ean, mpn = _named(custom, settings.ean_field), _named(custom, settings.mpn_field)
        weight = _named(custom, settings.weight_field)
        sides = [_named(custom, name) for name in settings.sides or ()]
        return Offer(
            key=variant["id"],
            sku=variant["sku"],
            options={option["group"]["name"]: option["name"] for option in variant["options"]},
            active=variant["enabled"],
            price=self._price(variant),
            ean=(ean or None) if settings.ean_field else UNSET,
            mpn=(mpn or None) if settings.mpn_field else UNSET,
            weight_g=_number(weight),
            dimensions_mm=_dimensions(sides),
            pictures=_pictures(variant),
            custom=custom,
        )

    def _price(self, variant: Json) -> OfferPrice | None:
        """As it was entered. `price` of a variant is always without tax, computed and rounded."""
        for price in variant["prices"]:
            if price["currencyCode"] == self._installation.currency:
                return OfferPrice(
                    amount=self._installation.amount(price["price"]),
                    tax_included=self._installation.prices_include_tax,
                    currency=price["currencyCode"],
                )
        return None


def _custom(row: Json) -> dict[str, Scalar]:
    """Custom fields that hold something."""
    found: dict[str, Scalar] = {}
    for name, value in (row.get("customFields") or {}).items():
        if isinstance(value, bool | int | str):
            found[name] = value
        elif value is not None:
            found[name] = str(plain(Decimal(str(value))))
    return found


def _named(custom: dict[str, Scalar], field: str) -> str | UnsetType:
    """Moves the value of a custom field that has a place in the record out of the rest."""
    if not field:
        return UNSET
    value = custom.pop(field, None)
    return "" if value is None else str(value)


def _number(value: str | UnsetType) -> Decimal | UnsetType | None:
    """UNSET where no field holds it, None where the field is empty."""
    if isinstance(value, UnsetType):
        return UNSET
    return plain(Decimal(value)) if value else None


def _dimensions(sides: list[str | UnsetType]) -> tuple[Decimal, Decimal, Decimal] | UnsetType | None:
    """None unless all three are there; UNSET where no fields hold them."""
    if not sides:
        return UNSET
    length, width, height = (_number(side) for side in sides)
    if not (isinstance(length, Decimal) and isinstance(width, Decimal) and isinstance(height, Decimal)):
        return None
    return length, width, height


def _paths(titles: list[str]) -> list[list[str]]:
    """Full paths only: a product bears the beginnings of each path too."""
    paths = sorted(title.split(" > ") for title in titles)
    return [path for path in paths if not any(o != path and o[: len(path)] == path for o in paths)]


def _pictures(row: Json) -> list[Picture]:
    found = []
    for position, asset in enumerate(row["assets"]):
        tags = [tag["value"] for tag in asset["tags"] if tag["value"].startswith(TAG)]
        digest = tags[0].removeprefix(TAG) if tags else ""
        found.append(Picture(digest=digest, url=asset["source"], alt=asset["name"], position=position))
    return found
