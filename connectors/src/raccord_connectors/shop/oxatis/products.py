"""Asking Oxatis for products, one call each: its lists tell ids only."""

from collections.abc import Iterator
from xml.etree.ElementTree import Element

from raccord_connectors.contract import Purpose
from raccord_connectors.kit import xml
from raccord_connectors.shop.oxatis import assumed, client, tags
from raccord_connectors.shop.oxatis.client import OxatisClient, Refusal, entity, identity, oxid
from raccord_connectors.shop.oxatis.settings import OxatisSettings

PRODUCTS = "ProductServices"


class Products:
    def __init__(self, shop: OxatisClient, settings: OxatisSettings) -> None:
        self._shop = shop
        self._settings = settings

    def get(self, key: str, purpose: Purpose = "catalogue") -> Element | None:
        """The product, None where there is none of our language."""
        number = identity(key)
        return None if number is None else self._found({"OxID": number}, purpose)

    def by_sku(self, sku: str) -> Element | None:
        """TRAP: one reference may stand in several languages; ours is asked for."""
        return self._found({"ItemSKU": sku, "ProductLanguage": self._settings.language}, "catalogue")

    def ids(self, since: float | None, purpose: Purpose = "catalogue") -> Iterator[list[str]]:
        """Of all products, or of those changed since a moment, variants among them, page by page."""
        window = {} if since is None else {"LatestModifiedDateStart": self._shop.local(since)}
        for page in self._shop.rows(PRODUCTS, "ProductGetList", assumed.PRODUCT_LIST, window, purpose):
            yield [number for row in page if (number := xml.text_of(row, "OxID"))]

    def children(self, parent: Element) -> list[tuple[str, str]]:
        """(OxID, reference) of the variants."""
        return [
            (xml.text_of(child, "OxID"), xml.text_of(child, "ItemSKU")) for child in self.variants(parent)
        ]

    def variants(self, parent: Element) -> list[Element]:
        ids = [one.text or "" for one in parent.iterfind(f"{assumed.CHILDREN}//OxID")]
        return [found for number in ids if (found := self.get(number)) is not None]

    def parent_of(self, product: Element) -> str | None:
        """Of a variant."""
        if xml.text_of(product, "ProductType") != tags.CHILD:
            return None
        number = xml.text_of(product, "ParentItemID/OxID") or xml.text_of(product, "ParentItemID")
        if number:
            return number
        found = self.by_sku(xml.text_of(product, "ParentItemSKU"))
        return None if found is None else oxid(found)

    def _found(self, wanted: dict[str, str], purpose: Purpose) -> Element | None:
        try:
            found = entity(self._shop.call(PRODUCTS, "ProductGet", "Product", wanted, purpose), "Product")
        except Refusal as refusal:
            if refusal.code != client.NOT_FOUND:
                raise
            return None
        language = xml.text_of(found, "ProductLanguage", self._settings.language)
        return found if language == self._settings.language else None
