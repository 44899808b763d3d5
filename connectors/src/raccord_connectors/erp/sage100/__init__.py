"""Sage 100 Gestion Commerciale (French line): reads its SQL tables, writes through the Objets métiers by a bridge."""

from raccord_connectors.erp.sage100.connector import Sage100
from raccord_connectors.erp.sage100.settings import Sage100Settings

__all__ = ["Sage100", "Sage100Settings"]
