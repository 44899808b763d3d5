"""The agent is a guest on the merchant's machine: few packages, none of the platform's."""

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
FOREIGN = (
    "raccord",
    "litestar",
    "piccolo",
    "celery",
    "kombu",
    "asyncpg",
    "redis",
    "boto3",
    "PIL",
    "jinja2",
    "sqlalchemy",
)
"""SQLAlchemy comes with the ERP connectors that read a database, and only when one of them is used."""
PACKAGES = 14
IMPORT_ALL = """
import importlib, pkgutil, sys
import raccord_agent
for module in pkgutil.walk_packages(raccord_agent.__path__, "raccord_agent."):
    if not module.name.endswith((".__main__", ".windows")):
        importlib.import_module(module.name)
print(*{name.partition(".")[0] for name in sys.modules})
"""


def test_its_modules_bring_nothing_of_the_platform() -> None:
    said = subprocess.run([sys.executable, "-c", IMPORT_ALL], capture_output=True, text=True, check=True)
    assert set() == set(FOREIGN) & set(said.stdout.split())


@pytest.fixture(scope="module")
def alone(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An empty environment with the two wheels and what they ask for; the folder of its programs."""
    folder = tmp_path_factory.mktemp("agent")
    for distribution in ("connectors", "tenant_agent"):
        _run(sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", folder, cwd=ROOT / distribution)
    _run(sys.executable, "-m", "venv", folder / "environment")
    programs = folder / "environment" / ("Scripts" if sys.platform == "win32" else "bin")
    pip = (programs / "python", "-m", "pip")
    _run(*pip, "install", "--quiet", "-c", ROOT / "infra/constraints.txt", *folder.glob("*.whl"))
    return programs


@pytest.mark.slow
def test_it_installs_alone_with_few_packages(alone: Path) -> None:
    listed = _run(alone / "python", "-m", "pip", "list", "--format=freeze").split()
    packages = {line.partition("==")[0] for line in listed} - {"pip", "setuptools"}
    assert {"raccord-agent", "raccord-connectors"} <= packages
    assert len(packages) <= PACKAGES, sorted(packages)


@pytest.mark.slow
def test_it_explains_itself_when_it_is_alone(alone: Path) -> None:
    assert "enrol" in _run(alone / "raccord-agent", "--help")


@pytest.mark.slow
def test_the_connectors_list_themselves_from_the_wheel(alone: Path) -> None:
    assert "memory_erp" in _run(alone / "python", "-m", "raccord_connectors", "list")


@pytest.mark.slow
def test_the_wheel_holds_the_templates_of_new_connectors(alone: Path, tmp_path: Path) -> None:
    registry = tmp_path / "connectors/src/raccord_connectors/registry.py"
    registry.parent.mkdir(parents=True)
    registry.write_text((ROOT / registry.relative_to(tmp_path)).read_text())
    (tmp_path / "tests/connectors").mkdir(parents=True)
    script = "from pathlib import Path; from raccord_connectors.kit.scaffold import new; new('shop', 'z', Path('.'))"
    _run(alone / "python", "-c", script, cwd=tmp_path)
    assert (registry.parent / "shop/z/client.py").is_file()


def _run(*command: object, cwd: Path | None = None) -> str:
    done = subprocess.run(
        [str(part) for part in command], cwd=cwd, capture_output=True, text=True, check=False
    )
    assert 0 == done.returncode, done.stdout + done.stderr
    return done.stdout
