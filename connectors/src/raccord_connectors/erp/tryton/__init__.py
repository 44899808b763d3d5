"""Tryton, over its JSON-RPC."""

from raccord_connectors.erp.tryton.connector import Tryton

__all__ = ["Tryton"]
