from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from raccord.storage.migrate import run_schema

ID = "2026-11-24T09:30:00:000003"
VERSION = "1.38.0"
DESCRIPTION = "what projecting keeps"


async def forwards() -> MigrationManager:
    manager = MigrationManager(migration_id=ID, app_name="raccord", description=DESCRIPTION)
    manager.add_raw(run_schema("0004_publishing.sql"))
    return manager
