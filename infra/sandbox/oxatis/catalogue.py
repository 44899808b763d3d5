"""Products, as `ProductServices` and its neighbours keep them."""

import re
from decimal import Decimal, InvalidOperation
from typing import Any

from sandbox.oxatis.gallery import Gallery
from sandbox.oxatis.replies import DUPLICATE, INVALID, NOT_FOUND, Refused, listed
from sandbox.oxatis.store import Store
from sandbox.oxatis.times import moment
from sandbox.oxatis.trees import Tree, many, text, truth

LONGEST = {
    "ItemSKU": 40, "Name": 200, "EANCode": 48, "MPN": 32, "MetaTitle": 100, "CanonicalURLCustomizedContent": 100,
    "FamilyName": 100, "MetaKeywords": 200, "DiscountGridCode": 6,
}  # fmt: skip
LONGEST_BYTES = {"Description": 4_000, "LongDescription": 16_000}
LANGUAGES = ("fr", "en", "es", "de", "it", "nl", "ca", "pt")
SHELVES = ("Brand", *(f"Category{n}" for n in range(1, 11)))
NOT_STORED = ("OxID", "ImagesList", "BigImgFileName", "SmallImgFileName", "QuantityInStock")
PARENT, CHILD = "100", "110"


class Catalogue:
    def __init__(self, store: Store, gallery: Gallery) -> None:
        self._store = store
        self._gallery = gallery

    # ---------------------------------------------------------------------------------------- by its methods

    def import_(self, asked: Tree) -> Tree:
        """`ProductV2Import`: made, or changed when it is there."""
        known = self.find(asked)
        if known is None and text(asked, "OxID"):
            raise Refused(NOT_FOUND, "OxID inconnu")
        return self.add(asked) if known is None else self._change(known, asked)

    def add(self, asked: Tree) -> Tree:
        """TRAP kept: pictures are not taken in the call that makes a product."""
        data: Tree = {"ProductLanguage": "fr", "ProductType": "0", "Visible": "true", "State": "1"}
        for name in ("ItemSKU", "Name"):
            if not text(asked, name):
                raise Refused(INVALID, f"{name} est obligatoire")
        if text(asked, "OxID"):
            raise Refused(INVALID, "OxID interdit à la création")
        sku, language = text(asked, "ItemSKU"), text(asked, "ProductLanguage") or "fr"
        if self._store.by_natural("product", f"{language}:{sku}") is not None:
            raise Refused(DUPLICATE, "ItemSKU déjà utilisé")
        if language not in LANGUAGES:
            raise Refused(INVALID, "ProductLanguage")
        data["QuantityInStock"] = {"Value": "0"}
        kept = self._merged(data, {k: v for k, v in asked.items() if k not in NOT_STORED})
        if text(kept, "ProductType") == CHILD:
            parent = self._store.by_natural("product", f"{language}:{text(kept, 'ParentItemSKU')}")
            if parent is None or text(parent, "ProductType") != PARENT:
                raise Refused(INVALID, "ParentItemSKU inconnu")
            kept["ParentItemID"] = {"OxID": parent["OxID"]}
        if "QuantityInStock" in asked:
            kept["QuantityInStock"] = {"Value": text(asked, "QuantityInStock/Value") or "0"}
        with self._store.write():
            return {"OxID": self._store.add("product", f"{language}:{sku}", kept)}

    def update(self, asked: Tree) -> Tree:
        """`ProductUpdate`: only the tags that were sent."""
        return self._change(self.needed(asked), asked)

    def delete(self, asked: Tree) -> Tree:
        self._store.delete(int(self.needed(asked)["OxID"]))
        return {}

    def get(self, asked: Tree) -> Tree:
        found = self.needed(asked)
        if text(found, "ProductType") == PARENT:
            children = [{"OxID": child["OxID"]} for child in self.children(found)]
            found = {**found, "ChildItems": {"Item": children}}
        return {"Product": found}

    def ids(self, asked: Tree) -> Tree:
        """Ids only."""
        since = moment(text(asked, "LatestModifiedDateStart"))
        rows = [{"OxID": number} for number in self._store.ids("product", since)]
        return listed("ProductList", rows, asked, "Product")

    def quantity(self, asked: Tree) -> Tree:
        found = self.needed(asked)
        value = text(asked, "QuantityInStock/Value")
        self._set_stock(found, value, append=truth(text(asked, "QuantityInStock/Append")))
        return {"OxID": found["OxID"]}

    def quantities(self, asked: Tree) -> Tree:
        """`ProductUpdateItemQtyList`: items that fail are named, the others are done."""
        errors: list[Tree] = []
        items = many(asked, "UpdateItemStockEntity")
        if not items:
            raise Refused(INVALID, "quantityProductList")
        with self._store.write():
            for item in items:
                try:
                    self._set_stock(self.needed(item), text(item, "QtyInStock"))
                except Refused as refused:
                    source = text(item, "OxID") or text(item, "ItemSKU")
                    errors.append({"Message": refused.reason, "SourceIDArray": {"string": source}})
        return {"ErrorList": {"Error": errors}} if errors else {}

    def characteristics(self, asked: Tree) -> Tree:
        found = self.needed(asked)
        known = {text(one, "Name"): one for one in many(found, "Characteristics/One")}
        for one in many(asked, "ProductCharacteristics/ProductCharacteristic"):
            known[text(one, "Name")] = {"Name": text(one, "Name"), "Value": many(one, "Values/Value")}
        if len(known) > 50 or any(len(one["Value"]) > 300 for one in known.values()):
            raise Refused(INVALID, "trop de caractéristiques")
        left = [one for one in known.values() if one["Value"]]
        self._save(found, {**found, "Characteristics": {"One": left}})
        return {"OxID": found["OxID"]}

    def packaging(self, asked: Tree) -> Tree:
        found = self.needed(asked)
        items = many(asked, "ProductPackagingItem")
        if any(not 1 <= int(text(item, "Quantity") or 0) <= 99_999 for item in items):
            raise Refused(INVALID, "Quantity")
        self._save(found, {**found, "Packagings": {"Item": items}})
        return {"OxID": found["OxID"]}

    def discount(self, asked: Tree) -> Tree:
        """`DiscountRuleLinkToProductPriceUpdate`: one rule for a product and a price level."""
        found = self.needed(asked.get("ItemID") or {})
        level = text(asked, "PriceIndex")
        rules = {text(rule, "PriceIndex"): rule for rule in many(found, "DiscountRules/Rule")}
        rules[level] = asked
        self._save(found, {**found, "DiscountRules": {"Rule": list(rules.values())}})
        return {"OxID": found["OxID"]}

    # ---------------------------------------------------------------------------------------------- inside

    def find(self, asked: Tree) -> Tree | None:
        """By OxID, which wins, or by reference and language. TRAP kept: an OxID as reference finds nothing."""
        number = text(asked, "OxID")
        if number:
            return self._store.get("product", int(number)) if number.isdigit() else None
        language = text(asked, "ProductLanguage") or "fr"
        return self._store.by_natural("product", f"{language}:{text(asked, 'ItemSKU')}")

    def needed(self, asked: Tree) -> Tree:
        found = self.find(asked)
        if found is None:
            raise Refused(NOT_FOUND, "produit introuvable")
        return found

    def children(self, parent: Tree) -> list[Tree]:
        number = parent["OxID"]
        return [one for one in self._store.every("product") if text(one, "ParentItemID/OxID") == number]

    def _change(self, found: Tree, asked: Tree) -> Tree:
        given = {k: v for k, v in asked.items() if k != "OxID"}
        self._save(found, self._merged(found, given))
        return {"OxID": found["OxID"]}

    def _save(self, found: Tree, data: Tree) -> None:
        natural = f"{text(data, 'ProductLanguage')}:{text(data, 'ItemSKU')}"
        kept = {name: value for name, value in data.items() if name != "OxID"}
        self._store.save(int(found["OxID"]), natural, kept)

    def _merged(self, before: Tree, asked: Tree) -> Tree:
        _check(asked)
        data = dict(before)
        for name, value in asked.items():
            if name in SHELVES:
                data[name] = self._shelf(name, value)
            elif name == "TaxRate":
                data[name] = self._rate(str(value))
            elif name == "QuantityInStock":
                continue
            elif name in ("BigImgFileName", "SmallImgFileName"):
                data[name] = value if self._gallery.has(str(value)) else ""
            elif name == "ImagesList":
                images = [
                    one
                    for one in many({"L": value}, "L/ImageList")
                    if self._gallery.has(text(one, "ImgFileName"))
                ]
                data[name] = {"ImageList": images}  # names that the gallery lacks are dropped without a word
            else:
                data[name] = value
        return data

    def _shelf(self, kind: str, value: Any) -> Tree:
        """A brand or a category: found or made by its name, linked by its OxID; TRAP kept: both together rename it."""
        kind = "brand" if kind == "Brand" else "category"
        number, name = text(value, "OxID"), text(value, "Name")
        if number == "0" and name == "#null#":
            return {}
        if number:
            known = self._store.get(kind, int(number))
            if known is None:
                raise Refused(NOT_FOUND, f"{kind} {number}")
            if name and name != text(known, "Name"):
                self._store.save(int(number), name, {"Name": name})
            return {"OxID": number, "Name": name or text(known, "Name")}
        if not name:
            return {}
        found = self._store.by_natural(kind, name)
        made = self._store.add(kind, name, {"Name": name}) if found is None else int(found["OxID"])
        return {"OxID": str(made), "Name": name}

    def _rate(self, value: str) -> str:
        rates = {Decimal(text(rate, "Rate")) for rate in self._store.every("tax_rate")}
        if Decimal(value) not in rates:
            raise Refused(INVALID, f"TaxRate {value} n’existe pas dans le compte")
        return value

    def _set_stock(self, found: Tree, value: str, *, append: bool = False) -> None:
        """TRAP kept: a parent's stock is ignored, and the call says nothing."""
        if not re.fullmatch(r"-?\d+", value):
            raise Refused(INVALID, "QuantityInStock doit être entier")
        if text(found, "ProductType") == PARENT:
            return
        before = int(text(found, "QuantityInStock/Value") or 0) if append else 0
        self._save(found, {**found, "QuantityInStock": {"Value": str(before + int(value))}})


def _check(asked: Tree) -> None:
    for name, most in LONGEST.items():
        if len(text(asked, name)) > most:
            raise Refused(INVALID, f"{name} : {most} caractères au plus")
    for name, most in LONGEST_BYTES.items():
        if len(text(asked, name).encode()) > most:
            raise Refused(INVALID, f"{name} : {most} octets au plus")
    for name in ("Weight", "TaxRate", "Price/Value", "StrikethroughPrice/Value"):
        value = text(asked, name)
        try:
            Decimal(value or "0")
        except InvalidOperation:
            raise Refused(INVALID, f"{name} doit être un nombre") from None
        if Decimal(value or "0") < 0:
            raise Refused(INVALID, f"{name} ne peut pas être négatif")
