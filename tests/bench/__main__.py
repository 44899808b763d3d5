"""`make bench`: runs every `bench_*.py` beside this file and prints the table of budgets.

make bench                     all of them
make bench ARGS="scan ingest"  some
"""

import importlib
import sys
import time
from pathlib import Path

from bench.budget import Figure, table

HERE = Path(__file__).parent


def main(wanted: list[str]) -> int:
    """Exit code 1 when a budget is broken, so that a scheduled run notices."""
    names = [path.stem for path in sorted(HERE.glob("bench_*.py"))]
    chosen = [name for name in names if not wanted or name.removeprefix("bench_") in wanted]
    figures: list[Figure] = []
    for number, name in enumerate(chosen, start=1):
        begun = time.monotonic()
        print(f"[{number}/{len(chosen)}] {name.removeprefix('bench_')} …", flush=True)
        measured = importlib.import_module(f"bench.{name}").figures()
        print(f"    {time.monotonic() - begun:.0f} s", flush=True)
        figures += measured
    print()
    print(table(figures))
    return 1 if any(figure.verdict == "broken" for figure in figures) else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
