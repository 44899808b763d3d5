"""A committed file names no package registry (each site has its own) and no folder of the machine it was made on."""

import re
import sys
import sysconfig
from pathlib import Path

import pytest

from support.repository import ROOT, committed, name_of

# Put together here, so that this file does not find itself.
REGISTRIES = (
    "pypi" + ".org",
    "python" + "hosted.org",
    "registry." + "npmjs",
    "registry." + "yarnpkg",
    "npm." + "pkg.github",
    "proxy." + "golang",
    "crates" + ".io/api",
    "jfrog" + ".io",
)
FOLDERS = (
    r"(?<![\w.])/" + r"work/(main|shared)\b",
    r"(?<![\w.])/" + r"root/\w",
    r"(?<![\w.])/" + r"tmp/(venv|brief)\b",
    r"(?<![\w.])/" + r"opt/(wheels|pypi)\b",
    r"(?<![\w.])/" + r"(home|Users)/(?!raccord\b|USER\b)\w+/",
)


def forbidden(text: str, root: Path = ROOT) -> list[str]:
    """What of `text` must not be committed."""
    found = [host for host in REGISTRIES if host in text]
    found += [match.group() for folder in FOLDERS for match in re.finditer(folder, text)]
    # This very checkout and environment, wherever they are; short names such as /app would match by chance.
    here = [str(root), sysconfig.get_path("purelib"), sys.prefix]
    return found + [place for place in here if len(place) > len("/usr/local") and place in text]


@pytest.mark.parametrize(
    "text",
    [
        "https://" + REGISTRIES[0] + "/simple",
        '"resolved": "https://' + REGISTRIES[2] + '.org/x.tgz"',
        "cd /" + "work/main",
        "/" + "tmp/venv/bin/python",
    ],
)
def test_a_registry_or_a_folder_is_found(text: str) -> None:
    assert forbidden(text)


def test_this_very_checkout_is_found() -> None:
    checkout = Path("/" + "srv/checkouts/raccord")
    assert forbidden(f"cache = {checkout}/cache", checkout)


@pytest.mark.parametrize(
    "text", ["/usr/bin/python3", "tests/" + "work/main.py", "https://example.org", "/var/lib/raccord"]
)
def test_ordinary_text_is_left_alone(text: str) -> None:
    assert [] == forbidden(text)


def test_no_committed_file_names_a_registry_or_a_folder_of_the_machine() -> None:
    found = {}
    for path in committed():
        if names := forbidden(path.read_text(errors="ignore")):
            found[name_of(path)] = names
    assert {} == found
