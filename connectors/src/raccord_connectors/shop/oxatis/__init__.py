"""Oxatis, through its web services (OWS). Start at `connector`; what it was verified against is in the README."""

from raccord_connectors.shop.oxatis.connector import Oxatis
from raccord_connectors.shop.oxatis.settings import OxatisSettings

__all__ = ["Oxatis", "OxatisSettings"]
