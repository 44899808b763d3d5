from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from raccord.storage.migrate import run_schema

ID = "2026-11-24T11:54:00:000010"
VERSION = "1.38.0"
DESCRIPTION = "rules of stock, prices and publication, and how articles leave a shop"


async def forwards() -> MigrationManager:
    manager = MigrationManager(migration_id=ID, app_name="raccord", description=DESCRIPTION)
    manager.add_raw(run_schema("0010_business_rules.sql"))
    return manager
