"""How Raccord is connected to this GesCom: the settings of its Sage 100 connector."""

import sys
from pathlib import Path
from typing import Any

from sandbox.gescom.seed_parameters import LIBRES

PICTURE_FIELDS = [name for table, name, _, _ in LIBRES if table == "F_ARTICLE" and name.startswith("Photo")]


def connector_settings(database: str | Path, **changes: Any) -> dict[str, Any]:
    """Settings for `registry.build("sage100", …)`: reading and writing the GesCom whose file is `database`."""
    return {
        "path": str(database),
        "bridge": bridge_command(database),
        "picture_fields": PICTURE_FIELDS,
        "brand_field": "AR_Stat01",
        **changes,
    }


def bridge_command(database: str | Path, *options: str) -> list[str]:
    """Starts the bridge from any folder, without help from the environment."""
    home = str(Path(__file__).resolve().parents[2])
    start = f"import sys; sys.path.insert(0, {home!r}); from sandbox.gescom.bridge import main; main()"
    return [sys.executable, "-c", start, "--database", str(database), *options]
