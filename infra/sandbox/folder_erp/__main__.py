"""`python -m sandbox.folder_erp --data DIR --port 8010`: works, and shows its page, until it is stopped. **A simulator.**"""

import argparse
import signal
import threading
from pathlib import Path

from sandbox.folder_erp.erp import FolderErp
from sandbox.own_erp.page import served

PAUSE = 0.3


def main() -> None:
    parser = argparse.ArgumentParser(prog="sandbox.folder_erp", description=__doc__)
    parser.add_argument("--data", type=Path, required=True, help="its books and the drop folder")
    parser.add_argument("--port", type=int, default=0, help="of its page; 0 takes a free one")
    given = parser.parse_args()
    stop = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stop.set())
    erp = FolderErp(given.data)
    with served(erp, given.port) as server:
        print(f"Gestion par fichiers (simulateur) : http://127.0.0.1:{server.server_port}/", flush=True)
        while not stop.wait(PAUSE):
            try:
                erp.work()
            except (OSError, UnicodeError, KeyError, ValueError) as error:
                # A spreadsheet holds the file, or somebody has typed half a row: the next look may succeed.
                print(f"{type(error).__name__}: {error}", flush=True)


if __name__ == "__main__":
    main()
