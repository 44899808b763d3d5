from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from raccord.storage.migrate import run_schema

ID = "2026-11-24T19:20:00:000028"
VERSION = "1.38.0"
DESCRIPTION = "documents at addresses, messages that come back, renderers ended from outside"


async def forwards() -> MigrationManager:
    manager = MigrationManager(migration_id=ID, app_name="raccord", description=DESCRIPTION)
    manager.add_raw(run_schema("0028_returns.sql"))
    return manager
