"""`make demo`: `python -m sandbox [--data DIR]` starts everything on this machine and prints one address."""

import argparse
import sys
from pathlib import Path

from sandbox.demo.run import Demonstration


def main() -> int:
    parser = argparse.ArgumentParser(prog="sandbox", description=__doc__)
    parser.add_argument(
        "--data", type=Path, default=Path(".raccord/demo"), help="where the demonstration keeps its data"
    )
    parser.add_argument(
        "--once", action="store_true", help="start, wait until all is in the shop, stop (for tests)"
    )
    given = parser.parse_args()
    return Demonstration(given.data.resolve()).run(once=given.once)


if __name__ == "__main__":
    sys.exit(main())
