from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from raccord.storage.migrate import run_schema

ID = "2026-11-24T16:18:00:000018"
VERSION = "1.38.0"
DESCRIPTION = "orders after their entry in the ERP"


async def forwards() -> MigrationManager:
    manager = MigrationManager(migration_id=ID, app_name="raccord", description=DESCRIPTION)
    manager.add_raw(run_schema("0018_after_entry.sql"))
    return manager
