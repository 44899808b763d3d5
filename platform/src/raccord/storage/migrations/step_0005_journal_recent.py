from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from raccord.storage.migrate import run_schema

ID = "2026-11-24T10:50:00:000005"
VERSION = "1.38.0"
DESCRIPTION = "the last day of the journal, at once"


async def forwards() -> MigrationManager:
    manager = MigrationManager(migration_id=ID, app_name="raccord", description=DESCRIPTION)
    manager.add_raw(run_schema("0006_journal_recent.sql"))
    return manager
