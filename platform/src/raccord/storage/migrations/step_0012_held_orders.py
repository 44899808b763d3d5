from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from raccord.storage.migrate import run_schema

ID = "2026-11-24T12:20:00:000012"
VERSION = "1.38.0"
DESCRIPTION = "held orders, at once"


async def forwards() -> MigrationManager:
    manager = MigrationManager(migration_id=ID, app_name="raccord", description=DESCRIPTION)
    manager.add_raw(run_schema("0012_held_orders.sql"))
    return manager
