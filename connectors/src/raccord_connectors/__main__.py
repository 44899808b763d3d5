"""For developers of connectors: `python -m raccord_connectors list | table | new SIDE NAME | check NAME`."""

import argparse
import re
import shutil
import subprocess
import sys
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from raccord_connectors.contract import Can, ConfigError, ConnectorSpec
from raccord_connectors.kit.abilities import markdown
from raccord_connectors.kit.quality import Level, level_of, subject_of, unmet
from raccord_connectors.kit.scaffold import SIDES, CannotScaffold, new, repository
from raccord_connectors.registry import CONNECTORS, connector_class

ORDER = tuple(Can)


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m raccord_connectors", description=__doc__)
    parser.add_argument("--root", type=Path, help="the checkout to work in (default: the one we are in)")
    commands = parser.add_subparsers(dest="command", required=True)
    commands.add_parser("list", help="every connector: what it can do, what it was run on, its level")
    commands.add_parser("table", help="the same as the README shows it")
    making = commands.add_parser("new", help="write a new connector that already passes its tests")
    making.add_argument("side", choices=SIDES)
    making.add_argument("name")
    checking = commands.add_parser("check", help="the quality rules of a connector, then its tests")
    checking.add_argument("name")
    asked = parser.parse_args(arguments)
    try:
        match asked.command:
            case "list":
                return _list()
            case "table":
                print("\n".join(markdown()))
                return 0
            case "new":
                return _new(asked.side, asked.name, asked.root)
            case _:
                return _check(asked.name, asked.root)
    except CannotScaffold as error:
        print(error, file=sys.stderr)
    except ConfigError as error:
        print(error.message.en, file=sys.stderr)
    return 2


def _list() -> int:
    rows: list[tuple[str, ...]] = []
    for name in sorted(CONNECTORS):
        try:
            connector = connector_class(name)
        except ImportError as error:  # its driver is an extra that this environment does not have
            rows.append((name, "", "", f"needs an extra: {error}", ""))
            continue
        rows.append(_row(connector))
        rows.extend(_stream_rows(connector.spec))
    for line in _table(
        ("connector", "side", "level", "streams and what they can do", "verified against"), rows
    ):
        print(line)
    return 0


def _row(connector: type[Any]) -> tuple[str, ...]:
    spec: ConnectorSpec = connector.spec
    return (
        spec.name,
        spec.side,
        level_of(subject_of(connector)),
        spec.title,
        ", ".join(spec.verified_against),
    )


def _stream_rows(spec: ConnectorSpec) -> Iterable[tuple[str, ...]]:
    for stream in spec.streams:
        can = ", ".join(capability for capability in ORDER if capability in stream.can)
        yield ("", "", "", f"  {stream.name}: {can}", "")


def _table(titles: tuple[str, ...], rows: Sequence[tuple[str, ...]]) -> Iterable[str]:
    widths = [max(len(row[column]) for row in (titles, *rows)) for column in range(len(titles))]
    for row in (titles, tuple("-" * width for width in widths), *rows):
        yield "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()


def _new(side: str, name: str, root: Path | None) -> int:
    checkout = repository((root or Path.cwd()).resolve())
    *files, test = new(side, name, checkout)
    for path in (*files, test):
        print(f"wrote {path.relative_to(checkout)}")
    print(f"registered {name!r}; running its tests…\n", flush=True)
    _format([*files, test])
    code = _pytest(checkout, [test])
    print(
        _NEXT.format(folder=files[0].parent.relative_to(checkout), test=test.relative_to(checkout), name=name)
    )
    return code


_NEXT = """
What to do next, in this order (connectors/README.md says more):
  1. {folder}/settings.py: what a merchant has to type, in French and English.
  2. {folder}/client.py: how the system is called; which of its refusals concern one record only.
  3. {test}: make the simulator answer as the system's documentation says, refusals and limits included.
  4. {folder}/streams.py: its rows as canonical records, and back. Run the tests; make them green again.
  5. {folder}/__init__.py: declare only what the system can honour, and what you ran it against.
  6. {folder}/README.md: limits and traps. Then: python -m raccord_connectors check {name}
"""


def _check(name: str, root: Path | None) -> int:
    connector = connector_class(name)
    subject = subject_of(connector)
    print(f"{name}: {level_of(subject)}")
    for level in (Level.BRONZE, Level.SILVER, Level.GOLD):
        for rule in unmet(subject, level):
            print(f"  {level} lacks “{rule.name}”: {rule.asks}")
    checkout = repository((root or Path.cwd()).resolve())
    tests = _tests_of(connector, checkout)
    if not tests:
        print(
            f"  no test inherits ConnectorConformance for {connector.__name__}: this is what bronze begins with"
        )
        return 1
    print(flush=True)
    return _pytest(checkout, tests)


def _tests_of(connector: type[Any], checkout: Path) -> list[Path]:
    """The test files that run the conformance suite on this class: they say so, or are named after it."""
    declared = re.compile(rf"connector_type\b.*= {connector.__name__}\b")
    named = re.compile(rf"test_(\w+_)?{connector.spec.name}(_\w+)?\.py")
    found = []
    for path in sorted((checkout / "tests").rglob("test_*.py")):
        text = path.read_text(encoding="utf-8")
        if "kit.conformance" in text and (declared.search(text) or named.fullmatch(path.name)):
            found.append(path)
    return found


def _pytest(checkout: Path, tests: Sequence[Path]) -> int:
    return subprocess.run(
        [sys.executable, "-m", "pytest", "-q", *map(str, tests)], cwd=checkout, check=False
    ).returncode


def _format(paths: Sequence[Path]) -> None:
    """A longer or shorter name breaks lines elsewhere; where ruff is at hand, the new files are clean at once."""
    beside = Path(sys.executable).with_name("ruff")
    ruff = str(beside) if beside.exists() else shutil.which("ruff")
    if ruff:
        for action in (["check", "--fix", "--quiet"], ["format", "--quiet"]):
            subprocess.run([ruff, *action, *map(str, paths)], check=False)


if __name__ == "__main__":
    sys.exit(main())
