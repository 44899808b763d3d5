from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from raccord.storage.migrate import run_schema

ID = "2026-11-24T16:05:00:000016"
VERSION = "1.38.0"
DESCRIPTION = "proofs that later readings do not overtake"


async def forwards() -> MigrationManager:
    manager = MigrationManager(migration_id=ID, app_name="raccord", description=DESCRIPTION)
    manager.add_raw(run_schema("0016_conclusive_proofs.sql"))
    return manager
