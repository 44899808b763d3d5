"""`python -m sandbox.shop --data DIR [--port 0]`: starts the demonstration shop and prints its address."""

import argparse
import signal
import sys
from pathlib import Path

from sandbox.shop.server import ShopServer


def main() -> None:
    parser = argparse.ArgumentParser(prog="sandbox.shop", description=__doc__)
    parser.add_argument(
        "--data", type=Path, required=True, help="folder of the database and the keys; made when missing"
    )
    parser.add_argument("--port", type=int, default=0, help="0 takes a free one")
    parser.add_argument("--consumer-key", default="", help="use this key instead of a random one")
    parser.add_argument("--consumer-secret", default="")
    given = parser.parse_args()
    if bool(given.consumer_key) != bool(given.consumer_secret):
        parser.error("--consumer-key and --consumer-secret go together")
    server = ShopServer(given.data, given.port, given.consumer_key, given.consumer_secret)
    print(f"Boutique de démonstration : {server.url}", flush=True)
    print(f"Clés de l’API : {given.data / 'keys.json'}", flush=True)
    # The web server raises these signals again when it has ended: the shop then closes its database.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    signal.signal(signal.SIGINT, lambda *_: sys.exit(0))
    server.run()


if __name__ == "__main__":
    main()
