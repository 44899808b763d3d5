"""`make demo`: `python -m sandbox [--data DIR]` starts everything on this machine and prints one address."""

import argparse
import sys
from pathlib import Path

from sandbox.demo.parts import ERP, ERPS, SHOP, SHOPS
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
    parser.add_argument("--shop", choices=sorted(SHOPS), default=SHOP, help="which shop (woocommerce)")
    parser.add_argument("--erp", choices=sorted(ERPS), default=ERP, help="which ERP (sage100)")
    given = parser.parse_args()
    usual = (given.shop, given.erp) == (SHOP, ERP)
    if given.planted and not usual:
        parser.error("--planted knows the usual shop and ERP only")
    other = "" if usual else f"-{given.shop}-{given.erp}"
    folder = given.data or Path(".raccord/planted" if given.planted else f".raccord/demo{other}")
    demonstration = Demonstration(folder.resolve(), planted=given.planted, shop=given.shop, erp=given.erp)
    return demonstration.run(once=given.once)


if __name__ == "__main__":
    sys.exit(main())
