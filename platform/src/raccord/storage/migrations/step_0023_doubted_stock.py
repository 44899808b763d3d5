from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from raccord.storage.migrate import run_schema

ID = "2026-11-24T16:23:00:000023"
VERSION = "1.38.0"
DESCRIPTION = "stock that a shop changed by itself"


async def forwards() -> MigrationManager:
    manager = MigrationManager(migration_id=ID, app_name="raccord", description=DESCRIPTION)
    manager.add_raw(run_schema("0023_doubted_stock.sql"))
    return manager
