from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from raccord.storage.migrate import run_schema

ID = "2026-11-24T13:52:00:000015"
VERSION = "1.38.0"
DESCRIPTION = "orders whose payments stay by hand"


async def forwards() -> MigrationManager:
    manager = MigrationManager(migration_id=ID, app_name="raccord", description=DESCRIPTION)
    manager.add_raw(run_schema("0015_older_payments.sql"))
    return manager
