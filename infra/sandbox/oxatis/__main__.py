"""`python -m sandbox.oxatis --data DIR [--port 0]`: starts the simulator of an Oxatis shop and prints its address."""

import argparse
import signal
import sys
from pathlib import Path

from sandbox.oxatis.server import OxatisServer


def main() -> None:
    parser = argparse.ArgumentParser(prog="sandbox.oxatis", description=__doc__)
    parser.add_argument(
        "--data", type=Path, required=True, help="folder of the database and the keys; made when missing"
    )
    parser.add_argument("--port", type=int, default=0, help="0 takes a free one")
    given = parser.parse_args()
    server = OxatisServer(given.data, given.port)
    print(f"Simulateur Oxatis : {server.url}", flush=True)
    print(f"AppID et jeton : {given.data / 'keys.json'}", flush=True)
    # The web server raises these signals again when it has ended: the shop then closes its database.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    signal.signal(signal.SIGINT, lambda *_: sys.exit(0))
    server.run()


if __name__ == "__main__":
    main()
