from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from raccord.storage.migrate import run_schema

ID = "2026-11-24T16:24:00:000024"
VERSION = "1.38.0"
DESCRIPTION = "sales that the stock of the ERP does not show"


async def forwards() -> MigrationManager:
    manager = MigrationManager(migration_id=ID, app_name="raccord", description=DESCRIPTION)
    manager.add_raw(run_schema("0024_unproven_sales.sql"))
    return manager
