from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from raccord.storage.migrate import run_schema

ID = "2026-11-24T19:26:00:000026"
VERSION = "1.38.0"
DESCRIPTION = "accounts of shops and the ERP's customers that they are"


async def forwards() -> MigrationManager:
    manager = MigrationManager(migration_id=ID, app_name="raccord", description=DESCRIPTION)
    manager.add_raw(run_schema("0026_customer_accounts.sql"))
    return manager
