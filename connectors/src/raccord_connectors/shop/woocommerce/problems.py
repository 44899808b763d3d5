"""What WooCommerce's refusals mean: the code of an item or of a whole call → a problem that its owner understands."""

import html
import re
from collections.abc import Mapping
from typing import Any

from raccord_connectors.contract import Problem
from raccord_connectors.shop.woocommerce import texts

GONE = frozenset(
    (
        "woocommerce_rest_product_invalid_id",
        "woocommerce_rest_invalid_product_id",
        "woocommerce_rest_product_variation_invalid_id",
        "woocommerce_rest_product_variation_invalid_parent",
    )
)
SKU_TAKEN = "product_invalid_sku"
_PICTURE = re.compile(r"_(image_upload_error|invalid_image_id)$")
_FIELDS = {
    "regular_price": "price",
    "sale_price": "price",
    "global_unique_id": "ean",
    "images": "pictures",
    "image": "pictures",
    "status": "published",
    "short_description": "summary",
    "attributes": "features",
    "stock_quantity": "quantity",
}
"""Names of the API → names of our records."""


def is_unknown_picture(error: Mapping[str, Any]) -> bool:
    """An id of the media library that is not there any more."""
    return str(error.get("code") or "").endswith("_invalid_image_id")


def of_item(error: Mapping[str, Any], *, key: str, sku: str, target: object = None) -> Problem:
    """The problem of one record. `error` is {code, message, data} as WooCommerce gives it."""
    code, data = str(error.get("code") or ""), error.get("data") or {}
    data = data if isinstance(data, Mapping) else {}
    reason, holder = plain_text(error.get("message")), data.get("resource_id") or "?"
    detail = f"{code} {data.get('status', '')}".strip()
    if code in GONE:
        return Problem("rejected", texts.GONE.fill(target=target, key=key), detail=detail)
    if "processed" in reason and "SKU" in reason:  # a lock left by a parallel or broken creation
        return Problem("transient", texts.LOCKED.fill(sku=sku), detail=detail)
    if code == SKU_TAKEN:
        return Problem("rejected", texts.SKU_TAKEN.fill(sku=sku, holder=holder), field="sku", detail=detail)
    if code.startswith("product_invalid_global_unique_id"):
        return Problem("rejected", texts.EAN_TAKEN.fill(sku=sku, holder=holder), field="ean", detail=detail)
    if _PICTURE.search(code):
        return Problem(
            "rejected", texts.PICTURE_REFUSED.fill(sku=sku, reason=reason), field="pictures", detail=detail
        )
    if code == "db_insert_error":
        return Problem("rejected", texts.TOO_LONG.fill(sku=sku), field="name", detail=detail)
    field = None
    params = data.get("params")
    if isinstance(params, Mapping) and params:
        name, why = next(iter(params.items()))
        field, reason = _FIELDS.get(str(name), str(name)), plain_text(why) or reason
    kind: Any = "transient" if int(data.get("status") or 400) >= 500 else "rejected"
    return Problem(kind, texts.REFUSED.fill(sku=sku, reason=reason or code), field=field, detail=detail)


def plain_text(message: object) -> str:
    """A sentence of the shop without its tags and entities, short enough for a journal."""
    text = html.unescape(re.sub(r"<[^>]+>", "", str(message or "")))
    return re.sub(r"\s+", " ", text).strip().rstrip(".")[:300]
