"""Piccolo's entry for migrations only. They run as the owner of the tables; the product itself never does."""

from piccolo.conf.apps import AppRegistry

from raccord.storage.engine import SafeEngine

DB = SafeEngine()
"""Opened by `migrate` with the owner's address."""

APP_REGISTRY = AppRegistry(apps=["raccord.storage.piccolo_app"])
