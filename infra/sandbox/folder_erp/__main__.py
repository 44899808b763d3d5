"""`python -m sandbox.folder_erp --data DIR`: works until it is stopped. **A simulator.**"""

import argparse
import signal
import threading
from pathlib import Path

from sandbox.folder_erp.erp import FolderErp

PAUSE = 0.3


def main() -> None:
    parser = argparse.ArgumentParser(prog="folder_erp", description=__doc__)
    parser.add_argument("--data", type=Path, required=True, help="its books and the drop folder")
    parser.add_argument("--port", type=int, default=0, help="not used: this ERP has no page, only files")
    given = parser.parse_args()
    stop = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stop.set())
    erp = FolderErp(given.data)
    ready = given.data / "ready"
    ready.touch()
    while not stop.wait(PAUSE):
        try:
            erp.work()
        except (
            OSError,
            UnicodeError,
            KeyError,
            ValueError,
        ) as error:  # a spreadsheet holds the file, or half a row is typed
            print(f"{type(error).__name__}: {error}", flush=True)
    ready.unlink(missing_ok=True)


if __name__ == "__main__":
    main()
