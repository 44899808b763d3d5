from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from raccord.storage.migrate import run_schema

ID = "2026-11-24T08:20:00:000001"
VERSION = "1.38.0"
DESCRIPTION = "the house"


async def forwards() -> MigrationManager:
    manager = MigrationManager(migration_id=ID, app_name="raccord", description=DESCRIPTION)
    manager.add_raw(run_schema("0001_house.sql", "0002_isolation.sql"))
    return manager
