"""Where the demonstration keeps its data, and which ports it uses: the same at every start, while they are free."""

import json
import socket
from pathlib import Path

from msgspec import Struct

WISHED = {"web": 8000, "gescom": 8010, "shop": 8020, "mailbox": 8030, "smtp": 8025}


class Places(Struct, frozen=True):
    folder: Path
    web: int
    gescom: int
    shop: int
    mailbox: int
    smtp: int

    @property
    def web_url(self) -> str:
        return f"http://127.0.0.1:{self.web}"

    @property
    def gescom_url(self) -> str:
        return f"http://127.0.0.1:{self.gescom}"

    @property
    def shop_url(self) -> str:
        return f"http://127.0.0.1:{self.shop}"

    @property
    def mailbox_url(self) -> str:
        return f"http://127.0.0.1:{self.mailbox}"


def places(folder: Path) -> Places:
    """Ports of the last start where they are free, else the usual ones, else any."""
    kept = folder / "ports.json"
    last: dict[str, int] = json.loads(kept.read_text()) if kept.exists() else {}
    taken: dict[str, int] = {}
    for name, usual in WISHED.items():
        taken[name] = next(port for port in (last.get(name, usual), usual, _any()) if _free(port))
    folder.mkdir(parents=True, exist_ok=True)
    kept.write_text(json.dumps(taken))
    return Places(folder, **taken)


def _free(port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True


def _any() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
