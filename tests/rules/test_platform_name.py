"""`platform` is also a module of the standard library: our folder of that name must never be importable."""

import platform
import subprocess
import sys
import sysconfig
from pathlib import Path

ROOT = Path(__file__).parents[2]


def test_the_module_is_the_standard_librarys() -> None:
    assert Path(platform.__file__).is_relative_to(sysconfig.get_path("stdlib"))
    assert platform.system()


def test_the_folder_cannot_hide_the_module_from_the_repositorys_root() -> None:
    """With an `__init__.py` in the folder, `python -m anything` from the root dies at once."""
    said = subprocess.run(
        [sys.executable, "-c", "import platform; print(platform.system())"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    assert platform.system() == said.stdout.strip()


def test_the_folder_holds_no_package_and_no_test() -> None:
    folder = ROOT / "platform"
    patterns = ("__init__.py", "conftest.py", "**/conftest.py", "**/test_*.py", "**/*_test.py")
    found = sorted(str(path.relative_to(ROOT)) for pattern in patterns for path in folder.glob(pattern))
    assert [] == found
