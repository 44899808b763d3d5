from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from raccord.storage.migrate import run_schema

ID = "2026-11-24T16:30:00:000022"
VERSION = "1.38.0"
DESCRIPTION = "messages to customers and alerts to the merchant"


async def forwards() -> MigrationManager:
    manager = MigrationManager(migration_id=ID, app_name="raccord", description=DESCRIPTION)
    manager.add_raw(run_schema("0022_notifications.sql"))
    return manager
