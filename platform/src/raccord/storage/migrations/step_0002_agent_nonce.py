from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from raccord.storage.migrate import run_schema

ID = "2026-11-24T09:00:00:000001"
VERSION = "1.38.0"
DESCRIPTION = "a signature that asks for a token is good once"


async def forwards() -> MigrationManager:
    manager = MigrationManager(migration_id=ID, app_name="raccord", description=DESCRIPTION)
    manager.add_raw(run_schema("0003_agent_nonce.sql"))
    return manager
