from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from raccord.storage.migrate import run_schema

ID = "2026-11-24T13:45:00:000014"
VERSION = "1.38.0"
DESCRIPTION = "payments of orders in the ERP"


async def forwards() -> MigrationManager:
    manager = MigrationManager(migration_id=ID, app_name="raccord", description=DESCRIPTION)
    manager.add_raw(run_schema("0014_payments.sql"))
    return manager
