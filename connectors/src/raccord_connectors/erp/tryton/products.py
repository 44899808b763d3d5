"""Articles. A template is an article; its products are variants when there are several."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

from raccord_connectors.canonical import Axis, Names, Product, Scalar, Variant, plain
from raccord_connectors.contract import Message, Problem, Rejection
from raccord_connectors.erp.tryton import texts
from raccord_connectors.erp.tryton.client import Client, Row
from raccord_connectors.erp.tryton.extras import custom_value, extra_fields
from raccord_connectors.erp.tryton.keys import item_key
from raccord_connectors.erp.tryton.lookups import Attribute, Taxes, attributes, taxes_by_category
from raccord_connectors.erp.tryton.reading import EVERYTHING_TOO, Built, Source, digest, stamp_fields
from raccord_connectors.erp.tryton.settings import TrytonSettings

Policy = Literal["tracked", "untracked", "kit", "made_to_order"]
FALLBACK_AXIS = "variant"
"""Key of the axis of variants that attributes do not tell apart: they are told apart by their code."""
NOTHING = "—"


def source(client: Client, settings: TrytonSettings) -> Source:
    reader = ProductReader(client, settings)
    stamps = ["", "products", "products.identifiers", "default_uom"]
    return Source(
        model="product.template",
        base=[],
        stamps=tuple(stamps),
        sketch=(*stamp_fields("", "products", "products.identifiers"), "account_category", "default_uom"),
        digests=lambda rows: {str(row["id"]): digest(row, reader.salt()) for row in rows},
        fields=reader.fields,
        build=reader.build,
        salt=reader.salt,
    )


@dataclass
class ProductReader:
    client: Client
    settings: TrytonSettings

    _taxes: dict[int, Taxes] | None = None
    _attributes: dict[str, Attribute] | None = None
    _extras: dict[str, Row] | None = None

    @property
    def taxes(self) -> dict[int, Taxes]:
        if self._taxes is None:
            self._taxes = taxes_by_category(self.client)
        return self._taxes

    @property
    def attributes(self) -> dict[str, Attribute]:
        if self._attributes is None:
            self._attributes = attributes(self.client, self.settings.language)
        return self._attributes

    @property
    def extras(self) -> dict[str, Row]:
        if self._extras is None:
            self._extras = extra_fields(self.client, "product.template", self.settings.article_fields)
        return self._extras

    def salt(self) -> str:
        taxes = {str(key): [value.tax, value.eco] for key, value in self.taxes.items()}
        titles = {name: [found.title, dict(found.labels)] for name, found in self.attributes.items()}
        chosen = [self.settings.language, *self.settings.other_languages, *self.extras]
        return digest([taxes, titles, chosen]).hex()

    def build(self, rows: list[Row]) -> Built:
        ids = [row["id"] for row in rows]
        other = {language: self._texts(ids, language) for language in self.settings.other_languages if ids}
        built = Built()
        for row in rows:
            refused = self._refusal(row)
            if refused is not None:
                message, field = refused
                built.rejected.append(Rejection(str(row["id"]), Problem("rejected", message, field=field)))
            else:
                built.records.append(self._product(row, other))
        return built

    def fields(self) -> list[str]:
        product = [
            "code", "suffix_code", "active", "position", "description", "identifiers.type", "identifiers.code",
            "replaced_by.template",
        ]  # fmt: skip
        if self.client.has("product_attribute"):
            product.append("attributes")
        if self.client.has("product_measurements"):
            product += ["weight", "weight_uom.factor"]
        fields = [
            "name", "code", "type", "consumable", "salable", "active", "categories", "account_category",
            "default_uom.symbol", *(f"products.{name}" for name in product), *self.extras,
        ]  # fmt: skip
        if self.client.has("product_measurements"):
            fields += [part for side in SIDES for part in (side, f"{side}_uom.factor")]
        return fields

    def _texts(self, ids: Sequence[int], language: str) -> dict[int, Row]:
        context = {**EVERYTHING_TOO, "language": language}
        rows = self.client.search_read(
            "product.template", [["id", "in", ids]], ("name", "products.description"), context=context
        )
        return {row["id"]: row for row in rows}

    def _refusal(self, row: Row) -> tuple[Message, str] | None:
        if not row["products."]:
            return texts.NO_VARIANT.fill(name=row["name"]), "variants"
        nameless = [product for product in row["products."] if product["active"] and not product["code"]]
        if row["salable"] and row["active"] and nameless:
            one = len(row["products."]) == 1
            which = ("il", "it") if one else ("l’une de ses variantes", "one of its variants")
            return texts.NO_CODE.fill(name=row["name"], which=which[0], which_en=which[1]), "sku"
        return None

    def _product(self, row: Row, other: Mapping[str, Mapping[int, Row]]) -> Product:
        products: list[Row] = row["products."]
        axes, options = axes_of(products, self.attributes, self.settings.language)
        several = len(products) > 1
        first = products[0]
        found = self.taxes.get(row["account_category"] or 0)
        return Product(
            key=str(row["id"]),
            sku=(row["code"] or "") if several else (first["code"] or ""),
            name=row["name"],
            names=self._names(row["name"], {key: rows[row["id"]]["name"] for key, rows in other.items()}),
            description=_description(row),
            descriptions=self._names(
                _description(row), {key: _description(rows[row["id"]]) for key, rows in other.items()}
            ),
            categories=sorted((str(category) for category in row["categories"]), key=int),
            brand=_identifier(first, "brand"),
            ean=None if several else _ean(first),
            mpn=None if several else _identifier(first, "mpn"),
            unit=row["default_uom."]["symbol"],
            weight_g=None if several else _grams(first),
            dimensions_mm=_dimensions(row),
            tax=found.tax if found else None,
            eco_contribution=found.eco if found else None,
            active=bool(row["active"]) and any(product["active"] for product in products),
            published=bool(row["salable"]),
            stock_policy=_policy(row),
            axes=axes,
            variants=[self._variant(row, product, options) for product in products] if several else [],
            replaced_by=None if several else _replacement(first),
            custom=self._custom(row, products, axes),
        )

    def _names(self, mine: str, others: Mapping[str, str]) -> Names:
        if not others:
            return {}
        return {self.settings.language: mine, **{key: text for key, text in others.items() if text}}

    def _variant(self, row: Row, product: Row, options: Mapping[int, dict[str, str]]) -> Variant:
        return Variant(
            key=item_key(row["id"], product["id"], len(row["products."])),
            sku=product["code"] or "",
            options=options[product["id"]],
            ean=_ean(product),
            mpn=_identifier(product, "mpn"),
            weight_g=_grams(product),
            active=bool(product["active"]),
        )

    def _custom(self, row: Row, products: list[Row], axes: list[Axis]) -> dict[str, Scalar]:
        """Attributes that all variants share, and the further fields that were chosen."""
        told = {axis.key for axis in axes}
        shared = dict(products[0].get("attributes") or {})
        for product in products[1:]:
            here = product.get("attributes") or {}
            shared = {name: value for name, value in shared.items() if here.get(name) == value}
        custom: dict[str, Scalar] = {
            name: _attribute(self.attributes, name).shown(value)
            for name, value in shared.items()
            if name not in told and value is not None
        }
        custom.update((name, custom_value(row[name])) for name in self.extras if row[name] is not None)
        return custom


SIDES = ("length", "width", "height")


def axes_of(
    products: Sequence[Row], known: Mapping[str, Attribute], language: str
) -> tuple[list[Axis], dict[int, dict[str, str]]]:
    """By what the variants differ, and each variant's values. Attributes if they tell all variants apart; else the code
    after the article's, or the whole code, or the id: two variants never have the same options."""
    if len(products) < 2:
        return [], {}
    rows = {product["id"]: dict(product.get("attributes") or {}) for product in products}
    names = [name for row in rows.values() for name in row]
    differing = [
        name for name in dict.fromkeys(names) if len({repr(row.get(name)) for row in rows.values()}) > 1
    ]
    order = list(known)
    differing.sort(key=lambda name: (order.index(name) if name in order else len(order), name))
    axes = [Axis(name, _attribute(known, name).title) for name in differing]
    options = {
        key: {name: _attribute(known, name).shown(row.get(name)) or NOTHING for name in differing}
        for key, row in rows.items()
    }
    if axes and _all_different(options):
        return axes, options
    axis = Axis(FALLBACK_AXIS, "Variante" if language.startswith("fr") else "Variant")
    for field in ("suffix_code", "code", "id"):
        options = {product["id"]: {FALLBACK_AXIS: str(product[field] or NOTHING)} for product in products}
        if _all_different(options):
            break
    return [axis], options


def _all_different(options: Mapping[int, Mapping[str, str]]) -> bool:
    return len({tuple(sorted(values.items())) for values in options.values()}) == len(options)


def _attribute(known: Mapping[str, Attribute], name: str) -> Attribute:
    return known.get(name) or Attribute(name, name, "char", {})


def _identifier(product: Row, *kinds: str) -> str | None:
    for identifier in product["identifiers."]:
        if identifier["type"] in kinds and identifier["code"]:
            return str(identifier["code"])
    return None


def _ean(product: Row) -> str | None:
    """Tryton checks EANs as they are typed; an ISBN of 13 digits is one too, but written with hyphens."""
    ean = _identifier(product, "ean") or (_identifier(product, "isbn") or "").replace("-", "")
    return ean if len(ean) in (8, 12, 13, 14) else None


def _grams(product: Row) -> Decimal | None:
    """Weights have their own unit, whose factor leads to kilograms."""
    weight, unit = product.get("weight"), product.get("weight_uom.")
    if weight is None or not unit:
        return None
    return plain(round(weight * unit["factor"] * 1000, 6))


def _dimensions(row: Row) -> tuple[Decimal, Decimal, Decimal] | None:
    """Factors of length units lead to metres. Tryton allows some of the three; we need them all."""
    found = []
    for side in SIDES:
        size, unit = row.get(side), row.get(f"{side}_uom.")
        if size is None or not unit:
            return None
        found.append(plain(round(size * unit["factor"] * 1000, 6)))
    return found[0], found[1], found[2]


def _policy(row: Row) -> Policy:
    if row["type"] == "kit":
        return "kit"
    return "untracked" if row["type"] == "service" or row["consumable"] else "tracked"


def _description(row: Row) -> str:
    """Tryton describes variants, not articles: the first text that there is."""
    return next((product["description"] for product in row["products."] if product["description"]), "")


def _replacement(product: Row) -> str | None:
    replaced = product.get("replaced_by.")
    return str(replaced["template"]) if replaced else None
