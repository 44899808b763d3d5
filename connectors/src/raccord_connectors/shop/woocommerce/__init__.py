"""The WooCommerce connector. README.md says what it does and what it does not; `connector` is where to begin."""

from raccord_connectors.shop.woocommerce.connector import WooCommerce
from raccord_connectors.shop.woocommerce.settings import WooCommerceSettings

__all__ = ["WooCommerce", "WooCommerceSettings"]
