"""A custom ERP that exchanges files: CSV, spreadsheets, XML and JSON in a drop folder, orders back the same way."""

from raccord_connectors.erp.files.connector import DropFolder
from raccord_connectors.erp.files.settings import FilesSettings

__all__ = ["DropFolder", "FilesSettings"]
