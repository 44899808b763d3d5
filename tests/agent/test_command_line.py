"""What a person types, and reads."""

import logging
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from raccord_agent.__main__ import main
from raccord_agent.home import Home
from raccord_agent.language import language_of
from raccord_agent.log import Redaction
from raccord_agent.settings import load_secrets, load_settings
from support.agent_world import World, products
from support.control_plane import ControlPlane
from support.tiny_erp import TinyTables


@pytest.fixture(autouse=True)
def _logging_as_it_was() -> Iterator[None]:
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    yield
    for handler in root.handlers[:]:
        root.removeHandler(handler)
        if handler not in handlers:
            handler.close()
    for handler in handlers:
        root.addHandler(handler)
    root.setLevel(level)


def type_in(home: Home, *words: str) -> int:
    return main(["--home", str(home.folder), *words])


@pytest.mark.parametrize(
    ("arguments", "environment", "system", "expected"),
    [
        (["--lang", "en"], {"LANG": "fr_FR.UTF-8"}, "", "en"),
        (["run", "--lang=fr"], {"LANG": "en_GB.UTF-8"}, "", "fr"),
        ([], {"LANG": "en_GB.UTF-8"}, "", "en"),
        ([], {"LC_ALL": "fr_BE.UTF-8", "LANG": "en_GB.UTF-8"}, "", "fr"),
        ([], {"LANG": "C.UTF-8"}, "", "fr"),
        ([], {}, "French_France", "fr"),
        ([], {}, "German_Germany", "en"),
        ([], {}, "", "fr"),
    ],
)
def test_the_language_is_that_of_the_option_then_of_the_system_then_french(
    arguments: list[str], environment: dict[str, str], system: str, expected: str
) -> None:
    assert expected == language_of(arguments, environment, system=system)


@pytest.mark.parametrize(("language", "word"), [("fr", "gestion commerciale"), ("en", "beside the ERP")])
def test_help_explains_every_command(capsys: pytest.CaptureFixture[str], language: str, word: str) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["--lang", language, "--help"])
    said = capsys.readouterr().out
    assert 0 == ended.value.code
    assert word in " ".join(said.split())
    for command in ("enrol", "run", "check", "status", "doctor", "scan", "service"):
        assert command in said


def test_a_wrong_command_is_one_sentence(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["--lang", "fr", "dance"])
    assert 2 == ended.value.code
    said = capsys.readouterr().err
    assert said.startswith("Commande incorrecte")
    assert 1 == said.count("\n")


def test_enrol_check_scan_status_and_doctor_in_a_row(
    plane: ControlPlane,
    home: Home,
    tables: TinyTables,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    import io

    tables.put("products", *products(3))
    monkeypatch.setattr(sys, "stdin", io.StringIO("hunter22\n"))
    enrol = ["enrol", "--platform", plane.url, "--code", plane.new_code(), "--connector", "tiny_erp"]
    assert 0 == type_in(
        home, *enrol, "--setting", f"path={tables.path}", "--secret", "password", "--lang", "en"
    )
    assert "Maison Dupont" in capsys.readouterr().out
    assert {"password": "hunter22"} == load_secrets(home).settings
    assert {"path": str(tables.path)} == load_settings(home).settings

    assert 2 == type_in(home, *enrol, "--lang", "fr")
    assert "--again" in capsys.readouterr().err

    assert 0 == type_in(home, "check", "--lang", "fr")
    assert "tous les droits" in capsys.readouterr().out

    assert 0 == type_in(home, "scan", "products", "--lang", "fr")
    assert "products : 3 lignes vues" in capsys.readouterr().out

    assert 1 == type_in(home, "status", "--lang", "en")
    assert "has not run" in capsys.readouterr().err

    assert 1 == type_in(home, "doctor", "--lang", "en")
    said = capsys.readouterr().out
    assert "✔ The platform recognises this agent" in said
    assert "To be corrected: 1." in said


@pytest.mark.parametrize("language", ["fr", "en"])
def test_mistakes_are_sentences_and_never_stack_traces(
    world: World, capsys: pytest.CaptureFixture[str], language: str, tmp_path: Path
) -> None:
    empty = Home(tmp_path / "empty")
    plane = world.plane.url
    attempts = [
        (world.home, ["scan", "flying_carpets"]),
        (empty, ["run"]),
        (empty, ["check"]),
        (
            empty,
            [
                "enrol",
                "--platform",
                "http://raccord.example",
                "--code",
                "X",
                "--connector",
                "tiny_erp",
                "--setting",
                "path=x",
            ],
        ),
        (empty, ["enrol", "--platform", plane, "--code", "X", "--connector", "nope"]),
        (
            empty,
            ["enrol", "--platform", plane, "--code", "X", "--connector", "tiny_erp", "--setting", "path"],
        ),
        (
            empty,
            ["enrol", "--platform", plane, "--code", "X", "--connector", "tiny_erp", "--setting", "path=x"],
        ),
        (
            empty,
            [
                "enrol",
                "--platform",
                "http://127.0.0.1:9",
                "--code",
                "X",
                "--connector",
                "tiny_erp",
                "--setting",
                "path=x",
            ],
        ),
    ]
    for home, words in attempts:
        assert type_in(home, *words, "--lang", language) in (1, 2), words
        said = capsys.readouterr().err
        assert "Traceback" not in said
        assert said.strip()


def test_a_bug_is_a_sentence_for_the_person_and_a_trace_in_the_log_without_secrets(
    world: World, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    from support.tiny_erp import TinyErp

    def broken(self: TinyErp) -> None:
        raise KeyError("very odd, with très-secret inside")

    monkeypatch.setattr(TinyErp, "check", broken)
    assert 70 == type_in(world.home, "check", "--lang", "fr")
    said = capsys.readouterr()
    assert "Traceback" not in said.err + said.out
    assert "très-secret" not in said.err
    log = world.home.log.read_text()
    assert "KeyError" in log
    assert "très-secret" not in log


@pytest.mark.parametrize(
    ("line", "secret"),
    [
        ("Authorization: Bearer abc.def-ghi", "abc.def-ghi"),
        ("proxy http://moi:motdepasse@proxy:3128", "motdepasse"),
        ("Server=x;PWD=s3cr3t;Database=y", "s3cr3t"),
        ("password: hunter22", "hunter22"),
        ("login failed for sa / Tr0ub4dor", "Tr0ub4dor"),
    ],
)
def test_nothing_secret_stays_in_a_log_line(line: str, secret: str) -> None:
    redacted = Redaction(["Tr0ub4dor", "1"]).redact(line)
    assert secret not in redacted
    assert "•••" in redacted


def test_short_values_do_not_blank_the_log() -> None:
    assert "1 record of 11" == Redaction(["1", "sa"]).redact("1 record of 11")


@pytest.mark.parametrize("manager", ["systemd", "windows"])
def test_the_service_is_written_for_this_folder(
    world: World, capsys: pytest.CaptureFixture[str], manager: str
) -> None:
    assert 0 == type_in(world.home, "service", manager)
    said = capsys.readouterr().out
    assert "run" in said
    assert world.home.folder.name in said
