from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from raccord.storage.migrate import run_schema

ID = "2026-11-24T13:05:00:000013"
VERSION = "1.38.0"
DESCRIPTION = "order rules of a channel, in one group"


async def forwards() -> MigrationManager:
    manager = MigrationManager(migration_id=ID, app_name="raccord", description=DESCRIPTION)
    manager.add_raw(run_schema("0013_order_rules.sql"))
    return manager
