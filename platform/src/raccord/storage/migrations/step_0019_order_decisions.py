from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from raccord.storage.migrate import run_schema

ID = "2026-11-24T16:15:00:000019"
VERSION = "1.38.0"
DESCRIPTION = "what people decided on orders"


async def forwards() -> MigrationManager:
    manager = MigrationManager(migration_id=ID, app_name="raccord", description=DESCRIPTION)
    manager.add_raw(run_schema("0019_order_decisions.sql"))
    return manager
