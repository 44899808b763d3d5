"""A new connector from one of two templates, which are real connectors: `erp/` and `shop/` beside this file are
checked and tested as they stand, under the name Acme, and copied under the new name."""

import re
from pathlib import Path

TEMPLATES = Path(__file__).parent
SIDES = ("erp", "shop")
NAME = re.compile(r"[a-z][a-z0-9_]*")
_ENTRIES = re.compile(r"(CONNECTORS: dict\[str, str\] = \{\n)(.*?)(\n\})", re.DOTALL)


class CannotScaffold(Exception):
    """Says to the developer what to do instead."""


def repository(start: Path) -> Path:
    """The checkout that `start` is in."""
    for folder in (start, *start.parents):
        if registry_of(folder).is_file():
            return folder
    raise CannotScaffold(f"{start} is in no checkout of Raccord: go to one, or name it with --root")


def registry_of(root: Path) -> Path:
    return root / "connectors/src/raccord_connectors/registry.py"


def new(side: str, name: str, root: Path) -> list[Path]:
    """Writes the connector's folder and its test, and registers its name. Returns the files written, the test last.

    Raises `CannotScaffold` before anything is written when the name is taken or cannot be a module's name.
    """
    if side not in SIDES:
        raise CannotScaffold(f"a connector's side is {' or '.join(SIDES)}, not {side!r}")
    if not NAME.fullmatch(name):
        raise CannotScaffold(f"{name!r}: a name is made of lower-case letters, digits and underscores")
    folder = registry_of(root).parent / side / name
    test = root / "tests/connectors" / f"test_{name}.py"
    registered = _with_entry(registry_of(root).read_text(encoding="utf-8"), side, name)
    for taken in (folder, test):
        if taken.exists():
            raise CannotScaffold(f"{taken} is already there: choose another name, or delete it first")
    written = []
    folder.mkdir(parents=True)
    for template in sorted((TEMPLATES / side).glob("*.*"), key=lambda path: path.name.startswith("test_")):
        target = test if template.name.startswith("test_") else folder / template.name
        target.write_text(renamed(template.read_text(encoding="utf-8"), side, name), encoding="utf-8")
        written.append(target)
    registry_of(root).write_text(registered, encoding="utf-8")
    return written


def renamed(text: str, side: str, name: str) -> str:
    text = text.replace(f"raccord_connectors.kit.scaffold.{side}", f"raccord_connectors.{side}.{name}")
    return text.replace("Acme", class_name(name)).replace("acme", name)


def class_name(name: str) -> str:
    return "".join(part.capitalize() for part in name.split("_"))


def _with_entry(registry: str, side: str, name: str) -> str:
    found = _ENTRIES.search(registry)
    if found is None:
        raise CannotScaffold("registry.py has no CONNECTORS dictionary any more")
    lines = found[2].splitlines()
    if any(line.strip().startswith(f'"{name}":') for line in lines):
        raise CannotScaffold(f"there is a connector {name!r} already")
    lines.append(f'    "{name}": "raccord_connectors.{side}.{name}:{class_name(name)}",')
    return registry[: found.start(2)] + "\n".join(sorted(lines)) + registry[found.end(2) :]
