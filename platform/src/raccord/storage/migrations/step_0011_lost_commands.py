from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from raccord.storage.migrate import run_schema

ID = "2026-11-24T11:55:00:000011"
VERSION = "1.38.0"
DESCRIPTION = "commands that an agent lost"


async def forwards() -> MigrationManager:
    manager = MigrationManager(migration_id=ID, app_name="raccord", description=DESCRIPTION)
    manager.add_raw(run_schema("0011_lost_commands.sql"))
    return manager
