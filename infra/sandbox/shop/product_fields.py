"""What a request changes of a product or variation: absent and null fields are left alone, as PHP's `isset` does."""

import html
import re
import sqlite3
from decimal import Decimal, InvalidOperation
from typing import Any

from sandbox.shop import attributes, terms
from sandbox.shop.database import utc_of
from sandbox.shop.media import Media
from sandbox.shop.options import Options
from sandbox.shop.refusals import Refusal, invalid_param
from sandbox.shop.wordpress import clean, kses, slugify, unique_slug

STATUSES = ("draft", "pending", "private", "publish", "future", "trash")
ENUMS = {
    "type": ("simple", "grouped", "external", "variable"),
    "status": STATUSES,
    "catalog_visibility": ("visible", "catalog", "search", "hidden"),
    "tax_status": ("taxable", "shipping", "none"),
    "backorders": ("no", "notify", "yes"),
    "stock_status": ("instock", "outofstock", "onbackorder"),
}
LONGEST_NAME = 65_535
"""Bytes of a post title in MySQL."""
LONGEST_SKU = 100
"""Characters of a SKU in WooCommerce's look-up table."""
COPIED = ("weight", "purchase_note", "featured", "virtual", "downloadable", "sold_individually", "shipping_class",
          "reviews_allowed", "upsell_ids", "cross_sell_ids", "default_attributes", "downloads",
          "low_stock_amount")  # fmt: skip
SLUG_TAKEN = "SELECT 1 FROM products WHERE slug = ? AND id <> ?"


def check_schema(body: dict[str, Any]) -> None:
    """What the route's schema refuses. Items of a batch do not pass here: that too is as in WooCommerce."""
    for name, allowed in ENUMS.items():
        if body.get(name) is not None and body[name] not in allowed:
            raise invalid_param(name, f"{name} n’est pas l’un de {', '.join(allowed)}.")
    for name in ("name", "sku", "regular_price", "sale_price", "description", "global_unique_id"):
        if body.get(name) is not None and not isinstance(body[name], str):
            raise invalid_param(name, f"{name} n’est pas du type string.")


class Fields:
    """Applies requests to a product held as a dict: columns of the table, `data` decoded."""

    def __init__(self, options: Options, media: Media) -> None:
        self.options = options
        self.media = media

    def apply(self, db: sqlite3.Connection, product: dict[str, Any], body: dict[str, Any]) -> None:
        sent = {name: value for name, value in body.items() if value is not None}
        variation = product["type"] == "variation"
        self._texts(db, product, sent)
        self._keys(db, product, sent)
        self._prices(product, sent)
        self._stock(product, sent)
        self._tax(product, sent)
        data = product["data"]
        for name in COPIED:
            if name in sent:
                data[name] = sent[name]
        if "dimensions" in sent:
            data["dimensions"] = {**data.get("dimensions", {}), **sent["dimensions"]}
        if variation:
            self._variation(db, product, sent)
        else:
            self._classification(db, product, sent)
        for meta in sent.get("meta_data", []):
            set_meta(product["id"], data.setdefault("meta", []), meta)

    def _texts(self, db: sqlite3.Connection, product: dict[str, Any], sent: dict[str, Any]) -> None:
        if "name" in sent and product["type"] != "variation":
            product["name"] = kses(str(sent["name"]))
            if len(product["name"].encode()) > LONGEST_NAME:
                raise Refusal(
                    "db_insert_error", "Impossible d’insérer la publication dans la base de données.", 500
                )
        for name in ("description", "short_description"):
            if name in sent:
                product["data"][name] = kses(str(sent[name]))
        if "status" in sent:
            product["status"] = sent["status"] if sent["status"] in STATUSES else "draft"
        if "menu_order" in sent:
            product["menu_order"] = int(sent["menu_order"])
        if "catalog_visibility" in sent:
            product["catalog_visibility"] = sent["catalog_visibility"]
        if product["type"] != "variation" and ("slug" in sent or not product["slug"]):
            wanted = slugify(html.unescape(str(sent.get("slug") or product["name"]))) or "produit"
            product["slug"] = unique_slug(db, SLUG_TAKEN, wanted, product["id"])

    def _keys(self, db: sqlite3.Connection, product: dict[str, Any], sent: dict[str, Any]) -> None:
        if "sku" in sent:
            product["sku"] = clean(str(sent["sku"]))
            if len(product["sku"]) > LONGEST_SKU:
                raise Refusal("product_invalid_sku", "UGS trop longue.", 400)
            holder = _holder(db, "sku", product)
            if holder is not None:
                message = "UGS non valide ou en double."
                raise Refusal(
                    "product_invalid_sku", message, 400, resource_id=holder, unique_sku=f"{product['sku']}-1"
                )
        if "global_unique_id" in sent and self.options.has("global_unique_id"):
            gtin = re.sub(
                r"[^0-9Xx\-]", "", clean(str(sent["global_unique_id"]))
            )  # letters vanish without a word
            product["global_unique_id"] = gtin
            if re.fullmatch(r"[0-9\-]*[0-9Xx]?", gtin) is None:
                raise Refusal(
                    "product_invalid_global_unique_id_format", "GTIN, UPC, EAN ou ISBN non valide.", 400
                )
            holder = _holder(db, "global_unique_id", product)
            if holder is not None:
                message = "GTIN, UPC, EAN ou ISBN non valide ou en double."
                raise Refusal("product_invalid_global_unique_id", message, 400, resource_id=holder)

    def _prices(self, product: dict[str, Any], sent: dict[str, Any]) -> None:
        if product["type"] in ("variable", "grouped"):
            product.update(regular_price="", sale_price="", sale_from=None, sale_to=None)
            return
        for name in ("regular_price", "sale_price"):
            if name in sent:
                product[name] = _decimal(sent[name])
        for side in ("from", "to"):
            if f"date_on_sale_{side}" in sent:
                product[f"sale_{side}"] = utc_of(str(sent[f"date_on_sale_{side}"]))
            if f"date_on_sale_{side}_gmt" in sent:
                product[f"sale_{side}"] = str(sent[f"date_on_sale_{side}_gmt"])[:19] or None

    def _stock(self, product: dict[str, Any], sent: dict[str, Any]) -> None:
        if "stock_status" in sent:
            product["stock_status"] = sent["stock_status"]
        if not self.options.yes("manage_stock"):
            return
        if "manage_stock" in sent:
            product["manage_stock"] = int(sent["manage_stock"] in (True, "true", "yes", 1))
        if "backorders" in sent:
            product["backorders"] = sent["backorders"]
        if not product["manage_stock"]:
            product["stock_quantity"] = None
            return
        if "stock_quantity" in sent:
            product["stock_quantity"] = _whole(sent["stock_quantity"])
        elif "inventory_delta" in sent:
            product["stock_quantity"] = (product["stock_quantity"] or 0) + _whole(sent["inventory_delta"])
        if product["type"] != "variable":
            product["stock_status"] = stock_status(product)

    def _tax(self, product: dict[str, Any], sent: dict[str, Any]) -> None:
        if "tax_status" in sent:
            product["tax_status"] = sent["tax_status"]
        if "tax_class" in sent:
            wanted = slugify(str(sent["tax_class"]))
            # An unknown class becomes the standard one, without a word.
            product["tax_class"] = wanted if wanted in self.options.tax_classes() else ""

    def _classification(self, db: sqlite3.Connection, product: dict[str, Any], sent: dict[str, Any]) -> None:
        data = product["data"]
        if "attributes" in sent:
            data["attributes"] = attributes.of_request(db, sent["attributes"])
            for attribute in data["attributes"]:
                if attribute["id"]:
                    taxonomy = attributes.taxonomy_of(attributes.get(db, attribute["id"]))
                    ids = [terms.ensure(db, taxonomy, option)["id"] for option in attribute["options"]]
                    terms.assign(db, product["id"], taxonomy, ids)
        if "images" in sent:
            error = "woocommerce_product_image_upload_error"
            data["images"] = [self.media.attach(db, image, error) for image in sent["images"] if image]
        for name, taxonomy in (
            ("categories", "product_cat"),
            ("tags", "product_tag"),
            ("brands", "product_brand"),
        ):
            if name in sent and (name != "brands" or self.options.has("brands")):
                ids = [
                    terms.ensure(db, taxonomy, entry["name"])["id"]
                    if name == "tags" and entry.get("name") and not entry.get("id")
                    else int(entry.get("id") or 0)
                    for entry in sent[name]
                ]
                terms.assign(db, product["id"], taxonomy, ids)

    def _variation(self, db: sqlite3.Connection, product: dict[str, Any], sent: dict[str, Any]) -> None:
        if "attributes" in sent:
            parent = product["parent_attributes"]
            product["data"]["choices"] = attributes.of_variation(parent, sent["attributes"])
        if "image" in sent:
            image, error = sent["image"], "woocommerce_variation_image_upload_error"
            given = isinstance(image, dict) and (image.get("id") or image.get("src"))
            product["data"]["images"] = [self.media.attach(db, image, error)] if given else []


def stock_status(product: dict[str, Any]) -> str:
    if (product["stock_quantity"] or 0) > 0:
        return "instock"
    return "outofstock" if product["backorders"] == "no" else "onbackorder"


def _holder(db: sqlite3.Connection, column: str, product: dict[str, Any]) -> int | None:
    if not product[column]:
        return None
    query = f"SELECT id FROM products WHERE {column} = ? AND {column} <> '' AND id <> ?"
    row = db.execute(query, (product[column], product["id"])).fetchone()
    return None if row is None else int(row["id"])


def set_meta(owner: int, held: list[dict[str, Any]], meta: dict[str, Any]) -> None:
    key, value = str(meta.get("key") or ""), meta.get("value")
    known = [m for m in held if (m["id"] == meta.get("id") if meta.get("id") else m["key"] == key)]
    if known and value is None:
        held.remove(known[0])
    elif known:
        known[0]["value"] = value
    elif key and value is not None:
        held.append({"id": max([m["id"] for m in held], default=owner * 100) + 1, "key": key, "value": value})


def _decimal(value: Any) -> str:
    """A price as it is kept: what is no number becomes empty, without a word."""
    try:
        number = Decimal(str(value).strip().replace(",", "."))
    except InvalidOperation:
        return ""
    return format(number, "f") if number.is_finite() else ""


def _whole(value: Any) -> int:
    """WooCommerce cuts quantities to whole numbers unless a plug-in says otherwise."""
    try:
        return int(Decimal(str(value)))
    except (InvalidOperation, ValueError, OverflowError):
        return 0
