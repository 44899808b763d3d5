"""`python -m sandbox.prestashop --data DIR [--port 0]`: starts the simulated PrestaShop and prints its address."""

import argparse
import signal
import sys
from pathlib import Path

from sandbox.prestashop.server import ShopServer


def main() -> None:
    parser = argparse.ArgumentParser(prog="sandbox.prestashop", description=__doc__)
    parser.add_argument(
        "--data", type=Path, required=True, help="folder of the database and the key; made when missing"
    )
    parser.add_argument("--port", type=int, default=0, help="0 takes a free one")
    parser.add_argument("--key", default="", help="use this key of 32 characters instead of a random one")
    given = parser.parse_args()
    server = ShopServer(given.data, given.port, given.key)
    print(f"PrestaShop de démonstration (simulateur) : {server.url}", flush=True)
    print(f"Clé du webservice : {given.data / 'key.txt'}", flush=True)
    # The web server raises these signals again when it has ended: the shop then closes its database.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    signal.signal(signal.SIGINT, lambda *_: sys.exit(0))
    server.run()


if __name__ == "__main__":
    main()
