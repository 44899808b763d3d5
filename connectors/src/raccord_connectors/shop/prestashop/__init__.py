"""The PrestaShop connector. See README.md."""

from raccord_connectors.shop.prestashop.connector import PrestaShop
from raccord_connectors.shop.prestashop.settings import PrestaShopSettings

__all__ = ["PrestaShop", "PrestaShopSettings"]
