"""Names say what is inside, and a file stays short enough to be read."""

import re
from pathlib import PurePosixPath

import pytest

from support.repository import ROOT, committed, name_of

SAYS_NOTHING = {"utils", "util", "helpers", "helper", "common", "misc", "manager", "managers", "base"}
OWN_WORDS = {
    "tenant_agent/src/raccord_agent/base.py": "DESIGN's word for the agent's local database of what was seen"
}
LINES = 340
"""About 300: what is a little longer in one piece is not cut for the number's sake."""
LONGER = {
    "connectors/src/raccord_connectors/wire.py": "the whole protocol between agent and platform is one page",
}
"""File → the reason why it is not cut. A reason, not an excuse: a new entry is discussed."""


def names_nothing(path: str) -> bool:
    parts = PurePosixPath(path).with_suffix("").parts
    return path not in OWN_WORDS and any(part in SAYS_NOTHING for part in parts)


@pytest.mark.parametrize(
    "path", ["platform/src/raccord/utils.py", "connectors/src/raccord_connectors/common/x.py"]
)
def test_a_name_that_says_nothing_is_found(path: str) -> None:
    assert names_nothing(path)


def test_no_module_has_a_name_that_says_nothing() -> None:
    assert [] == [
        name_of(path) for path in committed() if path.suffix == ".py" and names_nothing(name_of(path))
    ]


def test_source_files_are_short() -> None:
    long = {}
    for path in committed():
        name = name_of(path)
        if path.suffix == ".py" and "/src/" in name and name not in LONGER:
            lines = len(path.read_text().splitlines())
            if lines > LINES:
                long[name] = lines
    assert {} == long


def test_every_exception_is_still_needed() -> None:
    assert [] == [name for name in LONGER if len((ROOT / name).read_text().splitlines()) <= LINES]
    assert [] == [name for name in OWN_WORDS if not (ROOT / name).is_file()]


def test_french_has_one_word_for_trying_again() -> None:
    """*Réessayer*, as on the buttons. *Relancer* is what one does with a customer who has not paid."""
    spoken = [path for path in committed() if "/src/" in name_of(path) or path.suffix == ".po"]
    other = re.compile(r"\b[Rr]elanc(?:er|ez|é|ée|ons)\b")
    found = {
        name_of(path): other.findall(text)
        for path in spoken
        if path.suffix in (".py", ".po") and other.search(text := path.read_text(encoding="utf-8"))
    }
    assert {} == found
