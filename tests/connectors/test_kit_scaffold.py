"""`new` writes a connector that already passes its tests, in a copy of the repository."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from raccord_connectors.kit import scaffold
from raccord_connectors.kit.scaffold import CannotScaffold, class_name, new, registry_of, renamed, repository

ROOT = Path(__file__).parents[2]
FILES = {"__init__.py", "settings.py", "streams.py", "client.py", "texts.py", "README.md"}


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """What `new` touches, and what its tests need."""
    nothing = shutil.ignore_patterns("__pycache__")
    shutil.copytree(ROOT / "connectors/src", tmp_path / "connectors/src", ignore=nothing)
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    (tmp_path / "tests/connectors").mkdir(parents=True)
    return tmp_path


def command(checkout: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """As a developer types it, in the copy and with the copy's own package."""
    environment = {**os.environ, "PYTHONPATH": str(checkout / "connectors/src")}
    return subprocess.run(
        [sys.executable, "-m", "raccord_connectors", *arguments],
        cwd=checkout,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.parametrize(("side", "name"), [("erp", "x"), ("shop", "grands_magasins_du_nord")])
def test_a_new_connector_passes_its_tests_and_the_linter_at_once(
    checkout: Path, side: str, name: str
) -> None:
    done = command(checkout, "new", side, name)
    assert 0 == done.returncode, done.stdout + done.stderr
    assert " passed" in done.stdout
    assert "What to do next" in done.stdout
    folder = checkout / "connectors/src/raccord_connectors" / side / name
    assert FILES == {path.name for path in folder.iterdir() if path.is_file()}
    written = (*sorted(folder.glob("*.*")), checkout / f"tests/connectors/test_{name}.py")
    for path in written:
        assert "acme" not in path.read_text().lower()
        assert "kit.scaffold" not in path.read_text()
    ruff = Path(sys.executable).with_name("ruff")
    for action in (["check"], ["format", "--check"]):
        found = subprocess.run(
            [ruff, *action, "--no-cache", folder, written[-1]],
            cwd=checkout,
            capture_output=True,
            text=True,
            check=False,
        )
        assert 0 == found.returncode, found.stdout


def test_a_new_connector_can_be_checked(checkout: Path) -> None:
    new("erp", "grands_magasins", checkout)
    checked = command(checkout, "check", "grands_magasins")
    assert 0 == checked.returncode, checked.stdout + checked.stderr
    assert "grands_magasins: silver" in checked.stdout
    assert "gold lacks “real”" in checked.stdout


def test_the_registry_stays_sorted_and_importable(checkout: Path) -> None:
    new("shop", "oxatis_test", checkout)
    space: dict[str, object] = {}
    exec(registry_of(checkout).read_text(), space)
    names = space["CONNECTORS"]
    assert isinstance(names, dict)
    assert "raccord_connectors.shop.oxatis_test:OxatisTest" == names["oxatis_test"]
    assert sorted(names) == list(names)


@pytest.mark.parametrize("name", ["Acme", "1shop", "my-shop", "../shop", "", "été"])
def test_a_name_that_is_no_module_is_refused(checkout: Path, name: str) -> None:
    with pytest.raises(CannotScaffold, match="lower-case"):
        new("shop", name, checkout)


def test_a_name_that_is_taken_is_refused_before_anything_is_written(checkout: Path) -> None:
    with pytest.raises(CannotScaffold, match="already"):
        new("shop", "memory_shop", checkout)
    assert not (checkout / "connectors/src/raccord_connectors/shop/memory_shop").exists()


def test_an_existing_test_is_never_overwritten(checkout: Path) -> None:
    mine = checkout / "tests/connectors/test_mine.py"
    mine.write_text("# mine")
    before = registry_of(checkout).read_text()
    with pytest.raises(CannotScaffold, match="already there"):
        new("erp", "mine", checkout)
    assert ("# mine", before) == (mine.read_text(), registry_of(checkout).read_text())


def test_outside_of_a_checkout_the_developer_is_told_so(tmp_path: Path) -> None:
    with pytest.raises(CannotScaffold, match="--root"):
        repository(tmp_path)


def test_the_checkout_is_found_from_within(checkout: Path) -> None:
    assert checkout == repository(checkout / "tests/connectors")


def test_names_are_turned_into_class_names() -> None:
    assert "GrandsMagasins" == class_name("grands_magasins")
    assert "from raccord_connectors.shop.x import X" == renamed(
        "from raccord_connectors.kit.scaffold.shop import Acme", "shop", "x"
    )


def test_both_templates_have_the_same_files() -> None:
    for side in scaffold.SIDES:
        found = {path.name for path in (scaffold.TEMPLATES / side).glob("*.*")}
        assert FILES | {"test_acme.py"} == found
