"""A custom ERP whose database is read through views or queries that its integrator names, with a read-only login."""

from raccord_connectors.erp.sql.connector import CustomSql
from raccord_connectors.erp.sql.settings import SqlSettings

__all__ = ["CustomSql", "SqlSettings"]
