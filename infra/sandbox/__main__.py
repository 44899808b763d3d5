"""`make demo`: `python -m sandbox [--data DIR]` starts everything on this machine and prints one address."""

import argparse
import sys
from pathlib import Path

from sandbox.demo.run import Demonstration


def main() -> int:
    parser = argparse.ArgumentParser(prog="sandbox", description=__doc__)
    parser.add_argument(
        "--data", type=Path, default=None, help="where the demonstration keeps its data (.raccord/demo)"
    )
    parser.add_argument(
        "--once", action="store_true", help="start, wait until all is in the shop, stop (for tests)"
    )
    parser.add_argument("--planted", action="store_true", help="with faults on both sides, for the rehearsal")
    given = parser.parse_args()
    folder = given.data or Path(".raccord/planted" if given.planted else ".raccord/demo")
    return Demonstration(folder.resolve(), planted=given.planted).run(once=given.once)


if __name__ == "__main__":
    sys.exit(main())
