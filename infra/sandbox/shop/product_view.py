"""Products and variations as the REST API shows them."""

import sqlite3
from decimal import Decimal
from typing import Any

from sandbox.shop import media, terms
from sandbox.shop.database import load, now, site_time
from sandbox.shop.options import Options

JsonDict = dict[str, Any]


def decode(row: sqlite3.Row) -> JsonDict:
    """A row as a dict, its `data` decoded."""
    return {**dict(row), "data": load(row["data"])}


def on_sale(product: JsonDict, at: str) -> bool:
    if not product["sale_price"] or not product["regular_price"]:
        return False
    begun = not product["sale_from"] or product["sale_from"] <= at
    running = not product["sale_to"] or at <= product["sale_to"]
    return begun and running and Decimal(product["sale_price"]) < Decimal(product["regular_price"])


def price_of(product: JsonDict, at: str | None = None) -> str:
    """What is asked now, as text; empty when it is not for sale."""
    return str(product["sale_price"] if on_sale(product, at or now()) else product["regular_price"])


class View:
    def __init__(self, options: Options, home: str) -> None:
        self.options = options
        self.home = home

    def product(self, db: sqlite3.Connection, row: JsonDict) -> JsonDict:
        data, at = row["data"], now()
        children = (
            [
                c["id"]
                for c in db.execute(
                    "SELECT id FROM products WHERE parent_id = ? ORDER BY menu_order, id", (row["id"],)
                )
            ]
            if row["type"] == "variable"
            else []
        )
        shown = {
            "id": row["id"],
            "name": row["name"],
            "slug": row["slug"],
            "permalink": f"{self.home}/produit/{row['slug']}/",
            "type": row["type"],
            "featured": bool(data.get("featured", False)),
            "catalog_visibility": row["catalog_visibility"],
            "short_description": data.get("short_description", ""),
            "upsell_ids": data.get("upsell_ids", []),
            "cross_sell_ids": data.get("cross_sell_ids", []),
            "parent_id": row["parent_id"],
            "categories": terms.of_product(db, row["id"], "product_cat"),
            "tags": terms.of_product(db, row["id"], "product_tag"),
            "images": [
                found for found in (media.show(db, n, self.home) for n in data.get("images", [])) if found
            ],
            "attributes": [self._with_slug(a) for a in data.get("attributes", [])],
            "default_attributes": data.get("default_attributes", []),
            "variations": children,
            "grouped_products": [],
            "related_ids": [],
            "total_sales": data.get("total_sales", 0),
            "reviews_allowed": bool(data.get("reviews_allowed", True)),
            "sold_individually": bool(data.get("sold_individually", False)),
        }
        if self.options.has("brands"):
            shown["brands"] = terms.of_product(db, row["id"], "product_brand")
        if row["type"] == "variation":  # met in look-ups by SKU
            shown["attributes"] = [
                {"id": c["id"], "name": c["name"], "option": c["option"]} for c in data.get("choices", [])
            ]
        return {**shown, **self._common(row, at)}

    def variation(self, db: sqlite3.Connection, row: JsonDict, with_parent: bool = False) -> JsonDict:
        data = row["data"]
        images = data.get("images", [])
        shown = {
            "id": row["id"],
            "permalink": f"{self.home}/?p={row['parent_id']}&variation={row['id']}",
            "image": media.show(db, images[0], self.home) if images else None,
            "attributes": [
                {"id": c["id"], "name": c["name"], "option": c["option"]} for c in data.get("choices", [])
            ],
            "name": row["name"],
        }
        if with_parent:
            shown["parent_id"] = row["parent_id"]
        return {**shown, **self._common(row, now())}

    def _common(self, row: JsonDict, at: str) -> JsonDict:
        data = row["data"]
        dimensions = data.get("dimensions", {})
        asked = price_of(row, at)
        shown = {
            "date_created": site_time(row["created"]),
            "date_created_gmt": row["created"],
            "date_modified": site_time(row["modified"]),
            "date_modified_gmt": row["modified"],
            "status": row["status"],
            "description": data.get("description", ""),
            "sku": row["sku"],
            "price": asked,
            "regular_price": row["regular_price"],
            "sale_price": row["sale_price"],
            "date_on_sale_from": site_time(row["sale_from"]),
            "date_on_sale_from_gmt": row["sale_from"],
            "date_on_sale_to": site_time(row["sale_to"]),
            "date_on_sale_to_gmt": row["sale_to"],
            "on_sale": on_sale(row, at),
            "purchasable": row["status"] == "publish" and asked != "",
            "virtual": bool(data.get("virtual", False)),
            "downloadable": bool(data.get("downloadable", False)),
            "downloads": data.get("downloads", []),
            "tax_status": row["tax_status"],
            "tax_class": row["tax_class"],
            "manage_stock": bool(row["manage_stock"]),
            "stock_quantity": row["stock_quantity"],
            "stock_status": row["stock_status"],
            "backorders": row["backorders"],
            "backorders_allowed": row["backorders"] != "no",
            "backordered": row["stock_status"] == "onbackorder",
            "low_stock_amount": data.get("low_stock_amount"),
            "weight": str(data.get("weight", "")),
            "dimensions": {side: str(dimensions.get(side, "")) for side in ("length", "width", "height")},
            "shipping_class": data.get("shipping_class", ""),
            "menu_order": row["menu_order"],
            "meta_data": data.get("meta", []),
        }
        if self.options.has("global_unique_id"):
            shown["global_unique_id"] = row["global_unique_id"]
        return shown

    def _with_slug(self, attribute: JsonDict) -> JsonDict:
        return {**attribute, "slug": attribute["name"]}
