"""`python -m sandbox.sql_erp --data DIR --port 8010`: shows its page until it is stopped. **A simulator.**"""

import argparse
import signal
import threading
from pathlib import Path

from sandbox.own_erp.page import served
from sandbox.sql_erp.erp import SqlErp


def main() -> None:
    parser = argparse.ArgumentParser(prog="sandbox.sql_erp", description=__doc__)
    parser.add_argument("--data", type=Path, required=True, help="its database")
    parser.add_argument("--port", type=int, default=0, help="of its page; 0 takes a free one")
    given = parser.parse_args()
    stop = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stop.set())
    with served(SqlErp(given.data), given.port) as server:
        print(f"Gestion maison (simulateur) : http://127.0.0.1:{server.server_port}/", flush=True)
        stop.wait()


if __name__ == "__main__":
    main()
