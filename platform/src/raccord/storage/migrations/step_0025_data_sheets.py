from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from raccord.storage.migrate import run_schema

ID = "2026-11-24T17:25:00:000025"
VERSION = "1.38.0"
DESCRIPTION = "addresses of data sheets"


async def forwards() -> MigrationManager:
    manager = MigrationManager(migration_id=ID, app_name="raccord", description=DESCRIPTION)
    manager.add_raw(run_schema("0025_data_sheets.sql"))
    return manager
