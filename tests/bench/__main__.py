"""`make bench`: runs every `bench_*.py` beside this file and prints the table of budgets.

make bench                     all of them
make bench ARGS="scan ingest"  some
"""

import importlib
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import msgspec

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
        measured = _apart(name)
        print(f"    {time.monotonic() - begun:.0f} s", flush=True)
        figures += measured
    print()
    print(table(figures))
    return 1 if any(figure.verdict == "broken" for figure in figures) else 0


def _apart(name: str) -> list[Figure]:
    """In a process of its own, so that no benchmark's memory or caches count for the next one."""
    with tempfile.TemporaryDirectory() as folder:
        answer = Path(folder) / "figures.json"
        subprocess.run([sys.executable, "-m", "bench", "--apart", name, str(answer)], check=True)
        return msgspec.json.decode(answer.read_bytes(), type=list[Figure])


if __name__ == "__main__":
    if sys.argv[1:2] == ["--apart"]:
        found = importlib.import_module(f"bench.{sys.argv[2]}").figures()
        Path(sys.argv[3]).write_bytes(msgspec.json.encode(found))
        sys.exit(0)
    sys.exit(main(sys.argv[1:]))
